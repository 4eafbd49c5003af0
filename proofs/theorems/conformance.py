# SPDX-License-Identifier: GPL-2.0-only
"""One version beside the next: they do the same, but for the inputs that are named here.

Both run on the same inputs, and everything that ``proofs.standing`` observes is compared.
Permissions and types are compared by what they grant, since the bits of ``enum kvm_pgtable_prot``
moved in v6.19, and addresses by the page, where kvm_pgtable_stage2_map() begins anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term, conj, same
from model.memory import (
    DEVICE,
    DIC,
    EXECUTABLE,
    FWB,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    MT_NORMAL,
    NORMAL_NC,
    PAGE_SHIFT,
    READABLE,
    WRITABLE,
    attr_index,
    beyond,
    exec_fault,
    is_cow_mapping,
    is_error_noslot_pfn,
    is_negative,
    is_pfnmap,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    looked_up,
    map_addr,
    mapped,
    mmap_locked,
    mmu_invalidated,
    nested,
    perm_fault,
    pfn_is_map_memory,
    prot,
    relaxed,
    relaxed_addr,
    relaxed_prot,
    thp_size,
    topup_ret,
    vm_page_prot,
    vma_found,
)
from model.memory import excl_atomic_fault
from proofs.claim import about
from proofs.standing import OBSERVABLES
from proofs.theorem import Theorem
from proofs.theorems.refusal import has_forbidden_tags, is_understood

#: The older of two versions; the newer one is the subject "".
OLDER = "older"

_MINOR = frozenset({prot.key, relaxed_prot.key, map_addr.key, relaxed_addr.key})

_observables: tuple[tuple[Term, Term | None], ...] = (
    *((what, when) for what, when in OBSERVABLES if what.key not in _MINOR),
    *((part, mapped) for part in (READABLE, WRITABLE, EXECUTABLE, DEVICE, NORMAL_NC, map_addr >> PAGE_SHIFT)),
    (relaxed_prot.any(KVM_PGTABLE_PROT_W), relaxed),
    (relaxed_prot.any(KVM_PGTABLE_PROT_X), relaxed),
    (relaxed_addr >> PAGE_SHIFT, relaxed),
)


def _alike(what: Term, when: Term | None) -> Term:
    equal = same(what, about(OLDER, what))
    return equal if when is None else when >> equal


#: Everything observable is the same.
do_the_same: Term = conj(*(_alike(what, when) for what, when in _observables))
