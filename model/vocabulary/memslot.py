# SPDX-License-Identifier: GPL-2.0-only
"""Words about a memslot: whether it is accepted, and what is mapped into it besides faults.

They are of ``arch/arm64/kvm/mmu.c``: kvm_arch_prepare_memory_region(), which looks at the VMAs under a
memslot that is made, moved or whose flags change; and kvm_phys_addr_ioremap(), which maps the
interrupt controller's registers.  Words about the VMA are those of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, BV64
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import BV32

SYMBOLS: Symbols = {
    "answer": (BV32, "what the function returned"),
    "checks_vmas": (BOOL, "the change makes or moves a memslot, or changes its flags"),
    "fits": (BOOL, "base_gfn + npages lies within the guest's physical address space"),
    "logs_dirty_pages": (BOOL, "new->flags has KVM_MEM_LOG_DIRTY_PAGES"),
    "has_gmem": (BOOL, "kvm_slot_has_gmem(new): the memslot is backed by a guest_memfd"),
    "gmem_only": (BOOL, "kvm_memslot_is_gmem_only(new): and by nothing else"),
    "vm_is_protected": (BOOL, "kvm_vm_is_protected(kvm)"),
    "looks_for_vmas": (BOOL, "find_vma_intersection() was called"),
    "looked_from": (BV64, "the address from which its last call looks, in bytes"),
    "looked_to": (BV64, "the address up to which it looks"),
    "goes_on_from": (BV64, "the address from which the next call would look"),
    "vma_end": (BV64, "vma->vm_end of the VMA that its last call found"),
    "slot_end": (BV64, "the address behind the memslot's last page"),
    "vma_found": (BOOL, "its last call found a VMA"),
    "vm_flags": (BV64, "vma->vm_flags of that VMA"),
    "vm_page_prot": (BV64, "pgprot_val(vma->vm_page_prot) of that VMA, all 64 bits"),
    "kvm_has_mte": (BOOL, "kvm_has_mte(kvm)"),
    "ARM64_HAS_STAGE2_FWB": (BOOL, "cpus_have_final_cap(ARM64_HAS_STAGE2_FWB)"),
    "ARM64_HAS_CACHE_DIC": (BOOL, "cpus_have_final_cap(ARM64_HAS_CACHE_DIC)"),
    "mmap_locked": (BOOL, "mmap_read_lock() was called"),
    "mmap_unlocked": (BOOL, "mmap_read_unlock() was called"),
    "mmap_unlocked_again": (BOOL, "mmap_read_unlock() was called twice"),
    "deletes": (BOOL, "the change deletes or moves a memslot"),
    "has_run": (BOOL, "pkvm_hyp_vm_is_created(): the protected guest has run"),
    "restricts": (BOOL, "new->flags has KVM_MEM_LOG_DIRTY_PAGES or KVM_MEM_READONLY"),
    # kvm_phys_addr_ioremap()
    "map_ret": (BV32, "what it returned"),
    "is_protected_kvm_enabled": (BOOL, "is_protected_kvm_enabled()"),
    "asked_writable": (BOOL, "the argument writable"),
    "mapped": (BOOL, "kvm_pgtable_stage2_map() was called"),
    "maps_this": (BOOL, "and this call of it is looked at"),
    "map_addr": (BV64, "its guest-physical address, in bytes"),
    "map_size": (BV64, "its size, in bytes"),
    "map_phys": (BV64, "its physical address, in bytes"),
    "prot": (BV64, "its enum kvm_pgtable_prot"),
    "asked_end": (
        BV64,
        "guest_ipa + size: the guest-physical address behind the range asked for, in bytes",
    ),
    "topup_ret": (BV32, "kvm_mmu_topup_memory_cache()"),
    "next_addr": (BV64, "the guest-physical address at which the loop was left, in bytes"),
    "next_phys": (BV64, "the physical address at which it was left, in bytes"),
    "frees_the_cache": (BOOL, "kvm_mmu_free_memory_cache() was called"),
    "mmu_locked": (BOOL, "mmu_lock was taken"),
    "mmu_unlocked": (BOOL, "mmu_lock was released"),
}

answer = symbol(SYMBOLS, "answer")
checks_vmas = symbol(SYMBOLS, "checks_vmas")
fits = symbol(SYMBOLS, "fits")
logs_dirty_pages = symbol(SYMBOLS, "logs_dirty_pages")
has_gmem = symbol(SYMBOLS, "has_gmem")
gmem_only = symbol(SYMBOLS, "gmem_only")
vm_is_protected = symbol(SYMBOLS, "vm_is_protected")
looks_for_vmas = symbol(SYMBOLS, "looks_for_vmas")
looked_from = symbol(SYMBOLS, "looked_from")
looked_to = symbol(SYMBOLS, "looked_to")
goes_on_from = symbol(SYMBOLS, "goes_on_from")
vma_end = symbol(SYMBOLS, "vma_end")
slot_end = symbol(SYMBOLS, "slot_end")
deletes = symbol(SYMBOLS, "deletes")
has_run = symbol(SYMBOLS, "has_run")
restricts = symbol(SYMBOLS, "restricts")
asked_writable = symbol(SYMBOLS, "asked_writable")
maps_this = symbol(SYMBOLS, "maps_this")
asked_end = symbol(SYMBOLS, "asked_end")
next_addr = symbol(SYMBOLS, "next_addr")
next_phys = symbol(SYMBOLS, "next_phys")
frees_the_cache = symbol(SYMBOLS, "frees_the_cache")
