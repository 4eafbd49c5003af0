# SPDX-License-Identifier: GPL-2.0-only
"""All roots, in the order in which they are read and told."""

from __future__ import annotations

from model.source.targets.functions import fault, host, leaf, memslot, pfn_lookup, tags
from model.source.targets.target import Root

ROOTS: tuple[Root, ...] = (
    *fault.ROOTS,
    *tags.ROOTS,
    *memslot.ROOTS,
    *leaf.ROOTS,
    *host.ROOTS,
    *pfn_lookup.ROOTS,
)
