# SPDX-License-Identifier: GPL-2.0-only
"""What does a procedure do on many inputs at once?  All run side by side, each input a lane.

A truth value is one number with a bit for each lane, so that most of a procedure is done for all lanes
by one operation; a word is a list.  Nothing here is trusted: it says which input is worth a look, and
``model.interpreter`` looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add, and_, eq, invert, le, lt, ne, or_, pos, sub, xor

from model.interpreter import Inputs
from model.logic import BOOL, Sort, Term, Value, number
from model.logic.meaning import evaluate
from model.procedure import Block, Call, If, Leave, Procedure, Set, Statement

#: Of a truth value the lanes in which it is true, as bits; of a word its value in each lane.
Many = int | list[int]
#: What a name or a place is in all lanes.
Leaf = Callable[[Term], Many]


@dataclass(frozen=True)
class Lanes:
    """The inputs, one a lane."""

    inputs: Sequence[Inputs]
    known: dict[bytes, Many] = field(default_factory=dict)
    free: dict[bytes, bool] = field(default_factory=dict)

    @property
    def all(self) -> int:
        """Every lane."""
        return (1 << len(self.inputs)) - 1

    def name(self, text: str, sort: Sort) -> Many:
        """An input's value in all lanes; what is missing is 0."""
        return self.many([each.names.get(text, 0) for each in self.inputs], sort)

    def many(self, values: list[Value], sort: Sort) -> Many:
        """The values, one a lane."""
        if sort is not BOOL:
            return values
        return _as_bits(map(bool, values))

    def constant(self, value: int, sort: Sort) -> Many:
        """The same value in all lanes."""
        if sort is BOOL:
            return self.all if value else 0
        return [value & ((1 << sort.width) - 1)] * len(self.inputs)

    def value(self, term: Term, leaf: Leaf, known: dict[bytes, Many]) -> Many:
        """The value of a term in all lanes; ``known`` are the values of terms by their keys."""
        found = known.get(term.key)
        if found is None:
            if term.op in ("name", "place"):
                found = leaf(term)
            elif term.op == "const":
                found = self.constant(number(term), term.sort)
            else:
                found = self._step(term, [self.value(a, leaf, known) for a in term.args])
            known[term.key] = found
        return found

    def _step(self, term: Term, args: list[Many]) -> Many:
        if term.op in ("not", "and", "or"):
            return self._logic(term.op, [_bits(a) for a in args])
        if term.op == "ite":
            return merged(_bits(args[0]), args[1], args[2])
        lists = [self._list(a) for a in args]
        if term.op == "apply":
            calls = zip(self.inputs, zip(*lists, strict=True), strict=True)
            return self.many([inputs.call(term, list(values)) for inputs, values in calls], term.sort)
        sorts = tuple(a.sort for a in term.args)
        found = [evaluate(term.op, term.sort, term.data, sorts, list(v)) for v in zip(*lists, strict=True)]
        return self.many(found, term.sort)

    def _logic(self, op: str, args: list[int]) -> int:
        if op == "not":
            return args[0] ^ self.all
        found = args[0]
        for each in args[1:]:
            found = found & each if op == "and" else found | each
        return found

    def _list(self, value: Many) -> list[int]:
        return [value >> i & 1 for i in range(len(self.inputs))] if isinstance(value, int) else value


#: Operators on words that are one of Python's, up to the width.
_QUICK: Mapping[str, Callable[..., int]] = {
    "bvand": and_,
    "bvor": or_,
    "bvxor": xor,
    "bvnot": invert,
    "add": add,
    "sub": sub,
    "zext": pos,
}
_COMPARED: Mapping[str, Callable[..., bool]] = {"eq": eq, "ult": lt, "ule": le}


def _as_bits(truths: Iterable[bool]) -> int:
    return sum(1 << i for i, truth in enumerate(truths) if truth)


def _bits(value: Many) -> int:
    assert isinstance(value, int)
    return value


def merged(where: int, one: Many, other: Many) -> Many:
    """``one`` in the lanes ``where``, and ``other`` elsewhere."""
    if isinstance(one, int) and isinstance(other, int):
        return one & where | other & ~where
    assert isinstance(one, list) and isinstance(other, list)
    if not where:
        return other
    return [x if where >> i & 1 else y for i, (x, y) in enumerate(zip(one, other, strict=True))]


