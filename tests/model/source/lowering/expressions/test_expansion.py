# SPDX-License-Identifier: GPL-2.0-only
"""Macros: what their names expand to, which needs no lowering of expressions."""

from __future__ import annotations

import pytest

from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.lowering.expressions.expansion import Macros
from model.source.lowering.state.context import Context
from model.source.types.syntax import text_of
from tests.support.c.stub_lowering import context_of, declare_local, parse

CODE = """
#define TWICE(x) ((x) + (x))
#define OUTER(x) TWICE(x) + inner
#define inner (inner + 1)
#define MEMBER(p) ((p)->member)
int f(void) { return 0; }
"""


def expand(context: Context, name: str, arguments: list[str] | None) -> str:
    macros = Macros(context)
    macro = macros.lookup(name, context.text)
    assert macro is not None
    return macros.expansion(parse(context, name), name, macro, arguments).data.decode()


def test_a_macro_is_expanded_one_step_at_a_time() -> None:
    assert expand(context_of(CODE), "TWICE", ["a"]) == "((a) + (a))"
    assert "TWICE" in expand(context_of(CODE), "OUTER", ["a"])


def test_a_macro_is_not_found_in_its_own_text() -> None:
    context = context_of(CODE)
    macros = Macros(context)
    macro = macros.lookup("inner", context.text)
    assert macro is not None
    context.text = macros.expansion(parse(context, "inner"), "inner", macro, None)
    assert macros.lookup("inner", context.text) is None


def test_an_expansion_that_is_too_deep_is_refused() -> None:
    context = context_of(CODE)
    node = parse(context, "TWICE(1)")
    macros = Macros(context)
    macro = macros.lookup("TWICE", context.text)
    assert macro is not None
    for _ in range(61):
        context.text = context.text.expansion(node, "TWICE(1)", "macro")
    with pytest.raises(Unsupported, match="macro TWICE, which expands too deeply"):
        macros.expansion(node, "TWICE", macro, ["1"])


def test_a_macro_may_stand_for_an_object() -> None:
    context = context_of(CODE)
    found = Macros(context).object_expression(parse(context, "MEMBER(q)"))
    assert found is not None
    assert text_of(found[1]) == "(q)->member"
    assert Macros(context).object_expression(parse(context, "TWICE(q)")) is None


def test_a_contract_or_a_local_goes_before_a_macro() -> None:
    contract = Contract(Kind.PURE, "a member", "none")
    context = context_of(CODE, {"MEMBER": contract})
    assert Macros(context).object_expression(parse(context, "MEMBER(q)")) is None
    context = context_of(CODE)
    declare_local(context, "MEMBER")
    assert Macros(context).object_expression(parse(context, "MEMBER(q)")) is None
