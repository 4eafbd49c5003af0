# SPDX-License-Identifier: GPL-2.0-only
"""The fault paths: the functions that may map a guest page when the guest touches it.

Their words are bound by ``model.source.names``, from what a fault is, not by these tables.
"""

from __future__ import annotations

from model.source.contracts import Contract, Kind
from model.source.roots.root import Before, Root
from model.vocabulary import Words
from model.logic import BOOL
from model.words import DONE, READ, VARYING

MMU = "arch/arm64/kvm/mmu.c"
_SINKS = ("kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms")

USER_MEM_ABORT = Root(
    name="user_mem_abort",
    file=MMU,
    functions=("user_mem_abort",),
    says="maps the page of a memslot that is backed by the VMM's address space",
    words={**READ, **VARYING, **DONE},
    means={},
    sinks=_SINKS,
    is_fault_path=True,
)
