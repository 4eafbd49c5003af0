# SPDX-License-Identifier: GPL-2.0-only
"""Cache and TLB maintenance when a stage-2 entry is written, and when it is cleared."""

from __future__ import annotations

from model.logic import const
from model.vocabulary.leaf import (
    ADDRESS,
    ATTRIBUTES,
    SOFTWARE,
    annotates,
    answer,
    asked_addr,
    asked_size,
    can_clean,
    can_invalidate,
    cleaned,
    cleaned_addr,
    cleaned_size,
    entry_before,
    entry_when_cleaned,
    entry_when_invalidated,
    entry_when_tlb_invalidated,
    executable,
    found_there,
    granule,
    invalidated,
    invalidated_addr,
    invalidated_size,
    is_a_level,
    is_table,
    leaf_clear,
    leaf_set,
    level,
    lpa2,
    new_leaf,
    normal,
    of_the_host,
    old_leaf,
    page_of_old,
    page_of_phys,
    phys,
    shared,
    skips_maintenance,
    skips_tlbi,
    tlb_addr,
    tlb_can_wait,
    tlb_invalidated,
    tlb_range_addr,
    tlb_range_invalidated,
    tlb_range_size,
    valid,
    walk_addr,
    walk_ret,
    walked,
    walked_addr,
    walked_size,
)
from model.vocabulary.memory import FWB
from proofs.theorems.theorem import Theorem

_UNMAP_RANGE, _FLUSH_RANGE = "kvm_pgtable_stage2_unmap", "kvm_pgtable_stage2_flush"
_MAP, _UNMAP, _FLUSH, _CHANGE = (
    "stage2_map_walker_try_leaf",
    "stage2_unmap_walker",
    "stage2_flush_walker",
    "stage2_attr_walker",
)

_written = (answer == 0) & valid(new_leaf)
_only_software_bits = ~shared & (((old_leaf ^ new_leaf) & ~SOFTWARE) == const(0, old_leaf.sort))
#: Nobody else changed the entry since the walk read it.
_undisturbed = entry_before == old_leaf
_cleared = _undisturbed & valid(old_leaf) & ~valid(new_leaf)

cacheable_leaves_are_cleaned_before_the_guest_sees_them = Theorem(
    of=_MAP,
    says="What is newly mapped Normal is cleaned and invalidated to the point of coherency.",
    given=(_written, ~of_the_host, normal(new_leaf), can_clean, ~skips_maintenance, ~_only_software_bits),
    then=cleaned & (cleaned_size == granule),
    because=(
        "without FWB the guest may read by Normal-NC or Device what lies behind the host's dirty lines; with "
        "FWB __clean_dcache_guest_page() does nothing",
    ),
)

noncacheable_leaves_are_never_cleaned = Theorem(
    of=_MAP,
    says="What is mapped Device or Normal-NC is never cleaned by VA.",
    given=(cleaned, ~of_the_host),
    then=normal(new_leaf),
    because=("a page beyond memory need not have an alias in the linear map to clean it by",),
)

cacheable_leaves_are_cleaned_before_they_are_installed = Theorem(
    of=_MAP,
    says="Caches are cleaned and invalidated for a leaf while the guest cannot reach it.",
    given=(),
    then=(cleaned >> ~valid(entry_when_cleaned)) & (invalidated >> ~valid(entry_when_invalidated)),
    because=("stage2_map_walker_try_leaf(): perform CMOs before installation of the guest stage-2 PTE",),
)

what_is_maintained_is_what_is_mapped = Theorem(
    of=_MAP,
    says="What is cleaned or invalidated for a leaf is the page that it maps.",
    given=(~lpa2, ~annotates, (phys & ~ADDRESS) == const(0, phys.sort)),
    then=(cleaned >> (cleaned_addr == page_of_phys)) & (invalidated >> (invalidated_addr == page_of_phys)),
    because=("stage2_map_walker_try_leaf(): kvm_pte_follow(new, mm_ops)",),
)

