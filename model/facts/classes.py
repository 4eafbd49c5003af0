# SPDX-License-Identifier: GPL-2.0-only
"""The classes of pages that arm64 has, and what the kernel's predicates answer of each.

Source: arch/arm64/mm/init.c, mm/memremap.c, mm/memory_hotplug.c, read from v6.12 to v7.3; the
question marks of the C (a BAR that lies in an early section, an alias that was taken away) are
rows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import TRUE, Term, conj, disj
from model.vocabulary.memory import (
    has_linear_map,
    has_struct_page,
    host_pte_special,
    is_zero_pfn,
    pfn_is_map_memory,
    pfn_valid,
)


@dataclass(frozen=True)
class PageClass:
    """``valid``, ``page``, ``memory``, ``linear``: pfn_valid(), has a struct page,
    pfn_is_map_memory(), has a valid linear-map alias.  ``normal`` and ``special``: user PTEs of
    that form exist.  ``looked_up``: KVM's pfn lookup can answer with such a page.  ``zero``:
    is_zero_pfn()."""

    name: str
    valid: bool
    page: bool
    memory: bool
    linear: bool
    normal: bool
    special: bool
    looked_up: bool
    zero: bool
    note: str


def _row(
    name: str, bits: str, forms: str, note: str, *, looked_up: bool = True, zero: bool = False
) -> PageClass:
    valid, page, memory, linear = (b == "1" for b in bits)
    return PageClass(name, valid, page, memory, linear, "n" in forms, "s" in forms, looked_up, zero, note)


CLASSES: tuple[PageClass, ...] = (
    _row("boot RAM", "1111", "ns", "special: dma-buf heaps, drm shmem, dma_mmap, /dev/mem"),
    _row("memblock_reserve()d RAM, DT reserved-memory", "1111", "ns", "PageReserved"),
    _row("CMA", "1111", "ns", "normal ones migrate"),
    _row("NOMAP: EFI runtime, DT no-map", "1100", "s", "/dev/mem maps it nGnRnE"),
    _row(
        "hole or MMIO inside an early section",
        "1100",
        "s",
        "early_section(): pfn_valid() for 128 MiB, 512 MiB at 64K",
    ),
    _row("MMIO elsewhere, a PCI BAR", "0000", "s", ""),
    _row("hotplugged RAM: dax-kmem, virtio-mem, onlined GPU memory", "1111", "ns", "memblock_add_node()"),
    _row(
        "ZONE_DEVICE FS_DAX",
        "1101",
        "ns",
        "normal since v6.15; virtiofs has VM_MIXEDMAP, ext4 and xfs have no flag",
    ),
    _row("ZONE_DEVICE GENERIC: /dev/dax", "1101", "ns", "normal since v6.15; shared only"),
    _row("DEVICE_PRIVATE", "1100", "", "a swap entry, never present", looked_up=False),
    _row("DEVICE_COHERENT", "1101", "n", "in anonymous VMAs, no flag"),
    _row("PCI_P2PDMA", "1100", "n", "needs FOLL_PCI_P2PDMA, which KVM never passes", looked_up=False),
    _row("nvgrace-gpu usemem and resmem", "0000", "s", "vm_page_prot Normal and Normal-NC"),
    _row("secretmem", "1110", "n", "refused by GUP, fast and slow", looked_up=False),
    _row("guest_memfd", "1111", "n", "mappable since v6.18"),
    _row("zero page, huge zero page", "1111", "s", "special in any VMA, read-only", zero=True),
    _row("hwpoisoned page", "1111", "", "a hwpoison entry, never present", looked_up=False),
    _row("kfence, execmem, debug_pagealloc", "1110", "s", "only through /dev/mem without STRICT_DEVMEM"),
    _row("EFI and ACPI reclaim memory", "1111", "s", "only through /dev/mem"),
)


def _is(word: Term, value: bool) -> Term:
    return word if value else ~word


def of_class(row: PageClass) -> Term:
    """What the kernel's predicates and the host PTE say of a page of that class."""
    if row.normal and row.special:
        form = TRUE
    else:
        form = _is(host_pte_special, row.special)
    return conj(
        _is(pfn_valid, row.valid),
        _is(has_struct_page, row.page),
        _is(pfn_is_map_memory, row.memory),
        _is(has_linear_map, row.linear),
        _is(is_zero_pfn, row.zero),
        form,
    )


#: The page that the lookup found is of one of the classes that it can find.
is_of_a_class: Term = disj(*(of_class(row) for row in CLASSES if row.looked_up))
