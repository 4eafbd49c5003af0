# SPDX-License-Identifier: GPL-2.0-only
"""The members that the body of a struct or union declares, those of anonymous ones inside included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from model.source.index.definitions import Macro
from model.source.preprocessor.macros import MacroError, substitute_macro
from model.source.types.syntax import Node, Text, text_of
from model.source.types.unions import Chain

_MADE = re.compile(rb"(?<![^\n])[ \t]*([A-Z][A-Z_]*)\(([^(){};#]*)\)[ \t]*;")


@dataclass(frozen=True)
class Member:
    """A member whose type is resolved on demand.

    ``bits`` is the width that a bit-field is given; ``unions`` are the anonymous ones it lies in
    and, of a union, the union itself; ``is_direct`` if it is an alternative by itself.
    """

    spec: Node
    declarator: Node
    text: Text
    bits: Node | None
    unions: Chain
    is_direct: bool


def members_of(spec: Node, text: Text, outside: Chain = ()) -> dict[str, Member]:
    """The members by name; what the parser or the configuration does not decide is left out."""
    found: dict[str, Member] = {}
    body = spec.child_by_field_name("body")
    is_union = spec.type == "union_specifier"
    for number, child in enumerate(body.named_children if body is not None else []):
        if child.type == "field_declaration" and not child.has_error:
            unions = (*outside, (name_anonymous(spec, text), number)) if is_union else outside
            for name, member in _find_members(child, text, unions, is_union):
                found.setdefault(name, member)
    return found


def expand_member_macros(data: bytes, maker: Callable[[str], Macro | None]) -> bytes:
    """A text with the members that macros make (``DECLARE_BITMAP(x, 64);``) written out, line by line."""

    def made(member: re.Match[bytes]) -> bytes:
        macro = maker(member.group(1).decode())
        if macro is None or macro.variadic is not None:
            return member.group()
        given = [a.strip() for a in member.group(2).decode(errors="replace").split(",")]
        lines = b"\n" * member.group().count(b"\n")
        try:
            text = substitute_macro(
                macro.name, macro.params, macro.body.decode(errors="replace"), given, lambda _: None
            )
        except MacroError:
            return member.group()
        return b" ".join(text.encode().split()) + b";" + lines

    return _MADE.sub(made, data)


def _find_members(node: Node, text: Text, unions: Chain, is_direct: bool) -> Iterator[tuple[str, Member]]:
    """The members that one declaration makes."""
    spec = node.child_by_field_name("type")
    if spec is None:
        return
    declarators = node.children_by_field_name("declarator")
    if not declarators and spec.child_by_field_name("name") is None:
        yield from members_of(spec, text, unions).items()
    for declarator in declarators:
        after = declarator.next_named_sibling
        bits = after.named_children[0] if after is not None and after.type == "bitfield_clause" else None
        name = _name(declarator)
        if name:
            yield name, Member(spec, declarator, text, bits, unions, is_direct)


def _name(declarator: Node) -> str:
    """The name inside a declarator."""
    waiting = [declarator]
    while waiting:
        node = waiting.pop(0)
        if node.type in ("field_identifier", "identifier"):
            return text_of(node)
        inner = node.child_by_field_name("declarator")
        waiting += (
            [inner] if inner is not None else [c for c in node.named_children if "declarator" in c.type]
        )
    return ""


def name_anonymous(spec: Node, text: Text) -> str:
    """A name for a struct, union or enum that has none: where it stands."""
    return f"<{text.file}:{text.line_of(spec)}:{spec.start_byte}>"
