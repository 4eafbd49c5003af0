# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: block sizes."""

from __future__ import annotations

from model.logic import BV64, const
from model.vocabulary.memory import (
    EINVAL,
    PMD_SIZE,
    hva,
    is_hugetlb,
    is_pfnmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    map_size,
    returns,
)
from proofs.theorems.expectation import Table, expect_proved, expect_refuted, until

EXPECTED: Table = {
    "sizes_are_page_pmd_and_pud": expect_proved(),
    "blocks_begin_at_aligned_guest_addresses": expect_proved(),
    "blocks_begin_at_aligned_pages": expect_proved(
        expect_refuted(
            until("v7.1"),
            witness=is_pfnmap,
            reason="get_vma_page_shift() aligns vm_pgoff, not the pfn that is found: a COW copy, or the "
            "second run of a driver, "
            "may lie anywhere, and stage2_map() then maps what follows it page by page.",
        )
    ),
    "blocks_begin_at_the_same_offset_on_both_sides": expect_proved(),
    "blocks_have_room_in_the_memslot": expect_proved(),
    "blocks_of_a_pfnmap_vma_lie_in_it": expect_proved(
        expect_refuted(
            until("v7.1"),
            witness=(hva & (PMD_SIZE - const(1, BV64))) == 0,
            reason="ALIGN(hva, size) <= vma->vm_end asks nothing of a hva that is aligned already: a "
            "fault on the first page of "
            "a block maps all of it, though the VMA may end after one page. Gone with 71cc2c67fb8f.",
        )
    ),
    "noncacheable_pages_are_never_resized_late": expect_proved(
        expect_refuted(
            "v7.2.10",
            witness=map_size == PMD_SIZE,
            reason="By design: 71cc2c67fb8f sizes every page from the host's leaf, Device as well.",
        )
    ),
    "pages_that_the_host_maps_by_a_block_are_mapped_by_a_block": expect_proved(),
    "nothing_is_mapped_if_the_walk_of_host_tables_failed": expect_proved(),
    "failures_to_size_a_page_are_told": expect_proved(
        expect_refuted(
            "v7",
            witness=is_vma_cacheable & ~kvm_supports_cacheable_pfnmap & returns(EINVAL),
            reason="v7 refuses memory, too, before it is sized: aFLqiAyXZLoOTepi@arm.com.",
        )
    ),
    "hugetlb_pages_are_mapped_as_large_as_the_memslot_allows": expect_proved(),
    "noncacheable_blocks_are_as_large_as_their_vma_allows": expect_proved(
        expect_refuted(
            "v7.2.10",
            witness=is_pfnmap & ~is_hugetlb,
            reason="71cc2c67fb8f sizes what is not of hugetlbfs from the host's leaf, which vm_pgoff says nothing of.",
        )
    ),
    "blocks_of_other_vmas_begin_at_aligned_pages": expect_proved(),
    "what_is_mapped_holds_the_fault": expect_proved(),
    "entries_that_are_relaxed_hold_the_fault": expect_proved(),
    "permission_faults_never_map_an_entry_of_the_same_size": expect_proved(),
    "blocks_of_memory_are_never_split_by_a_permission_fault": expect_proved(),
    "the_lookup_is_for_the_page_or_the_first_of_its_block": expect_proved(),
    "the_lookup_for_hugetlb_is_for_the_first_page": expect_proved(),
    "hugetlb_under_a_guest_pud_is_as_large_as_the_memslot_allows": expect_proved(),
    "nested_pages_in_a_host_block_are_mapped_by_a_block": expect_proved(),
    "pages_that_the_host_maps_by_a_block_are_never_relaxed_alone": expect_proved(),
    "cacheable_pfnmap_pages_in_a_host_block_are_mapped_by_a_block": expect_proved(),
    "nothing_smaller_than_a_page_is_mapped": expect_proved(),
    "the_vma_is_the_one_of_the_fault": expect_proved(),
    "the_host_leaf_is_the_one_of_the_fault": expect_proved(),
}
