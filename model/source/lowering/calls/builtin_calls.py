# SPDX-License-Identifier: GPL-2.0-only
"""Calls of builtins: macros whose exact meaning ``builtins`` gives."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import choose
from model.program.procedure import Origin
from model.source.lowering.builtins import Builtin
from model.source.lowering.calls.effects import Effects
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.state.context import Context
from model.source.types.syntax import Node, text_of
from model.source.types.values import NOTHING, Value, as_bool


@dataclass(frozen=True)
class BuiltinCalls:
    """Lowers calls of builtins."""

    context: Context
    operands: Operands
    effects: Effects

    def call(self, node: Node, builtin: Builtin, arguments: list[Node]) -> Value:
        """The call of an exact builtin."""
        objects = self.context.objects
        objects.note("modelled", f"{builtin.name}: {builtin.says}", self.context.span(node))
        fits = builtin.takes is None or len(arguments) in builtin.takes
        if not fits or not arguments:
            raise self.context.unsupported(node, f"{builtin.name} of {len(arguments)} arguments")
        if builtin.first_is_type:
            t = self.context.types.parse_type_name(text_of(arguments[0]), self.context.beside(node))
            values = [objects.convert(v, t) for v in self.operands.scalars(arguments[1:])]
        elif builtin.peeks:
            with objects.probe():
                values = self.operands.scalars(arguments)
        else:
            values = self.operands.scalars(arguments[: builtin.reads])
            skip_arguments(self.context, node, arguments[len(values) :])
        result = builtin.meaning(values)
        if result is None:
            raise self.context.unsupported(node, f"{builtin.name} of these arguments")
        if builtin.crashes:
            self.effects.crash(node, as_bool(result))
            return NOTHING
        return self._havoc_at_zero(builtin, values[0], result) if builtin.undefined_at_zero else result

    def _havoc_at_zero(self, builtin: Builtin, value: Value, result: Value) -> Value:
        """The result, which is havoc for 0."""
        note = f"{builtin.name}(0), which C leaves undefined"
        havoc = self.context.objects.fresh(f"{builtin.name}(0)", result.type, Origin.HAVOC, note)
        return Value(result.type, choose(as_bool(value), result.term, havoc.term))


def skip_arguments(context: Context, node: Node, arguments: list[Node]) -> Value:
    """A call whose arguments are not evaluated, which must not matter."""
    waiting = list(arguments)
    while waiting:
        part = waiting.pop()
        if part.type in ("assignment_expression", "update_expression"):
            raise context.unsupported(node, "an argument with an effect in a call that is not read")
        waiting += part.named_children
    return NOTHING
