# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes about what the hardware must be able to do before a page is mapped cacheable."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, find_shape, on_edit, on_version
from counterexamples.bugs.harm import Harm
from model.program.edit import remove_test, replace_term
from model.vocabulary.memory import (
    DIC,
    FWB,
    NORMAL,
    beyond,
    has_linear_map,
    is_pfnmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    mapped,
    pfn_is_map_memory,
    pfn_valid,
)

_merged = find_shape("v6.17")

forgot_the_hardware = Bug(
    says="The type followed the VMA on any hardware, also where the caches of such a page must be maintained.",
    cites=("b244d1e5cdeb", "2a8dfab26677"),  # the first is of NVIDIA's own tree
    where=on_edit(remove_test(_merged, ~kvm_supports_cacheable_pfnmap), right=_merged),
    refutes="cacheable_pages_beyond_memory_without_fwb_and_dic_get_efault",
    witness=beyond & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap & (mapped >> NORMAL),
    harm=Harm.NO_LINEAR_MAP,
)

forgot_dic = Bug(
    says="FWB was asked for and DIC was not: the instruction cache is invalidated by an address as well.",
    cites=("20250310103008.3471-1-ankita@nvidia.com", "20250518054754.5345-1-ankita@nvidia.com"),
    where=on_version("v3", right="v6"),
    refutes="pages_beyond_memory_are_cacheable_only_with_fwb_and_dic",
    witness=FWB & ~DIC & is_pfnmap & ~pfn_is_map_memory & is_vma_cacheable,
    harm=Harm.NO_LINEAR_MAP,
)

valid_pfns_were_taken_for_mapped_ones = Bug(
    says="pfn_valid() was taken to say that the kernel maps the page, and excused it from asking for FWB.",
    cites=("20241118131958.4609-1-ankita@nvidia.com", "Z1oL1yZtdvGUIW9h@arm.com"),
    where=on_edit(replace_term(_merged, pfn_is_map_memory, pfn_valid), right=_merged),
    refutes="pages_without_an_alias_are_cacheable_only_with_fwb_and_dic",
    witness=pfn_valid & ~has_linear_map & ~kvm_supports_cacheable_pfnmap,
    harm=Harm.NO_LINEAR_MAP,
)
