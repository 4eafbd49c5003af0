# SPDX-License-Identifier: GPL-2.0-only
"""The values that arm64 kernels give to the constants of ``model.vocabulary.memory``, as tables.

A constant that a version lacks is absent from its table, and theorems that mention it are not
asked there.  For a real tree the values are read from its headers; these are for the shapes, and a
test compares them with every tree at hand.

Sources: include/linux/mm.h, arch/arm64/include/asm/{memory,pgtable-hwdef,kvm_pgtable,kvm_nested}.h,
arch/arm64/Kconfig, include/linux/kvm_host.h.
"""

from __future__ import annotations

from collections.abc import Mapping

_EVERYWHERE: Mapping[str, int] = {
    "VM_WRITE": 1 << 1,
    "VM_SHARED": 1 << 3,
    "VM_MAYWRITE": 1 << 5,
    "VM_PFNMAP": 1 << 10,
    "VM_IO": 1 << 14,
    "VM_HUGETLB": 1 << 22,
    "VM_MIXEDMAP": 1 << 28,
    "MT_NORMAL": 0,
    "MT_NORMAL_TAGGED": 1,
    "MT_NORMAL_NC": 2,
    "MT_DEVICE_nGnRnE": 3,
    "MT_DEVICE_nGnRE": 4,
    "PTE_ATTRINDX_MASK": 7 << 2,
    "KVM_PFN_ERR_NOSLOT_MASK": 0xFFF << 52,
    "KVM_PFN_ERR_HWPOISON": (0x7FF << 52) + 1,
    "KVM_NV_GUEST_MAP_SZ": 3 << 55,
}

_FLAGS_6_9: Mapping[str, int] = {"VM_MTE_ALLOWED": 1 << 37, "VM_ALLOW_ANY_UNCACHED": 1 << 39}

_PROT_6_12: Mapping[str, int] = {
    "KVM_PGTABLE_PROT_X": 1 << 0,
    "KVM_PGTABLE_PROT_W": 1 << 1,
    "KVM_PGTABLE_PROT_R": 1 << 2,
    "KVM_PGTABLE_PROT_DEVICE": 1 << 3,
    "KVM_PGTABLE_PROT_NORMAL_NC": 1 << 4,
}

_PROT_6_19: Mapping[str, int] = {
    "KVM_PGTABLE_PROT_PX": 1 << 0,
    "KVM_PGTABLE_PROT_UX": 1 << 1,
    "KVM_PGTABLE_PROT_X": 3,
    "KVM_PGTABLE_PROT_W": 1 << 2,
    "KVM_PGTABLE_PROT_R": 1 << 3,
    "KVM_PGTABLE_PROT_DEVICE": 1 << 4,
    "KVM_PGTABLE_PROT_NORMAL_NC": 1 << 5,
}

#: v6.12 to v6.18, and the posted versions of the series.
V6_12: Mapping[str, int] = {**_EVERYWHERE, **_FLAGS_6_9, **_PROT_6_12}
#: v6.19 and later.
V6_19: Mapping[str, int] = {**_EVERYWHERE, **_FLAGS_6_9, **_PROT_6_19}


def _page_sizes(page_shift: int, cont_pte: int, cont_pmd: int) -> dict[str, int]:
    """Sizes for one granule: a table of 8-byte entries fills a page; ``cont_*`` are Kconfig's
    ARM64_CONT_*_SHIFT."""
    pmd_shift = page_shift + (page_shift - 3)
    return {
        "PAGE_SHIFT": page_shift,
        "PAGE_SIZE": 1 << page_shift,
        "CONT_PTE_SIZE": 1 << (page_shift + cont_pte),
        "PMD_SIZE": 1 << pmd_shift,
        "CONT_PMD_SIZE": 1 << (pmd_shift + cont_pmd),
        "PUD_SIZE": 1 << (pmd_shift + (page_shift - 3)),
    }


#: By the page size that a kernel is configured for (48-bit virtual addresses).
PAGES: Mapping[str, Mapping[str, int]] = {
    "4K": _page_sizes(12, 4, 4),
    "16K": _page_sizes(14, 7, 5),
    "64K": _page_sizes(16, 5, 5),
}
