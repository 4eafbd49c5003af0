# SPDX-License-Identifier: GPL-2.0-only
"""C expressions to values; what they do on the way becomes statements."""

from __future__ import annotations

import re
from abc import abstractmethod

from model.logic import BOOL, const
from model.source.lowering.expressions.lvalues import object_at
from model.source.lowering.expressions.operators import Operators
from model.source.types.ctypes import BOOLEAN, INT, LONG, UINT, ULONG, VOID, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import (
    NOTHING,
    UNKNOWN,
    Location,
    Value,
    decayed,
    integer,
    is_scalar,
    sort_of,
    unary,
)

_CHARACTER = re.compile(r"'(?:([^'\\\n])|\\(?:([abfnrtv\\'\"?])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})))'")
_ESCAPES = dict(zip("abfnrtv\\'\"?", (7, 8, 12, 10, 13, 9, 11, 92, 39, 34, 63), strict=True))
#: A number of 64 bits has as many digits at most, written in binary with 0b.
_MOST_DIGITS = 66
_NUMBER = re.compile(r"(-?)(0x[0-9a-f]+|0b[01]+|0[0-7]*|[1-9]\d*)(u?l{0,2}|l{1,2}u)")


class Expressions(Operators):
    """Lowers expressions; names of macros and calls are handed to the layers above."""

    @abstractmethod
    def call(self, node: Node) -> Value: ...

    @abstractmethod
    def named(self, node: Node, name: str) -> Value: ...

    @abstractmethod
    def statement_expression(self, node: Node) -> Value: ...

    def rvalue(self, node: Node) -> Value:
        """The value of an expression; side effects are emitted in order."""
        self.count(node)
        match node.type:
            case "number_literal":
                return self._number(node)
            case "char_literal":
                return self._character(node)
            case "string_literal" | "concatenated_string":
                address = self.objects.address(Location(text_of(node)))
                return Value(Pointer(Int(8, signed=False)), address, (UNKNOWN,))
            case "true" | "false":
                return Value(BOOLEAN, const(int(node.type == "true"), BOOL))
            case "null":
                return Value(Pointer(VOID), const(0, sort_of(ULONG)))
            case "identifier":
                return self._identifier(node)
            case "parenthesized_expression":
                return self.rvalue(self.text.inner(node))
            case "compound_statement":
                return self.statement_expression(node)
            case "comma_expression":
                self.rvalue(self.text.child(node, "left"))
                return self.rvalue(self.text.child(node, "right"))
            case "call_expression":
                return self.call(node)
            case _:
                return self._operation(node)

    def _operation(self, node: Node) -> Value:
        """An expression that an operator makes."""
        match node.type:
            case "binary_expression":
                return self._binary(node)
            case "unary_expression":
                return self.unary(node)
            case "conditional_expression":
                return self.conditional(node)
            case "assignment_expression":
                return self.assignment(node)
            case "update_expression":
                return self.update(node)
            case "cast_expression":
                described = self.text.child(node, "type")
                self.refuse_object(self.text.child(described, "type"))
                value = self.rvalue(self.text.child(node, "value"))
                return self.cast(value, self.types.of_descriptor(described, self.text), node)
            case "pointer_expression" if text_of(self.text.child(node, "operator")) == "&":
                return self.address_of(self.lvalue(self.text.child(node, "argument")), node)
            case "field_expression" | "subscript_expression" | "pointer_expression":
                return self.load(self.lvalue(node), node)
            case "sizeof_expression":
                return self._sizeof(node)
            case "compound_literal_expression":
                return self._compound_literal(node)
        raise self.text.unsupported(node, f"an expression of the form {node.type}")

    # Names and literals -----------------------------------------------------------------------------
    def _identifier(self, node: Node) -> Value:
        name = text_of(node)
        slot = self.slot(name)
        if slot is None:
            return self.named(node, name)
        return slot.value if slot.value is not None else self.load(self.lvalue(node), node)

    def _number(self, node: Node) -> Value:
        found = _NUMBER.fullmatch(text_of(node).lower().replace("'", ""))
        if found is None:
            raise self.text.unsupported(node, "a number that is no integer")
        sign, digits, suffix = found.groups()
        if len(digits) > _MOST_DIGITS:
            raise self.text.unsupported(node, "a number of more than 64 bits")
        octal = digits.startswith("0") and len(digits) > 1 and digits[1] not in "xb"
        value = int(digits, 8) if octal else int(digits, 0)
        if value >= 1 << 64:
            raise self.text.unsupported(node, "a number of more than 64 bits")
        result = integer(value, _literal_type(value, suffix, decimal=digits[0] != "0"))
        return unary("-", result) if sign else result

    def _character(self, node: Node) -> Value:
        found = _CHARACTER.fullmatch(text_of(node))
        if found is None:
            raise self.text.unsupported(node, "a character that is no plain one")
        plain, escape, octal, hexadecimal = found.groups()
        if plain is not None and ord(plain) > 127:
            raise self.text.unsupported(node, "a character that is no plain one")
        if plain is not None:
            return integer(ord(plain))
        number = _ESCAPES[escape] if escape is not None else int(octal, 8) if octal else int(hexadecimal, 16)
        return integer(number & 0xFF)

    # Operators that know types ------------------------------------------------------------------------
    def _binary(self, node: Node) -> Value:
        op, left = text_of(self.text.child(node, "operator")), self.text.child(node, "left")
        if op in ("&&", "||"):
            return self.short_circuit(node, op)
        right, t = self.text.child(node, "right"), self.type_in_parentheses(left)
        if t is not None and right.type != "binary_expression":
            return self.cast(self._prefixed(node, op, right), t, node)
        a, b = self.in_order([left, right])
        return self.combined(node, op, a, b)

    def _prefixed(self, node: Node, op: str, operand: Node) -> Value:
        """What stands behind the cast in ``(u64)-1`` or ``(u64)*p``, which the parser takes for ``a - 1``."""
        if op == "*":
            return self.load(self.pointed_at(self.scalar(operand), node), node)
        if op == "&":
            return self.address_of(self.lvalue(operand), node)
        value = self.scalar(operand)
        if op not in ("-", "+") or not isinstance(value.type, Int):
            raise self.text.unsupported(node, "an operator on a type")
        return unary(op, value)

    def type_in_parentheses(self, node: Node) -> CType | None:
        """The type that stands alone in parentheses, where the parser sees the name of an object."""
        while node.type == "parenthesized_expression" and len(children(node)) == 1:
            node = children(node)[0]
            if node.type == "identifier" and self.slot(text_of(node)) is None:
                return self.types.named(text_of(node))
        return None

    def typeof(self, written: str) -> CType:
        """The type in the parentheses of ``typeof``, or of the expression there, which is not evaluated."""
        text = Text(
            written.encode(), self.text.file, self.text.line, self.text.function, self.text.via, written
        )
        first = written.split("*")[0].split()
        if first and all(self._is_of_type(word) for word in first):
            return self.types.written(written, text)
        with self.at(text):
            return self.type_of(self.types.parser.fragment(text))

    def _is_of_type(self, word: str) -> bool:
        """Whether a word can only be part of a type's name, as far as the names in scope tell."""
        if word in ("const", "volatile", "struct", "union", "enum", "unsigned", "signed"):
            return True
        return self.slot(word) is None and (
            self.types.named(word) is not None or self.view.struct(word) is not None
        )

    def cast(self, value: Value, t: CType, node: Node) -> Value:
        """``(t)value``."""
        value = decayed(value)
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct) and t == value.type:
            return value
        if not is_scalar(value.type) or not is_scalar(t):
            raise self.text.unsupported(node, f"a cast of a {value.type} to a {t}")
        return self.objects.converted(value, t)

    def refuse_object(self, spec: Node) -> None:
        """Refuse what the parser took for a type where a local of that name is in scope."""
        if spec.type == "type_identifier" and self.slot(text_of(spec)) is not None:
            raise self.text.unsupported(spec, "the name of an object where the parser sees a type")

    def _sizeof(self, node: Node) -> Value:
        described = node.child_by_field_name("type")
        if described is not None:
            t: CType | None = self.types.of_descriptor(described, self.text)
        else:
            inner = self.text.child(node, "value")
            t = self.type_in_parentheses(inner) or self.type_of(inner)
        size = None if t is None else self.size(t)
        if size is None:
            raise self.text.unsupported(node, f"the size of {t}")
        if isinstance(t, Struct):
            self.objects.note("trusted", f"{t} has {size} bytes (include/linux/mm_types.h)", self.span(node))
        return integer(size, ULONG)

    def _compound_literal(self, node: Node) -> Value:
        t = self.types.of_descriptor(self.text.child(node, "type"), self.text)
        path = self.temporary("literal")
        if any(text_of(part) == "const" for part in self.text.child(node, "type").named_children):
            self.objects.fixed[path] = None
        self.initialise(path, t, self.text.child(node, "value"))
        return self.load(object_at(path, t), node)


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
