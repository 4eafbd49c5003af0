# SPDX-License-Identifier: GPL-2.0-only
"""Words of kvm_handle_guest_abort(), which decides whether a fault path is entered at all, and of
kvm_s2_handle_perm_fault(), which it asks whether a nested guest's fault is its hypervisor's.

What the fault is (``write_fault`` and so on) are the words of ``model.vocabulary.memory``, by ESR_EL2.
Source: Arm ARM D24.2.42 (ESR_EL2.ISS.DFSC, bits 5:0).
"""

from __future__ import annotations

from model.logic import BOOL, WORD64
from model.vocabulary import Words, word
from model.vocabulary.symbols import WORD32

WORDS: Words = {
    "fault_status": (WORD64, "ESR_EL2.ISS.FSC, bits 5:0"),
    "resolved": (BOOL, "user_mem_abort(), gmem_abort() or pkvm_mem_abort() was called"),
    "abort_ret": (WORD32, "what it returned"),
    "slot_hva": (WORD64, "gfn_to_hva_memslot_prot(): the address in the VMM, or an error"),
    "slot_writable": (BOOL, "what it says of the memslot: not KVM_MEM_READONLY"),
    "handed_hva": (WORD64, "the address that the fault path is given"),
    "error_hvas": (WORD64, "PAGE_OFFSET: addresses from here on are errors, kvm_is_error_hva()"),
    "goes_by_shadow": (WORD64, "nested: the guest's own stage 2 was walked; else NULL"),
    "forwards": (WORD32, "what kvm_s2_handle_perm_fault() returned"),
    "inject_ret": (WORD32, "what injecting an abort into the guest returned"),
    "fault_address": (WORD64, "kvm_vcpu_get_fault_ipa(): the faulting guest-physical address, bits above 11"),
    "looked_up": (BOOL, "gfn_to_memslot() was called"),
    "looked_gfn": (WORD64, "its gfn"),
    "shadowed_output": (WORD64, "the address that the guest's own stage 2 gives, in bytes"),
    "on_a_shadow": (BOOL, "the vCPU runs on a shadow stage 2, and the guest has enabled its own"),
    "handed_ipa": (WORD64, "the guest-physical address that the fault path is given"),
    "handed_nested": (WORD64, "the walk of the guest's own stage 2 that it is given, or NULL"),
    "handed_memslot": (WORD64, "the memslot that it is given"),
    "memslot": (WORD64, "what gfn_to_memslot() answered"),
    "path": (WORD64, "which it is: 0 user_mem_abort(), 1 gmem_abort(), 2 pkvm_mem_abort()"),
    "handed_gmem": (BOOL, "the memslot is backed by a guest_memfd"),
    "handed_protected": (BOOL, "the guest is protected by pKVM"),
    "by_a_fetch": (BOOL, "ESR_EL2.EC, bits 31:26, is 0x20: an Instruction Abort"),
    "in_a_walk": (BOOL, "ESR_EL2.ISS.S1PTW, bit 7: the fault was on a walk of stage-1 tables"),
    "by_a_cache_operation": (BOOL, "ESR_EL2.ISS.CM, bit 8"),
    "is_external": (BOOL, "kvm_vcpu_abt_issea(): a synchronous external abort"),
    "handed_to_sea": (BOOL, "kvm_handle_guest_sea() was called"),
    "sea_ret": (WORD32, "what it returned"),
    "emulated": (BOOL, "io_mem_abort() was called"),
    "io_ret": (WORD32, "what it returned"),
    "skipped": (BOOL, "kvm_incr_pc() was called"),
    "ipa_limit": (WORD64, "BIT_ULL(get_kvm_ipa_limit()): the address behind the last that the machine has"),
    "guest_limit": (
        WORD64,
        "the address behind the last that the vCPU's stage 2 translates, by its VTCR_EL2",
    ),
    "table_limit": (WORD64, "the same by what its page tables were made with, pgt->ia_bits"),
    "told_of_the_size": (BOOL, "kvm_inject_size_fault() was called"),
    "aborted": (BOOL, "kvm_inject_sea(), kvm_inject_dabt() or kvm_inject_pabt() was called"),
    "walk_ret": (WORD32, "kvm_walk_nested_s2(): 0, or that the guest's own stage 2 does not translate"),
    "handed_to_the_guest": (BOOL, "kvm_inject_s2_fault() was called: the guest's hypervisor takes it"),
    "access_flag_set": (BOOL, "handle_access_fault() was called"),
    "srcu_taken": (BOOL, "srcu_read_lock(&kvm->srcu) was called"),
    "srcu_released": (BOOL, "srcu_read_unlock() was called"),
    "srcu_released_again": (BOOL, "srcu_read_unlock() was called twice"),
}

