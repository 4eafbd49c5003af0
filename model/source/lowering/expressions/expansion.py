# SPDX-License-Identifier: GPL-2.0-only
"""Macro expansion, one step at a time, so that a name with a contract is met before it dissolves."""

from __future__ import annotations

from dataclasses import dataclass

from model.source.index.definitions import Macro
from model.source.lowering.builtins import BUILTINS
from model.source.lowering.expressions.precedence import level, required_level
from model.source.lowering.state.context import Context
from model.source.preprocessor.macros import MacroError, MacroText, substitute_macro, tokenise
from model.source.types.syntax import Node, Text, children, text_of

_DEEPEST = 60
_LONGEST = 100_000


@dataclass(frozen=True)
class Macros:
    """Finds macros and writes out what they expand to."""

    context: Context

    def lookup(self, name: str, text: Text) -> Macro | None:
        """The macro of that name; none inside its own text, if that names it."""
        macro = self.context.view.macro(name)
        if macro is not None and f"macro {name}" in text.via and name in tokenise(macro_body(macro)):
            return None
        return macro

    def expansion(self, node: Node, name: str, macro: Macro, arguments: list[str] | None) -> Text:
        """A macro's text with the arguments in place."""
        if len(self.context.text.via) > _DEEPEST:
            raise self.context.unsupported(node, f"macro {name}, which expands too deeply")
        self.context.types.rely(macro)
        parameters, body = _parameters_and_body(macro)
        try:
            text = substitute_macro(name, parameters, body, arguments, self._object_body, self._find_meaning)
        except MacroError as error:
            raise self.context.unsupported(node, str(error)) from None
        if len(text) > _LONGEST:
            raise self.context.unsupported(
                node, f"macro {name}, whose text has more than {_LONGEST} characters"
            )
        around = required_level(node)
        binding = self.context.text.binding if around is None else around
        return self.context.text.expansion(node, text, f"macro {name}", binding)

    def object_expression(self, node: Node) -> tuple[Text, Node] | None:
        """The expression that designates an object (``ACCESS_PRIVATE(p, member)``), and its text; None
        where no macro stands for one."""
        function = node.child_by_field_name("function") if node.type == "call_expression" else node
        name = text_of(function) if function is not None and function.type == "identifier" else ""
        macro = self.lookup(name, self.context.text) if name and self.context.slot(name) is None else None
        if macro is None or name in self.context.contracts or (macro.params is None) != (function == node):
            return None
        listed = node.child_by_field_name("arguments")
        given = None if macro.params is None else [text_of(c) for c in children(listed)] if listed else []
        expansion = self.expansion(node, name, macro, given)
        made = self.context.types.parser.fragment(expansion)
        while made.type == "parenthesized_expression" and len(children(made)) == 1:
            made = children(made)[0]
        if made.type not in ("field_expression", "subscript_expression") or level(made) < expansion.binding:
            return None
        return expansion, made

    def _find_meaning(self, name: str) -> MacroText | None:
        """The macro of that name; none where the name itself has a meaning."""
        if name in self.context.contracts or name in BUILTINS or self.context.slot(name) is not None:
            return None
        macro = self.context.view.macro(name)
        return None if macro is None else _parameters_and_body(macro)

    def _object_body(self, name: str) -> str | None:
        macro = self.context.view.macro(name)
        return macro_body(macro) if macro is not None and macro.params is None else None


def _parameters_and_body(macro: Macro) -> MacroText:
    """Its parameters, the variadic one with dots, and its body."""
    parameters = macro.params
    if parameters is not None and macro.variadic is not None:
        parameters = (*parameters, f"{macro.variadic}...")
    return parameters, macro_body(macro)


def macro_body(macro: Macro) -> str:
    """The text that the macro's name stands for."""
    return macro.body.decode(errors="replace")
