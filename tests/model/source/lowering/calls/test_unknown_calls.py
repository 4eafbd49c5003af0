# SPDX-License-Identifier: GPL-2.0-only
"""Calls of which nothing is known, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.program.procedure import Block, Origin
from model.source.errors import Unsupported
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.calls.unknown_calls import UnknownCalls
from model.source.lowering.state.context import Context
from model.source.lowering.state.havoc import fill_havoc
from model.source.types.ctypes import INT, Pointer, Struct
from model.source.types.syntax import Node, children
from model.source.types.values import Location, Value
from tests.support.c.stub_lowering import (
    context_of,
    declare_local,
    operands_of,
    parse,
    statements_of,
    symbol,
)

CODE = "int ask(int *p); struct s { int x; }; struct s make(void);"


def calls_of(context: Context, pointer: Value) -> UnknownCalls:
    return UnknownCalls(context, operands_of(context, {"p": pointer}), Prototypes(context.types))


def arguments_of(context: Context, code: str) -> tuple[Node, list[Node]]:
    node = parse(context, code)
    listed = node.child_by_field_name("arguments")
    assert listed is not None
    return node, children(listed)


def test_the_result_is_havoc_and_so_is_what_the_call_can_reach() -> None:
    context = context_of(CODE)
    declare_local(context, "x")
    declare_local(context, "y")
    pointer = Value(Pointer(INT), symbol("p", Pointer(INT)).term, (Location("x"),))
    node, arguments = arguments_of(context, "ask(p)")
    answer = calls_of(context, pointer).call(node, "ask", arguments)
    assert answer.type == INT
    assert context.objects.inputs[str(answer.term.data)].origin is Origin.HAVOC
    (block,) = fill_havoc(context.objects, statements_of(context))
    assert isinstance(block, Block)
    assert [getattr(s, "target", "") for s in block.body] == ["x"]
    assert ("havoc", "ask: nothing is known of it") in context.objects.ledger


def test_a_struct_that_is_returned_is_an_object_of_its_own() -> None:
    context = context_of(CODE)
    node, arguments = arguments_of(context, "make()")
    answer = calls_of(context, symbol("p")).call(node, "make", arguments)
    assert (answer.type, answer.locations) == (Struct("s"), (Location("make()"),))


def test_a_call_that_is_declared_nowhere_is_refused() -> None:
    context = context_of(CODE)
    node, arguments = arguments_of(context, "other()")
    with pytest.raises(Unsupported, match="a call of other, which is declared nowhere that is read"):
        calls_of(context, symbol("p")).call(node, "other", arguments)
