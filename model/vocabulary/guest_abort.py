# SPDX-License-Identifier: GPL-2.0-only
"""Words of kvm_handle_guest_abort(), which decides whether a fault path is entered at all, and of
kvm_s2_handle_perm_fault(), which it asks whether a nested guest's fault is its hypervisor's.

What the fault is (``write_fault`` and so on) are the words of ``model.vocabulary.memory``, by ESR_EL2.
Source: Arm ARM D24.2.42 (ESR_EL2.ISS.DFSC, bits 5:0).
"""

from __future__ import annotations

from model.logic import BOOL, BV64
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import BV32

SYMBOLS: Symbols = {
    "fault_status": (BV64, "ESR_EL2.ISS.FSC, bits 5:0"),
    "resolved": (BOOL, "user_mem_abort(), gmem_abort() or pkvm_mem_abort() was called"),
    "abort_ret": (BV32, "what it returned"),
    "slot_hva": (BV64, "gfn_to_hva_memslot_prot(): the address in the VMM, or an error"),
    "slot_writable": (BOOL, "what it says of the memslot: not KVM_MEM_READONLY"),
    "handed_hva": (BV64, "the address that the fault path is given"),
    "error_hvas": (BV64, "PAGE_OFFSET: addresses from here on are errors, kvm_is_error_hva()"),
    "goes_by_shadow": (BV64, "nested: the guest's own stage 2 was walked; else NULL"),
    "forwards": (BV32, "what kvm_s2_handle_perm_fault() returned"),
    "inject_ret": (BV32, "what injecting an abort into the guest returned"),
    "fault_address": (BV64, "kvm_vcpu_get_fault_ipa(): the faulting guest-physical address, bits above 11"),
    "looked_up": (BOOL, "gfn_to_memslot() was called"),
    "looked_gfn": (BV64, "its gfn"),
    "shadowed_output": (BV64, "the address that the guest's own stage 2 gives, in bytes"),
    "on_a_shadow": (BOOL, "the vCPU runs on a shadow stage 2, and the guest has enabled its own"),
    "handed_ipa": (BV64, "the guest-physical address that the fault path is given"),
    "handed_nested": (BV64, "the walk of the guest's own stage 2 that it is given, or NULL"),
    "handed_memslot": (BV64, "the memslot that it is given"),
    "memslot": (BV64, "what gfn_to_memslot() answered"),
    "path": (BV64, "which it is: 0 user_mem_abort(), 1 gmem_abort(), 2 pkvm_mem_abort()"),
    "handed_gmem": (BOOL, "the memslot is backed by a guest_memfd"),
    "handed_protected": (BOOL, "the guest is protected by pKVM"),
    "by_a_fetch": (BOOL, "ESR_EL2.EC, bits 31:26, is 0x20: an Instruction Abort"),
    "in_a_walk": (BOOL, "ESR_EL2.ISS.S1PTW, bit 7: the fault was on a walk of stage-1 tables"),
    "by_a_cache_operation": (BOOL, "ESR_EL2.ISS.CM, bit 8"),
    "is_external": (BOOL, "kvm_vcpu_abt_issea(): a synchronous external abort"),
    "handed_to_sea": (BOOL, "kvm_handle_guest_sea() was called"),
    "sea_ret": (BV32, "what it returned"),
    "emulated": (BOOL, "io_mem_abort() was called"),
    "io_ret": (BV32, "what it returned"),
    "skipped": (BOOL, "kvm_incr_pc() was called"),
    "ipa_limit": (BV64, "BIT_ULL(get_kvm_ipa_limit()): the address behind the last that the machine has"),
    "guest_limit": (
        BV64,
        "the address behind the last that the vCPU's stage 2 translates, by its VTCR_EL2",
    ),
    "table_limit": (BV64, "the same by what its page tables were made with, pgt->ia_bits"),
    "told_of_the_size": (BOOL, "kvm_inject_size_fault() was called"),
    "aborted": (BOOL, "kvm_inject_sea(), kvm_inject_dabt() or kvm_inject_pabt() was called"),
    "walk_ret": (BV32, "kvm_walk_nested_s2(): 0, or that the guest's own stage 2 does not translate"),
    "handed_to_the_guest": (BOOL, "kvm_inject_s2_fault() was called: the guest's hypervisor takes it"),
    "access_flag_set": (BOOL, "handle_access_fault() was called"),
    "srcu_taken": (BOOL, "srcu_read_lock(&kvm->srcu) was called"),
    "srcu_released": (BOOL, "srcu_read_unlock() was called"),
    "srcu_released_again": (BOOL, "srcu_read_unlock() was called twice"),
}

