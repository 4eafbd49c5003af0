# SPDX-License-Identifier: GPL-2.0-only
"""Havoc of lines: each line computes anything, and one condition a line says what it computes.

Whatever a line computes becomes an input of its own, and whether it is left or calls a sink as well.
That the input is what the line says is then one condition for each line.  A proof that does without
the condition of a line holds whatever the line computes, and if it were not there at all.

Trusted: this file, for the lines that a proof is said to rest on; not for any verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from model.logic import BOOL, TRUE, Sort, Term, conj, name, place, same
from model.program.procedure import (
    Block,
    Call,
    If,
    Input,
    Leave,
    Origin,
    Place,
    Procedure,
    Set,
    Span,
    Statement,
)
from model.program.rewrite import Descend, map_own_terms, rewrite


@dataclass(frozen=True)
class LineCondition:
    """A line of the source; ``holds``, over words of the opened procedure: it does what it says."""

    span: Span
    holds: Term


@dataclass(frozen=True)
class LineHavoc:
    """``procedure`` is the same as before wherever all ``lines`` hold."""

    procedure: Procedure
    lines: tuple[LineCondition, ...]


def is_any_line(span: Span) -> bool:
    """Whether a line is to be opened: all are."""
    return True


def havoc_lines(procedure: Procedure, which: Callable[[Span], bool] = is_any_line) -> LineHavoc:
    """The procedure and those of its lines that are wanted, in the order in which they are first met."""
    opener = _Opener(which)
    body = rewrite(procedure.body, opener.visit)
    inputs = {text: Input(sort, Origin.GIVEN, "what a line computes") for text, sort in opener.made.items()}
    places = {_there(text): Place(sort, name(text, sort)) for text, sort in opener.made.items()}
    words = {_there(text): place(_there(text), sort) for text, sort in opener.made.items()}
    made = replace(
        procedure,
        body=body,
        places={**procedure.places, **places},
        inputs={**procedure.inputs, **inputs},
        symbols={**procedure.symbols, **words},
    )
    return LineHavoc(
        made, tuple(LineCondition(spans[0], conj(*holds)) for spans, holds in opener.lines.values())
    )


def _there(text: str) -> str:
    """The place that keeps what the line would compute; where it is not come to, that is the input."""
    return f"{text}, as it is written"


@dataclass
class _Opener:
    which: Callable[[Span], bool]
    made: dict[str, Sort] = field(default_factory=dict)
    lines: dict[tuple[str, int], tuple[list[Span], list[Term]]] = field(default_factory=dict)

    def anything(self, term: Term, span: Span) -> tuple[Set, Term]:
        """What notes the term, and the input in its place."""
        text = f"value {len(self.made)} of a line"
        self.made[text] = term.sort
        spans, holds = self.lines.setdefault((span.file, span.line), ([], []))
        spans.append(span)
        holds.append(same(name(text, term.sort), name(_there(text), term.sort)))
        return Set(_there(text), term, span), name(text, term.sort)

    def visit(self, statement: Statement, descend: Descend) -> Iterator[Statement]:
        """What takes the place of a statement: it may compute anything, and perhaps is not there."""
        if isinstance(statement, Block) or not self.which(statement.span):
            yield descend(statement)
            return
        notes: list[Set] = []

        def havoc(term: Term) -> Term:
            note, anything = self.anything(term, statement.span)
            notes.append(note)
            return anything

        changed = map_own_terms(statement, havoc)
        yield from notes
        if isinstance(changed, Leave | Call):
            yield from self.perhaps(changed)
        else:
            yield descend(changed)

    def perhaps(self, statement: Leave | Call) -> Iterator[Statement]:
        """The statement, which is perhaps not there."""
        note, there = self.anything(TRUE, statement.span)
        assert there.sort is BOOL
        yield note
        yield If(there, (statement,), (), statement.span)
