# SPDX-License-Identifier: GPL-2.0-only
"""How a program gets to a page: the call that maps it, of which device or file, and what the kernel
then sees.

D1 to D12 are those of ``counterexamples.scenarios.disputed``; the others are written here.  A scenario is
only about the page and its VMA.  Addresses, sizes, what the guest does and what the host's hardware
can do are *circumstances*: a scenario takes those of the witness, or its own.

Trusted: the drivers named were read, of v6.12 to v7.3, and nobody ran them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from counterexamples.scenarios.disputed import SCENARIOS as DISPUTED
from model.arch.arm64.constants import PAGES, V6_12
from model.logic import TRUE, Term, value_of
from model.vocabulary.memory import (
    MT_NORMAL_TAGGED,
    attr_index,
    host_pte_special,
    is_hugetlb,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    mte_allowed,
    vm_page_prot,
)

Values = Mapping[str, int]

#: What the page and its VMA are, in words; a word that a scenario does not give is 0.
PAGE_WORDS = (
    "vm_flags", "vm_page_prot", "huge_page_size", "host_pte_special", "host_pte_prot", "page_is_cow_copy",
    "other_is_cow_copy", "pfn_valid", "has_struct_page", "pfn_is_map_memory", "in_memblock",
    "has_linear_map", "is_zero_pfn", "above_highest_memmap_pfn",
)  # fmt: skip

_HARDWARE = {"ARM64_HAS_STAGE2_FWB": 1, "ARM64_HAS_CACHE_DIC": 1}
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Scenario:
    """``call`` maps a page of the class ``page`` (a name of ``model.facts.classes``); ``takes`` is the
    privilege, the hardware and the configuration that it needs.  ``values`` are the words that differ
    from 0.  ``consecutive``: the pfns of the VMA follow each other as its addresses do."""

    name: str
    call: str
    page: str
    takes: str
    source: str
    values: Values
    consecutive: bool


@dataclass(frozen=True)
class Reach:
    """``scenarios`` that get to a witness; if there are none, ``why`` no program is known that does."""

    scenarios: tuple[Scenario, ...] = ()
    why: str = ""


NOT_ASKED = Reach()


def _disputed(
    name: str, page: str, takes: str, source: str, consecutive: bool = True, call: str = ""
) -> Scenario:
    """One of D1 to D12."""
    (known,) = (each for each in DISPUTED if each.name == name)
    memory = {"in_memblock": known.values["pfn_is_map_memory"]}
    return Scenario(name, call or known.how, page, takes, source, {**known.values, **memory}, consecutive)


_PRIVATE = V6_12["VM_MAYWRITE"]
_SHARED = V6_12["VM_SHARED"] | _PRIVATE
_TAGS = V6_12["VM_MTE_ALLOWED"]
_PFNS = V6_12["VM_PFNMAP"] | V6_12["VM_IO"]
_WB, _NC = V6_12["MT_NORMAL"] << 2, V6_12["MT_NORMAL_NC"] << 2
_STRONGLY, _DEVICE = V6_12["MT_DEVICE_nGnRnE"] << 2, V6_12["MT_DEVICE_nGnRE"] << 2

#: pfn_valid() and has a struct page; pfn_is_map_memory(); has a linear-map alias.
_RAM, _NOMAP, _BAR = (1, 1, 1), (1, 0, 0), (0, 0, 0)


def _page(flags: int, prot: int, kind: tuple[int, int, int], special: int = 1, **more: int) -> Values:
    """A page of a VMA of two pages at 4 GiB, with a PTE of the VMA's protection."""
    valid, memory, alias = kind
    vma = {"vma_found": 1, "hva": 1 << 32, "vm_start": 1 << 32, "vm_end": (1 << 32) + (1 << 13)}
    vma |= {"vm_flags": flags, "vm_page_prot": prot, "host_pte_prot": prot, "host_pte_special": special}
    page = {"pfn_valid": valid, "has_struct_page": valid, "has_linear_map": alias}
    page |= {"pfn_is_map_memory": memory, "in_memblock": memory, "pfn": 0x100, "other_pfn": 0x100}
    return {**vma, **page, "other_is_cow_copy": more.get("page_is_cow_copy", 0), **more}


