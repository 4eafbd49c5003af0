# SPDX-License-Identifier: GPL-2.0-only
"""What a name that is no local stands for: a macro, an enumeration constant, or a function.

A macro is expanded one step at a time, so that a name with a contract is met before it dissolves.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace

from model.source.contracts.contract import Contract
from model.source.index.definitions import Macro
from model.source.index.scan import MADE_ELEMENT
from model.source.lowering.builtins import BUILTINS
from model.source.lowering.expressions.expressions import Expressions
from model.source.lowering.expressions.lvalues import Lvalue, signed_value
from model.source.lowering.expressions.precedence import level, needed
from model.source.lowering.state.objects import Objects
from model.source.preprocessor.macros import MacroError, Meant, substitute_macro, tokens
from model.source.types.ctypes import INT, LONG, UINT, ULONG, VOID, Function, Int, Pointer
from model.source.types.parse_types import Types
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import NOTHING, UNKNOWN, Location, Value, integer, is_scalar

_DEPTH = 60
_LONGEST = 100_000


class Expansion(Expressions):
    """Lowers names by looking them up in the tree."""

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        super().__init__(types, objects)
        self.contracts = contracts
        self.constants: dict[str, Value] = {}
        types.enum_type, types.typeof = self.enum_type, self.typeof

    @abstractmethod
    def statement(self, node: Node) -> None: ...

    # Names ----------------------------------------------------------------------------------------
    def named(self, node: Node, name: str) -> Value:
        """A name that is no local: a macro, an enumerator, or a function."""
        if name in self.constants:
            return self.constants[name]
        macro = self.macro(name, self.text)
        if macro is not None and macro.params is None:
            before = self.locals_met
            value = self.expand(node, name, macro, None)
            if value.term.op == "const" and isinstance(value.type, Int) and self.locals_met == before:
                self.constants[name] = value
            return value
        configured = self.view.profile.values.get(name)
        if isinstance(configured, int):
            return integer(configured)
        found = self.view.enumerator(name)
        if found is not None:
            self.read_enum(self.types.decided(found))
        if name in self.constants:
            return self.constants[name]
        if self.is_variable(node):
            return self._of_variable(node, name)
        if name in self.contracts or self.view.function(name) or self.view.prototype(name):
            address = self.objects.address(Location(f"{name}()"))
            return Value(Pointer(Function(VOID)), address, (UNKNOWN,))
        raise self.text.unsupported(node, f"{name} is defined nowhere that is read")

    def is_variable(self, node: Node) -> bool:
        """Whether a name that is no local is a variable of the file or of a header."""
        name = text_of(node)
        if self.view.variable(name) is None or self.view.enumerator(name) is not None:
            return False
        macro = self.macro(name, self.text)
        return macro is None or macro.params is not None

    def _of_variable(self, node: Node, name: str) -> Value:
        """What a variable holds: if it never changes, what its declaration says."""
        constant, found = self.constant_text(name), self.variable(node, name)
        if constant is not None and found is not None and is_scalar(found.type):
            with self.outside(constant[1]):
                value = self.objects.converted(self.scalar(constant[0]), found.type)
            if value.term.op == "const":
                self.objects.note("modelled", f"{name}: its declaration initialises it", self.span(node))
                return value
        return self.load(self.lvalue(node), node)

    def read_enum(self, text: Text) -> list[int]:
        """The values of an enum's constants, which are remembered under their names."""
        text = self._without_makers(text)
        with self.at(text), self.objects.probe():
            return self._read_enum(self.types.parser.declaration(text))

    def enum_type(self, text: Text) -> Int:
        """The integer type that GCC chooses for an enum."""
        values = self.read_enum(text) or [0]
        if min(values) < 0:
            return INT if min(values) >= -(1 << 31) and max(values) < 1 << 31 else LONG
        return UINT if max(values) < 1 << 32 else ULONG

    def _without_makers(self, text: Text) -> Text:
        """An enum's text with the elements that macros make (``DECLARE_VMA_BIT(READ, 0),``) written out."""

        def written_out(element: re.Match[bytes]) -> bytes:
            macro = self.view.macro(element.group(1).decode())
            if macro is None or macro.params is None:
                return element.group(0)
            given = [a.strip() for a in element.group(2).decode(errors="replace").strip("()").split(",")]
            made = substitute_macro("", macro.params, _body(macro), given, lambda _: None)
            return b" ".join(made.encode().split())

        try:
            return replace(text, data=MADE_ELEMENT.sub(written_out, text.data))
        except MacroError as error:
            raise self.text.unsupported(self.types.parser.declaration(text), str(error)) from None

    def _read_enum(self, node: Node) -> list[int]:
        """All constants of one enum; C gives those without a value the one before plus one.

        Where one does not fit an int all have the enum's type, as GCC has it since version 13.
        """
        spec = node if node.type == "enum_specifier" else node.child_by_field_name("type")
        body = spec.child_by_field_name("body") if spec is not None else None
        found: dict[str, int] = {}
        following = 0
        for child in children(body) if body is not None else []:
            if child.type != "enumerator":
                raise self.text.unsupported(child, "something in an enum that is no enumerator")
            value = child.child_by_field_name("value")
            if value is not None:
                number = self.scalar(value)
                if number.term.op != "const" or not isinstance(number.type, Int):
                    raise self.text.unsupported(child, "an enumerator that is not constant")
                following = signed_value(number)
            name = text_of(self.text.child(child, "name"))
            found[name] = following
            self.constants[name] = integer(following, _fitting([following]))
            following += 1
        t = _fitting(list(found.values()))
        self.constants |= {name: integer(value, t) for name, value in found.items()}
        return list(found.values())

    # Macros -----------------------------------------------------------------------------------------
    def macro(self, name: str, text: Text) -> Macro | None:
        """The macro of that name; none inside its own text, if that names it."""
        macro = self.view.macro(name)
        if macro is not None and f"macro {name}" in text.via and name in tokens(_body(macro)):
            return None
        return macro

    def expand(self, node: Node, name: str, macro: Macro, arguments: list[str] | None) -> Value:
        """What a macro's text means where it stands."""
        expansion = self.expansion(node, name, macro, arguments)
        if not expansion.data.strip():
            return NOTHING
        with self.at(expansion):
            made = self.types.parser.fragment(expansion)
            if level(made) < expansion.binding:
                raise self.text.unsupported(made, f"macro {name}, which the operators beside it tear apart")
            return self._fragment(made, node)

    def made_object(self, node: Node) -> Lvalue | None:
        """The object that a macro's text designates (``ACCESS_PRIVATE(p, member)``); None if there is none."""
        function = node.child_by_field_name("function") if node.type == "call_expression" else node
        name = text_of(function) if function is not None and function.type == "identifier" else ""
        macro = self.macro(name, self.text) if name and self.slot(name) is None else None
        if macro is None or name in self.contracts or (macro.params is None) != (function == node):
            return None
        listed = node.child_by_field_name("arguments")
        given = None if macro.params is None else [text_of(c) for c in children(listed)] if listed else []
        expansion = self.expansion(node, name, macro, given)
        made = self.types.parser.fragment(expansion)
        while made.type == "parenthesized_expression" and len(children(made)) == 1:
            made = children(made)[0]
        if made.type not in ("field_expression", "subscript_expression") or level(made) < expansion.binding:
            return None
        with self.at(expansion):
            return self.lvalue(made)

    def expansion(self, node: Node, name: str, macro: Macro, arguments: list[str] | None) -> Text:
        """A macro's text with the arguments in place."""
        if len(self.text.via) > _DEPTH:
            raise self.text.unsupported(node, f"macro {name}, which expands too deeply")
        self.types.rely(macro)
        parameters, body = _meant(macro)
        try:
            text = substitute_macro(name, parameters, body, arguments, self._object_body, self._dissolving)
        except MacroError as error:
            raise self.text.unsupported(node, str(error)) from None
        if len(text) > _LONGEST:
            raise self.text.unsupported(node, f"macro {name}, whose text has more than {_LONGEST} characters")
        around = needed(node)
        binding = self.text.binding if around is None else around
        return self.text.expansion(node, text, f"macro {name}", binding)

    def _fragment(self, made: Node, node: Node) -> Value:
        """An expression, or a statement that a macro made."""
        if made.type == "compound_statement" or not (
            made.type.endswith("_statement") or made.type == "declaration"
        ):
            return self.rvalue(made)
        stands = node.parent.parent if node.parent is not None else None
        dangling = stands is None or stands.type in ("if_statement", "else_clause") or needed(node) is None
        if self.text.binding or (made.type == "if_statement" and dangling):
            raise self.text.unsupported(node, "a statement made by a macro where it could be torn apart")
        self.statement(made)
        return NOTHING

    def _dissolving(self, name: str) -> Meant | None:
        """The macro of that name; none where the name itself has a meaning."""
        if name in self.contracts or name in BUILTINS or self.slot(name) is not None:
            return None
        macro = self.view.macro(name)
        return None if macro is None else _meant(macro)

    def _object_body(self, name: str) -> str | None:
        macro = self.view.macro(name)
        return _body(macro) if macro is not None and macro.params is None else None


def _meant(macro: Macro) -> Meant:
    """Its parameters, the variadic one with dots, and its body."""
    parameters = macro.params
    if parameters is not None and macro.variadic is not None:
        parameters = (*parameters, f"{macro.variadic}...")
    return parameters, _body(macro)


def _body(macro: Macro) -> str:
    return macro.body.decode(errors="replace")


def _fitting(values: list[int]) -> Int:
    """The type of enumerators with these values: int, or that of the enum where one does not fit."""
    values = values or [0]
    if min(values) >= -(1 << 31) and max(values) < 1 << 31:
        return INT
    if min(values) < 0:
        return LONG
    return UINT if max(values) < 1 << 32 else ULONG
