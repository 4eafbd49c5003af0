# SPDX-License-Identifier: GPL-2.0-only
"""Dirty logging: no write to a logged memslot goes unnoticed."""

from __future__ import annotations

from model.logic import choose, conj, disj
from model.vocabulary.memory import (
    KVM_PGTABLE_PROT_W,
    PAGE_SHIFT,
    PAGE_SIZE,
    WRITABLE,
    beyond,
    dirty_tracked,
    fault_granule,
    fault_ipa,
    is_pfnmap,
    logging_active,
    map_ret,
    map_size,
    mapped,
    marked_dirty,
    marked_gfn,
    nested,
    nested_output,
    page_dirtied,
    pfn_is_map_memory,
    pfn_writable,
    relax_ret,
    relaxed,
    relaxed_prot,
    write_fault,
)
from proofs.theorems.theorem import Theorem

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

the_page_that_is_written_to_is_marked_dirty = Theorem(
    says="While dirty logging, the page that is marked dirty is the one that the guest writes to, where "
    "the memslot knows it.",
    given=(marked_dirty, logging_active),
    then=marked_gfn == (choose(nested, nested_output, fault_ipa) >> PAGE_SHIFT),
    because=("user_mem_abort(): making sure we adjust the canonical IPA",),
)

pages_mapped_writable_are_dirty_in_the_host = Theorem(
    says="Of a page that was mapped writable the host is told that it is written to.",
    given=(mapped, WRITABLE, map_ret == 0),
    then=page_dirtied,
    because=(
        "kvm_release_faultin_page(): if the page is writable, and KVM installed a SPTE, mark it dirty; "
        "reclaim drops a clean page of a file without writing it back",
    ),
)

pages_made_writable_are_dirty_in_the_host = Theorem(
    says="Of a page whose entry was made writable the host is told that it is written to.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_W), relax_ret == 0),
    then=page_dirtied,
    because=("kvm_release_faultin_page(): if the page is writable, and KVM reused a SPTE, mark it dirty",),
)

pages_are_dirty_in_the_host_only_if_writable = Theorem(
    says="The host is told that a page is written to only if the guest has got it writable.",
    given=(page_dirtied,),
    then=disj(
        conj(mapped, WRITABLE, map_ret == 0),
        conj(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_W), relax_ret == 0),
    ),
    because=("cc5095747edf: a file system may not be ready for a page that becomes dirty without its leave",),
)

pages_beyond_memory_are_mapped_writable_even_while_logging = Theorem(
    says="A page beyond memory is mapped writable if the lookup said that it is, whatever the fault was, "
    "logging or not.",
    given=(mapped, beyond, pfn_writable, ~nested),
    then=WRITABLE,
    because=(
        "user_mem_abort(): a device's page is asked for first, and `else if (logging_active && "
        "!write_fault)` is for memory",
    ),
)

pages_of_a_tracked_memslot_are_mapped_one_by_one = Theorem(
    says="Of a memslot with KVM_MEM_LOG_DIRTY_PAGES nothing larger than a page is mapped, whether a bitmap "
    "or a dirty ring keeps the log.",
    given=(mapped, dirty_tracked),
    then=map_size == PAGE_SIZE,
    because=("mark_page_dirty_in_slot(): one gfn is marked; the other pages of a block would be lost",),
)
