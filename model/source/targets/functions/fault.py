# SPDX-License-Identifier: GPL-2.0-only
"""The fault paths: the functions that may map a guest page when the guest touches it.

Their symbols are bound by ``model.source.targets.fault_symbols``, from what a fault is, not by these tables.
"""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import (
    EffectArgument,
    EntryValue,
    InputSymbol,
    LocalValue,
    LockState,
    Occurrence,
    Target,
)
from model.vocabulary import Symbols
from model.vocabulary.guest_abort import PERM
from model.vocabulary.guest_abort import SYMBOLS as ABORT
from model.vocabulary.guest_memory import GMEM, PKVM
from model.vocabulary.symbols import OUTCOMES, READ, VARYING
from model.vocabulary.tags import ONLINE

MMU = "arch/arm64/kvm/mmu.c"
_SINKS = ("kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms")

USER_MEM_ABORT = Target(
    name="user_mem_abort",
    file=MMU,
    functions=("user_mem_abort",),
    says="maps the page of a memslot that is backed by the VMM's address space",
    symbols={**READ, **VARYING, **OUTCOMES, **ONLINE},
    bindings={"online_page": InputSymbol("online_page")},
    effects=_SINKS,
    is_fault_path=True,
)

#: What a fault path reads that has no VMA.
_FAULT = (
    "fault_ipa", "write_fault", "exec_fault", "perm_fault", "fault_granule", "mmu_invalidated",
    "ARM64_HAS_STAGE2_FWB", "ARM64_HAS_CACHE_DIC", "is_protected_kvm_enabled", "map_ret", "topup_ret",
)  # fmt: skip
_NESTED = tuple(w for w in {**READ, **VARYING} if w.startswith("nested"))
_MAPPED = (
    "ret", "mapped", "map_addr", "map_size", "map_phys", "prot", "mmu_locked", "mmu_unlocked", "sanitised",
)  # fmt: skip
_RELAXED = ("relaxed", "relaxed_addr", "relaxed_prot", "relax_ret")
_LOOKED_UP = (
    "pfn", "lookup_gfn", "page_released", "page_released_again", "page_dirtied", "marked_dirty", "marked_gfn",
)  # fmt: skip


_GMEM = "kvm_gmem_get_pfn"


def _symbols(*names: str) -> Symbols:
    """Some symbols of the fault path."""
    table = {**READ, **VARYING, **OUTCOMES}
    return {name: table[name] for name in names}


GMEM_ABORT = Target(
    name="gmem_abort",
    file=MMU,
    functions=("gmem_abort",),
    says="maps the page of a memslot that is backed by a guest_memfd",
    symbols={
        **_symbols(*_FAULT, *_NESTED, *_MAPPED, *_RELAXED, *_LOOKED_UP),
        **GMEM,
    },
    bindings={
        "memslot_readonly": EntryValue(
            ("!!(memslot->flags & KVM_MEM_READONLY)", "!!(s2fd->memslot->flags & KVM_MEM_READONLY)")
        ),
        "gmem_asked": Occurrence(_GMEM),
        "gmem_ret": InputSymbol("gmem_ret"),
        "lookup_gfn": EffectArgument(_GMEM, "gfn"),
    },
    contracts={
        "kvm_gmem_get_pfn": Contract(
            Kind.ANSWER,
            "the page of the guest_memfd at the gfn, with a reference, or an error",
            "virt/kvm/guest_memfd.c",
            result="gmem_ret",
            arguments=(("gfn", "gfn_t", 0),),
            outs=(("u64", "pfn"), ("struct page *", "page")),
        ),
        "kvm_prepare_memory_fault_exit": Contract(
            Kind.EFFECT,
            "tells the VMM about the fault, in vcpu->run",
            "include/linux/kvm_host.h",
            type="void",
            is_order_only=True,
        ),
    },
    effects=_SINKS,
    is_fault_path=True,
)

