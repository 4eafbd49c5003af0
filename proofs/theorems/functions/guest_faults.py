# SPDX-License-Identifier: GPL-2.0-only
"""The caller of the fault paths: which faults are injected into the guest.

Of an address that the guest cannot have, of tables that its own hypervisor keeps, and of accesses
outside of memslots that nobody can emulate.
"""

from __future__ import annotations

from model.logic import choose, const, disj
from model.vocabulary.guest_abort import (
    abort_ret,
    aborted,
    access_flag,
    by_a_fetch,
    emulated,
    error_hvas,
    exclusive,
    fault_address,
    forwards,
    guest_limit,
    handed_to_sea,
    handed_to_the_guest,
    in_a_walk,
    inject_ret,
    ipa_limit,
    is_external,
    looked_up,
    on_a_shadow,
    permission,
    privileged,
    resolved,
    sea_ret,
    slot_hva,
    slot_writable,
    srcu_taken,
    table_limit,
    told_of_the_size,
    translation,
    walk_ret,
)
from model.vocabulary.memory import (
    EAGAIN,
    EFAULT,
    ENOEXEC,
    exec_fault,
    nested_exec_el0,
    nested_exec_el1,
    nested_executable,
    ret,
    returns,
    write_fault,
)
from proofs.theorems.theorem import Theorem

_ABORT, _PERM = "kvm_handle_guest_abort", "kvm_s2_handle_perm_fault"

_outside = (slot_hva >= error_hvas) | (write_fault & ~slot_writable)
#: kvm_pgtable_stage2_init(): pgt->ia_bits = VTCR_EL2_IPA(vtcr); the versions ask one or the other.
_tables_are_as_set_up = guest_limit == table_limit
_no_address = const(2**64 - 1, fault_address.sort)  # INVALID_GPA: HPFAR_EL2 does not hold it

faults_beyond_the_machine_are_size_faults = Theorem(
    of=_ABORT,
    says="A translation fault at an address that the machine does not have is an address size fault in the guest.",
    given=(translation, fault_address >= ipa_limit, fault_address != _no_address),
    then=told_of_the_size & (ret == 1),
    because=("kvm_handle_guest_abort(): beyond sanitised PARange, which is the IPA limit",),
)

size_faults_are_for_addresses_beyond_the_machine = Theorem(
    of=_ABORT,
    says="The guest takes an address size fault only for a translation fault at an address that the machine "
    "does not have, and no memslot is looked for.",
    given=(told_of_the_size,),
    then=translation & (fault_address >= ipa_limit) & ~looked_up,
    because=("kvm_handle_guest_abort(): beyond sanitised PARange, which is the IPA limit",),
)

faults_beyond_the_guest_address_space_are_aborts = Theorem(
    of=_ABORT,
    says="A translation fault at an address that the machine has and the guest's stage 2 does not translate is "
    "an external abort in the guest, and no memslot is looked for.",
    given=(translation, fault_address < ipa_limit, fault_address >= guest_limit, _tables_are_as_set_up),
    then=aborted & ~looked_up,
    because=("kvm_handle_guest_abort(): falls between the IPA range and the PARange?",),
)

translation_faults_look_for_a_memslot = Theorem(
    of=_ABORT,
    says="The memslot is looked for of each translation fault at an address that the guest can have and that is "
    "not of a nested guest.",
    given=(
        translation,
        ~on_a_shadow,
        fault_address < ipa_limit,
        fault_address < guest_limit,
        _tables_are_as_set_up,
        fault_address != _no_address,
    ),
    then=looked_up,
    because=("kvm_handle_guest_abort(): check the stage-2 fault is trans. fault or write fault",),
)

accesses_that_cannot_be_emulated_are_aborts = Theorem(
    of=_ABORT,
    says="A fetch or a stage-1 walk outside of memslots, or a walk that writes to a read-only one, is an external "
    "abort in the guest.",
    given=(looked_up, _outside, by_a_fetch | in_a_walk),
    then=aborted & ~emulated & ~resolved,
    because=("kvm_handle_guest_abort(): there's no syndrome for a start, so re-inject the abort",),
)

aborts_are_for_what_cannot_be_mapped_or_emulated = Theorem(
    of=_ABORT,
    says="The guest takes an external abort only where it cannot have the address, for a fetch or a walk "
    "outside of memslots, and where a fault path says -ENOEXEC.",
    given=(aborted, _tables_are_as_set_up),
    then=disj(
        translation & (fault_address >= guest_limit) & ~looked_up,
        looked_up & _outside & (by_a_fetch | in_a_walk),
        resolved & (abort_ret == -ENOEXEC),
    ),
    because=("kvm_handle_guest_abort(): all else is mapped, emulated or skipped",),
)

