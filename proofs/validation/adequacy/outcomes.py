# SPDX-License-Identifier: GPL-2.0-only
"""What a fault path can do: each answer, memory type, permission and size, as a term over symbols.

Each should be reached somewhere on every fault path; where one cannot, it stands in ``NEVER`` with the
reason, and must indeed be unreachable.

Trusted: nothing; both directions are decided.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.logic import Term
from model.vocabulary.memory import (
    CONT_PMD_SIZE,
    CONT_PTE_SIZE,
    DEVICE,
    EAGAIN,
    EFAULT,
    EHWPOISON,
    EINVAL,
    ENOEXEC,
    EXECUTABLE,
    NORMAL,
    NORMAL_NC,
    PAGE_SIZE,
    PMD_SIZE,
    PUD_SIZE,
    READABLE,
    WRITABLE,
    map_size,
    mapped,
    relaxed,
    ret,
    returns,
)

OUTCOMES: Mapping[str, Term] = {
    "returns_0": ret == 0,
    "returns_EFAULT": returns(EFAULT),
    "returns_EINVAL": returns(EINVAL),
    "returns_ENOEXEC": returns(ENOEXEC),
    "returns_EAGAIN": returns(EAGAIN),
    "returns_EHWPOISON": returns(EHWPOISON),
    "maps": mapped,
    "relaxes": relaxed,
    "maps_and_relaxes_nothing": ~mapped & ~relaxed,
    "maps_normal": mapped & NORMAL,
    "maps_normal_nc": mapped & NORMAL_NC,
    "maps_device": mapped & DEVICE,
    "maps_readable": mapped & READABLE,
    "maps_writable": mapped & WRITABLE,
    "maps_read_only": mapped & ~WRITABLE,
    "maps_executable": mapped & EXECUTABLE,
    "maps_never_executed": mapped & ~EXECUTABLE,
    "maps_PAGE_SIZE": mapped & (map_size == PAGE_SIZE),
    "maps_CONT_PTE_SIZE": mapped & (map_size == CONT_PTE_SIZE),
    "maps_PMD_SIZE": mapped & (map_size == PMD_SIZE),
    "maps_CONT_PMD_SIZE": mapped & (map_size == CONT_PMD_SIZE),
    "maps_PUD_SIZE": mapped & (map_size == PUD_SIZE),
}

_NO_CONT = "fault_supports_stage2_huge_mapping() knows PMD and PUD alone: contiguous sizes fall back to these"

_GMEM = "guest_memfd holds ordinary memory"
_PAGES = "it maps page by page"
_PINNED = "it maps anonymous and shmem pages that it pinned"
_RWX = "it maps with KVM_PGTABLE_PROT_RWX, whatever the guest did"

#: What never happens, of a function ("" for any) and an outcome, and why.
NEVER: Mapping[tuple[str, str], str] = {
    ("", "maps_CONT_PTE_SIZE"): _NO_CONT,
    ("", "maps_CONT_PMD_SIZE"): _NO_CONT,
    ("gmem_abort", "maps_normal_nc"): _GMEM,
    ("gmem_abort", "maps_device"): _GMEM,
    ("gmem_abort", "maps_PMD_SIZE"): _PAGES,
    ("gmem_abort", "maps_PUD_SIZE"): _PAGES,
    ("pkvm_mem_abort", "maps_normal_nc"): _PINNED,
    ("pkvm_mem_abort", "maps_device"): _PINNED,
    ("pkvm_mem_abort", "maps_read_only"): _RWX,
    ("pkvm_mem_abort", "maps_never_executed"): _RWX,
    ("pkvm_mem_abort", "maps_PMD_SIZE"): _PAGES,
    ("pkvm_mem_abort", "maps_PUD_SIZE"): _PAGES,
}

_COMBINED = "it is about how the Arm ARM combines the attributes of both stages, of any code"

_VM_NORMAL_PAGE = "it is about the definition of vm_normal_page(), which model/facts/normal_page.py has"
_ONE_BIT = "KVM_PGTABLE_PROT_X is one bit in the kernels that have the is_cow_mapping() test"
_NO_MTE = "its premise excludes that the VM has MTE, and the theorem is about VMs that have"

#: Theorems that need no code, and why they are stated.
BY_DEFINITION: Mapping[str, str] = {
    "noncacheable_pages_are_never_accessed_cacheably": _COMBINED,
    "forced_pages_are_always_accessed_cacheably": _COMBINED,
    "pages_of_a_pure_pfnmap_vma_are_special_without_pte_special": _VM_NORMAL_PAGE,
    "cow_check_is_redundant_for_executable_pages_are_executable_at_el0_and_el1": _ONE_BIT,
    "cow_check_is_redundant_for_exec_permission_is_added_at_el0_and_el1": _ONE_BIT,
    "cow_check_is_redundant_for_remapped_pages_are_of_vmas_that_allow_tags_without_mte": _NO_MTE,
}

_NO_NC = "a kernel without KVM_PGTABLE_PROT_NORMAL_NC cannot ask for it"
_X_IS_ONE_BIT = "KVM_PGTABLE_PROT_X is one bit in kernels before KVM_PGTABLE_PROT_UX and _PX"
_NO_NESTED = "a kernel without nested virtualisation has no KVM_NV_GUEST_MAP_SZ"

#: Theorems that say nothing of a kernel that lacks a bit, and why they are claimed of all.
OF_OTHER_KERNELS: Mapping[str, str] = {
    "device_and_nc_are_never_asked_for_together": _NO_NC,
    "no_case_of_device_and_normal_nc_are_never_asked_for_together": _NO_NC,
    "shadow_entries_keep_the_guest_level": _NO_NESTED,
    "permissions_are_added_without_the_guest_level": _NO_NESTED,
    "executable_pages_are_executable_at_el0_and_el1": _X_IS_ONE_BIT,
    "exec_permission_is_added_at_el0_and_el1": _X_IS_ONE_BIT,
}

_LARGE_PAGES = "with pages of 16K and 64K a kvm_pfn_t could hold more; --pages all asks"

#: Facts that no proof with pages of 4K needs, and why they are offered.
WITH_LARGE_PAGES: Mapping[str, str] = {"pages_have_physical_addresses": _LARGE_PAGES}
