# SPDX-License-Identifier: GPL-2.0-only
"""Observables of a fault path, by which two runs are compared, and when each means anything."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term, conj, same
from model.vocabulary.memory import (
    excl_atomic_injected,
    kept_locked,
    logging_active,
    looked_up,
    lookup_gfn,
    lookup_writes,
    map_addr,
    map_locked,
    map_phys,
    map_size,
    mapped,
    marked_dirty,
    marked_gfn,
    mmap_locked,
    mmap_unlocked,
    mmap_unlocked_again,
    mmu_locked,
    mmu_unlocked,
    page_dirtied,
    page_kept,
    page_released,
    page_released_again,
    poison_hva,
    poison_told,
    prot,
    relax_locked,
    relaxed,
    relaxed_addr,
    relaxed_prot,
    ret,
    sanitised,
    sanitised_pfn,
    sanitised_size,
    vma_address,
)
from proofs.theorems.theorem import qualify


@dataclass(frozen=True)
class Observable:
    """Something that a fault path does: terms over its symbols, which mean something only ``when``
    it happened (None: always)."""

    terms: tuple[Term, ...]
    when: Term | None = None

    def agrees_with(self, other: str) -> Term:
        """The subjects "" and ``other`` agree on it; so they do if it did not happen in both."""
        equal = conj(*(same(what, qualify(other, what)) for what in self.terms))
        return equal if self.when is None else (self.when & qualify(other, self.when)) >> equal


#: Everything, to the last bit.  Whether each event happened is among it, so that no difference hides
#: behind an event that only one of the two had.
EVERYTHING: tuple[Observable, ...] = (
    Observable((ret,)),
    Observable((looked_up,)),
    Observable((lookup_gfn, lookup_writes), looked_up),
    Observable((mapped,)),
    Observable((map_addr, map_size, map_phys, prot), mapped),
    Observable((relaxed,)),
    Observable((relaxed_addr, relaxed_prot), relaxed),
    Observable((sanitised,)),
    Observable((sanitised_pfn, sanitised_size), sanitised),
    Observable((marked_dirty, page_dirtied, page_released, page_released_again)),
    Observable((marked_gfn,), marked_dirty & logging_active),  # of no other memslot is anything marked
    Observable((poison_told, excl_atomic_injected)),
    Observable((poison_hva,), poison_told),
    Observable((vma_address,), looked_up),
)

#: Which locks were taken and given back, and held at what, which a shape and its kernel may do in different
#: ways.
LOCKS = Observable(
    (
        mmap_locked,
        mmap_unlocked,
        mmap_unlocked_again,
        mmu_locked,
        mmu_unlocked,
        mapped & map_locked,
        relaxed & relax_locked,
        page_kept & kept_locked,
    )
)
