# SPDX-License-Identifier: GPL-2.0-only
"""Classes of the counterexamples of a claim; a class is a row of the table of attributes.

Each row is asked of the solver as a claim: does the theorem hold of every input that is in the row?
So is what is in no row.  The rows are those of the procedure itself, so that what it treats alike is
one kind.

Trusted: nothing more than of any claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from counterexamples.attributes.input_classes import COLUMNS
from counterexamples.attributes.table import Tables
from counterexamples.render.table import AttributeRow, merge_rows, render_rows, wrap_results
from model.logic import FALSE, Term, conj, disj
from model.program.procedure import Procedure
from proofs.claims.claim import Claim
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.prove import decide_separately

#: Rows that are told in full.
MOST = 12


@dataclass(frozen=True)
class Kinds:
    """``refuting`` are the rows, of ``count``, in which a counterexample is; ``elsewhere``: there is one
    in no row; ``open_rows`` is how many rows the solver did not decide."""

    refuting: tuple[AttributeRow, ...]
    count: int
    elsewhere: bool
    open_rows: int

    def render_summary(self) -> str:
        """How many there are, as a sentence."""
        number = len(self.refuting)
        if (number, self.elsewhere, self.open_rows) == (1, False, 0):
            return "unique: every counterexample is in one row of the table of attributes."
        rows = "1 row" if number == 1 else f"{number} rows" if number else "no row"
        beside = ", and others in no row" if self.elsewhere and number else ""
        left = f" {self.open_rows} more are undecided." if self.open_rows else ""
        return f"counterexamples in {rows} of the {self.count} of the table of attributes{beside}.{left}"

    def render_text(self) -> str:
        """How many there are, and below it each: the row with what it leaves open as ``any``."""
        more = len(self.refuting) - MOST
        left = [f"and {more} rows more."] if more > 0 else []
        return "\n".join([self.render_summary(), *filter(None, [render_rows(self.refuting[:MOST])]), *left])


def count_kinds(pool: Pool, claim: Claim, procedure: Procedure) -> Kinds:
    """The kinds of counterexamples of a claim about that procedure alone.

    Raises AttributesError for a procedure that has no table.
    """
    return next(iter(count_all_kinds(pool, {claim.name: (claim, procedure)}).values()))


def count_all_kinds(
    pool: Pool, asked: Mapping[str, tuple[Claim, Procedure]], known: Tables | None = None
) -> Mapping[str, Kinds]:
    """Those of several claims, all asked at once; errors as of ``kinds``."""
    known = known or Tables()
    tables = {key: merge_rows(wrap_results(known.of(procedure))) for key, (_, procedure) in asked.items()}
    claims = {
        key: list(_asked(asked[key][0], [_term(row) for row in table])) for key, table in tables.items()
    }
    found = decide_separately(pool, [each for several in claims.values() for each in several])
    return {key: _kinds(table, [found[each.name] for each in claims[key]]) for key, table in tables.items()}


def _kinds(table: Sequence[AttributeRow], found: Sequence[Verdict]) -> Kinds:
    *inside, outside = found
    known = (Verdict.REFUTED, Verdict.VACUOUS)
    refuting = tuple(row for row, verdict in zip(table, inside, strict=True) if verdict is Verdict.REFUTED)
    undecided = sum(verdict not in known for verdict in found)
    return Kinds(refuting, len(table), outside is Verdict.REFUTED, undecided)


def _asked(claim: Claim, terms: list[Term]) -> Iterator[Claim]:
    """Whether there is a counterexample in each row alone, and last in no row: REFUTED if there is one, and
    VACUOUS if not."""
    for i, term in enumerate([*terms, ~disj(*terms)]):
        yield replace(
            claim,
            theorem=f"{claim.theorem}.{i}",
            given=(*claim.given, term, ~claim.then),
            then=FALSE,
            expected=None,
            regions=(),
        )


def _term(row: AttributeRow) -> Term:
    """That an input is in the row."""
    columns = zip(COLUMNS, row.answers, strict=True)
    return conj(*(disj(*(column.classes[i].when for i in answers)) for column, answers in columns))
