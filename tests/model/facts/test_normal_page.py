# SPDX-License-Identifier: GPL-2.0-only
"""vm_normal_page() as terms against vm_normal_page() written down from mm/memory.c a second time."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from model.arch.arm64.constants import PAGES, V6_12
from model.facts.normal_page import normal, normal_without_pte_special
from model.logic import Term, value_of

VM_SHARED, VM_MAYWRITE, VM_PFNMAP, VM_MIXEDMAP = 0x8, 0x20, 0x400, 0x10000000
PAGE_SHIFT = 12


@dataclass(frozen=True)
class Case:
    """A VMA, a PTE in it, and what the kernel knows of its pfn."""

    vm_flags: int
    vm_start: int
    vm_pgoff: int
    hva: int
    pfn: int
    host_pte_special: bool
    pfn_valid: bool
    is_zero_pfn: bool
    above_highest_memmap_pfn: bool


pages = st.integers(0, 2)
cases = st.builds(
    Case,
    st.lists(st.sampled_from([VM_SHARED, VM_MAYWRITE, VM_PFNMAP, VM_MIXEDMAP]), unique=True).map(sum),
    st.just(1 << 20),
    pages,
    pages.map(lambda page: (1 << 20) + (page << PAGE_SHIFT)),
    st.integers(0, 4),
    *[st.booleans()] * 4,
)


def value(term: Term, case: Case) -> bool:
    names = {**V6_12, **PAGES["4K"], **vars(case)}
    return bool(value_of(term, lambda t: int(names[str(t.data)]), lambda t, a: 0))


def page_with_pte_special(case: Case) -> str | None:
    if not case.host_pte_special:
        return check_pfn(case)
    if case.vm_flags & (VM_PFNMAP | VM_MIXEDMAP):
        return None
    if case.is_zero_pfn:
        return None
    return None  # print_bad_pte()


def page_without_pte_special(case: Case) -> str | None:
    if case.vm_flags & (VM_PFNMAP | VM_MIXEDMAP):
        if case.vm_flags & VM_MIXEDMAP:
            if not case.pfn_valid:
                return None
        else:
            off = (case.hva - case.vm_start) >> PAGE_SHIFT
            if case.pfn == case.vm_pgoff + off:
                return None
            if case.vm_flags & (VM_SHARED | VM_MAYWRITE) != VM_MAYWRITE:
                return None
    if case.is_zero_pfn:
        return None
    return check_pfn(case)


def check_pfn(case: Case) -> str | None:
    return None if case.above_highest_memmap_pfn else "page"


@given(cases)
def test_with_pte_special(case: Case) -> None:
    assert value(normal, case) == (page_with_pte_special(case) is not None)


@given(cases)
def test_without_pte_special(case: Case) -> None:
    assert value(normal_without_pte_special, case) == (page_without_pte_special(case) is not None)
