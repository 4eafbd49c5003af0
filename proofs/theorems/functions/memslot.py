# SPDX-License-Identifier: GPL-2.0-only
"""Registration: which memslots are accepted, and what is mapped into one without a fault.

The loop over VMAs is read as any state and then its last iteration: where a VMA ends the loop, that is
the VMA that the symbols are about.
"""

from __future__ import annotations

from model.logic import choose
from model.vocabulary.memory import (
    DEVICE,
    EINVAL,
    EXECUTABLE,
    PAGE_SIZE,
    READABLE,
    WRITABLE,
    is_pfnmap,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    map_addr,
    map_phys,
    map_ret,
    map_size,
    mapped,
    mmap_locked,
    mmap_unlocked,
    mmap_unlocked_again,
    mmu_locked,
    mmu_unlocked,
    mte_allowed,
    topup_ret,
    vma_found,
)
from model.vocabulary.memslot import (
    answer,
    asked_end,
    asked_writable,
    checks_vmas,
    deletes,
    fits,
    frees_the_cache,
    gmem_only,
    goes_on_from,
    has_gmem,
    has_run,
    logs_dirty_pages,
    looked_to,
    looks_for_vmas,
    maps_this,
    next_addr,
    next_phys,
    restricts,
    slot_end,
    vm_is_protected,
    vma_end,
)
from proofs.theorems.theorem import Theorem

_PREPARE, _IOREMAP = "kvm_arch_prepare_memory_region", "kvm_phys_addr_ioremap"

_refused = answer == -EINVAL
_over_a_vma = looks_for_vmas & vma_found
_needs_hardware = is_pfnmap & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap

memslots_over_cacheable_pfnmap_need_fwb_and_dic = Theorem(
    of=_PREPARE,
    says="A memslot over a cacheable VM_PFNMAP VMA is refused on a host without FWB and DIC.",
    given=(_over_a_vma, _needs_hardware),
    then=_refused,
    because=(
        "0c67288e0c8b; 20250310103008.3471-1-ankita@nvidia.com: a new refusal at the fault needs one here",
    ),
)

memslots_over_pfnmap_never_log = Theorem(
    of=_PREPARE,
    says="A memslot over a VM_PFNMAP VMA is refused if it asks for dirty logging.",
    given=(_over_a_vma, is_pfnmap, logs_dirty_pages),
    then=_refused,
    because=("kvm_arch_prepare_memory_region(): IO region dirty page logging not allowed",),
)

memslots_of_guests_with_mte_are_over_vmas_that_allow_tags = Theorem(
    of=_PREPARE,
    says="In a guest with MTE, a memslot over a VMA without VM_MTE_ALLOWED is refused.",
    given=(_over_a_vma, kvm_has_mte, ~mte_allowed),
    then=_refused,
    because=("c911f0d46879, v6.2: VM_MTE_ALLOWED takes the place of the test of VM_SHARED",),
)

guest_memfd_never_meets_mte = Theorem(
    of=_PREPARE,
    says="In a guest with MTE, a memslot of guest_memfd is refused.",
    given=(checks_vmas, has_gmem, kvm_has_mte),
    then=answer != 0,
    because=("gmem_abort() sanitises no tags: guest_memfd is incompatible with MTE",),
)

memslots_are_refused_for_a_vma_or_for_guest_memfd = Theorem(
    of=_PREPARE,
    says="-EINVAL is for a VMA that needs what the host lacks or the change forbids, or for guest_memfd.",
    given=(_refused, ~has_gmem),
    then=_over_a_vma & (_needs_hardware | (is_pfnmap & logs_dirty_pages) | (kvm_has_mte & ~mte_allowed)),
    because=("aEMvbIu530nCqwhG@google.com: refusing more breaks existing setups",),
)

memslots_that_do_not_fit_are_refused = Theorem(
    of=_PREPARE,
    says="A memslot that reaches beyond the guest's physical address space is refused by -EFAULT.",
    given=(checks_vmas, ~fits),
    then=answer != 0,
    because=("kvm_arch_prepare_memory_region(): prevent userspace from creating a memory region outside",),
)

memslots_that_fit_are_looked_at = Theorem(
    of=_PREPARE,
    says="No memslot that is made, moved or changed is accepted without a look at the VMAs under it.",
    given=(checks_vmas, answer == 0),
    then=looks_for_vmas & fits,
    because=("kvm_arch_prepare_memory_region(): iterate over all of them",),
)

memslots_are_looked_at_to_their_end = Theorem(
    of=_PREPARE,
    says="VMAs are looked for up to the memslot's end, wherever the last one that was found ends.",
    given=(looks_for_vmas,),
    then=looked_to == slot_end,
    because=("kvm_arch_prepare_memory_region(): a memory region could cover multiple VMAs, and holes",),
)

memslots_are_looked_at_without_a_gap = Theorem(
    of=_PREPARE,
    says="After a VMA that is accepted, the next is looked for from that VMA's end on, or the memslot ends in it.",
    given=(_over_a_vma, answer == 0),
    then=goes_on_from == choose(vma_end < slot_end, vma_end, slot_end),
    because=("kvm_arch_prepare_memory_region(): hva = min(reg_end, vma->vm_end)",),
)

guest_memfd_memslots_have_no_private_memory = Theorem(
    of=_PREPARE,
    says="A memslot of a guest_memfd that the VMM cannot map is refused.",
    given=(checks_vmas, has_gmem, ~gmem_only),
    then=answer != 0,
    because=("there aren't any CoCo VMs that support only private memory on arm64",),
)

