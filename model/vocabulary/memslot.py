# SPDX-License-Identifier: GPL-2.0-only
"""Words about a memslot: whether it is accepted, and what is mapped into it besides faults.

They are of ``arch/arm64/kvm/mmu.c``: kvm_arch_prepare_memory_region(), which looks at the VMAs under a
memslot that is made, moved or whose flags change; and kvm_phys_addr_ioremap(), which maps the
interrupt controller's registers.  Words about the VMA are those of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, WORD64
from model.vocabulary import Words, word
from model.vocabulary.symbols import WORD32

WORDS: Words = {
    "answer": (WORD32, "what the function returned"),
    "checks_vmas": (BOOL, "the change makes or moves a memslot, or changes its flags"),
    "fits": (BOOL, "base_gfn + npages lies within the guest's physical address space"),
    "logs_dirty_pages": (BOOL, "new->flags has KVM_MEM_LOG_DIRTY_PAGES"),
    "has_gmem": (BOOL, "kvm_slot_has_gmem(new): the memslot is backed by a guest_memfd"),
    "gmem_only": (BOOL, "kvm_memslot_is_gmem_only(new): and by nothing else"),
    "vm_is_protected": (BOOL, "kvm_vm_is_protected(kvm)"),
    "looks_for_vmas": (BOOL, "find_vma_intersection() was called"),
    "looked_from": (WORD64, "the address from which its last call looks, in bytes"),
    "looked_to": (WORD64, "the address up to which it looks"),
    "goes_on_from": (WORD64, "the address from which the next call would look"),
    "vma_end": (WORD64, "vma->vm_end of the VMA that its last call found"),
    "slot_end": (WORD64, "the address behind the memslot's last page"),
    "vma_found": (BOOL, "its last call found a VMA"),
    "vm_flags": (WORD64, "vma->vm_flags of that VMA"),
    "vm_page_prot": (WORD64, "pgprot_val(vma->vm_page_prot) of that VMA, all 64 bits"),
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
    "map_ret": (WORD32, "what it returned"),
    "is_protected_kvm_enabled": (BOOL, "is_protected_kvm_enabled()"),
    "asked_writable": (BOOL, "the argument writable"),
    "mapped": (BOOL, "kvm_pgtable_stage2_map() was called"),
    "maps_this": (BOOL, "and this call of it is looked at"),
    "map_addr": (WORD64, "its guest-physical address, in bytes"),
    "map_size": (WORD64, "its size, in bytes"),
    "map_phys": (WORD64, "its physical address, in bytes"),
    "prot": (WORD64, "its enum kvm_pgtable_prot"),
    "asked_end": (
        WORD64,
        "guest_ipa + size: the guest-physical address behind the range asked for, in bytes",
    ),
    "topup_ret": (WORD32, "kvm_mmu_topup_memory_cache()"),
    "next_addr": (WORD64, "the guest-physical address at which the loop was left, in bytes"),
    "next_phys": (WORD64, "the physical address at which it was left, in bytes"),
    "frees_the_cache": (BOOL, "kvm_mmu_free_memory_cache() was called"),
    "mmu_locked": (BOOL, "mmu_lock was taken"),
    "mmu_unlocked": (BOOL, "mmu_lock was released"),
}

answer = word(WORDS, "answer")
checks_vmas = word(WORDS, "checks_vmas")
fits = word(WORDS, "fits")
logs_dirty_pages = word(WORDS, "logs_dirty_pages")
has_gmem = word(WORDS, "has_gmem")
gmem_only = word(WORDS, "gmem_only")
vm_is_protected = word(WORDS, "vm_is_protected")
looks_for_vmas = word(WORDS, "looks_for_vmas")
looked_from = word(WORDS, "looked_from")
looked_to = word(WORDS, "looked_to")
goes_on_from = word(WORDS, "goes_on_from")
vma_end = word(WORDS, "vma_end")
slot_end = word(WORDS, "slot_end")
deletes = word(WORDS, "deletes")
has_run = word(WORDS, "has_run")
restricts = word(WORDS, "restricts")
asked_writable = word(WORDS, "asked_writable")
maps_this = word(WORDS, "maps_this")
asked_end = word(WORDS, "asked_end")
next_addr = word(WORDS, "next_addr")
next_phys = word(WORDS, "next_phys")
frees_the_cache = word(WORDS, "frees_the_cache")
