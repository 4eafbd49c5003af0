# SPDX-License-Identifier: GPL-2.0-only
"""Memory types of pages: the rule of the review, taken apart.

"Within the VMA the non-normal/special PTE have to follow the vma->vm_pgprot while the normal pages
have to be cachable" (20250704140431.GH1410929@nvidia.com).
"""

from __future__ import annotations

from model.arch.arm64.memory_type import WB_TYPE, access_type, is_accessed_cacheable
from model.facts.normal_page import normal, special
from model.logic import same
from model.vocabulary.memory import (
    DEVICE,
    FWB,
    NORMAL,
    NORMAL_NC,
    beyond,
    cacheable,
    has_linear_map,
    host_pte_prot,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    mapped,
    pfn_is_map_memory,
    vfio_allow_any_uc,
)
from proofs.theorems.theorem import Theorem

memory_is_mapped_cacheable = Theorem(
    says="A page for which pfn_is_map_memory() holds is mapped Normal.",
    given=(mapped, pfn_is_map_memory),
    then=NORMAL,
    because=(
        "kvm_is_device_pfn() up to v6.16; 2a8dfab26677 keeps it: only !pfn_is_map_memory() is looked at",
    ),
)

normal_pages_are_mapped_cacheable = Theorem(
    says="A page that vm_normal_page() returns is mapped Normal.",
    given=(mapped, normal),
    then=NORMAL,
    because=("20250704140431.GH1410929@nvidia.com: normal pages have to be cacheable",),
)

special_pages_are_mapped_as_the_vma_says = Theorem(
    says="A page of which vm_normal_page() is NULL is mapped Normal if and only if vma->vm_page_prot is "
    "cacheable.",
    given=(mapped, special),
    then=same(NORMAL, is_vma_cacheable),
    because=("20250704140431.GH1410929@nvidia.com: special PTEs have to follow the vma's protection",),
)

special_pages_are_cacheable_only_if_the_host_maps_them_so = Theorem(
    says="A special page is mapped Normal only if the host PTE's own attribute is cacheable.",
    given=(mapped, special, NORMAL),
    then=cacheable(host_pte_prot),
    because=("aF6hamOI7YVDP1Cp@willie-the-truck: remap_pfn_range() takes a prot of its own",),
)

normal_pages_are_mapped_as_the_host_maps_them = Theorem(
    says="A normal page is mapped Normal if and only if the host PTE's own attribute is cacheable.",
    given=(mapped, normal),
    then=same(NORMAL, cacheable(host_pte_prot)),
    because=("wp_page_copy() gives a COW copy vma->vm_page_prot, which a driver may have made Device",),
)

pages_beyond_memory_are_cacheable_only_if_the_host_pte_is = Theorem(
    says="A PFNMAP or MIXEDMAP page that is not memory is mapped Normal only if the host PTE is cacheable.",
    given=(mapped, beyond, NORMAL),
    then=cacheable(host_pte_prot),
    because=("aF6hamOI7YVDP1Cp@willie-the-truck; vmf_insert_pfn_prot(): TTM maps VRAM so",),
)

pages_with_the_vma_attribute_are_not_upgraded = Theorem(
    says="Beyond memory, a page whose host PTE has vm_page_prot's class is Normal only if the PTE is "
    "cacheable.",
    given=(mapped, beyond, NORMAL, same(cacheable(host_pte_prot), is_vma_cacheable)),
    then=cacheable(host_pte_prot),
    because=("the condition under which the theorem before this one holds",),
)

pages_beyond_memory_are_mapped_as_the_vma_says = Theorem(
    says="A PFNMAP or MIXEDMAP page that is not memory is mapped Normal if and only if the VMA is cacheable.",
    given=(mapped, beyond),
    then=same(NORMAL, is_vma_cacheable),
    because=("0c67288e0c8b: Allow cacheable stage 2 mapping using VMA flags",),
)

pages_of_a_cacheable_vma_are_mapped_cacheable = Theorem(
    says="A page of a VMA with a cacheable page protection is mapped Normal, or not at all.",
    given=(mapped, is_vma_cacheable),
    then=NORMAL,
    because=(
        "aAdKCGCuwlUeUXKY@linux.dev: under no situation a non-cacheable stage-2 mapping for what "
        "is cacheable",
    ),
)

pages_of_a_noncacheable_vma_are_mapped_noncacheable = Theorem(
    says="A page of a VMA with a Device or Normal-NC page protection is not mapped Normal.",
    given=(mapped, ~is_vma_cacheable),
    then=~NORMAL,
    because=("20250318230909.GD9311@nvidia.com: not cacheable: Normal-NC",),
)

pages_beyond_memory_are_cacheable_only_with_fwb_and_dic = Theorem(
    says="A PFNMAP or MIXEDMAP page that is not memory is mapped Normal only if the host has FWB and DIC.",
    given=(mapped, beyond, NORMAL),
    then=kvm_supports_cacheable_pfnmap,
    because=("2a8dfab26677: Block cacheable PFNMAP mapping",),
)

pages_outside_memory_are_cacheable_only_with_fwb_and_dic = Theorem(
    says="A page that is not memory is mapped Normal only if the host has FWB and DIC, whatever its VMA is.",
    given=(mapped, ~pfn_is_map_memory, NORMAL),
    then=kvm_supports_cacheable_pfnmap,
    because=("216887f79d98 assumes that VMAs without VM_PFNMAP and VM_MIXEDMAP may be mapped cacheable",),
)

pages_without_an_alias_are_cacheable_only_with_fwb_and_dic = Theorem(
    says="A page without a linear-map alias is mapped Normal only if the host has FWB and DIC.",
    given=(mapped, ~has_linear_map, NORMAL),
    then=kvm_supports_cacheable_pfnmap,
    because=("Arm ARM: maintenance is by VA; kvm_pte_follow() is __va(); Z1oL1yZtdvGUIW9h@arm.com",),
)

noncacheable_pages_are_nc_if_and_only_if_the_vma_allows_it = Theorem(
    says="A page that is not mapped Normal is Normal-NC if and only if the VMA has VM_ALLOW_ANY_UNCACHED.",
    given=(mapped, ~NORMAL),
    then=same(NORMAL_NC, vfio_allow_any_uc),
    because=("8c47ce3e1d2c: Set PROT_NORMAL_NC for VM_ALLOW_ANY_UNCACHED",),
)

device_and_nc_are_never_asked_for_together = Theorem(
    says="No page is mapped with KVM_PGTABLE_PROT_DEVICE and KVM_PGTABLE_PROT_NORMAL_NC at once.",
    given=(mapped,),
    then=~(DEVICE & NORMAL_NC),
    because=("stage2_set_prot_attr(): -EINVAL",),
)

noncacheable_pages_are_never_accessed_cacheably = Theorem(
    says="Through an entry that is not Normal the guest has no cacheable access, whatever its own stage "
    "1 says.",
    given=(~NORMAL,),
    then=~is_accessed_cacheable,
    because=("Arm ARM D8.6, stage 2 with and without FWB: MemAttr 0001 and 0101 are the same in both",),
)

forced_pages_are_always_accessed_cacheably = Theorem(
    says="With FWB, the guest accesses a page that is mapped Normal as Write-Back, whatever its own "
    "stage 1 says.",
    given=(NORMAL, FWB),
    then=access_type == WB_TYPE,
    because=("Arm ARM D8.6: MemAttr 0110 with FWB; so the host need not clean the page",),
)
