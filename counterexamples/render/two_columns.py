# SPDX-License-Identifier: GPL-2.0-only
"""What decides in a shape and what decides in a kernel's own C, on one witness, in two columns.

Each value of the witness that matters has a row: the first branch of either that goes another way with another
value of it.  So rows are of the same value, whatever the two texts look like.  Pure string building.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from counterexamples.render.prose import constants_of, list_actions, render_value, separate
from counterexamples.witness import InputValue, Witness, WitnessRun
from model.program.interpreter import Step

#: Columns of the whole, and of each side: between the two stands ``_BETWEEN``.
WIDTH = 100
_BETWEEN = " | "
_SIDE = (WIDTH - len(_BETWEEN)) // 2
#: Instead of a branch, where the run with another value goes the same way.
NO_BRANCH = "no branch turns with it alone"

Sides = tuple[int | None, int | None]


def render_two_columns(witness: Witness, left: str, right: str) -> str:
    """The courses of two subjects of a witness beside each other, as lines of at most ``WIDTH`` columns."""
    one, two = witness.runs[left], witness.runs[right]
    constants, file = constants_of(witness), _file(two)
    lines = [*_row(f"shape {one.procedure.name}", f"{two.procedure.name}, {file}"), "-" * WIDTH]
    for (first, second), values in _rows(witness, one, two):
        lines += textwrap.wrap(
            ", ".join(render_value(each, constants) for each in values) + ":",
            WIDTH,
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        lines += _row(_branch(one, first, file), _branch(two, second, file))
    return "\n".join([*lines, "-" * WIDTH, *_row(_done(one), _done(two))])


def _rows(witness: Witness, one: WitnessRun, two: WitnessRun) -> Sequence[tuple[Sides, list[InputValue]]]:
    """The values by the branches that they decide, in the order of the right side's run, and where that
    has none, of the left's."""
    found: dict[Sides, list[InputValue]] = {}
    for value in witness.values:
        for sides, part in _decided(value, one, two).items() if value.mask else ():
            found.setdefault(sides, []).append(part)

    def order(row: tuple[Sides, list[InputValue]]) -> tuple[int, int]:
        last = len(one.steps) + len(two.steps)
        first, second = row[0]
        return last if second is None else second, last if first is None else first

    return sorted(found.items(), key=order)


def _decided(value: InputValue, one: WitnessRun, two: WitnessRun) -> dict[Sides, InputValue]:
    """The branches that the value decides, with the part of it that does; flags may decide several."""
    turns = [turn for turn in {**one.decides, **two.decides} if turn[0] == value.name]
    turns.sort(key=lambda turn: (turn not in one.decides, turn not in two.decides))
    if not turns:
        return {(None, None): value}
    if value.symbol != "vm_flags":
        return {(one.decides.get(turns[0]), two.decides.get(turns[0])): value}
    single = [turn for turn in turns if turn[1].bit_count() == 1 and turn[1] & value.mask]
    found: dict[Sides, InputValue] = {}
    for turn in single or turns[:1]:
        sides = one.decides.get(turn), two.decides.get(turn)
        known = found[sides].mask if sides in found else 0
        found[sides] = replace(value, mask=known | turn[1] & value.mask)
    return found


def _file(course: WitnessRun) -> str:
    """The file in which most of the branches are."""
    files = Counter(step.span.file for step in course.steps)
    return min(files, key=lambda file: (-files[file], file), default="")


def _branch(course: WitnessRun, at: int | None, file: str) -> str:
    if at is None:
        return NO_BRANCH
    step = course.steps[at]
    if step.effect:
        return f"{_place(step, file)}: calls {step.effect}()"
    return f"{_place(step, file)}: {step.span.text.rstrip(':')}: {'taken' if step.taken else 'not taken'}"


def _place(step: Step, file: str) -> str:
    """Function and line, and the file if it is not that of the heading; a shape has no function, and its
    lines are those of ``--show``."""
    span = step.span
    if not span.function:
        return f"line {span.line}"
    return f"{span.function}():{span.line}" + ("" if span.file == file else f" of {span.file}")


def _done(course: WitnessRun) -> str:
    return separate(f"{', '.join(list_actions(course))}.")


def _row(left: str, right: str) -> Iterator[str]:
    """One row; what is too wide for its side goes on below."""
    sides = [_wrapped(text) for text in (left, right)]
    height = max(map(len, sides))
    filled = [[*side, *[""] * (height - len(side))] for side in sides]
    return (f"{a:<{_SIDE}}{_BETWEEN}{b}".rstrip() for a, b in zip(*filled, strict=True))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _SIDE, subsequent_indent="    ", break_on_hyphens=False)
