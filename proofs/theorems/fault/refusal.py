# SPDX-License-Identifier: GPL-2.0-only
"""Refusals of faults and of memslots: each errno only for its reasons, and always for them."""

from __future__ import annotations

from model.logic import conj
from model.vocabulary.memory import (
    EAGAIN,
    EFAULT,
    EINVAL,
    ENOEXEC,
    beyond,
    cow_refused,
    excl_atomic_fault,
    exec_fault,
    is_error_noslot_pfn,
    is_hwpoison_pfn,
    is_negative,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    looked_up,
    map_ret,
    mapped,
    memslot_refused,
    mmu_invalidated,
    mmu_locked,
    mte_allowed,
    perm_fault,
    pfn_is_map_memory,
    relax_ret,
    relaxed,
    ret,
    returns,
    thp_size,
    topup_ret,
    vma_found,
    write_fault,
)
from proofs.theorems.theorem import Theorem

#: The page was found, and is still the one.
_found = conj(topup_ret == 0, vma_found, ~is_error_noslot_pfn, ~mmu_invalidated)
#: The rest of the kernel has nothing against the fault.
undisturbed = conj(_found, ~is_negative(thp_size), map_ret == 0, relax_ret == 0)
#: Not the read that a permission fault should never be.
is_understood = ~perm_fault | write_fault | exec_fault
#: A cacheable page beyond memory that this machine cannot map so.
needs_hardware = beyond & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap
#: A page newly mapped into a guest with MTE, of a VMA that may have no tags.
has_forbidden_tags = kvm_has_mte & ~mte_allowed & ~perm_fault

efault_is_for_cacheability_or_tags = Theorem(
    says="-EFAULT is for a cacheable page beyond memory without FWB and DIC, or for a VMA that may have "
    "no tags.",
    given=(undisturbed, is_understood, returns(EFAULT)),
    then=needs_hardware | has_forbidden_tags,
    because=("2a8dfab26677; user_mem_abort(): the VMM has introduced a new disallowed VMA",),
)

cacheable_pages_beyond_memory_without_fwb_and_dic_get_efault = Theorem(
    says="A cacheable page beyond memory, on a host without FWB and DIC, is always answered by -EFAULT, "
    "whatever else would fail.",
    given=(_found, needs_hardware),
    then=returns(EFAULT),
    because=("2a8dfab26677: Block cacheable PFNMAP mapping",),
)

cacheable_pages_without_allowed_tags_get_efault = Theorem(
    says="Memory of a VMA without VM_MTE_ALLOWED is always answered by -EFAULT in a guest with MTE.",
    given=(undisturbed, has_forbidden_tags, pfn_is_map_memory),
    then=returns(EFAULT),
    because=("user_mem_abort(): check the VMM hasn't introduced a new disallowed VMA",),
)

einval_is_never_the_answer = Theorem(
    says="No fault is answered by -EINVAL.",
    given=(undisturbed,),
    then=~returns(EINVAL),
    because=("20250704140431.GH1410929@nvidia.com: the is_cow_mapping() test can go; 0c67288e0c8b has none",),
)

enoexec_is_for_fetches_from_noncacheable_pages = Theorem(
    says="-ENOEXEC is for an exec fault on a page beyond memory of a VMA that is not cacheable.",
    given=(undisturbed, returns(ENOEXEC)),
    then=exec_fault & beyond & ~is_vma_cacheable,
    because=("user_mem_abort(): `if (exec_fault && s2_force_noncacheable) return -ENOEXEC`",),
)

fetches_from_noncacheable_pages_get_enoexec = Theorem(
    says="An exec fault on a page beyond memory of a VMA that is not cacheable is always answered by "
    "-ENOEXEC.",
    given=(undisturbed, exec_fault, beyond, ~is_vma_cacheable),
    then=returns(ENOEXEC),
    because=("kvm_handle_guest_abort(): -ENOEXEC injects an instruction abort into the guest",),
)

refused_faults_change_nothing = Theorem(
    says="A fault that is answered by anything but 0 maps nothing and adds no permission.",
    given=(undisturbed, ret != 0),
    then=~mapped & ~relaxed,
    because=("what the VMM is told was refused must not be in the page tables",),
)

faults_that_are_not_refused_are_resolved = Theorem(
    says="A fault that is answered by 0 mapped a page or added a permission.",
    given=(undisturbed, ret == 0),
    then=mapped | relaxed,
    because=("a kernel that always answers 0 and does nothing must not pass",),
)

unexpected_reads_get_efault = Theorem(
    says="A permission fault that is neither a write nor an exec fault is answered by -EFAULT.",
    given=(perm_fault, ~write_fault, ~exec_fault),
    then=returns(EFAULT),
    because=("user_mem_abort(), up to v7.0: Unexpected L2 read permission error",),
)

faults_without_a_vma_get_efault = Theorem(
    says="A fault on an address without a VMA is answered by -EFAULT.",
    given=(topup_ret == 0, ~vma_found),
    then=returns(EFAULT),
    because=("user_mem_abort(): Failed to find VMA for hva",),
)

failed_lookups_get_efault = Theorem(
    says="A fault whose pfn lookup failed is answered by -EFAULT, unless the page is poisoned.",
    given=(looked_up, is_error_noslot_pfn, ~is_hwpoison_pfn),
    then=returns(EFAULT),
    because=("user_mem_abort(): `if (is_error_noslot_pfn(pfn)) return -EFAULT`",),
)

poisoned_pages_are_answered_but_not_mapped = Theorem(
    says="A fault on a poisoned page is answered by 0, and nothing is mapped.",
    given=(looked_up, is_hwpoison_pfn),
    then=(ret == 0) & ~mapped & ~relaxed,
    because=("kvm_send_hwpoison_signal(); return 0: that is why mapped is never read off the answer",),
)

