# SPDX-License-Identifier: GPL-2.0-only
"""A concrete input on which something happens, as data: its values, what was done, and why.

Only values that matter are kept; of the branches, those that were taken, and those that the values
decided: at which the run with another value in the place of one of them first goes another way.

Trusted: nothing; everything here comes from runs of the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from model.logic import subterms
from model.program.interpreter import Run, Step
from model.program.procedure import If, Procedure, ProcedureError, Span, Statement
from model.program.rewrite import Descend, rewrite

#: Runs every procedure on the values of a model.
Rerun = Callable[[Mapping[str, int]], Mapping[str, Run]]

#: Whether what a witness shows is still so if the procedure of that subject is this one.
StillSo = Callable[[str, Procedure], bool]

#: An input, and which of its bits are turned.
Turn = tuple[str, int]

#: Of a value of which so many bits matter at most, each bit is turned by itself.
FEW = 4


@dataclass(frozen=True)
class InputValue:
    """An input, and which of its bits (``mask``) matter; ``width`` 0 is a truth value.  ``symbol`` is
    what the theorems call it (its name if they do not), ``note`` what the procedure says of it."""

    name: str
    width: int
    value: int
    mask: int
    symbol: str
    note: str = ""


@dataclass(frozen=True)
class WitnessRun:
    """What one procedure did on the input: the branches that led there and the calls that
    the claim speaks of, in their order, and the values of its outcome words.  ``decisive`` are positions
    in ``steps``: were that branch alone turned, what the witness shows would not be so.  ``decides`` has, by
    an input and which of its bits are turned, the position of the first step that is then another.
    ``spoken`` are the arguments of calls (``sink.argument``) that the claim speaks of, and ``unshown``
    branches, not taken, are left out."""

    procedure: Procedure
    steps: tuple[Step, ...]
    symbols: Mapping[str, int]
    decisive: tuple[int, ...] = ()
    unshown: int = 0
    decides: Mapping[Turn, int] = field(default_factory=dict)
    spoken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Witness:
    """The values that matter or are not 0, and what each procedure did with them, by the claim's
    subjects.  All other inputs were 0, and could have had any value."""

    values: tuple[InputValue, ...]
    runs: Mapping[str, WitnessRun]


def build_witness(
    model: Mapping[str, int],
    matter: Mapping[str, int],
    widths: Mapping[str, int],
    procedures: Mapping[str, Procedure],
    rerun: Rerun,
    words: Iterable[str],
    still_so: StillSo,
) -> Witness:
    """The witness of a model of which the bits in ``matter`` are enough, for a claim that speaks of
    those words."""
    spoken = set(words)
    called = {
        str(t.data): word for p in procedures.values() for word, t in p.symbols.items() if t.op == "name"
    }
    notes = {name: i.note for p in procedures.values() for name, i in p.inputs.items()}
    values = tuple(
        InputValue(n, widths[n], model[n], matter[n], called.get(n, n), notes.get(n, ""))
        for n in widths
        if n in matter
    )
    runs = rerun(model)
    others = list(_other_runs(model, matter, rerun))
    courses = {
        s: _course(procedures[s], run, [(turn, other[s]) for turn, other in others], spoken)
        for s, run in runs.items()
    }
    return Witness(values, {s: _decided(s, course, still_so) for s, course in courses.items()})


def _other_runs(
    model: Mapping[str, int], matter: Mapping[str, int], rerun: Rerun
) -> Iterator[tuple[Turn, Mapping[str, Run]]]:
    """The runs with one of the values turned over, made 0, or with its lowest bit turned, and what was
    turned; a value of few bits also bit by bit."""
    for name, mask in matter.items():
        single = (
            [1 << i for i in range(mask.bit_length()) if mask >> i & 1] if mask.bit_count() <= FEW else []
        )
        to_zero, lowest = model[name] & mask, mask & -mask
        for bits in dict.fromkeys([mask, *filter(None, (to_zero, lowest)), *single]):
            try:
                yield (name, bits), rerun({**model, name: model[name] ^ bits})
            except ProcedureError:
                continue  # on that input a local is read before it is set


def _course(
    procedure: Procedure, run: Run, others: Iterable[tuple[Turn, Run]], spoken: set[str]
) -> WitnessRun:
    decided = {turn: at for turn, other in others if (at := first_difference(run, other)) is not None}
    places = _places(procedure, spoken)
    known, sinks = set(decided.values()), {place.partition(".")[0] for place in places}
    kept = [i for i, s in enumerate(run.steps) if i in known or s.taken or s.effect in sinks]
    steps = tuple(run.steps[i] for i in kept)
    decides = {turn: kept.index(at) for turn, at in decided.items() if at in kept}
    unshown = sum(s.taken is False for s in run.steps) - sum(s.taken is False for s in steps)
    words = {w: run.value(term) for w, term in procedure.symbols.items()}
    return WitnessRun(procedure, steps, words, (), unshown, decides, places)


def _decided(subject: str, course: WitnessRun, still_so: StillSo) -> WitnessRun:
    """The course with the branches that decide."""
    decisive = [
        i
        for i, step in enumerate(course.steps)
        if step.taken is not None and not still_so(subject, turn_branch(course.procedure, step.span))
    ]
    return replace(course, decisive=tuple(decisive))


def turn_branch(procedure: Procedure, span: Span) -> Procedure:
    """The procedure with the opposite condition at the branches that were written there."""

    def visit(statement: Statement, descend: Descend) -> tuple[Statement, ...]:
        inner = descend(statement)
        if isinstance(inner, If) and statement.span == span:
            inner = replace(inner, condition=~inner.condition)
        return (inner,)

    return replace(procedure, body=rewrite(procedure.body, visit))


def first_difference(run: Run, other: Run) -> int | None:
    """The position of the first branch that goes another way in the other run; None if none does."""
    for i, (one, two) in enumerate(zip(run.steps, other.steps, strict=False)):
        if (one.span, one.effect, one.taken) != (two.span, two.effect, two.taken):
            return i
    return None


def _places(procedure: Procedure, spoken: set[str]) -> frozenset[str]:
    """What the words speak of calls, as ``sink.argument``."""
    terms = [term for word, term in procedure.symbols.items() if word in spoken]
    places = (str(t.data) for t in subterms(*terms) if t.op == "place")
    return frozenset(place for place in places if "." in place)
