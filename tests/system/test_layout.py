# SPDX-License-Identifier: GPL-2.0-only
"""The architecture holds: one direction of imports, one file for z3, printing in doors only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = {"model": (), "counterexamples": ("model",), "proofs": ("model", "counterexamples")}
DOORS = {
    "proofs/check.py",
    "proofs/run.py",
    "proofs/fetch.py",
    "proofs/bench.py",
    "proofs/crosscheck.py",
    "proofs/gallina.py",
    "proofs/mutate.py",
    "proofs/attach.py",
    "proofs/bugs.py",
}
#: A door's command line, where it is long enough for a file of its own.
COMMAND_LINES = {"proofs/cli/options.py"}
FILES = sorted(path for room in ROOMS for path in (TOP / room).rglob("*.py"))


def rel(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=rel)
def test_a_room_imports_only_those_before_it(path: Path) -> None:
    if rel(path) in DOORS:  # they may import anything
        return
    room = path.relative_to(TOP).parts[0]
    others = {name.split(".")[0] for name in imported(path)} & {*ROOMS, "tests"}
    assert others <= {room, *ROOMS[room]}


@pytest.mark.parametrize("path", FILES, ids=rel)
def test_nothing_imports_a_door(path: Path) -> None:
    doors = {door.removesuffix(".py").replace("/", ".") for door in DOORS}
    assert doors.isdisjoint(imported(path))


@pytest.mark.parametrize("path", FILES, ids=rel)
def test_only_doors_print_and_read_the_command_line(path: Path) -> None:
    if rel(path) in DOORS:
        return
    tree = ast.parse(path.read_text())
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert "print" not in called
    assert "argparse" not in set(imported(path)) or rel(path) in COMMAND_LINES


def test_z3_is_imported_in_one_file() -> None:
    users = [rel(path) for path in FILES if any(n.split(".")[0] == "z3" for n in imported(path))]
    assert users == ["proofs/solvers/smt/z3.py"]


@pytest.mark.parametrize("path", FILES, ids=rel)
def test_no_star_imports_and_no_inspect(path: Path) -> None:
    names = list(imported(path))
    assert not any(name.endswith(".*") for name in names)
    assert "inspect" not in names


@pytest.mark.parametrize("path", [p for p in FILES if p.stat().st_size], ids=rel)
def test_every_file_says_its_licence_and_its_question(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# SPDX-License-Identifier: GPL-2.0-only\n")
    assert ast.get_docstring(ast.parse(text))
