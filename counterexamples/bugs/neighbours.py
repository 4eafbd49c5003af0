# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes of others that the fault path trusts: the pfn lookup, and who may have tags."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, find_shape, on_edit
from counterexamples.bugs.harm import Harm
from model.program.edit import replace_term
from model.vocabulary.memory import (
    VM_SHARED,
    WRITABLE,
    host_pte_special,
    host_pte_writable,
    is_cow_mapping,
    kvm_has_mte,
    mte_allowed,
    pfn_writable,
    vm_flags,
)

_v6_16, _merged = find_shape("v6.16"), find_shape("v6.17")

every_pfnmap_pte_was_writable = Bug(
    says="The pfn lookup said writable of every page of a VM_PFNMAP VMA, also where the PTE was read-only.",
    cites=("bd2fae8da794",),
    where=on_edit(_merged, right=_merged, believed=("lookup_says_writable_of_writable_ptes",)),
    refutes="special_pages_of_a_cow_mapping_are_never_mapped_writable",
    witness=is_cow_mapping & host_pte_special & ~host_pte_writable & pfn_writable & WRITABLE,
    harm=Harm.WRITE_TO_READ_ONLY,
)

private_file_mappings_had_tags = Bug(
    says="VM_SHARED was asked for in the place of VM_MTE_ALLOWED, so that private file mappings were tagged.",
    cites=("c911f0d46879",),
    where=on_edit(replace_term(_v6_16, mte_allowed, ~vm_flags.any(VM_SHARED)), right=_v6_16),
    refutes="tagged_pages_are_of_vmas_that_allow_tags",
    witness=kvm_has_mte & ~mte_allowed & ~vm_flags.any(VM_SHARED),
    harm=Harm.FOREIGN_TAGS,
)
