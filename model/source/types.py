# SPDX-License-Identifier: GPL-2.0-only
"""From C's way of writing types to types: specifiers, declarators, typedefs, members of structs.

Definitions are looked up in the tree on demand and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from model.source.ctypes import (
    BUILTIN_TYPEDEFS,
    INT,
    LONG,
    UINT,
    ULONG,
    VOID,
    Array,
    CType,
    Function,
    Int,
    Pointer,
    Struct,
    of_keywords,
)
from model.source.text import Node, Parser, Text, text_of


class Definition(Protocol):
    """A piece of the tree's text that defines something."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def text(self) -> bytes: ...


class Macro(Protocol):
    """A macro's definition: ``params`` is None for an object-like one, ``variadic`` names the rest."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def params(self) -> tuple[str, ...] | None: ...
    @property
    def variadic(self) -> str | None: ...
    @property
    def body(self) -> bytes: ...


class Configuration(Protocol):
    """What the configuration defines, by name."""

    @property
    def values(self) -> Mapping[str, int | str]: ...


class View(Protocol):
    """What is asked of the index of a tree under one configuration."""

    @property
    def profile(self) -> Configuration: ...

    def macro(self, name: str) -> Macro | None: ...
    def function(self, name: str) -> Definition | None: ...
    def prototype(self, name: str) -> Definition | None: ...
    def struct(self, tag: str) -> Definition | None: ...
    def typedef(self, name: str) -> Definition | None: ...
    def enumerator(self, name: str) -> Definition | None: ...
    def enum(self, tag: str) -> Definition | None: ...
    def condition(self, condition: str) -> tuple[bool | None, Iterable[object]]: ...


@dataclass
class Types:
    """The types of one tree under one configuration."""

    view: View
    parser: Parser = field(default_factory=Parser)
    typedefs: dict[str, CType | None] = field(default_factory=lambda: dict(BUILTIN_TYPEDEFS))
    members: dict[str, dict[str, _Member]] = field(default_factory=dict)
    enums: dict[str, Int] = field(default_factory=dict)
    read_enum: Callable[[Definition], list[int]] = lambda _: []

    def named(self, name: str) -> CType | None:
        """The type a typedef gives, None if there is no such typedef."""
        if name not in self.typedefs:
            self.typedefs[name] = of_keywords([name])
            found = self.view.typedef(name)
            if found is not None and self.typedefs[name] is None:
                self.typedefs[name] = self._typedef(name, text_at(found))
        return self.typedefs[name]

    def _typedef(self, name: str, text: Text) -> CType | None:
        node = self.parser.declaration(text)
        base = self.of_specifiers(node, text)
        for child in node.children_by_field_name("declarator"):
            declared, t = self.declarator(child, base, text)
            if declared == name:
                return t
        return None

    def is_type(self, name: str) -> bool:
        return self.named(name) is not None or of_keywords([name]) is not None

    # Specifiers -----------------------------------------------------------------------------
    def of_specifiers(self, node: Node, text: Text) -> CType:
        """The type that a declaration's specifiers name.

        Raises Unsupported for a type that is defined nowhere that is read.
        """
        spec = node.child_by_field_name("type")
        if spec is None:
            return INT
        return self.of_specifier(spec, text)

    def of_specifier(self, spec: Node, text: Text) -> CType:
        match spec.type:
            case "primitive_type" | "sized_type_specifier":
                found = of_keywords(text_of(spec).split()) or self.named(text_of(spec).split()[-1])
            case "type_identifier":
                found = self.named(text_of(spec))
            case "struct_specifier" | "union_specifier":
                found = self._struct(spec, text)
            case "enum_specifier":
                found = self.enum(spec)
            case "macro_type_specifier":
                found = None
            case _:
                found = None
        if found is None:
            raise text.unsupported(spec, "a type that is defined nowhere that is read")
        return found

    def _struct(self, spec: Node, text: Text) -> Struct:
        tag, body = spec.child_by_field_name("name"), spec.child_by_field_name("body")
        if tag is not None:
            return Struct(text_of(tag))
        name = f"<{text.file}:{text.line_of(spec)}>"
        if body is not None and name not in self.members:
            self.members[name] = self._fields(body, text)
        return Struct(name)

    def enum(self, spec: Node) -> Int:
        """GCC's choice for an enum: unsigned int, int if a value is negative, 64 bits if one needs
        them (enum kvm_pgtable_prot does)."""
        tag = spec.child_by_field_name("name")
        name = "" if tag is None else text_of(tag)
        if name not in self.enums:
            self.enums[name] = UINT
            found = self.view.enum(name) if name else None
            if found is not None:
                self.enums[name] = _fitting(self.read_enum(found))
        return self.enums[name]

    def of_descriptor(self, node: Node, text: Text) -> CType:
        """The type of a cast, of sizeof, of a compound literal."""
        base = self.of_specifiers(node, text)
        declarator = node.child_by_field_name("declarator")
        return base if declarator is None else self.declarator(declarator, base, text)[1]

    # Declarators ----------------------------------------------------------------------------
    def declarator(self, node: Node, base: CType, text: Text) -> tuple[str, CType]:
        """The name that a declarator declares ("" if none) and its type."""
        inner = node.child_by_field_name("declarator")
        match node.type:
            case "identifier" | "field_identifier" | "type_identifier" | "primitive_type":
                return text_of(node), base
            case "pointer_declarator" | "abstract_pointer_declarator":
                return self._inner(inner, Pointer(base), text)
            case "array_declarator" | "abstract_array_declarator":
                return self._inner(inner, Array(base), text)
            case "function_declarator" | "abstract_function_declarator":
                return self._inner(inner, Function(base), text)
            case "parenthesized_declarator" | "abstract_parenthesized_declarator" | "attributed_declarator":
                named = [c for c in node.named_children if "declarator" in c.type or "identifier" in c.type]
                if len(named) != 1:
                    raise text.unsupported(node, "a declarator that could not be read")
                return self.declarator(named[0], base, text)
            case _:
                raise text.unsupported(node, f"a declarator of the form {node.type}")

    def _inner(self, inner: Node | None, t: CType, text: Text) -> tuple[str, CType]:
        return ("", t) if inner is None else self.declarator(inner, t, text)

    # Functions --------------------------------------------------------------------------------
    def parameters(self, declarator: Node, text: Text) -> list[tuple[str, CType, str]]:
        """Each parameter's name, its type, and its type as it is spelled."""
        listed = _function_declarator(declarator).child_by_field_name("parameters")
        found: list[tuple[str, CType, str]] = []
        for child in listed.named_children if listed is not None else []:
            if child.type != "parameter_declaration":
                continue
            base, inner = self.of_specifiers(child, text), child.child_by_field_name("declarator")
            name, t = ("", base) if inner is None else self.declarator(inner, base, text)
            if t != VOID:
                t = Pointer(t.element) if isinstance(t, Array) else t
                found.append((name, t, _spelled(child)))
        return found

    def result(self, node: Node, text: Text) -> CType:
        """What a function definition or prototype returns."""
        declarator = node.child_by_field_name("declarator")
        assert declarator is not None
        t = self.declarator(declarator, self.of_specifiers(node, text), text)[1]
        while isinstance(t, Pointer) and isinstance(t.target, Function):
            t = t.target
        return t.result if isinstance(t, Function) else t

    # Members ----------------------------------------------------------------------------------
    def member(self, struct: Struct, name: str) -> CType | None:
        """The type of a member, those of anonymous structs and unions included; None if there is
        none, or none whose type is found."""
        found = self._members(struct).get(name)
        if found is None:
            return None
        base = self._lazily(found.spec, found.text)
        return None if base is None else self.declarator(found.declarator, base, found.text)[1]

    def all_members(self, struct: Struct) -> dict[str, CType]:
        """Every member whose type is found."""
        typed = {name: self.member(struct, name) for name in self._members(struct)}
        return {name: t for name, t in typed.items() if t is not None}

    def spelled_member(self, struct: Struct, name: str) -> str:
        """A member's type as it is written, without stars; "" if there is no such member."""
        found = self._members(struct).get(name)
        return "" if found is None else " ".join(text_of(found.spec).split())

    def _members(self, struct: Struct) -> dict[str, _Member]:
        if struct.tag not in self.members:
            found = self.view.struct(struct.tag)
            self.members[struct.tag] = {} if found is None else self._read_struct(text_at(found))
        return self.members[struct.tag]

    def _read_struct(self, text: Text) -> dict[str, _Member]:
        node = self.parser.declaration(text)
        spec = node.child_by_field_name("type") if node.type in ("declaration", "type_definition") else node
        body = spec.child_by_field_name("body") if spec is not None else None
        return {} if body is None else self._fields(body, text)

    def _fields(self, body: Node, text: Text) -> dict[str, _Member]:
        fields: dict[str, _Member] = {}
        for child in _field_declarations(body):
            for name, member in self._field(child, text):
                fields.setdefault(name, member)
        return fields

    def _field(self, node: Node, text: Text) -> Iterator[tuple[str, _Member]]:
        spec = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        if spec is None or node.has_error:
            return
        body = spec.child_by_field_name("body")
        if not declarators and body is not None and spec.child_by_field_name("name") is None:
            yield from self._fields(body, text).items()
        for child in declarators:
            yield self.declarator(child, INT, text)[0], _Member(spec, child, text)

    def _lazily(self, spec: Node, text: Text) -> CType | None:
        """A member's type; a member whose type is not found is not a member that can be used."""
        if spec.type == "type_identifier":
            return self.named(text_of(spec))
        if spec.type in ("macro_type_specifier", "ERROR"):
            return None
        return self.of_specifier(spec, text)