annotations_are_never_cleaned = Theorem(
    of=_MAP,
    says="Nothing is cleaned or invalidated for an entry that says who owns a page.",
    given=(cleaned | invalidated,),
    then=valid(new_leaf),
    because=("stage2_pte_cacheable(): kvm_pte_valid(pte)",),
)

leaves_are_broken_before_they_are_made = Theorem(
    of=_MAP,
    says="The TLB is invalidated for a valid entry that is replaced, while the entry is invalid.",
    given=(_written, valid(old_leaf), ~skips_tlbi, ~_only_software_bits, _undisturbed, is_a_level(level)),
    then=(tlb_invalidated & ~valid(entry_when_tlb_invalidated) & (tlb_addr == walk_addr))
    | (
        is_table(old_leaf)
        & tlb_range_invalidated
        & (tlb_range_addr <= walk_addr)
        & (walk_addr - tlb_range_addr < granule)
        & (tlb_range_size == granule)
    ),
    because=("Arm ARM D8.16.1: break-before-make; stage2_try_break_pte()",),
)

entries_that_another_walk_changes_are_left_alone = Theorem(
    of=_MAP,
    says="In a shared walk, an entry that another walk has changed is not taken to be written.",
    given=(shared, found_there != old_leaf),
    then=answer != 0,
    because=("stage2_try_set_pte(): cmpxchg()",),
)

executable_leaves_are_invalidated_in_the_i_cache = Theorem(
    of=_MAP,
    says="The instruction cache is invalidated for what is newly mapped executable.",
    given=(_written, executable(new_leaf), can_invalidate, ~skips_maintenance, ~_only_software_bits),
    then=invalidated & (invalidated_size == granule),
    because=("Arm ARM B2.7.4; with DIC __invalidate_icache_guest_page() does nothing",),
)

cacheable_leaves_are_cleaned_when_they_go = Theorem(
    of=_UNMAP,
    says="Without FWB, what was mapped Normal is cleaned and invalidated when its entry is cleared.",
    given=(_cleared, ~is_table(old_leaf), ~of_the_host, ~FWB, normal(old_leaf), can_clean),
    then=cleaned & (cleaned_size == granule),
    because=("stage2_unmap_walker(): need_flush; the guest may have written past the cache",),
)

what_is_cleaned_is_what_was_mapped = Theorem(
    of=_UNMAP,
    says="What is cleaned when an entry is cleared is the page that it mapped, and the guest cannot reach "
    "it any more.",
    given=(cleaned,),
    then=(cleaned_addr == page_of_old) & ~valid(entry_when_cleaned),
    because=("stage2_unmap_walker(): kvm_pte_follow(ctx->old, mm_ops), after stage2_unmap_put_pte()",),
)

other_leaves_are_never_cleaned_when_they_go = Theorem(
    of=_UNMAP,
    says="What was mapped Device or Normal-NC is never cleaned by VA when its entry is cleared.",
    given=(cleaned, ~of_the_host),
    then=normal(old_leaf),
    because=("a page beyond memory need not have an alias in the linear map to clean it by",),
)

nothing_is_cleaned_with_fwb_when_it_goes = Theorem(
    of=_UNMAP,
    says="With FWB nothing is cleaned when an entry is cleared.",
    given=(cleaned, ~of_the_host),
    then=~FWB,
    because=("the guest cannot write past the cache: Arm ARM D8.6.5, FEAT_S2FWB",),
)

cleared_entries_leave_the_tlb = Theorem(
    of=_UNMAP,
    says="The TLB is invalidated for a valid entry that is cleared, at once or after the whole walk.",
    given=(_cleared,),
    then=(tlb_invalidated & ~valid(entry_when_tlb_invalidated) & (tlb_addr == walk_addr))
    | (tlb_can_wait & ~is_table(old_leaf)),
    because=("Arm ARM D8.16.1: break-before-make; kvm_pgtable_stage2_unmap()",),
)

