# SPDX-License-Identifier: GPL-2.0-only
"""The other pages of a stage-2 block: what the host maps there.

The pfn lookup is made for one page of the block.  Any other page is named by its index in the
block, counted in pages from the block's first one, and has a host PTE of its own.
"""

from __future__ import annotations

from model.logic import BV64, Term, conj, const
from model.vocabulary.memory import (
    PAGE_SHIFT,
    hva,
    lookup_gfn,
    map_phys,
    map_size,
    other_index,
    other_is_cow_copy,
    other_pfn,
    page_is_cow_copy,
    pfn,
    vm_end,
    vm_pgoff,
    vm_start,
)

_bytes = map_size - const(1, BV64)
_pages = (map_size >> PAGE_SHIFT) - const(1, BV64)

other_is_in_the_block: Term = other_index <= _pages
#: The index of the page that was looked up.
lookup_index: Term = lookup_gfn & _pages

_first_hva = hva & ~_bytes
_other_hva = _first_hva | (other_index << PAGE_SHIFT)
other_is_in_the_vma: Term = conj(vm_start <= _other_hva, _other_hva < vm_end)

#: The pfn that the stage-2 entry gives the guest at the other page.
guest_sees_pfn: Term = (map_phys >> PAGE_SHIFT) + other_index

#: The two pages are as far apart in physical as in virtual memory.
consecutive: Term = (other_pfn + lookup_index) == (pfn + other_index)
#: What a VMA that was filled by one remap_pfn_range() has, until a COW break replaces a page.
consecutive_unless_cowed: Term = (other_is_in_the_vma & ~page_is_cow_copy & ~other_is_cow_copy) >> consecutive

block_is_in_the_vma: Term = conj(vm_start <= _first_hva, (_first_hva | _bytes) < vm_end)

#: The pfn that was looked up is the one that vm_pgoff arithmetic expects: remap_pfn_range() of a COW
#: mapping put it there, and no COW break replaced it.
pfn_is_linear: Term = (pfn << PAGE_SHIFT) == (
    (vm_pgoff << PAGE_SHIFT) + ((_first_hva | (lookup_index << PAGE_SHIFT)) - vm_start)
)

#: The host maps the block by one leaf entry: its pages are consecutive, and the first is aligned.
block_is_one_leaf: Term = conj(other_is_in_the_block >> consecutive, (pfn & _pages) == lookup_index)


def congruent(size: Term, a: Term, b: Term) -> Term:
    """Two addresses lie in the same page of a block of that size."""
    return (((a ^ b) & (size - const(1, BV64))) >> PAGE_SHIFT) == 0
