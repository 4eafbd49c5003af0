# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: versions beside each other, and tests that are dead."""

from __future__ import annotations

from model.vocabulary.memory import beyond, is_mixedmap, is_pfnmap, is_vma_cacheable
from proofs.theorems.expectation import Table, proved, refuted

EXPECTED: Table = {
    "does_what_the_version_before_does_elsewhere": proved(),
    "does_something_else_there": proved(),
    "the_test_inside_cacheable_pfnmap_is_dead": proved(),
    "the_test_before_enoexec_is_dead": proved(
        refuted(
            "v8",
            witness=beyond & is_mixedmap & ~is_pfnmap & is_vma_cacheable,
            reason="Alive in v8, where a cacheable VM_MIXEDMAP VMA is neither COW-tested nor "
            "cacheable_pfnmap (D7).",
        )
    ),
}
