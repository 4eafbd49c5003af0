# SPDX-License-Identifier: GPL-2.0-only
"""Small C of our own, lowered as the kernel's is, for the front-end's tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from model.logic import FALSE, Term, signed, substitute, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Origin, Procedure
from model.source.contracts.contract import Contract
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.index.view import View
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import Objects
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree
from model.source.types.ctypes import CType, Int, Pointer
from model.source.types.parse_types import Types, find_function_declarator, text_at
from model.source.types.syntax import Node, Text
from model.source.types.values import Location, Value, is_scalar, sort_of

FILE = "arch/arm64/kvm/mmu.c"
MAKEFILE = "VERSION = 7\nPATCHLEVEL = 9\nSUBLEVEL = 1\n"
Functions = Mapping[tuple[str, tuple[int, ...]], int]


class _NoFiles:
    """A tree's store with nothing in it."""

    def read(self, rel: str) -> bytes | None:
        return None

    def read_all(self, rels: Iterable[str]) -> dict[str, bytes]:
        return {}

    def has(self, rel: str) -> bool:
        return False

    def files(self, prefix: str) -> Iterable[str]:
        return ()


def make_tree(code: str | bytes, headers: Mapping[str, str] | None = None) -> Tree:
    """A Linux tree, in memory, of one file and these headers (paths relative to the tree)."""
    files = {"Makefile": MAKEFILE, **(headers or {})}
    data = code.encode() if isinstance(code, str) else code
    return Tree("memory", _NoFiles(), {rel: text.encode() for rel, text in files.items()} | {FILE: data})


@dataclass(frozen=True)
class Lowered:
    """A lowered function; ``result`` is what it returns, a place, and ``type`` its C type."""

    procedure: Procedure
    result: Term
    type: CType
    ledger: frozenset[tuple[str, str]]

    def __call__(self, functions: Functions | None = None, **inputs: int) -> int:
        """The result on these inputs (``p__x`` is ``p->x``), as C would print it."""
        return self.at({text.replace("__", "->"): value for text, value in inputs.items()}, functions)

    def at(self, inputs: Mapping[str, int], functions: Functions | None = None) -> int:
        """The result on inputs by their names; both meanings of the procedure must give it."""
        return self._as_c(self._value(self.result, inputs, functions or {}))

    def holds(self, place: str, **inputs: int) -> int:
        """What a place holds in the end, as an unsigned number."""
        named = {text.replace("__", "->"): value for text, value in inputs.items()}
        return self._value(self.procedure.read(place), named, {})

    def _value(self, term: Term, inputs: Mapping[str, int], functions: Functions) -> int:
        known = self.procedure.inputs
        names = {
            n: v & ((1 << max(known[n].sort.width, 1)) - 1) if n in known else v for n, v in inputs.items()
        }
        run = interpret(self.procedure, Inputs(names, functions))
        value = run.value(term)
        found = symbolic.run(self.procedure).bind(term)
        assert value == value_of(found, lambda t: names.get(str(t.data), 0), run.inputs.call)
        return value

    def _as_c(self, value: int) -> int:
        return signed(value, self.type.width) if isinstance(self.type, Int) and self.type.signed else value

    @property
    def guesses(self) -> list[str]:
        """The inputs that stand for what is not known, in the result."""
        found = symbolic.run(self.procedure).bind(self.result)
        named: list[str] = []

        def leaf(t: Term) -> Term:
            named.append(str(t.data))
            return t

        substitute(found, leaf)
        inputs = self.procedure.inputs
        return [n for n in dict.fromkeys(named) if n in inputs and inputs[n].origin is Origin.HAVOC]


def lower(
    code: str | bytes,
    function: str = "f",
    *,
    headers: Mapping[str, str] | None = None,
    contracts: Mapping[str, Contract] | None = None,
    pages: str = "4K",
) -> Lowered:
    """Lower one function of a file; its parameters are inputs of their own names."""
    return lower_in(view_of(code, headers, pages), function, contracts)


def view_of(code: str | bytes, headers: Mapping[str, str] | None = None, pages: str = "4K") -> View:
    """What the names in a file mean."""
    return Index.build(make_tree(code, headers), None).view(Profile.builtin(pages), FILE)


def lower_in(view: View, function: str, contracts: Mapping[str, Contract] | None = None) -> Lowered:
    """Lower one function of a file that was read."""
    front = FrontEnd(Types(view), Objects(), contracts or {})
    found = view.function(function)
    assert found is not None, f"{function} was not found"
    text = text_at(found)
    node = front.types.parser.function(text)
    term = front.lower_target(function, _arguments(front, node, text))
    objects = front.objects
    procedure = Procedure(function, tuple(objects.bodies[0]), objects.places, objects.inputs)
    ledger = frozenset(objects.ledger)
    return Lowered(procedure, FALSE if term is None else term, front.types.result(node, text), ledger)


def _arguments(front: FrontEnd, node: Node, text: Text) -> list[Value]:
    arguments = []
    for name, t, _ in front.types.parameters(find_function_declarator(node, text), text):
        targets = (front.objects.pointee(name, t),) if isinstance(t, Pointer) else (Location(name),)
        term = front.objects.input(name, sort_of(t)) if is_scalar(t) else FALSE
        arguments.append(Value(t, term, () if isinstance(t, Int) else targets))
    return arguments


def refused(
    code: str,
    function: str = "f",
    *,
    headers: Mapping[str, str] | None = None,
    contracts: Mapping[str, Contract] | None = None,
) -> str:
    """Why a function has no lowering: the line, and what was found there."""
    with pytest.raises(Unsupported) as raised:
        lower(code, function, headers=headers, contracts=contracts)
    assert raised.value.file == FILE or raised.value.file in (headers or {})
    return f"{raised.value.line}: {raised.value.construct}"
