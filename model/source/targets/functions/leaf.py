# SPDX-License-Identifier: GPL-2.0-only
"""The functions of hyp/pgtable.c that make, write, change, clean and clear one leaf of stage 2."""

from __future__ import annotations

from dataclasses import replace

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import (
    Binding,
    EffectArgument,
    EntryValue,
    ExitValue,
    InputSymbol,
    Occurrence,
    ResourceCount,
    ReturnValue,
    Target,
)
from model.vocabulary.leaf import SYMBOLS

Arguments = tuple[tuple[str, str, int], ...]
Seen = tuple[tuple[str, tuple[str, ...]], ...]

_PGTABLE = "arch/arm64/kvm/hyp/pgtable.c"
_TLB_C = "arch/arm64/kvm/hyp/vhe/tlb.c, arch/arm64/kvm/hyp/nvhe/tlb.c"
_CLEAN, _INVALIDATE = "kvm_pgtable_mm_ops.dcache_clean_inval_poc", "kvm_pgtable_mm_ops.icache_inval_pou"
_UPDATE, _WALK = "stage2_update_leaf_attrs", "kvm_pgtable_walk"
_TLBI, _TLBI_HERE, _TLBI_RANGE = (
    "__kvm_tlb_flush_vmid_ipa",
    "__kvm_tlb_flush_vmid_ipa_nsh",
    "kvm_tlb_flush_vmid_range",
)
_OPS = "arch/arm64/include/asm/kvm_pgtable.h, struct kvm_pgtable_mm_ops"
_SIZED = (("addr", "void *", 0), ("size", "size_t", 0))
_SEES_ENTRY = (("entry", ("*ctx->ptep", "*ptep")),)

_MACHINE: dict[str, Binding] = {
    "ARM64_HAS_STAGE2_FWB": InputSymbol("ARM64_HAS_STAGE2_FWB"),
    "ARM64_HAS_XNX": InputSymbol("ARM64_HAS_XNX"),
    "xn_is_two_bits": EntryValue(("KVM_PTE_LEAF_ATTR_HI_S2_XN >> 53 & 1",)),
}
#: A visited entry: of a struct kvm_pgtable_visit_ctx since v6.2, of plain parameters before.
_ENTRY: dict[str, Binding] = {
    "old_leaf": EntryValue(("ctx->old", "*ptep")),
    "entry_before": EntryValue(("*ctx->ptep", "*ptep")),
    "new_leaf": ExitValue(("*ctx->ptep", "*ptep")),
    "level": EntryValue(("ctx->level", "level")),
    "granule": EntryValue(("kvm_granule_size(ctx->level)", "kvm_granule_size(level)")),
    "entry_counts": ResourceCount("table_refs"),
    "shared": EntryValue(("kvm_pgtable_walk_shared(ctx)", "0")),
    "answer": ReturnValue(),
}
_CLEANING: dict[str, Binding] = {
    "cleaned": Occurrence(_CLEAN),
    "cleaned_size": EffectArgument(_CLEAN, "size"),
    "cleaned_addr": EffectArgument(_CLEAN, "addr"),
    "entry_when_cleaned": EffectArgument(_CLEAN, "entry"),
    "invalidated": Occurrence(_INVALIDATE),
    "invalidated_size": EffectArgument(_INVALIDATE, "size"),
    "invalidated_addr": EffectArgument(_INVALIDATE, "addr"),
    "entry_when_invalidated": EffectArgument(_INVALIDATE, "entry"),
}
_TLB: dict[str, Binding] = {
    "tlb_invalidated": Occurrence(_TLBI),
    "tlb_addr": EffectArgument(_TLBI, "addr"),
    "entry_when_tlb_invalidated": EffectArgument(_TLBI, "entry"),
    "tlb_range_invalidated": Occurrence(_TLBI_RANGE),
    "tlb_range_addr": EffectArgument(_TLBI_RANGE, "addr"),
    "tlb_range_size": EffectArgument(_TLBI_RANGE, "size"),
}


def _effect(says: str, arguments: Arguments, sees: Seen = (), where: str = _OPS, of: str = "") -> Contract:
    return Contract(Kind.EFFECT, says, where, arguments=arguments, type=of, observes=sees)


#: What is recorded of the maintenance that a visit of an entry makes.
_MAINTENANCE = {
    _CLEAN: _effect("cleans and invalidates the data cache to the point of coherency", _SIZED, _SEES_ENTRY),
    _INVALIDATE: _effect(
        "invalidates the instruction cache to the point of unification", _SIZED, _SEES_ENTRY
    ),
    _TLBI: _effect(
        "invalidates the TLB for the entry at the address",
        (("addr", "phys_addr_t", 0),),
        _SEES_ENTRY,
        _TLB_C,
        "void",
    ),
    _TLBI_RANGE: _effect(
        "invalidates the TLB for the range", (("addr", "phys_addr_t", 0), ("size", "size_t", 0)), (), _TLB_C
    ),
}


