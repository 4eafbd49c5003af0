# SPDX-License-Identifier: GPL-2.0-only
"""Faults that are handed on: SIGBUS for poison to the VMM, and an access that memory does not support to
the guest."""

from __future__ import annotations

from model.logic import conj
from model.vocabulary.memory import (
    excl_atomic_fault,
    excl_atomic_injected,
    exec_fault,
    hva,
    is_error_noslot_pfn,
    is_hwpoison_pfn,
    looked_up,
    mapped,
    poison_hva,
    poison_told,
    relaxed,
    ret,
)
from proofs.theorems.fault.refusal import needs_hardware
from proofs.theorems.theorem import Theorem

poisoned_pages_are_told_to_the_vmm = Theorem(
    says="A fault on a poisoned page sends SIGBUS to the VMM.",
    given=(looked_up, is_hwpoison_pfn),
    then=poison_told,
    because=("kvm_send_hwpoison_signal(): the answer is 0, and the guest would fault on it for ever",),
)

only_poisoned_pages_are_told_to_the_vmm = Theorem(
    says="SIGBUS is sent to the VMM for a poisoned page only.",
    given=(poison_told,),
    then=is_hwpoison_pfn,
    because=("BUS_MCEERR_AR: a VMM injects an external abort into the guest, or ends",),
)

poison_is_told_where_the_vmm_has_it = Theorem(
    says="SIGBUS tells the address that the poisoned page has in the VMM.",
    given=(poison_told,),
    then=poison_hva == hva,
    because=("kvm_send_hwpoison_signal(hva, vma_shift): si_addr",),
)

#: An access that the page's memory type has no way of making, and that is refused for nothing else.
_unsupported_access = conj(looked_up, ~is_error_noslot_pfn, excl_atomic_fault, ~needs_hardware)

unsupported_exclusive_accesses_are_injected_into_the_guest = Theorem(
    says="An exclusive or atomic access that the memory does not support is injected into the guest.",
    given=(_unsupported_access, ~exec_fault),
    then=excl_atomic_injected,
    because=("user_mem_abort(), since v7.0: inject the fault back to the guest",),
)

unsupported_exclusive_accesses_return_to_the_guest = Theorem(
    says="An exclusive or atomic access that the memory does not support returns to the guest.",
    given=(_unsupported_access, ~exec_fault),
    then=ret == 1,
    because=("kvm_handle_guest_abort(): 1 runs the vCPU again, which takes the exception",),
)

unsupported_exclusive_accesses_map_nothing = Theorem(
    says="An exclusive or atomic access that the memory does not support maps nothing.",
    given=(excl_atomic_fault,),
    then=~mapped,
    because=("the entry is not what is wrong: the access would fault for ever",),
)

unsupported_exclusive_accesses_add_no_permission = Theorem(
    says="An exclusive or atomic access that the memory does not support adds no permission.",
    given=(excl_atomic_fault,),
    then=~relaxed,
    because=("the entry is not what is wrong: the access would fault for ever",),
)

only_unsupported_exclusive_accesses_are_injected = Theorem(
    says="No fault but that of an exclusive or atomic access is injected as one.",
    given=(excl_atomic_injected,),
    then=excl_atomic_fault,
    because=("kvm_inject_dabt_excl_atomic(): the guest is told ESR_ELx_FSC_EXCL_ATOMIC",),
)

injected_faults_return_to_the_guest = Theorem(
    says="A fault that is injected into the guest is not told to the VMM as well.",
    given=(excl_atomic_injected,),
    then=ret == 1,
    because=("user_mem_abort(), since v7.0: `return 1`; an error would end the guest that takes the fault",),
)
