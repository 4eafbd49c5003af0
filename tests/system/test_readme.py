# SPDX-License-Identifier: GPL-2.0-only
"""README tells every theorem that fails in a kernel, and names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

from model.kernels import load_kernel_table
from proofs.claims.catalogue import theorems
from proofs.claims.kernel.invalidation_order import THEOREM as INVALIDATIONS
from proofs.claims.relational.conformance import CONFORMANCE
from proofs.verdicts.assumptions import ROWS

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
FINDINGS = README[README.index("## Findings so far") : README.index("## What is proved of which function")]


def test_every_refuted_theorem_has_an_entry() -> None:
    refuted = {known.theorem for known in load_kernel_table().known if known.witness}
    assert sorted(name for name in refuted if f"`{name}" not in FINDINGS) == []


def test_every_theorem_that_an_entry_names_exists() -> None:
    names = {named.name for named in theorems()} | {CONFORMANCE, INVALIDATIONS}
    told = set(re.findall(r"`(\w+_are_\w+|\w+_get_\w+|\w+_would_\w+|\w+_is_\w+)(?:@[\w.:]+)?`", FINDINGS))
    assert len(told) > 20
    assert sorted(told - names) == []


def test_the_coverage_that_is_shown_has_every_assumption() -> None:
    assert [row.name for row in ROWS if f"| `{row.name}` |" not in README] == []
