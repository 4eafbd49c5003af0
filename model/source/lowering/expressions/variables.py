# SPDX-License-Identifier: GPL-2.0-only
"""Variables of the file and of headers: where does one lie, and of which type is it?

A variable is memory under its own name, of which nothing is known.  Only of one that is ``const`` and
that its declaration initialises is the value known (see ``expansion``): others may have changed since.
"""

from __future__ import annotations

from model.source.index.definitions import Definition
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.types.parse_types import text_at
from model.source.types.syntax import Node, Text, children, text_of


class Variables(Context):
    """Finds the variables that are no locals."""

    def variable(self, node: Node, name: str) -> Slot | None:
        """Where the variable of that name lies, and its type; None if none is declared."""
        found = self.view.variable(name)
        if found is None:
            return None
        variables = self.objects.variables
        if name not in variables:
            self.types.rely(found)
            declared, text, declarator = self._declared(found, name)
            if "volatile" in _qualifiers(declared):
                raise self.text.unsupported(node, f"{name}, which is volatile")
            t = self.types.declarator(declarator, self.types.of_specifiers(declared, text), text)[1]
            taken = {*self.objects.inputs, *self.objects.places}
            variables[name] = Slot(f"{name} (variable)" if name in taken else name, t)
            how = "the variable may hold any value"
            self.objects.note("trusted", f"{name}: {how} ({found.place})", self.span(node))
        return variables[name]

    def constant_text(self, name: str) -> tuple[Node, Text] | None:
        """What initialises a variable that never changes, and the text that this stands in."""
        found = self.view.variable(name)
        if found is None or found.others or not found.certain:
            return None
        declared, text, declarator = self._declared(found, name)
        value = (declarator.parent or declarator).child_by_field_name("value")
        plain = declarator.type == "identifier" and "const" in _qualifiers(declared)
        return (value, text) if plain and value is not None else None

    def _declared(self, found: Definition, name: str) -> tuple[Node, Text, Node]:
        """The declaration of a variable, its text, and the declarator without an initialiser."""
        text = self.types.decided(found)
        node = self.types.parser.declaration(text)
        for child in node.children_by_field_name("declarator"):
            inner = text.child(child, "declarator") if child.type == "init_declarator" else child
            if name in _names(inner):
                return node, text, inner
        raise text_at(found).unsupported(node, f"{name}, whose declaration the parser could not read")


def _qualifiers(declared: Node) -> list[str]:
    return [text_of(c) for c in declared.named_children if c.type == "type_qualifier"]


def _names(declarator: Node) -> list[str]:
    """The name that a declarator declares."""
    if declarator.type == "identifier":
        return [text_of(declarator)]
    inner = declarator.child_by_field_name("declarator")
    waiting = [inner] if inner is not None else children(declarator)
    return [name for part in waiting for name in _names(part)]
