# SPDX-License-Identifier: GPL-2.0-only
"""Bit-parallel simulation of a procedure: one pass over its statements runs it on all inputs.

Trusted: nothing; it says which input is worth a look, and ``model.program.interpreter`` looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterexamples.simulation.vectors import Simulator, Vector, select, truth_bits, vector
from model.logic import Sort, Term, const
from model.program.procedure import (
    UNCALLED_PREFIX,
    UNINITIALISED_PREFIX,
    Block,
    Call,
    If,
    Leave,
    Procedure,
    Set,
    Statement,
)

#: What is recorded of the calls of an effect; false from the beginning.
_OF_CALLS = (".called", ".again", ".seen")


@dataclass
class Simulation:
    """What the places hold on all inputs, the inputs on which each was set (``was_set``), and those on which
    one was read before that, perhaps (``uninitialised``).  ``path`` are the inputs that took each branch, in
    the order of the branches; ``active`` those that come to the statement at hand."""

    simulator: Simulator
    procedure: Procedure
    places: dict[str, Vector] = field(default_factory=dict)
    was_set: dict[str, int] = field(default_factory=dict)
    uninitialised: int = 0
    left: dict[str, int] = field(default_factory=dict)
    active: int = 0
    path: list[int] = field(default_factory=list)
    last: dict[str, Vector] = field(default_factory=dict)

    def value(self, term: Term) -> Vector:
        """The value of a term at this point."""
        return self.simulator.evaluate(term, self._leaf)

    def last_value(self, term: Term) -> Vector:
        """The value of a term at the end, as ``model.program.interpreter.Run.value`` has it: a place that was
        never set is the input that stands for it."""
        return self.simulator.evaluate(term, lambda t: self._last(t) if t.op == "place" else self.value(t))

    def _leaf(self, term: Term) -> Vector:
        return self._name(term) if term.op == "name" else self._place(term)

    def _name(self, term: Term) -> Vector:
        text = str(term.data)
        constant = self.procedure.constants.get(text)
        if constant is None:
            return self.simulator.input(text, term.sort)
        return self.simulator.evaluate(const(constant, term.sort), self._leaf)

    def _place(self, term: Term) -> Vector:
        text = str(term.data)
        self.uninitialised |= self.active & ~self.was_set.get(text, 0)
        if text not in self.places:
            self.places[text] = self.simulator.input(UNINITIALISED_PREFIX + text, term.sort)
        return self.places[text]

    def _last(self, term: Term) -> Vector:
        """The last value of a place; it is stored, since its identity counts (see ``Memo``)."""
        text = str(term.data)
        if text not in self.last:
            self.last[text] = self._held(text, term.sort)
        return self.last[text]

    def _held(self, text: str, sort: Sort) -> Vector:
        if text in self.places and text.endswith(_OF_CALLS):
            return self.places[text]
        stand_ins = (UNCALLED_PREFIX + text, UNINITIALISED_PREFIX + text)
        inputs = [each.names for each in self.simulator.inputs]
        never = vector([names.get(stand_ins[0], names.get(stand_ins[1], 0)) for names in inputs], sort)
        was_set = self.was_set.get(text, 0)
        return select(was_set, self.places[text], never) if was_set else never

    def store(self, text: str, value: Vector, sort: Sort) -> None:
        """Set a place on the active inputs."""
        old = self.places.get(text)
        if self.active == self.simulator.all:
            self.places[text] = value
        else:
            before = self.simulator.input(UNINITIALISED_PREFIX + text, sort) if old is None else old
            self.places[text] = self.simulator.select(self.active, value, before)
        self.was_set[text] = self.was_set.get(text, 0) | self.active

    def body(self, statements: Sequence[Statement]) -> None:
        """Run statements, one after the other, on the active inputs."""
        for statement in statements:
            if not self.active:
                return
            self.step(statement)

    def step(self, statement: Statement) -> None:
        """Run one statement on the active inputs."""
        match statement:
            case Set(target, value):
                self.store(target, self.value(value), value.sort)
            case If(condition, then, orelse):
                self._branch(truth_bits(self.value(condition)), then, orelse)
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
        effect = call.effect
        values = [(a, self.value(t), t.sort) for a, t in call.arguments]
        called, again, seen = (truth_bits(self.places.get(effect + w, 0)) for w in _OF_CALLS)
        self.places[f"{effect}.again"] = again | called & self.active
        self.places[f"{effect}.called"] = called | self.active
        self.places[f"{effect}.seen"] = select(self.active, self.simulator.all if call.seen else 0, seen)
        for argument, value, sort in values:
            self.store(f"{effect}.{argument}", value, sort)


def simulate(procedure: Procedure, simulator: Simulator) -> Simulation:
    """The procedure on all inputs of the simulator."""
    simulation = Simulation(simulator, procedure, active=simulator.all)
    for text, each in procedure.places.items():
        if each.initial is not None:
            simulation.store(text, simulation.value(each.initial), each.sort)
    simulation.body(procedure.body)
    simulation.active = 0  # what is read from here on is read of the end
    return simulation
