# SPDX-License-Identifier: GPL-2.0-only
"""Loads and stores through lvalues, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.logic import is_same, name, place
from model.program.procedure import If, Origin
from model.source.errors import Unsupported
from model.source.lowering.expressions.storage import Lvalue, Storage, object_at
from model.source.lowering.state.context import Context
from model.source.types.ctypes import INT, Pointer, Struct
from model.source.types.values import UNKNOWN, Location, integer, sort_of
from tests.support.c.stub_lowering import (
    context_of,
    declare_local,
    operands_of,
    parse,
    statements_of,
    symbol,
)

GUARD = symbol("guard").term != symbol("zero").term
EITHER = Lvalue(((GUARD, Location("x")), (None, Location("y"))), INT)


def storage_of(context: Context) -> Storage:
    return Storage(context, operands_of(context))


def test_one_of_two_objects_is_read_by_a_choice() -> None:
    context = context_of()
    for local in "xy":
        declare_local(context, local)
    term = storage_of(context).load(EITHER, parse(context, "*p")).term
    x, y = (place(local, sort_of(INT)) for local in "xy")
    assert term.op == "ite"
    assert [is_same(a, b) for a, b in zip(term.args, (GUARD, x, y), strict=True)] == [True] * 3


def test_one_of_two_objects_is_written_by_a_branch() -> None:
    context = context_of()
    for local in "xy":
        declare_local(context, local)
    storage_of(context).store(EITHER, integer(1), parse(context, "*p = 1"))
    (branch,) = statements_of(context)
    assert isinstance(branch, If)
    assert [s.target for body in (branch.then, branch.orelse) for s in body if hasattr(s, "target")] == [
        "x",
        "y",
    ]


def test_an_object_of_unknown_origin_is_read_as_any_value_and_never_written() -> None:
    context = context_of()
    lvalue, node = Lvalue(((None, UNKNOWN),), INT), parse(context, "*p")
    value = storage_of(context).load(lvalue, node)
    assert context.objects.inputs[str(value.term.data)].origin is Origin.HAVOC
    with pytest.raises(Unsupported, match="a write through a pointer of unknown origin"):
        storage_of(context).store(lvalue, integer(1), node)


def test_a_member_lies_behind_the_pointer() -> None:
    context = context_of("struct s { int first; int second; };")
    pointer = symbol("p", Pointer(Struct("s")))
    behind = Location("p", behind=True)
    node = parse(context, "p->second")
    outer = storage_of(context).pointed_at(type(pointer)(pointer.type, pointer.term, (behind,)), node)
    member = storage_of(context).member(outer, "second", node)
    assert member == object_at("p->second", INT)
    assert is_same(storage_of(context).load(member, node).term, place("p->second", sort_of(INT)))
    assert is_same(context.objects.places["p->second"].initial, name("p->second", sort_of(INT)))


def test_a_struct_is_copied_member_by_member() -> None:
    context = context_of("struct s { int first; int second; };")
    for local in "xy":
        context.objects.declare(local)
    t = Struct("s")
    storage = storage_of(context)
    node = parse(context, "x = y")
    storage.copy(object_at("x", t), storage.load(object_at("y", t), node), node)
    assert [getattr(s, "target", "") for s in statements_of(context)] == ["x.first", "x.second"]