retries_are_not_told = Theorem(
    says="-EAGAIN never leaves the fault path once a page was looked up.",
    given=(looked_up,),
    then=~returns(EAGAIN),
    because=("user_mem_abort(): `return ret != -EAGAIN ? ret : 0`",),
)

faults_of_accepted_memslots_are_never_refused = Theorem(
    says="If a memslot over the VMA is accepted, no fault is refused for cacheability or tags.",
    given=(undisturbed, is_understood, ~memslot_refused),
    then=~returns(EFAULT),
    because=(
        "20250310103008.3471-1-ankita@nvidia.com, Marc Zyngier: new refusals need a check at registration",
    ),
)

refused_memslots_would_fault = Theorem(
    says="If a memslot over the VMA is refused for cacheability, its faults would be refused as well.",
    given=(undisturbed, memslot_refused, ~kvm_has_mte),
    then=returns(EFAULT),
    because=("aEMvbIu530nCqwhG@google.com: refusing at memslot creation may break existing setups",),
)

#: The errno of kvm_mmu_topup_memory_cache().
ENOMEM = 12
#: Nothing but the memory for page tables is missing.
lacks_memory_alone = conj(topup_ret == -ENOMEM, map_ret == 0, relax_ret == 0, ~is_negative(thp_size))

faults_without_memory_for_tables_are_told = Theorem(
    says="A fault that may need a page table is answered by what kvm_mmu_topup_memory_cache() "
    "answered, if that failed.",
    given=(~perm_fault | (logging_active & write_fault), topup_ret != 0),
    then=ret == topup_ret,
    because=("user_mem_abort(): `ret = kvm_mmu_topup_memory_cache(); if (ret) return ret`",),
)

permission_faults_need_no_memory_for_tables = Theorem(
    says="A permission fault while nothing is logged does not fail for want of memory for page tables.",
    given=(perm_fault, ~logging_active, ~is_protected_kvm_enabled, lacks_memory_alone),
    then=~returns(ENOMEM),
    because=("user_mem_abort(): permission faults just need to update the existing leaf entry",),
)

permission_faults_without_a_split_need_no_memory_for_tables = Theorem(
    says="A permission fault that is no write, or while nothing is logged, does not fail for want of "
    "memory for page tables.",
    given=(perm_fault, ~(logging_active & write_fault), ~is_protected_kvm_enabled, lacks_memory_alone),
    then=~returns(ENOMEM),
    because=(
        "user_mem_abort(), up to v7.2.9: normally don't require allocations, with the exception "
        "of write faults while dirty logging",
    ),
)

raced_faults_are_tried_again = Theorem(
    says="A fault during which the host changed its page tables is answered by 0, so that the guest "
    "tries again.",
    given=(mmu_locked, mmu_invalidated),
    then=ret == 0,
    because=("user_mem_abort(): `return ret != -EAGAIN ? ret : 0`",),
)

lost_races_are_tried_again = Theorem(
    says="A fault that lost the race for its entry is answered by 0, so that the guest tries again.",
    given=((mapped & (map_ret == -EAGAIN)) | (relaxed & (relax_ret == -EAGAIN)),),
    then=ret == 0,
    because=("kvm_pgtable_walk(): -EAGAIN where another walk changed the entry first",),
)

what_is_refused_for_cow_gets_einval = Theorem(
    says="A fault that the is_cow_mapping() test refuses is answered by -EINVAL.",
    given=(cow_refused,),
    then=returns(EINVAL),
    because=("20250621042111.3992-1-ankita@nvidia.com, v9: a refusal that is not told is none",),
)

failures_to_map_are_told = Theorem(
    says="What kvm_pgtable_stage2_map() answered is the answer, unless it is -EAGAIN.",
    given=(mapped, map_ret != -EAGAIN),
    then=ret == map_ret,
    because=("user_mem_abort(): `return ret != -EAGAIN ? ret : 0`",),
)

failures_to_add_permissions_are_told = Theorem(
    says="What kvm_pgtable_stage2_relax_perms() answered is the answer, unless it is -EAGAIN.",
    given=(relaxed, relax_ret != -EAGAIN),
    then=ret == relax_ret,
    because=("user_mem_abort(): `return ret != -EAGAIN ? ret : 0`",),
)

noncacheable_pages_beyond_memory_never_get_efault = Theorem(
    says="A page beyond memory of a VMA that is not cacheable is never answered by -EFAULT, in a "
    "guest with MTE or without.",
    given=(undisturbed, is_understood, beyond, ~is_vma_cacheable),
    then=~returns(EFAULT),
    because=("user_mem_abort(): `if (!fault_is_perm && !s2_force_noncacheable && kvm_has_mte(kvm))`",),
)

supported_accesses_without_allowed_tags_get_efault = Theorem(
    says="Memory of a VMA without VM_MTE_ALLOWED is answered by -EFAULT in a guest with MTE, unless the "
    "access is one that the memory does not support.",
    given=(undisturbed, has_forbidden_tags, pfn_is_map_memory, ~excl_atomic_fault),
    then=returns(EFAULT),
    because=("user_mem_abort(): check the VMM hasn't introduced a new disallowed VMA",),
)

faults_under_pkvm_get_memory_for_tables = Theorem(
    says="Under pKVM every fault, while nothing is logged, is answered by what topping up the memory for "
    "page tables answered, if that failed.",
    given=(~logging_active, is_protected_kvm_enabled, topup_ret != 0),
    then=ret == topup_ret,
    because=(
        "user_mem_abort(), since v7.3: under pKVM a permission fault can also collapse pages into a "
        "block, which needs a fresh mapping object",
    ),
)
