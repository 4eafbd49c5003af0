# SPDX-License-Identifier: GPL-2.0-only
"""Values of C expressions: a type, a term, and for pointers the objects they may point to.

Source: ISO C11 6.5 (operators) and 6.3 (conversions), with GCC's two's complement, arithmetic right
shift of negative numbers, and wrapping signed arithmetic (-fno-strict-overflow).  Trusted: this
file, which a test compares with what GCC computes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.logic import (
    BOOL,
    FALSE,
    BitVec,
    Sort,
    Term,
    bit,
    bitvec_op,
    choose,
    compare,
    const,
    make,
    negate,
    resize,
    same,
)
from model.source.types.ctypes import (
    INT,
    ULONG,
    VOID,
    Array,
    CType,
    Int,
    Pointer,
    Struct,
    common_type,
    promote,
)

_ELEMENT = re.compile(r"(.*)\[(\d+)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """What a pointer may point to: the object at ``path``, or, ``behind`` an opaque pointer found at
    ``path``, the object number ``index`` there, whose members are ``path->member``."""

    path: str
    behind: bool = False
    index: int = 0

    def member(self, field: str) -> str:
        """The path of a member."""
        return f"{self.path}->{field}" if self.behind and not self.index else f"{self.whole}.{field}"

    @property
    def whole(self) -> str:
        """The path of the object itself."""
        if not self.behind:
            return self.path
        return f"{self.path}[{self.index}]" if self.index else f"*{self.path}"

    def offset_by(self, by: int) -> Location:
        """The object so many further on in the same array."""
        if by == 0 or self == UNKNOWN:
            return self
        if self.behind:
            return Location(self.path, True, self.index + by) if self.index + by >= 0 else UNKNOWN
        element = _ELEMENT.fullmatch(self.path)
        if element is None or int(element.group(2)) + by < 0:
            return UNKNOWN
        return Location(f"{element.group(1)}[{int(element.group(2)) + by}]")


#: What a pointer of unknown origin points to: any object at all, also one that has a path.
UNKNOWN = Location("(unknown)", behind=True)


@dataclass(frozen=True, slots=True)
class Value:
    """``term`` is a truth value for _Bool and for the results of comparisons, else a bit-vector of the
    type's width.  A struct has no term but is where it lies: ``locations`` then has one element."""

    type: CType
    term: Term
    locations: tuple[Location, ...] = ()


NOTHING = Value(VOID, FALSE)


def width(t: CType) -> int:
    """The width of a scalar in bits."""
    return t.width if isinstance(t, Int) else 64


def sort_of(t: CType) -> Sort:
    """The sort of a place of that scalar type."""
    return BOOL if isinstance(t, Int) and t.is_bool else BitVec(width(t))


def is_scalar(t: CType) -> bool:
    """Whether a value of the type is one bit-vector."""
    return isinstance(t, Int | Pointer)


def integer(number: int, t: Int = INT) -> Value:
    """A constant."""
    return Value(t, const(int(number != 0) if t.is_bool else number, sort_of(t)))


def truth(term: Term) -> Value:
    """The result of a comparison: an int that is 0 or 1."""
    return Value(INT, term)


def as_bool(v: Value) -> Term:
    """What a condition makes of a scalar."""
    return v.term if v.term.sort == BOOL else negate(same(v.term, const(0, v.term.sort)))


def as_bitvec(v: Value, t: Int | None = None) -> Term:
    """A scalar as a bit-vector of its own type's width, or converted to ``t``."""
    own = width(v.type)
    word = bit(v.term, own) if v.term.sort == BOOL else v.term
    if t is None:
        return word
    return resize(word, t.width, signed=isinstance(v.type, Int) and v.type.signed)


