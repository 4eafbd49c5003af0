# SPDX-License-Identifier: GPL-2.0-only
"""Contracts of the memory management's calls that the pfn lookup, remap_pfn_range() and /dev/mem make,
for targets outside of the fault path.

Trusted: every contract that a proof's procedure used; the report lists them.
"""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind

_GUP = "mm/gup.c"
_MM = "mm/memory.c"
_GUP_SAYS = "looks up the page behind the address, and answers how many it found, or an error"
_GUP_OUTS = (("struct page *", "page"),)


def _answers(says: str, evidence: str, *names: str, result: str = "") -> dict[str, Contract]:
    return {n: Contract(Kind.ANSWER, says, evidence, type=result) for n in names}


def _pure(says: str, evidence: str, *names: str, result: str = "") -> dict[str, Contract]:
    return {n: Contract(Kind.PURE, says, evidence, type=result) for n in names}


def _quiet(says: str, evidence: str, *names: str) -> dict[str, Contract]:
    return {n: Contract(Kind.EFFECT, says, evidence, type="void", is_order_only=True) for n in names}


def _prints(*names: str) -> dict[str, Contract]:
    return {n: Contract(Kind.NO_EFFECT, "prints", _MM, type="void") for n in names}


def mm_contracts() -> dict[str, Contract]:
    """All contracts, by the name of the function or macro."""
    return {**_lookup(), **_pages(), **_remapping()}


def _lookup() -> dict[str, Contract]:
    """Calls of hva_to_pfn() and of what it calls."""
    gup = (
        "get_user_page_fast_only",
        "get_user_pages_unlocked",
        "pin_user_pages_fast",
        "pin_user_pages_unlocked",
    )
    said = "finds the entry of a VM_PFNMAP or VM_IO mapping, or answers an error"
    members = ("pfn", "pgprot", "writable", "special", "addr_mask")
    return {
        **{n: Contract(Kind.ANSWER, _GUP_SAYS, _GUP, outs=_GUP_OUTS) for n in gup},
        "follow_pfnmap_start": Contract(
            Kind.ANSWER,
            said,
            _MM,
            outs=tuple((f"struct follow_pfnmap_args.{m}", f"pfnmap.{m}") for m in members),
        ),
        "follow_pte": Contract(Kind.ANSWER, f"{said}, up to v6.11", _MM),
        "fixup_user_fault": Contract(
            Kind.ANSWER, "faults the address in, or answers an error", _GUP, outs=(("bool", "unlocked"),)
        ),
        **_answers(
            "whether the page at the address is poisoned", "virt/kvm/kvm_main.c", "check_user_page_hwpoison"
        ),
        **_quiet("ends the look at the entry", _MM, "follow_pfnmap_end", "pte_unmap_unlock"),
    }


def _pages() -> dict[str, Contract]:
    """Questions about struct page, and its reference count."""
    flags = "include/linux/mm.h"
    return {
        **_pure(
            "the pfn of the page", "include/asm-generic/memory_model.h", "page_to_pfn", result="unsigned long"
        ),
        **_answers(
            "whether the page is a device's", "include/linux/memremap.h", "is_zone_device_page", result="bool"
        ),
        **_answers("the page's reference count", "include/linux/page_ref.h", "page_count", result="int"),
        **_answers(
            "takes a reference, unless there is none left", flags, "get_page_unless_zero", result="bool"
        ),
        **_quiet("ages the page", "mm/swap.c", "mark_page_accessed"),
        **_pure(
            "whether memblock has the address as memory, not NOMAP", "mm/memblock.c", "memblock_is_map_memory"
        ),
    }


def _remapping() -> dict[str, Contract]:
    """Calls of vm_normal_page(), remap_pfn_range() and /dev/mem."""
    operation = "the driver's own answer"
    walk = (("addr", "unsigned long", 0), ("end", "unsigned long", 1), ("pfn", "unsigned long", 2))
    return {
        "remap_p4d_range": Contract(
            Kind.EFFECT, "fills page tables below one PGD entry, or fails", _MM, result="remap_ret", arguments=walk
        ),
        **_answers(
            operation, "include/linux/mm.h",
            "vm_operations_struct.find_special_page", "vm_operations_struct.find_normal_page",
        ),
        "remap_pfn_range": Contract(
            Kind.EFFECT, "maps the pfns into the VMA, or fails", _MM, result="remap_ret",
            arguments=(("addr", "unsigned long", 0), ("pfn", "unsigned long", 1), ("size", "unsigned long", 2)),
        ),
        "kvm_pgtable_get_leaf": Contract(
            Kind.ANSWER, "reads the leaf entry of the address and its level, or fails",
            "arch/arm64/kvm/hyp/pgtable.c", result="get_leaf_ret",
            outs=(("u64", "leaf_pte"), ("u32", "leaf_level"), ("s8", "leaf_level")),
        ),
        **_quiet("keeps page faults out of the VMA meanwhile", "include/linux/mm.h", "vma_start_write"),
        **_prints("print_bad_pte", "print_bad_page_map"),
        **_quiet(
            "unmaps what a failed remap_pfn_range() left", _MM, "zap_page_range_single", "zap_vma_range"
        ),
        **_pure("whether the range is physical memory at all", "arch/arm64/mm/mmap.c", "valid_mmap_phys_addr_range"),
        **_pure("whether the range may be reached by /dev/mem", "drivers/char/mem.c", "range_is_allowed"),
        **_answers("attributes for a mapping of the pfn", "arch/arm64/mm/mmu.c", "phys_mem_access_prot"),
    }  # fmt: skip
