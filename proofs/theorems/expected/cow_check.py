# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: whether the is_cow_mapping() test is redundant.

It is, for every theorem and every version, except where ``CONDITIONS`` of
``proofs.theorems.versions.cow_conditions`` says under which condition alone it is.
"""

from __future__ import annotations

from model.vocabulary.memory import is_mixedmap, mapped, page_is_cow_copy, relaxed
from proofs.theorems.expectation import PROVED, Expectation, Table, Verdict, between, proved, refuted
from proofs.theorems.versions.cow_conditions import condition

EXPECTED: Table = {
    "cow_check_refuses_exactly_its_set": proved(),
    "what_the_cow_check_refuses_is_refused_without_it": proved(
        refuted(
            between("v3", "v9"),
            witness=mapped | relaxed,
            reason="The test is not dead: without it those inputs are mapped as any other page of their "
            "class is.",
        )
    ),
    "what_the_cow_check_refuses_is_not_mapped_writable_without_it": proved(
        refuted(
            between("v3", "v7"),
            witness=page_is_cow_copy,
            reason="The VMM broke COW by writing: the guest gets the anonymous copy, as it should. v3 "
            "to v7 refuse that too.",
        ),
        refuted(
            "v9",
            witness=is_mixedmap & ~page_is_cow_copy,
            reason="A normal page of a VM_MIXEDMAP VMA may be writable: D7, virtiofs DAX.",
        ),
    ),
}


def expected_redundancy(theorem: str, shape: str) -> Expectation:
    """PROVED, or REFUTED with a witness that violates the declared condition."""
    found = condition(theorem, shape)
    return PROVED if found is None else Expectation(Verdict.REFUTED, ~found.holds, found.reason)
