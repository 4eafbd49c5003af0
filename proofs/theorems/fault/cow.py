# SPDX-License-Identifier: GPL-2.0-only
"""Copy-on-write mappings of PFNs: whether the is_cow_mapping() test is needed, and what it catches.

The first theorems are about core-mm alone; the last ones are about what a fault path maps.  That
dropping the test changes no other theorem is claimed in ``proofs.theorems.versions.cow_check``.
"""

from __future__ import annotations

from model.facts.blocks import (
    consecutive_unless_cowed,
    guest_sees_pfn,
    other_is_in_the_block,
    other_is_in_the_vma,
)
from model.facts.normal_page import normal, special, special_without_pte_special
from model.vocabulary.memory import (
    WRITABLE,
    has_linear_map,
    has_struct_page,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    is_zero_pfn,
    mapped,
    other_pfn,
    pfn_is_map_memory,
)
from proofs.theorems.theorem import Theorem

pages_of_a_shared_pfnmap_vma_are_special = Theorem(
    says="Every page of a VM_PFNMAP VMA that is not a COW mapping is special.",
    given=(is_pfnmap, ~is_cow_mapping),
    then=special,
    because=(
        "07e0fddd-76ba-4905-95f4-b98063215866@redhat.com: that identified something certainly not normal",
    ),
)

pages_of_a_pfnmap_vma_are_special = Theorem(
    says="Every page of a VM_PFNMAP VMA is special, COW mapping or not.",
    given=(is_pfnmap,),
    then=special,
    because=(
        "the same mail: false, which is why a test of VM_PFNMAP alone needed is_cow_mapping() beside it",
    ),
)

pages_of_a_shared_pfnmap_vma_are_special_without_pte_special = Theorem(
    says="Without CONFIG_ARCH_HAS_PTE_SPECIAL, every page of a VM_PFNMAP VMA that is not a COW mapping "
    "is special.",
    given=(is_pfnmap, ~is_cow_mapping),
    then=special_without_pte_special,
    because=("vm_normal_page(): `if (!is_cow_mapping(vma->vm_flags)) return NULL`",),
)

pages_of_a_pure_pfnmap_vma_are_special_without_pte_special = Theorem(
    says="Without CONFIG_ARCH_HAS_PTE_SPECIAL, the same holds of a VMA that has not VM_MIXEDMAP as well.",
    given=(is_pfnmap, ~is_cow_mapping, ~is_mixedmap),
    then=special_without_pte_special,
    because=("vm_normal_page() asks for VM_MIXEDMAP first, and then pfn_valid() alone decides",),
)

pages_of_a_pfnmap_vma_beyond_memory_are_special = Theorem(
    says="Every page of a VM_PFNMAP VMA that is not memory is special, COW mapping or not.",
    given=(is_pfnmap, ~pfn_is_map_memory),
    then=special,
    because=("20250704140431.GH1410929@nvidia.com: pfn_is_map_memory() excludes struct page memory already",),
)

pages_of_special_vmas_beyond_memory_are_special = Theorem(
    says="Every page of a VM_PFNMAP or VM_MIXEDMAP VMA that is not memory is special.",
    given=(is_pfnmap_or_mixedmap, ~pfn_is_map_memory),
    then=special,
    because=("the same mail, of the test as merged, which takes VM_MIXEDMAP as well",),
)

pages_of_ordinary_vmas_are_normal = Theorem(
    says="A VMA without VM_PFNMAP and VM_MIXEDMAP has only normal pages, and the zero page.",
    given=(~is_pfnmap_or_mixedmap, ~is_zero_pfn),
    then=normal & has_struct_page & has_linear_map,
    because=("20250704134307.GD1410929@nvidia.com: only normal pages, struct page backed, with kernel VAs",),
)

special_pages_of_a_cow_mapping_are_never_mapped_writable = Theorem(
    says="A special page of a COW mapping is never mapped writable.",
    given=(mapped, special, is_cow_mapping),
    then=~WRITABLE,
    because=(
        "a guest that writes to the original of a private mapping writes to what it must not see change",
    ),
)

guests_see_what_the_host_maps = Theorem(
    says="At every address of what is mapped, the guest sees the pfn that the host maps there.",
    given=(mapped, other_is_in_the_block),
    then=guest_sees_pfn == other_pfn,
    because=("aF6hamOI7YVDP1Cp@willie-the-truck: a VM_PFNMAP VMA need not be contiguous; 71cc2c67fb8f",),
)

guests_see_what_the_host_maps_in_vmas_filled_at_once = Theorem(
    says="The same, within a VMA that one remap_pfn_range() filled and of which COW breaks replaced "
    "any page.",
    given=(mapped, other_is_in_the_block, other_is_in_the_vma, consecutive_unless_cowed),
    then=guest_sees_pfn == other_pfn,
    because=("the state that v3 to v7 excluded by refusing every COW mapping of PFNs",),
)

guests_see_what_the_host_maps_in_vmas_without_pfnmap = Theorem(
    says="The same, in VMAs without VM_PFNMAP.",
    given=(mapped, other_is_in_the_block, ~is_pfnmap),
    then=guest_sees_pfn == other_pfn,
    because=("transparent_hugepage_adjust(), hugetlbfs: a block is one leaf of the host",),
)
