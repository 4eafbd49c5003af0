# SPDX-License-Identifier: GPL-2.0-only
"""The steps of user_mem_abort() that its versions up to v6.17 share, each as its lines of C.

A shape calls them in the order of the C and writes out what is its own.  Sizes stand where the C
keeps shifts (``vma_pagesize`` is ``1UL << vma_shift``), and ``switch (vma_shift)`` with its
fallthroughs is a chain of ifs.

Source: arch/arm64/kvm/mmu.c of v6.16 and v6.17.
"""

from __future__ import annotations

from collections.abc import Callable

from model.logic import BOOL, BV64, FALSE, TRUE, Term, choose, const, place, resize
from model.shape import Recorder
from model.vocabulary.memory import (
    CONT_PMD_SIZE,
    CONT_PTE_SIZE,
    DIC,
    EAGAIN,
    EFAULT,
    KVM_NV_GUEST_MAP_SZ,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    PAGE_SHIFT,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    exec_fault,
    fault_granule,
    fault_ipa,
    huge_page_size,
    hva,
    is_error_noslot_pfn,
    is_hugetlb,
    is_hwpoison_pfn,
    is_negative,
    is_pfnmap,
    kvm_has_mte,
    logging_active,
    map_ret,
    mmu_invalidated,
    mte_allowed,
    nested,
    nested_executable,
    nested_level,
    nested_output,
    nested_readable,
    nested_size,
    nested_writable,
    perm_fault,
    pfn,
    pfn_writable,
    relax_ret,
    supports_pmd,
    supports_pud,
    thp_size,
    topup_ret,
    vfio_allow_any_uc,
    vm_end,
    vm_pgoff,
    vm_start,
    vma_found,
    write_fault,
)
from model.vocabulary.symbols import BV32


def check_fault(c: Recorder) -> None:
    """An unexpected read fault, and the memory for table pages."""
    with c.If(perm_fault & ~write_fault & ~exec_fault):
        c.Return(-EFAULT)
    with c.If(~perm_fault | (logging_active & write_fault)):
        topup_memcache(c)


def topup_memcache(c: Recorder) -> None:
    """``ret = topup_...(); if (ret) return ret;``"""
    c.ret = topup_ret
    with c.If(c.ret != 0):
        c.Return(c.ret)


def mmu_lock_held(c: Recorder) -> Term:
    """Whether mmu_lock was taken and not given back so far."""
    taken, given = "kvm_fault_lock.called", "kvm_fault_unlock.called"
    c.Argument(**{taken: FALSE, given: FALSE})
    return place(taken, BOOL) & ~place(given, BOOL)


def find_vma(c: Recorder) -> None:
    """mmap_read_lock() and vma_lookup()."""
    c.Call("mmap_read_lock")
    c.Call("vma_lookup", address=hva)
    with c.If(~vma_found):
        c.Call("mmap_read_unlock")
        c.Return(-EFAULT)


def align_down(address: Term, size: Term) -> Term:
    """``ALIGN_DOWN(address, size)``, also written ``address & ~(size - 1)``."""
    return address & ~(size - const(1, BV64))


def align(address: Term, size: Term) -> Term:
    """``ALIGN(address, size)``: an address that is aligned stays where it is."""
    return align_down(address + (size - const(1, BV64)), size)


def _fits(size: Term, pa: Term) -> Term:
    """get_vma_page_shift()'s condition for a block: congruent addresses, and both ends in the VMA."""
    mask = size - const(1, BV64)
    return ((hva & mask) == (pa & mask)) & (align_down(hva, size) >= vm_start) & (align(hva, size) <= vm_end)


def get_hugetlb_page_size(c: Recorder) -> None:
    """get_vma_page_shift(vma) since 71cc2c67fb8f: all but hugetlbfs is sized late, by the host's leaf."""
    c.vma_pagesize = choose(is_hugetlb, huge_page_size, PAGE_SIZE)


