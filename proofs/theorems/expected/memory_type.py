# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: memory types, and MTE."""

from __future__ import annotations

from model.facts.normal_page import normal, special
from model.vocabulary.memory import (
    DIC,
    FWB,
    MT_NORMAL,
    NORMAL,
    attr_index,
    cacheable,
    fault_granule,
    has_linear_map,
    has_struct_page,
    host_pte_prot,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    is_vma_cacheable,
    kvm_has_mte,
    map_size,
    mte_allowed,
    perm_fault,
    pfn_is_map_memory,
    vm_page_prot,
)
from proofs.theorems.expectation import EVERY, Table, exclude, expect_proved, expect_refuted, since, until

_only_memory = "v6.16 maps nothing but memory Normal: kvm_is_device_pfn() is !pfn_is_map_memory()."
_dax = ~pfn_is_map_memory & has_struct_page & has_linear_map
_memory_but_not_cacheable = special & pfn_is_map_memory & ~is_vma_cacheable
_not_known_to_v3 = ~is_pfnmap | (attr_index(vm_page_prot) != MT_NORMAL)
_fwb_alone = FWB & ~DIC & is_pfnmap
_memory_is_not_asked = (
    "Memory is Normal whatever the VMA says: D1, vgem's dumb buffers; D12, /dev/mem with O_SYNC. The "
    "host's alias is "
    "Normal-NC or Device."
)
_v3_asks_for_fwb_alone = (
    "v3 asks for stage2_has_fwb() and not for DIC; 20250523154445.3779-1-ankita@nvidia.com adds it."
)

