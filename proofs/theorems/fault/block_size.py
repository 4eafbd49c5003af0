# SPDX-License-Identifier: GPL-2.0-only
"""Block sizes: what is mapped at once, its alignment, and what a block must not reach beyond."""

from __future__ import annotations

from model.facts.blocks import block_is_in_the_vma, congruent
from model.logic import BV64, Term, choose, const, disj, resize
from model.vocabulary.memory import (
    EAGAIN,
    NORMAL,
    PAGE_SHIFT,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    fault_granule,
    fault_ipa,
    huge_page_size,
    hva,
    is_hugetlb,
    is_negative,
    is_pfnmap,
    logging_active,
    looked_up,
    lookup_gfn,
    map_addr,
    map_phys,
    map_size,
    mapped,
    mmu_invalidated,
    mmu_locked,
    nested,
    nested_output,
    nested_size,
    perm_fault,
    pfn_is_map_memory,
    relaxed,
    relaxed_addr,
    ret,
    sized_address,
    supports_pmd,
    supports_pud,
    thp_size,
    vm_end,
    vm_pgoff,
    vm_start,
    vma_address,
)
from proofs.theorems.theorem import Theorem

_mask = map_size - const(1, BV64)

sizes_are_page_pmd_and_pud = Theorem(
    says="What is mapped at once is a page, a PMD block or a PUD block.",
    given=(mapped,),
    then=disj(*(map_size == size for size in (PAGE_SIZE, PMD_SIZE, PUD_SIZE))),
    because=("kvm_pgtable_stage2_map() takes any multiple of a page and would map pages",),
)

blocks_begin_at_aligned_guest_addresses = Theorem(
    says="The guest-physical address of a block is a multiple of its size.",
    given=(mapped, map_size != PAGE_SIZE),
    then=(map_addr & _mask) == 0,
    because=("user_mem_abort(): both the canonical IPA and fault IPA must be hugepage-aligned",),
)

blocks_begin_at_aligned_pages = Theorem(
    says="The physical address of what is mapped is a multiple of its size.",
    given=(mapped,),
    then=(map_phys & _mask) == 0,
    because=("kvm_block_mapping_supported(); where it is not, consecutive pages are mapped one by one",),
)

blocks_begin_at_the_same_offset_on_both_sides = Theorem(
    says="The faulting page has the same place in the block of guest-physical as in that of "
    "host-virtual memory.",
    given=(mapped,),
    then=congruent(map_size, hva, fault_ipa),
    because=("fault_supports_stage2_huge_mapping(): otherwise d -> f, e -> g, f -> h",),
)

blocks_have_room_in_the_memslot = Theorem(
    says="A block is mapped only where the memslot has room for it.",
    given=(mapped, map_size != PAGE_SIZE),
    then=choose(map_size == PUD_SIZE, supports_pud, supports_pmd),
    because=("fault_supports_stage2_huge_mapping()",),
)

blocks_of_a_pfnmap_vma_lie_in_it = Theorem(
    says="A block of a VM_PFNMAP VMA is mapped only where all of it lies in the VMA.",
    given=(mapped, is_pfnmap, map_size != PAGE_SIZE),
    then=block_is_in_the_vma,
    because=(
        "get_vma_page_shift(): ALIGN_DOWN(hva, size) >= vma->vm_start && ALIGN(hva, size) <= vma->vm_end",
    ),
)

noncacheable_pages_are_never_resized_late = Theorem(
    says="A page that is mapped Device or Normal-NC is a block only if its VMA alone made it one.",
    given=(mapped, ~NORMAL, ~is_pfnmap, ~is_hugetlb),
    then=map_size == PAGE_SIZE,
    because=(
        "user_mem_abort(): we don't let transparent_hugepage_adjust() change things at the last minute",
    ),
)

#: Neither the VMA nor the guest's own stage 2 says how large a block may be, and nothing is logged.
_sized_late_without_room = (~logging_active, ~nested, ~is_hugetlb, ~is_pfnmap)
_sized_late = (*_sized_late_without_room, supports_pmd)


def _room(pud: Term, pmd: Term) -> Term:
    """The largest block: a PUD if that is wanted, a PMD if it is or a PUD has no room, or a page."""
    smaller = choose((pud | pmd) & supports_pmd, PMD_SIZE, PAGE_SIZE)
    return choose(pud & supports_pud, PUD_SIZE, smaller)