PKVM_MEM_ABORT = Target(
    name="pkvm_mem_abort",
    file=MMU,
    functions=("pkvm_mem_abort",),
    says="maps the page of a protected guest, which the host loses",
    symbols={
        **_symbols("fault_ipa", "hva", "map_ret", "topup_ret", "page_released", "page_released_again"),
        **_symbols("ret", "mapped", "map_addr", "map_size", "map_phys", "prot", "mmu_locked", "mmu_unlocked"),
        **_symbols("mmap_locked", "mmap_unlocked", "mmap_unlocked_again"),
        **PKVM,
    },
    bindings={
        "pin_asked": Occurrence("pin_user_pages"),
        "pin_ret": InputSymbol("pin_ret"),
        "pin_addr": EffectArgument("pin_user_pages", "address"),
        "pin_flags": EffectArgument("pin_user_pages", "flags"),
        "pinned_pfn": InputSymbol("page_to_pfn(page)"),
        "account_ret": InputSymbol("account_ret"),
        "swapbacked": InputSymbol("folio_test_swapbacked()"),
    },
    contracts={
        "pin_user_pages": Contract(
            Kind.ANSWER,
            "the page that the host maps at the address, pinned, or an error",
            "mm/gup.c",
            result="pin_ret",
            arguments=(("address", "unsigned long", 0), ("flags", "unsigned int", 0)),
            outs=(("struct page *", "page"),),
        ),
        "account_locked_vm": Contract(
            Kind.ANSWER, "0, or an error where the VMM may lock no more", "mm/util.c", result="account_ret"
        ),
        "unpin_user_pages": Contract(
            Kind.COUNT, "unpins the page", "mm/gup.c", counts=("page_refs", -1), type="void"
        ),
        "page_to_pfn": Contract(
            Kind.PURE, "the pfn of the page", "include/asm-generic/memory_model.h", type="unsigned long"
        ),
    },
    effects=_SINKS,
    is_fault_path=True,
)

PERM_FAULT = Target(
    name="kvm_s2_handle_perm_fault",
    file="arch/arm64/kvm/nested.c",
    functions=("kvm_s2_handle_perm_fault",),
    says="decides whether a permission fault of a nested guest is its own hypervisor's",
    symbols={
        **_symbols("ret", "exec_fault", "write_fault", "perm_fault", *_NESTED),
        **PERM,
    },
    bindings={
        "privileged": EntryValue(("vcpu_mode_priv(vcpu)",)),
        "by_a_fetch": EntryValue(("(vcpu->arch.fault.esr_el2 >> 26 & 0x3f) == 0x20",)),
        "in_a_walk": EntryValue(("vcpu->arch.fault.esr_el2 >> 7 & 1",)),
    },
    is_fault_path=True,
)

_PATH = "the fault path"


_LOOKUP, _ABORT = "memslot lookup", "abort into the guest"


def _fault_path(function: str, number: int) -> Contract:
    return Contract(
        Kind.EFFECT,
        "resolves the fault, or answers why not; it is read as an entry function of its own",
        f"{MMU}:{function}()",
        result="abort_ret",
        event=_PATH,
        observes=(
            ("hva", ("s2fd->hva", "hva")),
            ("ipa", ("s2fd->fault_ipa", "fault_ipa")),
            ("nested", ("s2fd->nested", "nested", "0")),
            ("memslot", ("s2fd->memslot", "memslot")),
            ("gmem", ("!!kvm_slot_has_gmem(s2fd->memslot)", "0")),
            ("protected", ("!!kvm_vm_is_protected(s2fd->vcpu->kvm)", "0")),
            ("path", (str(number),)),
        ),
    )


