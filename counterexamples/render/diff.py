# SPDX-License-Identifier: GPL-2.0-only
"""The right and the mistaken procedure, one above the other where they differ, as a patch has them.

Conditions of a shape are too long for two columns within 72, so that the lines are stacked.  Pure string
building.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence

from counterexamples.render.prose import WIDTH
from model.program.listing import number_lines
from model.program.procedure import Block, Procedure
from model.vocabulary.memory import ABBREVIATIONS

#: Lines around a change, and lines of all changes that are told.
AROUND, MOST = 2, 40


def render_diff(right: Procedure, wrong: Procedure) -> str:
    """The lines that differ, ``-`` of the right and ``+`` of the wrong one, with those around them; what is
    more than ``MOST`` lines is counted.  "" if the listings are the same."""
    changes = list(difflib.unified_diff(_lines(right), _lines(wrong), n=AROUND, lineterm=""))[2:]
    told = [line for each in changes[:MOST] for line in _wrapped(each)]
    if len(changes) > MOST:
        told.append(f"and {len(changes) - MOST} lines more.")
    return "\n".join(told)


def _lines(procedure: Procedure) -> Sequence[str]:
    body = procedure.body
    inner = body[0].body if len(body) == 1 and isinstance(body[0], Block) else body
    return number_lines(procedure.name, inner, ABBREVIATIONS)[0]


def _wrapped(line: str) -> Iterator[str]:
    """A line of a patch within the width; its mark is on each part."""
    mark, text = line[:1], line[1:]
    if mark == "@":
        yield line
        return
    indent = " " * (len(text) - len(text.lstrip()))
    yield from (
        f"{mark}{part}"
        for part in textwrap.wrap(
            text.strip(),
            WIDTH - 1,
            initial_indent=indent,
            subsequent_indent=f"{indent}        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    )
