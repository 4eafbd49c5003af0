# SPDX-License-Identifier: GPL-2.0-only
"""What two runs of a fault path are compared by: something that both did, and when it means anything."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term, conj, same
from model.memory import (
    looked_up,
    lookup_gfn,
    map_addr,
    map_phys,
    map_size,
    mapped,
    marked_dirty,
    mmap_locked,
    mmap_unlocked,
    mmap_unlocked_again,
    mmu_locked,
    mmu_unlocked,
    page_released,
    page_released_again,
    prot,
    relaxed,
    relaxed_addr,
    relaxed_prot,
    ret,
    sanitised,
    sanitised_pfn,
    sanitised_size,
)
from proofs.claim import about


@dataclass(frozen=True)
class Observable:
    """Something that a fault path does: terms over its words, which mean something only ``when``
    it happened (None: always)."""

    whats: tuple[Term, ...]
    when: Term | None = None

    def alike(self, other: str) -> Term:
        """The subjects "" and ``other`` agree on it; so they do if it did not happen in both."""
        equal = conj(*(same(what, about(other, what)) for what in self.whats))
        return equal if self.when is None else (self.when & about(other, self.when)) >> equal


#: Everything, to the last bit.  Whether each event happened is among it, so that no difference hides
#: behind an event that only one of the two had.
EVERYTHING: tuple[Observable, ...] = (
    Observable((ret,)),
    Observable((looked_up,)),
    Observable((lookup_gfn,), looked_up),
    Observable((mapped,)),
    Observable((map_addr, map_size, map_phys, prot), mapped),
    Observable((relaxed,)),
    Observable((relaxed_addr, relaxed_prot), relaxed),
    Observable((sanitised,)),
    Observable((sanitised_pfn, sanitised_size), sanitised),
    Observable((marked_dirty, page_released, page_released_again)),
)

#: Which locks were taken and given back, which a shape and its kernel may do in different ways.
LOCKS = Observable((mmap_locked, mmap_unlocked, mmap_unlocked_again, mmu_locked, mmu_unlocked))