GUEST_ABORT = Target(
    name="kvm_handle_guest_abort",
    file=MMU,
    functions=("kvm_handle_guest_abort",),
    says="decides which faults enter a fault path, and what becomes of the answer",
    symbols={**_symbols("ret", "write_fault", "exec_fault", "perm_fault"), **ABORT},
    bindings={
        "fault_status": EntryValue(("vcpu->arch.fault.esr_el2 & 0x3f",)),
        "resolved": Occurrence(_PATH),
        "abort_ret": InputSymbol("abort_ret"),
        "slot_hva": InputSymbol("hva"),
        "slot_writable": InputSymbol("memslot_writable"),
        "handed_hva": EffectArgument(_PATH, "hva"),
        "handed_ipa": EffectArgument(_PATH, "ipa"),
        "handed_nested": EffectArgument(_PATH, "nested"),
        "handed_memslot": EffectArgument(_PATH, "memslot"),
        "handed_gmem": EffectArgument(_PATH, "gmem"),
        "handed_protected": EffectArgument(_PATH, "protected"),
        "path": EffectArgument(_PATH, "path"),
        "memslot": InputSymbol("memslot"),
        "fault_address": EntryValue(("kvm_vcpu_get_fault_ipa(vcpu)",)),
        "looked_up": Occurrence(_LOOKUP),
        "looked_gfn": EffectArgument(_LOOKUP, "gfn"),
        "shadowed_output": InputSymbol("nested->output"),
        "on_a_shadow": EntryValue(
            (
                "kvm_is_nested_s2_mmu(vcpu->kvm, vcpu->arch.hw_mmu) "
                "&& vcpu->arch.hw_mmu->nested_stage2_enabled",
                "0",
            )
        ),
        "by_a_fetch": PERM_FAULT.bindings["by_a_fetch"],
        "in_a_walk": PERM_FAULT.bindings["in_a_walk"],
        "by_a_cache_operation": EntryValue(("vcpu->arch.fault.esr_el2 >> 8 & 1",)),
        "is_external": EntryValue(("kvm_vcpu_abt_issea(vcpu)",)),
        "handed_to_sea": Occurrence("kvm_handle_guest_sea"),
        "sea_ret": InputSymbol("sea_ret"),
        "emulated": Occurrence("io_mem_abort"),
        "io_ret": InputSymbol("io_ret"),
        "skipped": Occurrence("kvm_incr_pc"),
        "ipa_limit": EntryValue(("BIT_ULL(get_kvm_ipa_limit())",)),
        "guest_limit": EntryValue(
            (
                "BIT_ULL(VTCR_EL2_IPA(vcpu->arch.hw_mmu->vtcr))",
                "BIT_ULL(vcpu->arch.hw_mmu->pgt->ia_bits)",
            )
        ),
        "table_limit": EntryValue(("BIT_ULL(vcpu->arch.hw_mmu->pgt->ia_bits)",)),
        "told_of_the_size": Occurrence("kvm_inject_size_fault"),
        "aborted": Occurrence(_ABORT),
        "walk_ret": InputSymbol("nested_ret"),
        "handed_to_the_guest": Occurrence("kvm_inject_s2_fault"),
        "access_flag_set": Occurrence("handle_access_fault"),
        "error_hvas": EntryValue(("PAGE_OFFSET",)),
        "goes_by_shadow": LocalValue(("nested",)),
        "forwards": InputSymbol("nested_perm_ret"),
        "inject_ret": InputSymbol("inject_ret"),
        "srcu_taken": LockState("srcu", "taken"),
        "srcu_released": LockState("srcu", "given back"),
        "srcu_released_again": LockState("srcu", "given back again"),
    },
    contracts={
        **{f: _fault_path(f, n) for n, f in enumerate(("user_mem_abort", "gmem_abort", "pkvm_mem_abort"))},
        "gfn_to_memslot": Contract(
            Kind.ANSWER,
            "the memslot of the gfn, or NULL",
            "virt/kvm/kvm_main.c",
            result="memslot",
            event=_LOOKUP,
            arguments=(("gfn", "gfn_t", 0),),
        ),
        **{
            f: Contract(
                Kind.EFFECT,
                "makes the guest take an external abort",
                "arch/arm64/kvm/inject_fault.c",
                result="inject_ret",
                event=_ABORT,
            )
            for f in ("kvm_inject_sea", "kvm_inject_dabt", "kvm_inject_pabt")
        },
    },
    effects=(_PATH,),
    is_fault_path=True,
)

TARGETS = (GUEST_ABORT, USER_MEM_ABORT, GMEM_ABORT, PKVM_MEM_ABORT, PERM_FAULT)
