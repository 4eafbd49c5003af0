# SPDX-License-Identifier: GPL-2.0-only
"""The objects that C expressions designate: locals, variables of the file and of headers, their parts.

A variable is memory under its own name, of which nothing is known.  Only of one that is ``const`` and
that its declaration initialises is the value known (see ``names``): others may have changed since.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import is_const
from model.source.index.definitions import Definition
from model.source.lowering.expressions.expansion import Macros
from model.source.lowering.expressions.operands import Operands, signed_value
from model.source.lowering.expressions.storage import Lvalue, Storage, object_at
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.types.ctypes import Int, Pointer, Struct
from model.source.types.parse_types import text_at
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import decay


@dataclass(frozen=True)
class Variables:
    """Finds the variables that are no locals."""

    context: Context
    macros: Macros

    def is_variable(self, node: Node) -> bool:
        """Whether a name that is no local is a variable of the file or of a header."""
        name = text_of(node)
        if self.context.view.variable(name) is None or self.context.view.enumerator(name) is not None:
            return False
        macro = self.macros.lookup(name, self.context.text)
        return macro is None or macro.params is not None

    def variable(self, node: Node, name: str) -> Slot | None:
        """Where the variable of that name lies, and its type; None if none is declared."""
        objects, types = self.context.objects, self.context.types
        found = self.context.view.variable(name)
        if found is None:
            return None
        variables = objects.variables
        if name not in variables:
            types.rely(found)
            declared, text, declarator = self._find_declaration(found, name)
            if "volatile" in _qualifiers(declared):
                raise self.context.unsupported(node, f"{name}, which is volatile")
            t = types.declarator(declarator, types.of_specifiers(declared, text), text)[1]
            taken = {*objects.inputs, *objects.places}
            variables[name] = Slot(f"{name} (variable)" if name in taken else name, t)
            how = "the variable may hold any value"
            objects.note("trusted", f"{name}: {how} ({found.place})", self.context.span(node))
        return variables[name]

    def constant_text(self, name: str) -> tuple[Node, Text] | None:
        """What initialises a variable that never changes, and the text that this stands in."""
        found = self.context.view.variable(name)
        if found is None or found.others or not found.certain:
            return None
        declared, text, declarator = self._find_declaration(found, name)
        value = (declarator.parent or declarator).child_by_field_name("value")
        plain = declarator.type == "identifier" and "const" in _qualifiers(declared)
        return (value, text) if plain and value is not None else None

    def _find_declaration(self, found: Definition, name: str) -> tuple[Node, Text, Node]:
        """The declaration of a variable, its text, and the declarator without an initialiser."""
        text = self.context.types.preprocess(found)
        node = self.context.types.parser.declaration(text)
        for child in node.children_by_field_name("declarator"):
            inner = text.child(child, "declarator") if child.type == "init_declarator" else child
            if name in _declared_names(inner):
                return node, text, inner
        raise text_at(found).unsupported(node, f"{name}, whose declaration the parser could not read")


@dataclass(frozen=True)
class Lvalues:
    """Lowers expressions that designate objects."""

    context: Context
    operands: Operands
    storage: Storage
    variables: Variables
    macros: Macros
    lowering: Lowering

    def lvalue(self, node: Node) -> Lvalue:
        """The object that an expression designates."""
        match node.type:
            case "identifier" if self.context.slot(text_of(node)) is not None:
                return self._local(node)
            case "identifier" if self.variables.is_variable(node):
                return self._variable(node)
            case "parenthesized_expression":
                return self.lvalue(self.context.text.inner(node))
            case "field_expression":
                return self._member(node)
            case "pointer_expression" if text_of(self.context.child(node, "operator")) == "*":
                return self.storage.pointed_at(
                    decay(self.lowering.rvalue(self.context.child(node, "argument"))), node
                )
            case "subscript_expression":
                return self._element(node)
            case _:
                expanded = self.macros.object_expression(node)
                if expanded is not None:
                    with self.context.at(expanded[0]):
                        return self.lvalue(expanded[1])
                value = self.lowering.rvalue(node)
        if isinstance(value.type, Struct) and len(value.locations) == 1:
            return Lvalue(((None, value.locations[0]),), value.type)
        raise self.context.unsupported(node, "an expression where an object is needed")

    def _local(self, node: Node) -> Lvalue:
        slot = self.context.slot(text_of(node))
        if slot is None or slot.value is not None:
            raise self.context.unsupported(node, "a parameter that is changed inside a macro")
        return object_at(slot.path, slot.type)

    def _variable(self, node: Node) -> Lvalue:
        found = self.variables.variable(node, text_of(node))
        if found is None:
            raise self.context.unsupported(node, "a name where an object is needed")
        return object_at(found.path, found.type)

    def _member(self, node: Node) -> Lvalue:
        base = self.context.child(node, "argument")
        if text_of(self.context.child(node, "operator")) == "->":
            outer = self.storage.pointed_at(decay(self.lowering.rvalue(base)), node)
        else:
            outer = self.lvalue(base)
        if not isinstance(outer.type, Struct):
            raise self.context.unsupported(node, "a member of something that is no struct")
        return self.storage.member(outer, text_of(self.context.child(node, "field")), node)

    def _element(self, node: Node) -> Lvalue:
        array, index = self.operands.in_order(
            [self.context.child(node, "argument"), self.context.child(node, "index")]
        )
        if not isinstance(array.type, Pointer):
            array, index = index, array
        if not isinstance(index.type, Int) or not is_const(index.term):
            raise self.context.unsupported(node, "an element of an array at an index that is not constant")
        return self.storage.pointed_at(array, node, signed_value(index))


def _qualifiers(declared: Node) -> list[str]:
    return [text_of(c) for c in declared.named_children if c.type == "type_qualifier"]


def _declared_names(declarator: Node) -> list[str]:
    """The name that a declarator declares."""
    if declarator.type == "identifier":
        return [text_of(declarator)]
    inner = declarator.child_by_field_name("declarator")
    waiting = [inner] if inner is not None else children(declarator)
    return [name for part in waiting for name in _declared_names(part)]
