# SPDX-License-Identifier: GPL-2.0-only
"""MTE tags: a guest that sees tags gets no page whose tags were not sanitised."""

from __future__ import annotations

from model.vocabulary.memory import (
    EFAULT,
    NORMAL,
    PAGE_SHIFT,
    has_struct_page,
    is_negative,
    kvm_has_mte,
    map_phys,
    map_size,
    mapped,
    mmu_invalidated,
    mmu_locked,
    mte_allowed,
    perm_fault,
    pfn_is_map_memory,
    returns,
    sanitised,
    sanitised_pfn,
    sanitised_size,
    thp_size,
)
from model.vocabulary.tags import online_page
from proofs.theorems.theorem import Theorem

tagged_pages_are_of_vmas_that_allow_tags = Theorem(
    says="A page that is newly mapped Normal into a guest with MTE is of a VMA with VM_MTE_ALLOWED.",
    given=(mapped, ~perm_fault, kvm_has_mte, NORMAL),
    then=mte_allowed,
    because=("user_mem_abort(): check the VMM hasn't introduced a new disallowed VMA",),
)

remapped_pages_are_of_vmas_that_allow_tags = Theorem(
    says="A page that any fault maps Normal into a guest with MTE is of a VMA with VM_MTE_ALLOWED.",
    given=(mapped, kvm_has_mte, NORMAL),
    then=mte_allowed,
    because=("a permission fault maps anew where the size of the entry changes",),
)

tags_are_sanitised_before_a_page_is_mapped = Theorem(
    says="sanitise_mte_tags() is called for every page that is newly mapped Normal into a guest with MTE.",
    given=(mapped, ~perm_fault, kvm_has_mte, NORMAL),
    then=sanitised,
    because=("sanitise_mte_tags(): the VM will be able to see the page's tags",),
)

all_pages_of_a_block_are_sanitised = Theorem(
    says="sanitise_mte_tags() is called for exactly the bytes that are mapped.",
    given=(mapped, sanitised),
    then=((sanitised_pfn << PAGE_SHIFT) == map_phys) & (sanitised_size == map_size),
    because=("sanitise_mte_tags(kvm, pfn, vma_pagesize)",),
)

tags_are_sanitised_only_of_struct_pages = Theorem(
    says="sanitise_mte_tags() is never called for a pfn without a struct page.",
    given=(sanitised,),
    then=has_struct_page,
    because=("sanitise_mte_tags(): pfn_to_page() is not asked whether there is one, since v6.2",),
)

tags_of_noncacheable_pages_are_left_alone = Theorem(
    says="sanitise_mte_tags() is never called for a page that is mapped Device or Normal-NC.",
    given=(mapped, sanitised),
    then=NORMAL,
    because=("Device and Normal-NC have no tags; such a page need not have a linear map to clear them by",),
)

pages_that_are_not_online_get_no_tags = Theorem(
    of="user_mem_abort",
    says="A fault that would newly map memory which pfn_to_online_page() does not know into a guest with MTE is "
    "answered by -EFAULT, and maps nothing.",
    given=(
        mmu_locked,
        ~mmu_invalidated,
        ~is_negative(thp_size),
        ~perm_fault,
        kvm_has_mte,
        pfn_is_map_memory,
        online_page == 0,
    ),
    then=returns(EFAULT) & ~mapped,
    because=("sanitise_mte_tags(), up to v6.1: reject ZONE_DEVICE pages that may not support tags",),
)
