# SPDX-License-Identifier: GPL-2.0-only
"""Contracts of KVM's calls around the fault path: operations of the stage-2 page tables, TLB
maintenance, faults that are injected into the guest, and memslots.

Trusted: every contract that a proof's procedure used; the report lists them.
"""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind

_OPS = "arch/arm64/include/asm/kvm_pgtable.h, struct kvm_pgtable_mm_ops"
_PGTABLE = "arch/arm64/kvm/hyp/pgtable.c"
_TLB = "arch/arm64/kvm/hyp/vhe/tlb.c, arch/arm64/kvm/hyp/nvhe/tlb.c"
_INJECT = "arch/arm64/kvm/inject_fault.c"
_SIZE = (("size", "size_t", 0),)
_RANGE = (("addr", "void *", 0), *_SIZE)


def kvm_contracts() -> dict[str, Contract]:
    """All contracts, by the name of the function or macro, or as "struct_tag.member" of a pointer to one."""
    return {**_operations(), **_page_tables(), **_tlb(), **_injection(), **_fault(), **_memslots()}


def _operations() -> dict[str, Contract]:
    """What the page-table code calls through its mm_ops."""
    references = {"get_page": 1, "put_page": -1}
    pure = {"phys_to_virt": "the address of the page in the linear map", "virt_to_phys": "the address's page"}
    allocation = ("zalloc_page", "zalloc_pages_exact")
    rows = {
        "dcache_clean_inval_poc": Contract(
            Kind.EFFECT,
            "cleans and invalidates the data cache to the point of coherency",
            _OPS,
            arguments=_RANGE,
        ),
        "icache_inval_pou": Contract(
            Kind.EFFECT,
            "invalidates the instruction cache to the point of unification",
            _OPS,
            arguments=_RANGE,
        ),
        "page_count": Contract(
            Kind.ANSWER, "the references to the page of the table", _OPS, result="table_count"
        ),
        **{n: Contract(Kind.ANSWER, "a page of zeroes for a table, or NULL", _OPS) for n in allocation},
        **{n: Contract(Kind.PURE, says, _OPS, result=n) for n, says in pure.items()},
        **{
            n: Contract(
                Kind.COUNT, "counts the entries of a table in its page", _OPS, counts=("table_refs", by)
            )
            for n, by in references.items()
        },
        **{
            n: Contract(
                Kind.EFFECT,
                "frees tables that nothing leads to any more",
                _OPS,
                type="void",
                is_order_only=True,
            )
            for n in ("free_pages_exact", "free_unlinked_table", "free_removed_table")
        },
    }
    return {f"kvm_pgtable_mm_ops.{member}": row for member, row in rows.items()} | {
        "__flush_dcache_area": Contract(
            Kind.EFFECT,
            "cleans and invalidates the data cache, up to v5.13",
            "arch/arm64/include/asm/cacheflush.h",
            arguments=(("size", "size_t", 0),),
            event="kvm_pgtable_mm_ops.dcache_clean_inval_poc",
        ),
    }


def _page_tables() -> dict[str, Contract]:
    """Calls of the page-table code, and what it calls back."""
    return {
        "kvm_pgtable.force_pte_cb": Contract(
            Kind.ANSWER, "whether the range is to be mapped by pages", _PGTABLE, result="force_pte"
        ),
        "kvm_pgtable_walk": Contract(
            Kind.EFFECT,
            "visits the entries of the range and calls the walker at each, or fails",
            _PGTABLE,
            result="walk_ret",
            arguments=(("addr", "u64", 0), ("size", "u64", 1)),
            havocs_pointees=True,
        ),
        "kvm_pgtable_get_leaf": Contract(
            Kind.ANSWER,
            "the leaf entry at the address and its level, or an error",
            _PGTABLE,
            result="get_leaf_ret",
            outs=(("u64", "host_leaf"), ("u32", "host_leaf_level"), ("s8", "host_leaf_level")),
        ),
        **{
            n: Contract(
                Kind.EFFECT,
                "frees pages of or for tables",
                "virt/kvm/kvm_main.c, mm/page_alloc.c",
                type="void",
                is_order_only=True,
            )
            for n in ("kvm_mmu_free_memory_cache", "free_page", "free_pages")
        },
    }


