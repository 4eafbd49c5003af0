# SPDX-License-Identifier: GPL-2.0-only
"""JSON: the one renderer of it, and a witness as plain data.

Keys are sorted and the text is ASCII, so that two runs give the same bytes.  What is not printable
(controls, marks of direction, halves of characters) is written as an escape that is visible in the
string itself, so that nothing hides in one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from counterexamples.witness import Witness, WitnessRun
from model.program.interpreter import Step


def render_json(data: Any) -> str:
    """The JSON text of mappings, sequences, strings, whole numbers, truth values and None, and a newline."""
    return json.dumps(_visible(data), indent=1, sort_keys=True) + "\n"


def _visible(data: Any) -> Any:
    if isinstance(data, str):
        return printable(data, "\t\n")
    if isinstance(data, Mapping):
        return {printable(str(key), "\t\n"): _visible(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_visible(value) for value in data]
    return data


def printable(text: str, keep: str = "") -> str:
    """The text with controls, marks of direction and the like written as escapes, but for ``keep``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def witness_data(found: Witness | None) -> dict[str, Any] | None:
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
