# SPDX-License-Identifier: GPL-2.0-only
"""A stub of the lowering, so that one collaborator of it can be tested alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from model.logic import is_same, name
from model.program.procedure import Call, Statement
from model.source.contracts.contract import Contract
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Objects, Slot
from model.source.types.ctypes import INT, CType
from model.source.types.parse_types import Types
from model.source.types.syntax import Node, Text, text_of
from model.source.types.values import Value, sort_of
from tests.support.c.c_code import FILE, view_of


def context_of(code: str = "", contracts: Mapping[str, Contract] | None = None) -> Context:
    """The context of a lowering of that file, before anything was lowered."""
    return Context(Types(view_of(code)), Objects(), contracts or {})


def parse(context: Context, code: str) -> Node:
    """One expression or statement, which is the text at hand from here on."""
    context.text = Text(code.encode(), FILE, 1, fixed=code)
    return context.types.parser.fragment(context.text)


def symbol(text: str, t: CType = INT) -> Value:
    """Any value of that type."""
    return Value(t, name(text, sort_of(t)))


def is_equal(one: Value, other: Value) -> bool:
    """Whether the values have one type, one term and the same locations."""
    return (one.type, one.locations) == (other.type, other.locations) and is_same(one.term, other.term)


def declare_local(context: Context, path: str, t: CType = INT) -> Value:
    """A local of that name, and what it holds."""
    context.objects.declare(path)
    context.scopes[-1][path] = Slot(path, t)
    return context.objects.load(path, t)


@dataclass
class StubLowering:
    """Gives expressions the values of a table, and turns every call and statement into an event.

    ``values`` are values by text, or functions that make one, with effects of their own.  An expression
    that is not in the table is any int, under its text as its name.
    """

    context: Context
    values: Mapping[str, Value | Callable[[], Value]] = field(default_factory=dict)

    def rvalue(self, node: Node) -> Value:
        value = self.values.get(text_of(node), symbol(text_of(node)))
        return value() if callable(value) else value

    def call(self, node: Node) -> Value:
        self._emit(text_of(node))
        return symbol(text_of(node))

    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value:
        self._emit(f"{name} with {len(arguments)} arguments")
        return symbol(name)

    def statement(self, node: Node) -> None:
        self._emit(text_of(node))

    def sequence(self, nodes: list[Node]) -> None:
        for node in nodes:
            self.statement(node)

    def statement_expression(self, node: Node) -> Value:
        self._emit(text_of(node))
        return symbol(text_of(node))

    def _emit(self, event: str) -> None:
        self.context.objects.emit(Call(event, ()))


def operands_of(
    context: Context, values: Mapping[str, Value | Callable[[], Value]] | None = None
) -> Operands:
    """The operands of a context, on top of a stub."""
    return Operands(context, StubLowering(context, values or {}))


def statements_of(context: Context) -> list[Statement]:
    """What was emitted so far."""
    return context.objects.bodies[0]