def convert(v: Value, t: CType) -> Value:
    """C's conversion of a scalar on assignment, also that of a cast.

    An integer that becomes a pointer points to what is not known, but for the constant 0.
    """
    if isinstance(t, Int):
        return Value(t, as_bool(v) if t.is_bool else as_bitvec(v, t))
    if isinstance(t, Pointer):
        word = as_bitvec(v, ULONG)
        if isinstance(v.type, Int):
            return Value(t, word, () if word.op == "const" and word.data == 0 else (UNKNOWN,))
        return Value(t, word, v.locations)
    return Value(t, v.term, v.locations)


def decay(v: Value) -> Value:
    """An array as the pointer to its first element."""
    return Value(Pointer(v.type.element), v.term, v.locations) if isinstance(v.type, Array) else v


_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "&": "bvand", "|": "bvor", "^": "bvxor"}
_DIVISION = {"/": ("udiv", "sdiv"), "%": ("urem", "srem")}
_ORDER = {"<": ("lt", False), "<=": ("le", False), ">": ("lt", True), ">=": ("le", True)}


def _integer_type(t: CType) -> Int:
    return t if isinstance(t, Int) else ULONG


def apply_binary(op: str, a: Value, b: Value) -> Value:
    """An arithmetic, bitwise, shift or comparison operator on integers; ``==`` also on pointers.

    Raises KeyError for an operator that C does not have.
    """
    if op in ("<<", ">>"):
        return _shift(op, a, b)
    if op in ("==", "!="):
        return truth(_equal(a, b) if op == "==" else negate(_equal(a, b)))
    t = common_type(_integer_type(a.type), _integer_type(b.type))
    x, y = as_bitvec(a, t), as_bitvec(b, t)
    if op in _ORDER:
        kind, swapped = _ORDER[op]
        return truth(compare(("s" if t.signed else "u") + kind, *((y, x) if swapped else (x, y))))
    if op in _DIVISION:
        return Value(t, bitvec_op(_DIVISION[op][t.signed], x, y))
    return Value(t, bitvec_op(_ARITHMETIC[op], x, y))


def _equal(a: Value, b: Value) -> Term:
    if a.term.sort == BOOL == b.term.sort:
        return same(a.term, b.term)
    t = common_type(_integer_type(a.type), _integer_type(b.type))
    return same(as_bitvec(a, t), as_bitvec(b, t))


def _shift(op: str, a: Value, b: Value) -> Value:
    """The right operand alone does not change the type; C leaves a shift past the width undefined."""
    t = promote(_integer_type(a.type))
    x, amount = as_bitvec(a, t), resize(as_bitvec(b), t.width)
    if op == "<<":
        return Value(t, bitvec_op("shl", x, amount))
    return Value(t, bitvec_op("ashr" if t.signed else "lshr", x, amount))


def apply_unary(op: str, a: Value) -> Value:
    """``!`` on a scalar; ``~``, ``-``, ``+`` on an integer."""
    if op == "!":
        return truth(negate(as_bool(a)))
    t = promote(_integer_type(a.type))
    x = as_bitvec(a, t)
    if op == "-":
        return Value(t, bitvec_op("sub", const(0, x.sort), x))
    return Value(t, make("bvnot", x.sort, (x,)) if op == "~" else x)


def conditional_type(a: CType, b: CType) -> CType:
    """The type of ``c ? a : b`` (C11 6.5.15); a pointer beside a null pointer or ``void *`` wins."""
    if isinstance(a, Int) and isinstance(b, Int):
        return common_type(a, b)
    if isinstance(a, Pointer) and isinstance(b, Pointer):
        return b if a.target == VOID else a
    if isinstance(a, Struct) or isinstance(b, Pointer):
        return b
    return a


def select(condition: Term, a: Value, b: Value) -> Value:
    """``condition ? a : b`` of two scalars."""
    t = conditional_type(a.type, b.type)
    if isinstance(t, Int) and a.term.sort == BOOL == b.term.sort:
        return Value(t, choose(condition, a.term, b.term))
    first, second = convert(a, t), convert(b, t)
    targets = tuple(dict.fromkeys(first.locations + second.locations))
    return Value(t, choose(condition, first.term, second.term), targets)
