# SPDX-License-Identifier: GPL-2.0-only
"""The shapes of the arm64 fault path, oldest first, each with the values of its constants.

What a shape did is told in the words of ``model.vocabulary.symbols.OUTCOMES``: ``OUTCOME_TERMS`` says which last values
of its places they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from model.arch.arm64.constants import PAGES, V6_12, V6_19
from model.arch.arm64.fault_before import v6_16
from model.arch.arm64.fault_series import v3, v6, v6_17, v7, v8, v9
from model.arch.arm64.fault_split import v7_1, v7_2_10
from model.logic import BOOL, BV64, Term, conj, disj, place
from model.program.edit import mark_branch
from model.program.procedure import Procedure
from model.shape import MAP, RELAX, RETURN, Recorder, Shape, record
from model.vocabulary.memory import (
    is_cow_mapping,
    is_pfnmap,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    mte_allowed,
)
from model.vocabulary.symbols import BV32


def _called(sink: str) -> Term:
    return place(f"{sink}.called", BOOL)


def _again(sink: str) -> Term:
    return place(f"{sink}.again", BOOL)


def _argument(sink: str, argument: str) -> Term:
    return place(f"{sink}.{argument}", BV64)


def _flag(sink: str, argument: str) -> Term:
    return place(f"{sink}.{argument}", BOOL)


_RELEASE, _RELEASE_UNUSED = "kvm_release_faultin_page", "kvm_release_page_unused"
_KEPT = _called(_RELEASE) & ~_flag(_RELEASE, "unused")

OUTCOME_TERMS: Mapping[str, Term] = {
    "ret": place(RETURN, BV32),
    "mapped": _called(MAP),
    "map_addr": _argument(MAP, "addr"),
    "map_size": _argument(MAP, "size"),
    "map_phys": _argument(MAP, "phys"),
    "prot": _argument(MAP, "prot"),
    "map_locked": _flag(MAP, "locked"),
    "relaxed": _called(RELAX),
    "relaxed_addr": _argument(RELAX, "addr"),
    "relaxed_prot": _argument(RELAX, "prot"),
    "relax_locked": _flag(RELAX, "locked"),
    "vma_address": _argument("vma_lookup", "address"),
    "sized_address": _argument("get_user_mapping_size", "address"),
    "looked_up": _called("__kvm_faultin_pfn"),
    "lookup_gfn": _argument("__kvm_faultin_pfn", "gfn"),
    "lookup_writes": _flag("__kvm_faultin_pfn", "write"),
    "sanitised": _called("sanitise_mte_tags"),
    "sanitised_pfn": _argument("sanitise_mte_tags", "pfn"),
    "sanitised_size": _argument("sanitise_mte_tags", "size"),
    "marked_dirty": _called("mark_page_dirty_in_slot"),
    "marked_gfn": _argument("mark_page_dirty_in_slot", "gfn"),
    "page_dirtied": conj(_KEPT, _flag(_RELEASE, "dirty")),
    "page_kept": _KEPT,
    "kept_locked": _flag(_RELEASE, "locked"),
    "page_released": disj(_called(_RELEASE), _called(_RELEASE_UNUSED)),
    "page_released_again": disj(
        _again(_RELEASE), _again(_RELEASE_UNUSED), conj(_called(_RELEASE), _called(_RELEASE_UNUSED))
    ),
    "poison_told": _called("kvm_send_hwpoison_signal"),
    "poison_hva": _argument("kvm_send_hwpoison_signal", "address"),
    "excl_atomic_injected": _called("kvm_inject_dabt_excl_atomic"),
    "mmap_locked": _called("mmap_read_lock"),
    "mmap_unlocked": _called("mmap_read_unlock"),
    "mmap_unlocked_again": _again("mmap_read_unlock"),
    "mmu_locked": _called("kvm_fault_lock"),
    "mmu_unlocked": _called("kvm_fault_unlock"),
}

#: kvm_arch_prepare_memory_region() for a memslot over this VMA alone (v6.16; v6.17 on).
_MEMSLOT_BEFORE = (kvm_has_mte & ~mte_allowed) | (is_pfnmap & logging_active)
_MEMSLOT = _MEMSLOT_BEFORE | (is_pfnmap & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap)


def _shape(
    write: Callable[[Recorder], None],
    since: str,
    constants: Mapping[str, int] = V6_12,
    words: Mapping[str, Term] | None = None,
) -> Shape:
    return record(
        write,
        since=since,
        source="arch/arm64/kvm/mmu.c:user_mem_abort",
        words={**OUTCOME_TERMS, **(words or {})},
        constants={**constants, **PAGES["4K"]},
    )


def _with_cow_test(write: Callable[[Recorder], None], since: str) -> Shape:
    """A version that refuses COW mappings, with the word ``cow_refused``."""
    shape = _shape(write, since)
    return replace(shape, procedure=mark_branch(shape.procedure, is_cow_mapping, "cow_refused"))


@cache
def shapes() -> tuple[Shape, ...]:
    """Every shape, at 4K pages; ``at_pages`` gives its procedure at another page size."""
    return (
        _shape(v6_16, "v6.16", words={"memslot_refused": _MEMSLOT_BEFORE}),
        _with_cow_test(v3, "series v3"),
        _with_cow_test(v6, "series v6"),
        _with_cow_test(v7, "series v7"),
        _with_cow_test(v8, "series v8"),
        _with_cow_test(v9, "series v9"),
        _shape(v6_17, "v6.17", words={"memslot_refused": _MEMSLOT}),
        _shape(v7_1, "v7.1", V6_19, {"memslot_refused": _MEMSLOT}),
        _shape(v7_2_10, "v7.2.10", V6_19, {"memslot_refused": _MEMSLOT}),
    )


def at_pages(procedure: Procedure, pages: str) -> Procedure:
    """The procedure of a kernel configured for pages of that size: 4K, 16K or 64K."""
    return replace(procedure, constants={**procedure.constants, **PAGES[pages]})