_writable = {"host_pte_writable": 1, "pfn_writable": 1}
_of_a_huge_page = {"huge_page_size": PAGES["4K"]["PMD_SIZE"]}

_BOOT, _ZERO, _NO_MAP = "boot RAM", "zero page, huge zero page", "NOMAP: EFI runtime, DT no-map"
_MMIO, _NVGRACE = "MMIO elsewhere, a PCI BAR", "nvgrace-gpu usemem and resmem"
_HOLE = "hole or MMIO inside an early section"
_FSDAX = "ZONE_DEVICE FS_DAX"

NOTHING = "nothing"
_ROOT_MEM = "CAP_SYS_RAWIO, CONFIG_DEVMEM, no lockdown"
_ROOT_PCI = "root, a PCI device with a memory BAR, no lockdown"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("anonymous memory", "mmap MAP_PRIVATE|MAP_ANONYMOUS, and a store", _BOOT, NOTHING,
             "do_anonymous_page()", _page(_PRIVATE | _TAGS, _WB, _RAM, 0, **_writable), False),
    Scenario("anonymous memory, only read", "mmap MAP_PRIVATE|MAP_ANONYMOUS, and a load: the zero page",
             _ZERO, NOTHING, "do_anonymous_page(): pte_mkspecial(pfn_pte(my_zero_pfn(addr), ...))",
             _page(_PRIVATE | _TAGS, _WB, _RAM, is_zero_pfn=1), False),
    Scenario("memfd", "memfd_create(), mmap MAP_SHARED", _BOOT, NOTHING, "mm/shmem.c: shmem_fault()",
             _page(_SHARED | _TAGS, _WB, _RAM, 0, **_writable), False),
    Scenario("huge pages", "mmap MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB", _BOOT, "reserved huge pages",
             "mm/hugetlb.c: hugetlb_fault()",
             _page(_PRIVATE | _TAGS | V6_12["VM_HUGETLB"], _WB, _RAM, 0, **_writable, **_of_a_huge_page),
             False),
    Scenario("private file", "mmap MAP_PRIVATE of a file of a disk's file system", _BOOT, NOTHING,
             "mm/filemap.c: filemap_fault()", _page(_PRIVATE, _WB, _RAM, 0), False),
    _disputed("D1", _BOOT, "vgem, and membership of the group video",
              "drivers/gpu/drm/vgem/vgem_drv.c, drm_gem_shmem_mmap()", False),
    _disputed("D2", _BOOT, "CONFIG_DMABUF_HEAPS_SYSTEM, access to /dev/dma_heap/system",
              "drivers/dma-buf/heaps/system_heap.c: system_heap_mmap()"),
    _disputed("D2, after a store", _BOOT, "CONFIG_DMABUF_HEAPS_SYSTEM, access to /dev/dma_heap/system",
              "wp_page_copy() in a VMA of system_heap_mmap()",
              call="/dev/dma_heap/system, 4K, mmap MAP_PRIVATE, and a store of the VMM"),
    Scenario("udmabuf", "a sealed memfd, UDMABUF_CREATE of /dev/udmabuf, mmap MAP_SHARED", _BOOT,
             "CONFIG_UDMABUF, access to /dev/udmabuf", "drivers/dma-buf/udmabuf.c: udmabuf_vm_fault()",
             _page(_SHARED | V6_12["VM_PFNMAP"], _WB, _RAM, **_writable), False),
    _disputed("D3", _MMIO, _ROOT_PCI, "pci_mmap_resource_range()"),
    _disputed("D4", _BOOT, _ROOT_PCI, "wp_page_copy() in a VMA of pci_mmap_resource_range()",
              call="/sys/bus/pci/devices/*/resource0, mmap MAP_PRIVATE, and a store of the VMM"),
    Scenario("PCI resource", "/sys/bus/pci/devices/*/resource0, mmap MAP_SHARED", _MMIO, _ROOT_PCI,
             "pci_mmap_resource_range(): pgprot_device()",
             _page(_SHARED | _PFNS, _DEVICE, _BAR, **_writable), True),
    Scenario("PCI resource in an early section", "/sys/bus/pci/devices/*/resource0, mmap MAP_SHARED", _HOLE,
             f"{_ROOT_PCI}, and the BAR in a section of 128 MiB that has RAM",
             "include/linux/mmzone.h: pfn_valid(), early_section()",
             _page(_SHARED | _PFNS, _DEVICE, _NOMAP, **_writable), True),
    Scenario("PCI resource, write-combining", "/sys/bus/pci/devices/*/resource0_wc, mmap MAP_SHARED", _MMIO,
             f"{_ROOT_PCI}, that is prefetchable", "pci_mmap_resource_range(): pgprot_writecombine()",
             _page(_SHARED | _PFNS, _NC, _BAR, **_writable), True),
    Scenario("PCI resource, write-combining, after a store nearby",
             "/sys/bus/pci/devices/*/resource0_wc, mmap MAP_PRIVATE, and a store to another page", _MMIO,
             f"{_ROOT_PCI}, that is prefetchable", "wp_page_copy() in a VMA of pci_mmap_resource_range()",
             _page(_PRIVATE | _PFNS, _NC, _BAR, other_index=1, other_is_cow_copy=1), True),
    _disputed("D5", _FSDAX, "a file system with -o dax on a pmem device", "fs/dax.c: dax_iomap_fault()",
              False),
    _disputed("D6", "ZONE_DEVICE GENERIC: /dev/dax", "access to a device DAX instance",
              "drivers/dax/device.c: dev_dax_huge_fault()"),
    _disputed("D7", _FSDAX, "a virtual machine with a virtiofs mount of dax=always",
              "fs/fuse/dax.c: fuse_dax_mmap()", False),
    _disputed("D8", _MMIO, "a GPU with VRAM, and membership of the group render",
              "drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_fault_reserved()", False),
    _disputed("D9", _MMIO, "a HiSilicon accelerator, or a Chelsio T5 or T6",
              "drivers/crypto/hisilicon/qm.c: hisi_qm_uacce_mmap()"),
    Scenario("panthor", "/dev/dri/renderD*, mmap MAP_SHARED of DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET", _MMIO,
             "a Mali GPU with a CSF, and membership of the group render",
             "drivers/gpu/drm/panthor/panthor_device.c: panthor_device_mmap_io()",
             _page(V6_12["VM_SHARED"] | _PFNS, _WB, _BAR, host_pte_prot=_STRONGLY), True),
    _disputed("D10", _NVGRACE, "an NVIDIA Grace Hopper bound to nvgrace-gpu",
              "drivers/vfio/pci/nvgrace-gpu/main.c: nvgrace_gpu_mmap()"),
    Scenario("nvgrace-gpu's resmem", "nvgrace-gpu's uncached memory, mmap MAP_SHARED", _NVGRACE,
             "an NVIDIA Grace Hopper bound to nvgrace-gpu",
             "drivers/vfio/pci/nvgrace-gpu/main.c: nvgrace_gpu_mmap(), RESMEM_REGION_INDEX",
             _page(_SHARED | _PFNS | V6_12["VM_ALLOW_ANY_UNCACHED"], _NC, _BAR, **_writable), True),
    _disputed("D11", _MMIO, "a PCI device bound to vfio-pci, access to its VFIO group",
              "drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_mmap()"),
    _disputed("D12", _BOOT, f"{_ROOT_MEM}, no CONFIG_STRICT_DEVMEM", "phys_mem_access_prot()"),
    Scenario("/dev/mem", "/dev/mem without O_SYNC, over RAM, mmap MAP_SHARED", _BOOT,
             f"{_ROOT_MEM}, no CONFIG_STRICT_DEVMEM", "phys_mem_access_prot()",
             _page(_SHARED | _PFNS, _WB, _RAM, **_writable), True),
    Scenario("/dev/mem over NOMAP", "/dev/mem over memory that EFI or the devicetree keeps, mmap MAP_SHARED",
             _NO_MAP, _ROOT_MEM, "phys_mem_access_prot(): pgprot_noncached()",
             _page(_SHARED | _PFNS, _STRONGLY, _NOMAP, **_writable), True),
    Scenario("/dev/mem over NOMAP, after a store",
             "/dev/mem over memory that EFI or the devicetree keeps, mmap MAP_PRIVATE, and a store", _BOOT,
             _ROOT_MEM, "wp_page_copy() in a VMA of mmap_mem()",
             _page(_PRIVATE | _PFNS, _STRONGLY, _RAM, 0, page_is_cow_copy=1, **_writable), True),
)  # fmt: skip

