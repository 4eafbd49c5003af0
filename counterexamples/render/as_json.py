# SPDX-License-Identifier: GPL-2.0-only
"""A witness as plain data, for JSON: numbers in hexadecimal, each step with where it stands."""

from __future__ import annotations

from typing import Any

from counterexamples.witness import Witness, WitnessRun
from model.program.interpreter import Step


def witness(found: Witness | None) -> dict[str, Any] | None:
    """The values that matter, and what each procedure did; None where there is no witness."""
    if found is None:
        return None
    values = [
        {"name": v.name, "width": v.width, "value": hex(v.value), "mask": hex(v.mask)} for v in found.values
    ]
    return {"values": values, "courses": {s: _course(c) for s, c in found.runs.items()}}


def _course(course: WitnessRun) -> dict[str, Any]:
    words = {word: hex(value) for word, value in course.symbols.items()}
    return {"steps": [_step(step) for step in course.steps], "words": words}


def _step(step: Step) -> dict[str, Any]:
    span = step.span
    where = {"file": span.file, "line": span.line, "function": span.function, "text": span.text}
    if step.effect:
        return {**where, "sink": step.effect, "arguments": {a: hex(v) for a, v in step.arguments}}
    return {**where, "taken": step.taken}
