# SPDX-License-Identifier: GPL-2.0-only
"""Values of C expressions: a type, a term, and for pointers the objects they may point to."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import (
    BOOL,
    Term,
    Word,
    bit,
    choose,
    compare,
    conj,
    const,
    disj,
    make,
    negate,
    resize,
    same,
    word_op,
)
from model.source.ctypes import INT, ULONG, Array, CType, Int, Pointer, Struct, common, promoted


@dataclass(frozen=True, slots=True)
class Target:
    """An object that a pointer may point to: a place (``path``), or what lies behind an opaque
    pointer of that name (``behind``), whose members are ``path->member``."""

    path: str
    behind: bool = False

    def member(self, field: str) -> str:
        return f"{self.path}{'->' if self.behind else '.'}{field}"

    @property
    def whole(self) -> str:
        return f"*{self.path}" if self.behind else self.path


@dataclass(frozen=True, slots=True)
class Value:
    """``term`` is a truth value for _Bool and for the results of comparisons, else a word of the
    type's width.  A struct has no term but is where it lies: ``targets`` then has one element."""

    type: CType
    term: Term
    targets: tuple[Target, ...] = ()


def width(t: CType) -> int:
    """The width of a scalar in bits."""
    return t.width if isinstance(t, Int) else 64


def is_scalar(t: CType) -> bool:
    return isinstance(t, Int | Pointer | Array)


def integer(number: int, t: Int = INT) -> Value:
    if t.is_bool:
        return Value(t, const(int(number != 0), BOOL))
    return Value(t, const(number, Word(t.width)))


def truth(term: Term) -> Value:
    """The result of a comparison: an int that is 0 or 1."""
    return Value(INT, term)


def as_bool(v: Value) -> Term:
    """What a condition makes of the value."""
    return v.term if v.term.sort == BOOL else negate(same(v.term, const(0, v.term.sort)))


def as_word(v: Value, t: Int | None = None) -> Term:
    """The value as a word of its own type's width, or converted to ``t``."""
    own = width(v.type)
    word = bit(v.term, own) if v.term.sort == BOOL else v.term
    if t is None:
        return word
    return resize(word, t.width, signed=isinstance(v.type, Int) and v.type.signed)


def convert(v: Value, t: CType) -> Value:
    """C's implicit conversion on assignment, also that of a cast between scalars."""
    if isinstance(t, Int):
        return Value(t, as_bool(v)) if t.is_bool else Value(t, as_word(v, t))
    if isinstance(t, Pointer | Array):
        return Value(t, as_word(v, ULONG), v.targets)
    return Value(t, v.term, v.targets)




_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "&": "bvand", "|": "bvor", "^": "bvxor"}
_DIVISION = {"/": ("udiv", "sdiv"), "%": ("urem", "srem")}


def _integer_type(t: CType) -> Int:
    return t if isinstance(t, Int) else ULONG


def binary(op: str, a: Value, b: Value) -> Value:
    """An arithmetic, bitwise, shift, comparison or logical operator on scalars.

    Raises KeyError for an operator that C does not have.
    """
    if op == "&&":
        return truth(conj(as_bool(a), as_bool(b)))
    if op == "||":
        return truth(disj(as_bool(a), as_bool(b)))
    if op in ("<<", ">>"):
        return _shift(op, a, b)
    if op in ("==", "!=") and a.term.sort == BOOL == b.term.sort:
        equal = same(a.term, b.term)
        return truth(equal if op == "==" else negate(equal))
    t = common(_integer_type(a.type), _integer_type(b.type))
    x, y = as_word(a, t), as_word(b, t)
    if op in ("==", "!="):
        return truth(same(x, y) if op == "==" else negate(same(x, y)))
    if op in ("<", "<=", ">", ">="):
        return truth(_ordered(op, x, y, t.signed))
    if op in _DIVISION:
        return Value(t, word_op(_DIVISION[op][t.signed], x, y))
    result_type: CType = t
    if op in "+-" and isinstance(a.type, Pointer) and not isinstance(b.type, Pointer):
        result_type = a.type
    return Value(result_type, word_op(_ARITHMETIC[op], x, y), a.targets if result_type is not t else ())


def _ordered(op: str, x: Term, y: Term, signed: bool) -> Term:
    if op in (">", ">="):
        x, y = y, x
        op = "<" if op == ">" else "<="
    return compare(("s" if signed else "u") + ("lt" if op == "<" else "le"), x, y)


def _shift(op: str, a: Value, b: Value) -> Value:
    t = promoted(_integer_type(a.type))
    x = as_word(a, t)
    amount = as_word(b)
    amount = resize(amount, t.width, signed=False) if amount.sort.width != t.width else amount
    if op == "<<":
        return Value(t, word_op("shl", x, amount))
    return Value(t, word_op("ashr" if t.signed else "lshr", x, amount))


def unary(op: str, a: Value) -> Value:
    """``!``, ``~``, ``-``, ``+`` on a scalar."""
    if op == "!":
        return truth(negate(as_bool(a)))
    t = promoted(_integer_type(a.type))
    x = as_word(a, t)
    if op == "-":
        return Value(t, word_op("sub", const(0, x.sort), x))
    return Value(t, make("bvnot", x.sort, (x,)) if op == "~" else x)


def select(condition: Term, a: Value, b: Value) -> Value:
    """``condition ? a : b`` of two values without side effects."""
    if a.term.sort == BOOL == b.term.sort:
        return Value(a.type, choose(condition, a.term, b.term))
    if isinstance(a.type, Int) and isinstance(b.type, Int):
        t = common(a.type, b.type)
        return Value(t, choose(condition, as_word(a, t), as_word(b, t)))
    pointer = a.type if isinstance(a.type, Pointer | Array | Struct) else b.type
    targets = tuple(dict.fromkeys(a.targets + b.targets))
    return Value(pointer, choose(condition, as_word(a, ULONG), as_word(b, ULONG)), targets)