def differ(one: Many, other: Many) -> int:
    """The lanes in which two values are not the same."""
    if isinstance(one, int) and isinstance(other, int):
        return one ^ other
    assert isinstance(one, list) and isinstance(other, list)
    return _as_bits(map(ne, one, other))


@dataclass
class Runs:
    """What the places hold in all lanes, in which lanes each was set, and the lanes in which one was read
    before that, perhaps.  ``path`` are the lanes that took each branch, in the order of the branches."""

    lanes: Lanes
    procedure: Procedure
    places: dict[str, Many] = field(default_factory=dict)
    was_set: dict[str, int] = field(default_factory=dict)
    unset: int = 0
    left: dict[str, int] = field(default_factory=dict)
    active: int = 0
    path: list[int] = field(default_factory=list)

    def value(self, term: Term) -> Many:
        """The value of a term at this point."""
        if self._is_free(term):
            return self.lanes.value(term, self._name, self.lanes.known)
        return self.lanes.value(term, self._leaf, {})

    def _is_free(self, term: Term) -> bool:
        """Whether no place is in the term, so that its value is the same at every point."""
        known = self.lanes.free
        found = known.get(term.key)
        if found is None:
            found = known[term.key] = term.op != "place" and all(map(self._is_free, term.args))
        return found

    def _leaf(self, term: Term) -> Many:
        return self._name(term) if term.op == "name" else self._place(term)

    def _name(self, term: Term) -> Many:
        text = str(term.data)
        constant = self.procedure.constants.get(text)
        return (
            self.lanes.name(text, term.sort) if constant is None else self.lanes.constant(constant, term.sort)
        )

    def _place(self, term: Term) -> Many:
        text = str(term.data)
        self.unset |= self.active & ~self.was_set.get(text, 0)
        if text not in self.places:
            found = self.lanes.name(f"no {text}", term.sort)
            self.places[text] = merged(0, found, self.lanes.name(f"unset {text}", term.sort))
        return self.places[text]

    def store(self, text: str, value: Many, sort: Sort) -> None:
        old = self.places.get(text)
        if self.active == self.lanes.all:
            self.places[text] = value
        else:
            before = self.lanes.name(f"unset {text}", sort) if old is None else old
            self.places[text] = merged(self.active, value, before)
        self.was_set[text] = self.was_set.get(text, 0) | self.active

    def body(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            if not self.active:
                return
            self.step(statement)

    def step(self, statement: Statement) -> None:
        match statement:
            case Set(target, value):
                self.store(target, self.value(value), value.sort)
            case If(condition, then, orelse):
                self._branch(_bits(self.value(condition)), then, orelse)
            case Block(label, body):
                outer = self.left.pop(label, 0)
                self.body(body)
                self.active |= self.left.pop(label, 0)
                self.left[label] = outer
            case Leave(label, _, result, value):
                if value is not None:
                    self.store(result, self.value(value), value.sort)
                self.left[label] = self.left.get(label, 0) | self.active
                self.active = 0
            case Call():
                self._call(statement)

    def _branch(self, taken: int, then: Sequence[Statement], orelse: Sequence[Statement]) -> None:
        before = self.active
        self.active = before & taken
        self.path += (self.active, before & ~taken)
        self.body(then)
        after, self.active = self.active, before & ~taken
        self.body(orelse)
        self.active |= after

    def _call(self, call: Call) -> None:
        values = [(a, self.value(t), t.sort) for a, t in call.arguments]
        called, again = (_bits(self.places.get(f"{call.sink}.{w}", 0)) for w in ("called", "again"))
        self.places[f"{call.sink}.again"] = again | called & self.active
        self.places[f"{call.sink}.called"] = called | self.active
        seen = _bits(self.places.get(f"{call.sink}.seen", 0))
        self.places[f"{call.sink}.seen"] = merged(self.active, self.lanes.all if call.seen else 0, seen)
        for argument, value, sort in values:
            self.store(f"{call.sink}.{argument}", value, sort)


def run(procedure: Procedure, lanes: Lanes) -> Runs:
    """The procedure on all inputs."""
    runs = Runs(lanes, procedure, active=lanes.all)
    for text, each in procedure.places.items():
        if each.initial is not None:
            runs.store(text, runs.value(each.initial), each.sort)
    runs.body(procedure.body)
    runs.active = 0  # what is read from here on is read of the end
    return runs
