# SPDX-License-Identifier: GPL-2.0-only
"""On which inputs exactly?  A region as the smallest formula over a few chosen conditions.

Every combination of the conditions is asked of the solver as a claim: does the region hold
wherever they do, or nowhere?  The answers make a truth table, and sympy makes the formula.

Trusted: sympy's minimisation, for the text alone; ``minimal`` checks it against the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from proofs.claim import Claim, Region, Verdict
from proofs.pool import Pool
from proofs.prove import decided
from proofs.verdict import Judged

#: Conditions, at most: the table has two to this power of rows.
MOST = 8

#: The formulas without a condition.
ALWAYS, NEVER = "always", "never"

#: The conditions' values, in their order.
Row = tuple[bool, ...]


class FormulaError(ValueError):
    """The region is not a function of the conditions; the text is a whole sentence."""


def formula(pool: Pool, claim: Claim, region: Region) -> str:
    """The region of the claim's subjects, under its facts, as the smallest formula, worded to follow
    ``region.says``.

    Raises FormulaError where the conditions do not determine the region, or the solver does not
    decide a row.
    """
    if len(region.atoms) > MOST:
        raise FormulaError(
            f"{region.says}: a formula is over at most {MOST} conditions, not {len(region.atoms)}."
        )
    table = _table(pool, claim, region)
    return _said(region, minimal([label for label, _ in region.atoms], table.__getitem__))


def _said(region: Region, text: str) -> str:
    """What follows ``region.says`` in a sentence."""
    if text == ALWAYS:
        return region.always
    return text if text == NEVER else region.where + text


def _table(pool: Pool, claim: Claim, region: Region) -> dict[Row, bool | None]:
    rows = list(product((False, True), repeat=len(region.atoms)))
    asked = [c for i, row in enumerate(rows) for c in _asked(claim, region, row, i)]
    found = {each.name: each for each in decided(pool, asked)}
    table: dict[Row, bool | None] = {}
    for i, row in enumerate(rows):
        inside, outside = (found[c.name] for c in _asked(claim, region, row, i))
        table[row] = _entry(region, row, inside, outside)
    return table


def _asked(claim: Claim, region: Region, row: Row, number: int) -> Iterator[Claim]:
    """Two claims about a row: the region holds wherever its conditions do; and nowhere."""
    given = tuple(term if value else ~term for (_, term), value in zip(region.atoms, row, strict=True))
    for what, then in (("inside", region.term), ("outside", ~region.term)):
        yield replace(
            claim,
            theorem=f"{claim.theorem}.{number}.{what}",
            given=given,
            then=then,
            expected=None,
            regions=(),
        )


def _entry(region: Region, row: Row, inside: Judged, outside: Judged) -> bool | None:
    verdicts = inside.verdict, outside.verdict
    if verdicts == (Verdict.VACUOUS, Verdict.VACUOUS):
        return None
    if verdicts in ((Verdict.PROVED, Verdict.REFUTED), (Verdict.REFUTED, Verdict.PROVED)):
        return inside.verdict is Verdict.PROVED
    if region.projected and verdicts == (Verdict.REFUTED, Verdict.REFUTED):
        return True
    where = " && ".join(
        label if v else f"!({label})" for (label, _), v in zip(region.atoms, row, strict=True)
    )
    if verdicts == (Verdict.REFUTED, Verdict.REFUTED):
        raise FormulaError(f"{region.says}: holds on some inputs with {where}, and not on others.")
    raise FormulaError(f"{region.says}: the solver did not decide the inputs with {where}.")


def minimal(labels: Sequence[str], holds: Callable[[Row], bool | None]) -> str:
    """The smallest disjunction of conjunctions that is true where ``holds`` says so, false where it
    denies it, and anything where it says None; "always" and "never" where there is no condition."""
    from sympy import Symbol  # type: ignore[import-untyped, unused-ignore]  # slow to import
    from sympy.logic import SOPform  # type: ignore[import-untyped, unused-ignore]

    symbols = [Symbol(f"x{i:02}") for i, _ in enumerate(labels)]
    table = {row: holds(row) for row in product((False, True), repeat=len(labels))}
    wanted = [list(map(int, row)) for row, value in table.items() if value]
    free = [list(map(int, row)) for row, value in table.items() if value is None]
    terms = _terms(SOPform(symbols, wanted, free)) if wanted else []
    for row, value in table.items():
        said = any(all(row[i] is positive for i, positive in term.items()) for term in terms)
        if value is not None and said is not value:
            raise FormulaError(f"sympy's formula is wrong at {row}.")
    return _text(labels, terms)


def _terms(formed: object) -> list[dict[int, bool]]:
    """sympy's disjunction of conjunctions: in each term, which conditions have which value."""
    from sympy.logic.boolalg import And, Not, Or, false, true  # type: ignore[import-untyped, unused-ignore]

    if formed in (true, false):
        return [{}] if formed is true else []
    terms = []
    for conjunction in Or.make_args(formed):
        literals = {}
        for literal in And.make_args(conjunction):
            negated = isinstance(literal, Not)
            literals[int(str(literal.args[0] if negated else literal)[1:])] = not negated
        terms.append(dict(sorted(literals.items())))
    return sorted(terms, key=lambda term: (list(term), [not v for v in term.values()]))


def _text(labels: Sequence[str], terms: Sequence[Mapping[int, bool]]) -> str:
    if not terms:
        return NEVER
    if not terms[0]:
        return ALWAYS
    texts = [" && ".join(labels[i] if v else f"!({labels[i]})" for i, v in term.items()) for term in terms]
    if len(texts) == 1:
        return texts[0]
    return " || ".join(
        f"({text})" if len(term) > 1 else text for text, term in zip(texts, terms, strict=True)
    )
