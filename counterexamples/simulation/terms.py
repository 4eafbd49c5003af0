# SPDX-License-Identifier: GPL-2.0-only
"""What is a term on many inputs at once?  Each input is a lane (``running`` runs procedures in them).

A truth value is one number with a bit for each lane, so that most of a procedure is done for all lanes
by one operation; a word is a tuple.  What was once computed of the same values is not computed again, so
that a mutant costs little more than what it does differently.  Nothing here is trusted: it says which
input is worth a look, and ``model.program.interpreter`` looks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add, and_, eq, invert, le, lt, ne, or_, sub, xor

from model.logic import BOOL, Sort, Term, Value, number
from model.logic.meaning import evaluate
from model.program.interpreter import Inputs

#: Of a truth value the lanes in which it is true, as bits; of a word its value in each lane.
Many = int | tuple[int, ...]
#: What a name or a place is in all lanes.
Leaf = Callable[[Term], Many]


@dataclass
class Memo:
    """Values that were computed, by what they were computed of; ``before`` are those that are kept
    longer.  Equal words are one object, so that its identity says which value it is."""

    before: Memo | None = None
    values: dict[Hashable, Many] = field(default_factory=dict)
    words: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)

    def get(self, key: Hashable) -> Many | None:
        """The value of that key, if it was computed."""
        found = self.values.get(key)
        return self.before.get(key) if found is None and self.before is not None else found

    def put(self, key: Hashable, value: Many) -> Many:
        """Keep a value, and return the object that stands for it."""
        if not isinstance(value, int):
            value = self.word(value)
        self.values[key] = value
        return value

    def word(self, value: tuple[int, ...]) -> tuple[int, ...]:
        """The one object of all words that are equal to this."""
        found = self.before.words.get(value) if self.before is not None else None
        return self.words.setdefault(value, value) if found is None else found


@dataclass(frozen=True)
class Lanes:
    """The inputs, one a lane.  ``varying`` are names that do not always mean the input of that name."""

    inputs: Sequence[Inputs]
    varying: frozenset[str] = frozenset()
    memo: Memo = field(default_factory=Memo)
    reads: dict[bytes, tuple[Term, ...]] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """Every lane."""
        return (1 << len(self.inputs)) - 1

    def aside(self) -> Lanes:
        """The same lanes, of which new values are forgotten with the object that is returned."""
        return replace(self, memo=Memo(self.memo))

    def name(self, text: str, sort: Sort) -> Many:
        """An input's value in all lanes; what is missing is 0."""
        key = (text, sort.width)
        found = self.memo.get(key)
        if found is None:
            values = [each.names.get(text, 0) for each in self.inputs]
            found = self.memo.put(key, self.many(values, sort))
        return found

    def many(self, values: Sequence[Value], sort: Sort) -> Many:
        """The values, one a lane."""
        return _as_bits(values) if sort is BOOL else tuple(values)

    def constant(self, value: int, sort: Sort) -> Many:
        """The same value in all lanes."""
        if sort is BOOL:
            return self.all if value else 0
        return (value & ((1 << sort.width) - 1),) * len(self.inputs)

    def value(self, term: Term, leaf: Leaf) -> Many:
        """The value of a term in all lanes, where names and places are what ``leaf`` says."""
        if term.op in ("name", "place"):
            return leaf(term)
        key = (term.key, *[_identity(leaf(t)) for t in self.leaves(term)])
        found = self.memo.get(key)
        if found is None:
            if term.op == "const":
                found = self.constant(number(term), term.sort)
            else:
                found = self._step(term, [self.value(a, leaf) for a in term.args])
            found = self.memo.put(key, found)
        return found

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

    def merged(self, where: int, one: Many, other: Many) -> Many:
        """``one`` in the lanes ``where``, and ``other`` elsewhere."""
        if isinstance(one, int) and isinstance(other, int):
            return one & where | other & ~where
        if one is other or not where:
            return other
        key = (where, id(one), id(other))
        found = self.memo.get(key)
        return self.memo.put(key, merged(where, one, other)) if found is None else found

    def _step(self, term: Term, args: list[Many]) -> Many:
        if term.op in ("not", "and", "or"):
            return self._logic(term.op, [bits(a) for a in args])
        if term.op == "ite":
            return self.merged(bits(args[0]), args[1], args[2])
        if term.op == "eq" and isinstance(args[0], int):
            return bits(args[0]) ^ bits(args[1]) ^ self.all
        words = [self._word(a) for a in args]
        if term.op in _QUICK:
            mask = (1 << term.sort.width) - 1
            return tuple([each & mask for each in map(_QUICK[term.op], *words)])
        if term.op in _COMPARED:
            return _as_bits(map(_COMPARED[term.op], *words))
        if term.op == "apply":
            calls = zip(self.inputs, zip(*words, strict=True), strict=True)
            return self.many([inputs.call(term, list(values)) for inputs, values in calls], term.sort)
        return self._slow(term, words)

    def _slow(self, term: Term, words: Sequence[tuple[int, ...]]) -> Many:
        """An operator of which each value is computed; the same arguments are often met again."""
        sorts = tuple(a.sort for a in term.args)
        known: dict[tuple[int, ...], int] = {}
        found = []
        for values in zip(*words, strict=True):
            value = known.get(values)
            if value is None:
                value = known[values] = evaluate(term.op, term.sort, term.data, sorts, list(values))
            found.append(value)
        return self.many(found, term.sort)

    def _logic(self, op: str, args: list[int]) -> int:
        if op == "not":
            return args[0] ^ self.all
        found = args[0]
        for each in args[1:]:
            found = found & each if op == "and" else found | each
        return found

    def _word(self, value: Many) -> tuple[int, ...]:
        return tuple([value >> i & 1 for i in range(len(self.inputs))]) if isinstance(value, int) else value


#: Operators on words that are one of Python's, up to the width.
_QUICK: Mapping[str, Callable[..., int]] = {
    "bvand": and_,
    "bvor": or_,
    "bvxor": xor,
    "bvnot": invert,
    "add": add,
    "sub": sub,
}
_COMPARED: Mapping[str, Callable[..., bool]] = {"eq": eq, "ult": lt, "ule": le}


def _as_bits(truths: Iterable[int]) -> int:
    """The truth values, one a lane, as one number."""
    text = "".join(["1" if truth else "0" for truth in truths])
    return int(text[::-1] or "0", 2)


def _identity(value: Many) -> int:
    """Which value it is; a word is known by its object."""
    return value if isinstance(value, int) else id(value)


def bits(value: Many) -> int:
    """A truth value, as the lanes in which it is true."""
    assert isinstance(value, int)
    return value


def merged(where: int, one: Many, other: Many) -> tuple[int, ...]:
    """Of two words, ``one`` in the lanes ``where``, and ``other`` elsewhere."""
    assert isinstance(one, tuple) and isinstance(other, tuple)
    chosen = format(where, f"0{len(one)}b")[::-1]
    return tuple([x if bit == "1" else y for bit, x, y in zip(chosen, one, other, strict=True)])


def differ(one: Many, other: Many) -> int:
    """The lanes in which two values are not the same."""
    if isinstance(one, int) and isinstance(other, int):
        return one ^ other
    assert isinstance(one, tuple) and isinstance(other, tuple)
    return 0 if one is other else _as_bits(map(ne, one, other))