def get_vma_page_size(c: Recorder) -> None:
    """get_vma_page_shift(vma, hva), v5.14 to v7.2.9: a VM_PFNMAP VMA is taken to be contiguous
    from vm_pgoff on (2aa53d68cee6)."""
    with c.If(is_hugetlb & ~is_pfnmap):
        c.vma_pagesize = huge_page_size
    with c.Elif(~is_pfnmap):
        c.vma_pagesize = PAGE_SIZE
    with c.Else():
        c.pa = (vm_pgoff << PAGE_SHIFT) + (hva - vm_start)
        with c.If(_fits(PUD_SIZE, c.pa)):
            c.vma_pagesize = PUD_SIZE
        with c.Elif(_fits(PMD_SIZE, c.pa)):
            c.vma_pagesize = PMD_SIZE
        with c.Else():
            c.vma_pagesize = PAGE_SIZE


def limit_to_memslot(c: Recorder) -> None:
    """``switch (vma_shift)``: the largest stage-2 size that the memslot has room for.

    ``force_pte`` is set where the C falls through to CONT_PTE_SHIFT."""
    with c.If((c.vma_pagesize == PUD_SIZE) & ~supports_pud):
        c.vma_pagesize = CONT_PMD_SIZE
    with c.If(c.vma_pagesize == CONT_PMD_SIZE):
        c.vma_pagesize = PMD_SIZE
    with c.If((c.vma_pagesize == PMD_SIZE) & ~supports_pmd):
        c.vma_pagesize = CONT_PTE_SIZE
    with c.If(c.vma_pagesize == CONT_PTE_SIZE):
        c.vma_pagesize = PAGE_SIZE
        c.force_pte = TRUE


def size_from_vma(c: Recorder, get_size: Callable[[Recorder], None] = get_vma_page_size) -> None:
    """The block size before the pfn is known."""
    c.force_pte = FALSE
    with c.If(logging_active):
        c.force_pte = TRUE
        c.vma_pagesize = PAGE_SIZE
    with c.Else():
        get_size(c)
    limit_to_memslot(c)


def minimum(a: Term, b: Term) -> Term:
    """``min(a, b)`` of unsigned words."""
    return choose(a < b, a, b)


def limit_to_guest_entry(c: Recorder) -> None:
    """``max_map_size``: no larger than the guest's own stage-2 entry, rounded to a host size."""
    c.max_map_size = minimum(nested_size, c.max_map_size)
    with c.If((c.max_map_size >= PMD_SIZE) & (c.max_map_size < PUD_SIZE)):
        c.max_map_size = PMD_SIZE
    with c.Elif((c.max_map_size >= PAGE_SIZE) & (c.max_map_size < PMD_SIZE)):
        c.max_map_size = PAGE_SIZE


def find_canonical_page(c: Recorder) -> None:
    """``ipa`` is the address that the memslot knows; both it and ``fault_ipa`` begin the block."""
    c.Argument(fault_ipa=fault_ipa)
    c.ipa = fault_ipa
    with c.If(nested):
        c.max_map_size = choose(c.force_pte, PAGE_SIZE, PUD_SIZE)
        c.ipa = nested_output
        limit_to_guest_entry(c)
        c.force_pte = c.max_map_size == PAGE_SIZE
        c.vma_pagesize = minimum(c.vma_pagesize, c.max_map_size)
    with c.If((c.vma_pagesize == PMD_SIZE) | (c.vma_pagesize == PUD_SIZE)):
        c.fault_ipa = align_down(c.fault_ipa, c.vma_pagesize)
        c.ipa = align_down(c.ipa, c.vma_pagesize)
    c.gfn = c.ipa >> PAGE_SHIFT


def look_up_pfn(c: Recorder) -> None:
    """__kvm_faultin_pfn(): for one page, the first one of the block if the size is known."""
    c.Call("__kvm_faultin_pfn", gfn=c.gfn, write=write_fault)
    c.Argument(pfn=pfn)
    c.writable = pfn_writable
    with c.If(is_hwpoison_pfn):
        c.Call("kvm_send_hwpoison_signal", address=hva)
        c.Return(0)
    with c.If(is_error_noslot_pfn):
        c.Return(-EFAULT)