@dataclass(frozen=True)
class _Member:
    """A member of a struct whose type is resolved when it is asked for."""

    spec: Node
    declarator: Node
    text: Text


def _fitting(values: list[int]) -> Int:
    """The type of an enum with these values, which are words of 64 bits."""
    signed = [v - (1 << 64) if v >> 63 else v for v in values] or [0]
    negative = min(signed) < 0
    if max(signed) < 1 << (31 if negative else 32) and min(signed) >= -(1 << 31):
        return INT if negative else UINT
    return LONG if negative else ULONG


def text_at(definition: Definition) -> Text:
    return Text(definition.text, definition.file, definition.line)


def _field_declarations(body: Node) -> Iterator[Node]:
    for child in body.named_children:
        if child.type == "field_declaration":
            yield child
        elif child.type.startswith("preproc_"):
            yield from _field_declarations(child)


def _function_declarator(node: Node) -> Node:
    while node.type != "function_declarator":
        inner = node.child_by_field_name("declarator")
        assert inner is not None, node.type
        node = inner
    return node


def function_declarator(node: Node) -> Node:
    """The declarator of a function definition or prototype that holds its parameters."""
    declarator = node.child_by_field_name("declarator")
    assert declarator is not None
    return _function_declarator(declarator)


def _spelled(parameter: Node) -> str:
    """A parameter's type as it is written, without its name and without const."""
    declarator = parameter.child_by_field_name("declarator")
    spec = parameter.child_by_field_name("type")
    stars = "" if declarator is None else "*" * text_of(declarator).count("*")
    written = " ".join(text_of(spec).split()) if spec is not None else "int"
    return f"{written} {stars}".strip()
