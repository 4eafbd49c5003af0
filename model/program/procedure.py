# SPDX-License-Identifier: GPL-2.0-only
"""Procedures: a decision of the kernel as data, made by hand or read from C.

A procedure is a short structured program over *places* (what C calls objects): set, if, a block
that can be left early, and the call of a sink.  Everything downstream (the solver's meaning, the
interpreter, the printers, the mutation operators) works on this form alone.

Trusted: nothing; ``symbolic`` and ``interpreter`` give a procedure its two meanings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from model.logic import BitVec, Sort, Term, name, place


class ProcedureError(ValueError):
    """A procedure, or a part of one, is not well formed."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a statement was written.

    ``file`` is relative to the tree (or ``shape:NAME``), ``line`` counts from 1, ``text`` is the
    source on one line, ``function`` the function it stands in, and ``via`` the calls and macro
    expansions that led there, outermost first.
    """

    file: str
    line: int
    text: str
    function: str = ""
    via: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NOWHERE = Span("", 0, "")

#: The place that holds the sequence of events so far.  Its values are names for sequences: 2^width is
#: more than there are events in two procedures, so that any two different sequences may have different ones.
TRACE = "(trace)"
TRACE_SORT = BitVec(12)

#: The symbol for what the function returned.
ANSWER = "(answer)"


class Origin(Enum):
    """Why an input is one; the last two are approximations, on which a refutation may rest."""

    GIVEN = "an argument, a field of memory or a property of the machine"
    CONTRACT = "what a contract says a call may answer"
    HAVOC = "a call, a loop or an expression of which nothing is known"
    UNINITIALISED = "a local that was read before it was set"


#: Begins the name of the input that stands for what an uninitialised place holds.
UNINITIALISED_PREFIX = "unset "
#: Begins the name of the input that stands for an argument of an effect that was never called.
UNCALLED_PREFIX = "no "


@dataclass(frozen=True, slots=True)
class Input:
    """A free symbol of a procedure: its sort, why it is free, and a sentence for the reader."""

    sort: Sort
    origin: Origin = Origin.GIVEN
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A C object: its sort, and what it holds at first (None: it is uninitialised)."""

    sort: Sort
    initial: Term | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """``target = value``."""

    target: str
    value: Term
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class If:
    """``if (condition) then else orelse``."""

    condition: Term
    then: tuple[Statement, ...]
    orelse: tuple[Statement, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Block:
    """Statements that ``Leave(label)`` can end early: a function body, a switch, a goto's reach."""

    label: str
    body: tuple[Statement, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Leave:
    """``return``, ``break`` or a forward ``goto``: goes on behind the block of that label.

    ``result`` is the place that holds the returned value, and ``value`` what is put there.
    """

    label: str
    span: Span = NOWHERE
    result: str = ""
    value: Term | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The call of a sink: from here on something outside happens, with these arguments.

    It sets the places ``SINK.called`` (true) and ``SINK.ARGUMENT``, and ``SINK.again`` if the
    sink had been called before.  ``SINK.seen`` is whether the last call was one that the C makes at
    this point, and not one that stands for any number of them in a loop.

    Every call is an event of the run: it is appended with its arguments to the place ``(trace)``.
    """

    effect: str
    arguments: tuple[tuple[str, Term], ...]
    span: Span = NOWHERE
    seen: bool = True


Statement = Set | If | Block | Leave | Call


@dataclass(frozen=True)
class Procedure:
    """A decision of the kernel.

    ``places`` are all objects it reads or writes, ``inputs`` the free symbols, ``symbols`` the
    vocabulary of the theorems in this procedure's terms (places in a word mean their last value),
    ``constants`` the values that the kernel at hand gives to names such as VM_PFNMAP.
    """

    name: str
    body: tuple[Statement, ...]
    places: Mapping[str, Place]
    inputs: Mapping[str, Input]
    symbols: Mapping[str, Term] = field(default_factory=dict)
    constants: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in walk(self.body):
            if isinstance(statement, Set) and statement.target not in self.places:
                raise ProcedureError(
                    f"{self.name}: {statement.span} sets {statement.target}, which is not among "
                    "the procedure's places; declare it."
                )

    def read(self, text: str) -> Term:
        """The place of that name, as a term."""
        return place(text, self.places[text].sort)

    def input(self, text: str) -> Term:
        """The input of that name, as a term."""
        return name(text, self.inputs[text].sort)


def walk(body: tuple[Statement, ...]) -> Iterator[Statement]:
    """Every statement, outer ones first, in the order in which they are written."""
    for statement in body:
        yield statement
        if isinstance(statement, If):
            yield from walk(statement.then)
            yield from walk(statement.orelse)
        elif isinstance(statement, Block):
            yield from walk(statement.body)


def own_terms(statement: Statement) -> Iterator[Term]:
    """The terms of the statement itself, not of those inside it."""
    match statement:
        case Set(_, value):
            yield value
        case If(condition):
            yield condition
        case Leave(value=Term() as value):
            yield value
        case Call(_, arguments):
            yield from (t for _, t in arguments)
        case _:
            pass


def effects(body: tuple[Statement, ...]) -> dict[str, dict[str, Sort]]:
    """The sinks that are called somewhere, each with its arguments and their sorts."""
    found: dict[str, dict[str, Sort]] = {}
    for statement in walk(body):
        if isinstance(statement, Call):
            arguments = found.setdefault(statement.effect, {})
            for argument, term in statement.arguments:
                if arguments.setdefault(argument, term.sort) != term.sort:
                    raise ProcedureError(
                        f"{statement.span} calls {statement.effect} with {argument} as a {term.sort}, "
                        f"and another call has a {arguments[argument]} there."
                    )
    return found
