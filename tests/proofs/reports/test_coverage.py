# SPDX-License-Identifier: GPL-2.0-only
"""The tables of what is proved of which function: whole texts, and the door's exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.claims.claim import Claim, Skipped
from proofs.fetch import main
from proofs.reports.coverage import TreeCoverage, render_markdown
from proofs.reports.table import Report
from proofs.verdicts.verdict import make_unsupported
from tests.support import toy
from tests.support.solvers.asking import ask
from tests.system.test_front_door import make_tree

MERGED = toy.claims()
FORGETFUL = toy.claims(toy.fault_path(test_hardware=False))


def of(subject: str, claims: Sequence[Claim], *theorems: str) -> list[Claim]:
    return [replace(c, subject=subject) for c in claims if c.theorem in theorems]


def test_the_tables() -> None:
    old = Report(
        tuple(ask(of("6.1", MERGED, "never_both", "all_needs_hardware"))),
        (
            Skipped("the theorems", "6.1:gmem_abort", "there is none."),
            Skipped("a", "6.1:pkvm_mem_abort", "6.1:pkvm_mem_abort has no a."),
        ),
        contracts={"6.1": ("pfn_is_map_memory",)},
    )
    wrong = of("7.3", FORGETFUL, "never_both", "beyond_needs_hardware")
    unread = [make_unsupported(c, "mmu.c:1: asm") for c in of("7.3:pkvm_mem_abort", MERGED, "never_both")]
    new = Report(
        (*ask([*wrong, *of("7.3:gmem_abort", MERGED, "never_both")]), *unread),
        contracts={"7.3": ("vma_lookup", "pfn_is_map_memory"), "7.3:gmem_abort": ()},
    )
    verdicts, assumed, contracts = render_markdown(
        [TreeCoverage("6.1.190", old), TreeCoverage("7.3.4", new)]
    ).split("\n\n", 2)
    assert (
        verdicts
        == """\
| function | theorems | 6.1.190 | 7.3.4 |
|---|---|---|---|
| `user_mem_abort()` | toy | 1 proved, 1 refuted | 1 proved, 1 refuted (1 not as declared) |
| `gmem_abort()` | toy | no such function | 1 proved |
| `pkvm_mem_abort()` | toy | none applies | unsupported |"""
    )
    assert "| `pfn_is_map_memory` | trusted | trusted |" in assumed.splitlines()
    assert "| `kvm_s2_handle_perm_fault` | not assumed | not assumed |" in assumed.splitlines()
    assert contracts.splitlines()[2:] == ["* `user_mem_abort()`: `pfn_is_map_memory`, `vma_lookup`"]


def test_a_function_that_no_theorem_applies_to_has_a_row() -> None:
    only = Report((), (Skipped("the theorems", "6.1:gmem_abort", "there is none."),))
    assert (
        render_markdown([TreeCoverage("6.1.190", only)]).splitlines()[2]
        == "| `gmem_abort()` |  | no such function |"
    )


def test_a_path_that_is_no_tree_is_one_sentence_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--coverage", str(tmp_path)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("There is no coverage to print: ")
    assert error.strip().count("\n") == 0


def test_a_tree_that_cannot_be_read_is_unsupported_and_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tree(tmp_path, "int user_mem_abort(int a) { return a + = 1; }")
    assert main(["--coverage", str(tmp_path)]) == 3
    out = capsys.readouterr().out
    assert "| function | theorems | 7.9.1 |" in out
    assert "| `user_mem_abort()` | memory_type | unsupported |" in out
