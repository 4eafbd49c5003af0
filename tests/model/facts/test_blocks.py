# SPDX-License-Identifier: GPL-2.0-only
"""The words for the other pages of a block, against a host page table that is written out."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from model.facts.blocks import (
    block_is_in_the_vma,
    block_is_one_leaf,
    congruent,
    consecutive,
    guest_sees_pfn,
    lookup_index,
    other_is_in_the_block,
    other_is_in_the_vma,
    pfn_is_linear,
)
from model.logic import Term, value_of
from model.vocabulary.memory import fault_ipa, hva, map_size

PAGE_SHIFT, PAGES = 12, 8
SIZE = PAGES << PAGE_SHIFT
#: The block that was mapped begins here, in host-virtual memory and in the guest's.
FIRST_HVA, FIRST_GFN = 16 * SIZE, 40 * PAGES


@dataclass(frozen=True)
class Host:
    """The pfns that the host maps in the block; which page was looked up, faulted, and is asked about."""

    pfns: tuple[int, ...]
    looked_up: int
    faulted: int
    other: int
    vma_pages: tuple[int, int]

    def value(self, term: Term, map_phys: int = 0) -> int:
        start, end = self.vma_pages
        names = {
            "PAGE_SHIFT": PAGE_SHIFT,
            "map_size": SIZE,
            "map_phys": map_phys,
            "hva": FIRST_HVA + (self.faulted << PAGE_SHIFT),
            "fault_ipa": (FIRST_GFN + self.faulted) << PAGE_SHIFT,
            "lookup_gfn": FIRST_GFN + self.looked_up,
            "pfn": self.pfns[self.looked_up],
            "other_index": self.other,
            "other_pfn": self.pfns[self.other % PAGES],
            "vm_start": FIRST_HVA + (start << PAGE_SHIFT),
            "vm_end": FIRST_HVA + (end << PAGE_SHIFT),
            "vm_pgoff": self.pfns[0] + start,
        }
        return value_of(term, lambda t: names[str(t.data)], lambda t, a: 0)


indices = st.integers(0, PAGES - 1)
run = st.integers(0, 100).map(lambda first: tuple(range(first, first + PAGES)))
anything = st.tuples(*[st.integers(0, 100)] * PAGES)
bounds = st.tuples(st.integers(-2, 3), st.integers(4, PAGES + 2))
hosts = st.builds(Host, run | anything, indices, indices, st.integers(0, 2 * PAGES), bounds)


@given(hosts)
def test_indices(host: Host) -> None:
    assert host.value(lookup_index) == host.looked_up
    assert host.value(other_is_in_the_block) == (host.other < PAGES)


@given(hosts, st.integers(0, 1000))
def test_what_the_guest_sees(host: Host, first_pfn: int) -> None:
    assert host.value(guest_sees_pfn, first_pfn << PAGE_SHIFT) == first_pfn + host.other


@given(hosts)
def test_consecutive(host: Host) -> None:
    distance = host.pfns[host.other % PAGES] - host.pfns[host.looked_up]
    assert host.value(consecutive) == (distance == host.other - host.looked_up)


@given(hosts)
def test_one_leaf(host: Host) -> None:
    aligned = host.pfns[host.looked_up] % PAGES == host.looked_up
    follows = host.pfns[host.other % PAGES] - host.pfns[host.looked_up] == host.other - host.looked_up
    assert host.value(block_is_one_leaf) == (aligned and (follows or host.other >= PAGES))


@given(hosts)
def test_the_vma(host: Host) -> None:
    start, end = host.vma_pages
    assert host.value(block_is_in_the_vma) == (start <= 0 and end >= PAGES)
    if host.other < PAGES:
        assert host.value(other_is_in_the_vma) == (start <= host.other < end)


@given(hosts)
def test_linear(host: Host) -> None:
    assert host.value(pfn_is_linear) == (host.pfns[host.looked_up] == host.pfns[0] + host.looked_up)


@given(hosts)
def test_congruent(host: Host) -> None:
    assert host.value(congruent(map_size, hva, fault_ipa))
