# SPDX-License-Identifier: GPL-2.0-only
"""Types in expressions, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.source.errors import Unsupported
from model.source.lowering.expressions.casts import Casts, size_of
from model.source.lowering.state.context import Context
from model.source.types.ctypes import INT, UINT, ULONG, VOID, Array, CType, Int, Pointer, Struct
from model.source.types.values import NOTHING, Value, integer
from tests.support.c.stub_lowering import context_of, declare_local, is_equal, operands_of, parse, symbol

CODE = "typedef unsigned int u32; struct s { int x; };"


def casts_of(context: Context) -> Casts:
    return Casts(context, operands_of(context, {"y": symbol("y", ULONG)}))


def test_a_cast_converts_scalars_alone() -> None:
    context = context_of(CODE)
    node = parse(context, "(u32)y")
    struct = Value(Struct("s"), NOTHING.term)
    assert is_equal(casts_of(context).cast(integer(-1), UINT, node), integer(-1, UINT))
    assert is_equal(casts_of(context).cast(integer(1), VOID, node), NOTHING)
    assert casts_of(context).cast(struct, Struct("s"), node) is struct
    with pytest.raises(Unsupported, match="a cast of a struct s to a"):
        casts_of(context).cast(struct, INT, node)


def test_a_type_in_parentheses_is_none_where_an_object_has_its_name() -> None:
    context = context_of(CODE)
    node = parse(context, "(u32)")
    assert casts_of(context).type_in_parentheses(node) == UINT
    declare_local(context, "u32")
    assert casts_of(context).type_in_parentheses(node) is None


def test_typeof_takes_a_type_or_an_expression() -> None:
    context = context_of(CODE)
    assert casts_of(context).typeof("u32 *") == Pointer(UINT)
    assert casts_of(context).typeof("y") == ULONG


@pytest.mark.parametrize(
    ("t", "size"),
    [
        (INT, 4),
        (Int(1, signed=False), 1),
        (Pointer(VOID), 8),
        (Struct("page"), 64),
        (Struct("s"), None),
        (Array(INT), None),
    ],
)
def test_the_size_of_a_type(t: CType, size: int | None) -> None:
    assert size_of(t) == size
