# SPDX-License-Identifier: GPL-2.0-only
"""Events of calls, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.logic import TRUE, is_same, name
from model.program.procedure import Call, Leave, Set
from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.lowering.calls.effects import END, Effects
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.state.context import Context
from model.source.types.ctypes import INT, ULONG
from model.source.types.values import integer
from tests.support.c.stub_lowering import context_of, operands_of, parse, statements_of, symbol

CODE = "int map(int prot, unsigned long pfn, unsigned long size);"
MAP = Contract(
    Kind.EFFECT, "maps", "none", arguments=(("size", "unsigned long", 1),), observes=(("seen", ("flag",)),)
)


def effects_of(context: Context) -> Effects:
    operands = operands_of(context, {"flag": symbol("flag")})
    return Effects(context, operands, Storage(context, operands), Prototypes(context.types))


def test_an_event_has_all_arguments_and_those_of_its_contract() -> None:
    context = context_of(CODE)
    node = parse(context, "map(a, b, c)")
    values = [symbol("a"), symbol("b", ULONG), symbol("c", ULONG)]
    effects_of(context).record(node, "map", MAP, values)
    (event,) = statements_of(context)
    assert isinstance(event, Call)
    assert event.effect == "map"
    arguments = dict(event.arguments)
    assert len(arguments) == 4 and {"size", "seen"} < arguments.keys()
    assert is_same(arguments["size"], name("c", symbol("c", ULONG).term.sort))


def test_an_argument_that_the_tree_does_not_declare_is_refused() -> None:
    context = context_of("int map(int prot);")
    node = parse(context, "map(a)")
    with pytest.raises(Unsupported, match="map without its argument size of type unsigned long"):
        effects_of(context).record(node, "map", MAP, [symbol("a", INT)])


def test_a_resource_is_counted() -> None:
    context = context_of(CODE)
    node = parse(context, "get(page)")
    effects_of(context).count(node, Contract(Kind.COUNT, "takes", "none", counts=("page", 1)), [integer(1)])
    effects_of(context).count(
        node, Contract(Kind.COUNT, "gives back", "none", counts=("page", -1)), [integer(1)]
    )
    assert [s.target for s in statements_of(context) if isinstance(s, Set)] == [
        "(page)",
        "(page) taken",
        "(page)",
        "(page) given back again",
        "(page) given back",
    ]
    assert "(page)" in context.objects.counters


def test_a_crash_leaves_the_target() -> None:
    context = context_of(CODE)
    effects_of(context).crash(parse(context, "BUG()"), TRUE)
    event, end = statements_of(context)
    assert isinstance(event, Call)
    assert isinstance(end, Leave)
    assert (event.effect, end.label) == ("BUG", END)
    assert not context.objects.flow.reached
