# SPDX-License-Identifier: GPL-2.0-only
"""Calls of which nothing is known: any result, and havoc in all that they can reach."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import FALSE
from model.program.procedure import Origin
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.state.context import Context
from model.source.lowering.state.havoc import havoc
from model.source.lowering.state.objects import Begin, Objects
from model.source.types.ctypes import VOID, CType, Struct
from model.source.types.syntax import Node
from model.source.types.values import NOTHING, UNKNOWN, Location, Value, is_scalar


@dataclass(frozen=True)
class UnknownCalls:
    """Lowers calls that have neither a body that is read nor a contract."""

    context: Context
    operands: Operands
    prototypes: Prototypes

    def call(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """A call of which nothing is known: any result, and havoc in what it can reach."""
        declared = self.prototypes.signature(name)
        if declared is None:
            raise self.context.unsupported(node, f"a call of {name}, which is declared nowhere that is read")
        return self.call_of_type(node, name, declared[0], arguments)

    def call_of_type(self, node: Node, name: str, t: CType, arguments: list[Node]) -> Value:
        """The same of a call where the type of its result is known."""
        objects = self.context.objects
        values = self.operands.in_order(arguments)
        objects.note("havoc", f"{name}: nothing is known of it", self.context.span(node))
        havoc(objects, f"{name}()", [t for v in values for t in v.locations], self.context.span(node))
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct):
            return unknown_struct(objects, f"{name}()", t, Begin.ANY)
        if not is_scalar(t):
            raise self.context.unsupported(node, f"a call of {name}, which returns a {t}")
        answer = objects.fresh(f"{name}()", t, Origin.HAVOC, f"what {name}() returns")
        made_here = [target.path == answer.term.data for target in answer.locations]
        return Value(t, answer.term, (UNKNOWN,) if any(made_here) else answer.locations)


def unknown_struct(objects: Objects, base: str, t: Struct, begin: Begin) -> Value:
    """A struct that a call returns, of which nothing is known."""
    path = objects.unique(base)
    objects.declare(path, begin)
    return Value(t, FALSE, (Location(path),))
