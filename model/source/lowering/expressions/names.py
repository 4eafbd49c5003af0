# SPDX-License-Identifier: GPL-2.0-only
"""Names that are no locals: macros, enumeration constants, variables and functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from model.source.index.definitions import Macro
from model.source.index.scan import MADE_ELEMENT
from model.source.lowering.expressions.expansion import Macros, macro_body
from model.source.lowering.expressions.lvalues import Lvalues, Variables
from model.source.lowering.expressions.operands import Operands, signed_value
from model.source.lowering.expressions.precedence import level, required_level
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.preprocessor.macros import MacroError, substitute_macro
from model.source.types.ctypes import INT, LONG, UINT, ULONG, VOID, Function, Int, Pointer
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import NOTHING, UNKNOWN, Location, Value, integer, is_scalar


@dataclass(frozen=True)
class Enums:
    """Reads the constants of enums into those of the context."""

    context: Context
    operands: Operands

    def read_enum(self, text: Text) -> list[int]:
        """The values of an enum's constants, which are remembered under their names."""
        text = self._expand_elements(text)
        with self.context.at(text), self.context.objects.probe():
            return self._read_enum(self.context.types.parser.declaration(text))

    def enum_type(self, text: Text) -> Int:
        """The integer type that GCC chooses for an enum."""
        values = self.read_enum(text) or [0]
        if min(values) < 0:
            return INT if min(values) >= -(1 << 31) and max(values) < 1 << 31 else LONG
        return UINT if max(values) < 1 << 32 else ULONG

    def _expand_elements(self, text: Text) -> Text:
        """An enum's text with the elements that macros make (``DECLARE_VMA_BIT(READ, 0),``) written out."""

        def written_out(element: re.Match[bytes]) -> bytes:
            macro = self.context.view.macro(element.group(1).decode())
            if macro is None or macro.params is None:
                return element.group(0)
            given = [a.strip() for a in element.group(2).decode(errors="replace").strip("()").split(",")]
            made = substitute_macro("", macro.params, macro_body(macro), given, lambda _: None)
            return b" ".join(made.encode().split())

        try:
            return replace(text, data=MADE_ELEMENT.sub(written_out, text.data))
        except MacroError as error:
            raise self.context.unsupported(self.context.types.parser.declaration(text), str(error)) from None

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
                raise self.context.unsupported(child, "something in an enum that is no enumerator")
            value = child.child_by_field_name("value")
            if value is not None:
                number = self.operands.scalar(value)
                if number.term.op != "const" or not isinstance(number.type, Int):
                    raise self.context.unsupported(child, "an enumerator that is not constant")
                following = signed_value(number)
            name = text_of(self.context.child(child, "name"))
            found[name] = following
            self.context.constants[name] = integer(following, _common_type([following]))
            following += 1
        t = _common_type(list(found.values()))
        self.context.constants |= {name: integer(value, t) for name, value in found.items()}
        return list(found.values())


@dataclass(frozen=True)
class Names:
    """Gives the value of a name that is no local."""

    context: Context
    macros: Macros
    enums: Enums
    variables: Variables
    lvalues: Lvalues
    storage: Storage
    operands: Operands
    lowering: Lowering

    def value(self, node: Node, name: str) -> Value:
        """A name that is no local: a macro, an enumerator, or a function."""
        view = self.context.view
        if name in self.context.constants:
            return self.context.constants[name]
        macro = self.macros.lookup(name, self.context.text)
        if macro is not None and macro.params is None:
            before = self.context.locals_met
            value = self.expand(node, name, macro, None)
            if value.term.op == "const" and isinstance(value.type, Int) and self.context.locals_met == before:
                self.context.constants[name] = value
            return value
        configured = view.profile.values.get(name)
        if isinstance(configured, int):
            return integer(configured)
        found = view.enumerator(name)
        if found is not None:
            self.enums.read_enum(self.context.types.preprocess(found))
        if name in self.context.constants:
            return self.context.constants[name]
        if self.variables.is_variable(node):
            return self._variable_value(node, name)
        if name in self.context.contracts or view.function(name) or view.prototype(name):
            address = self.context.objects.address(Location(f"{name}()"))
            return Value(Pointer(Function(VOID)), address, (UNKNOWN,))
        raise self.context.unsupported(node, f"{name} is defined nowhere that is read")

    def _variable_value(self, node: Node, name: str) -> Value:
        """What a variable holds: if it never changes, what its declaration says."""
        constant, found = self.variables.constant_text(name), self.variables.variable(node, name)
        if constant is not None and found is not None and is_scalar(found.type):
            with self.context.outside(constant[1]):
                value = self.context.objects.convert(self.operands.scalar(constant[0]), found.type)
            if value.term.op == "const":
                self.context.objects.note(
                    "modelled", f"{name}: its declaration initialises it", self.context.span(node)
                )
                return value
        return self.storage.load(self.lvalues.lvalue(node), node)

    def expand(self, node: Node, name: str, macro: Macro, arguments: list[str] | None) -> Value:
        """What a macro's text means where it stands."""
        expansion = self.macros.expansion(node, name, macro, arguments)
        if not expansion.data.strip():
            return NOTHING
        with self.context.at(expansion):
            made = self.context.types.parser.fragment(expansion)
            if level(made) < expansion.binding:
                raise self.context.unsupported(
                    made, f"macro {name}, which the operators beside it tear apart"
                )
            return self._lower_fragment(made, node)

    def _lower_fragment(self, made: Node, node: Node) -> Value:
        """An expression, or a statement that a macro made."""
        if made.type == "compound_statement" or not (
            made.type.endswith("_statement") or made.type == "declaration"
        ):
            return self.lowering.rvalue(made)
        stands = node.parent.parent if node.parent is not None else None
        dangling = (
            stands is None or stands.type in ("if_statement", "else_clause") or required_level(node) is None
        )
        if self.context.text.binding or (made.type == "if_statement" and dangling):
            raise self.context.unsupported(node, "a statement made by a macro where it could be torn apart")
        self.lowering.statement(made)
        return NOTHING


def _common_type(values: list[int]) -> Int:
    """The type of enumerators with these values: int, or that of the enum where one does not fit."""
    values = values or [0]
    if min(values) >= -(1 << 31) and max(values) < 1 << 31:
        return INT
    if min(values) < 0:
        return LONG
    return UINT if max(values) < 1 << 32 else ULONG
