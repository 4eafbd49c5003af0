# SPDX-License-Identifier: GPL-2.0-only
"""The functions of hyp/pgtable.c that make, write, change, clean and clear one leaf of stage 2."""

from __future__ import annotations

from model.source.contract import Contract, Kind
from model.source.roots.root import After, Argument, Before, Binding, Given, Happened, Returned, Root
from model.vocabulary.leaf import WORDS

_PGTABLE = "arch/arm64/kvm/hyp/pgtable.c"
_CLEAN, _INVALIDATE = "kvm_pgtable_mm_ops.dcache_clean_inval_poc", "kvm_pgtable_mm_ops.icache_inval_pou"
_UPDATE = "stage2_update_leaf_attrs"

_MACHINE: dict[str, Binding] = {
    "ARM64_HAS_STAGE2_FWB": Given("ARM64_HAS_STAGE2_FWB"),
    "ARM64_HAS_XNX": Given("ARM64_HAS_XNX"),
    "xn_is_two_bits": Before(("KVM_PTE_LEAF_ATTR_HI_S2_XN >> 53 & 1",)),
}
#: A visited entry: of a struct kvm_pgtable_visit_ctx since v6.2, of plain parameters before.
_ENTRY: dict[str, Binding] = {
    "old_leaf": Before(("ctx->old", "*ptep")),
    "entry_before": Before(("*ctx->ptep", "*ptep")),
    "new_leaf": After(("*ctx->ptep", "*ptep")),
    "level": Before(("ctx->level", "level")),
    "granule": Before(("kvm_granule_size(ctx->level)", "kvm_granule_size(level)")),
    "shared": Before(("kvm_pgtable_walk_shared(ctx)", "0")),
    "answer": Returned(),
}
_CLEANING: dict[str, Binding] = {
    "cleaned": Happened(_CLEAN),
    "cleaned_size": Argument(_CLEAN, "size"),
    "invalidated": Happened(_INVALIDATE),
    "invalidated_size": Argument(_INVALIDATE, "size"),
}


def _operations(*mm_ops: str) -> dict[str, Binding]:
    """Whether the walk has the operations, by where its mm_ops are in the versions."""
    return {
        "can_clean": Before(tuple(f"!!{m}->dcache_clean_inval_poc" for m in mm_ops)),
        "can_invalidate": Before(tuple(f"!!{m}->icache_inval_pou" for m in mm_ops)),
    }


def _host(*pgt: str) -> dict[str, Binding]:
    """Whether the table is pKVM's of the host; v7.0 renamed the flag."""
    flags = ("KVM_PGTABLE_S2_AS_S1", "KVM_PGTABLE_S2_NOFWB")
    return {"of_the_host": Before((*(f"!!({p}->flags & {flag})" for flag in flags for p in pgt), "0"))}


_ARG = ("((struct kvm_pgtable *)ctx->arg)", "((struct kvm_pgtable *)arg)")
_DATA = ("((struct stage2_attr_data *)ctx->arg)", "((struct stage2_attr_data *)arg)")

SET_PROT_ATTR = Root(
    name="stage2_set_prot_attr",
    file=_PGTABLE,
    functions=("stage2_set_prot_attr",),
    says="turns a prot into the attributes of a stage-2 leaf descriptor",
    words=WORDS,
    means={
        **_MACHINE,
        **_host("pgt"),
        "asked_prot": Before(("prot",)),
        "entry_before": Before(("*ptep",)),
        "new_leaf": After(("*ptep",)),
        "answer": Returned(),
    },
)

TRY_LEAF = Root(
    name="stage2_map_walker_try_leaf",
    file=_PGTABLE,
    functions=("stage2_map_walker_try_leaf",),
    says="writes a leaf entry, after the cache maintenance that it needs",
    words=WORDS,
    means={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host("data->mmu->pgt"),
        **_operations("ctx->mm_ops", "data->mm_ops"),
        "phys": Before(("data->phys + (ctx->addr - ctx->start)", "data->phys")),
        "skips_maintenance": Before(("kvm_pgtable_walk_skip_cmo(ctx)", "0")),
    },
)

UNMAP = Root(
    name="stage2_unmap_walker",
    file=_PGTABLE,
    functions=("stage2_unmap_walker",),
    says="clears an entry, and cleans what the guest wrote through it",
    words=WORDS,
    means={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host(*_ARG),
        **_operations("ctx->mm_ops", "((struct kvm_pgtable *)arg)->mm_ops"),
        "tlb_invalidated": Happened("__kvm_tlb_flush_vmid_ipa"),
        "tlb_can_wait": Before(("stage2_unmap_defer_tlb_flush(ctx->arg)", "0")),
    },
)

FLUSH = Root(
    name="stage2_flush_walker",
    file=_PGTABLE,
    functions=("stage2_flush_walker",),
    says="cleans what the guest wrote through an entry, at the guest's own request",
    words=WORDS,
    means={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_host(*_ARG),
        **_operations(*(f"{pgt}->mm_ops" for pgt in _ARG)),
    },
)

CHANGE = Root(
    name="stage2_attr_walker",
    file=_PGTABLE,
    functions=("stage2_attr_walker",),
    says="sets and clears attributes of an entry",
    words=WORDS,
    means={
        **_MACHINE,
        **_ENTRY,
        **_CLEANING,
        **_operations("ctx->mm_ops", f"{_DATA[1]}->mm_ops"),
        "leaf_set": Before(tuple(f"{data}->attr_set" for data in _DATA)),
        "leaf_clear": Before(tuple(f"{data}->attr_clr" for data in _DATA)),
    },
)

RELAX = Root(
    name="kvm_pgtable_stage2_relax_perms",
    file=_PGTABLE,
    functions=("kvm_pgtable_stage2_relax_perms",),
    says="adds permissions to an entry",
    words=WORDS,
    means={
        **_MACHINE,
        "asked_prot": Before(("prot",)),
        "updated": Happened(_UPDATE),
        "set_bits": Argument(_UPDATE, "set"),
        "clear_bits": Argument(_UPDATE, "clear"),
        "answer": Returned(),
    },
    rows={
        _UPDATE: Contract(
            Kind.SINK,
            "walks to the leaf entry and changes it by stage2_attr_walker(), or fails",
            _PGTABLE,
            result="update_ret",
            arguments=(("set", "kvm_pte_t", 0), ("clear", "kvm_pte_t", 1)),
        )
    },
)

ROOTS = (SET_PROT_ATTR, TRY_LEAF, UNMAP, FLUSH, CHANGE, RELAX)
