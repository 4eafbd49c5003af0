# SPDX-License-Identifier: GPL-2.0-only
"""A scenario: the call by which a program gets to a page, of which device or file, and what the kernel
then sees.

A scenario is only about the page and its VMA.  Addresses, sizes, what the guest does and what the host's
hardware can do are *circumstances*: a scenario takes those of the witness, or its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from model.arch.arm64.constants import PAGES, V6_12
from model.logic import Term, value_of

Values = Mapping[str, int]

#: What the page and its VMA are, in symbols; a symbol that a scenario does not give is 0.
PAGE_SYMBOLS = (
    "vm_flags", "vm_page_prot", "huge_page_size", "host_pte_special", "host_pte_prot", "page_is_cow_copy",
    "other_is_cow_copy", "pfn_valid", "has_struct_page", "pfn_is_map_memory", "in_memblock",
    "has_linear_map", "is_zero_pfn", "above_highest_memmap_pfn",
)  # fmt: skip

#: ``vm_flags`` of a private and of a shared mapping that may be written to, and of one of bare pfns.
PRIVATE = V6_12["VM_MAYWRITE"]
SHARED = V6_12["VM_SHARED"] | PRIVATE
PFNS = V6_12["VM_PFNMAP"] | V6_12["VM_IO"]

_HARDWARE = {"ARM64_HAS_STAGE2_FWB": 1, "ARM64_HAS_CACHE_DIC": 1}
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Scenario:
    """``call`` maps a page of the class ``page`` (a name of ``model.facts.classes``); ``takes`` is the
    privilege, the hardware and the configuration that it needs.  ``values`` are the symbols that differ
    from 0.  ``consecutive``: the pfns of the VMA follow each other as its addresses do."""

    name: str
    call: str
    page: str
    takes: str
    source: str
    values: Values
    consecutive: bool

    def holds(self, term: Term) -> bool:
        """Whether a term over the symbols of the page is true in the scenario."""
        values = {**V6_12, **self.values}
        return bool(value_of(term, lambda t: values.get(str(t.data), 0), lambda t, a: 0))


def inputs(scenario: Scenario, witness: Values) -> Iterator[Values]:
    """The page of the scenario in the circumstances of the witness, and in others that a program can
    choose: its own addresses, a host with FWB and DIC, a first pfn that is odd.

    ``witness`` and what is yielded are values by symbol; a symbol that is missing is 0."""
    page = {symbol: scenario.values.get(symbol, 0) for symbol in PAGE_SYMBOLS}
    for own in ({}, scenario.values):
        for hardware in ({}, _HARDWARE):
            values = {**witness, **page, **own, **hardware}
            yield from _place(values) if scenario.consecutive else (values,)


def _place(values: Values) -> Iterator[Values]:
    """The same with pfns that follow each other; ``vm_pgoff`` of a COW mapping is its first pfn."""
    known = {
        symbol: values.get(symbol, 0) for symbol in ("pfn", "other_index", "hva", "vm_start", "vm_flags")
    }
    for first in (known["pfn"], known["pfn"] + 1):
        moved = {**values, "pfn": first}
        if not values.get("other_is_cow_copy"):
            moved["other_pfn"] = first + known["other_index"] & _MASK
        if known["vm_flags"] & SHARED == PRIVATE:
            moved["vm_pgoff"] = (
                first - (known["hva"] - known["vm_start"] >> PAGES["4K"]["PAGE_SHIFT"]) & _MASK
            )
        yield moved