def reduce_for_nested(c: Recorder) -> None:
    """No more than the guest's own stage 2 grants."""
    c.prot = KVM_PGTABLE_PROT_R
    with c.If(nested):
        c.writable = c.writable & nested_writable
        with c.If(~nested_readable):
            c.prot = c.prot & ~KVM_PGTABLE_PROT_R
        c.prot = c.prot | (nested_level & KVM_NV_GUEST_MAP_SZ)


def retry(c: Recorder) -> None:
    """``if (mmu_invalidate_retry(kvm, mmu_seq)) { ret = -EAGAIN; goto out_unlock; }``"""
    with c.If(mmu_invalidated):
        c.ret = const(-EAGAIN, BV32)
        c.Goto("out_unlock")


def resize_late(c: Recorder, may_resize: Term) -> None:
    """The size of the entry that faulted, or that of the host's own mapping."""
    with c.If((c.vma_pagesize == PAGE_SIZE) & may_resize):
        with c.If(perm_fault & (fault_granule > PAGE_SIZE)):
            c.vma_pagesize = fault_granule
        with c.Else():
            transparent_hugepage_adjust(c)
        with c.If(is_negative(c.vma_pagesize)):
            c.ret = resize(c.vma_pagesize, 32)
            c.Goto("out_unlock")


def transparent_hugepage_adjust(c: Recorder) -> None:
    """PMD_SIZE, if the host maps that much and the memslot has room for it."""
    pages = (PMD_SIZE >> PAGE_SHIFT) - const(1, BV64)
    with c.If(supports_pmd):
        c.Call("get_user_mapping_size", address=hva)
        c.sz = resize(thp_size, 64, signed=True)
        with c.If(is_negative(c.sz)):
            c.vma_pagesize = c.sz
        with c.Elif(c.sz >= PMD_SIZE):
            c.fault_ipa = align_down(c.fault_ipa, PMD_SIZE)
            c.pfn = c.pfn & ~pages
            c.vma_pagesize = PMD_SIZE


def check_tags(c: Recorder, cacheable_page: Term) -> None:
    """Tags of a page that is newly given to a guest with MTE."""
    with c.If(~perm_fault & cacheable_page & kvm_has_mte):
        with c.If(mte_allowed):
            c.Call("sanitise_mte_tags", pfn=c.pfn, size=c.vma_pagesize)
        with c.Else():
            c.ret = const(-EFAULT, BV32)
            c.Goto("out_unlock")


def choose_prot(c: Recorder, noncacheable: Term) -> None:
    """Permissions, and the memory type of a page that must not be mapped cacheable."""
    with c.If(c.writable):
        c.prot = c.prot | KVM_PGTABLE_PROT_W
    with c.If(exec_fault):
        c.prot = c.prot | KVM_PGTABLE_PROT_X
    with c.If(noncacheable):
        c.prot = c.prot | choose(vfio_allow_any_uc, KVM_PGTABLE_PROT_NORMAL_NC, KVM_PGTABLE_PROT_DEVICE)
    with c.Elif(DIC & (~nested | nested_executable)):
        c.prot = c.prot | KVM_PGTABLE_PROT_X


def map_or_relax(c: Recorder) -> None:
    """A permission fault on an entry of this size changes its permissions; all else is mapped."""
    with c.If(perm_fault & (c.vma_pagesize == fault_granule)):
        c.prot = c.prot & ~KVM_NV_GUEST_MAP_SZ
        c.Relax(addr=c.fault_ipa, prot=c.prot, locked=mmu_lock_held(c))
        c.ret = relax_ret
    with c.Else():
        phys = c.pfn << PAGE_SHIFT
        c.Map(addr=c.fault_ipa, size=c.vma_pagesize, phys=phys, prot=c.prot, locked=mmu_lock_held(c))
        c.ret = map_ret


def finish(c: Recorder, dirty_gfn: Term) -> None:
    """``out_unlock:`` the page, the lock, the dirty log, the answer."""
    c.Call("kvm_release_faultin_page", unused=c.ret != 0, dirty=c.writable, locked=mmu_lock_held(c))
    c.Call("kvm_fault_unlock")
    with c.If(c.writable & (c.ret == 0)):
        c.Call("mark_page_dirty_in_slot", gfn=dirty_gfn)
    c.Return(choose(c.ret == const(-EAGAIN, BV32), const(0, BV32), c.ret))
