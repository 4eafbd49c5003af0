# SPDX-License-Identifier: GPL-2.0-only
"""What a memslot with dirty logging promises: no write goes unnoticed."""

from __future__ import annotations

from model.memory import (
    KVM_PGTABLE_PROT_W,
    PAGE_SIZE,
    WRITABLE,
    fault_granule,
    is_pfnmap,
    logging_active,
    map_ret,
    map_size,
    mapped,
    marked_dirty,
    nested,
    pfn_is_map_memory,
    pfn_writable,
    relax_ret,
    relaxed,
    relaxed_prot,
    write_fault,
)
from proofs.theorem import Theorem

reads_map_memory_read_only_while_logging = Theorem(
    says="While dirty logging, a fault that is not a write maps memory read-only.",
    given=(mapped, logging_active, ~write_fault, pfn_is_map_memory),
    then=~WRITABLE,
    because=("user_mem_abort(): only actually map the page as writable if this was a write fault",),
)

reads_map_pages_read_only_while_logging = Theorem(
    says="While dirty logging, a fault that is not a write maps any page read-only.",
    given=(mapped, logging_active, ~write_fault),
    then=~WRITABLE,
    because=("user_mem_abort(): only actually map the page as writable if this was a write fault",),
)

reads_stay_read_only_if_a_pfnmap_vma_was_put_there = Theorem(
    says="While dirty logging, a read maps read-only even if a VM_PFNMAP VMA took the place of the "
    "memslot's.",
    given=(mapped, logging_active, ~write_fault, is_pfnmap),
    then=~WRITABLE,
    because=("comment, v6.1 to v7.0: logging_active is guaranteed to never be true for VM_PFNMAP memslots",),
    not_assuming=("pfnmap_memslots_never_log",),
)

logged_pages_are_mapped_one_by_one = Theorem(
    says="While dirty logging, nothing larger than a page is mapped.",
    given=(mapped, logging_active),
    then=map_size == PAGE_SIZE,
    because=("user_mem_abort(): `if (logging_active) force_pte = true`",),
)

pages_mapped_writable_are_marked_dirty = Theorem(
    says="A page that was mapped writable is marked dirty.",
    given=(mapped, WRITABLE, map_ret == 0),
    then=marked_dirty,
    because=("user_mem_abort(): mark the page dirty only if the fault is handled successfully",),
)

pages_made_writable_are_marked_dirty = Theorem(
    says="A page whose entry was made writable is marked dirty.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_W), relax_ret == 0),
    then=marked_dirty,
    because=("user_mem_abort(): mark the page dirty only if the fault is handled successfully",),
)

pages_are_marked_dirty_only_if_writable = Theorem(
    says="A page is marked dirty only if it was mapped or made writable.",
    given=(marked_dirty,),
    then=(mapped & WRITABLE) | (relaxed & relaxed_prot.any(KVM_PGTABLE_PROT_W)),
    because=("a page that is marked for nothing is copied for nothing",),
)

only_entries_of_pages_are_relaxed_while_logging = Theorem(
    says="While dirty logging, permissions are added to entries of a single page only.",
    given=(relaxed, logging_active),
    then=fault_granule == PAGE_SIZE,
    because=(
        "user_mem_abort(): a block that is written to is split, so that its pages are logged one by one",
    ),
)

pages_are_mapped_writable_at_once_unless_logging = Theorem(
    says="While nothing is logged, a page is mapped writable if the lookup said that it is, whatever "
    "the fault was.",
    given=(mapped, ~logging_active, pfn_writable, ~nested),
    then=WRITABLE,
    because=("user_mem_abort(): `else if (logging_active && !write_fault) writable = false`",),
)

entries_are_made_writable_at_once_unless_logging = Theorem(
    says="While nothing is logged, an entry that gets a permission gets W if the lookup said so.",
    given=(relaxed, ~logging_active, pfn_writable, ~nested),
    then=relaxed_prot.any(KVM_PGTABLE_PROT_W),
    because=("user_mem_abort(): `else if (logging_active && !write_fault) writable = false`",),
)
