# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: page references and locks."""

from __future__ import annotations

from model.vocabulary.memory import (
    EFAULT,
    EINVAL,
    beyond,
    exec_fault,
    is_cow_mapping,
    is_pfnmap,
    kvm_supports_cacheable_pfnmap,
    pfn_is_map_memory,
    returns,
)
from proofs.theorems.expectation import Table, between, expect_proved, expect_refuted, until

EXPECTED: Table = {
    "pinned_pages_are_released": expect_proved(
        expect_refuted(
            until("v6"),
            witness=exec_fault & ~pfn_is_map_memory,
            reason="`return -ENOEXEC` does not release the page: a fetch from a DAX page leaks a reference.",
        ),
        expect_refuted(
            "v8",
            witness=beyond & returns(EINVAL),
            reason="The early -EINVAL does not release the page of a cacheable VM_MIXEDMAP VMA (D7).",
        ),
        expect_refuted(
            "v9",
            witness=beyond & (is_cow_mapping | ~kvm_supports_cacheable_pfnmap),
            reason="The early -EINVAL and -EFAULT do not release the page of a VM_MIXEDMAP VMA (D7).",
        ),
        expect_refuted(
            "v6.17",
            witness=beyond & ~kvm_supports_cacheable_pfnmap & returns(EFAULT),
            reason="The early -EFAULT does not release the page: 5f9466b50c1b, v6.18.",
        ),
    ),
    "pages_are_never_released_twice": expect_proved(),
    "mmap_lock_is_released": expect_proved(
        expect_refuted(
            between("v3", "v7"),
            witness=is_pfnmap & is_cow_mapping & returns(EINVAL),
            reason="`return -EINVAL` with mmap_lock held: 20250618065541.50049-1-ankita@nvidia.com.",
        )
    ),
    "mmu_lock_is_released": expect_proved(),
    "stale_pages_are_never_mapped": expect_proved(),
    "stale_entries_are_never_relaxed": expect_proved(),
    "mmap_lock_is_released_only_if_taken": expect_proved(),
    "mmap_lock_is_never_released_twice": expect_proved(),
    "pages_are_released_once_mmu_lock_was_taken": expect_proved(),
    "pages_are_mapped_under_mmu_lock": expect_proved(),
    "permissions_are_added_under_mmu_lock": expect_proved(),
    "pages_in_use_are_released_under_mmu_lock": expect_proved(),
    "pages_that_were_looked_up_are_released": expect_proved(
        expect_refuted(
            until("v7"),
            witness=exec_fault & ~pfn_is_map_memory,
            reason="`return -ENOEXEC` does not release the page.",
        ),
        expect_refuted(
            between("v8", "v9"),
            witness=beyond & (exec_fault | returns(EINVAL) | returns(EFAULT)),
            reason="`return -ENOEXEC` and the early -EINVAL and -EFAULT do not release the page.",
        ),
        expect_refuted(
            "v6.17",
            witness=beyond & (exec_fault | returns(EFAULT)),
            reason="`return -ENOEXEC` and the early -EFAULT do not release the page: 5f9466b50c1b, v6.18.",
        ),
    ),
}
