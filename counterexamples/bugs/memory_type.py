# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes about the memory type of a page: which pages are memory, and what the VMA says of others."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, find_shape, on_edit, on_version
from counterexamples.bugs.harm import Harm
from model.logic import TRUE, place
from model.program.edit import remove_test, replace_term
from model.vocabulary.memory import (
    EXECUTABLE,
    MT_NORMAL,
    NORMAL,
    NORMAL_NC,
    attr_index,
    beyond,
    exec_fault,
    has_linear_map,
    has_struct_page,
    is_pfnmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    mapped,
    pfn_is_map_memory,
    pfn_valid,
    vfio_allow_any_uc,
    vm_page_prot,
)

_v6_16, _merged = find_shape("v6.16"), find_shape("v6.17")
_forced = place("s2_force_noncacheable", exec_fault.sort)

cacheable_pfnmap_was_degraded = Bug(
    says="A cacheable VM_PFNMAP page was mapped Device without a word, though the host may write it "
    "through its caches.",
    cites=("2a8dfab26677",),
    where=on_version("v6.16", right="v6.17"),
    refutes="cacheable_pages_beyond_memory_without_fwb_and_dic_get_efault",
    witness=beyond & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap & (mapped >> ~NORMAL),
    harm=Harm.STALE_READ,
)

zone_device_pages_were_devices = Bug(
    says="Pages of ZONE_DEVICE memory, which DAX gives out, were mapped Device: they are not in "
    "memblock.memory.",
    cites=("216887f79d98",),
    where=on_version("v6.16", right="v6.17"),
    refutes="normal_pages_are_mapped_cacheable",
    witness=has_struct_page & has_linear_map & ~pfn_is_map_memory & ~NORMAL,
    harm=Harm.MEMORY_AS_DEVICE,
)

nomap_memory_was_memory = Bug(
    says="pfn_valid() decided what is memory, and it is true of NOMAP memory and of holes in an early "
    "section.",
    cites=("873ba463914c",),
    where=on_edit(replace_term(_v6_16, pfn_is_map_memory, pfn_valid), right=_v6_16),
    refutes="pages_beyond_memory_are_cacheable_only_with_fwb_and_dic",
    witness=pfn_valid & ~pfn_is_map_memory,
    harm=Harm.CACHEABLE_MMIO,
)

normal_tagged_did_not_count = Bug(
    says="Only MT_NORMAL counted as cacheable: a VMA of type MT_NORMAL_TAGGED was mapped Device.",
    cites=("20250310103008.3471-1-ankita@nvidia.com", "aCy3OwBe1HLa4O-7@arm.com"),
    where=on_edit(
        replace_term(_merged, is_vma_cacheable, attr_index(vm_page_prot) == MT_NORMAL), right=_merged
    ),
    refutes="pages_beyond_memory_are_mapped_as_the_vma_says",
    witness=is_vma_cacheable & (attr_index(vm_page_prot) != MT_NORMAL) & ~NORMAL,
    harm=Harm.STALE_READ,
)

mixedmap_was_not_looked_at = Bug(
    says="Only VM_PFNMAP was looked at, so that a cacheable page of a VM_MIXEDMAP VMA was mapped Device.",
    cites=("20250523154445.3779-1-ankita@nvidia.com", "20250621042111.3992-1-ankita@nvidia.com"),
    where=on_version("v6", right="v9"),
    refutes="pages_beyond_memory_are_mapped_as_the_vma_says",
    witness=is_vma_cacheable & ~is_pfnmap & ~NORMAL,
    harm=Harm.MEMORY_AS_DEVICE,
)

every_device_was_normal_nc = Bug(
    says="Every page that is not memory was mapped Normal-NC, without the driver's VM_ALLOW_ANY_UNCACHED.",
    cites=("8c47ce3e1d2c",),
    where=on_edit(replace_term(_merged, vfio_allow_any_uc, TRUE), right=_merged),
    refutes="noncacheable_pages_are_nc_if_and_only_if_the_vma_allows_it",
    witness=NORMAL_NC & ~vfio_allow_any_uc,
    harm=Harm.UNCACHED_MMIO_UNASKED,
)

device_mappings_were_executable = Bug(
    says="An exec fault on a device's page, which VFIO may map by faults, made it executable.",
    cites=("6d674e28f642",),
    where=on_edit(remove_test(_merged, exec_fault & _forced), right=_merged),
    refutes="executable_pages_are_cacheable",
    witness=exec_fault & EXECUTABLE & ~NORMAL & beyond & ~is_vma_cacheable,
    harm=Harm.FETCH_FROM_DEVICE,
)