#: Why no program is known that gets to such a page: what is true of it, and a sentence.
OBSTACLES: tuple[tuple[Term, str], ...] = (
    (
        is_pfnmap_or_mixedmap & (attr_index(vm_page_prot) == MT_NORMAL_TAGGED),
        "MT_NORMAL_TAGGED takes PROT_MTE, which takes VM_MTE_ALLOWED, and no driver's mmap gets it.",
    ),
    (is_pfnmap_or_mixedmap & mte_allowed, "VM_MTE_ALLOWED is never set on what a driver maps."),
    (is_pfnmap_or_mixedmap & is_hugetlb, "hugetlbfs sets neither VM_PFNMAP nor VM_MIXEDMAP."),
)
#: Of the mistakes that their own condition leaves to a caller or to a fact: on which pages they are made.
MADE_ON: Mapping[str, Term] = {
    "every_pfnmap_pte_was_writable": is_pfnmap,  # the lookup of others asks GUP for FOLL_WRITE
    "pfnmap_pages_were_said_writable": is_pfnmap & host_pte_special,  # GUP finds the others before
}

NO_SCENARIO = "None of the scenarios has such a page."


def inputs(scenario: Scenario, witness: Values) -> Iterator[Values]:
    """The page of the scenario in the circumstances of the witness, and in others that a program can
    choose: its own addresses, a host with FWB and DIC, a first pfn that is odd.

    ``witness`` and what is yielded are values by word; a word that is missing is 0."""
    page = {word: scenario.values.get(word, 0) for word in PAGE_WORDS}
    for own in ({}, scenario.values):
        for hardware in ({}, _HARDWARE):
            values = {**witness, **page, **own, **hardware}
            yield from _placed(values) if scenario.consecutive else (values,)


