# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: block sizes."""

from __future__ import annotations

from model.logic import WORD64, const
from model.memory import PMD_SIZE, hva, is_pfnmap, map_size
from proofs.expectations.table import Table, proved, refuted, until

EXPECTED: Table = {
    "sizes_are_page_pmd_and_pud": proved(),
    "blocks_begin_at_aligned_guest_addresses": proved(),
    "blocks_begin_at_aligned_pages": proved(
        refuted(
            until("split"),
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
            until("split"),
            witness=(hva & (PMD_SIZE - const(1, WORD64))) == 0,
            reason="ALIGN(hva, size) <= vma->vm_end asks nothing of a hva that is aligned already: a "
            "fault on the first page of "
            "a block maps all of it, though the VMA may end after one page. Gone with 71cc2c67fb8f.",
        )
    ),
    "noncacheable_pages_are_never_resized_late": proved(
        refuted(
            "leaf_sized",
            witness=map_size == PMD_SIZE,
            reason="By design: 71cc2c67fb8f sizes every page from the host's leaf, Device as well.",
        )
    ),
}
