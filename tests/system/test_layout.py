# SPDX-License-Identifier: GPL-2.0-only
"""The layout of the tree: every import goes down, one importer for each package, small folders, one name for one thing."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("model", "counterexamples", "proofs")
COMMANDS = {f"proofs.{path.stem}" for path in (TOP / "proofs").glob("*.py")}
#: An old name, which only says where a command went.
SHIM = "counterexamples/run.py"

#: From the ground up: a file imports from its own package or from an earlier group.
ORDER = (
    ("model.logic",),
    ("model.vocabulary", "model.cache"),
    ("model.program", "model.facts"),
    ("model.shape", "model.kernels"),
    ("model.arch", "model.source"),
    ("counterexamples",),
    ("proofs.theorems", "proofs.solvers", "proofs.cli"),
    ("proofs.claims",),
    ("proofs.verdicts",),
    ("proofs.reports", "proofs.review", "proofs.evidence", "proofs.validation"),
    ("proofs",),
)
SOURCE = (
    ("trees", "preprocessor", "contracts", "errors"),
    ("index",),
    ("types", "readings"),
    ("lowering",),
    ("targets",),
    ("kernel",),
)
REVIEW = (("patches",), ("review",), ("comparison", "entries"), ("formats",), ("page",), ("files",))
#: The checker of evidence rests on the terms, their clauses and itself.
CHECKER = ("model.logic", "proofs.solvers.sat", "proofs.evidence.checker")

ONE_IMPORTER = ("z3", "pysat", "tree_sitter", "sympy", "rich", "sqlite3")  # bitwuzla, cvc5: import_module()
MAY_START_PROCESSES = {
    "model.source.trees.apt",
    "model.source.trees.stores",
    "proofs.bench",
    "proofs.evidence.coq.compile",
    "proofs.review.patches.commits",
    "proofs.solvers.smt.pool",
    "proofs.validation.differential.program",
}
MOST_ENTRIES, MOST_LINES = 10, 330


def module_of(path: Path) -> str:
    return path.relative_to(TOP).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


FILES = {module_of(path): path for room in ROOMS for path in sorted((TOP / room).rglob("*.py"))}
TREES = {module: ast.parse(path.read_text()) for module, path in FILES.items()}


def imports_of(module: str) -> Iterator[str]:
    """The modules that a module imports: of ``from package import name``, the name where it is a module."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in FILES else node.module


def has_prefix(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def room_of(module: str, order: Iterable[Iterable[str]], within: str = "") -> tuple[int, str] | None:
    """The floor and the name of the room that a module lies in; None if in none."""
    for floor, group in enumerate(order):
        for room in group:
            if has_prefix(module, within + room):
                return floor, room
    return None


def ups(order: Iterable[Iterable[str]], within: str = "") -> list[str]:
    """The imports that do not go down."""
    found = []
    for module in FILES:
        here = room_of(module, order, within)
        for other in set(imports_of(module)) if here else ():
            there = room_of(other, order, within)
            if here and there and here[1] != there[1] and there[0] >= here[0]:
                found.append(f"{module} imports {other}")
    return sorted(found)


def test_every_import_goes_down() -> None:
    placed = {module for module in FILES if room_of(module, ORDER)}
    assert set(FILES) - placed == {"model"}
    assert ups(ORDER) == []
    assert ups(SOURCE, "model.source.") == []
    assert ups(REVIEW, "proofs.review.") == []


def test_the_checker_of_evidence_rests_on_what_is_trusted() -> None:
    ours = {
        (m, i) for m in FILES if has_prefix(m, CHECKER[2]) for i in imports_of(m) if i.split(".")[0] in ROOMS
    }
    assert ours and {pair for pair in ours if not any(has_prefix(pair[1], room) for room in CHECKER)} == set()


@pytest.mark.parametrize("package", ONE_IMPORTER)
def test_a_package_has_one_importer(package: str) -> None:
    assert len([m for m in FILES if any(has_prefix(name, package) for name in imports_of(m))]) == 1


def test_few_files_start_processes() -> None:
    assert {m for m in FILES if "subprocess" in imports_of(m)} == MAY_START_PROCESSES


def test_only_commands_print_and_read_the_command_line() -> None:
    allowed = COMMANDS | {module for module in FILES if has_prefix(module, "proofs.cli")}
    for module in FILES.keys() - allowed:
        called = {
            n.func.id
            for n in ast.walk(TREES[module])
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert "print" not in called and "argparse" not in set(imports_of(module)), module


def test_nothing_imports_a_command() -> None:
    commands = COMMANDS - {"proofs.__init__"}
    assert [(m, name) for m in FILES for name in imports_of(m) if name in commands] == []


def entries(folder: Path) -> list[str]:
    """What ``ls`` shows of a folder; of the one with the commands, its folders."""
    ignored = {"__init__.py", "__pycache__", "py.typed"}
    names = [path for path in folder.iterdir() if path.name not in ignored and path != TOP / SHIM]
    commands = folder in (TOP / "proofs", TOP / "tests/proofs")
    return sorted(path.name for path in names if (has_files(path) if path.is_dir() else not commands))


def has_files(folder: Path) -> bool:
    """Whether there is more in a folder than what Python compiled of files that are gone."""
    return any(path.is_file() and path.parent.name != "__pycache__" for path in folder.rglob("*"))


def test_folders_are_small() -> None:
    folders = {
        path.parent for room in (*ROOMS, "tests") for path in (TOP / room).rglob("*") if path.is_file()
    }
    folders = {folder for folder in folders if folder.name != "__pycache__"}
    full = {
        folder.relative_to(TOP).as_posix(): entries(folder)
        for folder in folders | {f.parent for f in folders} - {TOP}
    }
    assert {name: found for name, found in full.items() if len(found) > MOST_ENTRIES} == {}


def test_files_are_small() -> None:
    long = {m: n for m, path in FILES.items() if (n := len(path.read_text().splitlines())) > MOST_LINES}
    assert long == {}


def test_a_public_class_is_defined_once() -> None:
    defined = defaultdict(list)
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(module)
    assert {name: modules for name, modules in defined.items() if len(modules) > 1} == {}


def test_a_docstring_says_what_a_module_is() -> None:
    first = {m: (ast.get_docstring(tree) or "").split("\n")[0] for m, tree in TREES.items() if tree.body}
    assert [m for m, line in first.items() if not line or "?" in line] == []
    assert [
        m for m, path in FILES.items() if path.stat().st_size and not path.read_text().startswith("# SPDX-")
    ] == []


def test_no_star_imports_and_no_inspect() -> None:
    stars = [
        m
        for m, t in TREES.items()
        for n in ast.walk(t)
        if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"
    ]
    assert stars == [] and [m for m in FILES if "inspect" in imports_of(m)] == []


def test_tests_lie_where_the_code_lies() -> None:
    tests = sorted((TOP / "tests").rglob("*.py"))
    places = {path: path.parent.relative_to(TOP / "tests") for path in tests}
    astray = [path for path, place in places.items() if place.parts[:1] and place.parts[0] in ROOMS]
    astray = [path for path in astray if not (TOP / places[path]).is_dir()]
    assert astray == []
    names = Counter(path.name for path in tests)
    helpers = [path for path in tests if not path.name.startswith("test_") and names[path.name] > 1]
    assert helpers == []
    used = [
        n.module
        for p in tests
        for n in ast.walk(ast.parse(p.read_text()))
        if isinstance(n, ast.ImportFrom) and n.module
    ]
    assert {name for name in used if name.split(".")[0] in names} == set()
