# SPDX-License-Identifier: GPL-2.0-only
"""A premise of a theorem about a function of its own is needed: without it, the theorem is no longer
proved of some real kernel.  Those that none of the kernels at hand needs are listed, each to be justified
or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from asking import ask

from model.logic import TRUE
from model.source.profile import Profile
from model.source.roots.fault import USER_MEM_ABORT
from model.source.roots.table import ROOTS
from proofs import kernel_claims
from proofs.catalogue import theorems
from proofs.claim import Claim, Verdict
from tests.trees import WANTED, tree

#: A premise of a theorem: its name, and which one it is.
Premise = tuple[str, int]

#: Of the kernels at hand these theorems are proved without the premise, too (at 4K, one premise at a time).
FULFILLED: frozenset[Premise] = frozenset(
    {
        ("cacheable_leaves_are_cleaned_when_they_go", 2),
        ("changes_that_come_too_late_are_told", 1),
        ("cleared_entries_are_counted", 0),
        ("entries_that_become_executable_are_invalidated", 2),
        ("faults_of_the_guest_s_own_making_are_never_resolved", 0),
        ("fetches_from_outside_memslots_are_the_guest_s", 1),
        ("guest_memfd_never_meets_mte", 1),
        ("guest_memfd_never_meets_mte", 3),
        ("invalid_entries_are_never_flushed", 1),
        ("leaves_are_broken_before_they_are_made", 4),
        ("noncacheable_leaves_are_never_executable", 1),
        ("pages_that_guest_memfd_has_not_are_refused", 0),
        ("permissions_are_never_changed_by_mapping_again", 1),
        ("registers_that_cannot_be_mapped_are_told", 1),
        ("remapped_pages_are_never_pinned", 0),
        ("slow_lookups_for_writing_ask_for_writing", 0),
        ("slow_lookups_say_writable_of_what_was_found_for_writing", 1),
        ("written_entries_are_counted", 1),
    }
)


def premises() -> set[Premise]:
    """Every premise of every theorem about a function of its own."""
    return {(n.name, i) for n in theorems() if n.theorem.of for i in range(len(n.theorem.given))}


def about(name: str) -> Iterator[Claim]:
    """The claims about the functions of a kernel, but for the fault path's common ones."""
    own = {n.name for n in theorems() if n.theorem.of}
    roots = [root for root in ROOTS if root is not USER_MEM_ABORT]
    found = kernel_claims.claims_of(tree(name), [("4K", Profile.builtin("4K"))], roots)
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
    assert left == FULFILLED