def _fits(size: Term) -> Term:
    """get_vma_page_shift()'s condition: congruent with vm_pgoff, and both ends in the VMA."""
    mask = size - const(1, BV64)
    pa = (vm_pgoff << PAGE_SHIFT) + (hva - vm_start)
    ends = ((hva & ~mask) >= vm_start) & (((hva + mask) & ~mask) <= vm_end)
    return ((hva & mask) == (pa & mask)) & ends


_largest_of_hugetlb = _room(huge_page_size == PUD_SIZE, huge_page_size >= PMD_SIZE)
_largest_of_pfnmap = _room(_fits(PUD_SIZE), _fits(PMD_SIZE))
#: The address that the memslot knows.
_memslot_ipa = choose(nested, nested_output, fault_ipa)

pages_that_the_host_maps_by_a_block_are_mapped_by_a_block = Theorem(
    says="A page that is mapped Normal is mapped by a PMD block if the host maps it by one leaf"
    " of that size and the memslot has room, and alone if not.",
    given=(mapped, NORMAL, *_sized_late),
    then=map_size == choose(resize(thp_size, 64) >= PMD_SIZE, PMD_SIZE, PAGE_SIZE),
    because=("transparent_hugepage_adjust()",),
)

nothing_is_mapped_if_the_walk_of_host_tables_failed = Theorem(
    says="A page whose size in the host's tables could not be found is not mapped.",
    given=(is_negative(thp_size), NORMAL, *_sized_late),
    then=~mapped,
    because=("transparent_hugepage_adjust(): `if (sz < 0) return sz`",),
)

failures_to_size_a_page_are_told = Theorem(
    says="A page of memory whose size in the host's tables could not be found is answered by that error, "
    "and by 0 where the guest has to try again.",
    given=(mmu_locked, ~mmu_invalidated, ~perm_fault, pfn_is_map_memory, is_negative(thp_size), *_sized_late),
    then=ret == choose(thp_size == -EAGAIN, const(0, ret.sort), thp_size),
    because=("transparent_hugepage_adjust(): `if (sz < 0) return sz`",),
)

hugetlb_pages_are_mapped_as_large_as_the_memslot_allows = Theorem(
    says="A page of hugetlbfs is mapped as the largest block that it holds and the memslot has room for.",
    given=(mapped, is_hugetlb, ~nested, ~logging_active),
    then=map_size == _largest_of_hugetlb,
    because=("user_mem_abort(): switch (vma_shift), with its fallthroughs",),
)

noncacheable_blocks_are_as_large_as_their_vma_allows = Theorem(
    says="A Device or Normal-NC page of a VM_PFNMAP VMA is mapped as the largest block that vm_pgoff,"
    " the VMA and the memslot allow.",
    given=(mapped, is_pfnmap, ~NORMAL, ~nested),
    then=map_size == _largest_of_pfnmap,
    because=("2aa53d68cee6: get_vma_page_shift()",),
)

blocks_of_other_vmas_begin_at_aligned_pages = Theorem(
    says="The physical address of what is mapped is a multiple of its size, in VMAs without VM_PFNMAP.",
    given=(mapped, ~is_pfnmap),
    then=(map_phys & _mask) == 0,
    because=("transparent_hugepage_adjust(): `pfn &= ~(PTRS_PER_PMD - 1)`",),
)

what_is_mapped_holds_the_fault = Theorem(
    says="The address that faulted lies in what is mapped.",
    given=(mapped,),
    then=((map_addr ^ fault_ipa) & ~_mask) == 0,
    because=("user_mem_abort(): `fault_ipa = ALIGN_DOWN(fault_ipa, vma_pagesize)`",),
)

entries_that_are_relaxed_hold_the_fault = Theorem(
    says="Permissions are added to the entry that holds the address which faulted.",
    given=(relaxed,),
    then=((relaxed_addr ^ fault_ipa) & ~(fault_granule - const(1, BV64))) == 0,
    because=("kvm_pgtable_stage2_relax_perms(pgt, fault_ipa, prot)",),
)

permission_faults_never_map_an_entry_of_the_same_size = Theorem(
    says="A permission fault on an entry of the size that is wanted adds permissions, and maps nothing.",
    given=(mapped, perm_fault),
    then=map_size != fault_granule,
    because=("user_mem_abort(): `if (fault_is_perm && vma_pagesize == fault_granule)`",),
)

