# SPDX-License-Identifier: GPL-2.0-only
"""The text of a definition with the ``#if`` inside it decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from model.source.index.definitions import Definition, Reliance
from model.source.index.headers import SourceFile
from model.source.index.if_conditions import ConditionAnswer
from model.source.preprocessor.annotations import spaces
from model.source.preprocessor.conditions import Stack
from model.source.preprocessor.directives import find_conditional_lines


@dataclass(frozen=True, slots=True)
class CompiledText:
    """The text of a definition with its ``#if`` lines and dead branches spaced out.

    It has the length and lines of the definition's ``text``.  Where a condition is unknown,
    ``certain`` is False and the text is unchanged.  ``relied`` is what the choice rests on.
    """

    text: bytes = field(repr=False)
    certain: bool
    relied: tuple[Reliance, ...]


def compile_branches(
    file: SourceFile, part: Definition, holds: Callable[[Stack], ConditionAnswer]
) -> CompiledText:
    """Decide the ``#if`` inside one definition of a file."""
    lines = find_conditional_lines(file.data, part.start, part.end)
    if not lines:
        return CompiledText(part.text, True, ())
    text, at = [], part.start
    certain, relied = True, frozenset[Reliance]()
    for start, end in [*lines, (part.end, part.end)]:
        answer, names = holds(file.stack(file.scan.stack_at(at)))
        relied |= names
        certain = certain and answer is not None
        piece = file.text[at:start]
        text += [spaces(piece) if answer is False else piece, spaces(file.text[start:end])]
        at = end
    return CompiledText(b"".join(text) if certain else part.text, certain, tuple(sorted(relied)))
