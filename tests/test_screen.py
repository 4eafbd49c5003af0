# SPDX-License-Identifier: GPL-2.0-only
"""A table on a terminal has the same words as the plain one."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import toy
from asking import ask

from proofs import report, screen
from proofs.report import Report

ROOT = Path(__file__).resolve().parent.parent


def test_the_same_words_as_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found = Report(tuple(ask([*toy.claims(), *toy.claims(toy.fault_path(test_hardware=False))])))
    stream = io.StringIO()
    screen.put(report.table(found), stream)
    text = re.sub(r"\033\[[0-9;]*m", "", stream.getvalue())
    assert text.split() == report.plain(report.table(found)).split()


def test_rich_is_not_imported_for_a_pipe() -> None:
    code = "import sys, proofs.run; print([m for m in ('rich', 'z3', 'sympy', 'tree_sitter') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
