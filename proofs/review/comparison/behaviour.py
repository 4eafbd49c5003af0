# SPDX-License-Identifier: GPL-2.0-only
"""Equivalence of each function before and after a patch: over all observables, for all inputs.

Of a function whose procedure is the same to the last term there is nothing to prove.  Of any other, each
observable is a claim, and so are all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from counterexamples.attributes.table import AttributesError, Results, Tables
from counterexamples.render.table import AttributeRow, find_changes, render_changed_rows
from model.program.procedure import Procedure
from model.source.errors import Unsupported
from model.source.kernel import Kernel, NoEffect
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from proofs.claims.claim import Claim
from proofs.claims.fingerprint import Fingerprints
from proofs.claims.relational.equivalence import (
    EVERYTHING,
    ReadTarget,
    compare_fault_paths,
    compare_functions,
)
from proofs.review.comparison.side import Side
from proofs.review.review import Difference, FunctionChange, FunctionReview
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.theorems.theorem import Region
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.finding import Finding, build_finding
from proofs.verdicts.prove import decide_claims, examine_verdicts
from proofs.verdicts.region import FormulaError, find_formula
from proofs.verdicts.verdict import ClaimVerdict


@dataclass(frozen=True)
class FunctionPair:
    """A function in both trees under one page size, and the claims that the two are equivalent."""

    target: Target
    pages: str
    one: ReadTarget
    two: ReadTarget
    claims: tuple[Claim, ...] = ()


def review_functions(
    pool: Pool, memory: VerdictCache, before: Side, after: Side
) -> tuple[FunctionReview, ...]:
    """The review of each function, in the order of the targets; those that neither tree has are left out."""
    pairs = list(_pair_functions(before, after))
    claims = [claim for pair in pairs for claim in pair.claims]
    judged = {each.name: each for each in decide_claims(pool, claims, memory)}
    refuted = [each for each in judged.values() if each.verdict is Verdict.REFUTED]
    closely = {each.name: build_finding(each) for each in examine_verdicts(pool, refuted, memory)}
    return tuple(_review_pair(pool, memory, pair, judged, closely) for pair in pairs)


def _pair_functions(before: Side, after: Side) -> Iterator[FunctionPair]:
    names = f"{before.name}..{after.name}"
    for (pages, one), (_, two) in zip(before.targets, after.targets, strict=True):
        for target in TARGETS:
            if target.name in one and not (_is_absent(one[target.name]) and _is_absent(two[target.name])):
                yield _pair_function(target, pages, names, one[target.name], two[target.name])


def _is_absent(read: ReadTarget) -> bool:
    return isinstance(read, NoEffect)


def _pair_function(target: Target, pages: str, names: str, one: ReadTarget, two: ReadTarget) -> FunctionPair:
    if not isinstance(one, Kernel) or not isinstance(two, Kernel):
        return FunctionPair(target, pages, one, two)
    if digest_procedure(one.procedure) == digest_procedure(two.procedure):
        return FunctionPair(target, pages, one, two)
    if target is USER_MEM_ABORT:
        return FunctionPair(
            target, pages, one, two, tuple(compare_fault_paths(one.procedure, two.procedure, names, pages))
        )
    return FunctionPair(
        target, pages, one, two, compare_functions(names, pages, {target.name: (one, two)}).claims
    )


def _review_pair(
    pool: Pool,
    memory: VerdictCache,
    pair: FunctionPair,
    judged: dict[str, ClaimVerdict],
    closely: dict[str, Finding],
) -> FunctionReview:
    change, why = _classify(pair, [judged[claim.name] for claim in pair.claims])
    name = pair.target.name
    if change is not FunctionChange.DIFFERS:
        return FunctionReview(name, pair.pages, change, why)
    differing = [claim for claim in pair.claims if judged[claim.name].verdict is Verdict.REFUTED]
    attributes = _compare_attributes(pair)
    return FunctionReview(
        name,
        pair.pages,
        change,
        "",
        next(
            (_render_region(pool, memory, claim, claim.regions[0]) for claim in differing if claim.regions),
            "",
        ),
        tuple(_describe_difference(closely[claim.name]) for claim in _most_specific(differing)),
        render_changed_rows(attributes.rows),
        attributes.rows,
        attributes.both,
    )


def _classify(pair: FunctionPair, judged: Sequence[ClaimVerdict]) -> tuple[FunctionChange, str]:
    why = next((str(each) for each in (pair.two, pair.one) if isinstance(each, Unsupported)), "")
    if why:
        return FunctionChange.UNREAD, why
    if _is_absent(pair.one) or _is_absent(pair.two):
        return (FunctionChange.APPEARED, "") if _is_absent(pair.one) else (FunctionChange.GONE, str(pair.two))
    verdicts = {each.verdict for each in judged}
    if Verdict.REFUTED in verdicts:
        return FunctionChange.DIFFERS, ""
    if verdicts <= {Verdict.PROVED}:
        return (FunctionChange.SAME if judged else FunctionChange.UNTOUCHED), ""
    return FunctionChange.UNDECIDED, next(each.why for each in judged if each.verdict is not Verdict.PROVED)


def _most_specific(differing: Sequence[Claim]) -> Sequence[Claim]:
    """The claims about one observable each; the one about everything only if there is no other."""
    return [claim for claim in differing if claim.theorem != EVERYTHING] or differing


def _describe_difference(finding: Finding) -> Difference:
    claim = finding.verdict.claim
    return Difference(claim.says, claim, finding.counterexample)


def _render_region(pool: Pool, memory: VerdictCache, claim: Claim, region: Region) -> str:
    try:
        return f"{region.says} {find_formula(pool, claim, region, memory)}"
    except FormulaError as error:
        return f"no formula: {error}"


@dataclass(frozen=True)
class _Attributes:
    """The tables of attributes of both sides, and the rows that changed."""

    rows: tuple[AttributeRow, ...] = ()
    both: tuple[Results, Results] | None = None


def _compare_attributes(pair: FunctionPair) -> _Attributes:
    """Nothing of a function that gives no attributes."""
    if not (isinstance(pair.one, Kernel) and isinstance(pair.two, Kernel) and pair.target.is_fault_path):
        return _Attributes()
    one, two, tables = pair.one.procedure, pair.two.procedure, Tables()
    try:
        return _Attributes(tuple(find_changes(one, two, tables)), (tables.of(one), tables.of(two)))
    except AttributesError:
        return _Attributes()


def digest_procedure(procedure: Procedure) -> bytes:
    """A digest of a procedure, but for its name and, as in any fingerprint, the places of its lines."""
    return Fingerprints("").content(replace(procedure, name=""))
