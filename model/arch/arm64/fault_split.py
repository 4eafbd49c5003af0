# SPDX-License-Identifier: GPL-2.0-only
"""user_mem_abort() since v7.1: split into kvm_s2_fault_pin_pfn(), _compute_prot() and _map().

Source: arch/arm64/kvm/mmu.c of v7.1.5, v7.2.9 and v7.3.4.
"""

from __future__ import annotations

from collections.abc import Callable

from model.arch.arm64.steps import (
    align_down,
    find_vma,
    get_hugetlb_page_size,
    get_vma_page_size,
    limit_to_guest_entry,
    minimum,
    mmu_lock_held,
    retry,
    size_from_vma,
    topup_memcache,
)
from model.logic import BV64, FALSE, TRUE, Term, choose, const, resize
from model.shape import Recorder
from model.vocabulary.memory import (
    DIC,
    EAGAIN,
    EFAULT,
    ENOEXEC,
    KVM_NV_GUEST_MAP_SZ,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_PX,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_UX,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    PAGE_SHIFT,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    excl_atomic_fault,
    exec_fault,
    fault_granule,
    fault_ipa,
    hva,
    is_error_noslot_pfn,
    is_hwpoison_pfn,
    is_negative,
    is_pfnmap_or_mixedmap,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    map_ret,
    mte_allowed,
    nested,
    nested_exec_el0,
    nested_exec_el1,
    nested_level,
    nested_output,
    nested_readable,
    nested_writable,
    perm_fault,
    pfn,
    pfn_is_map_memory,
    pfn_writable,
    relax_ret,
    supports_pmd,
    thp_size,
    vfio_allow_any_uc,
    write_fault,
)
from model.vocabulary.symbols import BV32


def _resolve_vma_size(c: Recorder, get_size: Callable[[Recorder], None]) -> None:
    """kvm_s2_resolve_vma_size(); the C writes max_map_size where the older code wrote force_pte."""
    size_from_vma(c, get_size)
    c.max_map_size = choose(c.force_pte, PAGE_SIZE, PUD_SIZE)
    with c.If(nested):
        limit_to_guest_entry(c)
        c.vma_pagesize = minimum(c.vma_pagesize, c.max_map_size)


def _pin_pfn(c: Recorder) -> None:
    """kvm_s2_fault_pin_pfn() after kvm_s2_fault_get_vma_info()."""
    c.canonical_gfn = choose(nested, align_down(nested_output, c.vma_pagesize) >> PAGE_SHIFT, c.gfn)
    c.Call("__kvm_faultin_pfn", gfn=c.canonical_gfn, write=write_fault)
    with c.If(is_error_noslot_pfn):
        with c.If(is_hwpoison_pfn):
            c.Call("kvm_send_hwpoison_signal", address=hva)
            c.Return(0)
        c.Return(-EFAULT)

    c.map_non_cacheable = FALSE
    c.device = FALSE
    with c.If(is_pfnmap_or_mixedmap & ~pfn_is_map_memory):
        with c.If(is_vma_cacheable), c.If(~kvm_supports_cacheable_pfnmap):
            c.Call("kvm_release_faultin_page", unused=TRUE, dirty=FALSE, locked=mmu_lock_held(c))
            c.Return(-EFAULT)
        with c.Else():
            c.map_non_cacheable = TRUE
        c.device = TRUE


def _release_and_return(c: Recorder, value: int) -> None:
    """user_mem_abort(): ``if (ret) { kvm_release_page_unused(s2vi.page); return ret; }``"""
    c.Call("kvm_release_page_unused")
    c.Return(value)


def _compute_prot(c: Recorder) -> None:
    """kvm_s2_fault_compute_prot()"""
    with c.If(exec_fault & c.map_non_cacheable):
        _release_and_return(c, -ENOEXEC)
    with c.If(excl_atomic_fault):
        c.Call("kvm_inject_dabt_excl_atomic")
        _release_and_return(c, 1)
    c.prot = KVM_PGTABLE_PROT_R
    with c.If(pfn_writable & (c.device | ~logging_active | write_fault)):
        c.prot = c.prot | KVM_PGTABLE_PROT_W
    with c.If(nested):
        with c.If(~nested_writable):
            c.prot = c.prot & ~KVM_PGTABLE_PROT_W
        with c.If(~nested_readable):
            c.prot = c.prot & ~KVM_PGTABLE_PROT_R
        c.prot = c.prot | (nested_level & KVM_NV_GUEST_MAP_SZ)
    with c.If(exec_fault):
        c.prot = c.prot | KVM_PGTABLE_PROT_X
    with c.If(c.map_non_cacheable):
        c.prot = c.prot | choose(vfio_allow_any_uc, KVM_PGTABLE_PROT_NORMAL_NC, KVM_PGTABLE_PROT_DEVICE)
    with c.Elif(DIC):
        c.prot = c.prot | KVM_PGTABLE_PROT_X
    with c.If(nested):
        with c.If(~nested_exec_el0):
            c.prot = c.prot & ~KVM_PGTABLE_PROT_UX
        with c.If(~nested_exec_el1):
            c.prot = c.prot & ~KVM_PGTABLE_PROT_PX
    with c.If(~perm_fault & ~c.map_non_cacheable & kvm_has_mte & ~mte_allowed):
        _release_and_return(c, -EFAULT)


