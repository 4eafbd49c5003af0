# SPDX-License-Identifier: GPL-2.0-only
"""D1 to D12: programs whose pages the rules of the review disagree on, as values of the words.

Each is something that a user can do; the values are what the fault path then reads, and what the
host's page table and the page are.  Read from the drivers named, of v6.12 to v7.3; nobody ran them.
The facts admit every one of them (a test), so a theorem that is proved is proved of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.arch.arm64.constants import V6_12

_SHARED = V6_12["VM_SHARED"] | V6_12["VM_MAYWRITE"]
_PRIVATE = V6_12["VM_MAYWRITE"]
_PFNS = V6_12["VM_PFNMAP"] | V6_12["VM_IO"]
_MIXED = V6_12["VM_MIXEDMAP"]


def _attribute(name: str) -> int:
    """A page protection of that memory type."""
    return V6_12[name] << 2


_WB, _NC = _attribute("MT_NORMAL"), _attribute("MT_NORMAL_NC")
_nGnRnE, _nGnRE = _attribute("MT_DEVICE_nGnRnE"), _attribute("MT_DEVICE_nGnRE")  # noqa: N816  # as in the Arm ARM

_RAM = {"pfn_valid": 1, "has_struct_page": 1, "pfn_is_map_memory": 1, "has_linear_map": 1}
_DAX = {"pfn_valid": 1, "has_struct_page": 1, "pfn_is_map_memory": 0, "has_linear_map": 1}
_MMIO = {"pfn_valid": 0, "has_struct_page": 0, "pfn_is_map_memory": 0, "has_linear_map": 0}


@dataclass(frozen=True)
class Scenario:
    """``how`` a user gets there, and the ``values`` of the words that differ from 0."""

    name: str
    how: str
    values: Mapping[str, int]


def _scenario(name: str, how: str, flags: int, vma: int, page: Mapping[str, int], **more: int) -> Scenario:
    """A page of a VMA of one page at 4 GiB, with a special PTE of the VMA's protection."""
    place = {"vma_found": 1, "hva": 1 << 32, "vm_start": 1 << 32, "vm_end": (1 << 32) + (1 << 12)}
    pte = {"host_pte_special": 1, "host_pte_prot": vma, "vm_flags": flags, "vm_page_prot": vma}
    found = {"pfn": 0x100, "other_pfn": 0x100, "other_is_cow_copy": more.get("page_is_cow_copy", 0)}
    return Scenario(name, how, {**place, **pte, **found, **page, **more})


_normal = {"host_pte_special": 0}
_writable = {"host_pte_writable": 1, "pfn_writable": 1}

SCENARIOS: tuple[Scenario, ...] = (
    _scenario(
        "D1", "vgem: DRM_IOCTL_MODE_CREATE_DUMB and MAP_DUMB, mmap", _SHARED | _PFNS, _NC, _RAM, **_writable
    ),
    _scenario("D2", "/dev/dma_heap/system, 4K, mmap MAP_PRIVATE", _PRIVATE | _PFNS, _WB, _RAM),
    _scenario(
        "D2, after a store",
        "the same, COW broken by a store of the VMM",
        _PRIVATE | _PFNS,
        _WB,
        _RAM,
        page_is_cow_copy=1,
        **_normal,
        **_writable,
    ),
    _scenario("D3", "/sys/bus/pci/devices/*/resource0, mmap MAP_PRIVATE", _PRIVATE | _PFNS, _nGnRE, _MMIO),
    _scenario(
        "D4",
        "the same, COW broken by a store of the VMM",
        _PRIVATE | _PFNS,
        _nGnRE,
        _RAM,
        page_is_cow_copy=1,
        **_normal,
        **_writable,
    ),
    _scenario(
        "D5", "a file of ext4 or xfs with -o dax, MAP_SHARED", _SHARED, _WB, _DAX, **_normal, **_writable
    ),
    _scenario("D6", "/dev/dax0.0, MAP_SHARED", _SHARED, _WB, _DAX, **_normal, **_writable),
    _scenario(
        "D7", "a file of virtiofs with dax=always", _SHARED | _MIXED, _WB, _DAX, **_normal, **_writable
    ),
    _scenario(
        "D8",
        "a buffer of amdgpu, nouveau or xe in VRAM (TTM)",
        _SHARED | _PFNS,
        _WB,
        _MMIO,
        host_pte_prot=_NC,
        **_writable,
    ),
    _scenario(
        "D9",
        "/dev/hisi_zip-*, UACCE_QFRT_MMIO; cxgb4's BAR",
        _SHARED | _PFNS,
        _WB,
        _MMIO,
        host_pte_prot=_nGnRnE,
        **_writable,
    ),
    _scenario("D10", "nvgrace-gpu's usemem", _SHARED | _PFNS, _WB, _MMIO, **_writable),
    _scenario(
        "D11",
        "a BAR of vfio-pci",
        _SHARED | _PFNS | V6_12["VM_ALLOW_ANY_UNCACHED"],
        _nGnRnE,
        _MMIO,
        **_writable,
    ),
    _scenario("D12", "/dev/mem with O_SYNC, over RAM, MAP_SHARED", _SHARED | _PFNS, _NC, _RAM, **_writable),
)
