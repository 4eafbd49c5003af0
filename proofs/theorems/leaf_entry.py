# SPDX-License-Identifier: GPL-2.0-only
"""What is installed: the descriptor that a prot becomes, and how relaxing changes one."""

from __future__ import annotations

from model.logic import choose, const
from model.memory import (
    EINVAL,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_PX,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_UX,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
)
from model.vocabulary.leaf import (
    S2AP_R,
    S2AP_W,
    SOFTWARE,
    XN,
    answer,
    asked_prot,
    clear_bits,
    device,
    entry_before,
    executable,
    executable_at_el0,
    executable_at_el1,
    has_xnx,
    leaf_clear,
    leaf_set,
    new_leaf,
    normal,
    normal_nc,
    of_the_host,
    old_leaf,
    readable,
    set_bits,
    updated,
    valid,
    writable,
)
from proofs.theorem import Theorem

_SET, _RELAX, _CHANGE = "stage2_set_prot_attr", "kvm_pgtable_stage2_relax_perms", "stage2_attr_walker"

_made = answer == 0
_device = asked_prot.any(KVM_PGTABLE_PROT_DEVICE)
_normal_nc = asked_prot.any(KVM_PGTABLE_PROT_NORMAL_NC)
_exec = asked_prot.any(KVM_PGTABLE_PROT_X)
_exec_el1, _exec_el0 = asked_prot.any(KVM_PGTABLE_PROT_PX), asked_prot.any(KVM_PGTABLE_PROT_UX)
_refused = answer == -EINVAL

leaves_have_the_type_that_was_asked_for = Theorem(
    of=_SET,
    says="The MemAttr of a guest's leaf is Device, Normal-NC or Normal as the prot says, with and without FWB.",
    given=(_made, ~of_the_host),
    then=choose(_device, device(new_leaf), choose(_normal_nc, normal_nc(new_leaf), normal(new_leaf))),
    because=("Arm ARM D8.6.5: stage-2 memory type, MemAttr[3:0]; arch/arm64/include/asm/memory.h: MT_S2_*",),
)

device_and_normal_nc_are_never_asked_for_together = Theorem(
    of=_SET,
    says="A prot with both KVM_PGTABLE_PROT_DEVICE and KVM_PGTABLE_PROT_NORMAL_NC is refused.",
    given=(_device, _normal_nc),
    then=_refused,
    because=("c034ec84e879: stage2_set_prot_attr() returns -EINVAL",),
)

noncacheable_leaves_are_never_executable = Theorem(
    of=_SET,
    says="A leaf that is Device or Normal-NC cannot be executed from.",
    given=(_made, ~of_the_host, device(new_leaf) | normal_nc(new_leaf)),
    then=~executable_at_el1(new_leaf) & ~executable_at_el0(new_leaf),
    because=("stage2_set_prot_attr(): `if (prot & KVM_PGTABLE_PROT_X) return -EINVAL`",),
)

leaves_grant_the_access_that_was_asked_for = Theorem(
    of=_SET,
    says="A leaf is readable if and only if the prot has R, and writable if and only if it has W.",
    given=(_made,),
    then=~(readable(new_leaf) ^ asked_prot.any(KVM_PGTABLE_PROT_R))
    & ~(writable(new_leaf) ^ asked_prot.any(KVM_PGTABLE_PROT_W)),
    because=("Arm ARM D8.4.2: S2AP",),
)

leaves_are_executable_as_was_asked_for = Theorem(
    of=_SET,
    says="A leaf is executable, at EL1 or at EL0, if and only if the prot has X.",
    given=(_made,),
    then=~(executable(new_leaf) ^ _exec),
    because=("Arm ARM D8.4.2: XN[1]",),
)

leaves_are_executable_at_the_levels_that_were_asked_for = Theorem(
    of=_SET,
    says="A leaf is executable at EL1 if and only if the prot has PX, and at EL0 if and only if it has UX.",
    given=(_made,),
    then=~(executable_at_el1(new_leaf) ^ _exec_el1) & ~(executable_at_el0(new_leaf) ^ _exec_el0),
    because=("Arm ARM D8.4.2: XN[1:0], FEAT_XNX",),
)

machines_without_xnx_get_one_permission_for_both_levels = Theorem(
    of=_SET,
    says="Without FEAT_XNX a prot that tells EL1 from EL0 is refused.",
    given=(~has_xnx, _exec_el1 ^ _exec_el0),
    then=_refused,
    because=("stage2_set_xn_attr(): `if (!cpus_have_final_cap(ARM64_HAS_XNX) && px != ux) return -EINVAL`",),
)

only_contradictions_are_refused = Theorem(
    of=_SET,
    says="A prot is refused only if it is executable and not Normal, or Device and Normal-NC, or tells "
    "EL1 from EL0 where the machine cannot.",
    given=(answer != 0,),
    then=_refused
    & ((_exec & (_device | _normal_nc)) | (_device & _normal_nc) | (~has_xnx & (_exec_el1 ^ _exec_el0))),
    because=("a kernel that refuses every prot must not pass",),
)

refused_prots_leave_the_entry_alone = Theorem(
    of=_SET,
    says="Where a prot is refused, nothing is written.",
    given=(answer != 0,),
    then=new_leaf == entry_before,
    because=("kvm_pgtable_stage2_map() returns before it walks",),
)

relaxing_adds_what_was_asked_for = Theorem(
    of=_RELAX,
    says="Relaxing sets S2AP[0] if and only if the prot has R, and S2AP[1] if and only if it has W.",
    given=(updated,),
    then=~(set_bits.any(S2AP_R) ^ asked_prot.any(KVM_PGTABLE_PROT_R))
    & ~(set_bits.any(S2AP_W) ^ asked_prot.any(KVM_PGTABLE_PROT_W)),
    because=("kvm_pgtable_stage2_relax_perms(): the permissions must only be added",),
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
    then=_refused & ~updated,
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
