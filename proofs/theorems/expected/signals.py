# SPDX-License-Identifier: GPL-2.0-only
"""Declared answers: faults that are another's to take."""

from __future__ import annotations

from proofs.theorems.expectation import Table, not_asked, proved, until

EXPECTED: Table = {
    "poisoned_pages_are_told_to_the_vmm": proved(),
    "only_poisoned_pages_are_told_to_the_vmm": proved(),
    "poison_is_told_where_the_vmm_has_it": proved(),
    "unsupported_exclusive_accesses_are_injected_into_the_guest": proved(),
    "unsupported_exclusive_accesses_return_to_the_guest": proved(),
    "unsupported_exclusive_accesses_map_nothing": proved(),
    "unsupported_exclusive_accesses_add_no_permission": proved(),
    "only_unsupported_exclusive_accesses_are_injected": proved(),
    "injected_faults_return_to_the_guest": proved(
        not_asked(until("v6.17"), reason="Up to v6.19 nothing is injected here."),
    ),
}
