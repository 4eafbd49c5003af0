# SPDX-License-Identifier: GPL-2.0-only
"""Terms with their operators, and the constructors, which simplify what they make.

Trusted: the sort rules of the constructors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from model.logic.meaning import evaluate
from model.logic.node import Node, is_const, is_false, is_same, is_true
from model.logic.showing import show
from model.logic.sorts import BOOL, BitVec, Sort, SortError


class Term(Node):
    """A node with the operators of Python, which build terms."""

    __slots__ = ()
    args: tuple[Term, ...]

    def __and__(self, other: Term | int) -> Term:
        other = self._like(other)
        return conj(self, other) if self.sort is BOOL else bitvec_op("bvand", self, other)

    def __or__(self, other: Term | int) -> Term:
        other = self._like(other)
        return disj(self, other) if self.sort is BOOL else bitvec_op("bvor", self, other)

    def __xor__(self, other: Term | int) -> Term:
        other = self._like(other)
        return negate(same(self, other)) if self.sort is BOOL else bitvec_op("bvxor", self, other)

    def __invert__(self) -> Term:
        return negate(self) if self.sort is BOOL else make("bvnot", self.sort, (self,))

    def __rshift__(self, other: Term | int) -> Term:
        """Implication of truth values; logical shift of words."""
        other = self._like(other)
        if self.sort is BOOL:
            return disj(negate(self), other)
        return bitvec_op("lshr", self, other)

    def __lshift__(self, other: Term | int) -> Term:
        return bitvec_op("shl", self, self._like(other))

    def __add__(self, other: Term | int) -> Term:
        return bitvec_op("add", self, self._like(other))

    def __sub__(self, other: Term | int) -> Term:
        return bitvec_op("sub", self, self._like(other))

    def __eq__(self, other: object) -> Term:  # type: ignore[override]  # terms build terms
        return same(self, self._like(other))

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return negate(same(self, self._like(other)))

    def __lt__(self, other: Term | int) -> Term:
        return compare("ult", self, self._like(other))

    def __le__(self, other: Term | int) -> Term:
        return compare("ule", self, self._like(other))

    def __gt__(self, other: Term | int) -> Term:
        return compare("ult", self._like(other), self)

    def __ge__(self, other: Term | int) -> Term:
        return compare("ule", self._like(other), self)

    def any(self, mask: Term | int) -> Term:
        """C's ``word & mask`` in a condition: at least one bit of the mask is set."""
        return (self & mask) != 0

    __hash__ = None  # type: ignore[assignment]  # compare with `is_same`, collect by `key`

    def __bool__(self) -> NoReturn:
        raise SortError(
            "A symbolic term has no truth value of its own; write & | ~ where Python's "
            "`and`, `or`, `not`, `if` or a chained comparison was used."
        )

    def _like(self, other: object) -> Term:
        """A Python number or truth value as a constant of this term's sort."""
        if isinstance(other, Term):
            return other
        if isinstance(other, bool) and self.sort is BOOL:
            return TRUE if other else FALSE
        if isinstance(other, int) and not isinstance(other, bool) and self.sort is not BOOL:
            return const(other, self.sort)
        raise SortError(f"{other!r} cannot be used beside a {self.sort}.")

    def __repr__(self) -> str:
        return f"<{show(self)}>"


# Leaves ----------------------------------------------------------------------------------
def const(value: int, sort: Sort) -> Term:
    """The word ``value``, taken modulo 2**width."""
    if sort is BOOL:
        return TRUE if value else FALSE
    return Term("const", sort, (), value & ((1 << sort.width) - 1))


TRUE = Term("const", BOOL, (), 1)
FALSE = Term("const", BOOL, (), 0)


def name(text: str, sort: Sort = BOOL) -> Term:
    """A free symbol."""
    return Term("name", sort, (), text)


def place(text: str, sort: Sort) -> Term:
    """The present value of a C object; stands only in statements and in a procedure's words."""
    return Term("place", sort, (), text)


def apply(function: str, sort: Sort, *args: Term) -> Term:
    """The value of a pure function nothing is known of but that equal arguments give equal values."""
    return Term("apply", sort, args, function)


# Constructors ------------------------------------------------------------------------------
def make(op: str, sort: Sort, args: tuple[Term, ...], data: int | tuple[int, int] = 0) -> Term:
    """A node of an interpreted operator, folded to a constant where all arguments are constants."""
    if all(a.op == "const" for a in args):
        return const(evaluate(op, sort, data, tuple(a.sort for a in args), [number(a) for a in args]), sort)
    return Term(op, sort, args, data)


