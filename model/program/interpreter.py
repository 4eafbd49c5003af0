# SPDX-License-Identifier: GPL-2.0-only
"""Interpreter of procedures: concrete values in; the steps and the last values out.

One path, one statement after the other, as the machine would.  Every counterexample is replayed
here before anyone sees it.  The other meaning is ``symbolic``.

Trusted: this file, for whatever is REFUTED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from model.logic import Term, Value, value_of
from model.program.procedure import (
    TRACE,
    Block,
    Call,
    If,
    Leave,
    Procedure,
    ProcedureError,
    Set,
    Span,
    Statement,
)


@dataclass(frozen=True)
class Inputs:
    """Concrete values: of names, and of pure functions at given arguments.  What is missing is 0."""

    names: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[tuple[str, tuple[Value, ...]], Value] = field(default_factory=dict)

    def call(self, application: Term, arguments: list[Value]) -> Value:
        """The value of a pure function at these arguments."""
        return self.functions.get((str(application.data), tuple(arguments)), 0)


@dataclass(frozen=True, slots=True)
class Step:
    """A branch that was taken (``taken`` is the condition's value) or a sink that was called."""

    span: Span
    taken: bool | None = None
    effect: str = ""
    arguments: tuple[tuple[str, Value], ...] = ()


#: A call that left the procedure: its effect, and the values of its arguments by name.
Event = tuple[str, tuple[tuple[str, Value], ...]]


@dataclass(frozen=True)
class Run:
    """What one run did: its steps in order, and what each place holds at the end."""

    inputs: Inputs
    steps: tuple[Step, ...]
    places: Mapping[str, Value]

    @property
    def events(self) -> tuple[Event, ...]:
        """The calls that left the procedure, in order."""
        return tuple((step.effect, step.arguments) for step in self.steps if step.effect)

    def value(self, term: Term) -> Value:
        """The value of a term over inputs and last places, such as a word of the procedure."""
        return value_of(term, self._leaf, self.inputs.call)

    def _leaf(self, term: Term) -> Value:
        key = str(term.data)
        if term.op == "place":
            if key == TRACE:  # few are asked for it
                return name_sequence(self.events)
            if key in self.places:
                return self.places[key]
            return self.inputs.names.get(f"no {key}", self.inputs.names.get(f"unset {key}", 0))
        return self.inputs.names.get(key, 0)


class UninitialisedError(ProcedureError):
    """A place was read before it was set."""


class _Left(Exception):  # noqa: N818  # control flow, not an error
    def __init__(self, label: str):
        self.label = label


def interpret(procedure: Procedure, inputs: Inputs, *, unset: str = "unset ") -> Run:
    """Run the procedure.

    A place that is read before it is set takes the value of the input named ``unset PLACE`` if
    there is one (a witness may rest on it); otherwise UnsetError names the place.
    """
    machine = _Machine(procedure, inputs, unset)
    machine.body(procedure.body)
    untouched = {n: machine.value(t) for n, t in machine.initial.items() if n not in machine.store}
    return Run(inputs, tuple(machine.steps), untouched | machine.store)


def name_sequence(events: Sequence[Event]) -> int:
    """A number that stands for a sequence of events: 0 for the empty one, else a digest."""
    return int.from_bytes(blake2b(repr(tuple(events)).encode(), digest_size=16).digest()) if events else 0


class _Machine:
    def __init__(self, procedure: Procedure, inputs: Inputs, unset: str):
        self.inputs = inputs
        self.unset = unset
        self.steps: list[Step] = []
        self.store: dict[str, Value] = {}
        self.initial = {n: p.initial for n, p in procedure.places.items() if p.initial is not None}

    def body(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            self.step(statement)

    def step(self, statement: Statement) -> None:
        match statement:
            case Set(target, value):
                self.store[target] = self.value(value)
            case If(condition, then, orelse, span):
                taken = bool(self.value(condition))
                self.steps.append(Step(span, taken))
                self.body(then if taken else orelse)
            case Block(label, body):
                try:
                    self.body(body)
                except _Left as left:
                    if left.label != label:
                        raise
            case Leave(label, _, result, value):
                if value is not None:
                    self.store[result] = self.value(value)
                raise _Left(label)
            case Call():
                self.call(statement)

    def call(self, call: Call) -> None:
        sink, values = call.effect, tuple((a, self.value(t)) for a, t in call.arguments)
        self.steps.append(Step(call.span, None, sink, values))
        if self.store.get(f"{sink}.called"):
            self.store[f"{sink}.again"] = 1
        self.store[f"{sink}.called"] = 1
        self.store[f"{sink}.seen"] = int(call.seen)
        self.store.update({f"{sink}.{a}": v for a, v in values})

    def value(self, term: Term) -> Value:
        return value_of(term, self.leaf, self.inputs.call)

    def leaf(self, term: Term) -> Value:
        key = str(term.data)
        if term.op == "name":
            return self.inputs.names.get(key, 0)
        if key in self.store:
            return self.store[key]
        initial = self.initial.get(key)
        if initial is not None:
            self.store[key] = self.value(initial)
            return self.store[key]
        if self.unset + key in self.inputs.names:
            return self.inputs.names[self.unset + key]
        raise UninitialisedError(f"{key} is read before it is set.")
