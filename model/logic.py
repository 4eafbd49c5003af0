# SPDX-License-Identifier: GPL-2.0-only
"""Typed terms: the one language in which shapes, kernels, facts and theorems are written.

A term is a truth value (``BOOL``) or a machine word (``Word(width)``).  Terms are immutable and
share subterms; they know no kernel and no solver.  ``evaluate`` is the plain meaning of every
operator, used for constant folding here and by the interpreter; the solver's meaning is the
SMT-LIB text made in ``proofs.smtlib``, and a property test holds the two against each other.

Trusted: the table in ``evaluate`` and the sort rules of the constructors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NoReturn


class SortError(TypeError):
    """An operator was given a term of the wrong sort or width."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What values a term takes: ``width`` bits, or a truth value where ``width`` is 0."""

    width: int

    def __str__(self) -> str:
        return f"word of {self.width} bits" if self.width else "truth value"


BOOL = Sort(0)


def Word(width: int) -> Sort:  # noqa: N802  # reads as the sort that it makes
    """The sort of machine words of ``width`` bits."""
    if width < 1:
        raise SortError(f"A word has at least one bit, and {width} were asked for.")
    return Sort(width)


WORD64 = Sort(64)

#: What a term means as a number: False and True for truth values, an unsigned int for words.
Value = int


class Term:
    """One node: an operator, its sort, its arguments, and what else the operator needs.

    Operators and their data:
      ``const`` (value), ``name`` (a free symbol: an input, a constant of the kernel, a word of
      the vocabulary), ``place`` (what a C object holds when this is read; only in procedures),
      ``apply`` (an unknown but pure function of the arguments), and those of ``evaluate``.

    ``key`` is a digest of the whole term: two terms are written alike if their keys are equal.
    It does not depend on the process, so it may be stored.
    """

    __slots__ = ("args", "data", "key", "op", "sort")

    def __init__(
        self, op: str, sort: Sort, args: tuple[Term, ...] = (), data: str | int | tuple[int, int] = 0
    ):
        self.op = op
        self.sort = sort
        self.args = args
        self.data = data
        digest = blake2b(f"{op} {sort.width} {data}".encode(), digest_size=16)
        for arg in args:
            digest.update(arg.key)
        self.key: bytes = digest.digest()

    # Truth values and words -------------------------------------------------------------
    def __and__(self, other: Term | int) -> Term:
        other = self._like(other)
        return conj(self, other) if self.sort is BOOL else word_op("bvand", self, other)

    def __or__(self, other: Term | int) -> Term:
        other = self._like(other)
        return disj(self, other) if self.sort is BOOL else word_op("bvor", self, other)

    def __xor__(self, other: Term | int) -> Term:
        other = self._like(other)
        return negate(same(self, other)) if self.sort is BOOL else word_op("bvxor", self, other)

    def __invert__(self) -> Term:
        return negate(self) if self.sort is BOOL else make("bvnot", self.sort, (self,))

    def __rshift__(self, other: Term | int) -> Term:
        """Implication of truth values; logical shift of words."""
        other = self._like(other)
        if self.sort is BOOL:
            return disj(negate(self), other)
        return word_op("lshr", self, other)

    def __lshift__(self, other: Term | int) -> Term:
        return word_op("shl", self, self._like(other))

    def __add__(self, other: Term | int) -> Term:
        return word_op("add", self, self._like(other))

    def __sub__(self, other: Term | int) -> Term:
        return word_op("sub", self, self._like(other))

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


def is_const(term: Term) -> bool:
    return term.op == "const"


def is_true(term: Term) -> bool:
    return term.op == "const" and term.sort is BOOL and term.data == 1


def is_false(term: Term) -> bool:
    return term.op == "const" and term.sort is BOOL and term.data == 0


def is_same(a: Term, b: Term) -> bool:
    """Whether two terms are written alike (not: equal in value)."""
    return a.key == b.key


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


def word_op(op: str, a: Term, b: Term) -> Term:
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
    return make("extract", Word(high - low + 1), (a,), (high, low))


