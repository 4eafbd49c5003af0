# SPDX-License-Identifier: GPL-2.0-only
"""Caches: what is cleaned and invalidated when an entry is written, and when it goes away."""

from __future__ import annotations

from model.logic import const
from model.memory import FWB
from model.vocabulary.leaf import (
    SOFTWARE,
    answer,
    can_clean,
    can_invalidate,
    cleaned,
    cleaned_size,
    entry_before,
    executable,
    granule,
    invalidated,
    invalidated_size,
    is_table,
    new_leaf,
    normal,
    of_the_host,
    old_leaf,
    shared,
    skips_maintenance,
    tlb_can_wait,
    tlb_invalidated,
    valid,
)
from proofs.theorem import Theorem

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
    then=tlb_invalidated | tlb_can_wait,
    because=("Arm ARM D8.16.1: break-before-make; kvm_pgtable_stage2_unmap()",),
)

flushing_cleans_what_is_cacheable = Theorem(
    of=_FLUSH,
    says="A flush cleans and invalidates what is mapped Normal, and nothing else.",
    given=(valid(old_leaf), ~of_the_host, can_clean),
    then=(~normal(old_leaf) >> ~cleaned) & (normal(old_leaf) >> (cleaned & (cleaned_size == granule))),
    because=("stage2_flush_walker(): kvm_toggle_cache(), set/way operations of the guest",),
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
