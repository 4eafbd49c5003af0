# SPDX-License-Identifier: GPL-2.0-only
"""Words about core-mm and the pfn lookup, read on their own: what the fault path's facts rest on.

They are of mm/memory.c (vm_normal_page(), remap_pfn_range()), include/linux/mm.h (is_cow_mapping()),
arch/arm64/mm (pfn_is_map_memory(), phys_mem_access_prot()), drivers/char/mem.c (mmap_mem()) and
virt/kvm/kvm_main.c (hva_to_pfn_fast(), hva_to_pfn_slow(), hva_to_pfn_remapped()).  Words about the VMA, the
PTE and the pfn are those of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, WORD64
from model.vocabulary import Words, word
from model.vocabulary.symbols import READ, WORD32, WORLD

_MEMORY = ("vm_flags", "vm_page_prot", "vm_start", "vm_end", "vm_pgoff", "pfn", "pfn_is_map_memory")
_PTE = ("host_pte_special", "host_pte_writable", "above_highest_memmap_pfn", "pfn_valid")

WORDS: Words = {
    **{text: {**READ, **WORLD}[text] for text in (*_MEMORY, *_PTE)},
    "answer": (WORD32, "what the function returned, as an int"),
    "said": (BOOL, "what the function returned, as a condition"),
    # vm_normal_page()
    "page_found": (WORD64, "the struct page that vm_normal_page() returned, or NULL"),
    "page_of_pfn": (WORD64, "pfn_to_page(pfn)"),
    "driver_decides": (BOOL, "vma->vm_ops->find_special_page (find_normal_page) is set"),
    # pfn_is_map_memory(), phys_mem_access_prot()
    "in_memblock": (BOOL, "memblock_is_map_memory(PFN_PHYS(pfn))"),
    "synchronous": (BOOL, "file->f_flags & O_SYNC"),
    "given_prot": (WORD64, "the page protection that phys_mem_access_prot() is given"),
    "made_prot": (WORD64, "the page protection that is made of it"),
    "prot_for_mem": (WORD64, "what phys_mem_access_prot() answered"),
    "range_is_valid": (BOOL, "valid_mmap_phys_addr_range() and range_is_allowed() of the range"),
    # mmap_mem(), which calls remap_pfn_range() or, since v6.19, leaves it to its caller
    "chose_pfn": (WORD64, "the pfn that phys_mem_access_prot() is asked about"),
    "chose_size": (WORD64, "the size that it is asked about, in bytes"),
    "remapped_now": (BOOL, "remap_pfn_range() was called"),
    "remapped_addr": (WORD64, "the address that it was given"),
    "remapped_pfn": (WORD64, "the pfn that it was given"),
    "remapped_size": (WORD64, "the size that it was given, in bytes"),
    "remap_ret": (WORD32, "what it returned"),
    "planned_addr": (WORD64, "desc->action.remap.start: where it is to be mapped, since v6.19"),
    "planned_end": (WORD64, "the address behind the last, since v6.19"),
    "planned_pfn": (WORD64, "desc->action.remap.start_pfn"),
    "planned_size": (WORD64, "desc->action.remap.size, in bytes"),
    # remap_pfn_range()
    "remap_start": (WORD64, "the first address that is to be mapped"),
    "remap_end": (WORD64, "the address behind the last"),
    "remap_pfn": (WORD64, "the first pfn that is to be mapped"),
    "new_flags": (WORD64, "the VMA's flags afterwards"),
    "new_pgoff": (WORD64, "the VMA's vm_pgoff afterwards"),
    # The pfn lookup
    "wants_write": (BOOL, "the lookup is for a write: FOLL_WRITE, write_fault"),
    "tells_writable": (BOOL, "the caller asks whether the page is writable"),
    "said_writable": (BOOL, "what it is told"),
    "said_before": (BOOL, "what stood there before"),
    "looked_fast": (BOOL, "get_user_page_fast_only() or its pinning sibling was called"),
    "fast_flags": (WORD64, "its FOLL_ flags"),
    "fast_found": (BOOL, "it found a page"),
    "looked_slow": (BOOL, "get_user_pages_unlocked() or its pinning sibling was called"),
    "slow_flags": (WORD64, "its FOLL_ flags"),
    "slow_found": (WORD64, "how many pages it found, or an error"),
    "pins": (BOOL, "the page is to be pinned, for the kernel's own accesses; since v6.13"),
    "found_pfn": (WORD64, "the pfn that the lookup found, or an error as a pfn"),
    "mapped_pfn": (WORD64, "the pfn of the host PTE that it looked at"),
    "read_only_fault": (WORD64, "KVM_PFN_ERR_RO_FAULT"),
    "refcounted_page": (WORD64, "*kfp->refcounted_page afterwards"),
}

answer = word(WORDS, "answer")
said = word(WORDS, "said")
page_found = word(WORDS, "page_found")
page_of_pfn = word(WORDS, "page_of_pfn")
driver_decides = word(WORDS, "driver_decides")
in_memblock = word(WORDS, "in_memblock")
synchronous = word(WORDS, "synchronous")
given_prot = word(WORDS, "given_prot")
made_prot = word(WORDS, "made_prot")
prot_for_mem = word(WORDS, "prot_for_mem")
range_is_valid = word(WORDS, "range_is_valid")
chose_pfn = word(WORDS, "chose_pfn")
chose_size = word(WORDS, "chose_size")
remapped_now = word(WORDS, "remapped_now")
remapped_addr = word(WORDS, "remapped_addr")
remapped_pfn = word(WORDS, "remapped_pfn")
remapped_size = word(WORDS, "remapped_size")
remap_ret = word(WORDS, "remap_ret")
planned_addr = word(WORDS, "planned_addr")
planned_end = word(WORDS, "planned_end")
planned_pfn = word(WORDS, "planned_pfn")
planned_size = word(WORDS, "planned_size")
remap_start = word(WORDS, "remap_start")
remap_end = word(WORDS, "remap_end")
remap_pfn = word(WORDS, "remap_pfn")
new_flags = word(WORDS, "new_flags")
new_pgoff = word(WORDS, "new_pgoff")
wants_write = word(WORDS, "wants_write")
tells_writable = word(WORDS, "tells_writable")
said_writable = word(WORDS, "said_writable")
said_before = word(WORDS, "said_before")
looked_fast = word(WORDS, "looked_fast")
fast_flags = word(WORDS, "fast_flags")
fast_found = word(WORDS, "fast_found")
looked_slow = word(WORDS, "looked_slow")
slow_flags = word(WORDS, "slow_flags")
slow_found = word(WORDS, "slow_found")
pins = word(WORDS, "pins")
found_pfn = word(WORDS, "found_pfn")
mapped_pfn = word(WORDS, "mapped_pfn")
read_only_fault = word(WORDS, "read_only_fault")
refcounted_page = word(WORDS, "refcounted_page")
