# SPDX-License-Identifier: GPL-2.0-only
"""Words about one leaf entry of stage 2: what it is asked to be, what is written, what is cleaned.

They are of ``arch/arm64/kvm/hyp/pgtable.c``: stage2_set_prot_attr(), which turns a prot into the
attributes of a descriptor; stage2_map_walker_try_leaf() and stage2_unmap_walker(), which write and
clear an entry; kvm_pgtable_stage2_relax_perms() and stage2_attr_walker(), which change one; and
stage2_flush_walker().

Source of the fields: Arm ARM D8.3.1.2 (stage-2 descriptors: MemAttr[3:0] bits 5:2, S2AP bits 7:6, XN
bits 54:53) and D8.6.5 (their meaning with and without FEAT_S2FWB).  Trusted: the fields below.
"""

from __future__ import annotations

from model.logic import BOOL, WORD64, Term, choose, const
from model.vocabulary import Words, word
from model.vocabulary.memory import FWB, PAGE_SIZE
from model.vocabulary.symbols import WORD32

WORDS: Words = {
    # What is asked
    "asked_prot": (WORD64, "the enum kvm_pgtable_prot that is asked for"),
    "phys": (WORD64, "the physical address that this entry is to map, in bytes"),
    "asked_attr": (WORD64, "the attributes that this entry is to have, as in a descriptor"),
    "annotates": (BOOL, "the entry is to map nothing, and to say who owns the page"),
    "by_pages": (BOOL, "data->force_pte: no blocks"),
    "walk_addr": (WORD64, "the guest-physical address that the walk is at, in bytes"),
    "walk_end": (WORD64, "where the walk ends"),
    "leaf_set": (WORD64, "the bits to set in the entry"),
    "leaf_clear": (WORD64, "the bits to clear in the entry"),
    # The entry
    "old_leaf": (WORD64, "the entry as the walk read it"),
    "entry_before": (WORD64, "the entry that stands there when the function begins"),
    "new_leaf": (WORD64, "the entry, or its attributes, that stands there afterwards"),
    "granule": (WORD64, "kvm_granule_size(level): the bytes that an entry of this level maps"),
    "level": (WORD32, "the level of the entry, as an int: 3 is that of pages"),
    "answer": (WORD32, "what the function returned"),
    "table_count": (
        WORD64,
        "the references to the page of the table that the entry leads to; 1: it is empty",
    ),
    "entry_counts": (WORD32, "by how much the references to the pages of tables changed, as an int"),
    "found_there": (WORD64, "the entry that cmpxchg() found in its place, in a shared walk"),
    # The walk and the machine
    "lpa2": (BOOL, "kvm_lpa2_is_enabled(): bits 9:8 of a descriptor are of the address"),
    "skips_tlbi": (BOOL, "the walk has KVM_PGTABLE_WALK_SKIP_BBM_TLBI: it builds a table nobody uses"),
    "of_the_host": (BOOL, "the page table is pKVM's own of the host: AS_S1 or NOFWB in pgt->flags"),
    "shared": (BOOL, "kvm_pgtable_walk_shared(ctx): other walks may go on at the same time"),
    "skips_maintenance": (BOOL, "the walk has KVM_PGTABLE_WALK_SKIP_CMO: it builds a table nobody uses"),
    "xn_is_two_bits": (BOOL, "KVM_PTE_LEAF_ATTR_HI_S2_XN is bits 54:53, since v6.19, and not bit 54"),
    "ARM64_HAS_XNX": (BOOL, "cpus_have_final_cap(ARM64_HAS_XNX): bit 53 has a meaning"),
    "ARM64_HAS_STAGE2_FWB": (BOOL, "cpus_have_final_cap(ARM64_HAS_STAGE2_FWB)"),
    # Maintenance
    "can_clean": (BOOL, "mm_ops->dcache_clean_inval_poc is not NULL"),
    "cleaned": (BOOL, "mm_ops->dcache_clean_inval_poc() was called"),
    "cleaned_size": (WORD64, "its size, in bytes"),
    "cleaned_addr": (WORD64, "its address"),
    "entry_when_cleaned": (WORD64, "the entry at that moment"),
    "page_of_phys": (WORD64, "mm_ops->phys_to_virt(phys)"),
    "page_of_old": (WORD64, "mm_ops->phys_to_virt() of what the entry mapped when the walk read it"),
    "can_invalidate": (BOOL, "mm_ops->icache_inval_pou is not NULL"),
    "invalidated": (BOOL, "mm_ops->icache_inval_pou() was called"),
    "invalidated_size": (WORD64, "its size, in bytes"),
    "invalidated_addr": (WORD64, "its address"),
    "entry_when_invalidated": (WORD64, "the entry at that moment"),
    "tlb_invalidated": (BOOL, "__kvm_tlb_flush_vmid_ipa(): the TLB was invalidated for one entry"),
    "tlb_addr": (WORD64, "its guest-physical address"),
    "entry_when_tlb_invalidated": (WORD64, "the entry at that moment"),
    "tlb_invalidated_here": (BOOL, "__kvm_tlb_flush_vmid_ipa_nsh(): the same, of this CPU alone"),
    "tlb_range_invalidated": (BOOL, "kvm_tlb_flush_vmid_range(): the same, for a range"),
    "tlb_range_addr": (WORD64, "where that begins"),
    "tlb_range_size": (WORD64, "its size, in bytes"),
    "tlb_can_wait": (BOOL, "the TLB is invalidated after the whole walk: system_supports_tlb_range(), FWB"),
    # stage2_update_leaf_attrs()
    "updated": (BOOL, "stage2_update_leaf_attrs() was called"),
    "set_bits": (WORD64, "the bits that it is to set"),
    "clear_bits": (WORD64, "the bits that it is to clear"),
    "update_ret": (WORD32, "what it returned"),
    # kvm_pgtable_stage2_map(), kvm_pgtable_stage2_unmap(), kvm_pgtable_stage2_flush()
    "asked_addr": (WORD64, "the guest-physical address that is asked for, in bytes"),
    "asked_size": (WORD64, "the size that is asked for, in bytes"),
    "asked_phys": (WORD64, "the physical address that is asked for, in bytes"),
    "walked": (BOOL, "kvm_pgtable_walk() was called"),
    "walked_addr": (WORD64, "its address"),
    "walked_size": (WORD64, "its size, in bytes"),
    "walk_ret": (WORD32, "what it returned"),
    "walked_phys": (WORD64, "the physical address that it maps from"),
    "walked_attr": (WORD64, "the attributes that it maps with, as in a descriptor"),
}

