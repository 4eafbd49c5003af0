# SPDX-License-Identifier: GPL-2.0-only
"""Entries that are written, cleared and mapped: the descriptor that a prot becomes."""

from __future__ import annotations

from model.logic import Term, choose, const
from model.vocabulary.leaf import (
    ACCESSED,
    ADDRESS,
    ATTRIBUTES,
    E2BIG,
    LAST_LEVEL,
    S2AP_R,
    S2AP_W,
    SHAREABLE,
    SOFTWARE,
    XN,
    annotates,
    answer,
    asked_addr,
    asked_attr,
    asked_phys,
    asked_prot,
    asked_size,
    by_pages,
    device,
    entry_before,
    entry_counts,
    executable,
    executable_at_el0,
    executable_at_el1,
    granule,
    has_xnx,
    is_a_level,
    is_table,
    level,
    lpa2,
    new_leaf,
    normal,
    normal_nc,
    of_the_host,
    old_leaf,
    page_of_old,
    phys,
    readable,
    table_count,
    tlb_invalidated,
    valid,
    walk_addr,
    walk_end,
    walk_ret,
    walked,
    walked_addr,
    walked_attr,
    walked_phys,
    walked_size,
    writable,
    xn_is_two_bits,
)
from model.vocabulary.memory import (
    EINVAL,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_PX,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_UX,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    PAGE_SIZE,
)
from proofs.theorems.theorem import Theorem

_SET, _MAP = "stage2_set_prot_attr", "kvm_pgtable_stage2_map"
_WRITE, _CLEAR = "stage2_map_walker_try_leaf", "stage2_unmap_walker"
_ZERO = const(0, new_leaf.sort)

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

leaves_have_the_access_flag = Theorem(
    of=_SET,
    says="A leaf has the access flag.",
    given=(_made,),
    then=new_leaf.any(ACCESSED),
    because=("Arm ARM D8.5.1: without it the first access faults",),
)

leaves_are_inner_shareable = Theorem(
    of=_SET,
    says="A leaf is Inner Shareable, where its bits 9:8 are not of the address.",
    given=(_made,),
    then=(new_leaf & SHAREABLE) == choose(lpa2, _ZERO, SHAREABLE),
    because=("Arm ARM D8.6.2: SH; with LPA2 the whole table is as VTCR_EL2.SH0 says",),
)

leaves_have_the_software_bits_that_were_asked_for = Theorem(
    of=_SET,
    says="A leaf has the software bits of the prot.",
    given=(_made,),
    then=(new_leaf & SOFTWARE) == (asked_prot & SOFTWARE),
    because=("KVM_NV_GUEST_MAP_SZ, pKVM's page states",),
)

_mapped = (answer == 0) & ~annotates

leaves_map_what_was_asked_for = Theorem(
    of=_WRITE,
    says="What is written maps the physical address that was asked for.",
    given=(_mapped,),
    then=(new_leaf & ADDRESS) == (phys & ADDRESS),
    because=("stage2_map_walker_phys_addr(): the PA by how far the walk has gotten",),
)

leaves_are_written_with_the_attributes_that_were_asked_for = Theorem(
    of=_WRITE,
    says="What is written has the attributes that stage2_set_prot_attr() made.",
    given=(_mapped,),
    then=(new_leaf & ATTRIBUTES) == (asked_attr & ATTRIBUTES),
    because=("kvm_init_valid_leaf_pte()",),
)

leaves_are_descriptors_of_their_level = Theorem(
    of=_WRITE,
    says="What is written is a page at the last level and a block above it.",
    given=(_mapped,),
    then=(new_leaf & 3) == choose(level == LAST_LEVEL, const(3, new_leaf.sort), const(1, new_leaf.sort)),
    because=("Arm ARM D8.3.1: bits 1:0 of a descriptor",),
)

leaves_are_aligned_and_lie_in_what_is_mapped = Theorem(
    of=_WRITE,
    says="Both addresses of what is written are aligned to its size, and it does not reach behind what "
    "is to be mapped.",
    given=(_mapped,),
    then=(((walk_addr | phys) & (granule - 1)) == _ZERO) & (granule <= walk_end - walk_addr),
    because=("kvm_block_mapping_supported()",),
)