def _placed(values: Values) -> Iterator[Values]:
    """The same with pfns that follow each other; ``vm_pgoff`` of a COW mapping is its first pfn."""
    known = {word: values.get(word, 0) for word in ("pfn", "other_index", "hva", "vm_start", "vm_flags")}
    for first in (known["pfn"], known["pfn"] + 1):
        moved = {**values, "pfn": first}
        if not values.get("other_is_cow_copy"):
            moved["other_pfn"] = first + known["other_index"] & _MASK
        if known["vm_flags"] & _SHARED == _PRIVATE:
            moved["vm_pgoff"] = (
                first - (known["hva"] - known["vm_start"] >> PAGES["4K"]["PAGE_SHIFT"]) & _MASK
            )
        yield moved


def _perhaps(several: Sequence[Values]) -> int:
    """Nothing is known of any."""
    return (1 << len(several)) - 1


def reaching(
    witness: Values,
    fails: Callable[[Values], bool],
    on: Term = TRUE,
    may_fail: Callable[[Sequence[Values]], int] = _perhaps,
) -> tuple[Scenario, ...]:
    """The scenarios in which what the witness shows happens as well, in their order.  ``fails`` says of
    values by word whether they can occur and the theorem fails on them, and is asked only where
    ``may_fail`` has a bit, which looks at many values at once; ``on`` is over words of the page, and only
    scenarios of which it is true are looked at."""
    tried = [(s, values) for s in SCENARIOS if has(s, on) for values in inputs(s, witness)]
    likely = may_fail([values for _, values in tried])
    found: dict[str, Scenario] = {}
    for i, (scenario, values) in enumerate(tried):
        if likely >> i & 1 and scenario.name not in found and fails(values):
            found[scenario.name] = scenario
    return tuple(found.values())


def has(scenario: Scenario, term: Term) -> bool:
    """Whether a term over the words of the page is true in the scenario."""
    return bool(value_of(term, lambda t: {**V6_12, **scenario.values}.get(str(t.data), 0), lambda t, a: 0))


def obstacle(holds: Callable[[Term], bool]) -> str:
    """Why no known program reaches a witness that no scenario has; ``holds`` says what is true of it."""
    return next((reason for term, reason in OBSTACLES if holds(term)), NO_SCENARIO)
