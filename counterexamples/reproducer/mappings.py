# SPDX-License-Identifier: GPL-2.0-only
"""What a reproducer does in the VMM to get the page of a scenario: the C of ``map_page()``.

What a scenario needs besides (a path, an address) are arguments of the program.  A page that may be
a device's register is only read, as nobody knows what a write would do.

Trusted: the uapi headers, and that each mapping is the scenario's.  Those that need no device were
run on the KVM of v6.1 under an emulator; nobody ran any on hardware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterexamples.reproducer.guest import Access


@dataclass(frozen=True)
class Mapped:
    """``body`` sets ``page`` and ``size``, or skips; ``usage`` names the arguments.  ``accesses`` are
    the guest's.  ``memory``: the host may read the page too.  ``normal``: an unaligned load by the guest
    is to work, as the page's stage-2 type is Normal or Normal-NC.  ``headers`` besides <linux/kvm.h>."""

    body: str
    accesses: tuple[Access, ...]
    usage: str = ""
    memory: bool = True
    normal: bool = True
    headers: tuple[str, ...] = ()


_LOOK = (Access.PROBE, Access.READ, Access.UNALIGNED)
_ALL = (*_LOOK, Access.WRITE, Access.FETCH)


def _anonymous(body: str) -> Mapped:
    return Mapped(body, _ALL)


def _file(flags: str, opened: str, what: str, accesses: tuple[Access, ...]) -> Mapped:
    """A file by its path."""
    body = (
        f"int fd = open_or_skip(argument(0), {opened});\n\n"
        "if (lseek(fd, 0, SEEK_END) < (off_t)size)\n"
        '\tskip(argument(0), "not a file of a page at least");\n'
        f"page = map_or_skip(fd, PROT_READ | PROT_WRITE, {flags}, 0);"
    )
    return Mapped(body, accesses, what)


def _read_only(flags: str, what: str, offset: str = "0", normal: bool = False) -> Mapped:
    """A device's registers by the path of a file, with a PTE that is not writable."""
    body = f"page = map_or_skip(open_or_skip(argument(0), O_RDONLY), PROT_READ, {flags}, {offset});"
    return Mapped(body, _LOOK, what, memory=False, normal=normal)


def _broken(opened: str, path: str = "argument(0)", offset: str = "0") -> str:
    """A private mapping of which a store of the VMM breaks COW."""
    return (
        f"page = map_or_skip(open_or_skip({path}, {opened}), PROT_READ | PROT_WRITE, MAP_PRIVATE, {offset});\n"
        "*page = PATTERN;"
    )


_HEAP = """\
struct dma_heap_allocation_data heap = { .len = size, .fd_flags = O_RDWR | O_CLOEXEC };

if (ioctl(open_or_skip("/dev/dma_heap/system", O_RDWR), DMA_HEAP_IOCTL_ALLOC, &heap) < 0)
	skip("DMA_HEAP_IOCTL_ALLOC", strerror(errno));
page = map_or_skip((int)heap.fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);"""

_UDMABUF = """\
struct udmabuf_create create = { .size = size };
int memfd = memfd_create("guest", MFD_ALLOW_SEALING);
int fd;

if (memfd < 0 || ftruncate(memfd, (off_t)size) < 0 || fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
	skip("memfd_create()", strerror(errno));
create.memfd = (uint32_t)memfd;
fd = ioctl(open_or_skip("/dev/udmabuf", O_RDWR), UDMABUF_CREATE, &create);
if (fd < 0)
	skip("UDMABUF_CREATE", strerror(errno));
page = map_or_skip(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
*page = PATTERN;"""

_VGEM = """\
struct drm_mode_create_dumb dumb = { .height = 256, .width = 256, .bpp = 32 };
struct drm_mode_map_dumb where = { 0 };
int fd = open_or_skip(argument(0), O_RDWR);

if (ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb) < 0)
	skip("DRM_IOCTL_MODE_CREATE_DUMB", strerror(errno));
where.handle = dumb.handle;
if (ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &where) < 0)
	skip("DRM_IOCTL_MODE_MAP_DUMB", strerror(errno));
page = map_or_skip(fd, PROT_READ | PROT_WRITE, MAP_SHARED, (off_t)where.offset);
*page = PATTERN;"""