tables_by_pages_have_no_blocks = Theorem(
    of=_WRITE,
    says="Where pages are asked for, no block is written.",
    given=(_mapped, by_pages, is_a_level(level)),
    then=level == LAST_LEVEL,
    because=("stage2_leaf_mapping_allowed(): data->force_pte",),
)

_xn = choose(xn_is_two_bits, XN, const(1 << 54, XN.sort))

permissions_are_never_changed_by_mapping_again = Theorem(
    of=_WRITE,
    says="A leaf is not written again for its permissions' sake alone.",
    given=(_mapped, valid(old_leaf)),
    then=((old_leaf ^ new_leaf) & ~(S2AP_R | S2AP_W | _xn)) != _ZERO,
    because=("stage2_pte_needs_update(): permissions are relaxed in place, without break-before-make",),
)

what_is_not_mapped_leaves_the_entry_alone = Theorem(
    of=_WRITE,
    says="Where -E2BIG is the answer, nothing is written: the walk goes on to a table.",
    given=(answer == -E2BIG,),
    then=new_leaf == entry_before,
    because=("stage2_map_walk_leaf()",),
)


def _count_reference(leaf: Term) -> Term:
    """1 if the entry counts as a reference to the page of its table: it is not zero."""
    return choose(leaf == _ZERO, const(0, entry_counts.sort), const(1, entry_counts.sort))


written_entries_are_counted = Theorem(
    of=_WRITE,
    says="The page of a table has one reference for each entry that is not zero.",
    given=(answer == 0, entry_before == old_leaf),
    then=entry_counts == _count_reference(new_leaf) - _count_reference(old_leaf),
    because=("stage2_pte_is_counted(); a table whose page has one reference left is freed",),
)

_in_use = is_table(old_leaf) & (table_count != 1)

unmapping_clears_the_entry = Theorem(
    of=_CLEAR,
    says="An entry is cleared, unless it leads to a table that has entries.",
    given=(entry_before == old_leaf, ~_in_use),
    then=new_leaf == _ZERO,
    because=("stage2_unmap_walker()",),
)

tables_that_have_entries_are_kept = Theorem(
    of=_CLEAR,
    says="An entry that leads to a table that has entries is left alone.",
    given=(_in_use,),
    then=(new_leaf == entry_before) & ~tlb_invalidated,
    because=("stage2_unmap_walker(): page_count(childp) != 1",),
)

cleared_entries_are_counted = Theorem(
    of=_CLEAR,
    says="With an entry goes one reference to the page of its table, and one to the table that it led to.",
    given=(entry_before == old_leaf, ~_in_use, page_of_old != _ZERO),
    then=entry_counts
    == choose(
        is_table(old_leaf),
        const(-2, entry_counts.sort),
        const(0, entry_counts.sort) - _count_reference(old_leaf),
    ),
    because=("stage2_unmap_walker(): put_page(ctx->ptep), put_page(childp)",),
)

ranges_are_walked_with_the_attributes_of_their_prot = Theorem(
    of=_MAP,
    says="A range is mapped with the type and the access of the prot that is asked for.",
    given=(walked, ~of_the_host),
    then=choose(_device, device(walked_attr), choose(_normal_nc, normal_nc(walked_attr), normal(walked_attr)))
    & ~(readable(walked_attr) ^ asked_prot.any(KVM_PGTABLE_PROT_R))
    & ~(writable(walked_attr) ^ asked_prot.any(KVM_PGTABLE_PROT_W))
    & ~(executable(walked_attr) ^ _exec),
    because=("kvm_pgtable_stage2_map(): stage2_set_prot_attr(pgt, prot, &map_data.attr)",),
)

ranges_are_walked_as_asked_for = Theorem(
    of=_MAP,
    says="What is walked is the range that is asked for, from the page that is asked for.",
    given=(walked,),
    then=(walked_addr == asked_addr)
    & (walked_size == asked_size)
    & (walked_phys == (asked_phys & ~(PAGE_SIZE - 1))),
    because=("kvm_pgtable_stage2_map(): ALIGN_DOWN(phys, PAGE_SIZE)",),
)

walks_that_map_are_answered_for = Theorem(
    of=_MAP,
    says="The walk's answer is the answer, and no range is left out without an error.",
    given=(),
    then=choose(walked, answer == walk_ret, answer == -EINVAL),
    because=("kvm_pgtable_stage2_map(): return ret",),
)