def _operations(*mm_ops: str) -> dict[str, Binding]:
    """Whether the walk has the operations, by where its mm_ops are in the versions."""
    return {
        "can_clean": EntryValue(tuple(f"!!{m}->dcache_clean_inval_poc" for m in mm_ops)),
        "can_invalidate": EntryValue(tuple(f"!!{m}->icache_inval_pou" for m in mm_ops)),
    }


def _host(*pgt: str) -> dict[str, Binding]:
    """Whether the table is pKVM's of the host; v7.0 renamed the flag."""
    flags = ("KVM_PGTABLE_S2_AS_S1", "KVM_PGTABLE_S2_NOFWB")
    return {"of_the_host": EntryValue((*(f"!!({p}->flags & {flag})" for flag in flags for p in pgt), "0"))}


def _old_page(*mm_ops: str) -> EntryValue:
    """The page that the entry mapped, in the linear map."""
    entries = ("kvm_pte_to_phys(ctx->old)", "kvm_pte_to_phys(*ptep)")
    return EntryValue(tuple(f"{m}->phys_to_virt({entry})" for m, entry in zip(mm_ops, entries, strict=True)))


_PHYS = ("data->phys + (ctx->addr - ctx->start)", "data->phys")
_ARG = ("((struct kvm_pgtable *)ctx->arg)", "((struct kvm_pgtable *)arg)")
_DATA = ("((struct stage2_attr_data *)ctx->arg)", "((struct stage2_attr_data *)arg)")

SET_PROT_ATTR = Target(
    name="stage2_set_prot_attr",
    file=_PGTABLE,
    functions=("stage2_set_prot_attr",),
    says="turns a prot into the attributes of a stage-2 leaf descriptor",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_host("pgt"),
        "asked_prot": EntryValue(("prot",)),
        "entry_before": EntryValue(("*ptep",)),
        "new_leaf": ExitValue(("*ptep",)),
        "lpa2": EntryValue(("kvm_lpa2_is_enabled()", "0")),
        "answer": ReturnValue(),
    },
)

TRY_LEAF = Target(
    name="stage2_map_walker_try_leaf",
    file=_PGTABLE,
    functions=("stage2_map_walker_try_leaf",),
    says="writes a leaf entry, after the cache maintenance that it needs",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host("data->mmu->pgt"),
        **_operations("ctx->mm_ops", "data->mm_ops"),
        **_TLB,
        "phys": EntryValue(_PHYS),
        "page_of_phys": EntryValue(
            (f"ctx->mm_ops->phys_to_virt({_PHYS[0]})", f"data->mm_ops->phys_to_virt({_PHYS[1]})")
        ),
        "asked_attr": EntryValue(("data->attr",)),
        "annotates": EntryValue(
            (
                "!!data->annotation",
                f"!kvm_phys_is_valid(data->phys) || !kvm_phys_is_valid({_PHYS[0]})",
                "!kvm_phys_is_valid(data->phys)",
            )
        ),
        "lpa2": EntryValue(("kvm_lpa2_is_enabled()", "0")),
        "found_there": InputSymbol("cmpxchg()"),
        "by_pages": EntryValue(("!!data->force_pte",)),
        "walk_addr": EntryValue(("ctx->addr", "addr")),
        "walk_end": EntryValue(("ctx->end", "end")),
        "skips_tlbi": EntryValue(("kvm_pgtable_walk_skip_bbm_tlbi(ctx)", "0")),
        "skips_maintenance": EntryValue(("kvm_pgtable_walk_skip_cmo(ctx)", "0")),
    },
    contracts=_MAINTENANCE,
)

UNMAP = Target(
    name="stage2_unmap_walker",
    file=_PGTABLE,
    functions=("stage2_unmap_walker",),
    says="clears an entry, and cleans what the guest wrote through it",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host(*_ARG),
        **_operations("ctx->mm_ops", "((struct kvm_pgtable *)arg)->mm_ops"),
        **_TLB,
        "page_of_old": _old_page("ctx->mm_ops", "((struct kvm_pgtable *)arg)->mm_ops"),
        "table_count": InputSymbol("table_count"),
        "walk_addr": EntryValue(("ctx->addr", "addr")),
        "tlb_can_wait": EntryValue(("stage2_unmap_defer_tlb_flush(ctx->arg)", "0")),
    },
    contracts={
        **_MAINTENANCE,
        "page_count": Contract(
            Kind.ANSWER,
            "the references to the page of the table",
            "include/linux/page_ref.h",
            result="table_count",
        ),
    },
)

