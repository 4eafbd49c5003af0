# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: MTE."""

from __future__ import annotations

from model.vocabulary.memory import NORMAL, fault_granule, kvm_has_mte, map_size, mte_allowed, perm_fault
from proofs.theorems.expectation import EVERY, Table, proved, refuted

EXPECTED: Table = {
    "tagged_pages_are_of_vmas_that_allow_tags": proved(),
    "remapped_pages_are_of_vmas_that_allow_tags": proved(
        refuted(
            EVERY,
            witness=perm_fault & kvm_has_mte & NORMAL & ~mte_allowed & (map_size != fault_granule),
            reason="The test is for translation faults alone. A permission fault that changes the "
            "entry's size maps anew, and "
            "the VMA may have been replaced between the fault and mmap_read_lock(), before "
            "mmu_invalidate_seq is read.",
        )
    ),
    "tags_are_sanitised_before_a_page_is_mapped": proved(),
    "all_pages_of_a_block_are_sanitised": proved(),
    "tags_are_sanitised_only_of_struct_pages": proved(),
    "tags_of_noncacheable_pages_are_left_alone": proved(),
}
