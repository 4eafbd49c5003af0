# SPDX-License-Identifier: GPL-2.0-only
"""Reviews made by hand of the toy, for the tests of what is written from a review.  All is
decided in this process, in less than a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from counterexamples.attributes import table
from counterexamples.render.table import render_changes
from model.logic import name
from model.program.procedure import Procedure, Span
from proofs.claims.claim import Claim
from proofs.review.patches.patch import Patch
from proofs.review.review import (
    Base,
    Difference,
    FunctionChange,
    FunctionReview,
    PatchReview,
    Review,
    TheoremReview,
    VerdictChange,
)
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import build_finding
from tests.support import toy
from tests.support.solvers.asking import ask, ask_closely

BEFORE, AFTER = toy.fault_path(), toy.fault_path(test_hardware=False)

#: A subject that would be markup, would end a script, a comment or a string, and turns the direction of writing.
HOSTILE = "</script><script>alert(1)</script> \"'>]]>--> <img src=x onerror=alert(1)> \x1b[31m\u202e\0 &lt;"


@cache
def review(subject: str = "KVM: arm64: Forget the test of FWB and DIC") -> Review:
    """A patch that forgets a test: a function differs, a theorem is broken and the others are as before."""
    return of(patch(subject))


def of(*patches: PatchReview, title: str = "") -> Review:
    """The review of a series."""
    return Review(
        title or patches[0].patch.subject,
        Base("7.3.0", "v7.3", "4K pages"),
        patches,
        not_checked=("other configurations than the one named here",),
        engines=("z3 4.15.0",),
        command="python -m proofs.attach --linux linux forget.patch",
        tool="stage2-proofs 0.1.0",
    )


@cache
def patch(subject: str) -> PatchReview:
    """The patch of ``review``."""
    return PatchReview(
        Patch("forget.patch", subject, 1, 1),
        (differing(subject), FunctionReview("gmem_abort", "4K", FunctionChange.UNTOUCHED)),
        tuple(theorems(subject)),
        ("arch/arm64/kvm/mmu.c: a hunk was applied with an offset of 3 lines.",),
        ("contract ktime_get", "fact map_memory_is_valid"),
    )


def quiet(subject: str) -> PatchReview:
    """A patch that changes nothing."""
    same = FunctionReview("user_mem_abort", "4K", FunctionChange.SAME)
    return PatchReview(Patch("quiet.patch", subject, 1, 2), (same,))


@cache
def differing(subject: str = "") -> FunctionReview:
    """The toy before and after, with a witness of two courses and both tables of attributes."""
    claim = next(c for c in toy.claims(AFTER) if c.theorem == "beyond_needs_hardware")
    then = name("mapped") == name("other:mapped")
    both = replace(claim, procedures={"": BEFORE, "other": AFTER}, given=(), then=then, expected=None)
    (found,) = ask_closely([replace(both, says=f"Whether something is mapped {subject}")])
    results = (table.compute_results(BEFORE), table.compute_results(AFTER))
    return FunctionReview(
        "user_mem_abort",
        "4K",
        FunctionChange.DIFFERS,
        "",
        "they differ only where beyond && is_vma_cacheable",
        (Difference(found.verdict.claim.says, found.verdict.claim, found.counterexample),),
        render_changes(BEFORE, AFTER),
        results=results,
    )


def theorems(subject: str) -> Iterable[TheoremReview]:
    """Each theorem of the toy before and after; those that fare otherwise with their witness."""
    one, two = ask(_about(BEFORE, subject)), ask(_about(AFTER, subject))
    for i, (before, after) in enumerate(zip(map(build_finding, one), map(build_finding, two), strict=True)):
        claim, became = after.verdict.claim, _became(before.verdict.verdict, after.verdict.verdict)
        closely, lines, relevant = after, None, (True, False, None)[i % 3]
        if became is VerdictChange.BROKEN:
            (closely,) = ask_closely([claim])
            lines = (Span("arch/arm64/kvm/mmu.c", 12, f"if (x) {subject}", "user_mem_abort"),)
            relevant = None
        function = "gmem_abort" if i % 3 == 2 else "user_mem_abort"
        yield TheoremReview(
            claim.theorem, function, "4K", claim.says, became, before, closely, relevant, lines
        )


def _became(one: Verdict, two: Verdict) -> VerdictChange:
    if one is two:
        return VerdictChange.SAME
    return VerdictChange.LOST if two is Verdict.VACUOUS else VerdictChange.BROKEN


def _about(procedure: Procedure, subject: str) -> list[Claim]:
    claims = toy.claims(procedure)
    return [
        replace(c, subject="7.3", pages="4K", says=f"{c.says} {subject}", because=(subject or "a commit",))
        for c in claims
    ]