PERM: Symbols = {
    "privileged": (BOOL, "vcpu_mode_priv(vcpu): the nested guest was not at EL0"),
    "by_a_fetch": (BOOL, "ESR_EL2.EC, bits 31:26, is 0x20: an Instruction Abort"),
    "in_a_walk": (BOOL, "ESR_EL2.ISS.S1PTW, bit 7: the fault was on a walk of stage-1 tables"),
}

privileged = symbol(PERM, "privileged")
by_a_fetch = symbol(PERM, "by_a_fetch")
in_a_walk = symbol(PERM, "in_a_walk")

memslot = symbol(SYMBOLS, "memslot")
fault_address = symbol(SYMBOLS, "fault_address")
looked_up = symbol(SYMBOLS, "looked_up")
looked_gfn = symbol(SYMBOLS, "looked_gfn")
shadowed_output = symbol(SYMBOLS, "shadowed_output")
on_a_shadow = symbol(SYMBOLS, "on_a_shadow")
handed_ipa = symbol(SYMBOLS, "handed_ipa")
handed_nested = symbol(SYMBOLS, "handed_nested")
handed_memslot = symbol(SYMBOLS, "handed_memslot")
path = symbol(SYMBOLS, "path")
handed_gmem = symbol(SYMBOLS, "handed_gmem")
handed_protected = symbol(SYMBOLS, "handed_protected")
by_a_cache_operation = symbol(SYMBOLS, "by_a_cache_operation")
is_external = symbol(SYMBOLS, "is_external")
handed_to_sea = symbol(SYMBOLS, "handed_to_sea")
sea_ret = symbol(SYMBOLS, "sea_ret")
emulated = symbol(SYMBOLS, "emulated")
io_ret = symbol(SYMBOLS, "io_ret")
skipped = symbol(SYMBOLS, "skipped")
ipa_limit = symbol(SYMBOLS, "ipa_limit")
guest_limit = symbol(SYMBOLS, "guest_limit")
table_limit = symbol(SYMBOLS, "table_limit")
told_of_the_size = symbol(SYMBOLS, "told_of_the_size")
aborted = symbol(SYMBOLS, "aborted")
walk_ret = symbol(SYMBOLS, "walk_ret")
handed_to_the_guest = symbol(SYMBOLS, "handed_to_the_guest")
access_flag_set = symbol(SYMBOLS, "access_flag_set")
fault_status = symbol(SYMBOLS, "fault_status")
resolved = symbol(SYMBOLS, "resolved")
abort_ret = symbol(SYMBOLS, "abort_ret")
slot_hva = symbol(SYMBOLS, "slot_hva")
slot_writable = symbol(SYMBOLS, "slot_writable")
handed_hva = symbol(SYMBOLS, "handed_hva")
error_hvas = symbol(SYMBOLS, "error_hvas")
goes_by_shadow = symbol(SYMBOLS, "goes_by_shadow")
forwards = symbol(SYMBOLS, "forwards")
inject_ret = symbol(SYMBOLS, "inject_ret")
srcu_taken = symbol(SYMBOLS, "srcu_taken")
srcu_released = symbol(SYMBOLS, "srcu_released")
srcu_released_again = symbol(SYMBOLS, "srcu_released_again")

#: Kinds of faults: FSC 0b0001xx and 0b101011 (level -1), 0b0011xx, 0b0010xx, 0b110101.
translation = ((fault_status & 0x3C) == 0x04) | (fault_status == 0x2B)
permission = (fault_status & 0x3C) == 0x0C
access_flag = (fault_status & 0x3C) == 0x08
exclusive = fault_status == 0x35