flushing_cleans_what_is_cacheable = Theorem(
    of=_FLUSH,
    says="A flush cleans and invalidates what is mapped Normal, and nothing else.",
    given=(valid(old_leaf), ~of_the_host, can_clean),
    then=(~normal(old_leaf) >> ~cleaned) & (normal(old_leaf) >> (cleaned & (cleaned_size == granule))),
    because=("stage2_flush_walker(): kvm_toggle_cache(), set/way operations of the guest",),
)

what_is_flushed_is_what_is_mapped = Theorem(
    of=_FLUSH,
    says="What a flush cleans is the page that the entry maps.",
    given=(cleaned,),
    then=cleaned_addr == page_of_old,
    because=("stage2_flush_walker(): kvm_pte_follow(ctx->old, mm_ops)",),
)

invalid_entries_are_never_flushed = Theorem(
    of=_FLUSH,
    says="A flush cleans nothing for an entry that is not valid.",
    given=(cleaned, ~of_the_host),
    then=valid(old_leaf),
    because=("stage2_pte_cacheable(): kvm_pte_valid(pte)",),
)

entries_are_invalidated_before_they_become_executable = Theorem(
    of=_CHANGE,
    says="What is invalidated is the page that the entry maps, while the guest cannot execute it.",
    given=(invalidated, _undisturbed, ((leaf_set | leaf_clear) & ~ATTRIBUTES) == const(0, leaf_set.sort)),
    then=~executable(entry_when_invalidated) & (invalidated_addr == page_of_old),
    because=("stage2_attr_walker(): invalidate instruction cache before updating the guest stage-2 PTE",),
)

changes_that_come_too_late_are_told = Theorem(
    of=_CHANGE,
    says="In a shared walk, an entry that another walk has changed is not taken to be changed.",
    given=(
        shared,
        valid(old_leaf),
        found_there != old_leaf,
        ((old_leaf & ~leaf_clear) | leaf_set) != old_leaf,
    ),
    then=answer != 0,
    because=("stage2_try_set_pte(): cmpxchg()",),
)

unmapped_ranges_leave_the_tlb = Theorem(
    of=_UNMAP_RANGE,
    says="Where the walk did not invalidate the TLB, it is invalidated for the range that was unmapped.",
    given=(tlb_can_wait,),
    then=tlb_range_invalidated & (tlb_range_addr == asked_addr) & (tlb_range_size == asked_size),
    because=("kvm_pgtable_stage2_unmap(): perform the deferred TLB invalidations",),
)

ranges_are_unmapped_as_asked_for = Theorem(
    of=_UNMAP_RANGE,
    says="The whole range is walked, and the walk's answer is the answer.",
    given=(),
    then=walked & (walked_addr == asked_addr) & (walked_size == asked_size) & (answer == walk_ret),
    because=("kvm_pgtable_stage2_unmap()",),
)

ranges_are_flushed_if_the_guest_can_write_past_the_cache = Theorem(
    of=_FLUSH_RANGE,
    says="Without FWB the whole range is walked, and the walk's answer is the answer.",
    given=(~FWB,),
    then=walked & (walked_addr == asked_addr) & (walked_size == asked_size) & (answer == walk_ret),
    because=("kvm_pgtable_stage2_flush()",),
)

nothing_is_flushed_with_fwb = Theorem(
    of=_FLUSH_RANGE,
    says="With FWB nothing is walked, and the answer is 0.",
    given=(FWB, ~of_the_host),
    then=~walked & (answer == 0),
    because=("the guest cannot write past the cache: Arm ARM D8.6.5, FEAT_S2FWB",),
)

entries_that_become_executable_are_invalidated = Theorem(
    of=_CHANGE,
    says="The instruction cache is invalidated where an entry becomes executable.",
    given=(
        answer == 0,
        _undisturbed,
        valid(old_leaf),
        ~executable(old_leaf),
        valid(new_leaf),
        executable(new_leaf),
        can_invalidate,
    ),
    then=invalidated & (invalidated_size == granule),
    because=("stage2_attr_walker(): invalidate instruction cache before updating the guest stage-2 PTE",),
)