def resize(a: Term, width: int, signed: bool = False) -> Term:
    """C's conversion between integer widths: truncation, zero or sign extension."""
    if width == a.sort.width:
        return a
    if width < a.sort.width:
        return extract(width - 1, 0, a)
    return make("sext" if signed else "zext", Word(width), (a,))


def bit(a: Term, width: int) -> Term:
    """A truth value as the word 0 or 1."""
    return choose(a, const(1, Word(width)), const(0, Word(width)))


# Meaning -----------------------------------------------------------------------------------
def signed(value: int, width: int) -> int:
    """The two's complement reading of a word."""
    return value - (1 << width) if value >> (width - 1) else value


def _divide(a: int, b: int, width: int, want_rest: bool) -> int:
    """Truncating signed division, with SMT-LIB's results for division by zero."""
    x, y = signed(a, width), signed(b, width)
    if y == 0:
        return a if want_rest else (1 if x < 0 else -1)
    quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    return x - quotient * y if want_rest else quotient


_MEANING: Mapping[str, Callable[[int, list[int]], int]] = {
    "not": lambda w, a: 1 - a[0],
    "and": lambda w, a: int(all(a)),
    "or": lambda w, a: int(any(a)),
    "ite": lambda w, a: a[1] if a[0] else a[2],
    "eq": lambda w, a: int(a[0] == a[1]),
    "ult": lambda w, a: int(a[0] < a[1]),
    "ule": lambda w, a: int(a[0] <= a[1]),
    "slt": lambda w, a: int(signed(a[0], w) < signed(a[1], w)),
    "sle": lambda w, a: int(signed(a[0], w) <= signed(a[1], w)),
    "add": lambda w, a: a[0] + a[1],
    "sub": lambda w, a: a[0] - a[1],
    "mul": lambda w, a: a[0] * a[1],
    "udiv": lambda w, a: a[0] // a[1] if a[1] else -1,
    "urem": lambda w, a: a[0] % a[1] if a[1] else a[0],
    "sdiv": lambda w, a: _divide(a[0], a[1], w, want_rest=False),
    "srem": lambda w, a: _divide(a[0], a[1], w, want_rest=True),
    "bvand": lambda w, a: a[0] & a[1],
    "bvor": lambda w, a: a[0] | a[1],
    "bvxor": lambda w, a: a[0] ^ a[1],
    "bvnot": lambda w, a: ~a[0],
    "shl": lambda w, a: a[0] << a[1] if a[1] < w else 0,
    "lshr": lambda w, a: a[0] >> a[1] if a[1] < w else 0,
    "ashr": lambda w, a: signed(a[0], w) >> min(a[1], w - 1),
    "zext": lambda w, a: a[0],
    "sext": lambda w, a: signed(a[0], w),
}


def evaluate(
    op: str, sort: Sort, data: str | int | tuple[int, int], arg_sorts: tuple[Sort, ...], values: list[int]
) -> Value:
    """The value of one operator on the values of its arguments (shifts past the width give 0)."""
    if op == "extract":
        assert isinstance(data, tuple)
        result = values[0] >> data[1]
    else:
        result = _MEANING[op](arg_sorts[0].width, values)
    return result & ((1 << sort.width) - 1) if sort.width else result


def value_of(term: Term, leaf: Callable[[Term], Value], call: Callable[[Term, list[int]], Value]) -> Value:
    """The value of a term: ``leaf`` gives those of names and places, ``call`` those of applications.

    Conjunctions, disjunctions and choices are read as C reads them: from the left, and no
    further than needed, so that what is not read need not have a value.
    """
    known: dict[bytes, int] = {}

    def go(t: Term) -> int:
        if t.op == "const":
            return number(t)
        found = known.get(t.key)
        if found is None:
            found = known[t.key] = step(t)
        return found

    def step(t: Term) -> int:
        if t.op in ("name", "place"):
            return leaf(t)
        if t.op == "and":
            return int(all(go(a) for a in t.args))
        if t.op == "or":
            return int(any(go(a) for a in t.args))
        if t.op == "ite":
            return go(t.args[1]) if go(t.args[0]) else go(t.args[2])
        values = [go(a) for a in t.args]
        if t.op == "apply":
            return call(t, values)
        return evaluate(t.op, t.sort, t.data, tuple(a.sort for a in t.args), values)

    return go(term)


