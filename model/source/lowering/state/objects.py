# SPDX-License-Identifier: GPL-2.0-only
"""The objects of the C being lowered, the statements made so far, and what was relied on.

A C object becomes a place named by its path: ``user_mem_abort.writable`` for a local,
``vma->vm_flags`` for memory, which is read as the input of the same name until it is written.
Two opaque pointers with different paths are taken not to alias; the ledger says so once memory is
written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from enum import Enum

from model.logic import BitVec, Sort, Term, choose, const, is_const, is_true, name, place, same
from model.program.procedure import Block, If, Input, Leave, Origin, Place, Set, Span, Statement
from model.source.lowering.state.flow import Flow, Locations, join_flows
from model.source.types.ctypes import ULONG, CType, Int, Pointer, Struct
from model.source.types.unions import Unions
from model.source.types.values import UNKNOWN, Location, Value, as_bitvec, convert, sort_of

LAST_STEP = re.compile(r"(?:(?:\.|->)[^.>\[\]]+|\[\d+\])\Z")
_ADDRESS, _APART = 0xFFFF_8000_0000_0000, 1 << 32


@dataclass(frozen=True, order=True)
class LedgerEntry:
    """A line of the ledger: what was done (``inlined``, ``modelled``, ``trusted``, ``havoc``,
    ``condition``), with what, and where it was first met."""

    how: str
    what: str
    where: str


@dataclass(frozen=True)
class Slot:
    """A C name in scope: where it lies, its type, and the value of a parameter that is never set."""

    path: str
    type: CType
    value: Value | None = None


class Begin(Enum):
    """What an object that is no memory of the caller's holds at first."""

    UNINITIALISED = "nothing yet"
    ZERO = "zero"
    ANY = "what is not known"
    ANSWER = "what a contract answers"


#: The one VM and vCPU of a fault: whatever pointer leads to them, they are these.
ALWAYS = {"kvm_vcpu": "vcpu", "kvm": "kvm"}


def parents(path: str) -> Iterator[str]:
    """The path, then those of the objects that it lies in, innermost first."""
    while path:
        yield path
        shorter = LAST_STEP.sub("", path)
        path = shorter if shorter != path else ""


