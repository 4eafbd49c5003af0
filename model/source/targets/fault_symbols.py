# SPDX-License-Identifier: GPL-2.0-only
"""The symbols of the fault path as terms over its inputs and outcomes.

Symbols are defined here from what the function is given (ESR_EL2, the memslot, the VMA, the answers
of contracts), independently of the helpers that compute them in C: a changed helper then makes a
theorem fail instead of changing what the theorem says.

Sources: Arm ARM D24.2 (ESR_EL2: EC, ISS.FSC, WnR, S1PTW; VMSAv8-64 stage-2 descriptors: XN),
arch/arm64/include/asm/kvm_nested.h, include/linux/kvm_host.h.  Trusted: the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.logic import (
    BOOL,
    BV64,
    FALSE,
    BitVec,
    Term,
    apply,
    choose,
    compare,
    const,
    name,
    place,
    resize,
    substitute,
)
from model.program.procedure import Place
from model.vocabulary.symbols import OUTCOMES, READ, VARYING

BV32 = BitVec(32)
_MAP, _RELAX = "kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms"
_RELEASE = "kvm_release_faultin_page"
_IABT_LOW, _KVM_MEM_LOG_DIRTY_PAGES, _KVM_MEM_READONLY = 0x20, 1, 2

#: Where every version keeps ESR_EL2 of the fault; symbols take it to be 64 bits wide.
ESR = "vcpu->arch.fault.esr_el2"


def with_esr_of(width: int, term: Term) -> Term:
    """The term on a tree whose ``esr_el2`` has that many bits (v5.10: 32)."""
    esr = name(ESR, BitVec(width))
    return substitute(term, lambda leaf: resize(esr, 64) if leaf.data == ESR else leaf)


def _esr(high: int, low: int) -> Term:
    """A field of ESR_EL2, of which no more than the lower half is looked at (v5.10 keeps 32 bits)."""
    return (name(ESR, BV64) >> low) & ((1 << (high - low + 1)) - 1)


#: Symbols that mean something only where the tree has the function that they are.
_SINCE = {
    "nested_executable": "kvm_s2_trans_executable",
    "nested_exec_el0": "kvm_s2_trans_exec_el0",
    "nested_exec_el1": "kvm_s2_trans_exec_el1",
    "excl_atomic_fault": "esr_fsc_is_excl_atomic_fault",
}

#: The constants that the symbols below are made of, and the values that they may have (empty: any).
REQUIRED_CONSTANTS: Mapping[str, tuple[int, ...]] = {
    "PAGE_SHIFT": (12, 14, 16),
    "PAGE_SIZE": (1 << 12, 1 << 14, 1 << 16),
    "PMD_SIZE": (),
    "PUD_SIZE": (),
}


def read_symbols(
    constants: Mapping[str, int], inputs: Mapping[str, object], has_function: Callable[[str], bool]
) -> dict[str, Term]:
    """The symbols that a fault path reads, over the inputs of the procedure.

    ``has_function`` says whether the tree has a function of that name.
    """
    nested = _nested_symbols(constants) if has_function("kvm_s2_trans_writable") else _absent_nested_symbols()
    symbols = {
        **_fault_symbols(constants),
        **_memslot_symbols(
            constants, "is_protected_kvm_enabled" in inputs, has_function("kvm_use_dirty_bitmap")
        ),
        **_vma_symbols(constants),
        **nested,
        "pfn": name("pfn", BV64),
        "pfn_writable": name("pfn_writable", BOOL),
        "pfn_is_map_memory": apply(_memory_test(has_function), BOOL, name("pfn", BV64)),
        "mmu_invalidated": name("mmu_invalidate_retry", BV32) != 0,
        "thp_size": _host_leaf(constants, has_function),
    }
    for symbol in ("topup_ret", "map_ret", "relax_ret"):
        symbols[symbol] = name(symbol, BV32)
    for symbol in ("ARM64_HAS_STAGE2_FWB", "ARM64_HAS_CACHE_DIC", "is_protected_kvm_enabled"):
        symbols[symbol] = name(symbol, BOOL)
    symbols["kvm_has_mte"] = (
        name("kvm_has_mte", BOOL) if has_function("kvm_has_mte") else FALSE
    )  # since v5.14
    return {w: t for w, t in symbols.items() if w in READ or (w in VARYING and has_function(_SINCE[w]))}


def _host_leaf(constants: Mapping[str, int], has_function: Callable[[str], bool]) -> Term:
    """The size of the host's leaf; up to v5.13 only whether it is of a transparent huge page is known."""
    if has_function("get_user_mapping_size"):
        return name("user_mapping_size", BV32)
    huge, page = (const(constants[size], BV32) for size in ("PMD_SIZE", "PAGE_SIZE"))
    return choose(name("kvm_is_transparent_hugepage()", BOOL), huge, page)


