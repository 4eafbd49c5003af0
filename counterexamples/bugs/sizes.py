# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes about how much is mapped at once."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, find_shape, on_edit, on_version
from counterexamples.bugs.harm import Harm
from model.logic import BOOL, BV64, const, place
from model.program.edit import replace_term
from model.vocabulary.memory import (
    NORMAL,
    PAGE_SIZE,
    PMD_SIZE,
    hva,
    is_cow_mapping,
    is_pfnmap,
    map_size,
    other_is_cow_copy,
    page_is_cow_copy,
    pfn_is_map_memory,
)

_v6_16 = find_shape("v6.16")
_device, _force_pte = place("device", BOOL), place("force_pte", BOOL)

device_mappings_were_resized = Bug(
    says="A device's page became a block at the last minute, by the size of what the host maps there.",
    cites=("6d674e28f642",),
    where=on_edit(replace_term(_v6_16, ~(_force_pte | _device), ~_force_pte), right=_v6_16),
    refutes="noncacheable_pages_are_never_resized_late",
    witness=~NORMAL & ~pfn_is_map_memory & (map_size != PAGE_SIZE),
    harm=Harm.UNRELATED_MEMORY,
)

pfnmap_vmas_were_contiguous = Bug(
    says="The size came from vm_pgoff, as if one run of pages filled a VM_PFNMAP VMA.",
    cites=("2aa53d68cee6", "71cc2c67fb8f", "aF6hamOI7YVDP1Cp@willie-the-truck"),
    where=on_version("v7.1", right="v7.2.10"),
    refutes="guests_see_what_the_host_maps",
    witness=is_pfnmap & (map_size != PAGE_SIZE),
    harm=Harm.UNRELATED_MEMORY,
)

cow_copies_were_taken_for_blocks = Bug(
    says="A block of a private VM_PFNMAP VMA began at the anonymous page that a COW break had put there.",
    cites=("2aa53d68cee6", "71cc2c67fb8f"),
    where=on_version("v6.17", right="v7.2.10"),
    refutes="guests_see_what_the_host_maps_in_vmas_filled_at_once",
    witness=is_pfnmap & is_cow_mapping & (map_size != PAGE_SIZE) & (page_is_cow_copy | other_is_cow_copy),
    harm=Harm.UNRELATED_MEMORY,
)

blocks_went_beyond_the_vma = Bug(
    says="ALIGN(hva, size) of a fault on a block's first page is that page itself, wherever the VMA ends.",
    cites=("2aa53d68cee6", "71cc2c67fb8f"),
    where=on_version("v7.1", right="v7.2.10"),
    refutes="blocks_of_a_pfnmap_vma_lie_in_it",
    witness=is_pfnmap & (hva & (PMD_SIZE - const(1, BV64)) == 0) & (map_size != PAGE_SIZE),
    harm=Harm.UNRELATED_MEMORY,
)
