# SPDX-License-Identifier: GPL-2.0-only
"""user_mem_abort() in the versions of the series "KVM: arm64: Map GPU device memory as cacheable".

Each function is the whole series up to its fault-path patch, on top of v6.16.  v4 and v5 are not
here: they put their tests where v6 does.  Source: the posts, by Message-ID beside each function;
where a version puts its late test among the statements under mmu_lock is not material, since
nothing is mapped before it.
"""

from __future__ import annotations

from collections.abc import Callable

from model.arch.arm64.steps import (
    check_fault,
    check_tags,
    choose_prot,
    find_canonical_page,
    find_vma,
    finish,
    look_up_pfn,
    map_or_relax,
    reduce_for_nested,
    resize_late,
    retry,
    size_from_vma,
)
from model.logic import FALSE, TRUE, Term, const
from model.shape import Recorder
from model.vocabulary.memory import (
    EFAULT,
    EINVAL,
    ENOEXEC,
    FWB,
    MT_NORMAL,
    attr_index,
    exec_fault,
    is_cow_mapping,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    pfn_is_map_memory,
    vm_page_prot,
    write_fault,
)
from model.vocabulary.symbols import BV32


def _up_to_sizes(c: Recorder) -> None:
    check_fault(c)
    find_vma(c)
    size_from_vma(c)
    find_canonical_page(c)


def _map_or_refuse(c: Recorder, noncacheable: Term, refuse: Term | None = None) -> None:
    """From the locked section on; ``refuse`` is the late -EINVAL of v3 to v7."""
    c.Call("kvm_fault_lock")
    with c.Until("out_unlock"):
        retry(c)
        if refuse is not None:
            with c.If(refuse):
                c.ret = const(-EINVAL, BV32)
                c.Goto("out_unlock")
        resize_late(c, ~(c.force_pte | noncacheable))
        check_tags(c, ~noncacheable)
        choose_prot(c, noncacheable)
        map_or_relax(c)
    finish(c, c.gfn)


def _cacheable_devmem(c: Recorder, says_cacheable: Term, hardware: Term) -> None:
    """v3 and v6: only VM_PFNMAP is looked at, and its COW mappings are refused at once."""
    _up_to_sizes(c)
    c.cacheable_devmem = FALSE
    with c.If(is_pfnmap):
        with c.If(is_cow_mapping):
            c.Return(-EINVAL)  # with mmap_lock held
        with c.If(says_cacheable):
            c.cacheable_devmem = TRUE
    c.Call("mmap_read_unlock")
    look_up_pfn(c)

    c.device = FALSE
    with c.If(~pfn_is_map_memory & ~c.cacheable_devmem):
        c.device = TRUE
    with c.Elif(logging_active & ~write_fault):
        c.writable = FALSE
    with c.If(exec_fault & c.device):
        c.Return(-ENOEXEC)
    reduce_for_nested(c)
    _map_or_refuse(c, c.device, c.cacheable_devmem & ~hardware)


def v3(c: Recorder) -> None:
    """20250310103008.3471-1-ankita@nvidia.com: a VM_PFNMAP VMA of type MT_NORMAL may be mapped cacheable.

    Left out: what `v6.16` leaves out.
    """
    _cacheable_devmem(c, attr_index(vm_page_prot) == MT_NORMAL, FWB)


def v6(c: Recorder) -> None:
    """2025-05-24: any type but Normal-NC and Device counts as cacheable, and DIC is asked for too.

    Left out: what `v6.16` leaves out, and the check at memslot creation.
    """
    _cacheable_devmem(c, is_vma_cacheable, kvm_supports_cacheable_pfnmap)


