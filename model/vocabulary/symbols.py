# SPDX-License-Identifier: GPL-2.0-only
"""Every symbol of the vocabulary: its name, its sort, and what it is in the C.

Four tables, by who gives a symbol its value.  ``READ`` is what a fault path may read: a shape has
an input of that name, and for real C ``model.source.targets.fault_symbols`` says which expression it is; a word
that a version does not read still has a value in the world.  ``VARYING`` is read likewise, but by
some versions only, and means nothing to the others.  ``OUTCOMES`` is what the fault path did: places of
a procedure at its end.  ``WORLD`` is what no fault path reads (the host's page tables, struct
pages): facts connect it to what is read.

Trusted: the sentences; a witness is told in them.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.logic import BOOL, BV64, BitVec, Sort

BV32 = BitVec(32)

READ: Mapping[str, tuple[Sort, str]] = {
    # The fault, as kvm_handle_guest_abort() hands it on
    "fault_ipa": (BV64, "the guest-physical address that faulted, in bytes"),
    "hva": (BV64, "the host address of the page: gfn_to_hva_memslot_prot()"),
    "write_fault": (BOOL, "kvm_is_write_fault(vcpu)"),
    "exec_fault": (BOOL, "kvm_vcpu_trap_is_exec_fault(vcpu)"),
    "perm_fault": (BOOL, "a stage-2 permission fault: fault_is_perm, kvm_s2_fault_is_perm()"),
    "fault_granule": (
        BV64,
        "bytes mapped by the entry that faulted: kvm_vcpu_trap_get_perm_fault_granule()",
    ),
    # The memslot
    "logging_active": (BOOL, "memslot_is_logging(memslot)"),
    "dirty_tracked": (BOOL, "memslot->flags has KVM_MEM_LOG_DIRTY_PAGES and not KVM_MEM_READONLY"),
    "supports_pmd": (BOOL, "fault_supports_stage2_huge_mapping(memslot, hva, PMD_SIZE)"),
    "supports_pud": (BOOL, "fault_supports_stage2_huge_mapping(memslot, hva, PUD_SIZE)"),
    # The VMA, read under mmap_lock
    "vma_found": (BOOL, "vma_lookup(current->mm, hva) is not NULL"),
    "vm_flags": (BV64, "vma->vm_flags"),
    "vm_page_prot": (BV64, "pgprot_val(vma->vm_page_prot), all 64 bits"),
    "vm_start": (BV64, "vma->vm_start"),
    "vm_end": (BV64, "vma->vm_end"),
    "vm_pgoff": (BV64, "vma->vm_pgoff, in pages"),
    "huge_page_size": (BV64, "1UL << huge_page_shift(hstate_vma(vma)), where the VMA is of hugetlbfs"),
    # The pfn lookup: __kvm_faultin_pfn(), __gfn_to_pfn_memslot()
    "pfn": (BV64, "the kvm_pfn_t that the lookup returned, which may be an error"),
    "pfn_writable": (BOOL, "what the lookup put into its out-parameter: writable, map_writable"),
    "pfn_is_map_memory": (BOOL, "pfn_is_map_memory(pfn), of the pfn that was looked up"),
    "mmu_invalidated": (BOOL, "mmu_invalidate_retry(kvm, mmu_seq), asked under mmu_lock"),
    "thp_size": (BV32, "get_user_mapping_size(kvm, hva): a size in bytes, or a negative errno"),
    # What the rest of the kernel answered; each an int
    "topup_ret": (BV32, "kvm_mmu_topup_memory_cache(), topup_hyp_memcache()"),
    "map_ret": (BV32, "kvm_pgtable_stage2_map()"),
    "relax_ret": (BV32, "kvm_pgtable_stage2_relax_perms()"),
    # The machine and the VM
    "ARM64_HAS_STAGE2_FWB": (BOOL, "cpus_have_final_cap(ARM64_HAS_STAGE2_FWB)"),
    "ARM64_HAS_CACHE_DIC": (BOOL, "cpus_have_final_cap(ARM64_HAS_CACHE_DIC)"),
    "kvm_has_mte": (BOOL, "kvm_has_mte(kvm)"),
    "is_protected_kvm_enabled": (BOOL, "is_protected_kvm_enabled()"),
    # The translation by a nested guest's own stage 2
    "nested": (BOOL, "nested is not NULL: the fault was taken on a shadow stage 2"),
    "nested_output": (BV64, "kvm_s2_trans_output(nested), in bytes"),
    "nested_size": (BV64, "kvm_s2_trans_size(nested), in bytes"),
    "nested_level": (BV64, "kvm_encode_nested_level(nested), as bits of the prot"),
    "nested_readable": (BOOL, "kvm_s2_trans_readable(nested)"),
    "nested_writable": (BOOL, "kvm_s2_trans_writable(nested)"),
}

VARYING: Mapping[str, tuple[Sort, str]] = {
    "nested_executable": (BOOL, "kvm_s2_trans_executable(nested), up to v6.18"),
    "nested_exec_el0": (BOOL, "kvm_s2_trans_exec_el0(kvm, nested), since v6.19"),
    "nested_exec_el1": (BOOL, "kvm_s2_trans_exec_el1(kvm, nested), since v6.19"),
    "excl_atomic_fault": (BOOL, "esr_fsc_is_excl_atomic_fault(esr), since v7.0"),
}

OUTCOMES: Mapping[str, tuple[Sort, str]] = {
    "ret": (BV32, "what the fault path returned"),
    "mapped": (BOOL, "kvm_pgtable_stage2_map() was called"),
    "map_addr": (BV64, "its guest-physical address, in bytes"),
    "map_size": (BV64, "its size, in bytes"),
    "map_phys": (BV64, "its physical address, in bytes"),
    "prot": (BV64, "its enum kvm_pgtable_prot"),
    "map_locked": (BOOL, "mmu_lock was held then"),
    "relaxed": (BOOL, "kvm_pgtable_stage2_relax_perms() was called"),
    "relaxed_addr": (BV64, "its guest-physical address, in bytes"),
    "relaxed_prot": (BV64, "its enum kvm_pgtable_prot"),
    "relax_locked": (BOOL, "mmu_lock was held then"),
    "vma_address": (BV64, "the host address that vma_lookup() was asked for"),
    "sized_address": (BV64, "the host address that get_user_mapping_size() was asked for"),
    "looked_up": (BOOL, "the pfn lookup was made"),
    "lookup_gfn": (BV64, "the gfn it was made for"),
    "lookup_writes": (BOOL, "it was made for a write: FOLL_WRITE, write_fault"),
    "sanitised": (BOOL, "sanitise_mte_tags() was called"),
    "sanitised_pfn": (BV64, "its pfn"),
    "sanitised_size": (BV64, "its size, in bytes"),
    "marked_dirty": (BOOL, "mark_page_dirty_in_slot() was called"),
    "marked_gfn": (BV64, "its gfn"),
    "page_dirtied": (BOOL, "the host was told that the page is written to: kvm_release_faultin_page()"),
    "page_kept": (BOOL, "kvm_release_faultin_page() was told that the guest uses the page"),
    "kept_locked": (BOOL, "mmu_lock was held then"),
    "page_released": (BOOL, "kvm_release_faultin_page() or kvm_release_page_unused() was called"),
    "page_released_again": (BOOL, "one of them was called after one of them had been called"),
    "poison_told": (BOOL, "kvm_send_hwpoison_signal() was called"),
    "poison_hva": (BV64, "its address in the VMM"),
    "excl_atomic_injected": (BOOL, "kvm_inject_dabt_excl_atomic() was called"),
    "mmap_locked": (BOOL, "mmap_read_lock() was called"),
    "mmap_unlocked": (BOOL, "mmap_read_unlock() was called"),
    "mmap_unlocked_again": (BOOL, "mmap_read_unlock() was called twice"),
    "mmu_locked": (BOOL, "mmu_lock was taken"),
    "mmu_unlocked": (BOOL, "mmu_lock was released"),
    "cow_refused": (BOOL, "the is_cow_mapping() test of a series version refused the fault"),
    "memslot_refused": (BOOL, "kvm_arch_prepare_memory_region() refuses a memslot over this VMA"),
}

WORLD: Mapping[str, tuple[Sort, str]] = {
    # The host PTE that maps the page which was looked up
    "host_pte_special": (BOOL, "pte_special(pte)"),
    "host_pte_writable": (BOOL, "pte_write(pte)"),
    "host_pte_prot": (BV64, "pgprot_val(pte_pgprot(pte)): the PTE's own attributes"),
    "page_is_cow_copy": (BOOL, "wp_page_copy() or do_cow_fault() put this page there"),
    # The page
    "pfn_valid": (BOOL, "pfn_valid(pfn)"),
    "has_struct_page": (BOOL, "the pfn has an initialised struct page"),
    "has_linear_map": (BOOL, "the kernel's linear map has a valid alias of the page"),
    "is_zero_pfn": (BOOL, "is_zero_pfn(pfn), or the huge zero folio"),
    "above_highest_memmap_pfn": (BOOL, "pfn > highest_memmap_pfn"),
    "page_pinned": (BOOL, "the lookup took a reference to the page: *refcounted_page is not NULL"),
    # Another page of what was mapped
    "other_index": (BV64, "which page of the mapped block another one is, 0 for the first"),
    "other_pfn": (BV64, "the pfn that the host maps at that other page"),
    "other_is_cow_copy": (BOOL, "that other page is a COW copy"),
    # What the guest's own stage 1 asks for
    "guest_attr": (
        BitVec(2),
        "type of the guest's stage-1 mapping: 0 Device, 1 Normal NC, 2 Normal WT, 3 Normal WB",
    ),
}
