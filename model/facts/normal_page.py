# SPDX-License-Identifier: GPL-2.0-only
"""vm_normal_page(): which pages core-mm manages, in its two forms.

A page is *normal* if vm_normal_page() of the host PTE that maps it is not NULL, and *special*
otherwise.  arm64 always has CONFIG_ARCH_HAS_PTE_SPECIAL; the other form is here because the review
argues from it.  Source: mm/memory.c, vm_normal_page() of v6.12 and v6.17, __vm_normal_page() since
v6.18.  Left out: vm_ops->find_special_page() (Xen's gntdev on x86 only; since v6.18 find_normal_page(),
CONFIG_FIND_NORMAL_PAGE), pte_devmap() (gone in v6.17), and levels above the PTE.
"""

from __future__ import annotations

from model.logic import Term, choose
from model.vocabulary.memory import (
    PAGE_SHIFT,
    above_highest_memmap_pfn,
    host_pte_special,
    hva,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    is_zero_pfn,
    pfn,
    pfn_valid,
    vm_pgoff,
    vm_start,
)

#: With CONFIG_ARCH_HAS_PTE_SPECIAL: special PTEs are NULL whatever the VMA is (a PTE that is
#: special for no reason is reported as bad, and NULL as well), all others have a page.
normal: Term = ~host_pte_special & ~above_highest_memmap_pfn
special: Term = ~normal

#: linear_page_index(vma, addr): what remap_pfn_range() of a COW mapping put at this address.
is_linear_pfn: Term = pfn == vm_pgoff + ((hva - vm_start) >> PAGE_SHIFT)

#: Without it: of VM_MIXEDMAP what has a struct page, of VM_PFNMAP what a COW break put there.
normal_without_pte_special: Term = (
    choose(is_mixedmap, pfn_valid, ~is_pfnmap | (~is_linear_pfn & is_cow_mapping))
    & ~is_zero_pfn
    & ~above_highest_memmap_pfn
)
special_without_pte_special: Term = ~normal_without_pte_special
