# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts of the theorems, by shape.  A theorem without a row has none, which is never green.

Each refutation says what every counterexample must show, and why it is right, with its source.  D1
to D12 are in ``counterexamples.scenarios.programs``.
"""

from __future__ import annotations

from proofs.theorems.expectation import PROVED, Expectation, NotApplicable, Table
from proofs.theorems.expected import (
    block_size,
    cow,
    dirty_logging,
    memory_type,
    permissions,
    refusal,
    resources,
    versions,
)

EXPECTED: Table = {
    **memory_type.EXPECTED,
    **cow.EXPECTED,
    **versions.EXPECTED,
    **permissions.EXPECTED,
    **dirty_logging.EXPECTED,
    **block_size.EXPECTED,
    **refusal.EXPECTED,
    **resources.EXPECTED,
}


def find_expectation(theorem: str, shape: str) -> Expectation | NotApplicable | None:
    """The expectation that is declared of a theorem about a shape; None if there is none."""
    row = EXPECTED.get(theorem)
    return None if row is None else row.get(shape, PROVED)