PERM: Words = {
    "privileged": (BOOL, "vcpu_mode_priv(vcpu): the nested guest was not at EL0"),
    "by_a_fetch": (BOOL, "ESR_EL2.EC, bits 31:26, is 0x20: an Instruction Abort"),
    "in_a_walk": (BOOL, "ESR_EL2.ISS.S1PTW, bit 7: the fault was on a walk of stage-1 tables"),
}

privileged = word(PERM, "privileged")
by_a_fetch = word(PERM, "by_a_fetch")
in_a_walk = word(PERM, "in_a_walk")

memslot = word(WORDS, "memslot")
fault_address = word(WORDS, "fault_address")
looked_up = word(WORDS, "looked_up")
looked_gfn = word(WORDS, "looked_gfn")
shadowed_output = word(WORDS, "shadowed_output")
on_a_shadow = word(WORDS, "on_a_shadow")
handed_ipa = word(WORDS, "handed_ipa")
handed_nested = word(WORDS, "handed_nested")
handed_memslot = word(WORDS, "handed_memslot")
path = word(WORDS, "path")
handed_gmem = word(WORDS, "handed_gmem")
handed_protected = word(WORDS, "handed_protected")
by_a_cache_operation = word(WORDS, "by_a_cache_operation")
is_external = word(WORDS, "is_external")
handed_to_sea = word(WORDS, "handed_to_sea")
sea_ret = word(WORDS, "sea_ret")
emulated = word(WORDS, "emulated")
io_ret = word(WORDS, "io_ret")
skipped = word(WORDS, "skipped")
ipa_limit = word(WORDS, "ipa_limit")
guest_limit = word(WORDS, "guest_limit")
table_limit = word(WORDS, "table_limit")
told_of_the_size = word(WORDS, "told_of_the_size")
aborted = word(WORDS, "aborted")
walk_ret = word(WORDS, "walk_ret")
handed_to_the_guest = word(WORDS, "handed_to_the_guest")
access_flag_set = word(WORDS, "access_flag_set")
fault_status = word(WORDS, "fault_status")
resolved = word(WORDS, "resolved")
abort_ret = word(WORDS, "abort_ret")
slot_hva = word(WORDS, "slot_hva")
slot_writable = word(WORDS, "slot_writable")
handed_hva = word(WORDS, "handed_hva")
error_hvas = word(WORDS, "error_hvas")
goes_by_shadow = word(WORDS, "goes_by_shadow")
forwards = word(WORDS, "forwards")
inject_ret = word(WORDS, "inject_ret")
srcu_taken = word(WORDS, "srcu_taken")
srcu_released = word(WORDS, "srcu_released")
srcu_released_again = word(WORDS, "srcu_released_again")

#: Kinds of faults: FSC 0b0001xx and 0b101011 (level -1), 0b0011xx, 0b0010xx, 0b110101.
translation = ((fault_status & 0x3C) == 0x04) | (fault_status == 0x2B)
permission = (fault_status & 0x3C) == 0x0C
access_flag = (fault_status & 0x3C) == 0x08
exclusive = fault_status == 0x35
