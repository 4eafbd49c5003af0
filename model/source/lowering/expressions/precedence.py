# SPDX-License-Identifier: GPL-2.0-only
"""Precedence of a macro's text where the macro's name stands: whether operators around it would tear it apart.

``#define SUM a + b`` in ``SUM * 2`` means ``a + b * 2``.  The front-end reads a macro's text by itself,
which is right only if the text binds at least as tightly as its surroundings do.

Source: ISO C11 6.5.  Levels: 1 comma, 2 assignment, 3 ``?:``, 4 to 13 binary operators, 14 casts and
prefix operators, 15 postfix operators, 16 names, numbers and parentheses.
"""

from __future__ import annotations

from model.source.types.syntax import Node, text_of

_BINARY = {
    "||": 4, "&&": 5, "|": 6, "^": 7, "&": 8, "==": 9, "!=": 9, "<": 10, ">": 10, "<=": 10, ">=": 10,
    "<<": 11, ">>": 11, "+": 12, "-": 12, "*": 13, "/": 13, "%": 13,
}  # fmt: skip
_LEVELS = {
    "comma_expression": 1, "assignment_expression": 2, "conditional_expression": 3, "cast_expression": 14,
    "unary_expression": 14, "pointer_expression": 14, "sizeof_expression": 14, "update_expression": 14,
}  # fmt: skip
#: How tightly a node binds its parts: by its type, the part's name, and the level needed there.
_NEEDED = {
    ("conditional_expression", "condition"): 4, ("conditional_expression", "alternative"): 3,
    ("assignment_expression", "left"): 14, ("assignment_expression", "right"): 2,
    ("comma_expression", "left"): 1, ("comma_expression", "right"): 2,
    ("cast_expression", "value"): 14, ("unary_expression", "argument"): 14,
    ("pointer_expression", "argument"): 14, ("sizeof_expression", "value"): 14,
    ("update_expression", "argument"): 15, ("field_expression", "argument"): 15,
    ("subscript_expression", "argument"): 15, ("call_expression", "function"): 15,
    ("init_declarator", "value"): 2, ("initializer_pair", "value"): 2,
}  # fmt: skip


def level(node: Node) -> int:
    """How tightly an expression holds together."""
    operator = node.child_by_field_name("operator")
    if node.type == "binary_expression" and operator is not None:
        return _BINARY.get(text_of(operator), 0)
    return _LEVELS.get(node.type, 16)


def required_level(node: Node) -> int | None:
    """How tightly what stands at the node must hold together; None at the root of a macro's text."""
    parent = node.parent
    if parent is None or parent.type == "return_statement":
        return None
    if parent.type in ("argument_list", "initializer_list"):
        return 2
    if parent.type == "binary_expression":
        return level(parent) + (parent.child_by_field_name("right") == node)
    for (kind, part), least in _NEEDED.items():
        if kind == parent.type and parent.child_by_field_name(part) == node:
            return least
    return 0
