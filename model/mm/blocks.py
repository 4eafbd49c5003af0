# SPDX-License-Identifier: GPL-2.0-only
"""What the host maps around the page that faulted: the other pages of a stage-2 block.

The pfn lookup is made for one page.  Any other page is named by its distance from the faulting
one, and has a host PTE of its own.  Distances are in pages, modulo 2**64.
"""

from __future__ import annotations

from model.logic import WORD64, Term, choose, conj, const
from model.memory import (
    PAGE_SHIFT,
    fault_ipa,
    hva,
    lookup_gfn,
    map_addr,
    map_phys,
    map_size,
    nested,
    nested_output,
    other_distance,
    other_is_cow_copy,
    other_pfn,
    page_is_cow_copy,
    pfn,
    vm_end,
    vm_start,
)

#: The address that the memslot knows: of a shadow stage 2, what the guest's stage 2 answered.
canonical_ipa: Term = choose(nested, nested_output, fault_ipa)

#: The page that was looked up, as seen from the one that faulted.
lookup_distance: Term = lookup_gfn - (canonical_ipa >> PAGE_SHIFT)

#: Which page of the stage-2 entry the other page is, and whether it is one at all.
other_index: Term = (fault_ipa >> PAGE_SHIFT) + other_distance - (map_addr >> PAGE_SHIFT)
other_is_mapped: Term = other_index < (map_size >> PAGE_SHIFT)

#: The pfn that the stage-2 entry gives the guest there.
guest_sees_pfn: Term = (map_phys >> PAGE_SHIFT) + other_index

#: The two pages are as far apart in physical as in virtual memory.
consecutive: Term = (other_pfn - pfn) == (other_distance - lookup_distance)
#: What a VMA that was filled by one remap_pfn_range() has, until a COW break replaces a page.
consecutive_unless_cowed: Term = (~page_is_cow_copy & ~other_is_cow_copy) >> consecutive

other_is_in_the_vma: Term = conj(
    vm_start <= hva + (other_distance << PAGE_SHIFT), hva + (other_distance << PAGE_SHIFT) < vm_end
)


def _index_in(size: Term, distance: Term) -> Term:
    """Which page of its host block of that size a page is, counted on past the block's end."""
    pages = size >> PAGE_SHIFT
    return ((hva >> PAGE_SHIFT) & (pages - const(1, WORD64))) + distance


def is_one_leaf(size: Term) -> Term:
    """The host maps the block of that size around the faulting page as one: what lies in it is
    consecutive, and its first pfn is aligned."""
    pages = size >> PAGE_SHIFT
    looked_up = _index_in(size, lookup_distance)
    aligned = ((pfn - looked_up) & (pages - const(1, WORD64))) == 0
    return (looked_up < pages) >> (aligned & ((_index_in(size, other_distance) < pages) >> consecutive))


def is_in_the_vma(size: Term) -> Term:
    """The block of that size around the faulting page lies in the VMA."""
    start = hva & ~(size - const(1, WORD64))
    return conj(vm_start <= start, start + (size - const(1, WORD64)) < vm_end)


def congruent(size: Term, a: Term, b: Term) -> Term:
    """Two addresses are the same page of a block of that size."""
    return (((a ^ b) & (size - const(1, WORD64))) >> PAGE_SHIFT) == 0
