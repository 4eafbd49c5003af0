# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: copy-on-write mappings of PFNs."""

from __future__ import annotations

from model.facts.normal_page import normal
from model.vocabulary.memory import (
    PAGE_SIZE,
    has_struct_page,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    map_size,
    other_is_cow_copy,
    page_is_cow_copy,
    pfn_valid,
)
from proofs.theorems.expectation import CORE_MM, Table, between, expect_proved, expect_refuted, until

EXPECTED: Table = {
    "pages_of_a_shared_pfnmap_vma_are_special": expect_proved(),
    "pages_of_a_pfnmap_vma_are_special": expect_proved(
        expect_refuted(
            CORE_MM,
            witness=is_cow_mapping & page_is_cow_copy & normal,
            reason="wp_page_copy() puts an anonymous page into a MAP_PRIVATE mapping of /dev/mem: D2, D4.",
        )
    ),
    "pages_of_a_shared_pfnmap_vma_are_special_without_pte_special": expect_proved(
        expect_refuted(
            CORE_MM,
            witness=is_mixedmap & pfn_valid,
            reason="VM_MIXEDMAP is asked for first, and virtio_gpu_vram_mmap() has both flags; a BAR in "
            "an early section "
            "has pfn_valid().",
        )
    ),
    "pages_of_a_pure_pfnmap_vma_are_special_without_pte_special": expect_proved(),
    "pages_of_a_pfnmap_vma_beyond_memory_are_special": expect_proved(),
    "pages_of_special_vmas_beyond_memory_are_special": expect_proved(
        expect_refuted(
            CORE_MM,
            witness=is_mixedmap & ~is_pfnmap & has_struct_page,
            reason="D7: virtiofs sets VM_MIXEDMAP, and its DAX pages have a struct page and are not in "
            "memblock.memory.",
        )
    ),
    "pages_of_ordinary_vmas_are_normal": expect_proved(),
    "special_pages_of_a_cow_mapping_are_never_mapped_writable": expect_proved(),
    "guests_see_what_the_host_maps": expect_proved(
        expect_refuted(
            until("v7.1"),
            witness=is_pfnmap & (map_size != PAGE_SIZE),
            reason="get_vma_page_shift() takes a VM_PFNMAP VMA to be contiguous, and a driver may fill "
            "it in several runs.",
        )
    ),
    "guests_see_what_the_host_maps_in_vmas_filled_at_once": expect_proved(
        expect_refuted(
            "v6.16",
            between("v8", "v7.1"),
            witness=is_pfnmap
            & is_cow_mapping
            & (map_size != PAGE_SIZE)
            & (page_is_cow_copy | other_is_cow_copy),
            reason="The size comes from vm_pgoff, the pfn from the block's first page; a COW break may "
            "have replaced that page "
            "or another one. v3 to v7 refuse such a VMA at once; v8 and v9 only if the first page is "
            "not memory.",
        )
    ),
    "guests_see_what_the_host_maps_in_vmas_without_pfnmap": expect_proved(),
}
