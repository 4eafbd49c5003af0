# SPDX-License-Identifier: GPL-2.0-only
"""The caller of the fault paths: which faults reach them, with what, and what becomes of their answer.

What is proved here need not be assumed of the faults that the other theorems are about.
"""

from __future__ import annotations

from model.logic import choose, const, disj
from model.vocabulary.guest_abort import (
    abort_ret,
    aborted,
    access_flag,
    access_flag_set,
    by_a_cache_operation,
    by_a_fetch,
    emulated,
    error_hvas,
    exclusive,
    fault_address,
    forwards,
    goes_by_shadow,
    handed_gmem,
    handed_hva,
    handed_ipa,
    handed_memslot,
    handed_nested,
    handed_protected,
    handed_to_sea,
    in_a_walk,
    inject_ret,
    io_ret,
    is_external,
    looked_gfn,
    looked_up,
    memslot,
    on_a_shadow,
    path,
    permission,
    privileged,
    resolved,
    shadowed_output,
    skipped,
    slot_hva,
    slot_writable,
    srcu_released,
    srcu_released_again,
    srcu_taken,
    translation,
)
from model.vocabulary.memory import (
    ENOEXEC,
    PAGE_SHIFT,
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
from proofs.theorems.theorem import Theorem

_ABORT, _PERM = "kvm_handle_guest_abort", "kvm_s2_handle_perm_fault"

only_known_faults_are_resolved = Theorem(
    of=_ABORT,
    says="A fault path is entered only for a translation fault, a permission fault, or an exclusive or "
    "atomic access.",
    given=(resolved,),
    then=disj(translation, permission, exclusive),
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

_outside = (slot_hva >= error_hvas) | (write_fault & ~slot_writable)
_on_shadow = goes_by_shadow != const(0, goes_by_shadow.sort)

faults_on_memslots_are_resolved = Theorem(
    of=_ABORT,
    says="A translation fault, a permission fault, or an exclusive or atomic access, on a memslot that allows "
    "it enters a fault path.",
    given=(looked_up, disj(translation, permission, exclusive), ~_outside),
    then=resolved,
    because=("a kernel that resolves nothing must not pass",),
)

faults_of_known_kinds_look_for_a_memslot = Theorem(
    of=_ABORT,
    says="The memslot is looked for of each permission fault and access-flag fault "
    "that is not of a nested guest.",
    given=(
        permission | access_flag,
        ~on_a_shadow,
        fault_address != const(2**64 - 1, fault_address.sort),
    ),
    then=looked_up,
    because=("kvm_handle_guest_abort(): check the stage-2 fault is trans. fault or write fault",),
)

memslots_are_looked_up_where_the_guest_faulted = Theorem(
    of=_ABORT,
    says="The memslot is that of the faulting address, of a nested guest by its own stage 2.",
    given=(resolved,),
    then=looked_gfn == choose(_on_shadow, shadowed_output, fault_address) >> PAGE_SHIFT,
    because=("kvm_handle_guest_abort(): always the IPA in the L1 guest phys space",),
)

fault_paths_are_given_what_was_found = Theorem(
    of=_ABORT,
    says="A fault path is given the faulting address, the memslot, and the walk of the guest's own stage 2.",
    given=(resolved,),
    then=(handed_ipa == fault_address) & (handed_memslot == memslot) & (handed_nested == goes_by_shadow),
    because=("kvm_handle_guest_abort(): struct kvm_s2_fault_desc",),
)

each_memslot_has_its_fault_path = Theorem(
    of=_ABORT,
    says="A protected guest's fault goes to pkvm_mem_abort(), that on a guest_memfd to gmem_abort(), and any "
    "other to user_mem_abort().",
    given=(resolved,),
    then=path
    == choose(
        handed_protected, const(2, path.sort), choose(handed_gmem, const(1, path.sort), const(0, path.sort))
    ),
    because=("kvm_handle_guest_abort(); a page of a guest_memfd need not be mapped by the host",),
)

access_flag_faults_set_the_flag = Theorem(
    of=_ABORT,
    says="An access-flag fault on a memslot sets the flag, and the guest goes on.",
    given=(looked_up, access_flag, ~_outside),
    then=access_flag_set & (ret == 1),
    because=("kvm_handle_guest_abort(): handle_access_fault()",),
)

external_aborts_are_handed_on = Theorem(
    of=_ABORT,
    says="A synchronous external abort is handed on, and never resolved.",
    given=(is_external,),
    then=handed_to_sea & ~resolved,
    because=("kvm_handle_guest_abort(): synchronous external abort?",),
)

_data = ~by_a_fetch & ~in_a_walk

accesses_outside_memslots_are_emulated = Theorem(
    of=_ABORT,
    says="A read or write outside of memslots, or a write to a read-only one, is emulated; the guest or the "
    "VMM is told as the emulation says.",
    given=(looked_up, _outside, _data, ~by_a_cache_operation | (slot_hva < error_hvas)),
    then=emulated & (ret == io_ret),
    because=("io_mem_abort(); Documentation/virt/kvm/api.rst: KVM_MEM_READONLY, KVM_EXIT_MMIO",),
)

cache_operations_outside_memslots_are_skipped = Theorem(
    of=_ABORT,
    says="A cache operation outside of memslots is skipped, and the guest goes on.",
    given=(looked_up, slot_hva >= error_hvas, _data, by_a_cache_operation),
    then=skipped & ~emulated & (ret == 1),
    because=("kvm_handle_guest_abort(): so let's assume that the guest is just being cautious",),
)

fetches_from_outside_memslots_are_aborts_in_the_guest = Theorem(
    of=_ABORT,
    says="A fetch from outside of memslots is an abort in the guest, and never reaches the VMM.",
    given=(looked_up, _outside, by_a_fetch, inject_ret != -ENOEXEC),
    then=aborted & ~returns(ENOEXEC),
    because=("kvm_handle_guest_abort(): prefetch abort on I/O address",),
)

fault_paths_are_given_the_memslot_address = Theorem(
    of=_ABORT,
    says="The address that a fault path is given is the one that the memslot has for the fault.",
    given=(resolved,),
    then=handed_hva == slot_hva,
    because=("fact memslots_with_room_are_congruent",),
)

faults_of_the_guest_hypervisor_are_never_resolved = Theorem(
    of=_ABORT,
    says="A fault on a shadow stage 2 enters a fault path only if kvm_s2_handle_perm_fault() says that it is "
    "not the guest hypervisor's.",
    given=(resolved, on_a_shadow),
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

fetches_from_devices_are_aborts_in_the_guest = Theorem(
    of=_ABORT,
    says="A fault path's -ENOEXEC becomes an abort in the guest, and never reaches the VMM.",
    given=(resolved, inject_ret != -ENOEXEC),
    then=((abort_ret == -ENOEXEC) >> aborted) & ~returns(ENOEXEC),
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