def _tlb() -> dict[str, Contract]:
    """TLB maintenance.  ``kvm_call_hyp(f, ...)`` is the event ``f``."""
    flushes = ("kvm_tlb_flush_vmid_range", "kvm_flush_remote_tlbs", "kvm_flush_remote_tlbs_memslot")
    return {
        **{n: Contract(Kind.EFFECT, "invalidates TLB entries of the VM", _TLB) for n in flushes},
        **{
            n: Contract(
                Kind.EFFECT,
                "calls the function at EL2, which changes nothing that the caller reads",
                "arch/arm64/include/asm/kvm_host.h",
                type="void",
                is_trampoline=True,
            )
            for n in ("kvm_call_hyp", "kvm_call_hyp_nvhe")
        },
    }


def _injection() -> dict[str, Contract]:
    """Faults that the guest is to take."""
    injects = (
        "kvm_inject_dabt", "kvm_inject_pabt", "kvm_inject_vabt", "kvm_inject_sea", "kvm_inject_serror",
        "kvm_inject_size_fault", "kvm_inject_s2_fault", "kvm_inject_undefined", "kvm_inject_dabt_excl_atomic",
    )  # fmt: skip
    says = "makes the guest take an exception when it runs again"
    return {n: Contract(Kind.EFFECT, says, _INJECT, result="inject_ret") for n in injects}


def _fault() -> dict[str, Contract]:
    """What kvm_handle_guest_abort() leaves to others."""
    skips = "makes the guest go on behind the instruction"
    return {
        "kvm_handle_guest_sea": Contract(
            Kind.EFFECT, "hands an external abort to APEI, the VMM or the guest", "arch/arm64/kvm/mmu.c",
            result="sea_ret"),
        "io_mem_abort": Contract(
            Kind.EFFECT, "has the access emulated, by KVM or by the VMM", "arch/arm64/kvm/mmio.c", result="io_ret"),
        "handle_access_fault": Contract(
            Kind.EFFECT, "sets the access flag of the entry", "arch/arm64/kvm/mmu.c"),
        **{n: Contract(Kind.EFFECT, skips, "arch/arm64/include/asm/kvm_emulate.h", event="kvm_incr_pc")
           for n in ("kvm_incr_pc", "kvm_skip_instr")},
        "kvm_walk_nested_s2": Contract(
            Kind.ANSWER,
            "translates by the stage 2 of the guest's own guest, or answers an error",
            "arch/arm64/kvm/nested.c",
            result="nested_ret",
            outs=tuple((f"struct kvm_s2_trans.{m}", f"nested->{m}") for m in _TRANS),
        ),
        "kvm_s2_handle_perm_fault": Contract(
            Kind.ANSWER,
            "whether the guest itself is to take the fault of its own guest",
            "arch/arm64/kvm/nested.c",
            result="nested_perm_ret",
            outs=(("struct kvm_s2_trans.esr", "nested->esr"),),
        ),
        "get_kvm_ipa_limit": Contract(
            Kind.PURE, "how many bits an IPA may have; fixed at boot", "arch/arm64/kvm/reset.c", type="u32"),
        "srcu_read_lock": Contract(
            Kind.COUNT, "begins a read-side section, which the other end is told of", "include/linux/srcu.h",
            counts=("srcu", 1), type="int", result="srcu_idx"),
        "srcu_read_unlock": Contract(
            Kind.COUNT, "ends the read-side section", "include/linux/srcu.h", counts=("srcu", -1), type="void"),
    }  # fmt: skip


#: The members of struct kvm_s2_trans, of arch/arm64/include/asm/kvm_nested.h, over the versions.
_TRANS = ("output", "block_size", "writable", "readable", "level", "esr", "desc")


def _memslots() -> dict[str, Contract]:
    """How a gfn is looked up."""
    where = "virt/kvm/kvm_main.c"
    return {
        "gfn_to_memslot": Contract(Kind.ANSWER, "the memslot of the gfn, or NULL", where, result="memslot"),
        "gfn_to_hva_memslot_prot": Contract(
            Kind.ANSWER,
            "the address of the gfn in the VMM, or an error, and whether the slot may be written",
            where,
            result="hva",
            outs=(("bool", "memslot_writable"),),
        ),
    }
