# SPDX-License-Identifier: GPL-2.0-only
"""Entries that stay and are changed: permissions that are added, and attributes that are set or cleared."""

from __future__ import annotations

from model.logic import const
from model.vocabulary.leaf import (
    S2AP_R,
    S2AP_W,
    SOFTWARE,
    XN,
    answer,
    asked_prot,
    clear_bits,
    entry_before,
    executable,
    executable_at_el0,
    executable_at_el1,
    leaf_clear,
    leaf_set,
    new_leaf,
    old_leaf,
    set_bits,
    tlb_invalidated,
    tlb_invalidated_here,
    update_ret,
    updated,
    valid,
)
from model.vocabulary.memory import (
    EINVAL,
    KVM_PGTABLE_PROT_PX,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_UX,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
)
from proofs.theorems.theorem import Theorem

_RELAX, _CHANGE = "kvm_pgtable_stage2_relax_perms", "stage2_attr_walker"

_exec = asked_prot.any(KVM_PGTABLE_PROT_X)
_exec_el1, _exec_el0 = asked_prot.any(KVM_PGTABLE_PROT_PX), asked_prot.any(KVM_PGTABLE_PROT_UX)

relaxing_adds_what_was_asked_for = Theorem(
    of=_RELAX,
    says="Relaxing sets S2AP[0] if and only if the prot has R, and S2AP[1] if and only if it has W.",
    given=(updated,),
    then=~(set_bits.any(S2AP_R) ^ asked_prot.any(KVM_PGTABLE_PROT_R))
    & ~(set_bits.any(S2AP_W) ^ asked_prot.any(KVM_PGTABLE_PROT_W)),
    because=("kvm_pgtable_stage2_relax_perms(): the permissions must only be added",),
)

relaxing_makes_executable_what_was_asked_for = Theorem(
    of=_RELAX,
    says="Relaxing with X makes any entry executable.",
    given=(updated, _exec),
    then=executable((XN & ~clear_bits) | set_bits) & executable(set_bits),
    because=("Arm ARM D8.4.2: XN[1]",),
)

relaxing_makes_executable_at_the_levels_that_were_asked_for = Theorem(
    of=_RELAX,
    says="Relaxing with X makes an entry executable at the levels that the prot has, and at no other.",
    given=(updated, _exec),
    then=(((set_bits | clear_bits) & XN) == XN)
    & ~(executable_at_el1(set_bits) ^ _exec_el1)
    & ~(executable_at_el0(set_bits) ^ _exec_el0),
    because=("Arm ARM D8.4.2: XN[1:0], FEAT_XNX",),
)

relaxed_entries_leave_the_tlb = Theorem(
    of=_RELAX,
    says="The TLB is invalidated for what was relaxed, at least of this CPU.",
    given=(updated, update_ret == 0),
    then=tlb_invalidated | tlb_invalidated_here,
    because=("kvm_pgtable_stage2_relax_perms(): the vCPU would fault again on what its TLB holds",),
)

relaxing_is_answered_for = Theorem(
    of=_RELAX,
    says="The walk's answer is the answer.",
    given=(updated,),
    then=answer == update_ret,
    because=("kvm_pgtable_stage2_relax_perms(): return ret",),
)

relaxing_never_takes_access_away = Theorem(
    of=_RELAX,
    says="Relaxing clears no bit but XN, and that only if the prot has X.",
    given=(updated,),
    then=(clear_bits & ~XN == const(0, clear_bits.sort)) & (clear_bits.any(XN) >> _exec),
    because=('kvm_pgtable.h: "bits are never cleared" of kvm_pgtable_stage2_relax_perms()',),
)

relaxing_never_changes_the_type = Theorem(
    of=_RELAX,
    says="Relaxing touches S2AP and XN alone: never MemAttr, the address or the software bits.",
    given=(updated,),
    then=((set_bits | clear_bits) & ~(S2AP_R | S2AP_W | XN)) == const(0, set_bits.sort),
    because=("the attributes of a live entry change by break-before-make only: Arm ARM D8.16.1",),
)

software_bits_are_never_relaxed = Theorem(
    of=_RELAX,
    says="A prot with software bits is refused, and nothing is changed.",
    given=(asked_prot.any(SOFTWARE),),
    then=(answer == -EINVAL) & ~updated,
    because=("kvm_pgtable_stage2_relax_perms(): `if (prot & KVM_PTE_LEAF_ATTR_HI_SW) return -EINVAL`",),
)

changed_entries_keep_everything_else = Theorem(
    of=_CHANGE,
    says="An entry that is changed has the bits that were to be set, has not those that were to be "
    "cleared alone, and keeps all others.",
    given=(answer == 0, entry_before == old_leaf, valid(old_leaf)),
    then=new_leaf == ((old_leaf & ~leaf_clear) | leaf_set),
    because=("stage2_attr_walker()",),
)

invalid_entries_are_never_changed = Theorem(
    of=_CHANGE,
    says="An entry that is not valid is left alone.",
    given=(~valid(old_leaf),),
    then=new_leaf == entry_before,
    because=("a pte that another walk broke or unmapped must not come back: stage2_attr_walker()",),
)
