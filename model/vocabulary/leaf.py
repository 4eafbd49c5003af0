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

from model.logic import BOOL, BV64, Term, choose, const
from model.vocabulary import Symbols, symbol
from model.vocabulary.memory import FWB, PAGE_SIZE
from model.vocabulary.symbols import BV32

SYMBOLS: Symbols = {
    # What is asked
    "asked_prot": (BV64, "the enum kvm_pgtable_prot that is asked for"),
    "phys": (BV64, "the physical address that this entry is to map, in bytes"),
    "asked_attr": (BV64, "the attributes that this entry is to have, as in a descriptor"),
    "annotates": (BOOL, "the entry is to map nothing, and to say who owns the page"),
    "by_pages": (BOOL, "data->force_pte: no blocks"),
    "walk_addr": (BV64, "the guest-physical address that the walk is at, in bytes"),
    "walk_end": (BV64, "where the walk ends"),
    "leaf_set": (BV64, "the bits to set in the entry"),
    "leaf_clear": (BV64, "the bits to clear in the entry"),
    # The entry
    "old_leaf": (BV64, "the entry as the walk read it"),
    "entry_before": (BV64, "the entry that stands there when the function begins"),
    "new_leaf": (BV64, "the entry, or its attributes, that stands there afterwards"),
    "granule": (BV64, "kvm_granule_size(level): the bytes that an entry of this level maps"),
    "level": (BV32, "the level of the entry, as an int: 3 is that of pages"),
    "answer": (BV32, "what the function returned"),
    "table_count": (
        BV64,
        "the references to the page of the table that the entry leads to; 1: it is empty",
    ),
    "entry_counts": (BV32, "by how much the references to the pages of tables changed, as an int"),
    "found_there": (BV64, "the entry that cmpxchg() found in its place, in a shared walk"),
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
    "cleaned_size": (BV64, "its size, in bytes"),
    "cleaned_addr": (BV64, "its address"),
    "entry_when_cleaned": (BV64, "the entry at that moment"),
    "page_of_phys": (BV64, "mm_ops->phys_to_virt(phys)"),
    "page_of_old": (BV64, "mm_ops->phys_to_virt() of what the entry mapped when the walk read it"),
    "can_invalidate": (BOOL, "mm_ops->icache_inval_pou is not NULL"),
    "invalidated": (BOOL, "mm_ops->icache_inval_pou() was called"),
    "invalidated_size": (BV64, "its size, in bytes"),
    "invalidated_addr": (BV64, "its address"),
    "entry_when_invalidated": (BV64, "the entry at that moment"),
    "tlb_invalidated": (BOOL, "__kvm_tlb_flush_vmid_ipa(): the TLB was invalidated for one entry"),
    "tlb_addr": (BV64, "its guest-physical address"),
    "entry_when_tlb_invalidated": (BV64, "the entry at that moment"),
    "tlb_invalidated_here": (BOOL, "__kvm_tlb_flush_vmid_ipa_nsh(): the same, of this CPU alone"),
    "tlb_range_invalidated": (BOOL, "kvm_tlb_flush_vmid_range(): the same, for a range"),
    "tlb_range_addr": (BV64, "where that begins"),
    "tlb_range_size": (BV64, "its size, in bytes"),
    "tlb_can_wait": (BOOL, "the TLB is invalidated after the whole walk: system_supports_tlb_range(), FWB"),
    # stage2_update_leaf_attrs()
    "updated": (BOOL, "stage2_update_leaf_attrs() was called"),
    "set_bits": (BV64, "the bits that it is to set"),
    "clear_bits": (BV64, "the bits that it is to clear"),
    "update_ret": (BV32, "what it returned"),
    # kvm_pgtable_stage2_map(), kvm_pgtable_stage2_unmap(), kvm_pgtable_stage2_flush()
    "asked_addr": (BV64, "the guest-physical address that is asked for, in bytes"),
    "asked_size": (BV64, "the size that is asked for, in bytes"),
    "asked_phys": (BV64, "the physical address that is asked for, in bytes"),
    "walked": (BOOL, "kvm_pgtable_walk() was called"),
    "walked_addr": (BV64, "its address"),
    "walked_size": (BV64, "its size, in bytes"),
    "walk_ret": (BV32, "what it returned"),
    "walked_phys": (BV64, "the physical address that it maps from"),
    "walked_attr": (BV64, "the attributes that it maps with, as in a descriptor"),
}

