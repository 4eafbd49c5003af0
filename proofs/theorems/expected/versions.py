# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: what the versions have in common, dead tests, and the redundancy of the is_cow_mapping() test.

The test is redundant for every theorem and every version, except where ``CONDITIONS`` of
``proofs.theorems.versions.cow_conditions`` says under which condition alone it is.
"""

from __future__ import annotations

from model.vocabulary.memory import (
    beyond,
    is_mixedmap,
    is_pfnmap,
    is_vma_cacheable,
    mapped,
    page_is_cow_copy,
    relaxed,
)
from proofs.theorems.expectation import (
    PROVED,
    Expectation,
    Table,
    Verdict,
    between,
    expect_proved,
    expect_refuted,
)
from proofs.theorems.versions.cow_conditions import find_condition

EXPECTED: Table = {
    "cow_check_refuses_exactly_its_set": expect_proved(),
    "what_the_cow_check_refuses_is_refused_without_it": expect_proved(
        expect_refuted(
            between("v3", "v9"),
            witness=mapped | relaxed,
            reason="The test is not dead: without it those inputs are mapped as any other page of their "
            "class is.",
        )
    ),
    "what_the_cow_check_refuses_is_not_mapped_writable_without_it": expect_proved(
        expect_refuted(
            between("v3", "v7"),
            witness=page_is_cow_copy,
            reason="The VMM broke COW by writing: the guest gets the anonymous copy, as it should. v3 "
            "to v7 refuse that too.",
        ),
        expect_refuted(
            "v9",
            witness=is_mixedmap & ~page_is_cow_copy,
            reason="A normal page of a VM_MIXEDMAP VMA may be writable: D7, virtiofs DAX.",
        ),
    ),
    "does_what_the_version_before_does_elsewhere": expect_proved(),
    "does_something_else_there": expect_proved(),
    "the_test_inside_cacheable_pfnmap_is_dead": expect_proved(),
    "the_test_before_enoexec_is_dead": expect_proved(
        expect_refuted(
            "v8",
            witness=beyond & is_mixedmap & ~is_pfnmap & is_vma_cacheable,
            reason="Alive in v8, where a cacheable VM_MIXEDMAP VMA is neither COW-tested nor "
            "cacheable_pfnmap (D7).",
        )
    ),
}


def expect_redundancy(theorem: str, shape: str) -> Expectation:
    """PROVED, or REFUTED with a witness that violates the declared condition."""
    found = find_condition(theorem, shape)
    return PROVED if found is None else Expectation(Verdict.REFUTED, ~found.holds, found.reason)
