# SPDX-License-Identifier: GPL-2.0-only
"""Structs and unions of the tree, reduced to the members that are used.

Each such member is written as in the tree, so that GCC finds its type on its own.  Where a member lies
in memory is lost: no code that asks for that (offsetof, sizeof of a struct) is run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from model.source.types.syntax import Node, text_of

_STRUCTS = ("struct_specifier", "union_specifier")


def reduce_struct(spec: Node, members: Collection[str]) -> str:
    """A specifier with a body, of which only these members are left."""
    kind = "struct" if spec.type == "struct_specifier" else "union"
    tag = spec.child_by_field_name("name")
    body = spec.child_by_field_name("body")
    if body is None:
        return text_of(spec)
    lines = "\n".join(f"\t{line}" for line in _member_lines(body, members))
    return f"{kind} {text_of(tag) + ' ' if tag is not None else ''}{{\n{lines}\n}}"


def _member_lines(body: Node, members: Collection[str]) -> Iterator[str]:
    for child in body.named_children:
        spec = child.child_by_field_name("type")
        if child.type != "field_declaration" or child.has_error or spec is None:
            continue
        declarators = child.children_by_field_name("declarator")
        inner = reduce_struct(spec, members) if spec.type in _STRUCTS else text_of(spec)
        if not declarators:
            if spec.type in _STRUCTS and list(_body_lines(spec, members)):
                yield f"{inner};"
            continue
        for declarator in declarators:
            if declared_name(declarator) in members:
                after = declarator.next_named_sibling
                bits = text_of(after) if after is not None and after.type == "bitfield_clause" else ""
                yield f"{inner} {text_of(declarator)}{bits};"


def _body_lines(spec: Node, members: Collection[str]) -> Iterator[str]:
    body = spec.child_by_field_name("body")
    return _member_lines(body, members) if body is not None else iter(())


def declared_name(declarator: Node) -> str:
    """The name inside a declarator; "" if it has none."""
    waiting = [declarator]
    while waiting:
        node = waiting.pop(0)
        if node.type in ("identifier", "field_identifier", "type_identifier"):
            return text_of(node)
        inner = node.child_by_field_name("declarator")
        waiting += [inner] if inner is not None else [c for c in node.named_children if _may_declare(c)]
    return ""


def _may_declare(node: Node) -> bool:
    return "declarator" in node.type or node.type in ("identifier", "field_identifier")


def declared_locals(node: Node) -> set[str]:
    """The names that a function definition declares: its parameters, its locals and its labels."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.type in ("parameter_declaration", "declaration"):
            found |= {declared_name(d) for d in part.children_by_field_name("declarator")}
        elif part.type == "statement_identifier":
            found.add(text_of(part))
        waiting += part.named_children
    return found - {""}


def sort_definitions(texts: Mapping[str, str]) -> list[str]:
    """Definitions of types by name ("struct s", "enum e", or a typedef's), each behind those that it needs."""
    made: dict[str, str] = {}
    begun: set[str] = set()

    def make(key: str) -> None:
        if key in made or key in begun or key not in texts:
            return
        begun.add(key)
        for tag in re.findall(r"\b(?:struct|union)\s+(\w+)\b(?!\s*\*)", texts[key]):
            make(f"struct {tag}")
        for tag in re.findall(r"\benum\s+(\w+)", texts[key]):
            make(f"enum {tag}")
        for word in re.findall(r"[A-Za-z_]\w*", texts[key]):
            make(word)
        made[key] = texts[key]

    for key in texts:
        make(key)
    return list(dict.fromkeys(made.values()))
