# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: dirty logging."""

from __future__ import annotations

from model.vocabulary.memory import (
    dirty_tracked,
    is_mixedmap,
    is_pfnmap,
    is_vma_cacheable,
    logging_active,
    pfn_is_map_memory,
    write_fault,
)
from proofs.theorems.expectation import EVERY, Table, expect_proved, expect_refuted, since, until

_first_branch = (
    "`else if (logging_active && !write_fault)` is not reached for a page of the first branch; it is "
    "marked dirty, so no "
    "write is lost, but it is copied again and again."
)

EXPECTED: Table = {
    "reads_map_memory_read_only_while_logging": expect_proved(),
    "reads_map_pages_read_only_while_logging": expect_proved(
        expect_refuted(
            until("v6"),
            witness=~pfn_is_map_memory & ~is_pfnmap,
            reason=_first_branch + " D5, D6, D7: DAX pages are device.",
        ),
        expect_refuted(
            "v7",
            witness=~pfn_is_map_memory & ~is_vma_cacheable & is_mixedmap,
            reason=_first_branch + " VM_MIXEDMAP memslots may log.",
        ),
        expect_refuted(
            since("v8"),
            witness=~pfn_is_map_memory & is_mixedmap & ~is_pfnmap,
            reason=_first_branch + " VM_MIXEDMAP memslots may log: D7.",
        ),
    ),
    "reads_stay_read_only_if_a_pfnmap_vma_was_put_there": expect_proved(
        expect_refuted(
            EVERY,
            witness=is_pfnmap & ~pfn_is_map_memory,
            reason=_first_branch + " The VMM may map a VM_PFNMAP VMA over a memslot that logs; only "
            "creation is checked.",
        )
    ),
    "logged_pages_are_mapped_one_by_one": expect_proved(),
    "pages_mapped_writable_are_marked_dirty": expect_proved(),
    "pages_made_writable_are_marked_dirty": expect_proved(),
    "pages_are_marked_dirty_only_if_writable": expect_proved(),
    "only_entries_of_pages_are_relaxed_while_logging": expect_proved(),
    "pages_are_mapped_writable_at_once_unless_logging": expect_proved(),
    "entries_are_made_writable_at_once_unless_logging": expect_proved(),
    "the_page_that_is_written_to_is_marked_dirty": expect_proved(),
    "pages_mapped_writable_are_dirty_in_the_host": expect_proved(),
    "pages_made_writable_are_dirty_in_the_host": expect_proved(),
    "pages_are_dirty_in_the_host_only_if_writable": expect_proved(),
    "pages_of_a_tracked_memslot_are_mapped_one_by_one": expect_proved(
        expect_refuted(
            EVERY,
            witness=dirty_tracked & ~logging_active,
            reason="memslot_is_logging() asks for dirty_bitmap. A VM with a dirty ring and without "
            "KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP has none: kvm_use_dirty_bitmap().",
        )
    ),
    "pages_beyond_memory_are_mapped_writable_even_while_logging": expect_proved(
        expect_refuted(
            "v7",
            witness=logging_active & ~write_fault & is_vma_cacheable & is_mixedmap,
            reason="v7 write-protects whatever it maps cacheable: what is device is asked for by "
            "`!is_vma_cacheable` (D7).",
        )
    ),
}
