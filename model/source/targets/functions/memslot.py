# SPDX-License-Identifier: GPL-2.0-only
"""The functions of KVM/arm64's mmu.c that accept a memslot, and that map besides the fault path."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.functions.fault import MMU
from model.source.targets.target import (
    Binding,
    EffectArgument,
    EntryValue,
    InputSymbol,
    LocalValue,
    LockState,
    Occurrence,
    ReturnValue,
    Target,
)
from model.vocabulary.memslot import SYMBOLS

_VMA, _MAP, _FREE = "VMA lookup", "kvm_pgtable_stage2_map", "kvm_mmu_free_memory_cache"
_FOUND = Contract(
    Kind.ANSWER,
    "a VMA that intersects the rest of the memslot, or NULL",
    "include/linux/mm.h",
    result="vma",
    event=_VMA,
    arguments=(("from", "unsigned long", 0),),
    observes=(("to", ("end_addr", "reg_end")),),
)
_MACHINE: dict[str, Binding] = {
    "ARM64_HAS_STAGE2_FWB": InputSymbol("ARM64_HAS_STAGE2_FWB"),
    "ARM64_HAS_CACHE_DIC": InputSymbol("ARM64_HAS_CACHE_DIC"),
    "kvm_has_mte": InputSymbol("kvm_has_mte"),
    "is_protected_kvm_enabled": EntryValue(("is_protected_kvm_enabled()",)),
}
_LOCKS: dict[str, Binding] = {
    "mmap_locked": LockState("mmap_lock", "taken"),
    "mmap_unlocked": LockState("mmap_lock", "given back"),
    "mmap_unlocked_again": LockState("mmap_lock", "given back again"),
    "mmu_locked": LockState("mmu_lock", "taken"),
    "mmu_unlocked": LockState("mmu_lock", "given back"),
}
_SLOT = ("new", "memslot")

PREPARE = Target(
    name="kvm_arch_prepare_memory_region",
    file=MMU,
    functions=("kvm_arch_prepare_memory_region",),
    says="accepts or refuses a memslot, by the VMAs under it",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_LOCKS,
        "answer": ReturnValue(),
        "checks_vmas": EntryValue(
            ("change == KVM_MR_CREATE || change == KVM_MR_MOVE || change == KVM_MR_FLAGS_ONLY",)
        ),
        "fits": EntryValue(
            (
                "new->base_gfn + new->npages <= (kvm_phys_size(&kvm->arch.mmu) >> PAGE_SHIFT)",
                "new->base_gfn + new->npages <= (kvm_phys_size(kvm) >> PAGE_SHIFT)",
                "memslot->base_gfn + memslot->npages <= (kvm_phys_size(kvm) >> PAGE_SHIFT)",
            )
        ),
        "logs_dirty_pages": EntryValue(
            tuple(f"!!({slot}->flags & KVM_MEM_LOG_DIRTY_PAGES)" for slot in _SLOT)
        ),
        "has_gmem": EntryValue(("kvm_slot_has_gmem(new)", "0")),
        "gmem_only": EntryValue(("kvm_memslot_is_gmem_only(new)",)),
        "vm_is_protected": EntryValue(("kvm_vm_is_protected(kvm)", "0")),
        "looks_for_vmas": Occurrence(_VMA),
        "looked_from": EffectArgument(_VMA, "from"),
        "looked_to": EffectArgument(_VMA, "to"),
        "goes_on_from": LocalValue(("hva",)),
        "vma_end": InputSymbol("vma->vm_end"),
        "slot_end": EntryValue(
            tuple(f"{slot}->userspace_addr + ({slot}->npages << PAGE_SHIFT)" for slot in _SLOT)
        ),
        "deletes": EntryValue(("change == KVM_MR_DELETE || change == KVM_MR_MOVE",)),
        "has_run": InputSymbol("has_run"),
        "restricts": EntryValue(("new && new->flags & (KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)",)),
        "vma_found": InputSymbol("vma"),
        "vm_flags": InputSymbol("vma->vm_flags"),
        "vm_page_prot": InputSymbol("vma->vm_page_prot.pgprot"),
    },
    effects=(_VMA,),
    contracts={
        "find_vma_intersection": _FOUND,
        "pkvm_hyp_vm_is_created": Contract(
            Kind.ANSWER,
            "whether the protected VM has run",
            "arch/arm64/kvm/pkvm.c",
            type="bool",
            result="has_run",
        ),
    },
)

IOREMAP = Target(
    name="kvm_phys_addr_ioremap",
    file=MMU,
    functions=("kvm_phys_addr_ioremap",),
    says="maps registers of a device, the interrupt controller's, without a fault",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_LOCKS,
        "answer": ReturnValue(),
        "asked_writable": EntryValue(("writable",)),
        "mapped": Occurrence(_MAP),
        "maps_this": Occurrence(_MAP, seen=True),
        "map_addr": EffectArgument(_MAP, "addr"),
        "map_size": EffectArgument(_MAP, "size"),
        "map_phys": EffectArgument(_MAP, "phys"),
        "prot": EffectArgument(_MAP, "prot"),
        "map_ret": InputSymbol("map_ret"),
        "asked_end": EntryValue(("guest_ipa + size",)),
        "topup_ret": InputSymbol("topup_ret"),
        "next_addr": LocalValue(("addr",)),
        "next_phys": LocalValue(("pa",)),
        "frees_the_cache": Occurrence(_FREE),
    },
    effects=(_MAP, _FREE),
    contracts={
        _FREE: Contract(Kind.EFFECT, "frees the pages for tables that were not used", "virt/kvm/kvm_main.c")
    },
)

TARGETS = (PREPARE, IOREMAP)
