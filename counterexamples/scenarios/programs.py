# SPDX-License-Identifier: GPL-2.0-only
"""Programs that get to a page of each kind, as scenarios.

D1 to D12 are those whose pages the rules of the review disagree on.  The facts admit every scenario (a
test), so that a theorem that is proved is proved of them.

Trusted: the drivers named were read, of v6.12 to v7.3, and nobody ran them.
"""

from __future__ import annotations

from counterexamples.scenarios.scenario import PFNS, PRIVATE, SHARED, Scenario, Values
from model.arch.arm64.constants import PAGES, V6_12

_TAGS = V6_12["VM_MTE_ALLOWED"]
_WB, _NC = V6_12["MT_NORMAL"] << 2, V6_12["MT_NORMAL_NC"] << 2
_STRONGLY, _DEVICE = V6_12["MT_DEVICE_nGnRnE"] << 2, V6_12["MT_DEVICE_nGnRE"] << 2

#: pfn_valid() and has a struct page; pfn_is_map_memory(); has a linear-map alias.
_RAM, _DAX, _NOMAP, _BAR = (1, 1, 1), (1, 0, 1), (1, 0, 0), (0, 0, 0)


def _page(
    flags: int, prot: int, kind: tuple[int, int, int], special: int = 1, pages: int = 2, **more: int
) -> Values:
    """A page of a VMA of so many pages at 4 GiB, with a PTE of the VMA's protection."""
    valid, memory, alias = kind
    vma = {"vma_found": 1, "hva": 1 << 32, "vm_start": 1 << 32, "vm_end": (1 << 32) + (pages << 12)}
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
             "do_anonymous_page()", _page(PRIVATE | _TAGS, _WB, _RAM, 0, **_writable), False),
    Scenario("anonymous memory, only read", "mmap MAP_PRIVATE|MAP_ANONYMOUS, and a load: the zero page",
             _ZERO, NOTHING, "do_anonymous_page(): pte_mkspecial(pfn_pte(my_zero_pfn(addr), ...))",
             _page(PRIVATE | _TAGS, _WB, _RAM, is_zero_pfn=1), False),
    Scenario("memfd", "memfd_create(), mmap MAP_SHARED", _BOOT, NOTHING, "mm/shmem.c: shmem_fault()",
             _page(SHARED | _TAGS, _WB, _RAM, 0, **_writable), False),
    Scenario("huge pages", "mmap MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB", _BOOT, "reserved huge pages",
             "mm/hugetlb.c: hugetlb_fault()",
             _page(PRIVATE | _TAGS | V6_12["VM_HUGETLB"], _WB, _RAM, 0, **_writable, **_of_a_huge_page),
             False),
    Scenario("private file", "mmap MAP_PRIVATE of a file of a disk's file system", _BOOT, NOTHING,
             "mm/filemap.c: filemap_fault()", _page(PRIVATE, _WB, _RAM, 0), False),
    Scenario("D1", "vgem: DRM_IOCTL_MODE_CREATE_DUMB and MAP_DUMB, mmap",
             _BOOT, "vgem, and membership of the group video",
             "drivers/gpu/drm/vgem/vgem_drv.c, drm_gem_shmem_mmap()",
             _page(SHARED | PFNS, _NC, _RAM, pages=1, **_writable), False),
    Scenario("D2", "/dev/dma_heap/system, 4K, mmap MAP_PRIVATE",
             _BOOT, "CONFIG_DMABUF_HEAPS_SYSTEM, access to /dev/dma_heap/system",
             "drivers/dma-buf/heaps/system_heap.c: system_heap_mmap()",
             _page(PRIVATE | PFNS, _WB, _RAM, pages=1), True),
    Scenario("D2, after a store", "/dev/dma_heap/system, 4K, mmap MAP_PRIVATE, and a store of the VMM",
             _BOOT, "CONFIG_DMABUF_HEAPS_SYSTEM, access to /dev/dma_heap/system",
             "wp_page_copy() in a VMA of system_heap_mmap()",
             _page(PRIVATE | PFNS, _WB, _RAM, 0, pages=1, page_is_cow_copy=1, **_writable), True),
    Scenario("udmabuf", "a sealed memfd, UDMABUF_CREATE of /dev/udmabuf, mmap MAP_SHARED", _BOOT,
             "CONFIG_UDMABUF, access to /dev/udmabuf", "drivers/dma-buf/udmabuf.c: udmabuf_vm_fault()",
             _page(SHARED | V6_12["VM_PFNMAP"], _WB, _RAM, **_writable), False),
    Scenario("D3", "/sys/bus/pci/devices/*/resource0, mmap MAP_PRIVATE", _MMIO, _ROOT_PCI,
             "pci_mmap_resource_range()",
             _page(PRIVATE | PFNS, _DEVICE, _BAR, pages=1), True),
    Scenario("D4", "/sys/bus/pci/devices/*/resource0, mmap MAP_PRIVATE, and a store of the VMM",
             _BOOT, _ROOT_PCI,
             "wp_page_copy() in a VMA of pci_mmap_resource_range()",
             _page(PRIVATE | PFNS, _DEVICE, _RAM, 0, pages=1, page_is_cow_copy=1, **_writable), True),
    Scenario("PCI resource", "/sys/bus/pci/devices/*/resource0, mmap MAP_SHARED", _MMIO, _ROOT_PCI,
             "pci_mmap_resource_range(): pgprot_device()",
             _page(SHARED | PFNS, _DEVICE, _BAR, **_writable), True),
    Scenario("PCI resource in an early section", "/sys/bus/pci/devices/*/resource0, mmap MAP_SHARED", _HOLE,
             f"{_ROOT_PCI}, and the BAR in a section of 128 MiB that has RAM",
             "include/linux/mmzone.h: pfn_valid(), early_section()",
             _page(SHARED | PFNS, _DEVICE, _NOMAP, **_writable), True),
    Scenario("PCI resource, write-combining", "/sys/bus/pci/devices/*/resource0_wc, mmap MAP_SHARED", _MMIO,
             f"{_ROOT_PCI}, that is prefetchable", "pci_mmap_resource_range(): pgprot_writecombine()",
             _page(SHARED | PFNS, _NC, _BAR, **_writable), True),
    Scenario("PCI resource, write-combining, after a store nearby",
             "/sys/bus/pci/devices/*/resource0_wc, mmap MAP_PRIVATE, and a store to another page", _MMIO,
             f"{_ROOT_PCI}, that is prefetchable", "wp_page_copy() in a VMA of pci_mmap_resource_range()",
             _page(PRIVATE | PFNS, _NC, _BAR, other_index=1, other_is_cow_copy=1), True),
    Scenario("D5", "a file of ext4 or xfs with -o dax, MAP_SHARED",
             _FSDAX, "a file system with -o dax on a pmem device",
             "fs/dax.c: dax_iomap_fault()",
             _page(SHARED, _WB, _DAX, 0, pages=1, **_writable), False),
    Scenario("D6", "/dev/dax0.0, MAP_SHARED",
             "ZONE_DEVICE GENERIC: /dev/dax", "access to a device DAX instance",
             "drivers/dax/device.c: dev_dax_huge_fault()",
             _page(SHARED, _WB, _DAX, 0, pages=1, **_writable), True),
    Scenario("D7", "a file of virtiofs with dax=always",
             _FSDAX, "a virtual machine with a virtiofs mount of dax=always",
             "fs/fuse/dax.c: fuse_dax_mmap()",
             _page(SHARED | V6_12["VM_MIXEDMAP"], _WB, _DAX, 0, pages=1, **_writable), False),
    Scenario("D8", "a buffer of amdgpu, nouveau or xe in VRAM (TTM)",
             _MMIO, "a GPU with VRAM, and membership of the group render",
             "drivers/gpu/drm/ttm/ttm_bo_vm.c: ttm_bo_vm_fault_reserved()",
             _page(SHARED | PFNS, _WB, _BAR, pages=1, host_pte_prot=_NC, **_writable), False),
    Scenario("D9", "/dev/hisi_zip-*, UACCE_QFRT_MMIO; cxgb4's BAR",
             _MMIO, "a HiSilicon accelerator, or a Chelsio T5 or T6",
             "drivers/crypto/hisilicon/qm.c: hisi_qm_uacce_mmap()",
             _page(SHARED | PFNS, _WB, _BAR, pages=1, host_pte_prot=_STRONGLY, **_writable), True),
    Scenario("panthor", "/dev/dri/renderD*, mmap MAP_SHARED of DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET", _MMIO,
             "a Mali GPU with a CSF, and membership of the group render",
             "drivers/gpu/drm/panthor/panthor_device.c: panthor_device_mmap_io()",
             _page(V6_12["VM_SHARED"] | PFNS, _WB, _BAR, host_pte_prot=_STRONGLY), True),
    Scenario("D10", "nvgrace-gpu's usemem", _NVGRACE, "an NVIDIA Grace Hopper bound to nvgrace-gpu",
             "drivers/vfio/pci/nvgrace-gpu/main.c: nvgrace_gpu_mmap()",
             _page(SHARED | PFNS, _WB, _BAR, pages=1, **_writable), True),
    Scenario("nvgrace-gpu's resmem", "nvgrace-gpu's uncached memory, mmap MAP_SHARED", _NVGRACE,
             "an NVIDIA Grace Hopper bound to nvgrace-gpu",
             "drivers/vfio/pci/nvgrace-gpu/main.c: nvgrace_gpu_mmap(), RESMEM_REGION_INDEX",
             _page(SHARED | PFNS | V6_12["VM_ALLOW_ANY_UNCACHED"], _NC, _BAR, **_writable), True),
    Scenario("D11", "a BAR of vfio-pci", _MMIO, "a PCI device bound to vfio-pci, access to its VFIO group",
             "drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_mmap()",
             _page(SHARED | PFNS | V6_12["VM_ALLOW_ANY_UNCACHED"], _STRONGLY, _BAR, pages=1, **_writable), True),
    Scenario("D12", "/dev/mem with O_SYNC, over RAM, MAP_SHARED",
             _BOOT, f"{_ROOT_MEM}, no CONFIG_STRICT_DEVMEM",
             "phys_mem_access_prot()",
             _page(SHARED | PFNS, _NC, _RAM, pages=1, **_writable), True),
    Scenario("/dev/mem", "/dev/mem without O_SYNC, over RAM, mmap MAP_SHARED", _BOOT,
             f"{_ROOT_MEM}, no CONFIG_STRICT_DEVMEM", "phys_mem_access_prot()",
             _page(SHARED | PFNS, _WB, _RAM, **_writable), True),
    Scenario("/dev/mem over NOMAP", "/dev/mem over memory that EFI or the devicetree keeps, mmap MAP_SHARED",
             _NO_MAP, _ROOT_MEM, "phys_mem_access_prot(): pgprot_noncached()",
             _page(SHARED | PFNS, _STRONGLY, _NOMAP, **_writable), True),
    Scenario("/dev/mem over NOMAP, after a store",
             "/dev/mem over memory that EFI or the devicetree keeps, mmap MAP_PRIVATE, and a store", _BOOT,
             _ROOT_MEM, "wp_page_copy() in a VMA of mmap_mem()",
             _page(PRIVATE | PFNS, _STRONGLY, _RAM, 0, page_is_cow_copy=1, **_writable), True),
)  # fmt: skip

#: D1 to D12.
DISPUTED: tuple[Scenario, ...] = tuple(each for each in SCENARIOS if each.name[0] == "D")