memslots_are_looked_up_where_the_guest_tables_allow = Theorem(
    of=_ABORT,
    says="On a shadow stage 2, a memslot is looked for only if the guest's own stage 2 translates the "
    "address and permits the access.",
    given=(looked_up, on_a_shadow),
    then=(walk_ret == 0) & (forwards == 0),
    because=("kvm_handle_guest_abort(): if the shadow stage 2 page table walk faults",),
)

faults_of_the_guest_tables_are_handed_to_the_guest = Theorem(
    of=_ABORT,
    says="On a shadow stage 2, a fault that the guest's own stage 2 does not translate, or does not permit, is "
    "handed to the guest's hypervisor.",
    given=(on_a_shadow, srcu_taken, walk_ret != -EAGAIN, (walk_ret != 0) | (forwards != 0)),
    then=handed_to_the_guest & ~looked_up,
    because=("kvm_handle_guest_abort(): then we simply inject this to the guest and carry on",),
)

faults_are_handed_to_the_guest_only_by_its_own_tables = Theorem(
    of=_ABORT,
    says="The guest's hypervisor is handed only a fault on a shadow stage 2 that its own tables do not "
    "translate or do not permit.",
    given=(handed_to_the_guest,),
    then=on_a_shadow & ((walk_ret != 0) | (forwards != 0)) & ~looked_up,
    because=("kvm_handle_guest_abort(): kvm_inject_s2_fault()",),
)

walks_that_raced_are_made_again = Theorem(
    of=_ABORT,
    says="Where the walk of the guest's own stage 2 raced with a change of it, the guest goes on, and faults "
    "again.",
    given=(on_a_shadow, srcu_taken, walk_ret == -EAGAIN),
    then=(ret == 1) & ~handed_to_the_guest & ~looked_up,
    because=("kvm_handle_guest_abort(): `if (ret == -EAGAIN)`; since v6.19",),
)

fetches_that_the_guest_allows_are_not_forwarded = Theorem(
    of=_PERM,
    says="A fault of a fetch that the guest's own stage 2 allows is not forwarded.",
    given=(exec_fault, nested_executable),
    then=ret == 0,
    because=("the guest's hypervisor has nothing to change, and would see the fault for ever; up to v6.18",),
)

fetches_that_the_guest_allows_at_a_level_are_not_forwarded = Theorem(
    of=_PERM,
    says="A fault of a fetch that the guest's own stage 2 allows at EL0 or at EL1, where it was made, is not "
    "forwarded.",
    given=(exec_fault, choose(privileged, nested_exec_el1, nested_exec_el0)),
    then=ret == 0,
    because=("the guest's hypervisor has nothing to change, and would see the fault for ever; since v6.19",),
)

forwarded_faults_return_to_the_guest = Theorem(
    of=_PERM,
    says="A fault that is forwarded is answered by 1, which runs the guest.",
    given=(ret != 0,),
    then=ret == 1,
    because=("kvm_handle_guest_abort() hands the answer on; a negative one would end the guest",),
)

only_external_aborts_are_handed_on = Theorem(
    of=_ABORT,
    says="Only a synchronous external abort is handed on as one.",
    given=(handed_to_sea,),
    then=is_external,
    because=("kvm_vcpu_abt_issea(): ESR_ELx_FSC_EXTABT, ESR_ELx_FSC_SECC, and both on table walks",),
)

external_aborts_are_answered_by_the_handler = Theorem(
    of=_ABORT,
    says="A synchronous external abort runs the guest again, or is answered as its handler says.",
    given=(is_external,),
    then=(ret == 1) | (ret == sea_ret),
    because=("kvm_handle_guest_abort(): there is no need to pass the error into the guest",),
)

faults_of_unknown_kinds_get_efault = Theorem(
    of=_ABORT,
    says="A fault of a kind that KVM does not know is answered by -EFAULT, and no memslot is looked for.",
    given=(~disj(is_external, translation, permission, access_flag, exclusive),),
    then=returns(EFAULT) & ~looked_up,
    because=("kvm_handle_guest_abort(): Unsupported FSC",),
)

faults_without_an_address_get_efault = Theorem(
    of=_ABORT,
    says="A fault of which HPFAR_EL2 holds no address is answered by -EFAULT, and no memslot is looked for.",
    given=(~is_external, fault_address == _no_address),
    then=returns(EFAULT) & ~looked_up,
    because=("kvm_handle_guest_abort(): `if (KVM_BUG_ON(ipa == INVALID_GPA, vcpu->kvm)) return -EFAULT`",),
)

aborts_into_the_guest_return_to_it = Theorem(
    of=_ABORT,
    says="An abort that the guest takes runs it again, or is answered as the injection says.",
    given=(aborted,),
    then=(ret == 1) | (ret == inject_ret),
    because=("kvm_inject_sea(): 1, or what the guest's own hypervisor is told by",),
)
