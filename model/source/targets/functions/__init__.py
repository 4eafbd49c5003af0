# SPDX-License-Identifier: GPL-2.0-only
"""All targets, in the order in which they are read and reported; one module a subject."""

from __future__ import annotations

from model.source.targets.functions import fault, host, leaf, memslot, pfn_lookup, tags
from model.source.targets.target import Target

TARGETS: tuple[Target, ...] = (
    *fault.TARGETS,
    *tags.TARGETS,
    *memslot.TARGETS,
    *leaf.TARGETS,
    *host.TARGETS,
    *pfn_lookup.TARGETS,
)
