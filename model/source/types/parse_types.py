# SPDX-License-Identifier: GPL-2.0-only
"""Parses C's specifiers, declarators, typedefs and members of structs into types.

Definitions are looked up in the tree on demand and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from model.source.errors import Unsupported
from model.source.index.definitions import Definition, Macro
from model.source.index.lookup import Lookup
from model.source.types.ctypes import (
    BUILTIN_TYPEDEFS,
    INT,
    UINT,
    VOID,
    Array,
    CType,
    Function,
    Int,
    Pointer,
    Struct,
    parse_keywords,
)
from model.source.types.members import Member, expand_member_macros, members_of, name_anonymous
from model.source.types.syntax import Node, Parser, Text, text_of
from model.source.types.unions import Chain
from model.source.types.values import sort_of


def _assume_unsigned(_: Text) -> Int:
    return UINT


def _refuse_typeof(written: str) -> CType:
    raise Unsupported("", 0, f"typeof({written}), where nothing is known of expressions")


@dataclass
class Types:
    """The types of one tree under one configuration.

    ``enum_type`` says which integer type GCC chooses for an enum, given its text from ``enum`` to
    the closing brace, and ``typeof`` which type an expression has; the layers that read expressions
    put them there.  ``relied`` are the definitions that were read, by file and line.
    """

    view: Lookup
    parser: Parser = field(default_factory=Parser)
    enum_type: Callable[[Text], Int] = _assume_unsigned
    typeof: Callable[[str], CType] = _refuse_typeof
    typedefs: dict[str, CType | None] = field(default_factory=lambda: dict(BUILTIN_TYPEDEFS))
    members: dict[str, dict[str, Member]] = field(default_factory=dict)
    enums: dict[str, Int] = field(default_factory=dict)
    relied: dict[tuple[str, int], Definition] = field(default_factory=dict)

    def resolve_name(self, name: str) -> CType | None:
        """The type a typedef gives, or a ``typeof``; None if there is no such typedef."""
        if name in self.parser.typeofs:
            return self.typeof(self.parser.typeofs[name])
        if name not in self.typedefs:
            self.typedefs[name] = parse_keywords([name])
            found = self.view.typedef(name)
            if found is not None and self.typedefs[name] is None:
                self.typedefs[name] = self._typedef(name, self.preprocess(found))
            elif self.typedefs[name] is None:
                self.typedefs[name] = self._macro(name)
        return self.typedefs[name]

    def _macro(self, name: str) -> CType | None:
        """The type that an object-like macro spells (``#define pgoff_t unsigned long``)."""
        found = self.view.macro(name)
        words = found.body.decode(errors="replace").split() if found is not None else []
        if found is None or found.params is not None or not all(word.isidentifier() for word in words):
            return None
        t = parse_keywords(words) or (
            self.resolve_name(words[0]) if len(words) == 1 and words != [name] else None
        )
        if t is not None:
            self.rely(found)
        return t

    def _typedef(self, name: str, text: Text) -> CType | None:
        node = self.parser.declaration(text)
        base = self.of_specifiers(node, text)
        for child in node.children_by_field_name("declarator"):
            declared, t = self.declarator(child, base, text)
            if declared == name:
                return t
        return None

    # Specifiers -----------------------------------------------------------------------------
    def of_specifiers(self, node: Node, text: Text) -> CType:
        """The type that a declaration's specifiers name.

        Raises Unsupported for a type that is defined nowhere that is read.
        """
        spec = node.child_by_field_name("type")
        return INT if spec is None else self.of_specifier(spec, text)

    def of_specifier(self, spec: Node, text: Text) -> CType:
        """The type that one specifier names.  Raises Unsupported as ``of_specifiers`` does."""
        found: CType | None = None
        match spec.type:
            case "primitive_type" | "sized_type_specifier":
                found = parse_keywords(text_of(spec).split()) or self.resolve_name(text_of(spec).split()[-1])
            case "type_identifier":
                found = self.resolve_name(text_of(spec))
            case "struct_specifier" | "union_specifier":
                found = self._struct(spec, text)
            case "enum_specifier":
                found = self._enum(spec, text)
        if found is None:
            raise text.unsupported(spec, "a type that is defined nowhere that is read")
        return found

    def _struct(self, spec: Node, text: Text) -> Struct:
        tag = spec.child_by_field_name("name")
        if tag is not None:
            return Struct(text_of(tag))
        name = name_anonymous(spec, text)
        if name not in self.members:
            self.members[name] = members_of(spec, text)
        return Struct(name)

    def _enum(self, spec: Node, text: Text) -> Int:
        """The integer type of an enum by its tag, or of one whose constants are listed here."""
        tag = spec.child_by_field_name("name")
        name = text_of(tag) if tag is not None else name_anonymous(spec, text)
        if name not in self.enums:
            self.enums[name] = UINT  # what an enum means while its own constants are read
            found = self.view.enum(name) if tag is not None else None
            if found is not None:
                self.enums[name] = self.enum_type(self.preprocess(found))
            elif spec.child_by_field_name("body") is not None:
                self.enums[name] = self.enum_type(Text(spec.text or b"", text.file, text.line_of(spec)))
            else:
                del self.enums[name]
                raise text.unsupported(spec, "an enum that is defined nowhere that is read")
        return self.enums[name]

    def of_descriptor(self, node: Node, text: Text) -> CType:
        """The type of a cast, of sizeof, of a compound literal."""
        base = self.of_specifiers(node, text)
        declarator = node.child_by_field_name("declarator")
        return base if declarator is None else self.declarator(declarator, base, text)[1]

    def parse_type_name(self, spelled: str, text: Text) -> CType:
        """A type that stands alone in a text.  Raises Unsupported if it is none."""
        alone = replace(text, data=f"typedef {spelled} t;".encode(), fixed=text.fixed or spelled)
        declared = self.parser.declaration(alone)
        declarator = declared.child_by_field_name("declarator")
        if declared.has_error or declared.type != "type_definition" or declarator is None:
            raise alone.unsupported(declared, f"{spelled}, where a type is needed")
        return self.declarator(declarator, self.of_specifiers(declared, alone), alone)[1]

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
            case "parenthesized_declarator" | "abstract_parenthesized_declarator":
                named = [c for c in node.named_children if "declarator" in c.type or "identifier" in c.type]
                if len(named) == 1:
                    return self.declarator(named[0], base, text)
        raise text.unsupported(node, f"a declarator of the form {node.type}")

    def _inner(self, inner: Node | None, t: CType, text: Text) -> tuple[str, CType]:
        return ("", t) if inner is None else self.declarator(inner, t, text)

    # Functions --------------------------------------------------------------------------------
    def parameters(self, declarator: Node, text: Text) -> list[tuple[str, CType, str]]:
        """Each parameter's name, its type, and its type as it is spelled."""
        listed = declarator.child_by_field_name("parameters")
        found: list[tuple[str, CType, str]] = []
        for child in listed.named_children if listed is not None else []:
            if child.type != "parameter_declaration":
                continue
            base, inner = self.of_specifiers(child, text), child.child_by_field_name("declarator")
            name, t = ("", base) if inner is None else self.declarator(inner, base, text)
            if t != VOID:
                found.append((name, _as_parameter(t), _render_type(child)))
        return found

    def result(self, node: Node, text: Text) -> CType:
        """What a function definition or prototype returns."""
        t = self.declarator(_declarator(node, text), self.of_specifiers(node, text), text)[1]
        while isinstance(t, Pointer) and isinstance(t.target, Function):
            t = t.target
        return t.result if isinstance(t, Function) else t

    def rely(self, found: Definition) -> None:
        """Remember a definition that was read."""
        self.relied.setdefault((found.file, found.line), found)

    # Members ----------------------------------------------------------------------------------
    def member(self, struct: Struct, name: str) -> CType | None:
        """The type of a member, those of anonymous structs and unions included; None if there is
        none, or none whose type is found."""
        found = self.members_of(struct).get(name)
        if found is None or found.spec.type in ("macro_type_specifier", "ERROR"):
            return None
        if found.spec.type == "type_identifier" and self.resolve_name(text_of(found.spec)) is None:
            return None
        t = self.declarator(found.declarator, self.of_specifier(found.spec, found.text), found.text)[1]
        return t if found.bits is None else self._bit_field(t, found)

    def _bit_field(self, t: CType, member: Member) -> Int | None:
        """A bit-field's type: an integer of so many bits; None if its width is no plain number."""
        written = text_of(member.bits) if member.bits is not None else ""
        if not isinstance(t, Int) or not re.fullmatch("[0-9]{1,3}", written):
            return None
        if not 0 < int(written) <= t.width:
            return None
        return t if t.is_bool else Int(int(written), t.signed)

    def all_members(self, struct: Struct) -> dict[str, CType]:
        """Every member whose type is found."""
        typed = {name: self.member(struct, name) for name in self.members_of(struct)}
        return {name: t for name, t in typed.items() if t is not None}

    def spelled_member(self, struct: Struct, name: str) -> str:
        """A member's type as it is written, without stars; "" if there is no such member."""
        found = self.members_of(struct).get(name)
        return "" if found is None else " ".join(text_of(found.spec).split())

    def unions_of(self, struct: Struct, name: str) -> tuple[str, Chain]:
        """The name of the place that holds a member, and the unions it lies in.

        Scalars of one width that are alternatives of a union are one place, that of the first.
        """
        members = self.members_of(struct)
        found, t = members[name], self.member(struct, name)
        if not found.unions or not found.is_direct or not isinstance(t, Int | Pointer):
            return name, found.unions
        for other, member in members.items():
            if member.is_direct and member.bits is None and _same_union(member.unions, found.unions):
                like = self.member(struct, other)
                if isinstance(like, Int | Pointer) and sort_of(like) == sort_of(t):
                    return other, member.unions
        return name, found.unions

    def length(self, struct: Struct, name: str) -> tuple[Node, Text] | None:
        """What is written as the length of a member that is an array, and the text that this stands in."""
        found = self.members_of(struct).get(name)
        size = found.declarator.child_by_field_name("size") if found is not None else None
        return None if found is None or size is None else (size, found.text)

    def members_of(self, struct: Struct) -> dict[str, Member]:
        """The members by name, with types yet to be found; none if the struct is not found."""
        if struct.tag not in self.members:
            found = self.view.struct(struct.tag)
            self.members[struct.tag] = {} if found is None else self._read_struct(found)
        return self.members[struct.tag]

    def preprocess(self, found: Definition) -> Text:
        """A definition's text without the branches of ``#if`` that the configuration leaves out."""
        self.rely(found)
        return Text(
            expand_member_macros(self.view.compile_text(found).text, self._maker), found.file, found.line
        )

    def _maker(self, name: str) -> Macro | None:
        """The macro with parameters of that name, which is then relied on."""
        macro = self.view.macro(name)
        if macro is None or macro.params is None:
            return None
        self.rely(macro)
        return macro

    def _read_struct(self, found: Definition) -> dict[str, Member]:
        text = self.preprocess(found)
        node = self.parser.declaration(text)
        spec = node if node.type.endswith("_specifier") else node.child_by_field_name("type")
        return {} if spec is None else members_of(spec, text)


def text_at(definition: Definition) -> Text:
    """A definition's text and where it stands."""
    return Text(definition.text, definition.file, definition.line)


def _declarator(node: Node, text: Text) -> Node:
    declarator = node.child_by_field_name("declarator")
    if declarator is None:
        raise text.unsupported(node, "a declaration without a name")
    return declarator


def find_function_declarator(node: Node, text: Text) -> Node:
    """The declarator of a function definition or prototype that holds its parameters.

    Raises Unsupported if there is none.
    """
    while node.type != "function_declarator":
        node = _declarator(node, text)
    return node


def _same_union(a: Chain, b: Chain) -> bool:
    return len(a) == len(b) and a[:-1] == b[:-1] and a[-1][0] == b[-1][0]


def _as_parameter(t: CType) -> CType:
    """Arrays and functions are handed over as pointers."""
    if isinstance(t, Array):
        return Pointer(t.element)
    return Pointer(t) if isinstance(t, Function) else t


def _render_type(parameter: Node) -> str:
    """A parameter's type as it is written, without its name and without const."""
    declarator = parameter.child_by_field_name("declarator")
    spec = parameter.child_by_field_name("type")
    stars = "" if declarator is None else "*" * text_of(declarator).count("*")
    written = " ".join(text_of(spec).split()) if spec is not None else "int"
    return f"{written} {stars}".strip()
