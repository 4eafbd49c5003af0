# SPDX-License-Identifier: GPL-2.0-only
"""The objects of the C being lowered, the statements made so far, and what was relied on.

A C object becomes a place named by its path: ``user_mem_abort.writable`` for a local,
``vma->vm_flags`` for memory, which is read as the input of the same name until it is written.
Two opaque pointers with different paths are taken not to alias.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from model.logic import BOOL, Sort, Term, Word, choose, const, name, place, same
from model.procedure import If, Input, Leave, Origin, Place, Set, Span, Statement
from model.source.ctypes import ULONG, Array, CType, Int, Pointer, Struct
from model.source.values import Target, Value, as_word, convert, is_scalar, width


@dataclass(frozen=True, order=True)
class Entry:
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


#: The one VM and vCPU of a fault: whatever pointer leads to them, they are these.
_ALWAYS = {"kvm_vcpu": "vcpu", "kvm": "kvm"}
_ADDRESS = 0xFFFF_8000_0000_0000


def sort_of(t: CType) -> Sort:
    """The sort of a place of that scalar type."""
    return BOOL if isinstance(t, Int) and t.is_bool else Word(width(t))


@dataclass
class Objects:
    """Everything that lowering adds to, one root function at a time."""

    places: dict[str, Place] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    ledger: dict[tuple[str, str], Entry] = field(default_factory=dict)
    pointers: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    locals: dict[str, bool] = field(default_factory=dict)  # path -> whether it begins as zero
    roles: dict[str, str] = field(default_factory=dict)  # struct tag -> the object it always is
    bodies: list[list[Statement]] = field(default_factory=lambda: [[]])
    counts: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)  # of which branches that exclude each other share names
    addresses: dict[str, int] = field(default_factory=dict)

    # Statements ---------------------------------------------------------------------------
    def emit(self, statement: Statement) -> None:
        self.bodies[-1].append(statement)

    @contextmanager
    def nested(self) -> Iterator[list[Statement]]:
        """Statements emitted inside go to a list of their own."""
        body: list[Statement] = []
        self.bodies.append(body)
        try:
            yield body
        finally:
            self.bodies.pop()

    def unique(self, base: str) -> str:
        """``base`` the first time, ``base#2`` the second, and so on."""
        n = self.counts[base] = self.counts.get(base, 0) + 1
        return base if n == 1 else f"{base}#{n}"

    def note(self, how: str, what: str, span: Span) -> None:
        self.ledger.setdefault((how, what), Entry(how, what, str(span)))

    # Inputs ---------------------------------------------------------------------------------
    def input(self, text: str, sort: Sort, origin: Origin = Origin.GIVEN, note: str = "") -> Term:
        self.inputs.setdefault(text, Input(sort, origin, note))
        return name(text, self.inputs[text].sort)

    def fresh(self, base: str, t: CType, origin: Origin, note: str) -> Value:
        """A value of which nothing is known, under a name of its own on every path."""
        n = self.answers[base] = self.answers.get(base, 0) + 1
        text = base if n == 1 else f"{base}#{n}"
        if text in self.inputs and self.inputs[text].sort != sort_of(t):
            text = self.unique(f"{text} as {t}")
        term = self.input(text, sort_of(t), origin, note)
        return Value(t, term, (self.pointee(text, t),) if isinstance(t, Pointer) else ())

    def pointee(self, path: str, t: CType) -> Target:
        """What lies behind an opaque pointer found at ``path``."""
        tag = t.target.tag if isinstance(t, Pointer) and isinstance(t.target, Struct) else ""
        return Target(self.roles.get(tag) or _ALWAYS.get(tag) or path, behind=True)

    # Places ---------------------------------------------------------------------------------
    def declare(self, path: str, zero: bool) -> None:
        """A local begins its life: all zero, or not set."""
        self.locals[path] = zero

    def _zero(self, path: str) -> bool | None:
        """Whether the local that ``path`` lies in begins as zero; None for memory."""
        while path:
            if path in self.locals:
                return self.locals[path]
            path = path.rpartition(".")[0]
        return None

    def place(self, path: str, t: CType) -> Term:
        """The place of that path, made on first use."""
        if path not in self.places:
            self.places[path] = Place(sort_of(t), self._initial(path, t))
        return place(path, self.places[path].sort)

    def _initial(self, path: str, t: CType) -> Term | None:
        sort, zero = sort_of(t), self._zero(path)
        if zero is None:
            text = self.pointee(path, t).path if isinstance(t, Pointer) else path
            return self.input(text, sort)
        return const(0, sort) if zero else None

    def load(self, path: str, t: CType) -> Value:
        """The value of a scalar object; a struct is where it lies."""
        if not is_scalar(t):
            return Value(t, const(0, BOOL), (Target(path),))
        if isinstance(t, Array):
            return Value(t, self.address(Target(path)), (Target(path),))
        targets: tuple[Target, ...] = ()
        if isinstance(t, Pointer):
            memory = self._zero(path) is None
            targets = self.pointers.get(path, (self.pointee(path, t),) if memory else ())
        return Value(t, self.retyped(self.place(path, t), t), targets)

    def retyped(self, term: Term, t: CType) -> Term:
        """A place that is read as another type than it was made with."""
        if term.sort == sort_of(t):
            return term
        made = Int(max(term.sort.width, 8), signed=False, is_bool=term.sort == BOOL)
        return convert(Value(made, term), t).term

    def store(self, path: str, t: CType, value: Value, span: Span) -> None:
        """``path = value``, converted to the object's type."""
        converted = convert(value, t)
        made = self.place(path, t)
        term = converted.term
        if made.sort != term.sort:
            own = Int(max(made.sort.width, 8), signed=False, is_bool=made.sort == BOOL)
            term = convert(converted, own).term
        self.emit(Set(path, term, span))
        if isinstance(t, Pointer):
            self.pointers[path] = converted.targets

    # Pointers ---------------------------------------------------------------------------------
    def address(self, target: Target) -> Term:
        """The address of an object: a constant for places, the opaque pointer for what lies behind it."""
        if target.behind:
            return self.input(target.path, Word(64))
        n = self.addresses.setdefault(target.path, len(self.addresses) + 1)
        return const(_ADDRESS + n * 0x1000, Word(64))

    def guards(self, pointer: Value) -> list[tuple[Term | None, Target]]:
        """The objects a pointer may point to, each with the condition; None where there is but one."""
        if len(pointer.targets) == 1:
            return [(None, pointer.targets[0])]
        word = as_word(pointer, ULONG)
        return [(same(word, self.address(t)), t) for t in pointer.targets]

    def load_through(self, alternatives: list[tuple[Term | None, str]], t: CType) -> Value:
        """The value at one of several paths."""
        guard, path = alternatives[-1]
        value = self.load(path, t)
        for guard, path in reversed(alternatives[:-1]):
            assert guard is not None
            other = self.load(path, t)
            targets = tuple(dict.fromkeys(other.targets + value.targets))
            value = Value(t, choose(guard, other.term, value.term), targets)
        return value

    def store_through(
        self, alternatives: list[tuple[Term | None, str]], t: CType, value: Value, span: Span
    ) -> None:
        """A store to one of several paths."""
        for guard, path in alternatives:
            if guard is None:
                self.store(path, t, value, span)
                continue
            kept = self.pointers.get(path, ())
            with self.nested() as body:
                self.store(path, t, value, span)
            self.emit(If(guard, tuple(body), (), span))
            self.pointers[path] = tuple(dict.fromkeys(kept + self.pointers.get(path, ())))


def leaves(body: list[Statement]) -> bool:
    """Whether no path goes on behind these statements, as far as their last one shows."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, If):
        return leaves(list(last.then)) and leaves(list(last.orelse))
    return isinstance(last, Leave)