def v7(c: Recorder) -> None:
    """20250618065541.50049-1-ankita@nvidia.com: any cacheable VMA counts, and is refused without FWB and DIC.

    Left out: what `v6.16` leaves out, and the check at memslot creation.
    """
    _up_to_sizes(c)
    with c.If(is_pfnmap & is_cow_mapping):
        c.Return(-EINVAL)  # with mmap_lock held
    c.Call("mmap_read_unlock")
    look_up_pfn(c)

    c.disable_cmo = FALSE
    with c.If(~pfn_is_map_memory & ~is_vma_cacheable):
        c.disable_cmo = TRUE
    with c.Elif(logging_active & ~write_fault):
        c.writable = FALSE
    with c.If(exec_fault & c.disable_cmo):
        c.Return(-ENOEXEC)
    reduce_for_nested(c)
    _map_or_refuse(c, c.disable_cmo, is_vma_cacheable & ~kvm_supports_cacheable_pfnmap)


def _force_noncacheable(c: Recorder, classify: Callable[[Recorder], None]) -> None:
    """v8 on: pages of VM_PFNMAP and VM_MIXEDMAP that are not memory are looked at, once found."""
    _up_to_sizes(c)
    c.Call("mmap_read_unlock")
    look_up_pfn(c)

    c.s2_force_noncacheable = FALSE
    with c.If(is_pfnmap_or_mixedmap & ~pfn_is_map_memory):
        classify(c)
    with c.Elif(logging_active & ~write_fault):
        c.writable = FALSE


def _cacheable_pfnmap(c: Recorder) -> None:
    """The second half of v8's and v9's test; its first -EINVAL is dead, as s2_force_noncacheable
    has just been set to false."""
    with c.If(c.cacheable_pfnmap):
        with c.If(~kvm_supports_cacheable_pfnmap):
            c.Return(-EFAULT)
        with c.If(c.s2_force_noncacheable):
            c.Return(-EINVAL)
    with c.Else():
        c.s2_force_noncacheable = TRUE


def _refuse_or_map(c: Recorder) -> None:
    with c.If(exec_fault & c.s2_force_noncacheable):
        c.Return(-ENOEXEC)
    reduce_for_nested(c)
    _map_or_refuse(c, c.s2_force_noncacheable)


def v8(c: Recorder) -> None:
    """20250620120946.2991-1-ankita@nvidia.com: s2_force_noncacheable; only VM_PFNMAP may be cacheable.

    Left out: what `v6.16` leaves out, and the check at memslot creation.
    """

    def classify(c: Recorder) -> None:
        c.cacheable_pfnmap = FALSE
        with c.If(is_pfnmap):
            with c.If(is_cow_mapping):
                c.Return(-EINVAL)
            with c.If(is_vma_cacheable):
                c.cacheable_pfnmap = TRUE
        _cacheable_pfnmap(c)

    _force_noncacheable(c, classify)
    with c.If(is_vma_cacheable & c.s2_force_noncacheable):
        c.Return(-EINVAL)
    _refuse_or_map(c)


def v9(c: Recorder) -> None:
    """20250621042111.3992-1-ankita@nvidia.com: VM_MIXEDMAP is treated as VM_PFNMAP is.

    Left out: what `v6.16` leaves out, and the check at memslot creation.
    """

    def classify(c: Recorder) -> None:
        c.cacheable_pfnmap = FALSE
        with c.If(is_cow_mapping):
            c.Return(-EINVAL)
        with c.If(is_vma_cacheable):
            c.cacheable_pfnmap = TRUE
        _cacheable_pfnmap(c)

    _force_noncacheable(c, classify)
    with c.If(is_vma_cacheable & c.s2_force_noncacheable):
        c.Return(-EINVAL)
    _refuse_or_map(c)


def v6_17(c: Recorder) -> None:
    """v10, 20250705071717.5062-1-ankita@nvidia.com, as merged for v6.17: 2a8dfab26677, 0c67288e0c8b.

    Left out: what `v6.16` leaves out.
    """

    def classify(c: Recorder) -> None:
        with c.If(is_vma_cacheable), c.If(~kvm_supports_cacheable_pfnmap):
            c.Return(-EFAULT)
        with c.Else():
            c.s2_force_noncacheable = TRUE

    _force_noncacheable(c, classify)
    _refuse_or_map(c)
