# SPDX-License-Identifier: GPL-2.0-only
"""The same procedure with other names for its locals: what a local held before it was set is then
another unknown, so that whatever depends on it differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from model.logic import Term, place, substitute
from model.program.edit import rewritten
from model.program.procedure import Block, If, Leave, Procedure, Set, Statement

_MARK = " of another run"


def with_other_locals(procedure: Procedure) -> Procedure:
    """The procedure with every local that holds nothing at first under another name."""
    unset = {path for path, known in procedure.places.items() if known.initial is None}

    def renamed(path: str) -> str:
        return path + _MARK if path in unset else path

    def change(term: Term) -> Term:
        return substitute(term, lambda t: place(renamed(str(t.data)), t.sort) if t.op == "place" else t)

    def statements(body: tuple[Statement, ...]) -> Iterator[Statement]:
        for statement in body:
            match statement:
                case Set(target, value, span):
                    yield Set(renamed(target), change(value), span)
                case Leave(label, span, result, returned):
                    yield Leave(label, span, renamed(result), None if returned is None else change(returned))
                case If(condition, then, orelse):
                    then, orelse = tuple(statements(then)), tuple(statements(orelse))
                    yield replace(statement, condition=change(condition), then=then, orelse=orelse)
                case Block(body=inner):
                    yield replace(statement, body=tuple(statements(inner)))
                case _:
                    yield rewritten(statement, change)

    return replace(
        procedure,
        body=tuple(statements(procedure.body)),
        places={renamed(path): known for path, known in procedure.places.items()},
        symbols={word: change(term) for word, term in procedure.symbols.items()},
    )
