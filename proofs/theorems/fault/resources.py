# SPDX-License-Identifier: GPL-2.0-only
"""Page references and locks: what is taken is given back, and nothing stale is installed."""

from __future__ import annotations

from model.vocabulary.memory import (
    is_error_noslot_pfn,
    kept_locked,
    looked_up,
    map_locked,
    mapped,
    mmap_locked,
    mmap_unlocked,
    mmap_unlocked_again,
    mmu_invalidated,
    mmu_locked,
    mmu_unlocked,
    page_kept,
    page_pinned,
    page_released,
    page_released_again,
    relax_locked,
    relaxed,
)
from proofs.theorems.theorem import Theorem

pinned_pages_are_released = Theorem(
    says="The page reference that the pfn lookup took is released on every path.",
    given=(looked_up, ~is_error_noslot_pfn, page_pinned),
    then=page_released,
    because=("5f9466b50c1b: Fix page leak in user_mem_abort()",),
)

pages_are_never_released_twice = Theorem(
    says="No path releases the page twice.",
    given=(),
    then=~page_released_again,
    because=("a reference that is given back twice frees a page in use",),
)

mmap_lock_is_released = Theorem(
    says="mmap_lock is released on every path that takes it.",
    given=(mmap_locked,),
    then=mmap_unlocked,
    because=("v3 and v7 return -EINVAL with mmap_lock held",),
)

mmu_lock_is_released = Theorem(
    says="mmu_lock is released on every path that takes it.",
    given=(mmu_locked,),
    then=mmu_unlocked,
    because=("user_mem_abort(): out_unlock",),
)

stale_pages_are_never_mapped = Theorem(
    says="Nothing is mapped unless mmu_invalidate_retry(), asked under mmu_lock, said that nothing changed.",
    given=(mapped,),
    then=mmu_locked & ~mmu_invalidated,
    because=("Documentation/virt/kvm/locking.rst; 13ec9308a857",),
)

stale_entries_are_never_relaxed = Theorem(
    says="No entry gets a permission unless mmu_invalidate_retry(), asked under mmu_lock, said that "
    "nothing changed.",
    given=(relaxed,),
    then=mmu_locked & ~mmu_invalidated,
    because=("Documentation/virt/kvm/locking.rst; 13ec9308a857",),
)

mmap_lock_is_released_only_if_taken = Theorem(
    says="mmap_lock is released only on paths that took it.",
    given=(mmap_unlocked,),
    then=mmap_locked,
    because=("user_mem_abort(): mmap_read_lock() before vma_lookup()",),
)

mmap_lock_is_never_released_twice = Theorem(
    says="No path releases mmap_lock twice.",
    given=(),
    then=~mmap_unlocked_again,
    because=("up_read() of a lock that is not held lets a writer in beside the readers that are left",),
)

pages_are_released_once_mmu_lock_was_taken = Theorem(
    says="The page that was looked up is released on every path that took mmu_lock.",
    given=(mmu_locked,),
    then=page_released,
    because=("user_mem_abort(): out_unlock; early answers before it are another matter",),
)

pages_that_were_looked_up_are_released = Theorem(
    says="What the pfn lookup answered is released on every path, whether it took a reference or not.",
    given=(looked_up, ~is_error_noslot_pfn),
    then=page_released,
    because=("5f9466b50c1b; kvm_release_faultin_page() itself asks whether there is a page",),
)

pages_are_mapped_under_mmu_lock = Theorem(
    says="kvm_pgtable_stage2_map() is called with mmu_lock held.",
    given=(mapped,),
    then=map_locked,
    because=(
        "Documentation/virt/kvm/locking.rst; once it is given back, mmu_invalidated may no longer be true",
    ),
)

permissions_are_added_under_mmu_lock = Theorem(
    says="kvm_pgtable_stage2_relax_perms() is called with mmu_lock held.",
    given=(relaxed,),
    then=relax_locked,
    because=(
        "Documentation/virt/kvm/locking.rst; once it is given back, mmu_invalidated may no longer be true",
    ),
)

pages_in_use_are_released_under_mmu_lock = Theorem(
    says="The reference of a page that the guest uses is given back with mmu_lock held.",
    given=(page_kept,),
    then=kept_locked,
    because=("kvm_release_faultin_page(): lockdep_assert_once(lockdep_is_held(&kvm->mmu_lock) || unused)",),
)