asked_prot = word(WORDS, "asked_prot")
phys = word(WORDS, "phys")
leaf_set = word(WORDS, "leaf_set")
leaf_clear = word(WORDS, "leaf_clear")
old_leaf = word(WORDS, "old_leaf")
entry_before = word(WORDS, "entry_before")
new_leaf = word(WORDS, "new_leaf")
granule = word(WORDS, "granule")
level = word(WORDS, "level")
answer = word(WORDS, "answer")
of_the_host = word(WORDS, "of_the_host")
shared = word(WORDS, "shared")
skips_maintenance = word(WORDS, "skips_maintenance")
has_xnx = word(WORDS, "ARM64_HAS_XNX")
xn_is_two_bits = word(WORDS, "xn_is_two_bits")
can_clean = word(WORDS, "can_clean")
cleaned = word(WORDS, "cleaned")
cleaned_size = word(WORDS, "cleaned_size")
can_invalidate = word(WORDS, "can_invalidate")
invalidated = word(WORDS, "invalidated")
invalidated_size = word(WORDS, "invalidated_size")
tlb_invalidated = word(WORDS, "tlb_invalidated")
tlb_can_wait = word(WORDS, "tlb_can_wait")
asked_attr = word(WORDS, "asked_attr")
annotates = word(WORDS, "annotates")
by_pages = word(WORDS, "by_pages")
walk_addr = word(WORDS, "walk_addr")
walk_end = word(WORDS, "walk_end")
table_count = word(WORDS, "table_count")
entry_counts = word(WORDS, "entry_counts")
found_there = word(WORDS, "found_there")
lpa2 = word(WORDS, "lpa2")
skips_tlbi = word(WORDS, "skips_tlbi")
cleaned_addr = word(WORDS, "cleaned_addr")
entry_when_cleaned = word(WORDS, "entry_when_cleaned")
page_of_phys = word(WORDS, "page_of_phys")
page_of_old = word(WORDS, "page_of_old")
invalidated_addr = word(WORDS, "invalidated_addr")
entry_when_invalidated = word(WORDS, "entry_when_invalidated")
tlb_addr = word(WORDS, "tlb_addr")
entry_when_tlb_invalidated = word(WORDS, "entry_when_tlb_invalidated")
tlb_invalidated_here = word(WORDS, "tlb_invalidated_here")
tlb_range_invalidated = word(WORDS, "tlb_range_invalidated")
tlb_range_addr = word(WORDS, "tlb_range_addr")
tlb_range_size = word(WORDS, "tlb_range_size")
update_ret = word(WORDS, "update_ret")
asked_addr = word(WORDS, "asked_addr")
asked_size = word(WORDS, "asked_size")
asked_phys = word(WORDS, "asked_phys")
walked = word(WORDS, "walked")
walked_addr = word(WORDS, "walked_addr")
walked_size = word(WORDS, "walked_size")
walk_ret = word(WORDS, "walk_ret")
walked_phys = word(WORDS, "walked_phys")
walked_attr = word(WORDS, "walked_attr")
updated = word(WORDS, "updated")
set_bits = word(WORDS, "set_bits")
clear_bits = word(WORDS, "clear_bits")

