# SPDX-License-Identifier: GPL-2.0-only
"""Types in expressions: casts, ``sizeof``, ``typeof``, and names that the parser takes for a type."""

from __future__ import annotations

from dataclasses import dataclass

from model.source.lowering.expressions.operands import Operands
from model.source.lowering.state.context import Context
from model.source.types.ctypes import ULONG, VOID, Array, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, Text, children, text_of
from model.source.types.values import NOTHING, Value, decay, integer, is_scalar

#: The sizes of structs in bytes: include/linux/mm_types.h, on 64 bits without debugging aids.
_SIZES = {"page": 64}


@dataclass(frozen=True)
class Casts:
    """Reads types where an expression stands."""

    context: Context
    operands: Operands

    def cast(self, value: Value, t: CType, node: Node) -> Value:
        """``(t)value``."""
        value = decay(value)
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct) and t == value.type:
            return value
        if not is_scalar(value.type) or not is_scalar(t):
            raise self.context.unsupported(node, f"a cast of a {value.type} to a {t}")
        return self.context.objects.convert(value, t)

    def type_in_parentheses(self, node: Node) -> CType | None:
        """The type that stands alone in parentheses, where the parser sees the name of an object."""
        while node.type == "parenthesized_expression" and len(children(node)) == 1:
            node = children(node)[0]
            if node.type == "identifier" and self.context.slot(text_of(node)) is None:
                return self.context.types.resolve_name(text_of(node))
        return None

    def refuse_object(self, spec: Node) -> None:
        """Refuse what the parser took for a type where a local of that name is in scope."""
        if spec.type == "type_identifier" and self.context.slot(text_of(spec)) is not None:
            raise self.context.unsupported(spec, "the name of an object where the parser sees a type")

    def typeof(self, written: str) -> CType:
        """The type in the parentheses of ``typeof``, or of the expression there, which is not evaluated."""
        text = Text(
            written.encode(),
            self.context.text.file,
            self.context.text.line,
            self.context.text.function,
            self.context.text.via,
            written,
        )
        first = written.split("*")[0].split()
        if first and all(self._is_of_type(word) for word in first):
            return self.context.types.parse_type_name(written, text)
        with self.context.at(text):
            return self.operands.type_of(self.context.types.parser.fragment(text))

    def _is_of_type(self, word: str) -> bool:
        """Whether a word can only be part of a type's name, as far as the names in scope tell."""
        if word in ("const", "volatile", "struct", "union", "enum", "unsigned", "signed"):
            return True
        return self.context.slot(word) is None and (
            self.context.types.resolve_name(word) is not None or self.context.view.struct(word) is not None
        )

    def sizeof(self, node: Node) -> Value:
        """``sizeof (type)``, ``sizeof expression``."""
        described = node.child_by_field_name("type")
        if described is not None:
            t: CType | None = self.context.types.of_descriptor(described, self.context.text)
        else:
            inner = self.context.child(node, "value")
            t = self.type_in_parentheses(inner) or self.operands.type_of(inner)
        size = None if t is None else size_of(t)
        if size is None:
            raise self.context.unsupported(node, f"the size of {t}")
        if isinstance(t, Struct):
            self.context.objects.note(
                "trusted", f"{t} has {size} bytes (include/linux/mm_types.h)", self.context.span(node)
            )
        return integer(size, ULONG)


def size_of(t: CType) -> int | None:
    """The size of a type in bytes, as GCC gives it; None where it is not known."""
    if isinstance(t, Int):
        return next(size for size in (1, 2, 4, 8) if t.width <= 8 * size)
    if isinstance(t, Struct):
        return _SIZES.get(t.tag)
    return 8 if isinstance(t, Pointer) else None if isinstance(t, Array) else 1