def _memory_test(has_function: Callable[[str], bool]) -> str:
    """pfn_is_map_memory() is v5.14's (873ba463914c); before it, arm64's own pfn_valid() consulted memblock."""
    return "pfn_is_map_memory" if has_function("pfn_is_map_memory") else "pfn_valid"


def fault_arguments(spelled: str) -> Term | None:
    """What kvm_handle_guest_abort() hands on in a parameter of that type; None for any value.

    v6.1 passes ``fault_status`` (ESR_EL2's FSC without its level) as an unsigned long behind hva,
    v6.12 to v7.0 ``fault_is_perm`` as a bool.
    """
    return {"bool": _perm_fault(), "unsigned long": _esr(5, 0) & 0x3C}.get(spelled)


def _perm_fault() -> Term:
    return (_esr(5, 0) & 0x3C) == 0x0C


def _fault_symbols(constants: Mapping[str, int]) -> dict[str, Term]:
    s1ptw, instruction = _esr(7, 7) == 1, _esr(31, 26) == _IABT_LOW
    shift = constants["PAGE_SHIFT"]
    granule = const(1 << shift, BV64)
    for level in (2, 1, 0):
        at = (4 - level) * (shift - 3) + 3
        granule = choose(_esr(1, 0) == level, const(1 << at, BV64), granule)
    return {
        "fault_ipa": name("fault_ipa", BV64),
        "hva": name("hva", BV64),
        "exec_fault": instruction & ~s1ptw,
        "write_fault": choose(s1ptw, _perm_fault(), ~instruction & (_esr(6, 6) == 1)),
        "perm_fault": _perm_fault(),
        "excl_atomic_fault": _esr(5, 0) == 0x35,
        "fault_granule": granule,
    }


def _memslot_symbols(constants: Mapping[str, int], pkvm: bool, ring: bool) -> dict[str, Term]:
    """``ring`` is whether a memslot may be tracked by a dirty ring alone, without a bitmap."""
    shift, hva = constants["PAGE_SHIFT"], name("hva", BV64)
    gpa = name("memslot->base_gfn", BV64) << shift
    start = name("memslot->userspace_addr", BV64)
    end = start + (name("memslot->npages", BV64) << shift)

    def supports(size: int) -> Term:
        block = hva & ~(size - 1)
        aligned = (gpa & (size - 1)) == (start & (size - 1))
        return aligned & (block >= start) & (block + size <= end)

    logs = name("memslot->dirty_bitmap", BV64) != 0
    flags = name("memslot->flags", BV32)
    writable = (flags & _KVM_MEM_READONLY) == 0
    tracked = (flags & _KVM_MEM_LOG_DIRTY_PAGES) != 0
    pud = supports(constants["PUD_SIZE"])
    only_pmd = pkvm and constants["PUD_SIZE"] != constants["PMD_SIZE"]
    return {
        "logging_active": logs & writable,
        "dirty_tracked": (tracked if ring else tracked & logs) & writable,
        "supports_pmd": supports(constants["PMD_SIZE"]),
        "supports_pud": pud & ~name("is_protected_kvm_enabled", BOOL) if only_pmd else pud,
    }


def _vma_symbols(constants: Mapping[str, int]) -> dict[str, Term]:
    order = resize(name("hstate->order", BV32), 64)
    return {
        "vma_found": name("vma", BV64) != 0,
        "vm_flags": name("vma->vm_flags", BV64),
        "vm_page_prot": name("vma->vm_page_prot.pgprot", BV64),
        "vm_start": name("vma->vm_start", BV64),
        "vm_end": name("vma->vm_end", BV64),
        "vm_pgoff": name("vma->vm_pgoff", BV64),
        "huge_page_size": const(1, BV64) << (order + constants["PAGE_SHIFT"]),
    }