asked_prot = symbol(SYMBOLS, "asked_prot")
phys = symbol(SYMBOLS, "phys")
leaf_set = symbol(SYMBOLS, "leaf_set")
leaf_clear = symbol(SYMBOLS, "leaf_clear")
old_leaf = symbol(SYMBOLS, "old_leaf")
entry_before = symbol(SYMBOLS, "entry_before")
new_leaf = symbol(SYMBOLS, "new_leaf")
granule = symbol(SYMBOLS, "granule")
level = symbol(SYMBOLS, "level")
answer = symbol(SYMBOLS, "answer")
of_the_host = symbol(SYMBOLS, "of_the_host")
shared = symbol(SYMBOLS, "shared")
skips_maintenance = symbol(SYMBOLS, "skips_maintenance")
has_xnx = symbol(SYMBOLS, "ARM64_HAS_XNX")
xn_is_two_bits = symbol(SYMBOLS, "xn_is_two_bits")
can_clean = symbol(SYMBOLS, "can_clean")
cleaned = symbol(SYMBOLS, "cleaned")
cleaned_size = symbol(SYMBOLS, "cleaned_size")
can_invalidate = symbol(SYMBOLS, "can_invalidate")
invalidated = symbol(SYMBOLS, "invalidated")
invalidated_size = symbol(SYMBOLS, "invalidated_size")
tlb_invalidated = symbol(SYMBOLS, "tlb_invalidated")
tlb_can_wait = symbol(SYMBOLS, "tlb_can_wait")
asked_attr = symbol(SYMBOLS, "asked_attr")
annotates = symbol(SYMBOLS, "annotates")
by_pages = symbol(SYMBOLS, "by_pages")
walk_addr = symbol(SYMBOLS, "walk_addr")
walk_end = symbol(SYMBOLS, "walk_end")
table_count = symbol(SYMBOLS, "table_count")
entry_counts = symbol(SYMBOLS, "entry_counts")
found_there = symbol(SYMBOLS, "found_there")
lpa2 = symbol(SYMBOLS, "lpa2")
skips_tlbi = symbol(SYMBOLS, "skips_tlbi")
cleaned_addr = symbol(SYMBOLS, "cleaned_addr")
entry_when_cleaned = symbol(SYMBOLS, "entry_when_cleaned")
page_of_phys = symbol(SYMBOLS, "page_of_phys")
page_of_old = symbol(SYMBOLS, "page_of_old")
invalidated_addr = symbol(SYMBOLS, "invalidated_addr")
entry_when_invalidated = symbol(SYMBOLS, "entry_when_invalidated")
tlb_addr = symbol(SYMBOLS, "tlb_addr")
entry_when_tlb_invalidated = symbol(SYMBOLS, "entry_when_tlb_invalidated")
tlb_invalidated_here = symbol(SYMBOLS, "tlb_invalidated_here")
tlb_range_invalidated = symbol(SYMBOLS, "tlb_range_invalidated")
tlb_range_addr = symbol(SYMBOLS, "tlb_range_addr")
tlb_range_size = symbol(SYMBOLS, "tlb_range_size")
update_ret = symbol(SYMBOLS, "update_ret")
asked_addr = symbol(SYMBOLS, "asked_addr")
asked_size = symbol(SYMBOLS, "asked_size")
asked_phys = symbol(SYMBOLS, "asked_phys")
walked = symbol(SYMBOLS, "walked")
walked_addr = symbol(SYMBOLS, "walked_addr")
walked_size = symbol(SYMBOLS, "walked_size")
walk_ret = symbol(SYMBOLS, "walk_ret")
walked_phys = symbol(SYMBOLS, "walked_phys")
walked_attr = symbol(SYMBOLS, "walked_attr")
updated = symbol(SYMBOLS, "updated")
set_bits = symbol(SYMBOLS, "set_bits")
clear_bits = symbol(SYMBOLS, "clear_bits")

# Fields of a stage-2 leaf descriptor -----------------------------------------------------------
#: MemAttr[3:0], without and with FWB.
_NORMAL, _NORMAL_FWB, _NORMAL_NC, _DEVICE = 0xF, 6, 5, 1

LAST_LEVEL = 3
#: Of include/uapi/asm-generic/errno-base.h.
E2BIG = 7

MEM_ATTR = const(0xF << 2, BV64)
S2AP_R = const(1 << 6, BV64)
S2AP_W = const(1 << 7, BV64)
XN = const(3 << 53, BV64)
SOFTWARE = const(0xF << 55, BV64)
SHAREABLE = const(3 << 8, BV64)
ACCESSED = const(1 << 10, BV64)
#: The attributes that lie at the same place whatever the size of addresses: not bits 11, 9 and 8.
ATTRIBUTES = const(0x7FF << 53 | 0x4FC, BV64)
#: Bits 47:PAGE_SHIFT hold those of the address, whatever its size.
ADDRESS = const(1 << 48, BV64) - PAGE_SIZE


def mem_attr(leaf: Term) -> Term:
    """MemAttr[3:0] of a stage-2 leaf descriptor."""
    return (leaf & MEM_ATTR) >> 2


def valid(leaf: Term) -> Term:
    """Bit 0 of a descriptor."""
    return leaf.any(const(1, BV64))


def is_a_level(number: Term) -> Term:
    """0 to 3; a table that begins at level -1 has no leaf there."""
    return number <= LAST_LEVEL


def is_table(leaf: Term) -> Term:
    """Bits 1:0 are 0b11, above the last level: the descriptor leads to another table."""
    return ((leaf & 3) == 3) & (level != LAST_LEVEL)


def normal(leaf: Term) -> Term:
    """The leaf is Normal, Inner and Outer Write-Back: with FWB whatever stage 1 says."""
    return mem_attr(leaf) == choose(FWB, const(_NORMAL_FWB, BV64), const(_NORMAL, BV64))


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