memslots_of_protected_guests_stay = Theorem(
    of=_PREPARE,
    says="Once a protected guest has run, none of its memslots is deleted or moved.",
    given=(vm_is_protected, has_run, deletes),
    then=answer != 0,
    because=("kvm_arch_prepare_memory_region(): cannot modify memslots once a pVM has run",),
)

deletions_look_at_no_vma = Theorem(
    of=_PREPARE,
    says="Where a memslot is deleted, VMAs are neither locked nor looked for.",
    given=(~checks_vmas,),
    then=~mmap_locked & ~looks_for_vmas,
    because=("kvm_set_memory_region(): new is NULL for KVM_MR_DELETE, and has no address to look at",),
)

memslots_of_protected_guests_are_unrestricted = Theorem(
    of=_PREPARE,
    says="A protected guest has no memslot that is read-only or logs dirty pages.",
    given=(vm_is_protected, restricts),
    then=answer != 0,
    because=("pkvm_mem_abort() maps every page KVM_PGTABLE_PROT_RWX",),
)

registration_releases_mmap_lock = Theorem(
    of=_PREPARE,
    says="mmap_lock is released once on every path that takes it.",
    given=(mmap_locked,),
    then=mmap_unlocked & ~mmap_unlocked_again,
    because=("kvm_arch_prepare_memory_region(): every refusal leaves the loop by break",),
)

vmas_are_looked_at_under_mmap_lock = Theorem(
    of=_PREPARE,
    says="VMAs are looked for only under mmap_lock.",
    given=(looks_for_vmas,),
    then=mmap_locked,
    because=("find_vma_intersection(): mmap_assert_locked()",),
)

registers_are_mapped_device = Theorem(
    of=_IOREMAP,
    says="What is mapped without a fault is Device, readable, never executable, and writable if asked for.",
    given=(maps_this,),
    then=DEVICE & READABLE & ~EXECUTABLE & ~(WRITABLE ^ asked_writable),
    because=("vgic_v2_map_resources(): the GICV of a GICv2",),
)

registers_are_mapped_page_by_page = Theorem(
    of=_IOREMAP,
    says="What is mapped without a fault is mapped page by page.",
    given=(maps_this,),
    then=map_size == PAGE_SIZE,
    because=("kvm_phys_addr_ioremap(): for (addr = guest_ipa; ...; addr += PAGE_SIZE)",),
)

registers_are_never_mapped_by_the_pkvm_host = Theorem(
    of=_IOREMAP,
    says="Under pKVM the host maps no registers.",
    given=(is_protected_kvm_enabled,),
    then=~mapped & (answer != 0),
    because=("kvm_phys_addr_ioremap(): -EPERM",),
)

registers_that_cannot_be_mapped_are_told = Theorem(
    of=_IOREMAP,
    says="What the page tables answered last is the answer, be it an error.",
    given=(maps_this,),
    then=answer == map_ret,
    because=("kvm_phys_addr_ioremap(): `if (ret) break`",),
)

registers_are_mapped_under_mmu_lock = Theorem(
    of=_IOREMAP,
    says="mmu_lock is taken for what is mapped without a fault, and released.",
    given=(maps_this,),
    then=mmu_locked & mmu_unlocked,
    because=("Documentation/virt/kvm/locking.rst",),
)

registers_are_mapped_only_where_asked_for = Theorem(
    of=_IOREMAP,
    says="What is mapped without a fault begins before the end of the range that was asked for.",
    given=(maps_this,),
    then=map_addr < asked_end,
    because=("kvm_phys_addr_ioremap(): `addr < guest_ipa + size`",),
)

registers_are_mapped_to_the_end = Theorem(
    of=_IOREMAP,
    says="Success without a further page is told only at the end of the range that was asked for.",
    given=(~maps_this, answer == 0),
    then=next_addr >= asked_end,
    because=("kvm_phys_addr_ioremap(): the loop ends there, or with an error",),
)

registers_are_mapped_without_a_gap = Theorem(
    of=_IOREMAP,
    says="After a page that was mapped, both addresses go on to the page behind it.",
    given=(maps_this, answer == 0),
    then=(next_addr == map_addr + PAGE_SIZE) & (next_phys == map_phys + PAGE_SIZE),
    because=("kvm_phys_addr_ioremap(): `addr += PAGE_SIZE`, `pa += PAGE_SIZE`",),
)

registers_that_cannot_be_mapped_are_not_passed_over = Theorem(
    of=_IOREMAP,
    says="Where the page tables answer with an error, neither address goes on.",
    given=(maps_this, answer != 0),
    then=(next_addr == map_addr) & (next_phys == map_phys),
    because=("kvm_phys_addr_ioremap(): `if (ret) break`",),
)

registers_are_mapped_only_with_pages_for_tables = Theorem(
    of=_IOREMAP,
    says="A page is mapped without a fault only where there is memory for the tables that it may need.",
    given=(maps_this,),
    then=topup_ret == 0,
    because=("kvm_phys_addr_ioremap(): kvm_mmu_topup_memory_cache()",),
)

registers_are_mapped_and_unused_pages_are_freed = Theorem(
    of=_IOREMAP,
    says="The pages for tables that were not used are freed, whether all was mapped or not.",
    given=(~is_protected_kvm_enabled,),
    then=frees_the_cache,
    because=("kvm_phys_addr_ioremap(): kvm_mmu_free_memory_cache()",),
)