# Traversal ---------------------------------------------------------------------------------
def rebuild(term: Term, args: tuple[Term, ...]) -> Term:
    """The same operator on other arguments, simplified as its constructor does."""
    match term.op:
        case "not":
            return negate(args[0])
        case "and":
            return conj(*args)
        case "or":
            return disj(*args)
        case "ite":
            return choose(*args)
        case "eq":
            return same(*args)
        case "apply":
            return Term("apply", term.sort, args, term.data)
        case "extract" | "zext" | "sext" | "bvnot" | "ult" | "ule" | "slt" | "sle":
            assert not isinstance(term.data, str)
            return make(term.op, term.sort, args, term.data)
        case _:
            return word_op(term.op, *args)


def substitute(term: Term, leaf: Callable[[Term], Term], memo: dict[bytes, Term] | None = None) -> Term:
    """The term with each name and place replaced; ``memo`` may be shared between calls that
    have the same ``leaf``."""
    known: dict[bytes, Term] = {} if memo is None else memo

    def go(t: Term) -> Term:
        if t.op == "const":
            return t
        found = known.get(t.key)
        if found is None:
            if t.op in ("name", "place"):
                found = leaf(t)
            elif t.args:
                args = tuple([go(a) for a in t.args])
                same_args = all(x is y for x, y in zip(args, t.args, strict=True))
                found = t if same_args else rebuild(t, args)
            else:
                found = t
            known[t.key] = found
        return found

    return go(term)


def subterms(*roots: Term) -> Iterator[Term]:
    """Every distinct node below the roots, arguments first."""
    seen: set[bytes] = set()
    stack: list[tuple[Term, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        term, done = stack.pop()
        if done:
            yield term
        elif term.key not in seen:
            seen.add(term.key)
            stack.append((term, True))
            stack.extend((a, False) for a in reversed(term.args) if a.key not in seen)


def free_names(*roots: Term) -> dict[str, Sort]:
    """The free symbols of the terms, in the order in which they are met."""
    return {str(t.data): t.sort for t in subterms(*roots) if t.op == "name"}


# Reading -----------------------------------------------------------------------------------
_INFIX = {
    "and": "&&", "or": "||", "eq": "==", "ult": "<", "ule": "<=", "slt": "<s", "sle": "<=s",
    "add": "+", "sub": "-", "mul": "*", "udiv": "/", "urem": "%", "sdiv": "/s", "srem": "%s",
    "bvand": "&", "bvor": "|", "bvxor": "^", "shl": "<<", "lshr": ">>", "ashr": ">>s",
}  # fmt: skip


def show(term: Term) -> str:
    """The term as C would write it, as near as C can."""
    if term.op == "const":
        if term.sort is BOOL:
            return "true" if term.data else "false"
        value = number(term)
        return str(value) if value < 1024 else hex(value)
    if term.op in ("name", "place"):
        return str(term.data)
    parts = [show(a) for a in term.args]
    if term.op == "not":
        return _negated(term.args[0], parts[0])
    if term.op == "apply":
        return f"{term.data}({', '.join(parts)})"
    if term.op in _INFIX:
        return f" {_INFIX[term.op]} ".join(_wrapped(a, p) for a, p in zip(term.args, parts, strict=True))
    if term.op == "ite":
        return " ".join((_wrapped(term.args[0], parts[0]), "?", parts[1], ":", parts[2]))
    if term.op == "extract":
        return f"{_wrapped(term.args[0], parts[0])}[{':'.join(map(str, term.data))}]"  # type: ignore[arg-type]
    if term.op == "bvnot":
        return f"~{_wrapped(term.args[0], parts[0])}"
    return parts[0]  # zext, sext: C converts without a word


def _negated(inner: Term, text: str) -> str:
    if inner.op == "eq":
        left, right = inner.args
        return f"{_wrapped(left, show(left))} != {_wrapped(right, show(right))}"
    return f"!{_wrapped(inner, text)}"


def _wrapped(term: Term, text: str) -> str:
    return f"({text})" if term.op in _INFIX or term.op == "ite" else text