def _resize_late(c: Recorder, may_resize: Term) -> None:
    """The size of the entry that faulted, or transparent_hugepage_adjust()."""
    pages = (PMD_SIZE >> PAGE_SHIFT) - const(1, BV64)
    with c.If((c.mapping_size == PAGE_SIZE) & may_resize):
        with c.If(c.perm_fault_granule > PAGE_SIZE):
            c.mapping_size = c.perm_fault_granule
        with c.Elif(supports_pmd):
            c.Call("get_user_mapping_size", address=hva)
            with c.If(is_negative(thp_size)):
                c.ret = thp_size
                c.Goto("out_unlock")
            with c.If(resize(thp_size, 64) >= PMD_SIZE):
                c.gfn = c.gfn & ~pages
                c.pfn = c.pfn & ~pages
                c.mapping_size = PMD_SIZE


def _map(c: Recorder, may_resize: Term) -> None:
    """kvm_s2_fault_map() up to out_unlock."""
    retry(c)
    c.perm_fault_granule = choose(perm_fault, fault_granule, const(0, BV64))
    _resize_late(c, may_resize)
    with c.If((c.perm_fault_granule == 0) & ~c.map_non_cacheable & kvm_has_mte):
        c.Call("sanitise_mte_tags", pfn=c.pfn, size=c.mapping_size)
    with c.If(c.mapping_size == c.perm_fault_granule):
        c.prot = c.prot & ~KVM_NV_GUEST_MAP_SZ
        c.Relax(addr=c.gfn << PAGE_SHIFT, prot=c.prot, locked=mmu_lock_held(c))
        c.ret = relax_ret
    with c.Else():
        addr, phys = c.gfn << PAGE_SHIFT, c.pfn << PAGE_SHIFT
        c.Map(addr=addr, size=c.mapping_size, phys=phys, prot=c.prot, locked=mmu_lock_held(c))
        c.ret = map_ret


def _finish(c: Recorder) -> None:
    """out_unlock of kvm_s2_fault_map(): the page, the lock, the dirty log, the answer."""
    c.Call("kvm_release_faultin_page", unused=c.ret != 0, dirty=c.writable, locked=mmu_lock_held(c))
    c.Call("kvm_fault_unlock")
    with c.If(c.writable & (c.ret == 0)):
        ipa = align_down(c.canonical_gfn << PAGE_SHIFT, c.mapping_size)
        c.Call("mark_page_dirty_in_slot", gfn=ipa >> PAGE_SHIFT)
    c.Return(choose(c.ret == const(-EAGAIN, BV32), const(0, BV32), c.ret))


def _split(c: Recorder, get_size: Callable[[Recorder], None], may_resize: Callable[[Recorder], Term]) -> None:
    find_vma(c)
    _resolve_vma_size(c, get_size)
    c.gfn = align_down(fault_ipa, c.vma_pagesize) >> PAGE_SHIFT
    c.Call("mmap_read_unlock")
    _pin_pfn(c)
    _compute_prot(c)
    c.writable = c.prot.any(KVM_PGTABLE_PROT_W)
    c.mapping_size = c.vma_pagesize
    c.Argument(pfn=pfn)

    c.Call("kvm_fault_lock")
    with c.Until("out_unlock"):
        _map(c, may_resize(c))
    _finish(c)


def v7_1(c: Recorder) -> None:
    """v7.1 to v7.2.9: three functions, and the block size still comes from the VMA.

    Left out: what `v6.16` leaves out, and pKVM's and guest_memfd's own fault paths, which do not
    come here.
    """
    with c.If(~perm_fault | (logging_active & write_fault)):
        topup_memcache(c)
    _split(c, get_vma_page_size, lambda c: (c.max_map_size != PAGE_SIZE) & ~c.map_non_cacheable)


def v7_2_10(c: Recorder) -> None:
    """v7.2.10 and v7.3: as `v7.1`, but the block size comes from the host's leaf entry (71cc2c67fb8f).

    Left out: what `v7.1` leaves out.
    """
    with c.If(~perm_fault | logging_active | is_protected_kvm_enabled):
        topup_memcache(c)
    _split(c, get_hugetlb_page_size, lambda c: c.max_map_size != PAGE_SIZE)
