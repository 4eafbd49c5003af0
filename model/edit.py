# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a procedure: the same decision without a test, or with a note of where a test struck.
And of a single statement: the same with other terms.

Each edit says which guard it means and must find it exactly once, so that an edit never silently
does nothing.  A guard is found where it is the condition itself, or, if it is so nowhere, where it
is part of a conjunction; ``answering`` asks for the one whose branch returns that number at once.
Nothing here is trusted: what an edit made is a procedure like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from model.logic import BOOL, FALSE, TRUE, Term, conj, const, is_same, place, show
from model.procedure import Block, Call, If, Leave, Place, Procedure, ProcedureError, Set, Statement, walk


def without(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure without the ``if`` of that guard: its else branch stands in its place.

    Raises ProcedureError unless exactly one condition is meant.
    """
    return _edit(procedure, guard, answering, lambda statement: statement.orelse)


def dropped(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure without the guard, a part of a conjunction; errors as of ``without``."""
    return _edit(procedure, guard, answering, lambda statement: (_with(statement, guard, TRUE),))


def negated(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure with the opposite of the guard in its place; errors as of ``without``."""
    return _edit(procedure, guard, answering, lambda statement: (_with(statement, guard, ~guard),))


def mark(procedure: Procedure, guard: Term, word: str, answering: int | None = None) -> Procedure:
    """The procedure with a word that is true of the runs that took the branch of that guard;
    errors as of ``without``."""
    noted = replace(
        procedure,
        places={**procedure.places, word: Place(BOOL, FALSE)},
        words={**procedure.words, word: place(word, BOOL)},
    )

    def edit(statement: If) -> tuple[Statement, ...]:
        return (replace(statement, then=(Set(word, TRUE, statement.span), *statement.then)),)

    return _edit(noted, guard, answering, edit)


def rewritten(statement: Statement, change: Callable[[Term], Term]) -> Statement:
    """The statement, and all in it, with ``change`` made of each of its terms."""
    match statement:
        case Set():
            return replace(statement, value=change(statement.value))
        case If():
            return replace(
                statement,
                condition=change(statement.condition),
                then=tuple(rewritten(s, change) for s in statement.then),
                orelse=tuple(rewritten(s, change) for s in statement.orelse),
            )
        case Block():
            return replace(statement, body=tuple(rewritten(s, change) for s in statement.body))
        case Leave():
            return replace(statement, value=None if statement.value is None else change(statement.value))
        case Call():
            return replace(statement, arguments=tuple((a, change(t)) for a, t in statement.arguments))


def _parts(condition: Term) -> tuple[Term, ...]:
    return condition.args if condition.op == "and" else (condition,)


def _with(statement: If, guard: Term, other: Term) -> If:
    keys = {part.key for part in _parts(guard)}
    rest = (part for part in _parts(statement.condition) if part.key not in keys)
    return replace(statement, condition=conj(*rest, other))


def _meant(procedure: Procedure, guard: Term, answering: int | None) -> If:
    """The one statement that has the guard."""
    tests = [s for s in walk(procedure.body) if isinstance(s, If) and _answers(s, answering)]
    whole = [s for s in tests if is_same(s.condition, guard)]
    keys = {part.key for part in _parts(guard)}
    found = whole or [s for s in tests if keys <= {part.key for part in _parts(s.condition)}]
    if len(found) != 1:
        raise ProcedureError(
            f"{procedure.name}: the guard `{show(guard)}` was looked for in exactly one condition, "
            f"and {len(found)} have it; name a guard that stands in one place."
        )
    return found[0]


def _answers(statement: If, value: int | None) -> bool:
    first = statement.then[0] if statement.then else None
    if value is None:
        return True
    told = first.value if isinstance(first, Leave) else None
    return told is not None and is_same(told, const(value, told.sort))


def _edit(
    procedure: Procedure, guard: Term, answering: int | None, edit: Callable[[If], tuple[Statement, ...]]
) -> Procedure:
    meant = _meant(procedure, guard, answering)

    def statements(body: tuple[Statement, ...]) -> Iterator[Statement]:
        for statement in body:
            if statement is meant:
                yield from edit(meant)
            elif isinstance(statement, If):
                then, orelse = tuple(statements(statement.then)), tuple(statements(statement.orelse))
                yield replace(statement, then=then, orelse=orelse)
            elif isinstance(statement, Block):
                yield replace(statement, body=tuple(statements(statement.body)))
            else:
                yield statement

    return replace(procedure, body=tuple(statements(procedure.body)))