FLUSH = Target(
    name="stage2_flush_walker",
    file=_PGTABLE,
    functions=("stage2_flush_walker",),
    says="cleans what the guest wrote through an entry, at the guest's own request",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host(*_ARG),
        **_operations(*(f"{pgt}->mm_ops" for pgt in _ARG)),
        "page_of_old": _old_page(*(f"{pgt}->mm_ops" for pgt in _ARG)),
    },
    contracts=_MAINTENANCE,
)

CHANGE = Target(
    name="stage2_attr_walker",
    file=_PGTABLE,
    functions=("stage2_attr_walker",),
    says="sets and clears attributes of an entry",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_operations("ctx->mm_ops", f"{_DATA[1]}->mm_ops"),
        "found_there": InputSymbol("cmpxchg()"),
        "leaf_set": EntryValue(tuple(f"{data}->attr_set" for data in _DATA)),
        "leaf_clear": EntryValue(tuple(f"{data}->attr_clr" for data in _DATA)),
        "page_of_old": _old_page("ctx->mm_ops", f"{_DATA[1]}->mm_ops"),
    },
    contracts=_MAINTENANCE,
)

RELAX = Target(
    name="kvm_pgtable_stage2_relax_perms",
    file=_PGTABLE,
    functions=("kvm_pgtable_stage2_relax_perms",),
    says="adds permissions to an entry",
    symbols=SYMBOLS,
    bindings={
        **_MACHINE,
        "asked_prot": EntryValue(("prot",)),
        "updated": Occurrence(_UPDATE),
        "set_bits": EffectArgument(_UPDATE, "set"),
        "clear_bits": EffectArgument(_UPDATE, "clear"),
        "update_ret": InputSymbol("update_ret"),
        "asked_addr": EntryValue(("addr",)),
        "tlb_invalidated": Occurrence(_TLBI),
        "tlb_addr": EffectArgument(_TLBI, "addr"),
        "tlb_invalidated_here": Occurrence(_TLBI_HERE),
        "answer": ReturnValue(),
    },
    contracts={
        _TLBI: replace(_MAINTENANCE[_TLBI], observes=()),
        _UPDATE: Contract(
            Kind.EFFECT,
            "walks to the leaf entry and changes it by stage2_attr_walker(), or fails",
            _PGTABLE,
            result="update_ret",
            arguments=(("set", "kvm_pte_t", 0), ("clear", "kvm_pte_t", 1)),
        ),
    },
)


def _range_target(name: str, says: str, sees: Seen = (), **more: Binding) -> Target:
    """An operation on a range of the table, which walks it."""
    return Target(
        name=name,
        file=_PGTABLE,
        functions=(name,),
        says=says,
        symbols=SYMBOLS,
        bindings={
            **_MACHINE,
            **_host("pgt"),
            "asked_addr": EntryValue(("addr",)),
            "asked_size": EntryValue(("size",)),
            "walked": Occurrence(_WALK),
            "walked_addr": EffectArgument(_WALK, "addr"),
            "walked_size": EffectArgument(_WALK, "size"),
            "walk_ret": InputSymbol("walk_ret"),
            "answer": ReturnValue(),
            **more,
        },
        contracts={
            _WALK: Contract(
                Kind.EFFECT,
                "visits the entries of the range and calls the walker at each, or fails",
                _PGTABLE,
                result="walk_ret",
                arguments=(("addr", "u64", 0), ("size", "u64", 1)),
                observes=sees,
            ),
            _TLBI_RANGE: _MAINTENANCE[_TLBI_RANGE],
        },
    )


MAP_RANGE = _range_target(
    "kvm_pgtable_stage2_map",
    "maps a range with a prot",
    (("phys", ("map_data.phys",)), ("attr", ("map_data.attr",))),
    asked_prot=EntryValue(("prot",)),
    asked_phys=EntryValue(("phys",)),
    walked_phys=EffectArgument(_WALK, "phys"),
    walked_attr=EffectArgument(_WALK, "attr"),
)
UNMAP_RANGE = _range_target(
    "kvm_pgtable_stage2_unmap",
    "clears the entries of a range",
    tlb_range_invalidated=Occurrence(_TLBI_RANGE),
    tlb_range_addr=EffectArgument(_TLBI_RANGE, "addr"),
    tlb_range_size=EffectArgument(_TLBI_RANGE, "size"),
    tlb_can_wait=EntryValue(("stage2_unmap_defer_tlb_flush(pgt)", "0")),
)
FLUSH_RANGE = _range_target("kvm_pgtable_stage2_flush", "cleans what the guest wrote to a range")

TARGETS = (SET_PROT_ATTR, TRY_LEAF, UNMAP, FLUSH, CHANGE, RELAX, MAP_RANGE, UNMAP_RANGE, FLUSH_RANGE)
