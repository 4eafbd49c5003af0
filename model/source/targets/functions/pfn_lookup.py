# SPDX-License-Identifier: GPL-2.0-only
"""The function that asks one pfn lookup after the other; each of them is a target of its own."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import Before, Given, Happened, Locked, Returned, Target
from model.vocabulary.pfn_lookup import SYMBOLS

_FILE = "virt/kvm/kvm_main.c"
_FAST, _SLOW, _REMAPPED = "hva_to_pfn_fast", "hva_to_pfn_slow", "hva_to_pfn_remapped"


def _part(name: str, says: str, short: str) -> Contract:
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
    words=SYMBOLS,
    means={
        "vma_found": Given("vma"),
        "vm_flags": Given("vma->vm_flags"),
        "mmap_locked": Locked("mmap_lock", "taken"),
        "mmap_unlocked": Locked("mmap_lock", "given back"),
        "mmap_unlocked_again": Locked("mmap_lock", "given back again"),
        "answer_pfn": Returned(),
        "may_not_sleep": Before(("atomic", "0")),
        "can_be_asked": Before(("!!kfp->refcounted_page", "!(atomic && async)")),
        "asked_fast": Happened(_FAST),
        "fast_said": Given("fast_said"),
        "fast_pfn": Given("fast_pfn"),
        "asked_slow": Happened(_SLOW),
        "slow_said": Given("slow_said"),
        "slow_pfn": Given("slow_pfn"),
        "asked_remapped": Happened(_REMAPPED),
        "asked_remapped_last": Happened(_REMAPPED, seen=True),
        "went_back": Happened("goto retry"),
        "remapped_said": Given("remapped_said"),
        "remapped_pfn": Given("remapped_pfn"),
        "fault_pfn": Before(("KVM_PFN_ERR_FAULT",)),
        "poison_pfn": Before(("KVM_PFN_ERR_HWPOISON",)),
        "signal_pfn": Before(("KVM_PFN_ERR_SIGPENDING",)),
        "error_pfns": Before(("KVM_PFN_ERR_MASK",)),
    },
    rows={
        _FAST: _part(_FAST, "looks a page up without taking a lock", "fast"),
        _SLOW: _part(_SLOW, "looks a page up, and faults it in", "slow"),
        _REMAPPED: _part(_REMAPPED, "looks up what a VM_PFNMAP or VM_IO mapping maps", "remapped"),
    },
    sinks=(_SLOW,),
)

TARGETS = (LOOKUP,)
