# SPDX-License-Identifier: GPL-2.0-only
"""Calls by their form: an exact builtin, a contract, a macro, a function of the tree that is inlined.

A call that is none of these is havoc, which the ledger reports.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term
from model.program.procedure import Origin
from model.source.index.definitions import Macro
from model.source.index.pageflags import HEADER, FlagMacroCall, find_makers
from model.source.lowering.builtins import BUILTINS
from model.source.lowering.calls.builtin_calls import BuiltinCalls, skip_arguments
from model.source.lowering.calls.contract_calls import ContractCalls
from model.source.lowering.calls.memory_access import Accesses
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.calls.unknown_calls import UnknownCalls
from model.source.lowering.expressions.casts import Casts
from model.source.lowering.expressions.expansion import Macros
from model.source.lowering.expressions.names import Names
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.operators import Operators
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.types.ctypes import BOOLEAN, CType, Function, Pointer, Struct
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import NOTHING, Value, decay, integer

#: The tests of the configuration that C's expressions make, too (include/linux/kconfig.h).
_CONFIGURATION_TESTS = ("IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE", "__is_defined")

#: What reads the result of a call before a cast that stands before it does, which the parser takes
#: for part of the call: in ``(u64)(p)->x``.
_POSTFIX = ("field_expression", "subscript_expression", "call_expression", "update_expression")


@dataclass(frozen=True)
class Calls:
    """Lowers calls by their form."""

    context: Context
    operands: Operands
    operators: Operators
    casts: Casts
    macros: Macros
    names: Names
    prototypes: Prototypes
    builtins: BuiltinCalls
    accesses: Accesses
    contracts: ContractCalls
    unknown: UnknownCalls
    lowering: Lowering

    def call(self, node: Node) -> Value:
        """``f(x)``, and what the parser takes for a call."""
        function, arguments = (
            self.context.child(node, "function"),
            children(self.context.child(node, "arguments")),
        )
        if function.type == "identifier":
            return self._call_name(node, self.context.text, function, arguments)
        cast = self.casts.type_in_parentheses(function)
        if cast is None:
            inner = self._casts_in_a_row(function)
            if inner is not None:
                return self.casts.cast(
                    self.casts.cast(self._evaluate_commas(node, arguments), inner[1], node), inner[0], node
                )
            return self._call_expression(node, self.context.text, function, arguments)
        outer = node.parent
        if outer is not None and outer.type in _POSTFIX and outer.child(0) == node:
            raise self.context.unsupported(node, "a cast of what a postfix operator makes, in parentheses")
        return self.casts.cast(self._evaluate_commas(node, arguments), cast, node)

    def _casts_in_a_row(self, function: Node) -> tuple[CType, CType] | None:
        """The types of ``(t)(u)(x)``, which the parser takes for the call of a call."""
        if function.type != "call_expression":
            return None
        listed = children(self.context.child(function, "arguments"))
        outer = self.casts.type_in_parentheses(self.context.child(function, "function"))
        if outer is None or len(listed) != 1 or self.context.slot(text_of(listed[0])) is not None:
            return None
        inner = self.context.types.resolve_name(text_of(listed[0]))
        return None if inner is None else (outer, inner)

    def _evaluate_commas(self, node: Node, listed: list[Node]) -> Value:
        """The value of what stands in parentheses behind a cast; commas there are C's operator."""
        if not listed:
            raise self.context.unsupported(node, "a cast of nothing")
        for part in listed[:-1]:
            self.lowering.rvalue(part)
        return self.lowering.rvalue(listed[-1])

    def _call_name(self, node: Node, text: Text, function: Node, arguments: list[Node]) -> Value:
        name = text_of(function)
        if self.context.slot(name) is not None:
            return self._call_pointer(node, text, function, arguments)
        if name in BUILTINS:
            return self.builtins.call(node, BUILTINS[name], arguments)
        if name in _CONFIGURATION_TESTS:
            return self._configuration_test(node, name, arguments)
        accessed = self.accesses.access(node, name, arguments)
        if accessed is not None:
            return accessed
        if name in self.context.contracts:
            return self.contracts.call(node, name, self.context.contracts[name], arguments)
        macro = self.macros.lookup(name, text)
        if macro is not None and macro.params is None:
            return self._call_macro(node, text, function, arguments)
        return self._call_definition(node, name, macro, arguments)

    def _call_expression(self, node: Node, text: Text, function: Node, arguments: list[Node]) -> Value:
        """``(p ? f : g)(x)`` and ``MACRO(f)(x)``: every function it can be is called by name.

        ``text`` is where ``function`` stands; the arguments stand where the call does.
        """
        while function.type == "parenthesized_expression":
            function = text.inner(function)
        if function.type == "identifier":
            return self._call_name(node, text, function, arguments)
        if function.type == "conditional_expression":
            with self.context.at(text):
                test = self.operands.condition(text.child(function, "condition"))
            first, second = text.child(function, "consequence"), text.child(function, "alternative")
            return self._call_either(node, text, test, first, second, arguments)
        if function.type in ("field_expression", "pointer_expression"):
            return self._call_pointer(node, text, function, arguments)
        return self._call_macro(node, text, function, arguments)

    def _call_pointer(self, node: Node, text: Text, function: Node, arguments: list[Node]) -> Value:
        """``ops->member(x)``: the contract of "struct_tag.member", or any result."""
        while function.type == "pointer_expression" and text_of(text.child(function, "operator")) == "*":
            function = text.child(function, "argument")
        with self.context.at(text), self.context.objects.probe() as body:
            called = self.lowering.rvalue(function).type
            member = self._pointer_member(function)
        if body:
            raise self.context.unsupported(node, "a call through a pointer that an effect finds")
        result = called.target if isinstance(called, Pointer) else called
        if not isinstance(result, Function):
            raise self.context.unsupported(node, "a call of what is no function")
        if member is not None and f"{member[0].tag}.{member[1]}" in self.context.contracts:
            name = f"{member[0].tag}.{member[1]}"
            return self.contracts.call(node, name, self.context.contracts[name], arguments)
        name = text_of(function) if member is None else f"{member[0].tag}.{member[1]}"
        return self.unknown.call_of_type(node, name, result.result, arguments)

    def _pointer_member(self, function: Node) -> tuple[Struct, str] | None:
        """The struct and the member that hold the pointer; None for a pointer that is no member."""
        if function.type != "field_expression":
            return None
        base = decay(self.lowering.rvalue(self.context.child(function, "argument"))).type
        struct = base.target if isinstance(base, Pointer) else base
        name = text_of(self.context.child(function, "field"))
        return (struct, name) if isinstance(struct, Struct) else None

    def _configuration_test(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """``IS_ENABLED(CONFIG_X)`` and its kin."""
        tested = ", ".join(text_of(a) for a in arguments)
        written = f"defined({tested}) && {tested} == 1" if name == "__is_defined" else f"{name}({tested})"
        holds, _ = self.context.view.condition(written)
        if holds is None:
            raise self.context.unsupported(node, f"{written}, which the configuration does not decide")
        self.context.objects.note(
            "condition", f"{written}: {'holds' if holds else 'does not hold'}", self.context.span(node)
        )
        return integer(int(holds))

    def _call_either(
        self, node: Node, text: Text, test: Term, first: Node, second: Node, arguments: list[Node]
    ) -> Value:
        def called(function: Node) -> Value:
            return self._call_expression(node, text, function, arguments)

        return self.operators.either(node, test, lambda: called(first), lambda: called(second))

    def _call_macro(self, node: Node, text: Text, function: Node, arguments: list[Node]) -> Value:
        """``MACRO(f)(x)``, or ``MACRO(x)`` of a macro that names a function."""
        name, given = function, None
        if function.type == "call_expression":
            name = text.child(function, "function")
            given = [text_of(c) for c in children(text.child(function, "arguments"))]
        macro = self.macros.lookup(text_of(name), text) if name.type == "identifier" else None
        if macro is None or (macro.params is None) != (given is None):
            raise self.context.unsupported(node, "a call through a pointer")
        with self.context.at(text):
            expansion = self.macros.expansion(function, text_of(name), macro, given)
        made = self.context.types.parser.fragment(expansion)
        return self._call_expression(node, expansion, made, arguments)

    def _call_definition(self, node: Node, name: str, macro: Macro | None, arguments: list[Node]) -> Value:
        """A macro, a function that is inlined, or what is not known."""
        if macro is not None:
            return self.names.expand(node, name, macro, [text_of(a) for a in arguments])
        if self.context.view.function(name) is not None:
            return self.lowering.inline(node, name, self.operands.in_order(arguments))
        if name.startswith("trace_") and self.prototypes.signature(name) is None:  # made by TRACE_EVENT()
            self.context.objects.note(
                "trusted", f"{name}: a trace point changes nothing", self.context.span(node)
            )
            return skip_arguments(self.context, node, arguments)
        made = self._find_flag_macro(node, name)
        if made is not None:
            return self._call_flag_function(node, name, made, arguments)
        return self.unknown.call(node, name, arguments)

    def _find_flag_macro(self, node: Node, name: str) -> FlagMacroCall | None:
        """The macro of page-flags.h that makes the function under this configuration."""
        view = self.context.view
        if self.prototypes.signature(name) is not None:
            return None
        text = view.code(HEADER)
        for made in find_makers(name, text):
            holds = view.holds_at(HEADER, made.offset)
            if holds is None:
                raise self.context.unsupported(node, f"{name}, which the configuration does not decide")
            if holds:
                line = view.line_at(HEADER, made.offset)
                does = "any answer" if made.is_test else "changes what tests of the flag answer"
                says = "false" if made.is_test and made.is_false else does
                self.context.objects.note(
                    "trusted",
                    f"{name}: {says}; {made.macro}() makes it ({HEADER}:{line})",
                    self.context.span(node),
                )
                return made
        return None

    def _call_flag_function(self, node: Node, name: str, made: FlagMacroCall, arguments: list[Node]) -> Value:
        """A test, a setting or a clearing of a flag of a page or folio."""
        self.operands.in_order(arguments)
        if not made.is_test:
            return NOTHING
        if made.is_false:
            return integer(0)
        return self.context.objects.fresh(f"{name}()", BOOLEAN, Origin.CONTRACT, "a flag of a page or folio")
