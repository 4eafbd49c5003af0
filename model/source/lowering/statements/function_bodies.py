# SPDX-License-Identifier: GPL-2.0-only
"""Bodies of functions: that of the target, and those of calls, which become a part of their caller.

The locals of each call have a name of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.logic import FALSE, Term, subterms
from model.program.procedure import NOWHERE, Block, Span
from model.source.errors import Unsupported
from model.source.lowering.calls.effects import END
from model.source.lowering.expressions.initialisers import Initialisers
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.storage import object_at
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context, Frame
from model.source.lowering.state.havoc import fill_havoc
from model.source.lowering.state.objects import Slot
from model.source.lowering.statements.unrolling import changed_names
from model.source.types.ctypes import VOID, CType
from model.source.types.parse_types import find_function_declarator, text_at
from model.source.types.syntax import Node, Text, children
from model.source.types.values import NOTHING, Location, Value, is_scalar

_INLINE_DEPTH = 24
#: Terms of at most so many parts stand for a parameter; larger ones are put into a local.
_MOST_PARTS = 8


@dataclass(frozen=True)
class FunctionBodies:
    """Lowers function bodies."""

    context: Context
    operands: Operands
    initialisers: Initialisers
    lowering: Lowering

    def lower_target(self, name: str, arguments: list[Value]) -> Term | None:
        """Lower a function whose caller is not read; its result's place, None for void.

        Raises Unsupported for what has no lowering.
        """
        objects = self.context.objects
        found = self.context.view.function(name)
        if found is None:
            raise Unsupported("the tree", 0, f"{name}(), which is defined nowhere that is read")
        text = replace(text_at(found), function=name)
        try:
            with objects.collect() as body:
                value = self._lower_function(name, text, arguments, objects.unique(name))
                if is_scalar(value.type) and value.term.op != "place":
                    path = f"{name}.return"
                    objects.declare(path)
                    objects.store(path, value.type, value, NOWHERE)
                    value = objects.load(path, value.type)
        except RecursionError:
            raise self.context.latest or Unsupported(
                text.file, text.line, f"{name}(), nested too deeply"
            ) from None
        self._note_choices()
        objects.emit(Block(END, fill_havoc(objects, body)))
        return value.term if is_scalar(value.type) else None

    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value:
        """A call of a function that is read."""
        found = self.context.view.function(name)
        if found is None:
            raise self.context.unsupported(node, f"{name}(), which is defined nowhere that is read")
        via = (*self.context.text.via, f"{name}() called at {self.context.span(node)}")
        if len(via) > _INLINE_DEPTH:
            raise self.context.unsupported(node, f"{name}, which calls itself or too deeply")
        self.context.types.rely(found)
        self.context.objects.note("inlined", name, self.context.span(node))
        text = replace(text_at(found), function=name, via=via)
        return self._lower_function(name, text, arguments, self.context.objects.unique(name))

    def _note_choices(self) -> None:
        """Say which definitions were chosen without a reason, or under a condition that is not decided."""
        for found in self.context.types.relied.values():
            span = Span(found.file, found.line, found.name)
            for other in found.others:
                self.context.objects.note(
                    "trusted", f"{found.name}: the definition at {other} differs, and is not used", span
                )
            if not found.certain:
                self.context.objects.note(
                    "trusted", f"{found.name}: the configuration does not decide whether it holds", span
                )

    def _lower_function(self, name: str, text: Text, arguments: list[Value], frame: str) -> Value:
        types = self.context.types
        node = types.parser.function(text)
        result = types.result(node, text)
        parameters = types.parameters(find_function_declarator(node, text), text)
        with self.context.body(Frame(frame, result)), self.context.at(text):
            if len(parameters) != len(arguments):
                raise text.unsupported(node, f"{name} called with {len(arguments)} arguments")
            body = text.child(node, "body")
            self._bind_parameters(node, parameters, arguments, body)
            return self._lower_body(body)

    def _bind_parameters(
        self, node: Node, parameters: list[tuple[str, CType, str]], values: list[Value], body: Node
    ) -> None:
        """Parameters become locals; one that is only ever read stands for its argument."""
        changed = changed_names(body)
        for (name, t, _), value in zip(parameters, values, strict=True):
            path = f"{self.context.frame.path}.{name}"
            if is_scalar(t) and is_scalar(value.type) and name not in changed and _is_steady(value):
                self.context.scopes[-1][name] = Slot(path, t, self.context.objects.convert(value, t))
                continue
            self.context.objects.declare(path)
            self.context.scopes[-1][name] = Slot(path, t)
            self.initialisers.assign(object_at(path, t), value, node)

    def _lower_body(self, body: Node) -> Value:
        """The body, and the value it returns."""
        objects = self.context.objects
        only = children(body)
        if len(only) == 1 and only[0].type == "return_statement" and is_scalar(self.context.frame.result):
            returned = children(only[0])
            if len(returned) == 1:
                return objects.convert(self.operands.scalar(returned[0]), self.context.frame.result)
        path = f"{self.context.frame.path}.return"
        objects.declare(path)
        with objects.block(f"end of {self.context.frame.path}", self.context.span(body)):
            self.lowering.statement(body)
        if self.context.frame.gotos:
            raise self.context.frame.gotos[0][1]
        if is_scalar(self.context.frame.result):
            return objects.load(path, self.context.frame.result)
        return (
            NOTHING
            if self.context.frame.result == VOID
            else Value(self.context.frame.result, FALSE, (Location(path),))
        )


def _is_steady(value: Value) -> bool:
    """Whether the value stays what it is and is small enough to be repeated."""
    parts = list(subterms(value.term))
    return len(parts) <= _MOST_PARTS and not any(p.op == "place" for p in parts)