def number(term: Term) -> int:
    """The value of a constant."""
    if term.op != "const" or not isinstance(term.data, int):
        raise SortError(f"{show(term)} is not a constant.")
    return term.data


def _need_bool(*terms: Term) -> None:
    for term in terms:
        if term.sort is not BOOL:
            raise SortError(f"A truth value was expected, and {show(term)} is a {term.sort}.")


def _need_alike(a: Term, b: Term) -> None:
    if a.sort != b.sort:
        raise SortError(f"{show(a)} is a {a.sort}, and {show(b)} is a {b.sort}.")


def negate(a: Term) -> Term:
    _need_bool(a)
    if a.op == "not":
        return a.args[0]
    return make("not", BOOL, (a,))


def _flat(op: str, neutral: Term, absorbing: Term, terms: Iterable[Term]) -> Term:
    kept: dict[bytes, Term] = {}
    for term in terms:
        _need_bool(term)
        if is_same(term, absorbing) or (term.op == "not" and term.args[0].key in kept):
            return absorbing
        for part in term.args if term.op == op else (term,):
            if not is_same(part, neutral):
                kept.setdefault(part.key, part)
    if not kept:
        return neutral
    return next(iter(kept.values())) if len(kept) == 1 else Term(op, BOOL, tuple(kept.values()))


def conj(*terms: Term) -> Term:
    """All of the terms; true of none."""
    return _flat("and", TRUE, FALSE, terms)


def disj(*terms: Term) -> Term:
    """At least one of the terms; false of none."""
    return _flat("or", FALSE, TRUE, terms)


def same(a: Term, b: Term) -> Term:
    _need_alike(a, b)
    if is_same(a, b):
        return TRUE
    if a.sort is BOOL:
        for x, y in ((a, b), (b, a)):
            if is_const(x):
                return y if is_true(x) else negate(y)
    return make("eq", BOOL, (a, b))


def choose(condition: Term, then: Term, orelse: Term) -> Term:
    """``condition ? then : orelse``."""
    _need_bool(condition)
    _need_alike(then, orelse)
    if is_const(condition):
        return then if is_true(condition) else orelse
    if is_same(then, orelse):
        return then
    if then.sort is BOOL:
        if is_true(then):
            return disj(condition, orelse)
        if is_false(then):
            return conj(negate(condition), orelse)
        if is_false(orelse):
            return conj(condition, then)
        if is_true(orelse):
            return disj(negate(condition), then)
    return Term("ite", then.sort, (condition, then, orelse))


def bitvec_op(op: str, a: Term, b: Term) -> Term:
    """An operator on two words of one width, which gives a word of that width."""
    _need_alike(a, b)
    if a.sort is BOOL:
        raise SortError(f"{op} works on words, and {show(a)} is a truth value.")
    if is_const(b) and number(b) == 0:
        if op in ("add", "sub", "bvor", "bvxor", "shl", "lshr", "ashr"):
            return a
        if op == "bvand":
            return b
    return make(op, a.sort, (a, b))


def compare(op: str, a: Term, b: Term) -> Term:
    """ult, ule, slt, sle."""
    _need_alike(a, b)
    if a.sort is BOOL:
        raise SortError(f"{op} compares words, and {show(a)} is a truth value.")
    return make(op, BOOL, (a, b))


def extract(high: int, low: int, a: Term) -> Term:
    """Bits ``high`` down to ``low``."""
    if not 0 <= low <= high < a.sort.width:
        raise SortError(f"Bits {high}..{low} are not in a {a.sort}.")
    if low == 0 and high == a.sort.width - 1:
        return a
    return make("extract", BitVec(high - low + 1), (a,), (high, low))


def resize(a: Term, width: int, signed: bool = False) -> Term:
    """C's conversion between integer widths: truncation, zero or sign extension."""
    if width == a.sort.width:
        return a
    if width < a.sort.width:
        return extract(width - 1, 0, a)
    return make("sext" if signed else "zext", BitVec(width), (a,))


def bit(a: Term, width: int) -> Term:
    """A truth value as the word 0 or 1."""
    return choose(a, const(1, BitVec(width)), const(0, BitVec(width)))
