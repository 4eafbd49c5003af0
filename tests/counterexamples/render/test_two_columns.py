# SPDX-License-Identifier: GPL-2.0-only
"""A shape and a kernel stand beside each other by the value that decides in both; what has none is said."""

from __future__ import annotations

from dataclasses import replace

from counterexamples.render.two_columns import NO_BRANCH, WIDTH, render_two_columns
from model.logic import name
from proofs.claims.subject import parse_subject
from proofs.reports.explain.shape_replay import render_counterpart
from tests.support import toy
from tests.support.solvers.asking import ask_closely

FORGETFUL = toy.fault_path(test_hardware=False)
CLAIMS = {claim.theorem: claim for claim in toy.claims(FORGETFUL)}


def test_a_value_has_one_row_with_what_it_decides_in_both() -> None:
    claim = CLAIMS["efault_is_given"]
    both = replace(claim, procedures={"": FORGETFUL, "merged": toy.fault_path()}, then=~name("merged:mapped"))
    found = ask_closely([replace(both, given=(name("mapped"), *claim.given), expected=None)])[0].example
    assert found is not None
    lines = render_two_columns(found, "merged", "").splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "shape merged" in lines[0] and "forgetful" in lines[0]
    at = lines.index("!pfn_is_map_memory, vm_flags = VM_PFNMAP:")
    assert lines[at + 1].count("line 7:") == 2
    at = lines.index("!ARM64_HAS_STAGE2_FWB:")
    assert lines[at + 1].count(NO_BRANCH) == 2
    assert any("-EFAULT." in line for line in lines)


def test_what_has_no_counterpart_is_told() -> None:
    (found,) = ask_closely([CLAIMS["beyond_needs_hardware"]])
    assert render_counterpart(found.verdict, None) == ""
    assert render_counterpart(found.verdict, parse_subject("7.3:gmem_abort")) == (
        "No model has a counterpart of it: models stand for user_mem_abort() alone, not gmem_abort()."
    )
    assert render_counterpart(found.verdict, parse_subject("6.1")).startswith("No model stands for 6.1")
