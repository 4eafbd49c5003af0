# SPDX-License-Identifier: GPL-2.0-only
"""Operands, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.logic import const, is_same, place
from model.program.procedure import NOWHERE, Set
from model.source.errors import Unsupported
from model.source.lowering.expressions.operands import reads_place, signed_value
from model.source.lowering.state.objects import Slot
from model.source.types.ctypes import INT, UINT, Array, Pointer, Struct
from model.source.types.syntax import Text
from model.source.types.values import NOTHING, Value, integer, sort_of
from tests.support.c.stub_lowering import (
    context_of,
    declare_local,
    is_equal,
    operands_of,
    parse,
    statements_of,
    symbol,
)


def test_a_scalar_is_a_number_or_a_pointer() -> None:
    context = context_of()
    array = Value(Array(INT), const(8, sort_of(Pointer(INT))))
    operands = operands_of(context, {"a": array, "s": Value(Struct("s"), NOTHING.term)})
    assert is_equal(operands.scalar(parse(context, "x")), symbol("x"))
    assert operands.scalar(parse(context, "a")).type == Pointer(INT)
    with pytest.raises(Unsupported, match="a struct s where a number or a pointer is needed"):
        operands.scalar(parse(context, "s"))


def test_an_operand_that_a_later_one_could_change_is_saved_first() -> None:
    context = context_of()
    local = declare_local(context, "x")

    def assign() -> Value:
        context.objects.store("x", INT, integer(1), NOWHERE)
        return integer(1)

    operands = operands_of(context, {"x": local, "x = 1": assign})
    first, second = (parse(context, code) for code in ("x", "x = 1"))
    values = operands.in_order([first, second])
    assert is_same(values[0].term, place("(before)", sort_of(INT)))
    saved, assigned = statements_of(context)
    assert isinstance(saved, Set)
    assert saved.target == "(before)"
    assert is_same(saved.value, local.term)
    assert isinstance(assigned, Set)
    assert assigned.target == "x"


def test_operands_without_effects_are_not_saved() -> None:
    context = context_of()
    local = declare_local(context, "x")
    operands = operands_of(context, {"x": local})
    assert is_equal(operands.in_order([parse(context, "x"), parse(context, "y")])[0], local)
    assert statements_of(context) == []
    assert reads_place(local)
    assert not reads_place(symbol("y"))


def test_the_type_of_an_expression_leaves_no_trace() -> None:
    context = context_of()

    def assign() -> Value:
        context.objects.store("x", INT, integer(1), NOWHERE)
        return integer(1, UINT)

    declare_local(context, "x")
    assert operands_of(context, {"x = 1": assign}).type_of(parse(context, "x = 1")) == UINT
    assert statements_of(context) == []


def test_a_text_of_its_own_sees_only_the_names_it_is_given() -> None:
    context = context_of()
    declare_local(context, "x")
    seen: list[Slot | None] = []

    def look() -> Value:
        seen.extend(context.slot(name) for name in "xy")
        return integer(7)

    slot = Slot("y", INT)
    value = operands_of(context, {"y": look}).evaluate(Text(b"y", "contract", 1, fixed="y"), [{"y": slot}])
    assert is_equal(value, integer(7))
    assert seen == [None, slot]
    assert context.slot("x") is not None


@pytest.mark.parametrize(("value", "number"), [(integer(-1), -1), (integer(-1, UINT), (1 << 32) - 1)])
def test_the_number_that_a_constant_is(value: Value, number: int) -> None:
    assert signed_value(value) == number
