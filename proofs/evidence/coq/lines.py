# SPDX-License-Identifier: GPL-2.0-only
"""The lines of C that terms come from.

Beside each assignment and each condition of a procedure, its value is kept in a place of its own, and the
procedure is run.  Trusted: nothing; names and comments in a text are for its reader, and a definition is
what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from model.logic import Term, place
from model.program import symbolic
from model.program.procedure import Block, If, Place, Procedure, Set, Span, Statement, walk
from model.program.rewrite import Descend, rewrite


@dataclass(frozen=True)
class TermLine:
    """What a term is at a line: the place that is set there, "" for a condition."""

    place: str
    span: Span

    def __str__(self) -> str:
        return f"{self.span}: {self.span.text}"


def trace_lines(procedure: Procedure) -> Mapping[bytes, TermLine]:
    """The first line of each term, by its key; of what is an input or a constant there is none."""
    kept = _Recorder(procedure, {}, {})
    body = rewrite(procedure.body, kept.visit)
    result = symbolic.run(replace(procedure, body=body, places={**procedure.places, **kept.places}))
    found: dict[bytes, TermLine] = {}
    for text, line in kept.lines.items():
        term = result.places.get(text)
        for each in () if term is None else _values_of_paths(term, f"unset {text}"):
            if each.args:
                found.setdefault(each.key, line)
    return found


@dataclass(frozen=True)
class _Recorder:
    """The places that were added, and the lines that they are of."""

    procedure: Procedure
    places: dict[str, Place]
    lines: dict[str, TermLine]

    def visit(self, statement: Statement, descend: Descend) -> Iterator[Statement]:
        """The statement, and what keeps a value at an assignment and before and behind a condition."""
        match statement:
            case If(condition):
                yield self.keep(condition, TermLine("", statement.span))
                yield descend(statement)
                yield from self.met(statement)
            case Block():
                yield descend(statement)
                yield from self.met(statement)
            case Set(target, value, span):
                yield self.keep(value, TermLine(target, span))
                yield statement
            case _:
                yield statement

    def met(self, statement: If | Block) -> Iterator[Set]:
        """What the places that are set in a statement hold where its paths meet."""
        inner = {each.target: each for each in walk((statement,)) if isinstance(each, Set)}
        for target, last in inner.items():
            like = self.procedure.places[target].sort
            yield self.keep(place(target, like), TermLine(target, last.span))

    def keep(self, value: Term, line: TermLine) -> Set:
        text = f"kept {len(self.lines)}"
        self.places[text] = Place(value.sort)
        self.lines[text] = line
        return Set(text, value, line.span)


def _values_of_paths(term: Term, unset: str) -> Iterator[Term]:
    """The values of a place that some paths leave unset: the branches of the choice that are not ``unset``."""
    todo = [term]
    while todo:
        each = todo.pop()
        if each.op == "ite" and any(_is_left_open(branch, unset) for branch in each.args[1:]):
            todo += each.args[1:]
        elif not (each.op == "name" and each.data == unset):
            yield each


def _is_left_open(term: Term, unset: str) -> bool:
    while term.op == "ite":
        if any(branch.op == "name" and branch.data == unset for branch in term.args[1:]):
            return True
        term = term.args[1]
    return term.op == "name" and term.data == unset
