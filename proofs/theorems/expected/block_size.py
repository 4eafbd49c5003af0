# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: block sizes."""

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
from proofs.theorems.expectation import Table, proved, refuted, until

EXPECTED: Table = {
    "sizes_are_page_pmd_and_pud": proved(),
    "blocks_begin_at_aligned_guest_addresses": proved(),
    "blocks_begin_at_aligned_pages": proved(
        refuted(
            until("v7.1"),
            witness=is_pfnmap,
            reason="get_vma_page_shift() aligns vm_pgoff, not the pfn that is found: a COW copy, or the "
            "second run of a driver, "
            "may lie anywhere, and stage2_map() then maps what follows it page by page.",
        )
    ),
    "blocks_begin_at_the_same_offset_on_both_sides": proved(),
    "blocks_have_room_in_the_memslot": proved(),
    "blocks_of_a_pfnmap_vma_lie_in_it": proved(
        refuted(
            until("v7.1"),
            witness=(hva & (PMD_SIZE - const(1, BV64))) == 0,
            reason="ALIGN(hva, size) <= vma->vm_end asks nothing of a hva that is aligned already: a "
            "fault on the first page of "
            "a block maps all of it, though the VMA may end after one page. Gone with 71cc2c67fb8f.",
        )
    ),
    "noncacheable_pages_are_never_resized_late": proved(
        refuted(
            "v7.2.10",
            witness=map_size == PMD_SIZE,
            reason="By design: 71cc2c67fb8f sizes every page from the host's leaf, Device as well.",
        )
    ),
    "pages_that_the_host_maps_by_a_block_are_mapped_by_a_block": proved(),
    "nothing_is_mapped_if_the_walk_of_host_tables_failed": proved(),
    "failures_to_size_a_page_are_told": proved(
        refuted(
            "v7",
            witness=is_vma_cacheable & ~kvm_supports_cacheable_pfnmap & returns(EINVAL),
            reason="v7 refuses memory, too, before it is sized: aFLqiAyXZLoOTepi@arm.com.",
        )
    ),
    "hugetlb_pages_are_mapped_as_large_as_the_memslot_allows": proved(),
    "noncacheable_blocks_are_as_large_as_their_vma_allows": proved(
        refuted(
            "v7.2.10",
            witness=is_pfnmap & ~is_hugetlb,
            reason="71cc2c67fb8f sizes what is not of hugetlbfs from the host's leaf, which vm_pgoff says nothing of.",
        )
    ),
    "blocks_of_other_vmas_begin_at_aligned_pages": proved(),
    "what_is_mapped_holds_the_fault": proved(),
    "entries_that_are_relaxed_hold_the_fault": proved(),
    "permission_faults_never_map_an_entry_of_the_same_size": proved(),
    "blocks_of_memory_are_never_split_by_a_permission_fault": proved(),
    "the_lookup_is_for_the_page_or_the_first_of_its_block": proved(),
    "the_lookup_for_hugetlb_is_for_the_first_page": proved(),
    "hugetlb_under_a_guest_pud_is_as_large_as_the_memslot_allows": proved(),
    "nested_pages_in_a_host_block_are_mapped_by_a_block": proved(),
    "pages_that_the_host_maps_by_a_block_are_never_relaxed_alone": proved(),
    "cacheable_pfnmap_pages_in_a_host_block_are_mapped_by_a_block": proved(),
    "nothing_smaller_than_a_page_is_mapped": proved(),
    "the_vma_is_the_one_of_the_fault": proved(),
    "the_host_leaf_is_the_one_of_the_fault": proved(),
}
