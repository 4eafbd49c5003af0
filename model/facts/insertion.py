# SPDX-License-Identifier: GPL-2.0-only
"""How a page gets into a user's page table: every API of core-mm, with what it insists on.

Source: mm/memory.c and mm/huge_memory.c of v6.12 to v7.3; BUG_ON()s and error returns are the
conditions, pte_mkspecial() the form.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import TRUE, Term, disj
from model.vocabulary.memory import (
    VM_IO,
    host_pte_special,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    is_zero_pfn,
    page_is_cow_copy,
    pfn_is_map_memory,
    pfn_valid,
    vm_flags,
)


@dataclass(frozen=True)
class Insertion:
    """``api`` writes a PTE only ``when`` its conditions hold, and the PTE and page are then
    ``leaves``."""

    api: str
    when: Term
    leaves: Term
    source: str


INSERTIONS: tuple[Insertion, ...] = (
    Insertion(
        "remap_pfn_range, io_remap_pfn_range, vm_iomap_memory",
        when=is_pfnmap & vm_flags.any(VM_IO),
        leaves=host_pte_special & ~page_is_cow_copy,
        source="remap_pfn_range_internal(): sets VM_IO|VM_PFNMAP, pte_mkspecial(pfn_pte(pfn, prot))",
    ),
    Insertion(
        "vmf_insert_pfn, vmf_insert_pfn_prot, vmf_insert_pfn_pmd, vmf_insert_pfn_pud",
        when=(is_pfnmap ^ is_mixedmap) & ~(is_pfnmap & is_cow_mapping) & ~(is_mixedmap & pfn_valid),
        leaves=host_pte_special & ~page_is_cow_copy,
        source="vmf_insert_pfn_prot(): four BUG_ON()s; insert_pfn(): pte_mkspecial()",
    ),
    Insertion(
        "vmf_insert_mixed, vmf_insert_mixed_mkwrite",
        when=is_mixedmap | is_zero_pfn,
        leaves=host_pte_special & ~page_is_cow_copy,
        source="vm_mixed_ok(); __vm_insert_mixed(): insert_pfn() where the architecture has pte_special",
    ),
    Insertion(
        "vm_insert_page, vm_insert_pages, vm_map_pages",
        when=is_mixedmap,
        leaves=(~host_pte_special | is_zero_pfn) & ~page_is_cow_copy,
        source="vm_insert_page(): sets VM_MIXEDMAP and, if it was not set, BUG_ON(VM_PFNMAP)",
    ),
    Insertion(
        "finish_fault, do_anonymous_page, vmf_insert_page_mkwrite, hugetlb_fault",
        when=TRUE,
        leaves=(~host_pte_special | is_zero_pfn) & ~page_is_cow_copy,
        source="mm/memory.c: nothing is asked of vm_flags; DAX puts the zero page into holes",
    ),
    Insertion(
        "do_anonymous_page, on a read: the zero page",
        when=~is_pfnmap & ~is_mixedmap,
        leaves=host_pte_special & is_zero_pfn & ~page_is_cow_copy,
        source="do_anonymous_page(): pte_mkspecial(pfn_pte(my_zero_pfn(addr), vm_page_prot))",
    ),
    Insertion(
        "wp_page_copy, do_cow_fault",
        when=is_cow_mapping,
        leaves=~host_pte_special & page_is_cow_copy & pfn_is_map_memory,
        source="wp_page_copy(): folio_mk_pte() of a folio from the page allocator",
    ),
)

#: The PTE was written by one of them.
was_inserted: Term = disj(*(i.when & i.leaves for i in INSERTIONS))
