# SPDX-License-Identifier: GPL-2.0-only
"""The caller of the fault paths: which faults reach them, with what, and what becomes of their answer.

What is proved here need not be assumed of the faults that the other theorems are about.
"""

from __future__ import annotations

from model.logic import choose, const, disj
from model.memory import (
    ENOEXEC,
    exec_fault,
    is_negative,
    nested_exec_el0,
    nested_exec_el1,
    nested_executable,
    nested_readable,
    nested_writable,
    perm_fault,
    ret,
    returns,
    write_fault,
)
from model.vocabulary.guest_abort import (
    abort_ret,
    by_a_fetch,
    error_hvas,
    fault_status,
    forwards,
    goes_by_shadow,
    handed_hva,
    in_a_walk,
    inject_ret,
    privileged,
    resolved,
    slot_hva,
    slot_writable,
    srcu_released,
    srcu_released_again,
    srcu_taken,
)
from proofs.theorem import Theorem

_ABORT, _PERM = "kvm_handle_guest_abort", "kvm_s2_handle_perm_fault"

#: FSC 0b0001xx and 0b101011 (level -1), 0b0011xx, 0b110101.
_translation = ((fault_status & 0x3C) == 0x04) | (fault_status == 0x2B)
_permission = (fault_status & 0x3C) == 0x0C
_exclusive = fault_status == 0x35

only_known_faults_are_resolved = Theorem(
    of=_ABORT,
    says="A fault path is entered only for a translation fault, a permission fault, or an exclusive or "
    "atomic access.",
    given=(resolved,),
    then=disj(_translation, _permission, _exclusive),
    because=("kvm_handle_guest_abort(): check the stage-2 fault is trans. fault or write fault",),
)

faults_are_resolved_only_on_memslots = Theorem(
    of=_ABORT,
    says="A fault path is entered only where a memslot has the address.",
    given=(resolved,),
    then=slot_hva < error_hvas,
    because=("kvm_is_error_hva(): all else is MMIO, io_mem_abort()",),
)

writes_to_readonly_memslots_are_never_resolved = Theorem(
    of=_ABORT,
    says="A write to a read-only memslot enters no fault path.",
    given=(resolved, write_fault),
    then=slot_writable,
    because=("kvm_handle_guest_abort(): `if (kvm_is_error_hva(hva) || (write_fault && !writable))`",),
)

fault_paths_are_given_the_memslot_s_address = Theorem(
    of=_ABORT,
    says="The address that a fault path is given is the one that the memslot has for the fault.",
    given=(resolved,),
    then=handed_hva == slot_hva,
    because=("fact memslots_with_room_are_congruent",),
)

faults_of_the_guest_s_own_making_are_never_resolved = Theorem(
    of=_ABORT,
    says="A fault on a shadow stage 2 enters a fault path only if kvm_s2_handle_perm_fault() says that it is "
    "not the guest hypervisor's.",
    given=(resolved, goes_by_shadow != const(0, goes_by_shadow.sort)),
    then=forwards == 0,
    because=("fact guest_faults_are_forwarded",),
)

resolved_faults_return_to_the_guest = Theorem(
    of=_ABORT,
    says="A fault path's 0 becomes 1, and the guest goes on.",
    given=(resolved, abort_ret == 0),
    then=ret == 1,
    because=("kvm_handle_guest_abort(): `if (ret == 0) ret = 1`",),
)

refusals_are_told = Theorem(
    of=_ABORT,
    says="A fault path's error reaches the VMM, but for -ENOEXEC.",
    given=(resolved, is_negative(abort_ret), abort_ret != -ENOEXEC),
    then=ret == abort_ret,
    because=("kvm_handle_guest_abort(): return ret",),
)

fetches_from_devices_are_the_guest_s = Theorem(
    of=_ABORT,
    says="A fault path's -ENOEXEC becomes an abort in the guest, and never reaches the VMM.",
    given=(resolved, inject_ret != -ENOEXEC),
    then=~returns(ENOEXEC),
    because=("kvm_handle_guest_abort(): `if (ret == -ENOEXEC)` injects an instruction abort",),
)

memslots_are_kept_while_a_fault_is_resolved = Theorem(
    of=_ABORT,
    says="A fault path is entered under srcu_read_lock(), which is released once on every path.",
    given=(),
    then=(resolved >> srcu_taken) & (srcu_taken >> (srcu_released & ~srcu_released_again)),
    because=("Documentation/virt/kvm/locking.rst: memslots are protected by kvm->srcu",),
)

_forbidden = choose(write_fault, ~nested_writable, ~nested_readable)

fetches_that_the_guest_forbids_are_forwarded = Theorem(
    of=_PERM,
    says="A permission fault of a fetch that the guest's own stage 2 forbids is forwarded.",
    given=(perm_fault, exec_fault, ~nested_executable),
    then=ret != 0,
    because=("fact guest_faults_are_forwarded; up to v6.18",),
)

fetches_that_the_guest_forbids_at_a_level_are_forwarded = Theorem(
    of=_PERM,
    says="A permission fault of a fetch that the guest's own stage 2 forbids at EL0 or at EL1, where it "
    "was made, is forwarded.",
    given=(perm_fault, exec_fault, choose(privileged, ~nested_exec_el1, ~nested_exec_el0)),
    then=ret != 0,
    because=("fact guest_faults_are_forwarded; since v6.19",),
)

data_accesses_that_the_guest_forbids_are_forwarded = Theorem(
    of=_PERM,
    says="A permission fault of a read or a write is forwarded if and only if the guest's own stage 2 forbids it.",
    given=(perm_fault, ~by_a_fetch),
    then=~((ret != 0) ^ _forbidden),
    because=("arch/arm64/kvm/nested.c: kvm_s2_handle_perm_fault()",),
)

walks_that_the_guest_forbids_are_forwarded = Theorem(
    of=_PERM,
    says="A permission fault of a stage-1 table walk is forwarded if and only if the guest's own stage 2 "
    "forbids the walk's read or write, whatever access the walk is for.",
    given=(perm_fault, in_a_walk),
    then=~((ret != 0) ^ _forbidden),
    because=(
        "Arm ARM D24.2.42: with ISS.S1PTW the fault is the walk's, not the fetch's; "
        "kvm_vcpu_trap_is_exec_fault() looks at it",
    ),
)

other_faults_are_never_forwarded = Theorem(
    of=_PERM,
    says="A fault that is no permission fault is never forwarded.",
    given=(~perm_fault,),
    then=ret == 0,
    because=("kvm_s2_handle_perm_fault(): `if (!kvm_vcpu_trap_is_permission_fault(vcpu)) return 0`",),
)
