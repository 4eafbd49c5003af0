# SPDX-License-Identifier: GPL-2.0-only
"""The fault paths: the functions that may map a guest page when the guest touches it.

Their words are bound by ``model.source.targets.fault_words``, from what a fault is, not by these tables.
"""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import Argument, Before, Given, Happened, Local, Locked, Target
from model.vocabulary import Symbols
from model.vocabulary.guest_abort import PERM
from model.vocabulary.guest_abort import SYMBOLS as ABORT
from model.vocabulary.guest_memory import GMEM, PKVM
from model.vocabulary.symbols import DONE, READ, VARYING
from model.vocabulary.tags import ONLINE

MMU = "arch/arm64/kvm/mmu.c"
_SINKS = ("kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms")

USER_MEM_ABORT = Target(
    name="user_mem_abort",
    file=MMU,
    functions=("user_mem_abort",),
    says="maps the page of a memslot that is backed by the VMM's address space",
    words={**READ, **VARYING, **DONE, **ONLINE},
    means={"online_page": Given("online_page")},
    sinks=_SINKS,
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


def _some(*words: str) -> Symbols:
    """Some words of the fault path."""
    table = {**READ, **VARYING, **DONE}
    return {word: table[word] for word in words}


GMEM_ABORT = Target(
    name="gmem_abort",
    file=MMU,
    functions=("gmem_abort",),
    says="maps the page of a memslot that is backed by a guest_memfd",
    words={
        **_some(*_FAULT, *_NESTED, *_MAPPED, *_RELAXED, *_LOOKED_UP),
        **GMEM,
    },
    means={
        "memslot_readonly": Before(
            ("!!(memslot->flags & KVM_MEM_READONLY)", "!!(s2fd->memslot->flags & KVM_MEM_READONLY)")
        ),
        "gmem_asked": Happened(_GMEM),
        "gmem_ret": Given("gmem_ret"),
        "lookup_gfn": Argument(_GMEM, "gfn"),
    },
    rows={
        "kvm_gmem_get_pfn": Contract(
            Kind.ANSWER,
            "the page of the guest_memfd at the gfn, with a reference, or an error",
            "virt/kvm/guest_memfd.c",
            result="gmem_ret",
            arguments=(("gfn", "gfn_t", 0),),
            outs=(("u64", "pfn"), ("struct page *", "page")),
        ),
        "kvm_prepare_memory_fault_exit": Contract(
            Kind.NO_EFFECT, "tells the VMM about the fault, in vcpu->run", "include/linux/kvm_host.h"
        ),
    },
    sinks=_SINKS,
    is_fault_path=True,
)

PKVM_MEM_ABORT = Target(
    name="pkvm_mem_abort",
    file=MMU,
    functions=("pkvm_mem_abort",),
    says="maps the page of a protected guest, which the host loses",
    words={
        **_some("fault_ipa", "hva", "map_ret", "topup_ret", "page_released", "page_released_again"),
        **_some("ret", "mapped", "map_addr", "map_size", "map_phys", "prot", "mmu_locked", "mmu_unlocked"),
        **_some("mmap_locked", "mmap_unlocked", "mmap_unlocked_again"),
        **PKVM,
    },
    means={
        "pin_asked": Happened("pin_user_pages"),
        "pin_ret": Given("pin_ret"),
        "pin_addr": Argument("pin_user_pages", "address"),
        "pin_flags": Argument("pin_user_pages", "flags"),
        "pinned_pfn": Given("page_to_pfn(page)"),
        "account_ret": Given("account_ret"),
        "swapbacked": Given("folio_test_swapbacked()"),
    },
    rows={
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
    sinks=_SINKS,
    is_fault_path=True,
)

PERM_FAULT = Target(
    name="kvm_s2_handle_perm_fault",
    file="arch/arm64/kvm/nested.c",
    functions=("kvm_s2_handle_perm_fault",),
    says="decides whether a permission fault of a nested guest is its own hypervisor's",
    words={
        **_some("ret", "exec_fault", "write_fault", "perm_fault", *_NESTED),
        **PERM,
    },
    means={
        "privileged": Before(("vcpu_mode_priv(vcpu)",)),
        "by_a_fetch": Before(("(vcpu->arch.fault.esr_el2 >> 26 & 0x3f) == 0x20",)),
        "in_a_walk": Before(("vcpu->arch.fault.esr_el2 >> 7 & 1",)),
    },
    is_fault_path=True,
)

_PATH = "the fault path"


_LOOKUP, _ABORT = "memslot lookup", "abort into the guest"


def _fault_path(function: str, number: int) -> Contract:
    return Contract(
        Kind.SINK,
        "resolves the fault, or answers why not; it is read as an entry function of its own",
        f"{MMU}:{function}()",
        result="abort_ret",
        event=_PATH,
        sees=(
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
    words={**_some("ret", "write_fault", "exec_fault", "perm_fault"), **ABORT},
    means={
        "fault_status": Before(("vcpu->arch.fault.esr_el2 & 0x3f",)),
        "resolved": Happened(_PATH),
        "abort_ret": Given("abort_ret"),
        "slot_hva": Given("hva"),
        "slot_writable": Given("memslot_writable"),
        "handed_hva": Argument(_PATH, "hva"),
        "handed_ipa": Argument(_PATH, "ipa"),
        "handed_nested": Argument(_PATH, "nested"),
        "handed_memslot": Argument(_PATH, "memslot"),
        "handed_gmem": Argument(_PATH, "gmem"),
        "handed_protected": Argument(_PATH, "protected"),
        "path": Argument(_PATH, "path"),
        "memslot": Given("memslot"),
        "fault_address": Before(("kvm_vcpu_get_fault_ipa(vcpu)",)),
        "looked_up": Happened(_LOOKUP),
        "looked_gfn": Argument(_LOOKUP, "gfn"),
        "shadowed_output": Given("nested->output"),
        "on_a_shadow": Before(
            (
                "kvm_is_nested_s2_mmu(vcpu->kvm, vcpu->arch.hw_mmu) "
                "&& vcpu->arch.hw_mmu->nested_stage2_enabled",
                "0",
            )
        ),
        "by_a_fetch": PERM_FAULT.means["by_a_fetch"],
        "in_a_walk": PERM_FAULT.means["in_a_walk"],
        "by_a_cache_operation": Before(("vcpu->arch.fault.esr_el2 >> 8 & 1",)),
        "is_external": Before(("kvm_vcpu_abt_issea(vcpu)",)),
        "handed_to_sea": Happened("kvm_handle_guest_sea"),
        "sea_ret": Given("sea_ret"),
        "emulated": Happened("io_mem_abort"),
        "io_ret": Given("io_ret"),
        "skipped": Happened("kvm_incr_pc"),
        "ipa_limit": Before(("BIT_ULL(get_kvm_ipa_limit())",)),
        "guest_limit": Before(
            (
                "BIT_ULL(VTCR_EL2_IPA(vcpu->arch.hw_mmu->vtcr))",
                "BIT_ULL(vcpu->arch.hw_mmu->pgt->ia_bits)",
            )
        ),
        "table_limit": Before(("BIT_ULL(vcpu->arch.hw_mmu->pgt->ia_bits)",)),
        "told_of_the_size": Happened("kvm_inject_size_fault"),
        "aborted": Happened(_ABORT),
        "walk_ret": Given("nested_ret"),
        "handed_to_the_guest": Happened("kvm_inject_s2_fault"),
        "access_flag_set": Happened("handle_access_fault"),
        "error_hvas": Before(("PAGE_OFFSET",)),
        "goes_by_shadow": Local(("nested",)),
        "forwards": Given("nested_perm_ret"),
        "inject_ret": Given("inject_ret"),
        "srcu_taken": Locked("srcu", "taken"),
        "srcu_released": Locked("srcu", "given back"),
        "srcu_released_again": Locked("srcu", "given back again"),
    },
    rows={
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
                Kind.SINK,
                "makes the guest take an external abort",
                "arch/arm64/kvm/inject_fault.c",
                result="inject_ret",
                event=_ABORT,
            )
            for f in ("kvm_inject_sea", "kvm_inject_dabt", "kvm_inject_pabt")
        },
    },
    sinks=(_PATH,),
    is_fault_path=True,
)

TARGETS = (GUEST_ABORT, USER_MEM_ABORT, GMEM_ABORT, PKVM_MEM_ABORT, PERM_FAULT)
