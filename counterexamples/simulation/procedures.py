# SPDX-License-Identifier: GPL-2.0-only
"""What does a procedure do on many inputs at once?  All run side by side, each input a lane of
``counterexamples.simulation.terms``.

Trusted: nothing; it says which input is worth a look, and ``model.program.interpreter`` looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterexamples.simulation.terms import Lanes, Many, bits
from model.logic import Sort, Term, const
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Statement


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
        return self.lanes.value(term, self._leaf)

    def _leaf(self, term: Term) -> Many:
        return self._name(term) if term.op == "name" else self._place(term)

    def _name(self, term: Term) -> Many:
        text = str(term.data)
        constant = self.procedure.constants.get(text)
        if constant is None:
            return self.lanes.name(text, term.sort)
        return self.lanes.value(const(constant, term.sort), self._leaf)

    def _place(self, term: Term) -> Many:
        text = str(term.data)
        self.unset |= self.active & ~self.was_set.get(text, 0)
        if text not in self.places:
            self.places[text] = self.lanes.name(f"unset {text}", term.sort)
        return self.places[text]

    def store(self, text: str, value: Many, sort: Sort) -> None:
        old = self.places.get(text)
        if self.active == self.lanes.all:
            self.places[text] = value
        else:
            before = self.lanes.name(f"unset {text}", sort) if old is None else old
            self.places[text] = self.lanes.merged(self.active, value, before)
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
                self._branch(bits(self.value(condition)), then, orelse)
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
        called, again = (bits(self.places.get(f"{call.effect}.{w}", 0)) for w in ("called", "again"))
        self.places[f"{call.effect}.again"] = again | called & self.active
        self.places[f"{call.effect}.called"] = called | self.active
        seen = bits(self.places.get(f"{call.effect}.seen", 0))
        self.places[f"{call.effect}.seen"] = self.lanes.merged(
            self.active, self.lanes.all if call.seen else 0, seen
        )
        for argument, value, sort in values:
            self.store(f"{call.effect}.{argument}", value, sort)


def run(procedure: Procedure, lanes: Lanes) -> Runs:
    """The procedure on all inputs."""
    runs = Runs(lanes, procedure, active=lanes.all)
    for text, each in procedure.places.items():
        if each.initial is not None:
            runs.store(text, runs.value(each.initial), each.sort)
    runs.body(procedure.body)
    runs.active = 0  # what is read from here on is read of the end
    return runs
