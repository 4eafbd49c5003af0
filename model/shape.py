# SPDX-License-Identifier: GPL-2.0-only
"""How a procedure is written by hand: a recorder in the kernel's order and vocabulary.

    def v6_17(c: Recorder) -> None:
        '''What it stands for, and what it leaves out.'''
        c.writable = pfn_writable
        with c.If(logging_active & ~write_fault):
            c.writable = FALSE
        c.Map(prot=c.prot, size=c.vma_pagesize)

``c.x = term`` sets the C local x and ``c.x`` reads it; the symbols that are mentioned become the
procedure's inputs.  Trusted: nothing here; ``--show`` prints what was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from model.logic import FALSE, Sort, Term, const, free_names, place, substitute
from model.program.definite_assignment import check_definite_assignment
from model.program.listing import number_lines
from model.program.procedure import (
    Block,
    Call,
    If,
    Input,
    Leave,
    Place,
    Procedure,
    ProcedureError,
    Set,
    Statement,
    effects,
    own_terms,
    walk,
)
from model.vocabulary.memory import ABBREVIATIONS
from model.vocabulary.symbols import BV32, READ, VARYING

END = "out"
RETURN = "return"
MAP, RELAX = "kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms"


@dataclass(frozen=True)
class Shape:
    """A hand-written decision: its procedure, the lines it reads as, the first version and the C
    function it stands for, and its description, which says what it leaves out."""

    procedure: Procedure
    lines: tuple[str, ...]
    since: str
    source: str
    says: str

    @property
    def name(self) -> str:
        return self.procedure.name


@dataclass
class _Recording:
    """The statements so far, one list for each open brace, the sorts of the locals, and what
    the arguments hold at first."""

    open_bodies: list[list[Statement]] = field(default_factory=lambda: [[]])
    sorts: dict[str, Sort] = field(default_factory=dict)
    arguments: dict[str, Term] = field(default_factory=dict)

    def add(self, statement: Statement) -> None:
        self.open_bodies[-1].append(statement)

    def take_last_if(self) -> If:
        body = self.open_bodies[-1]
        if body and isinstance(body[-1], If):
            last = body.pop()
            assert isinstance(last, If)
            return last
        raise ProcedureError("Elif and Else stand directly after an If, and here is none.")


def _with_else(statement: If, orelse: tuple[Statement, ...]) -> If:
    """The if-ladder with ``orelse`` as its last branch."""
    if statement.orelse:
        inner = statement.orelse[0]
        assert isinstance(inner, If)
        orelse = (_with_else(inner, orelse),)
    return replace(statement, orelse=orelse)


class Recorder:
    """``c`` of a shape: attributes are the C locals, capitalised methods are statements."""

    def __init__(self) -> None:
        object.__setattr__(self, "_r", _Recording())

    _r: _Recording

    def __setattr__(self, local: str, value: Term | int | bool) -> None:
        sorts = self._r.sorts
        if not isinstance(value, Term):
            if local not in sorts:
                raise ProcedureError(f"Set {local} to a term first, so that its sort is known.")
            value = const(int(value), sorts[local])
        if sorts.setdefault(local, value.sort) != value.sort:
            raise ProcedureError(f"{local} is a {sorts[local]}, and is set to a {value.sort}.")
        self._r.add(Set(local, value))

    def __getattr__(self, local: str) -> Term:
        if local not in self._r.sorts:
            raise ProcedureError(f"{local} is read before it is set.")
        return place(local, self._r.sorts[local])

    def Argument(self, **initial: Term) -> None:  # noqa: N802  # a declaration, not a method
        """Objects that hold these values when the function is entered."""
        self._r.arguments.update(initial)
        self._r.sorts.update((local, value.sort) for local, value in initial.items())

    @contextmanager
    def _branch(self) -> Iterator[list[Statement]]:
        body: list[Statement] = []
        self._r.open_bodies.append(body)
        yield body
        self._r.open_bodies.pop()

    @contextmanager
    def If(self, condition: Term) -> Iterator[None]:  # noqa: N802  # a statement, not a method
        """``if (condition) { ... }``"""
        with self._branch() as body:
            yield
        self._r.add(If(condition, tuple(body)))

    @contextmanager
    def Elif(self, condition: Term) -> Iterator[None]:  # noqa: N802
        """``else if (condition) { ... }``, directly after If or Elif."""
        ladder = self._r.take_last_if()
        with self._branch() as body:
            yield
        self._r.add(_with_else(ladder, (If(condition, tuple(body)),)))

    @contextmanager
    def Else(self) -> Iterator[None]:  # noqa: N802
        """``else { ... }``, directly after If or Elif."""
        ladder = self._r.take_last_if()
        with self._branch() as body:
            yield
        self._r.add(_with_else(ladder, tuple(body)))

    def Return(self, value: Term | int) -> None:  # noqa: N802
        """``return value;``"""
        word = value if isinstance(value, Term) else const(value, BV32)
        self._r.add(Leave(END, result=RETURN, value=word))

    def Goto(self, label: str) -> None:  # noqa: N802
        """``goto label;`` to the end of the surrounding ``Until(label)``."""
        self._r.add(Leave(label))

    @contextmanager
    def Until(self, label: str) -> Iterator[None]:  # noqa: N802
        """The statements before ``label:`` which may jump there."""
        with self._branch() as body:
            yield
        self._r.add(Block(label, tuple(body)))

    def Map(self, **arguments: Term) -> None:  # noqa: N802
        """``kvm_pgtable_stage2_map(...)``"""
        self.Call(MAP, **arguments)

    def Relax(self, **arguments: Term) -> None:  # noqa: N802
        """``kvm_pgtable_stage2_relax_perms(...)``"""
        self.Call(RELAX, **arguments)

    def Call(self, sink: str, **arguments: Term) -> None:  # noqa: N802
        """The call of a sink; arguments are given by name."""
        self._r.add(Call(sink, tuple(arguments.items())))


def record(
    write: Callable[[Recorder], None],
    *,
    since: str,
    source: str,
    words: Mapping[str, Term],
    constants: Mapping[str, int],
) -> Shape:
    """Run a shape's function once and make a procedure of what it recorded; ``v6_17`` makes the shape v6.17.

    ``words`` are the outcome words over places (``prot`` is the argument ``prot`` of the map
    sink); the places of a sink that the shape does not call are false or 0.
    Raises ProcedureError where a local may be read before it is set.
    """
    recorder = Recorder()
    write(recorder)
    recording = recorder._r  # the recorder's only reader
    shape_name = write.__name__.replace("_", ".")
    lines, numbered = number_lines(f"shape:{shape_name}", tuple(recording.open_bodies[0]), ABBREVIATIONS)
    body = (Block(END, numbered),)
    check_definite_assignment(body, frozenset(recording.arguments))
    places = {local: Place(sort, recording.arguments.get(local)) for local, sort in recording.sorts.items()}
    places[RETURN] = Place(BV32)
    outcomes = _outcomes(words, body)
    terms = (term for statement in walk(body) for term in own_terms(statement))
    procedure = Procedure(
        shape_name,
        body,
        places,
        inputs=_inputs(free_names(*recording.arguments.values(), *terms, *outcomes.values()), constants),
        symbols=outcomes,
        constants=constants,
    )
    return Shape(procedure, lines, since, source, (write.__doc__ or "").strip())


def _inputs(symbols: Mapping[str, Sort], constants: Mapping[str, int]) -> dict[str, Input]:
    """What a shape mentions and does not define; anything but a word that can be read is a mistake."""
    found = {}
    for symbol, sort in symbols.items():
        word = READ.get(symbol) or VARYING.get(symbol)
        if word:
            found[symbol] = Input(sort, note=word[1])
        elif symbol not in constants:
            raise ProcedureError(
                f"{symbol} is neither a constant of this kernel nor a word that a fault path reads; "
                "add it to model.vocabulary.symbols, or to the constants."
            )
    return found


def _outcomes(words: Mapping[str, Term], body: tuple[Statement, ...]) -> dict[str, Term]:
    """The words, with false or 0 for the places of sinks that are never called."""
    called = effects(body)

    def leaf(t: Term) -> Term:
        sink, _, argument = str(t.data).partition(".")
        if t.op != "place" or not argument:
            return t
        absent = sink not in called or argument not in {*called[sink], "called", "again"}
        return const(0, t.sort) if absent else t

    return {word: substitute(term, leaf) for word, term in words.items()}


__all__ = ["END", "FALSE", "MAP", "RELAX", "RETURN", "Recorder", "Shape", "record"]
