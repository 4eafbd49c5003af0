# SPDX-License-Identifier: GPL-2.0-only
"""Benchmarks: the copy that is patched before each run, and the rows of the table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from proofs import bench
from proofs.bench import CLAIMS, BenchCommand, Measurement, render_rows
from proofs.validation.mutation.decide import MutantStatus
from proofs.validation.mutation.score import Score
from tests.support.c.c_code import FILE, MAKEFILE

HEAD = "int x;\nstatic int user_mem_abort(struct kvm_vcpu *vcpu,\n\t\t\t  bool is_perm)\n{"


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    top = tmp_path / "7.3"
    for rel, text in {FILE: HEAD + "\n}\n", "Makefile": MAKEFILE, "Documentation/x": "not read\n"}.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)
    return top


def test_the_patched_tree_is_a_copy_and_differs_before_each_run(linux: Path, tmp_path: Path) -> None:
    patched = [s for s in bench.list_commands([linux], tmp_path / "copies") if s.patched is not None]
    assert [s.name for s in patched] == ["7.3, read patched"]
    copy = patched[0].patched
    assert copy is not None and not (copy / "Documentation").exists()
    for number in (1, 2):
        bench.change(copy)
        assert (copy / FILE).read_text() == HEAD + " ;" * number + "\n}\n"
    assert (linux / FILE).read_text() == HEAD + "\n}\n"


def test_a_tree_without_the_function_is_refused(linux: Path) -> None:
    (linux / FILE).write_text("static int user_mem_abort(void);\n")
    with pytest.raises(
        ValueError, match=r"mmu\.c has no function user_mem_abort\(\), which is to be changed\."
    ):
        bench.change(linux)


def test_the_bench_says_how_many_claims_about_mutants_are_checked_in_a_second() -> None:
    said = Score("some", Counter({MutantStatus.KILLED_BY_THEOREM: 3}), (), 9, 40).render_text().encode()
    assert CLAIMS.findall(said) == [b"40"]
    runs = {
        BenchCommand("import z3", ()): [Measurement(0.5, 1, 0)],
        BenchCommand("mutants", ()): [
            Measurement(2, 1, 0, 40),
            Measurement(4, 1, 0, 40),
            Measurement(8, 1, 0, 40),
        ],
    }
    assert list(render_rows(runs))[-1] == (
        "mutants: 40 claims about mutants, 10 a second; 5 in the time of import z3."
    )