# Fields of a stage-2 leaf descriptor -----------------------------------------------------------
#: MemAttr[3:0], without and with FWB.
_NORMAL, _NORMAL_FWB, _NORMAL_NC, _DEVICE = 0xF, 6, 5, 1

LAST_LEVEL = 3
#: Of include/uapi/asm-generic/errno-base.h.
E2BIG = 7

MEM_ATTR = const(0xF << 2, WORD64)
S2AP_R = const(1 << 6, WORD64)
S2AP_W = const(1 << 7, WORD64)
XN = const(3 << 53, WORD64)
SOFTWARE = const(0xF << 55, WORD64)
SHAREABLE = const(3 << 8, WORD64)
ACCESSED = const(1 << 10, WORD64)
#: The attributes that lie at the same place whatever the size of addresses: not bits 11, 9 and 8.
ATTRIBUTES = const(0x7FF << 53 | 0x4FC, WORD64)
#: Bits 47:PAGE_SHIFT hold those of the address, whatever its size.
ADDRESS = const(1 << 48, WORD64) - PAGE_SIZE


def mem_attr(leaf: Term) -> Term:
    """MemAttr[3:0] of a stage-2 leaf descriptor."""
    return (leaf & MEM_ATTR) >> 2


def valid(leaf: Term) -> Term:
    """Bit 0 of a descriptor."""
    return leaf.any(const(1, WORD64))


def is_a_level(number: Term) -> Term:
    """0 to 3; a table that begins at level -1 has no leaf there."""
    return number <= LAST_LEVEL


def is_table(leaf: Term) -> Term:
    """Bits 1:0 are 0b11, above the last level: the descriptor leads to another table."""
    return ((leaf & 3) == 3) & (level != LAST_LEVEL)


def normal(leaf: Term) -> Term:
    """The leaf is Normal, Inner and Outer Write-Back: with FWB whatever stage 1 says."""
    return mem_attr(leaf) == choose(FWB, const(_NORMAL_FWB, WORD64), const(_NORMAL, WORD64))


def normal_nc(leaf: Term) -> Term:
    """The leaf is Normal Non-cacheable, in both encodings."""
    return mem_attr(leaf) == _NORMAL_NC


def device(leaf: Term) -> Term:
    """The leaf is Device-nGnRE, in both encodings."""
    return mem_attr(leaf) == _DEVICE


def readable(leaf: Term) -> Term:
    """S2AP[0]."""
    return leaf.any(S2AP_R)


def writable(leaf: Term) -> Term:
    """S2AP[1]."""
    return leaf.any(S2AP_W)


def executable_at_el1(leaf: Term) -> Term:
    """XN[1:0] is 0b00 or 0b11; of a kernel that knows XN[1] alone (bit 54), it is 0."""
    xn = (leaf & XN) >> 53
    return choose(xn_is_two_bits, (xn == 0) | (xn == 3), xn <= 1)


def executable_at_el0(leaf: Term) -> Term:
    """XN[1:0] is 0b00 or 0b01; of a kernel that knows XN[1] alone (bit 54), it is 0."""
    return ((leaf & XN) >> 53) <= 1


def executable(leaf: Term) -> Term:
    """At any exception level of the guest."""
    return executable_at_el1(leaf) | executable_at_el0(leaf)
