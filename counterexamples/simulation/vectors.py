# SPDX-License-Identifier: GPL-2.0-only
"""Bit-parallel evaluation of terms: input i is bit i.

A truth value is one number with a bit for each input, so that most of a procedure is done for all inputs
by one operation; a bit-vector is a tuple.  What was once computed of the same values is not computed
again, so that a mutant costs little more than what it does differently.

Trusted: this file, for the tables of attributes, which tests hold against the interpreter.  For all else
it says which input is worth a look, and ``model.program.interpreter`` looks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add, and_, eq, invert, le, lt, ne, or_, sub, xor

from model.logic import BOOL, Sort, Term, Value, number
from model.logic.meaning import evaluate
from model.program.interpreter import Inputs

#: Of a truth value the inputs on which it is true, as bits; of a bit-vector its value on each input.
Vector = int | tuple[int, ...]
_ONE = ord("1")
#: The value of a name or a place on all inputs.
Leaf = Callable[[Term], Vector]


@dataclass
class Memo:
    """Values that were computed, by what they were computed of; ``before`` are those of a longer life.
    Equal tuples are one object, so that its identity says which value it is."""

    before: Memo | None = None
    values: dict[Hashable, Vector] = field(default_factory=dict)
    tuples: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)

    def get(self, key: Hashable) -> Vector | None:
        """The value of that key, if it was computed."""
        found = self.values.get(key)
        return self.before.get(key) if found is None and self.before is not None else found

    def store(self, key: Hashable, value: Vector) -> Vector:
        """Store a value, and return the object that stands for it."""
        if not isinstance(value, int):
            value = self.intern(value)
        self.values[key] = value
        return value

    def intern(self, value: tuple[int, ...]) -> tuple[int, ...]:
        """The one object of all tuples that are equal to this."""
        found = self.before.tuples.get(value) if self.before is not None else None
        return self.tuples.setdefault(value, value) if found is None else found


@dataclass(frozen=True)
class Simulator:
    """Evaluation on ``inputs``.  ``varying`` are names that do not always mean the input of that name."""

    inputs: Sequence[Inputs]
    varying: frozenset[str] = frozenset()
    memo: Memo = field(default_factory=Memo)
    reads: dict[bytes, tuple[Term, ...]] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """Every input."""
        return (1 << len(self.inputs)) - 1

    def fork(self) -> Simulator:
        """The same inputs, of which new values are forgotten with the object that is returned."""
        return replace(self, memo=Memo(self.memo))

    def input(self, text: str, sort: Sort) -> Vector:
        """The value of a name in the inputs; where it is missing, 0."""
        key = (text, sort.width)
        found = self.memo.get(key)
        if found is None:
            values = [each.names.get(text, 0) for each in self.inputs]
            found = self.memo.store(key, vector(values, sort))
        return found

    def constant(self, value: int, sort: Sort) -> Vector:
        """The same value on all inputs."""
        if sort is BOOL:
            return self.all if value else 0
        return (value & ((1 << sort.width) - 1),) * len(self.inputs)

    def evaluate(self, term: Term, leaf: Leaf | None = None) -> Vector:
        """The value of a term, where names and places are what ``leaf`` says; without it, names are inputs."""
        leaf = leaf or self._input_of
        if term.op in ("name", "place"):
            return leaf(term)
        key = (term.key, *[_identity(leaf(t)) for t in self.leaves(term)])
        found = self.memo.get(key)
        if found is None:
            if term.op == "const":
                found = self.constant(number(term), term.sort)
            else:
                found = self._step(term, [self.evaluate(a, leaf) for a in term.args])
            found = self.memo.store(key, found)
        return found

    def truth(self, term: Term, leaf: Leaf | None = None) -> int:
        """The inputs on which a formula is true."""
        return truth_bits(self.evaluate(term, leaf))

    def leaves(self, term: Term) -> tuple[Term, ...]:
        """The places of the term, and the names that vary, each once."""
        found = self.reads.get(term.key)
        if found is None:
            if term.op == "place" or (term.op == "name" and str(term.data) in self.varying):
                found = (term,)
            else:
                found = tuple({t.key: t for a in term.args for t in self.leaves(a)}.values())
            self.reads[term.key] = found
        return found

    def select(self, where: int, one: Vector, other: Vector) -> Vector:
        """``one`` on the inputs ``where``, and ``other`` elsewhere."""
        if isinstance(one, int) or isinstance(other, int) or one is other or not where:
            return select(where, one, other)
        key = (where, id(one), id(other))
        found = self.memo.get(key)
        return self.memo.store(key, select(where, one, other)) if found is None else found

    def group(self, vectors: Sequence[Vector]) -> Mapping[tuple[Value, ...], int]:
        """The values that the vectors take together, each with the inputs on which they do."""
        groups: dict[tuple[Value, ...], int] = {(): self.all}
        for each in vectors:
            parts = self._parts(each).items()
            groups = {(*vs, v): m & n for vs, m in groups.items() for v, n in parts if m & n}
        return groups

    def _parts(self, value: Vector) -> Mapping[Value, int]:
        """The values that a vector takes, each with the inputs on which it does."""
        if isinstance(value, int):
            return {1: value, 0: self.all & ~value}
        digits = {each: bytearray(b"0" * len(value)) for each in value}
        for i, each in enumerate(reversed(value)):
            digits[each][i] = _ONE
        return {each: int(text, 2) for each, text in digits.items()}

    def _input_of(self, term: Term) -> Vector:
        return self.input(str(term.data), term.sort)

    def _step(self, term: Term, args: list[Vector]) -> Vector:
        if term.op in ("not", "and", "or"):
            return self._connective(term.op, [truth_bits(a) for a in args])
        if term.op == "ite":
            return self.select(truth_bits(args[0]), args[1], args[2])
        if term.op == "eq" and isinstance(args[0], int):
            return truth_bits(args[0]) ^ truth_bits(args[1]) ^ self.all
        values = [self._as_tuple(a) for a in args]
        if term.op in _QUICK:
            mask = (1 << term.sort.width) - 1
            return tuple([each & mask for each in map(_QUICK[term.op], *values)])
        if term.op in _COMPARED:
            return _as_bits(map(_COMPARED[term.op], *values))
        if term.op == "apply":
            calls = zip(self.inputs, zip(*values, strict=True), strict=True)
            return vector([inputs.call(term, list(arguments)) for inputs, arguments in calls], term.sort)
        return _one_by_one(term, values)

    def _connective(self, op: str, args: list[int]) -> int:
        if op == "not":
            return args[0] ^ self.all
        found = args[0]
        for each in args[1:]:
            found = found & each if op == "and" else found | each
        return found

    def _as_tuple(self, value: Vector) -> tuple[int, ...]:
        return tuple([value >> i & 1 for i in range(len(self.inputs))]) if isinstance(value, int) else value


#: Operators on bit-vectors that are one of Python's, up to the width.
_QUICK: Mapping[str, Callable[..., int]] = {
    "bvand": and_,
    "bvor": or_,
    "bvxor": xor,
    "bvnot": invert,
    "add": add,
    "sub": sub,
}
_COMPARED: Mapping[str, Callable[..., bool]] = {"eq": eq, "ult": lt, "ule": le}


def _one_by_one(term: Term, arguments: Sequence[tuple[int, ...]]) -> Vector:
    """An operator of which each value is computed; the same arguments are often met again."""
    sorts = tuple(a.sort for a in term.args)
    known: dict[tuple[int, ...], int] = {}
    results = []
    for values in zip(*arguments, strict=True):
        value = known.get(values)
        if value is None:
            value = known[values] = evaluate(term.op, term.sort, term.data, sorts, list(values))
        results.append(value)
    return vector(results, term.sort)


def _as_bits(truths: Iterable[int]) -> int:
    """The truth values, one an input, as one number."""
    text = "".join(["1" if truth else "0" for truth in truths])
    return int(text[::-1] or "0", 2)


def _identity(value: Vector) -> int:
    """Which value it is; a tuple is known by its object."""
    return value if isinstance(value, int) else id(value)


def vector(values: Sequence[Value], sort: Sort) -> Vector:
    """The vector of these values, one an input."""
    return _as_bits(values) if sort is BOOL else tuple(values)


def truth_bits(value: Vector) -> int:
    """A truth value, as the inputs on which it is true."""
    assert isinstance(value, int)
    return value


def select(where: int, one: Vector, other: Vector) -> Vector:
    """``one`` on the inputs ``where``, and ``other`` elsewhere."""
    if isinstance(one, int) and isinstance(other, int):
        return one & where | other & ~where
    if one is other or not where:
        return other
    assert isinstance(one, tuple) and isinstance(other, tuple)
    chosen = format(where, f"0{len(one)}b")[::-1]
    return tuple([x if bit == "1" else y for bit, x, y in zip(chosen, one, other, strict=True)])


def difference(one: Vector, other: Vector) -> int:
    """The inputs on which two values are not the same."""
    if isinstance(one, int) and isinstance(other, int):
        return one ^ other
    assert isinstance(one, tuple) and isinstance(other, tuple)
    return 0 if one is other else _as_bits(map(ne, one, other))


def positions(bits: int) -> Iterator[int]:
    """The inputs in a set of bits, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
