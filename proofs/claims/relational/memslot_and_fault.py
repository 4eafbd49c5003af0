# SPDX-License-Identifier: GPL-2.0-only
"""Claims about two functions of a kernel at once: a memslot is registered, and then a fault comes.

Both run on the same VMA and the same machine (inputs of one name are one input), so that
``memslot_refused`` is what kvm_arch_prepare_memory_region() itself says of the VMA.
"""

from __future__ import annotations

from dataclasses import replace

from model.logic import Term, conj, free_names, substitute
from model.program.procedure import Procedure
from model.vocabulary.memory import EINVAL, memslot_refused, vma_found
from model.vocabulary.memslot import (
    answer,
    checks_vmas,
    fits,
    has_gmem,
    logs_dirty_pages,
    looks_for_vmas,
    vm_is_protected,
)
from proofs.claims.claim import Claim
from proofs.theorems.theorem import qualify

WORD = str(memslot_refused.data)
_MEMSLOT = "memslot"

#: A plain memslot is being made, and the VMA of the fault lies under it.
_REGISTERED = qualify(
    _MEMSLOT,
    conj(checks_vmas, fits, ~has_gmem, ~logs_dirty_pages, ~vm_is_protected, looks_for_vmas, vma_found),
)
_REFUSED = qualify(_MEMSLOT, answer == -EINVAL)


def is_about_registration(claim: Claim) -> bool:
    """Whether the claim speaks of what registration says."""
    return WORD in free_names(*claim.given, claim.then)


def add_registration(claim: Claim, prepare: Procedure) -> Claim:
    """The claim, with kvm_arch_prepare_memory_region() of the same kernel to answer for it."""

    def told(term: Term) -> Term:
        return substitute(term, lambda leaf: _REFUSED if leaf.data == WORD else leaf)

    return replace(
        claim,
        procedures={**claim.procedures, _MEMSLOT: prepare},
        given=(_REGISTERED, *map(told, claim.given)),
        then=told(claim.then),
    )
