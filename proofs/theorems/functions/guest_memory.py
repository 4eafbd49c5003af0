# SPDX-License-Identifier: GPL-2.0-only
"""Fault paths without a VMA: pages of a guest_memfd, and pages that a protected guest takes over.

The theorems about all fault paths apply to them too, as far as they have the symbols.
"""

from __future__ import annotations

from model.logic import choose, const
from model.vocabulary.guest_memory import (
    FOLL_LONGTERM,
    FOLL_WRITE,
    account_ret,
    gmem_asked,
    gmem_ret,
    memslot_readonly,
    pin_addr,
    pin_asked,
    pin_flags,
    pin_ret,
    pinned_pfn,
    swapbacked,
)
from model.vocabulary.memory import (
    DIC,
    EAGAIN,
    EFAULT,
    EHWPOISON,
    EXECUTABLE,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    NORMAL,
    PAGE_SHIFT,
    PAGE_SIZE,
    READABLE,
    WRITABLE,
    exec_fault,
    fault_ipa,
    hva,
    lookup_gfn,
    map_addr,
    map_phys,
    map_ret,
    map_size,
    mapped,
    marked_dirty,
    nested,
    nested_output,
    page_released,
    page_released_again,
    perm_fault,
    pfn,
    relaxed,
    relaxed_prot,
    ret,
    topup_ret,
)
from proofs.theorems.theorem import Theorem

_GMEM, _PKVM = "gmem_abort", "pkvm_mem_abort"
EIO, ENOMEM = 5, 12

_found = gmem_asked & (gmem_ret == 0)
_relaxed_writable = relaxed_prot.any(KVM_PGTABLE_PROT_W)
_pinned = pin_asked & (pin_ret == 1)
_given_to_the_guest = mapped & (map_ret == 0)

pages_of_guest_memfd_are_mapped_cacheable = Theorem(
    of=_GMEM,
    says="A page of a guest_memfd is mapped Normal.",
    given=(mapped,),
    then=NORMAL,
    because=("a7b57e099592: guest_memfd pages are folios of the kernel's own memory",),
)

pages_of_guest_memfd_are_mapped_one_by_one = Theorem(
    of=_GMEM,
    says="What is mapped of a guest_memfd is the one page that was looked up.",
    given=(mapped,),
    then=(map_size == PAGE_SIZE) & (map_phys == pfn << PAGE_SHIFT),
    because=("gmem_abort(): PAGE_SIZE, __pfn_to_phys(pfn)",),
)

pages_of_guest_memfd_are_looked_up_where_the_guest_faulted = Theorem(
    of=_GMEM,
    says="The page that is looked up is that of the faulting address, of a nested guest by its own stage 2.",
    given=(gmem_asked,),
    then=lookup_gfn == choose(nested, nested_output, fault_ipa) >> PAGE_SHIFT,
    because=("gmem_abort(): kvm_s2_trans_output(nested)",),
)

pages_of_a_readonly_memslot_are_never_writable = Theorem(
    of=_GMEM,
    says="No page of a read-only memslot is mapped or made writable.",
    given=(memslot_readonly,),
    then=(mapped >> ~WRITABLE) & (relaxed >> ~_relaxed_writable),
    because=("gmem_abort(): `if (!(memslot->flags & KVM_MEM_READONLY)) prot |= KVM_PGTABLE_PROT_W`",),
)

pages_that_guest_memfd_has_not_are_refused = Theorem(
    of=_GMEM,
    says="Where the guest_memfd has no page, its error is the answer and nothing is mapped.",
    given=(gmem_ret != 0,),
    then=~mapped & ~relaxed & ~page_released,
    because=("kvm_prepare_memory_fault_exit(): the VMM is told",),
)

pages_of_guest_memfd_are_released_once = Theorem(
    of=_GMEM,
    says="The reference to a page of a guest_memfd is given back exactly once.",
    given=(_found,),
    then=page_released & ~page_released_again,
    because=("kvm_gmem_get_pfn(): a reference is taken, out_unlock: kvm_release_faultin_page()",),
)

writable_pages_of_guest_memfd_are_marked_dirty = Theorem(
    of=_GMEM,
    says="A page of a guest_memfd that is mapped writable is marked dirty.",
    given=(mapped, map_ret == 0, WRITABLE),
    then=marked_dirty,
    because=("gmem_abort(): mark_page_dirty_in_slot()",),
)

permission_faults_of_guest_memfd_map_nothing = Theorem(
    of=_GMEM,
    says="A permission fault adds permissions, and any other maps.",
    given=(mapped | relaxed,),
    then=~(relaxed ^ perm_fault) & ~(mapped ^ ~perm_fault),
    because=("gmem_abort(): every entry is of a page",),
)

pages_of_protected_guests_are_mapped_in_full = Theorem(
    of=_PKVM,
    says="A page that a protected guest takes over is one page, Normal, and grants everything.",
    given=(mapped,),
    then=NORMAL & READABLE & WRITABLE & EXECUTABLE & (map_size == PAGE_SIZE),
    because=("the host no longer has the page: pkvm_pgtable_stage2_map(), KVM_PGTABLE_PROT_RWX",),
)

pages_of_protected_guests_are_pinned_until_they_come_back = Theorem(
    of=_PKVM,
    says="The pin is kept if and only if the guest got the page.",
    given=(_pinned,),
    then=(_given_to_the_guest >> ~page_released)
    & (~_given_to_the_guest >> page_released)
    & ~page_released_again,
    because=("pkvm_mem_abort(): unpin; GUP's pin keeps the host from reclaiming the page",),
)

