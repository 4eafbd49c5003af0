# SPDX-License-Identifier: GPL-2.0-only
"""Prototypes in the tree: what a function, or a function that a member points to, returns and takes."""

from __future__ import annotations

from dataclasses import dataclass

from model.source.types.ctypes import CType, Function, Pointer, Struct
from model.source.types.parse_types import Types, find_function_declarator, text_at
from model.source.types.syntax import Node, text_of


@dataclass(frozen=True)
class Prototypes:
    """Finds the declarations of what is called."""

    types: Types

    def signature(self, name: str) -> tuple[CType, list[tuple[str, CType, str]]] | None:
        """What the tree says a function returns and takes; ``struct_tag.member`` is a pointer to one."""
        tag, _, member = name.rpartition(".")
        if tag:
            return self._member_signature(Struct(tag), member)
        found = self.types.view.function(name) or self.types.view.prototype(name)
        if found is None:
            return None
        text = text_at(found)
        node = self.types.parser.declaration(text)
        return self.types.result(node, text), self.types.parameters(
            find_function_declarator(node, text), text
        )

    def _member_signature(
        self, struct: Struct, name: str
    ) -> tuple[CType, list[tuple[str, CType, str]]] | None:
        """What the function returns and takes that a member points to, or a typedef of the member."""
        t, member = self.types.member(struct, name), self.types.members_of(struct).get(name)
        if member is None or not isinstance(t, Pointer) or not isinstance(t.target, Function):
            return None
        text, declarator = member.text, _function_declarator(member.declarator)
        typedef = self.types.view.typedef(text_of(member.spec)) if declarator is None else None
        if typedef is not None:
            text = text_at(typedef)
            declarator = _function_declarator(self.types.parser.declaration(text))
        if declarator is None:
            return None
        return t.target.result, self.types.parameters(declarator, text)


def _function_declarator(node: Node) -> Node | None:
    """The declarator inside a declarator that has parameters."""
    while node.type != "function_declarator":
        inner = node.child_by_field_name("declarator")
        inner = inner or next((c for c in node.named_children if "declarator" in c.type), None)
        if inner is None:
            return None
        node = inner
    return node
