# SPDX-License-Identifier: GPL-2.0-only
"""The trace below a counterexample: every input that matters, and every branch, in lines of 72 columns.

Pure string building.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from counterexamples.kernel_words import Constants, reading, vm_flags_text
from counterexamples.render.prose import (
    INDENT,
    WIDTH,
    constants_of,
    label_lines,
    list_actions,
    paragraph,
    render_value,
)
from counterexamples.witness import InputValue, Witness, WitnessRun
from model.program.interpreter import Step

_CONTINUED = 12  # the column of the rest of a long condition, without the label


def render_trace(witness: Witness) -> str:
    """All that the prose may have counted."""
    constants = constants_of(witness)
    mattering = [render_value(v, constants) for v in witness.values if v.mask]
    rest = [text for v in witness.values for text in _left_over(v, constants)]
    lines = paragraph("Inputs", ", ".join(mattering) + ".") if mattering else []
    lines += paragraph("Here also", ", ".join(rest) + ": any would do.") if rest else []
    return "\n".join([*lines, *(line for course in witness.runs.values() for line in _trace(course))])


def _left_over(value: InputValue, constants: Constants) -> Iterator[str]:
    """What is not 0 and could be."""
    if not value.mask:
        yield f"{value.name} = {reading(value.symbol, value.width, value.value, constants)}"
    elif value.symbol == "vm_flags" and value.value & ~value.mask:
        yield f"{value.name} also {vm_flags_text(value.value & ~value.mask, constants)}"


def _trace(course: WitnessRun) -> Iterator[str]:
    """The branches of one procedure, with ``*`` at those that decide, and its calls in full."""
    lines: list[str] = []
    where = ""
    for i, step in enumerate(course.steps):
        if step.taken is None:
            continue
        here = f"{step.span.function}(), {step.span.file}" if step.span.function else step.span.file
        if here != where:
            lines += textwrap.wrap(f"{here}:", WIDTH - INDENT, subsequent_indent="  ")
        where = here
        lines += _branch(step, "*" if i in course.decisive else " ")
    if course.decisive:
        lines.append("* with this branch alone turned, the theorem would not fail so")
    if course.unshown:
        lines.append(f"and {course.unshown} not taken, which no input above decides")
    yield from label_lines("Trace", lines)
    yield from paragraph("Calls", f"{course.procedure.name} {', '.join(list_actions(course))}.")


def _branch(step: Step, mark: str) -> list[str]:
    head = f"{mark} {step.span.line:<5} {'taken' if step.taken else 'not taken':<10} "
    return textwrap.wrap(
        step.span.text,
        WIDTH - INDENT,
        initial_indent=head,
        subsequent_indent=" " * _CONTINUED,
        break_on_hyphens=False,
    ) or [head.rstrip()]