protected_guests_get_only_pinned_pages = Theorem(
    of=_PKVM,
    says="Nothing is mapped but the page that was pinned.",
    given=(mapped,),
    then=_pinned & (map_phys == pinned_pfn << PAGE_SHIFT),
    because=("pkvm_mem_abort(): pin_user_pages() != 1 is refused",),
)

pages_of_protected_guests_are_pinned_for_good = Theorem(
    of=_PKVM,
    says="The page is looked for at the memslot's address, to be written, and for as long as the guest runs.",
    given=(pin_asked,),
    then=(pin_addr == hva) & pin_flags.any(FOLL_WRITE) & pin_flags.any(FOLL_LONGTERM),
    because=("pkvm_mem_abort(): FOLL_HWPOISON | FOLL_LONGTERM | FOLL_WRITE",),
)

pages_of_protected_guests_are_mapped_where_the_guest_faulted = Theorem(
    of=_PKVM,
    says="What is mapped is mapped at the faulting address.",
    given=(mapped,),
    then=map_addr == fault_ipa,
    because=("pkvm_mem_abort(): pkvm_pgtable_stage2_map(pgt, s2fd->fault_ipa, ...)",),
)

lost_races_of_protected_guests_are_tried_again = Theorem(
    of=_PKVM,
    says="Where another vCPU mapped the page first, the guest tries again.",
    given=(mapped, map_ret == -EAGAIN),
    then=ret == 0,
    because=("pkvm_mem_abort(): `if (ret == -EAGAIN) ret = 0`",),
)

failures_of_guest_memfd_are_told = Theorem(
    of=_GMEM,
    says="Where the guest_memfd or the page tables answer an error, that is the answer, but -EAGAIN is 0.",
    given=(gmem_asked & (gmem_ret != 0) | mapped,),
    then=ret == choose(gmem_ret != 0, gmem_ret, choose(map_ret == -EAGAIN, const(0, ret.sort), map_ret)),
    because=("gmem_abort(): return ret != -EAGAIN ? ret : 0",),
)

pages_of_guest_memfd_are_executable_if_the_i_cache_allows = Theorem(
    of=_GMEM,
    says="A page of a guest_memfd is executable only if the guest fetches from it, or the host has DIC.",
    given=((mapped & EXECUTABLE) | (relaxed & relaxed_prot.any(KVM_PGTABLE_PROT_X)),),
    then=exec_fault | DIC,
    because=("gmem_abort(): `if (exec_fault || cpus_have_final_cap(ARM64_HAS_CACHE_DIC))`",),
)

failed_pins_are_told = Theorem(
    of=_PKVM,
    says="Where no page could be pinned, the answer is -EFAULT, or 0 for a poisoned page, and nothing is "
    "mapped.",
    given=(pin_asked, pin_ret != 1),
    then=~mapped
    & ~page_released
    & (ret == choose(pin_ret == -EHWPOISON, const(0, ret.sort), const(-EFAULT, ret.sort))),
    because=("pkvm_mem_abort(): -EFAULT, kvm_send_hwpoison_signal()",),
)

pages_of_files_are_refused_to_protected_guests = Theorem(
    of=_PKVM,
    says="A page that is neither anonymous memory nor shmem is answered by -EIO, and not mapped.",
    given=(_pinned, ~swapbacked),
    then=~mapped & (ret == -EIO),
    because=("pkvm_mem_abort(): we really can't deal with page-cache pages returned by GUP; cc5095747edf",),
)

pages_over_the_lock_limit_are_refused_to_protected_guests = Theorem(
    of=_PKVM,
    says="Where the VMM may lock no more memory, no page is pinned, and that error is the answer.",
    given=(topup_ret == 0, account_ret != 0),
    then=~pin_asked & (ret == account_ret),
    because=("account_locked_vm(): RLIMIT_MEMLOCK; a page of a protected guest is pinned for good",),
)

protected_guests_get_no_page_without_memory_for_tables = Theorem(
    of=_PKVM,
    says="A fault of a protected guest without memory for page tables is answered by -ENOMEM, and no page is "
    "pinned.",
    given=(topup_ret != 0,),
    then=~pin_asked & (ret == -ENOMEM),
    because=("pkvm_mem_abort(): `if (ret) return -ENOMEM`",),
)

faults_of_protected_guests_are_resolved = Theorem(
    of=_PKVM,
    says="A page that could be accounted for and pinned, and is no file's, is mapped.",
    given=(topup_ret == 0, account_ret == 0, pin_ret == 1, swapbacked),
    then=mapped,
    because=("a kernel that resolves nothing must not pass",),
)

faults_of_guest_memfd_without_memory_for_tables_are_told = Theorem(
    of=_GMEM,
    says="A fault that may need a page table is answered by what kvm_mmu_topup_memory_cache() answered, if "
    "that failed, and no page is looked up.",
    given=(~perm_fault, topup_ret != 0),
    then=~gmem_asked & (ret == topup_ret),
    because=("gmem_abort(): `if (!perm_fault)`, topup_mmu_memcache()",),
)

permission_faults_of_guest_memfd_need_no_memory_for_tables = Theorem(
    of=_GMEM,
    says="The page of a permission fault is looked up whether or not there is memory for page tables.",
    given=(perm_fault,),
    then=gmem_asked,
    because=("gmem_abort(): every entry is of a page, so that a permission fault splits nothing",),
)