EXPECTED: Table = {
    "memory_is_mapped_cacheable": expect_proved(),
    "normal_pages_are_mapped_cacheable": expect_proved(
        expect_refuted(
            until("v6"),
            witness=_dax,
            reason="DAX pages have a struct page and are not in memblock.memory: D5, D6, D7. v3 and v6 "
            "look at "
            "VM_PFNMAP alone, which DAX does not set.",
        )
    ),
    "special_pages_are_mapped_as_the_vma_says": expect_proved(
        expect_refuted(
            "v6.16",
            witness=_memory_but_not_cacheable | (~pfn_is_map_memory & is_vma_cacheable),
            reason="v6.16 does not read vm_page_prot: D10, nvgrace-gpu's usemem is mapped "
            "Device. " + _memory_is_not_asked,
        ),
        expect_refuted(
            "v3",
            witness=_memory_but_not_cacheable | (~pfn_is_map_memory & is_vma_cacheable & _not_known_to_v3),
            reason="v3 knows MT_NORMAL of VM_PFNMAP alone; MT_NORMAL_TAGGED and VM_MIXEDMAP are Device "
            "to it. " + _memory_is_not_asked,
        ),
        expect_refuted(
            "v6",
            witness=_memory_but_not_cacheable | (~pfn_is_map_memory & is_vma_cacheable & ~is_pfnmap),
            reason="v6 knows VM_PFNMAP alone; VM_MIXEDMAP is Device to it. " + _memory_is_not_asked,
        ),
        expect_refuted(
            since("v7"),
            witness=_memory_but_not_cacheable,
            reason=_memory_is_not_asked,
        ),
    ),
    "special_pages_are_cacheable_only_if_the_host_maps_them_so": expect_proved(
        expect_refuted("v6.16", witness=special & pfn_is_map_memory, reason=_memory_is_not_asked),
        expect_refuted(
            since("v3"),
            witness=special & (pfn_is_map_memory | is_vma_cacheable),
            reason="D8, D9: the driver's PTE is Normal-NC or Device and vm_page_prot "
            "is not. " + _memory_is_not_asked,
        ),
    ),
    "normal_pages_are_mapped_as_the_host_maps_them": expect_proved(
        expect_refuted(
            until("v6"),
            witness=normal & (_dax | (pfn_is_map_memory & ~is_vma_cacheable)),
            reason="D5 to D7: DAX is mapped Device. D4: the COW copy of a BAR's page is RAM that the "
            "host maps "
            "nGnRnE and the guest Write-Back.",
        ),
        expect_refuted(
            since("v7"),
            witness=normal & pfn_is_map_memory & ~is_vma_cacheable,
            reason="D4: the COW copy of a BAR's page is RAM that the host maps nGnRnE and the guest "
            "Write-Back.",
        ),
    ),
    "pages_beyond_memory_are_cacheable_only_if_the_host_pte_is": expect_proved(
        exclude("v6.16", reason=_only_memory),
        expect_refuted(
            since("v3"),
            witness=is_vma_cacheable & ~cacheable(host_pte_prot) & FWB,
            reason="D8: TTM maps VRAM Normal-NC by vmf_insert_pfn_prot() and leaves vm_page_prot "
            "Normal; D9: UACCE_QFRT_MMIO, "
            "BARs of cxgb4, panthor's FLUSH_ID.",
        ),
    ),
    "pages_with_the_vma_attribute_are_not_upgraded": expect_proved(exclude("v6.16", reason=_only_memory)),
    "pages_beyond_memory_are_mapped_as_the_vma_says": expect_proved(
        expect_refuted(
            "v6.16", witness=is_vma_cacheable, reason="v6.16 does not read vm_page_prot: D8, D10."
        ),
        expect_refuted(
            "v3",
            witness=is_vma_cacheable & _not_known_to_v3,
            reason="mapping_type() == MT_NORMAL: MT_NORMAL_TAGGED does not count "
            "(aCy3OwBe1HLa4O-7@arm.com), nor does VM_MIXEDMAP.",
        ),
        expect_refuted(
            "v6", witness=is_vma_cacheable & ~is_pfnmap, reason="VM_MIXEDMAP is not looked at: D7."
        ),
    ),
    "pages_of_a_cacheable_vma_are_mapped_cacheable": expect_proved(
        expect_refuted(
            "v6.16", witness=~pfn_is_map_memory, reason="v6.16 does not read vm_page_prot: D5 to D10."
        ),
        expect_refuted(
            "v3",
            witness=~pfn_is_map_memory & _not_known_to_v3,
            reason="mapping_type() == MT_NORMAL of VM_PFNMAP alone: D5 to D7, and MT_NORMAL_TAGGED.",
        ),
        expect_refuted(
            "v6", witness=~pfn_is_map_memory & ~is_pfnmap, reason="VM_PFNMAP alone is looked at: D5 to D7."
        ),
    ),
    "pages_of_a_noncacheable_vma_are_mapped_noncacheable": expect_proved(
        expect_refuted(
            EVERY,
            witness=pfn_is_map_memory,
            reason=_memory_is_not_asked + " D4: so is a COW copy in a Device VMA.",
        )
    ),
    "pages_beyond_memory_are_cacheable_only_with_fwb_and_dic": expect_proved(
        exclude("v6.16", reason=_only_memory),
        expect_refuted("v3", witness=_fwb_alone, reason=_v3_asks_for_fwb_alone),
    ),
    "pages_outside_memory_are_cacheable_only_with_fwb_and_dic": expect_proved(
        exclude("v6.16", reason=_only_memory),
        expect_refuted("v3", witness=_fwb_alone, reason=_v3_asks_for_fwb_alone),
        expect_refuted(
            since("v8"),
            witness=~is_pfnmap_or_mixedmap & normal & has_linear_map,
            reason="D5, D6: DAX of ext4, xfs and /dev/dax has neither flag. Its pages have a linear "
            "map, so they can be cleaned.",
        ),
    ),
    "pages_without_an_alias_are_cacheable_only_with_fwb_and_dic": expect_proved(
        exclude("v6.16", reason=_only_memory),
        expect_refuted("v3", witness=_fwb_alone, reason=_v3_asks_for_fwb_alone),
    ),
    "noncacheable_pages_are_nc_if_and_only_if_the_vma_allows_it": expect_proved(),
    "device_and_nc_are_never_asked_for_together": expect_proved(),
    "noncacheable_pages_are_never_accessed_cacheably": expect_proved(),
    "forced_pages_are_always_accessed_cacheably": expect_proved(),
    "tagged_pages_are_of_vmas_that_allow_tags": expect_proved(),
    "remapped_pages_are_of_vmas_that_allow_tags": expect_proved(
        expect_refuted(
            EVERY,
            witness=perm_fault & kvm_has_mte & NORMAL & ~mte_allowed & (map_size != fault_granule),
            reason="The test is for translation faults alone. A permission fault that changes the "
            "entry's size maps anew, and "
            "the VMA may have been replaced between the fault and mmap_read_lock(), before "
            "mmu_invalidate_seq is read.",
        )
    ),
    "tags_are_sanitised_before_a_page_is_mapped": expect_proved(),
    "all_pages_of_a_block_are_sanitised": expect_proved(),
    "tags_are_sanitised_only_of_struct_pages": expect_proved(),
    "tags_of_noncacheable_pages_are_left_alone": expect_proved(),
}
