# SPDX-License-Identifier: GPL-2.0-only
"""A concrete input on which something happens, as data: its values, what was done, and why.

Only values that matter are kept, and only the branches that no other value would turn.

Trusted: nothing; everything here comes from runs of the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model.interpreter import Run, Step
from model.procedure import Procedure

#: Runs every procedure on the values of a model.
Rerun = Callable[[Mapping[str, int]], Mapping[str, Run]]


@dataclass(frozen=True)
class Value:
    """An input, and which of its bits (``mask``) matter; ``width`` 0 is a truth value.  ``word`` is
    what the theorems call it ("" if they do not), ``note`` what the procedure says of it."""

    name: str
    width: int
    value: int
    mask: int
    word: str = ""
    note: str = ""


@dataclass(frozen=True)
class Course:
    """What one procedure did on the input: the deciding steps in their order, and the values of its
    outcome words."""

    procedure: Procedure
    steps: tuple[Step, ...]
    words: Mapping[str, int]


@dataclass(frozen=True)
class Witness:
    """The values that matter, and what each procedure did with them, by the claim's subjects."""

    values: tuple[Value, ...]
    courses: Mapping[str, Course]


def witness(
    model: Mapping[str, int],
    matter: Mapping[str, int],
    widths: Mapping[str, int],
    procedures: Mapping[str, Procedure],
    rerun: Rerun,
) -> Witness:
    """The witness of a model of which the bits in ``matter`` are enough."""
    words = {name: word for p in procedures.values() for word, name in _plain_words(p)}
    notes = {name: i.note for p in procedures.values() for name, i in p.inputs.items()}
    values = tuple(
        Value(n, widths[n], model[n], matter[n], words.get(n, n), notes.get(n, "")) for n in widths if n in matter
    )
    runs = rerun(model)
    every = {n: i.sort.width for p in procedures.values() for n, i in p.inputs.items()} | dict(widths)
    others = [rerun({**model, **changed}) for changed in _turned(model, matter, every)]
    courses = {
        subject: Course(
            procedures[subject],
            deciding(run, [other[subject] for other in others]),
            {word: run.value(term) for word, term in procedures[subject].words.items()},
        )
        for subject, run in runs.items()
    }
    return Witness(values, courses)


def deciding(run: Run, others: list[Run]) -> tuple[Step, ...]:
    """The steps of the run that each of the others made too, and all calls."""
    kept = set.intersection({_same(s) for s in run.steps}, *({_same(s) for s in other.steps} for other in others))
    return tuple(step for step in run.steps if step.sink or _same(step) in kept)


def _same(step: Step) -> tuple[object, ...]:
    return step.span, step.taken, step.sink


def _turned(model: Mapping[str, int], matter: Mapping[str, int], widths: Mapping[str, int]) -> list[dict[str, int]]:
    """Changes that do not touch what matters: each input's other bits turned over."""
    changes = []
    for name, width in widths.items():
        free = ((1 << max(width, 1)) - 1) & ~matter.get(name, 0)
        if free:
            changes.append({name: model.get(name, 0) ^ free})
    return changes


def _plain_words(procedure: Procedure) -> list[tuple[str, str]]:
    """The words that are inputs under another name, with that name."""
    return [(word, str(term.data)) for word, term in procedure.words.items() if term.op == "name"]
