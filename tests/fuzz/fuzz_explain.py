# SPDX-License-Identifier: GPL-2.0-only
"""Reasons why a changed token of a function that is read may make no difference.

``explain_change`` gives the reason that is found in the syntax around the token; "" means that none is,
and the change was perhaps dropped in silence.
"""

from __future__ import annotations

from model.program.procedure import walk
from model.source.contracts.contract import Kind
from model.source.index.definitions import Definition, FunctionText, Macro
from model.source.kernel import Kernel
from model.source.types.syntax import Node, Text, text_of
from tests.support.c.c_mutate import Change

_TYPES = ("type_descriptor", "primitive_type", "sized_type_specifier", "type_qualifier", "storage_class_specifier",
          "parameter_declaration", "type_identifier", "struct_specifier", "statement_identifier")  # fmt: skip


def explain_change(kernel: Kernel, part: Definition, change: Change) -> str:
    """The reason in a few words, or "" where there is none."""
    if not isinstance(part, FunctionText):
        return "" if isinstance(part, Macro) else "a type: only the members that are used count"
    view, front = kernel.lowered.front.view, kernel.lowered.front
    compiled = view.compile_text(part).text
    at = change.start - part.start
    if not compiled[at : at + 1].strip():
        return "not compiled, or an annotation"
    line = compiled[:at].count(b"\n") + part.line
    if change.new.split() == [b";", b";"]:
        return "an empty statement"
    root = front.types.parser.function(Text(compiled, part.file, part.line))
    node = root.descendant_for_byte_range(at, max(at, change.end - part.start - 1))
    chain: list[Node] = []
    while node is not None:
        chain.append(node)
        node = node.parent
    for inner in chain:
        reason = _of(inner, kernel)
        if reason:
            return reason
    return "" if line in _lines(kernel, part) else "on a line of which nothing was made: dead, or constant"


def _lines(kernel: Kernel, part: Definition) -> set[int]:
    """The lines of a function from which some statement of the procedure was made."""
    spans = [s.span for s in walk(kernel.procedure.body)]
    return {span.line for span in spans if span.file == part.file}


def _of(node: Node, kernel: Kernel) -> str:
    contracts = kernel.lowered.front.contracts
    if node.type == "call_expression":
        function = node.child_by_field_name("function")
        name = text_of(function) if function is not None else ""
        if name in contracts and contracts[name].kind is not Kind.EFFECT:
            return f"in a call of {name}: {contracts[name].kind.name}"
        if name.startswith("trace_"):
            return "in a trace point"
        told = [e.what for e in kernel.ledger if e.what.split("(")[0].split(":")[0] == name]
        how = [e.how for e in kernel.ledger if e.what in told]
        if any(h in ("havoc", "trusted", "modelled") for h in how):
            return f"in a call of {name}: {how[0]}"
        if name and kernel.lowered.front.view.macro(name) is not None:
            return f"in a call of macro {name}"
    if node.type == "array_declarator":
        return "in the length of an array"
    if node.type in _TYPES:
        return f"in a {node.type}"
    return ""
