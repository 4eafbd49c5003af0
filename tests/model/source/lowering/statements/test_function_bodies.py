# SPDX-License-Identifier: GPL-2.0-only
"""Function bodies, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.program.procedure import Call, walk
from model.source.errors import Unsupported
from model.source.lowering.expressions.initialisers import Initialisers
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.state.context import Context
from model.source.lowering.statements.function_bodies import FunctionBodies
from model.source.types.ctypes import INT
from model.source.types.syntax import Node
from tests.support.c.stub_lowering import (
    StubLowering,
    context_of,
    is_equal,
    operands_of,
    parse,
    statements_of,
    symbol,
)

CODE = """
int shown(int x) { show(x); return x; }
int changed(int x) { x++; return x; }
int plain(int x) { return x + 1; }
"""


class Recorder(StubLowering):
    """Looks at the frame and the names in scope when a body is lowered."""

    def __init__(self, context: Context):
        super().__init__(context)
        self.frames: list[str] = []
        self.constant: list[bool] = []

    def statement(self, node: Node) -> None:
        self.frames.append(self.context.frame.path)
        slot = self.context.slot("x")
        self.constant.append(slot is not None and slot.value is not None)
        super().statement(node)


def bodies_of(context: Context) -> tuple[FunctionBodies, Recorder]:
    operands, lowering = operands_of(context), Recorder(context)
    initialisers = Initialisers(context, Storage(context, operands), lowering)
    return FunctionBodies(context, operands, initialisers, lowering), lowering


def test_a_body_of_one_return_is_its_value() -> None:
    context = context_of(CODE)
    bodies, _ = bodies_of(context)
    assert is_equal(bodies.inline(parse(context, "plain(y)"), "plain", [symbol("y")]), symbol("x + 1"))
    assert statements_of(context) == []
    assert ("inlined", "plain") in context.objects.ledger


def test_a_parameter_that_is_only_read_stands_for_its_argument() -> None:
    context = context_of(CODE)
    bodies, recorder = bodies_of(context)
    node = parse(context, "shown(y)")
    for _ in range(2):
        bodies.inline(node, "shown", [symbol("y")])
    bodies.inline(node, "changed", [symbol("y")])
    assert recorder.frames == ["shown", "shown#2", "changed"]
    assert recorder.constant == [True, True, False]
    assert context.frame.path == ""
    assert context.slot("x") is None


def test_the_target_is_one_block_and_has_a_result() -> None:
    context = context_of(CODE)
    bodies, _ = bodies_of(context)
    result = bodies.lower_target("shown", [symbol("x", INT)])
    assert result is not None
    assert str(result.data) == "shown.return"
    assert len(statements_of(context)) == 1
    assert any(isinstance(s, Call) for s in walk(tuple(statements_of(context))))


def test_a_call_with_other_arguments_is_refused() -> None:
    context = context_of(CODE)
    bodies, _ = bodies_of(context)
    with pytest.raises(Unsupported, match="plain called with 0 arguments"):
        bodies.inline(parse(context, "plain()"), "plain", [])
