# SPDX-License-Identifier: GPL-2.0-only
"""The function that tries one pfn lookup after the other; each of them is a target of its own."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import EntryValue, InputSymbol, LockState, Occurrence, ReturnValue, Target
from model.vocabulary.pfn_lookup import SYMBOLS

_FILE = "virt/kvm/kvm_main.c"
_FAST, _SLOW, _REMAPPED = "hva_to_pfn_fast", "hva_to_pfn_slow", "hva_to_pfn_remapped"


def _lookup_contract(name: str, says: str, short: str) -> Contract:
    return Contract(
        Kind.ANSWER,
        f"{says}; it is read as an entry function of its own",
        f"{_FILE}:{name}()",
        result=f"{short}_said",
        arguments=(("pfn", "kvm_pfn_t *", 0),),
        outs=(("u64", f"{short}_pfn"),),
    )


LOOKUP = Target(
    name="hva_to_pfn",
    file=_FILE,
    functions=("hva_to_pfn",),
    says="asks one pfn lookup after the other",
    symbols=SYMBOLS,
    bindings={
        "vma_found": InputSymbol("vma"),
        "vm_flags": InputSymbol("vma->vm_flags"),
        "mmap_locked": LockState("mmap_lock", "taken"),
        "mmap_unlocked": LockState("mmap_lock", "given back"),
        "mmap_unlocked_again": LockState("mmap_lock", "given back again"),
        "answer_pfn": ReturnValue(),
        "may_not_sleep": EntryValue(("atomic", "0")),
        "can_be_asked": EntryValue(("!!kfp->refcounted_page", "!(atomic && async)")),
        "asked_fast": Occurrence(_FAST),
        "fast_said": InputSymbol("fast_said"),
        "fast_pfn": InputSymbol("fast_pfn"),
        "asked_slow": Occurrence(_SLOW),
        "slow_said": InputSymbol("slow_said"),
        "slow_pfn": InputSymbol("slow_pfn"),
        "asked_remapped": Occurrence(_REMAPPED),
        "asked_remapped_last": Occurrence(_REMAPPED, seen=True),
        "went_back": Occurrence("goto retry"),
        "remapped_said": InputSymbol("remapped_said"),
        "remapped_pfn": InputSymbol("remapped_pfn"),
        "fault_pfn": EntryValue(("KVM_PFN_ERR_FAULT",)),
        "poison_pfn": EntryValue(("KVM_PFN_ERR_HWPOISON",)),
        "signal_pfn": EntryValue(("KVM_PFN_ERR_SIGPENDING",)),
        "error_pfns": EntryValue(("KVM_PFN_ERR_MASK",)),
    },
    contracts={
        _FAST: _lookup_contract(_FAST, "looks a page up without taking a lock", "fast"),
        _SLOW: _lookup_contract(_SLOW, "looks a page up, and faults it in", "slow"),
        _REMAPPED: _lookup_contract(_REMAPPED, "looks up what a VM_PFNMAP or VM_IO mapping maps", "remapped"),
    },
    effects=(_SLOW,),
)

TARGETS = (LOOKUP,)
