# SPDX-License-Identifier: GPL-2.0-only
"""A table on a terminal has the same words as the plain one."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.reports import functions, table, terminal
from proofs.reports.table import Report
from tests.support import toy
from tests.support.solvers.asking import ask

ROOT = Path(__file__).resolve().parents[3]


def bare(text: str) -> str:
    """The text without its colours."""
    return re.sub(r"\033\[[0-9;]*m", "", text)


def test_the_same_words_as_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found = Report(tuple(ask([*toy.claims(), *toy.claims(toy.fault_path(test_hardware=False))])))
    stream = io.StringIO()
    terminal.print_tables([table.build_table(found)], stream)
    assert bare(stream.getvalue()).split() == table.render_text(table.build_table(found)).split()


def test_an_outline_is_the_plain_one_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    claims = [replace(claim, subject="7.3:gmem_abort") for claim in toy.claims()]
    shown = functions.build_outline(Report(tuple(ask(claims))))
    stream = io.StringIO()
    terminal.print_tables([shown], stream)
    assert bare(stream.getvalue()) == functions.render_text(shown) + "\n"
    assert "\033[" in stream.getvalue()


def test_rich_is_not_imported_for_a_pipe() -> None:
    code = "import sys, proofs.run; print([m for m in ('rich', 'z3', 'sympy', 'tree_sitter') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
