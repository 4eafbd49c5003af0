# SPDX-License-Identifier: GPL-2.0-only
"""Is the is_cow_mapping() test of a series version redundant?  Asked pointwise, theorem by theorem.

A version that has the test is compared with itself without it, on the same inputs.  For each
theorem that forbids something: on every input that the test refuses, the version without the test
keeps to the theorem.  And: which inputs are refused, and what becomes of them without the test.
"""

from __future__ import annotations

from model.memory import mapped, marked_dirty, relaxed, sanitised
from proofs.theorem import Theorem

#: What a theorem that forbids something speaks of: a kernel that refuses every fault satisfies it.
_DEEDS = (mapped, relaxed, sanitised, marked_dirty)


def forbids(theorem: Theorem) -> bool:
    """Whether the theorem is about something that was done: refusing more can never break it."""
    return any(given.key == deed.key for given in theorem.given for deed in _DEEDS)