def _nested_symbols(constants: Mapping[str, int]) -> dict[str, Term]:
    desc = name("nested->desc", BV64)
    level = resize(name("nested->level", BV32), 64, signed=True)
    xn = choose(name("kvm_has_xnx", BOOL), (desc >> 53) & 3, (desc >> 53) & 2)
    software = constants.get("KVM_NV_GUEST_MAP_SZ", 0)
    return {
        "nested": name("nested", BV64) != 0,
        "nested_output": name("nested->output", BV64),
        "nested_size": name("nested->block_size", BV64),
        "nested_level": (level << 55) & software,
        "nested_readable": name("nested->readable", BOOL),
        "nested_writable": name("nested->writable", BOOL),
        "nested_executable": (desc >> 54) & 1 == 0,
        "nested_exec_el0": xn <= 1,
        "nested_exec_el1": (xn == 0) | (xn == 3),
    }


def _absent_nested_symbols() -> dict[str, Term]:
    """A kernel that knows no nested guests."""
    symbols = ("nested_output", "nested_size", "nested_level")
    flags = ("nested", "nested_readable", "nested_writable")
    return dict.fromkeys(symbols, const(0, BV64)) | dict.fromkeys(flags, FALSE)


def outcome_symbols(
    places: Mapping[str, Place], called: Mapping[str, Mapping[str, object]], result: str
) -> dict[str, Term]:
    """The symbols for what a fault path did, over the procedure's last places."""

    def argument(effect: str, text: str) -> Term:
        return place(f"{effect}.{text}", BV64) if text in called.get(effect, {}) else const(0, BV64)

    def occurred(effect: str) -> Term:
        return place(f"{effect}.called", BOOL) if effect in called else FALSE

    def flag(text: str) -> Term:
        return place(text, BOOL) if text in places else FALSE

    def argument_is_true(effect: str, text: str) -> Term:
        return argument(effect, text) != 0

    def is_locked(effect: str) -> Term:
        return place(f"{effect}.mmu_lock", BV32) != 0 if "mmu_lock" in called.get(effect, {}) else FALSE

    kept = occurred(_RELEASE) & ~argument_is_true(_RELEASE, "page_unused")
    refs = place("(page_refs)", BV32) if "(page_refs)" in places else const(0, BV32)
    symbols = {
        "ret": place(result, BV32),
        "mapped": occurred(_MAP),
        "map_addr": argument(_MAP, "addr"),
        "map_size": argument(_MAP, "size"),
        "map_phys": argument(_MAP, "phys"),
        "prot": argument(_MAP, "prot"),
        "map_locked": is_locked(_MAP),
        "relaxed": occurred(_RELAX),
        "relaxed_addr": argument(_RELAX, "addr"),
        "relaxed_prot": argument(_RELAX, "prot"),
        "relax_locked": is_locked(_RELAX),
        "vma_address": argument("VMA lookup", "address"),
        "sized_address": argument("get_user_mapping_size", "address"),
        "looked_up": occurred("pfn lookup"),
        "lookup_gfn": argument("pfn lookup", "gfn"),
        "lookup_writes": argument_is_true("pfn lookup", "write"),
        "sanitised": occurred("sanitise_mte_tags"),
        "sanitised_pfn": argument("sanitise_mte_tags", "pfn"),
        "sanitised_size": argument("sanitise_mte_tags", "size"),
        "marked_dirty": occurred("mark_page_dirty_in_slot"),
        "marked_gfn": argument("mark_page_dirty_in_slot", "gfn"),
        "page_dirtied": occurred("kvm_set_pfn_dirty") | (kept & argument_is_true(_RELEASE, "page_dirty")),
        "page_kept": kept,
        "kept_locked": is_locked(_RELEASE),
        "page_released": refs != 0,
        "page_released_again": compare("slt", refs, const(-1, BV32)),
        "poison_told": occurred("kvm_send_hwpoison_signal"),
        "poison_hva": argument("kvm_send_hwpoison_signal", "address"),
        "excl_atomic_injected": occurred("kvm_inject_dabt_excl_atomic"),
        "mmap_locked": flag("(mmap_lock) taken"),
        "mmap_unlocked": flag("(mmap_lock) given back"),
        "mmap_unlocked_again": flag("(mmap_lock) given back again"),
        "mmu_locked": flag("(mmu_lock) taken"),
        "mmu_unlocked": flag("(mmu_lock) given back"),
    }
    return {w: t for w, t in symbols.items() if w in OUTCOMES}
