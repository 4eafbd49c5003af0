# SPDX-License-Identifier: GPL-2.0-only
"""Declarations of locals, with their initialisers."""

from __future__ import annotations

from dataclasses import dataclass

from model.source.lowering.expressions.casts import Casts
from model.source.lowering.expressions.initialisers import Initialisers
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.types.ctypes import CType, Function
from model.source.types.syntax import AUTOMATIC, Node, text_of
from model.source.types.values import decay


@dataclass(frozen=True)
class Declarations:
    """Puts the locals that a block declares into its scope."""

    context: Context
    operands: Operands
    casts: Casts
    initialisers: Initialisers
    lowering: Lowering

    def declare(self, node: Node) -> None:
        """Locals, each with its initialiser if it has one."""
        spec = self.context.child(node, "type")
        for part in node.named_children:
            plain = part.type in ("type_qualifier", "comment") or text_of(part) in ("register", "auto")
            if not plain and part != spec and "declarator" not in part.type and part.type != "identifier":
                raise self.context.unsupported(node, f"a local declared with {text_of(part).split()[0]}")
        self.casts.refuse_object(spec)
        if spec.child_by_field_name("body") is not None:
            raise self.context.unsupported(node, "a type that is defined inside a function")
        for child in node.children_by_field_name("declarator"):
            is_set = child.type == "init_declarator"
            declarator = self.context.child(child, "declarator") if is_set else child
            value = self.context.child(child, "value") if is_set else None
            name, t = self.context.types.declarator(
                declarator, self._base(node, spec, value), self.context.text
            )
            self._declare(name, t, declarator, value)

    def _base(self, node: Node, spec: Node, value: Node | None) -> CType:
        """The type that a declaration's specifiers name, or that of its value."""
        if text_of(spec) in AUTOMATIC and value is not None:
            with self.context.objects.probe():
                return decay(self.lowering.rvalue(value)).type
        return self.context.types.of_specifiers(node, self.context.text)

    def _declare(self, name: str, t: CType, declarator: Node, value: Node | None) -> None:
        objects = self.context.objects
        size = declarator.child_by_field_name("size")
        if isinstance(t, Function) or not name:
            raise self.context.unsupported(declarator, "a declaration of something that is no object")
        if size is not None:
            with objects.probe():
                if self.operands.scalar(size).term.op != "const":
                    raise self.context.unsupported(declarator, "an array of a length that is not constant")
        path = f"{self.context.frame.path}.{name}"
        if path in objects.locals:
            path = objects.unique(f"{path}~")
        objects.declare(path)
        self.context.scopes[-1][name] = Slot(path, t)  # in scope in its own initialiser, too (C11 6.2.1)
        if value is not None:
            self.initialisers.initialise(path, t, value)
