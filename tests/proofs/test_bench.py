# SPDX-License-Identifier: GPL-2.0-only
"""What is measured: the copy that is patched before each run, and the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs import bench
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
    patched = [s for s in bench.subjects([linux], tmp_path / "copies") if s.patched is not None]
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
