# SPDX-License-Identifier: GPL-2.0-only
"""Under which kernel configuration is the C read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class ProfileError(ValueError):
    """A configuration could not be read; the text is a whole sentence for the user."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A configuration: what ``CONFIG_*`` and compiler macros are defined, and as what."""

    name: str
    values: Mapping[str, int | str]
    complete: bool = False
    undefined: frozenset[str] = frozenset()

    @staticmethod
    def builtin(pages: str) -> Profile:
        sizes = {"4K": (12, 4, 48, 48), "16K": (14, 4, 48, 48), "64K": (16, 3, 52, 52)}
        shift, levels, va, pa = sizes[pages]
        yes = """64BIT MMU ARM64 KVM NUMA SMP ARM64_MTE TRANSPARENT_HUGEPAGE HUGETLB_PAGE HUGETLBFS
        ARCH_HAS_PTE_SPECIAL MEMORY_FAILURE SPARSEMEM SPARSEMEM_VMEMMAP ARM64_4K_PAGES""".split()
        values: dict[str, int | str] = {f"CONFIG_{n}": 1 for n in yes}
        del values["CONFIG_ARM64_4K_PAGES"]
        values |= {f"CONFIG_ARM64_{pages}_PAGES": 1, "CONFIG_PAGE_SHIFT": shift,
                   "CONFIG_ARM64_PAGE_SHIFT": shift, "CONFIG_PGTABLE_LEVELS": levels,
                   "CONFIG_ARM64_VA_BITS": va, "CONFIG_ARM64_PA_BITS": pa, "__KERNEL__": 1,
                   "__aarch64__": 1}
        for name, top in (("PMD", 2), ("PUD", 3), ("P4D", 4)):
            if levels <= top:
                values[f"__PAGETABLE_{name}_FOLDED"] = 1
        return Profile(f"arm64 {pages}", values, False, frozenset({"__ASSEMBLY__", "__ASSEMBLER__", "__GENKSYMS__", "LINKER_SCRIPT",
        "__KVM_NVHE_HYPERVISOR__", "__KVM_VHE_HYPERVISOR__", "__cplusplus", "__CHECKER__"}))

    @staticmethod
    def from_config(path: str | Path) -> Profile:
        raise ProfileError("not yet")
