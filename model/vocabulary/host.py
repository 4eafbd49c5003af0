# SPDX-License-Identifier: GPL-2.0-only
"""Words about core-mm and the pfn lookup, read on their own: what the fault path's facts rest on.

They are of mm/memory.c (vm_normal_page(), remap_pfn_range()), include/linux/mm.h (is_cow_mapping()),
arch/arm64/mm (pfn_is_map_memory(), phys_mem_access_prot()), drivers/char/mem.c (mmap_mem()) and
virt/kvm/kvm_main.c (hva_to_pfn_fast(), hva_to_pfn_slow(), hva_to_pfn_remapped()).  Words about the VMA, the
PTE and the pfn are those of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, BV64
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import BV32, READ, WORLD

_MEMORY = ("vm_flags", "vm_page_prot", "vm_start", "vm_end", "vm_pgoff", "pfn", "pfn_is_map_memory")
_PTE = ("host_pte_special", "host_pte_writable", "above_highest_memmap_pfn", "pfn_valid")

SYMBOLS: Symbols = {
    **{text: {**READ, **WORLD}[text] for text in (*_MEMORY, *_PTE)},
    "answer": (BV32, "what the function returned, as an int"),
    "said": (BOOL, "what the function returned, as a condition"),
    # vm_normal_page()
    "page_found": (BV64, "the struct page that vm_normal_page() returned, or NULL"),
    "page_of_pfn": (BV64, "pfn_to_page(pfn)"),
    "driver_decides": (BOOL, "vma->vm_ops->find_special_page (find_normal_page) is set"),
    # pfn_is_map_memory(), phys_mem_access_prot()
    "in_memblock": (BOOL, "memblock_is_map_memory(PFN_PHYS(pfn))"),
    "synchronous": (BOOL, "file->f_flags & O_SYNC"),
    "given_prot": (BV64, "the page protection that phys_mem_access_prot() is given"),
    "made_prot": (BV64, "the page protection that is made of it"),
    "prot_for_mem": (BV64, "what phys_mem_access_prot() answered"),
    "range_is_valid": (BOOL, "valid_mmap_phys_addr_range() and range_is_allowed() of the range"),
    # mmap_mem(), which calls remap_pfn_range() or, since v6.19, leaves it to its caller
    "chose_pfn": (BV64, "the pfn that phys_mem_access_prot() is asked about"),
    "chose_size": (BV64, "the size that it is asked about, in bytes"),
    "remapped_now": (BOOL, "remap_pfn_range() was called"),
    "remapped_addr": (BV64, "the address that it was given"),
    "remapped_pfn": (BV64, "the pfn that it was given"),
    "remapped_size": (BV64, "the size that it was given, in bytes"),
    "remap_ret": (BV32, "what it returned"),
    "planned_addr": (BV64, "desc->action.remap.start: where it is to be mapped, since v6.19"),
    "planned_end": (BV64, "the address behind the last, since v6.19"),
    "planned_pfn": (BV64, "desc->action.remap.start_pfn"),
    "planned_size": (BV64, "desc->action.remap.size, in bytes"),
    # remap_pfn_range()
    "remap_start": (BV64, "the first address that is to be mapped"),
    "remap_end": (BV64, "the address behind the last"),
    "remap_pfn": (BV64, "the first pfn that is to be mapped"),
    "new_flags": (BV64, "the VMA's flags afterwards"),
    "new_pgoff": (BV64, "the VMA's vm_pgoff afterwards"),
    # The pfn lookup
    "wants_write": (BOOL, "the lookup is for a write: FOLL_WRITE, write_fault"),
    "tells_writable": (BOOL, "the caller asks whether the page is writable"),
    "said_writable": (BOOL, "what it is told"),
    "said_before": (BOOL, "what stood there before"),
    "looked_fast": (BOOL, "get_user_page_fast_only() or its pinning sibling was called"),
    "fast_flags": (BV64, "its FOLL_ flags"),
    "fast_found": (BOOL, "it found a page"),
    "looked_slow": (BOOL, "get_user_pages_unlocked() or its pinning sibling was called"),
    "slow_flags": (BV64, "its FOLL_ flags"),
    "slow_found": (BV64, "how many pages it found, or an error"),
    "pins": (BOOL, "the page is to be pinned, for the kernel's own accesses; since v6.13"),
    "found_pfn": (BV64, "the pfn that the lookup found, or an error as a pfn"),
    "mapped_pfn": (BV64, "the pfn of the host PTE that it looked at"),
    "read_only_fault": (BV64, "KVM_PFN_ERR_RO_FAULT"),
    "refcounted_page": (BV64, "*kfp->refcounted_page afterwards"),
}

answer = symbol(SYMBOLS, "answer")
said = symbol(SYMBOLS, "said")
page_found = symbol(SYMBOLS, "page_found")
page_of_pfn = symbol(SYMBOLS, "page_of_pfn")
driver_decides = symbol(SYMBOLS, "driver_decides")
in_memblock = symbol(SYMBOLS, "in_memblock")
synchronous = symbol(SYMBOLS, "synchronous")
given_prot = symbol(SYMBOLS, "given_prot")
made_prot = symbol(SYMBOLS, "made_prot")
prot_for_mem = symbol(SYMBOLS, "prot_for_mem")
range_is_valid = symbol(SYMBOLS, "range_is_valid")
chose_pfn = symbol(SYMBOLS, "chose_pfn")
chose_size = symbol(SYMBOLS, "chose_size")
remapped_now = symbol(SYMBOLS, "remapped_now")
remapped_addr = symbol(SYMBOLS, "remapped_addr")
remapped_pfn = symbol(SYMBOLS, "remapped_pfn")
remapped_size = symbol(SYMBOLS, "remapped_size")
remap_ret = symbol(SYMBOLS, "remap_ret")
planned_addr = symbol(SYMBOLS, "planned_addr")
planned_end = symbol(SYMBOLS, "planned_end")
planned_pfn = symbol(SYMBOLS, "planned_pfn")
planned_size = symbol(SYMBOLS, "planned_size")
remap_start = symbol(SYMBOLS, "remap_start")
remap_end = symbol(SYMBOLS, "remap_end")
remap_pfn = symbol(SYMBOLS, "remap_pfn")
new_flags = symbol(SYMBOLS, "new_flags")
new_pgoff = symbol(SYMBOLS, "new_pgoff")
wants_write = symbol(SYMBOLS, "wants_write")
tells_writable = symbol(SYMBOLS, "tells_writable")
said_writable = symbol(SYMBOLS, "said_writable")
said_before = symbol(SYMBOLS, "said_before")
looked_fast = symbol(SYMBOLS, "looked_fast")
fast_flags = symbol(SYMBOLS, "fast_flags")
fast_found = symbol(SYMBOLS, "fast_found")
looked_slow = symbol(SYMBOLS, "looked_slow")
slow_flags = symbol(SYMBOLS, "slow_flags")
slow_found = symbol(SYMBOLS, "slow_found")
pins = symbol(SYMBOLS, "pins")
found_pfn = symbol(SYMBOLS, "found_pfn")
mapped_pfn = symbol(SYMBOLS, "mapped_pfn")
read_only_fault = symbol(SYMBOLS, "read_only_fault")
refcounted_page = symbol(SYMBOLS, "refcounted_page")
