# SPDX-License-Identifier: GPL-2.0-only
"""Regions of inputs as the smallest formula over a few chosen conditions.

Every combination of the conditions is asked of the solver as a claim: does the region hold
wherever they do, or nowhere?  The answers make a truth table, and sympy makes the formula.

Trusted: sympy's minimisation, for the text alone; ``minimise_formula`` checks it against the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from proofs.claims.claim import Claim
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.theorems.theorem import Region
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims

#: Conditions, at most: the table has two to this power of rows.
MOST = 8

#: The formulas without a condition.
ALWAYS, NEVER = "always", "never"

#: The conditions' values, in their order.
Row = tuple[bool, ...]


class FormulaError(ValueError):
    """The region is not a function of the conditions; the text is a whole sentence."""


def find_formula(pool: Pool, claim: Claim, region: Region, memory: VerdictCache | None = None) -> str:
    """The region of the claim's subjects, under its facts, as the smallest formula, worded to follow
    ``region.says``; ``memory`` is what earlier questions are recalled from.

    Raises FormulaError where the conditions do not determine the region, or the solver does not
    decide a row.
    """
    if len(region.atoms) > MOST:
        raise FormulaError(
            f"{region.says}: a formula is over at most {MOST} conditions, not {len(region.atoms)}."
        )
    table = _table(pool, claim, region, memory)
    return _said(region, minimise_formula([label for label, _ in region.atoms], table.__getitem__))


def _said(region: Region, text: str) -> str:
    """What follows ``region.says`` in a sentence."""
    if text == ALWAYS:
        return region.always
    return text if text == NEVER else region.where + text


def _table(pool: Pool, claim: Claim, region: Region, memory: VerdictCache | None) -> dict[Row, bool | None]:
    rows = list(product((False, True), repeat=len(region.atoms)))
    asked = {row: list(_asked(claim, region, row, i)) for i, row in enumerate(rows)}
    claims = [each for some in asked.values() for each in some]
    found = {each.name: each.verdict for each in decide_claims(pool, claims, memory)}
    return {row: _entry(region, row, [found[each.name] for each in some]) for row, some in asked.items()}


def _asked(claim: Claim, region: Region, row: Row, number: int) -> Iterator[Claim]:
    """Claims about a row: the region holds nowhere that its conditions do; and everywhere, unless
    some input is enough."""
    given = tuple(term if value else ~term for (_, term), value in zip(region.atoms, row, strict=True))
    outside, inside = ("outside", ~region.term), ("inside", region.term)
    for what, then in (outside,) if region.projected else (outside, inside):
        yield replace(
            claim,
            theorem=f"{claim.theorem}.{number}.{what}",
            given=given,
            then=then,
            expected=None,
            regions=(),
        )


#: What each verdict says of a projected row, and what the verdicts on both claims say of another.
_OF_ONE = {Verdict.VACUOUS: None, Verdict.REFUTED: True, Verdict.PROVED: False}
_OF_BOTH = {
    (Verdict.VACUOUS, Verdict.VACUOUS): None,
    (Verdict.REFUTED, Verdict.PROVED): True,
    (Verdict.PROVED, Verdict.REFUTED): False,
}


def _entry(region: Region, row: Row, verdicts: Sequence[Verdict]) -> bool | None:
    if region.projected and verdicts[0] in _OF_ONE:
        return _OF_ONE[verdicts[0]]
    if not region.projected and (verdicts[0], verdicts[1]) in _OF_BOTH:
        return _OF_BOTH[verdicts[0], verdicts[1]]
    where = " && ".join(
        label if v else f"!({label})" for (label, _), v in zip(region.atoms, row, strict=True)
    )
    if all(verdict is Verdict.REFUTED for verdict in verdicts):
        raise FormulaError(f"{region.says}: holds on some inputs with {where}, and not on others.")
    raise FormulaError(f"{region.says}: the solver did not decide the inputs with {where}.")


def minimise_formula(labels: Sequence[str], holds: Callable[[Row], bool | None]) -> str:
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
