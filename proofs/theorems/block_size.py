# SPDX-License-Identifier: GPL-2.0-only
"""How much is mapped at once: sizes, alignment, and what a block must not reach beyond."""

from __future__ import annotations

from model.logic import WORD64, choose, const, disj
from model.memory import (
    NORMAL,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    fault_ipa,
    hva,
    is_hugetlb,
    is_pfnmap,
    map_addr,
    map_phys,
    map_size,
    mapped,
    supports_pmd,
    supports_pud,
)
from model.mm.blocks import block_is_in_the_vma, congruent
from proofs.theorem import Theorem

_mask = map_size - const(1, WORD64)

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
