# SPDX-License-Identifier: GPL-2.0-only
"""C expressions to values; what they do on the way becomes statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.logic import BOOL, const
from model.source.lowering.expressions.casts import Casts
from model.source.lowering.expressions.initialisers import Initialisers
from model.source.lowering.expressions.lvalues import Lvalues
from model.source.lowering.expressions.names import Names
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.operators import Operators
from model.source.lowering.expressions.storage import Storage, object_at
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.types.ctypes import BOOLEAN, INT, LONG, UINT, ULONG, VOID, Int, Pointer
from model.source.types.syntax import Node, text_of
from model.source.types.values import UNKNOWN, Location, Value, apply_unary, integer, sort_of

_CHARACTER = re.compile(r"'(?:([^'\\\n])|\\(?:([abfnrtv\\'\"?])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})))'")
_ESCAPES = dict(zip("abfnrtv\\'\"?", (7, 8, 12, 10, 13, 9, 11, 92, 39, 34, 63), strict=True))
#: A number of 64 bits has as many digits at most, written in binary with 0b.
_MOST_DIGITS = 66
_NUMBER = re.compile(r"(-?)(0x[0-9a-f]+|0b[01]+|0[0-7]*|[1-9]\d*)(u?l{0,2}|l{1,2}u)")


@dataclass(frozen=True)
class Expressions:
    """Lowers expressions by their form."""

    context: Context
    operands: Operands
    storage: Storage
    lvalues: Lvalues
    names: Names
    casts: Casts
    operators: Operators
    initialisers: Initialisers
    lowering: Lowering

    def rvalue(self, node: Node) -> Value:
        """The value of an expression; side effects are emitted in order."""
        self.context.count(node)
        match node.type:
            case "number_literal":
                return self._number(node)
            case "char_literal":
                return self._character(node)
            case "string_literal" | "concatenated_string":
                address = self.context.objects.address(Location(text_of(node)))
                return Value(Pointer(Int(8, signed=False)), address, (UNKNOWN,))
            case "true" | "false":
                return Value(BOOLEAN, const(int(node.type == "true"), BOOL))
            case "null":
                return Value(Pointer(VOID), const(0, sort_of(ULONG)))
            case "identifier":
                return self._identifier(node)
            case "parenthesized_expression":
                return self.rvalue(self.context.text.inner(node))
            case "compound_statement":
                return self.lowering.statement_expression(node)
            case "comma_expression":
                self.rvalue(self.context.child(node, "left"))
                return self.rvalue(self.context.child(node, "right"))
            case "call_expression":
                return self.lowering.call(node)
            case _:
                return self._operation(node)

    def _operation(self, node: Node) -> Value:
        """An expression that an operator makes."""
        match node.type:
            case "binary_expression":
                return self._binary(node)
            case "unary_expression":
                return self.operators.unary(node)
            case "conditional_expression":
                return self.operators.conditional(node)
            case "assignment_expression":
                return self.operators.assignment(node)
            case "update_expression":
                return self.operators.update(node)
            case "cast_expression":
                described = self.context.child(node, "type")
                self.casts.refuse_object(self.context.child(described, "type"))
                value = self.rvalue(self.context.child(node, "value"))
                return self.casts.cast(
                    value, self.context.types.of_descriptor(described, self.context.text), node
                )
            case "pointer_expression" if text_of(self.context.child(node, "operator")) == "&":
                return self.storage.address_of(
                    self.lvalues.lvalue(self.context.child(node, "argument")), node
                )
            case "field_expression" | "subscript_expression" | "pointer_expression":
                return self.storage.load(self.lvalues.lvalue(node), node)
            case "sizeof_expression":
                return self.casts.sizeof(node)
            case "compound_literal_expression":
                return self._compound_literal(node)
        raise self.context.unsupported(node, f"an expression of the form {node.type}")

    # Names and literals -----------------------------------------------------------------------------
    def _identifier(self, node: Node) -> Value:
        name = text_of(node)
        slot = self.context.slot(name)
        if slot is None:
            return self.names.value(node, name)
        return slot.value if slot.value is not None else self.storage.load(self.lvalues.lvalue(node), node)

    def _number(self, node: Node) -> Value:
        found = _NUMBER.fullmatch(text_of(node).lower().replace("'", ""))
        if found is None:
            raise self.context.unsupported(node, "a number that is no integer")
        sign, digits, suffix = found.groups()
        if len(digits) > _MOST_DIGITS:
            raise self.context.unsupported(node, "a number of more than 64 bits")
        octal = digits.startswith("0") and len(digits) > 1 and digits[1] not in "xb"
        value = int(digits, 8) if octal else int(digits, 0)
        if value >= 1 << 64:
            raise self.context.unsupported(node, "a number of more than 64 bits")
        result = integer(value, _literal_type(value, suffix, decimal=digits[0] != "0"))
        return apply_unary("-", result) if sign else result

    def _character(self, node: Node) -> Value:
        found = _CHARACTER.fullmatch(text_of(node))
        if found is None:
            raise self.context.unsupported(node, "a character that is no plain one")
        plain, escape, octal, hexadecimal = found.groups()
        if plain is not None and ord(plain) > 127:
            raise self.context.unsupported(node, "a character that is no plain one")
        if plain is not None:
            return integer(ord(plain))
        number = _ESCAPES[escape] if escape is not None else int(octal, 8) if octal else int(hexadecimal, 16)
        return integer(number & 0xFF)

    # Operators that know types ------------------------------------------------------------------------
    def _binary(self, node: Node) -> Value:
        op, left = text_of(self.context.child(node, "operator")), self.context.child(node, "left")
        if op in ("&&", "||"):
            return self.operators.short_circuit(node, op)
        right, t = self.context.child(node, "right"), self.casts.type_in_parentheses(left)
        if t is not None and right.type != "binary_expression":
            return self.casts.cast(self._prefix_operation(node, op, right), t, node)
        a, b = self.operands.in_order([left, right])
        return self.operators.combine(node, op, a, b)

    def _prefix_operation(self, node: Node, op: str, operand: Node) -> Value:
        """What stands behind the cast in ``(u64)-1`` or ``(u64)*p``, which the parser takes for ``a - 1``."""
        if op == "*":
            return self.storage.load(self.storage.pointed_at(self.operands.scalar(operand), node), node)
        if op == "&":
            return self.storage.address_of(self.lvalues.lvalue(operand), node)
        value = self.operands.scalar(operand)
        if op not in ("-", "+") or not isinstance(value.type, Int):
            raise self.context.unsupported(node, "an operator on a type")
        return apply_unary(op, value)

    def _compound_literal(self, node: Node) -> Value:
        t = self.context.types.of_descriptor(self.context.child(node, "type"), self.context.text)
        path = self.context.objects.temporary("literal")
        if any(text_of(part) == "const" for part in self.context.child(node, "type").named_children):
            self.context.objects.fixed[path] = None
        self.initialisers.initialise(path, t, self.context.child(node, "value"))
        return self.storage.load(object_at(path, t), node)


def _literal_type(value: int, suffix: str, decimal: bool) -> Int:
    """C11 6.4.4.1: the first type that the literal fits."""
    unsigned = "u" in suffix
    for t in (INT, UINT, LONG):
        if t.width == 32 and "l" in suffix:
            continue
        if (unsigned and t.signed) or (decimal and not unsigned and not t.signed):
            continue
        if value < 1 << (t.width - t.signed):
            return t
    return ULONG
