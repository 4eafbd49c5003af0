# SPDX-License-Identifier: GPL-2.0-only
"""How many kinds of counterexamples does a claim have?  A kind is a row of the table of attributes.

Each row is asked of the solver as a claim: does the theorem hold of every input that is in the row?
So is what is in no row.  The rows are those of the procedure itself, so that what it treats alike is
one kind.

Trusted: nothing more than of any claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from counterexamples.attributes import results
from counterexamples.columns import COLUMNS
from counterexamples.render.table import Row, of_one, rows
from model.logic import Term, conj, disj
from model.procedure import Procedure
from proofs.claim import Claim, Verdict
from proofs.pool import Pool
from proofs.prove import decided


@dataclass(frozen=True)
class Kinds:
    """``refuting`` are the rows, of ``count``, in which a counterexample is; ``elsewhere``: there is one
    in no row; ``open_rows`` is how many rows the solver did not decide."""

    refuting: tuple[Row, ...]
    count: int
    elsewhere: bool
    open_rows: int

    def told(self) -> str:
        """How many there are, as a sentence."""
        number = len(self.refuting)
        if (number, self.elsewhere, self.open_rows) == (1, False, 0):
            return "unique: every counterexample is in one row of the table of attributes."
        rows = "1 row" if number == 1 else f"{number} rows" if number else "no row"
        beside = ", and others in no row" if self.elsewhere and number else ""
        left = f" {self.open_rows} more are undecided." if self.open_rows else ""
        return f"counterexamples in {rows} of the {self.count} of the table of attributes{beside}.{left}"


def kinds(pool: Pool, claim: Claim, procedure: Procedure) -> Kinds:
    """The kinds of counterexamples of a claim about that procedure alone.

    Raises TableError for a procedure that has no table.
    """
    table = rows(of_one(results(procedure)))
    asked = list(_asked(claim, [_term(row) for row in table]))
    verdicts = {each.name: each.verdict for each in decided(pool, asked)}
    *inside, outside = (verdicts[each.name] for each in asked)
    known = (Verdict.PROVED, Verdict.REFUTED, Verdict.VACUOUS)
    refuting = tuple(row for row, verdict in zip(table, inside, strict=True) if verdict is Verdict.REFUTED)
    undecided = sum(verdict not in known for verdict in (*inside, outside))
    return Kinds(refuting, len(table), outside is Verdict.REFUTED, undecided)


def _asked(claim: Claim, terms: list[Term]) -> Iterator[Claim]:
    """The claim of each row alone, and last of no row."""
    for i, term in enumerate([*terms, ~disj(*terms)]):
        yield replace(
            claim, theorem=f"{claim.theorem}.{i}", given=(*claim.given, term), expected=None, regions=()
        )


def _term(row: Row) -> Term:
    """That an input is in the row."""
    columns = zip(COLUMNS, row.answers, strict=True)
    return conj(*(disj(*(column.answers[i].when for i in answers)) for column, answers in columns))