blocks_of_memory_are_never_split_by_a_permission_fault = Theorem(
    says="A permission fault on a block of memory maps nothing smaller while nothing is logged.",
    given=(perm_fault, fault_granule != PAGE_SIZE, pfn_is_map_memory, *_sized_late_without_room),
    then=~mapped,
    because=(
        "user_mem_abort(): `if (fault_is_perm && fault_granule > PAGE_SIZE) vma_pagesize = fault_granule`",
    ),
)

the_lookup_is_for_the_page_or_the_first_of_its_block = Theorem(
    says="The pfn is looked up for the page that the memslot knows, or for the first one of what is mapped.",
    given=(mapped,),
    then=disj(
        lookup_gfn == (_memslot_ipa >> PAGE_SHIFT), lookup_gfn == ((_memslot_ipa & ~_mask) >> PAGE_SHIFT)
    ),
    because=("user_mem_abort(): `gfn = ipa >> PAGE_SHIFT`; nested: kvm_s2_trans_output()",),
)

the_lookup_for_hugetlb_is_for_the_first_page = Theorem(
    says="The pfn of a page of hugetlbfs is looked up for the first page of what is mapped.",
    given=(mapped, is_hugetlb),
    then=lookup_gfn == ((_memslot_ipa & ~_mask) >> PAGE_SHIFT),
    because=("user_mem_abort(): `ipa &= ~(vma_pagesize - 1)`",),
)

hugetlb_under_a_guest_pud_is_as_large_as_the_memslot_allows = Theorem(
    says="The same of a shadow stage 2, under a PUD block of the guest's own stage 2.",
    given=(mapped, nested_size >= PUD_SIZE, is_hugetlb, ~logging_active),
    then=map_size == _largest_of_hugetlb,
    because=("user_mem_abort(): max_map_size",),
)

nested_pages_in_a_host_block_are_mapped_by_a_block = Theorem(
    says="A page of a shadow stage 2, under a block of the guest's own stage 2, is as large as the "
    "host's leaf.",
    given=(mapped, NORMAL, nested_size >= PMD_SIZE, supports_pmd, ~logging_active, ~is_hugetlb, ~is_pfnmap),
    then=map_size == choose(resize(thp_size, 64) >= PMD_SIZE, PMD_SIZE, PAGE_SIZE),
    because=("user_mem_abort(): `force_pte = (max_map_size == PAGE_SIZE)`",),
)

pages_that_the_host_maps_by_a_block_are_never_relaxed_alone = Theorem(
    says="An entry of one page, that the host maps by a block for which the memslot has room, is "
    "replaced and not relaxed.",
    given=(
        relaxed,
        fault_granule == PAGE_SIZE,
        pfn_is_map_memory,
        ~logging_active,
        ~nested,
        ~is_hugetlb,
        supports_pmd,
    ),
    then=resize(thp_size, 64) < PMD_SIZE,
    because=("transparent_hugepage_adjust()",),
)

cacheable_pfnmap_pages_in_a_host_block_are_mapped_by_a_block = Theorem(
    says="A Normal page of a VM_PFNMAP VMA is mapped by a block if the host maps it by one and the "
    "memslot has room.",
    given=(mapped, NORMAL, is_pfnmap, ~nested, supports_pmd, resize(thp_size, 64) >= PMD_SIZE),
    then=map_size != PAGE_SIZE,
    because=("transparent_hugepage_adjust()",),
)

nothing_smaller_than_a_page_is_mapped = Theorem(
    says="Nothing smaller than a page is mapped, whatever the walk of the host's tables answered.",
    given=(mapped,),
    then=PAGE_SIZE <= map_size,
    because=("kvm_pgtable_stage2_map() of no bytes answers 0 and maps nothing",),
    not_assuming=("host_leaves_are_blocks", "hugetlb_pages_are_blocks"),
)

the_vma_is_the_one_of_the_fault = Theorem(
    says="The VMA is looked up at the host address of the page that faulted.",
    given=(looked_up,),
    then=vma_address == hva,
    because=("user_mem_abort(): vma_lookup(current->mm, hva)",),
)

the_host_leaf_is_the_one_of_the_fault = Theorem(
    says="What is sized late is sized by the host's leaf entry at the address of the page that faulted.",
    given=(mapped, map_size != PAGE_SIZE, ~is_hugetlb, ~is_pfnmap),
    then=sized_address == hva,
    because=("transparent_hugepage_adjust(): get_user_mapping_size(kvm, hva)",),
)
