# SPDX-License-Identifier: GPL-2.0-only
"""The functions of KVM/arm64's mmu.c that accept a memslot, and that map besides the fault path."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.functions.fault import MMU
from model.source.targets.target import (
    Argument,
    Before,
    Binding,
    Given,
    Happened,
    Local,
    Locked,
    Returned,
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
    sees=(("to", ("end_addr", "reg_end")),),
)
_MACHINE: dict[str, Binding] = {
    "ARM64_HAS_STAGE2_FWB": Given("ARM64_HAS_STAGE2_FWB"),
    "ARM64_HAS_CACHE_DIC": Given("ARM64_HAS_CACHE_DIC"),
    "kvm_has_mte": Given("kvm_has_mte"),
    "is_protected_kvm_enabled": Before(("is_protected_kvm_enabled()",)),
}
_LOCKS: dict[str, Binding] = {
    "mmap_locked": Locked("mmap_lock", "taken"),
    "mmap_unlocked": Locked("mmap_lock", "given back"),
    "mmap_unlocked_again": Locked("mmap_lock", "given back again"),
    "mmu_locked": Locked("mmu_lock", "taken"),
    "mmu_unlocked": Locked("mmu_lock", "given back"),
}
_SLOT = ("new", "memslot")

PREPARE = Target(
    name="kvm_arch_prepare_memory_region",
    file=MMU,
    functions=("kvm_arch_prepare_memory_region",),
    says="accepts or refuses a memslot, by the VMAs under it",
    words=SYMBOLS,
    means={
        **_MACHINE,
        **_LOCKS,
        "answer": Returned(),
        "checks_vmas": Before(
            ("change == KVM_MR_CREATE || change == KVM_MR_MOVE || change == KVM_MR_FLAGS_ONLY",)
        ),
        "fits": Before(
            (
                "new->base_gfn + new->npages <= (kvm_phys_size(&kvm->arch.mmu) >> PAGE_SHIFT)",
                "new->base_gfn + new->npages <= (kvm_phys_size(kvm) >> PAGE_SHIFT)",
                "memslot->base_gfn + memslot->npages <= (kvm_phys_size(kvm) >> PAGE_SHIFT)",
            )
        ),
        "logs_dirty_pages": Before(tuple(f"!!({slot}->flags & KVM_MEM_LOG_DIRTY_PAGES)" for slot in _SLOT)),
        "has_gmem": Before(("kvm_slot_has_gmem(new)", "0")),
        "gmem_only": Before(("kvm_memslot_is_gmem_only(new)",)),
        "vm_is_protected": Before(("kvm_vm_is_protected(kvm)", "0")),
        "looks_for_vmas": Happened(_VMA),
        "looked_from": Argument(_VMA, "from"),
        "looked_to": Argument(_VMA, "to"),
        "goes_on_from": Local(("hva",)),
        "vma_end": Given("vma->vm_end"),
        "slot_end": Before(
            tuple(f"{slot}->userspace_addr + ({slot}->npages << PAGE_SHIFT)" for slot in _SLOT)
        ),
        "deletes": Before(("change == KVM_MR_DELETE || change == KVM_MR_MOVE",)),
        "has_run": Given("has_run"),
        "restricts": Before(("new && new->flags & (KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)",)),
        "vma_found": Given("vma"),
        "vm_flags": Given("vma->vm_flags"),
        "vm_page_prot": Given("vma->vm_page_prot.pgprot"),
    },
    sinks=(_VMA,),
    rows={
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
    words=SYMBOLS,
    means={
        **_MACHINE,
        **_LOCKS,
        "answer": Returned(),
        "asked_writable": Before(("writable",)),
        "mapped": Happened(_MAP),
        "maps_this": Happened(_MAP, seen=True),
        "map_addr": Argument(_MAP, "addr"),
        "map_size": Argument(_MAP, "size"),
        "map_phys": Argument(_MAP, "phys"),
        "prot": Argument(_MAP, "prot"),
        "map_ret": Given("map_ret"),
        "asked_end": Before(("guest_ipa + size",)),
        "topup_ret": Given("topup_ret"),
        "next_addr": Local(("addr",)),
        "next_phys": Local(("pa",)),
        "frees_the_cache": Happened(_FREE),
    },
    sinks=(_MAP, _FREE),
    rows={_FREE: Contract(Kind.SINK, "frees the pages for tables that were not used", "virt/kvm/kvm_main.c")},
)

TARGETS = (PREPARE, IOREMAP)
