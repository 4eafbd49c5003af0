# SPDX-License-Identifier: GPL-2.0-only
"""Every assumption, by name: what is believed of core-mm, of the caller and of the machine.

A fact is a term over the words of ``model.vocabulary.memory``.  It is offered to the solver under its name,
and the facts that a proof used are printed with it; nothing else is assumed of any input.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.facts.blocks import block_is_in_the_vma, block_is_one_leaf, congruent, lookup_index
from model.facts.classes import is_of_a_class
from model.facts.insertion import was_inserted
from model.facts.normal_page import normal
from model.logic import BV64, Term, choose, const, disj, resize
from model.vocabulary.memory import (
    CONT_PMD_SIZE,
    CONT_PTE_SIZE,
    EINVAL,
    PAGE_SHIFT,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    above_highest_memmap_pfn,
    cacheable,
    exec_fault,
    fault_granule,
    fault_ipa,
    has_linear_map,
    host_pte_prot,
    host_pte_special,
    host_pte_writable,
    huge_page_size,
    hva,
    is_cow_mapping,
    is_error_noslot_pfn,
    is_hugetlb,
    is_negative,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    is_vma_cacheable,
    logging_active,
    map_size,
    mte_allowed,
    nested,
    nested_executable,
    nested_output,
    nested_size,
    other_index,
    other_is_cow_copy,
    other_pfn,
    page_is_cow_copy,
    page_pinned,
    perm_fault,
    pfn,
    pfn_is_map_memory,
    pfn_writable,
    supports_pmd,
    supports_pud,
    thp_size,
    vm_end,
    vm_start,
    vma_found,
)


@dataclass(frozen=True)
class Fact:
    """``holds`` on every input that can occur; ``source`` is where that can be read; ``says`` is
    the fact as a sentence."""

    name: str
    says: str
    holds: Term
    source: str


_PTES = (
    Fact(
        "core_mm_wrote_the_pte",
        "The host PTE was written by one of core-mm's APIs under the conditions that it checks.",
        was_inserted,
        "mm/memory.c, mm/huge_memory.c: the table in model/facts/insertion.py",
    ),
    Fact(
        "pages_have_known_classes",
        "The page that the lookup found is of one of the classes of pages that arm64 has.",
        is_of_a_class,
        "arch/arm64/mm/init.c, mm/memremap.c: the table in model/facts/classes.py",
    ),
    Fact(
        "no_bad_ptes",
        "A PTE that is not special has a pfn that the memmap covers.",
        ~host_pte_special >> ~above_highest_memmap_pfn,
        "mm/memory.c: vm_normal_page() reports anything else by print_bad_pte()",
    ),
    Fact(
        "pfnmap_vmas_get_no_pages",
        "No driver puts a page with a struct page into a VM_PFNMAP VMA; only a COW break does.",
        (is_pfnmap & ~page_is_cow_copy) >> host_pte_special,
        "vm_insert_page(): BUG_ON(VM_PFNMAP), which VM_MIXEDMAP beside it evades "
        "(virtio_gpu_vram_mmap() sets "
        "both and inserts none); no ->fault of a VM_PFNMAP VMA returns vmf->page",
    ),
    Fact(
        "cow_vmas_have_no_writable_special_ptes",
        "A special PTE of a COW mapping is not writable.",
        (is_cow_mapping & host_pte_special) >> ~host_pte_writable,
        "protection_map[] of a private mapping has no write bit; vmf_insert_pfn() BUG_ON()s COW; a "
        "driver that "
        "gives remap_pfn_range() PAGE_SHARED breaks it (udlfb, smscufx, comedi, atomisp)",
    ),
    Fact(
        "other_cow_copies_are_in_cow_vmas",
        "A COW copy stands only in a COW mapping.",
        other_is_cow_copy >> is_cow_mapping,
        "do_wp_page(): VM_SHARED is reused or told pfn_mkwrite(), never copied",
    ),
    Fact(
        "normal_pages_have_the_vma_s_protection",
        "The PTE of a normal page has the memory type of vma->vm_page_prot.",
        normal >> (cacheable(host_pte_prot) ^ ~is_vma_cacheable),
        "mm/memory.c: mk_pte(page, vma->vm_page_prot) in finish_fault(), insert_page(), wp_page_copy()",
    ),
    Fact(
        "zone_device_pages_are_mapped_cacheable",
        "A normal page outside memblock.memory is of DAX or coherent device memory, in a cacheable VMA.",
        (normal & ~pfn_is_map_memory) >> is_vma_cacheable,
        "fs/dax.c, drivers/dax/device.c, fs/fuse/dax.c: none changes vm_page_prot",
    ),
    Fact(
        "users_map_memory_that_has_an_alias",
        "Memory that a user maps has a linear-map alias.",
        pfn_is_map_memory >> has_linear_map,
        "secretmem is refused by GUP; kfence, execmem and debug_pagealloc pages are kept from /dev/mem by "
        "CONFIG_STRICT_DEVMEM (default y on arm64)",
    ),
)

#: TASK_SIZE is no more, with the largest virtual addresses that arm64 can be configured for.
_TASK_SIZE = const(1 << 52, BV64)

_LOOKUP = (
    Fact(
        "pages_have_physical_addresses",
        "The address of a page has at most 52 bits.",
        ~is_error_noslot_pfn >> (pfn <= (const((1 << 52) - 1, BV64) >> PAGE_SHIFT)),
        "arch/arm64/Kconfig: ARM64_PA_BITS is 48 or 52; with pages of 16K or 64K a kvm_pfn_t could hold more",
    ),
    Fact(
        "vmas_hold_their_addresses",
        "The VMA that was found holds the address, and lies below TASK_SIZE.",
        vma_found >> ((vm_start <= hva) & (hva < vm_end) & (vm_end <= _TASK_SIZE)),
        "mm/mmap.c: vma_lookup(); arch/arm64/include/asm/processor.h: TASK_SIZE",
    ),
    Fact(
        "lookup_says_writable_of_writable_ptes",
        "The pfn lookup says writable only of a page whose host PTE is writable.",
        pfn_writable >> host_pte_writable,
        "virt/kvm/kvm_main.c: FOLL_WRITE in hva_to_pfn_fast() and _slow(), pte_write() in _remapped() "
        "(bd2fae8da794)",
    ),
    Fact(
        "lookup_pins_normal_pages",
        "The pfn lookup takes a reference only to a normal page.",
        page_pinned >> normal,
        "gup_fast_pte_range() refuses special PTEs; hva_to_pfn_remapped(): *refcounted_page = NULL",
    ),
    Fact(
        "lookup_answers_with_the_host_s_page",
        "The pfn that was looked up is the one that the host maps at that page.",
        (other_index == lookup_index) >> ((other_pfn == pfn) & ~(other_is_cow_copy ^ page_is_cow_copy)),
        "hva_to_pfn(); changes since then are noticed by mmu_invalidate_retry()",
    ),
    Fact(
        "host_leaves_are_blocks",
        "What the host maps by one leaf entry is consecutive, aligned, and of one VMA.",
        (~is_negative(thp_size) & (resize(thp_size, 64) >= map_size))
        >> (block_is_one_leaf & block_is_in_the_vma),
        "get_user_mapping_size(): the level of the host's leaf; split_huge_pmd_address() at every VMA "
        "boundary",
    ),
    Fact(
        "walks_of_the_host_s_tables_are_never_invalid",
        "get_user_mapping_size() never answers -EINVAL.",
        thp_size != -EINVAL,
        "kvm_pgtable_walk(): -EINVAL without a pgd alone; get_user_mapping_size(): -EFAULT, -EAGAIN",
    ),
    Fact(
        "hugetlb_pages_are_blocks",
        "A page of hugetlbfs is consecutive, aligned, and replaced only as a whole.",
        (is_hugetlb & (huge_page_size >= map_size)) >> block_is_one_leaf,
        "mm/hugetlb.c: hugetlb_wp() copies whole huge pages",
    ),
    Fact(
        "hugetlb_has_four_sizes",
        "Huge pages are of CONT_PTE, PMD, CONT_PMD or PUD size, and never in a VM_PFNMAP VMA.",
        is_hugetlb
        >> (
            ~is_pfnmap
            & disj(*(huge_page_size == s for s in (CONT_PTE_SIZE, PMD_SIZE, CONT_PMD_SIZE, PUD_SIZE)))
        ),
        "arch/arm64/mm/hugetlbpage.c: __hugetlb_valid_size(); VM_BUG_ON() in get_vma_page_shift()",
    ),
)

#: The address that the memslot knows: of a shadow stage 2, what the guest's stage 2 answered.
_memslot_ipa = choose(nested, nested_output, fault_ipa)

_KVM = (
    Fact(
        "pfnmap_memslots_never_log",
        "A memslot over a VM_PFNMAP VMA has no dirty logging.",
        is_pfnmap >> ~logging_active,
        "kvm_arch_prepare_memory_region(): -EINVAL; the VMA may be another one by the time of the fault",
    ),
    Fact(
        "mte_vmas_are_of_pages",
        "VM_MTE_ALLOWED stands only on VMAs of anonymous memory, shmem and hugetlbfs.",
        mte_allowed >> ~is_pfnmap_or_mixedmap,
        "arch/arm64/include/asm/mman.h: arch_calc_vm_flag_bits(); no driver's mmap gets it",
    ),
    Fact(
        "memslots_with_room_are_congruent",
        "A memslot that has room for a block has the same offset in it on both sides.",
        (supports_pmd >> congruent(PMD_SIZE, hva, _memslot_ipa))
        & (supports_pud >> (supports_pmd & congruent(PUD_SIZE, hva, _memslot_ipa))),
        "fault_supports_stage2_huge_mapping(); hva is gfn_to_hva_memslot() of the canonical address",
    ),
    Fact(
        "guest_blocks_are_congruent",
        "A block of the guest's own stage 2 maps addresses to others with the same offset in it.",
        nested
        >> (
            ((nested_size >= PMD_SIZE) >> congruent(PMD_SIZE, nested_output, fault_ipa))
            & ((nested_size >= PUD_SIZE) >> congruent(PUD_SIZE, nested_output, fault_ipa))
        ),
        "arch/arm64/kvm/nested.c: walk_nested_s2_pgd() keeps the offset",
    ),
    Fact(
        "guest_pages_are_no_smaller",
        "The guest's own stage 2 maps nothing smaller than a page of the host.",
        nested >> (nested_size >= PAGE_SIZE),
        "arch/arm64/kvm/nested.c: limit_nv_id_reg() hides smaller stage-2 granules",
    ),
    Fact(
        "entries_have_table_sizes",
        "The entry on which a permission fault was taken maps a page, a PMD block or a PUD block.",
        perm_fault >> disj(*(fault_granule == s for s in (PAGE_SIZE, PMD_SIZE, PUD_SIZE))),
        "kvm_vcpu_trap_get_perm_fault_granule(): BIT(ARM64_HW_PGTABLE_LEVEL_SHIFT(level)) of a leaf",
    ),
    Fact(
        "guest_faults_are_forwarded",
        "A permission fault on a fetch that the guest's own stage 2 forbids never gets here.",
        (nested & perm_fault & exec_fault) >> nested_executable,
        "arch/arm64/kvm/nested.c: kvm_s2_handle_perm_fault()",
    ),
)

FACTS: tuple[Fact, ...] = (*_PTES, *_LOOKUP, *_KVM)