@dataclass
class Objects:
    """Everything that lowering adds to, one target function at a time."""

    places: dict[str, Place] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    ledger: dict[tuple[str, str], LedgerEntry] = field(default_factory=dict)
    locals: dict[str, Begin] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)  # struct tag -> the object it always is
    bodies: list[list[Statement]] = field(default_factory=lambda: [[]])
    counts: dict[str, int] = field(default_factory=dict)
    counters: dict[str, None] = field(default_factory=dict)  # of resources taken and given back; 0 at first
    addresses: dict[Location, Term] = field(default_factory=dict)
    initial_targets: dict[str, Locations] = field(
        default_factory=dict
    )  # where a pointer leads until it is set
    escaped: dict[str, None] = field(default_factory=dict)  # locals whose address lies in memory
    havocked: dict[str, frozenset[str]] = field(default_factory=dict)  # the locals an unknown call reached
    fixed: dict[str, Term | None] = field(default_factory=dict)  # const literals, and their constant parts
    variables: dict[str, Slot] = field(default_factory=dict)  # of the file and of headers, by name
    shapes: dict[str, str] = field(default_factory=dict)  # as what pointers to an object took it to be
    unions: Unions = field(default_factory=Unions)
    flow: Flow = field(default_factory=Flow)
    pending: dict[str, list[Flow]] = field(default_factory=dict)  # the paths that left each open block

    # Statements ---------------------------------------------------------------------------
    def emit(self, statement: Statement) -> None:
        self.bodies[-1].append(statement)

    @contextmanager
    def collect(self) -> Iterator[list[Statement]]:
        """Statements emitted inside go to a list of their own."""
        body: list[Statement] = []
        self.bodies.append(body)
        try:
            yield body
        finally:
            self.bodies.pop()

    @contextmanager
    def block(self, label: str, span: Span) -> Iterator[list[Statement]]:
        """Statements emitted inside become a block that ``leave`` can end."""
        with self.collect() as body:
            yield body
        self.flow = join_flows([self.flow, *self.pending.pop(label, [])], self.initial_targets)
        self.emit(Block(label, tuple(body), span))

    def leave(self, label: str, span: Span, result: str = "", value: Term | None = None) -> None:
        """End the block of that label."""
        self.emit(Leave(label, span, result, value))
        if self.flow.reached:
            self.pending.setdefault(label, []).append(self.flow)
        self.flow = self.flow.copy()
        self.flow.reached = False

    def fork(self, condition: Term, then: Callable[[], None], orelse: Callable[[], None], span: Span) -> None:
        """Emit both branches, or the one that a constant condition leaves."""
        if is_const(condition):
            (then if is_true(condition) else orelse)()
            return
        before = self.flow.copy()
        with self.collect() as first:
            then()
        after, self.flow = self.flow, before
        with self.collect() as second:
            orelse()
        self.flow = join_flows([after, self.flow], self.initial_targets)
        self.emit(If(condition, tuple(first), tuple(second), span))

    @contextmanager
    def probe(self) -> Iterator[list[Statement]]:
        """What is lowered inside leaves no trace but the list of its statements."""
        saved = {f.name: getattr(self, f.name) for f in fields(self)}
        for key, value in saved.items():
            setattr(self, key, value.copy())
        self.pending = {label: list(flows) for label, flows in self.pending.items()}
        try:
            with self.collect() as body:
                yield body
        finally:
            for key, value in saved.items():
                setattr(self, key, value)

    def unique(self, base: str) -> str:
        """``base`` the first time, ``base#2`` the second, and so on."""
        n = self.counts[base] = self.counts.get(base, 0) + 1
        return base if n == 1 else f"{base}#{n}"

    def temporary(self, base: str) -> str:
        """The path of a new object that the C does not name."""
        path = self.unique(f"({base})")
        self.declare(path)
        return path

    def note(self, how: str, what: str, span: Span) -> None:
        """A line of the ledger; the first place is kept."""
        self.ledger.setdefault((how, what), LedgerEntry(how, what, str(span)))

    # Inputs ---------------------------------------------------------------------------------
    def input(self, text: str, sort: Sort, origin: Origin = Origin.GIVEN, note: str = "") -> Term:
        """The input of that name; of a like name if this one is of another sort."""
        while text in self.inputs and self.inputs[text].sort != sort:
            text = f"{text} as a {sort}"
        self.inputs.setdefault(text, Input(sort, origin, note))
        return name(text, sort)

    def fresh(self, base: str, t: CType, origin: Origin, note: str) -> Value:
        """A value of which nothing is known, under a name of its own on every path."""
        n = self.flow.answers[base] = self.flow.answers.get(base, 0) + 1
        text = base if n == 1 else f"{base}#{n}"
        while text in self.inputs and self.inputs[text].origin != origin:
            text = f"{text} ({origin.name.lower()})"
        term = self.input(text, sort_of(t), origin, note)
        return Value(t, term, (self.pointee(str(term.data), t),) if isinstance(t, Pointer) else ())

    def pointee(self, path: str, t: CType) -> Location:
        """What lies behind an opaque pointer found at ``path``."""
        tag = t.target.tag if isinstance(t, Pointer) and isinstance(t.target, Struct) else ""
        return Location(self.roles.get(tag) or ALWAYS.get(tag) or path, behind=True)

    # Places ---------------------------------------------------------------------------------
    def declare(self, path: str, begin: Begin = Begin.UNINITIALISED) -> None:
        """An object that is no memory of the caller's begins its life."""
        self.locals[path] = begin

    def begin(self, path: str) -> Begin | None:
        """What the object that ``path`` lies in holds at first; None for memory."""
        if path in self.counters:
            return Begin.ZERO
        return next((self.locals[p] for p in parents(path) if p in self.locals), None)

    def place(self, path: str, t: CType) -> Term:
        """The place of that path, made on first use."""
        if path not in self.places:
            self.places[path] = Place(sort_of(t), self._initial(path, t))
            if isinstance(t, Pointer):
                begin = self.begin(path)
                known = {None: (self.pointee(path, t),), Begin.ANY: (UNKNOWN,), Begin.ANSWER: (UNKNOWN,)}
                self.initial_targets[path] = known.get(begin, ())
        return place(path, self.places[path].sort)

    def _initial(self, path: str, t: CType) -> Term | None:
        sort, begin = sort_of(t), self.begin(path)
        if begin is Begin.UNINITIALISED:
            return None
        if begin is Begin.ZERO:
            return const(0, sort)
        if begin is Begin.ANY:
            return self.input(path, sort, Origin.HAVOC, "an object of which nothing is known")
        if begin is Begin.ANSWER:
            return self.input(path, sort, Origin.CONTRACT, "a part of what a contract answers")
        if self.unions.is_later_alternative(parents(path)):
            return self.input(path, sort, Origin.HAVOC, "another view of a union that is read already")
        return self.input(self.pointee(path, t).path if isinstance(t, Pointer) else path, sort)

    def load(self, path: str, t: CType) -> Value:
        """The value of a scalar object; the caller has seen to it that the place is of that sort."""
        term = self.place(path, t)
        if not isinstance(t, Pointer):
            fixed = self.fixed.get(path)
            return Value(t, term if fixed is None else fixed)
        return Value(t, term, self.flow.pointers.get(path, self.initial_targets.get(path, (UNKNOWN,))))

    def store(self, path: str, t: CType, value: Value, span: Span) -> None:
        """``path = value``, converted to the object's type."""
        converted = self.convert(value, t)
        self.place(path, t)
        self.emit(Set(path, converted.term, span))
        if is_const(converted.term) and any(p in self.fixed for p in parents(path)):
            self.fixed[path] = converted.term
        if isinstance(t, Pointer):
            self.flow.pointers[path] = converted.locations
        elif path in self.initial_targets:  # an integer stored where a pointer was
            self.flow.pointers[path] = (UNKNOWN,)
        if self.begin(path) is None:
            note = "pointers of different origin do not lead to the same object"
            self.note("trusted", note, span)
            self.escaped |= {t.path: None for t in converted.locations if not t.behind}

    # Pointers ---------------------------------------------------------------------------------
    def address(self, target: Location) -> Term:
        """The address of an object: a constant for places, the opaque pointer for what lies behind it."""
        if target not in self.addresses:
            if not target.behind:
                n = sum(not t.behind for t in self.addresses)
                self.addresses[target] = const(_ADDRESS + n * _APART, BitVec(64))
            elif target.index:
                self.addresses[target] = self.input(
                    f"&{target.whole}", BitVec(64), Origin.HAVOC, "an address"
                )
            else:
                self.addresses[target] = self.input(target.path, BitVec(64))
        return self.addresses[target]

    def guards(self, pointer: Value) -> list[tuple[Term | None, Location]]:
        """The objects a pointer may point to, each with the condition; None for the last, which is
        the unknown one if there is one."""
        targets = sorted(pointer.locations, key=lambda t: t == UNKNOWN)
        word = as_bitvec(pointer, ULONG)
        return [(same(word, self.address(t)), t) for t in targets[:-1]] + [(None, t) for t in targets[-1:]]

    def convert(self, value: Value, t: CType) -> Value:
        """The scalar as another type; as an integer, where an object of the caller's lies is not known."""
        if not isinstance(value.type, Pointer) or not isinstance(t, Int) or t.is_bool:
            return convert(value, t)
        word = as_bitvec(value, ULONG)
        for target in value.locations:
            if not target.behind:
                text = f"address of {target.path}"
                number = self.input(text, BitVec(64), Origin.HAVOC, "where the compiler put it")
                word = choose(same(word, self.address(target)), number, word)
        return convert(Value(ULONG, word), t)
