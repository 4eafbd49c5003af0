# SPDX-License-Identifier: GPL-2.0-only
"""Operands: the values of expressions as what is made of them needs them, in order."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term, number, signed, subterms
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context, Scopes
from model.source.types.ctypes import CType, Int
from model.source.types.syntax import Node, Text
from model.source.types.values import Value, as_bitvec, as_bool, decay, is_scalar


@dataclass(frozen=True)
class Operands:
    """Evaluates operands: as scalars, as conditions, one before the other, or for their type alone."""

    context: Context
    lowering: Lowering

    def scalar(self, node: Node) -> Value:
        """The value of an expression that must be a number or a pointer; arrays decay."""
        value = decay(self.lowering.rvalue(node))
        if not is_scalar(value.type):
            raise self.context.unsupported(node, f"a {value.type} where a number or a pointer is needed")
        return value

    def condition(self, node: Node) -> Term:
        """What a condition makes of an expression."""
        return as_bool(self.scalar(node))

    def evaluate(self, text: Text, scopes: Scopes) -> Value:
        """The scalar that a text of its own stands for where only these names are in scope."""
        with self.context.within(scopes), self.context.at(text):
            return self.scalar(self.context.types.parser.fragment(text))

    def type_of(self, node: Node) -> CType:
        """The type of an expression, which is not evaluated."""
        with self.context.objects.probe():
            return self.lowering.rvalue(node).type

    # Order ------------------------------------------------------------------------------------------
    def in_order(self, nodes: list[Node]) -> list[Value]:
        """The values of several operands; one that a later operand could change is saved first."""
        objects = self.context.objects
        values: list[Value] = []
        for node in nodes:
            with objects.collect() as body:
                value = decay(self.lowering.rvalue(node))
            if body:
                values = [self.snapshot(v, node) for v in values]
            for statement in body:
                objects.emit(statement)
            values.append(value)
        return values

    def scalars(self, nodes: list[Node]) -> list[Value]:
        """The values of several operands, all of them numbers or pointers."""
        values = self.in_order(nodes)
        for node, value in zip(nodes, values, strict=True):
            if not is_scalar(value.type):
                raise self.context.unsupported(node, f"a {value.type} where a number or a pointer is needed")
        return values

    def snapshot(self, value: Value, node: Node) -> Value:
        """The scalar as it is now, whatever is stored to its object afterwards."""
        objects = self.context.objects
        if not is_scalar(value.type) or not reads_place(value):
            return value
        path = objects.temporary("before")
        objects.store(path, value.type, value, self.context.span(node))
        return objects.load(path, value.type)


def reads_place(value: Value) -> bool:
    """Whether statements in between could change the value."""
    return any(t.op == "place" for t in subterms(value.term))


def signed_value(constant: Value) -> int:
    """The number that a constant of an integer type is."""
    assert isinstance(constant.type, Int)
    word = as_bitvec(constant)
    return signed(number(word), word.sort.width) if constant.type.signed else number(word)
