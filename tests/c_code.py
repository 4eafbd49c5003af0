# SPDX-License-Identifier: GPL-2.0-only
"""Small C of our own, lowered as the kernel's is, for the front-end's tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model.interpreter import Inputs, interpret
from model.logic import signed
from model.procedure import Procedure
from model.source.contracts import Contract
from model.source.ctypes import Int, Pointer
from model.source.index import Index
from model.source.objects import Objects, sort_of
from model.source.profile import Profile
from model.source.statements import Statements
from model.source.tree import Tree
from model.source.types import Types, function_declarator, text_at
from model.source.values import Value

MAKEFILE = "VERSION = 7\nPATCHLEVEL = 9\nSUBLEVEL = 1\n"
FILE = "arch/arm64/kvm/mmu.c"


def make_tree(top: Path, code: str, headers: dict[str, str] | None = None) -> Tree:
    """A Linux tree of one file and these headers (paths relative to the tree)."""
    files = {"Makefile": MAKEFILE, FILE: code, "include/linux/empty.h": ""} | (headers or {})
    for rel, text in files.items():
        path = top / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Tree.open(top)


@dataclass(frozen=True)
class Lowered:
    """A lowered function and the place of its result."""

    procedure: Procedure
    result: str
    width: int
    is_signed: bool
    ledger: frozenset[tuple[str, str]]

    def __call__(self, functions: dict[tuple[str, tuple[int, ...]], int] | None = None, **inputs: int) -> int:
        """The result on these inputs, as C would print it."""
        names = {text.replace("__", "->"): value for text, value in inputs.items()}
        run = interpret(self.procedure, Inputs(names, functions or {}))
        value = run.value(self.procedure.read(self.result))
        return signed(value, self.width) if self.is_signed else value


def lower(
    top: Path,
    code: str,
    function: str = "f",
    *,
    headers: dict[str, str] | None = None,
    contracts: dict[str, Contract] | None = None,
    pages: str = "4K",
) -> Lowered:
    """Lower one function of a file; its parameters are inputs of their own names."""
    index = Index.build(make_tree(top, code, headers), None)
    view = index.view(Profile.builtin(pages), FILE)
    front = Statements(Types(view), Objects(), contracts or {})
    found = view.function(function)
    assert found is not None, f"{function} was not found"
    text = text_at(found)
    node = front.types.parser.function(text)
    arguments = []
    for name, t, _ in front.types.parameters(function_declarator(node), text):
        targets = (front.objects.pointee(name, t),) if isinstance(t, Pointer) else ()
        arguments.append(Value(t, front.objects.input(name, sort_of(t)), targets))
    result = front.root(function, arguments)
    procedure = Procedure(function, tuple(front.objects.bodies[0]), front.objects.places, front.objects.inputs)
    t = front.types.result(node, text)
    place = str(result.data) if result is not None else ""
    ledger = frozenset(front.objects.ledger)
    return Lowered(procedure, place, t.width if isinstance(t, Int) else 64,
                   isinstance(t, Int) and t.signed, ledger)  # fmt: skip