_VFIO = """\
struct vfio_region_info region = { .argsz = sizeof(region) };
int container = open_or_skip("/dev/vfio/vfio", O_RDWR);
int group = open_or_skip(argument(0), O_RDWR);
int device;

region.index = (uint32_t)strtoul(argument(2), NULL, 0);
if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
	skip("VFIO_GROUP_SET_CONTAINER", strerror(errno));
if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
	skip("VFIO_SET_IOMMU", strerror(errno));
device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argument(1));
if (device < 0)
	skip("VFIO_GROUP_GET_DEVICE_FD", strerror(errno));
if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region) < 0)
	skip("VFIO_DEVICE_GET_REGION_INFO", strerror(errno));
page = map_or_skip(device, PROT_READ | PROT_WRITE, MAP_SHARED, (off_t)region.offset);"""
_VFIO_MAPPED = Mapped(
    _VFIO,
    _LOOK,
    "/dev/vfio/GROUP DDDD:BB:DD.F REGION",
    memory=False,
    headers=("linux/vfio.h",),
)

_MEMFD = """\
int fd = memfd_create("guest", 0);

if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
	skip("memfd_create()", strerror(errno));
page = map_or_skip(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
*page = PATTERN;"""

_HUGE = """\
size = 2UL << 20;
page = map_or_skip(-1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << MAP_HUGE_SHIFT), 0);
*page = PATTERN;"""

_MEM = "(off_t)strtoull(argument(0), NULL, 0)"
_BAR, _WC = "/sys/bus/pci/devices/DDDD:BB:DD.F/resource0", "/sys/bus/pci/devices/DDDD:BB:DD.F/resource0_wc"

_WC_NEARBY = """\
size *= 2;
page = map_or_skip(open_or_skip(argument(0), O_RDWR), PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
page[size / 2 / sizeof(*page)] = PATTERN;"""

#: By the names of ``counterexamples.scenarios.programs``.
MAPPINGS: Mapping[str, Mapped] = {
    "anonymous memory": _anonymous(
        "page = map_or_skip(-1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);\n*page = PATTERN;"
    ),
    "anonymous memory, only read": _anonymous(
        "page = map_or_skip(-1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);"
    ),
    "memfd": Mapped(_MEMFD, _ALL),
    "huge pages": Mapped(_HUGE, _ALL, headers=("linux/mman.h",)),
    "private file": _file("MAP_PRIVATE", "O_RDONLY", "FILE", _ALL),
    "D1": Mapped(_VGEM, _ALL, "/dev/dri/cardN", headers=("drm/drm.h", "drm/drm_mode.h")),
    "D2": Mapped(_HEAP, _LOOK, headers=("linux/dma-heap.h",)),
    "D2, after a store": Mapped(f"{_HEAP}\n*page = PATTERN;", _ALL, headers=("linux/dma-heap.h",)),
    "udmabuf": Mapped(_UDMABUF, _ALL, headers=("linux/udmabuf.h",)),
    "D3": _read_only("MAP_PRIVATE", _BAR),
    "D4": Mapped(_broken("O_RDWR"), _ALL, _BAR),
    "PCI resource": _read_only("MAP_SHARED", _BAR),
    "PCI resource in an early section": _read_only("MAP_SHARED", _BAR),
    "PCI resource, write-combining": _read_only("MAP_SHARED", _WC),
    "PCI resource, write-combining, after a store nearby": Mapped(
        _WC_NEARBY, _LOOK, _WC, memory=False, normal=False
    ),
    "D5": _file("MAP_SHARED_VALIDATE | MAP_SYNC", "O_RDWR", "FILE", _ALL),
    "D6": Mapped(
        "size = 2UL << 20;\n"
        "page = map_or_skip(open_or_skip(argument(0), O_RDWR), PROT_READ | PROT_WRITE, MAP_SHARED, 0);",
        _ALL,
        "/dev/daxN.M",
    ),
    "D7": _file("MAP_SHARED", "O_RDWR", "FILE", _ALL),
    "panthor": _read_only("MAP_SHARED", "/dev/dri/renderDN", "(off_t)(1ULL << 56)", normal=True),
    "D10": _VFIO_MAPPED,
    "nvgrace-gpu's resmem": _VFIO_MAPPED,
    "D11": _VFIO_MAPPED,
    "D12": Mapped(
        f'page = map_or_skip(open_or_skip("/dev/mem", O_RDONLY | O_SYNC), PROT_READ, MAP_SHARED, {_MEM});',
        _LOOK,
        "ADDRESS",
    ),
    "/dev/mem": Mapped(
        f'page = map_or_skip(open_or_skip("/dev/mem", O_RDONLY), PROT_READ, MAP_SHARED, {_MEM});',
        _LOOK,
        "ADDRESS",
    ),
    "/dev/mem over NOMAP": Mapped(
        f'page = map_or_skip(open_or_skip("/dev/mem", O_RDONLY), PROT_READ, MAP_SHARED, {_MEM});',
        _LOOK,
        "ADDRESS",
        memory=False,
        normal=False,
    ),
    "/dev/mem over NOMAP, after a store": Mapped(
        _broken("O_RDWR", '"/dev/mem"', _MEM),
        _ALL,
        "ADDRESS",
    ),
}
