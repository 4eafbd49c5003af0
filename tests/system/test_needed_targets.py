# SPDX-License-Identifier: GPL-2.0-only
"""A premise of a theorem about a function of its own is needed: without it, the theorem is no longer
proved of some real kernel.  Those that none of the kernels at hand needs are listed, each with the reason
for which it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from model.logic import TRUE
from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from proofs.claims.catalogue import theorems
from proofs.claims.claim import Claim
from proofs.claims.kernel import claims
from proofs.theorems.expectation import Verdict
from tests.support.solvers.asking import ask
from tests.support.trees import WANTED, tree

#: A premise of a theorem: its name, and which one it is.
Premise = tuple[str, int]

_PKVM = (
    "arch/arm64/kvm/hyp/nvhe/mem_protect.c: what pKVM makes of the host's own tables is no guest's business."
)
_NO_LEAF = (
    "stage2_attr_walker(): an entry that is not valid is answered -EAGAIN; the sentence is about leaves."
)
#: Of the kernels at hand these theorems are proved without the premise, too (at 4K, one premise at a time).
#: Each is kept for a reason.
FULFILLED: Mapping[Premise, str] = {
    ("cacheable_leaves_are_cleaned_when_they_go", 2): _PKVM,
    ("changes_that_come_too_late_are_told", 1): _NO_LEAF,
    (
        "cleared_entries_are_counted",
        0,
    ): "stage2_unmap_walker(): it counts by what the walk saw; an entry that "
    "changed since is another walk's to count.",
    ("entries_that_become_executable_are_invalidated", 2): _NO_LEAF,
    ("invalid_entries_are_never_flushed", 1): _PKVM,
    (
        "leaves_are_broken_before_they_are_made",
        4,
    ): "stage2_try_break_pte(): it answers -EAGAIN where another walk "
    "was there first; the sentence is about the walk that wins.",
    ("noncacheable_leaves_are_never_executable", 1): _PKVM,
    (
        "permissions_are_never_changed_by_mapping_again",
        1,
    ): "stage2_pte_needs_update(): the sentence is about an entry that was a leaf before.",
    (
        "written_entries_are_counted",
        1,
    ): "stage2_map_walker_try_leaf(): it counts by what the walk saw; an entry "
    "that changed since is another walk's to count.",
}


def premises() -> set[Premise]:
    """Every premise of every theorem about a function of its own."""
    return {(n.name, i) for n in theorems() if n.theorem.of for i in range(len(n.theorem.given))}


def about(name: str) -> Iterator[Claim]:
    """The claims about the functions of a kernel, but for the fault path's common ones."""
    own = {n.name for n in theorems() if n.theorem.of}
    found = claims.make_tree_claims(tree(name), [("4K", Profile.builtin("4K"))], TARGETS)
    return (claim for claim in found.claims if claim.theorem in own)


def needed(name: str, among: set[Premise]) -> set[Premise]:
    """Those without which a theorem is not proved of that kernel."""
    weaker = {
        (claim.theorem, i): replace(
            claim,
            theorem=f"{claim.theorem} without premise {i}",  # a name of its own, as answers go by name
            given=claim.given[:i] + claim.given[i + 1 :] or (TRUE,),
        )
        for claim in about(name)
        for i in range(len(claim.given))
        if (claim.theorem, i) in among
    }
    verdicts = zip(weaker, ask(weaker.values()), strict=True)
    return {premise for premise, j in verdicts if j.verdict in (Verdict.REFUTED, Verdict.VACUOUS)}


def test_every_premise_is_needed_in_a_kernel() -> None:
    left = premises()
    for name in WANTED:
        left -= needed(name, left)
    assert left == FULFILLED.keys()


@pytest.mark.parametrize("premise", FULFILLED, ids=str)
def test_each_that_none_needs_is_kept_for_a_reason(premise: Premise) -> None:
    assert premise in premises()
    assert re.fullmatch(r"[\w/.]+(\(\))?: [^.]+\.", FULFILLED[premise])
