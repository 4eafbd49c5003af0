# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a procedure: the same decision without a test, or with a note of where a test struck.

Each edit says which guard it means and must find it exactly once, so that an edit never silently
does nothing.  Nothing here is trusted: what an edit made is a procedure like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.logic import BOOL, FALSE, TRUE, Term, conj, place, show
from model.procedure import Block, If, Place, Procedure, ProcedureError, Set, Statement


def without(procedure: Procedure, guard: Term) -> Procedure:
    """The procedure without the ``if (... guard ...)``: its else branch stands in its place.

    Raises ProcedureError unless exactly one condition is the guard or has it as a conjunct.
    """
    return _edit_guard(procedure, guard, lambda statement: statement.orelse)


def negated(procedure: Procedure, guard: Term) -> Procedure:
    """The procedure with the opposite of that guard in its place; errors as of ``without``."""

    def edit(statement: If) -> tuple[Statement, ...]:
        others = (t for t in _conjuncts(statement.condition) if t.key not in _keys(guard))
        return (replace(statement, condition=conj(*others, ~guard)),)

    return _edit_guard(procedure, guard, edit)


def dropped(procedure: Procedure, guard: Term) -> Procedure:
    """The procedure without that conjunct of a condition; errors as of ``without``."""

    def edit(statement: If) -> tuple[Statement, ...]:
        others = (t for t in _conjuncts(statement.condition) if t.key not in _keys(guard))
        return (replace(statement, condition=conj(*others)),)

    return _edit_guard(procedure, guard, edit)


def mark(procedure: Procedure, guard: Term, word: str) -> Procedure:
    """The procedure with a word that is true of the runs that took the branch of that guard;
    errors as of ``without``."""
    noted = replace(
        procedure,
        places={**procedure.places, word: Place(BOOL, FALSE)},
        words={**procedure.words, word: place(word, BOOL)},
    )

    def edit(statement: If) -> tuple[Statement, ...]:
        return (replace(statement, then=(Set(word, TRUE, statement.span), *statement.then)),)

    return _edit_guard(noted, guard, edit)


def _conjuncts(condition: Term) -> tuple[Term, ...]:
    return condition.args if condition.op == "and" else (condition,)


def _keys(guard: Term) -> frozenset[bytes]:
    return frozenset(t.key for t in _conjuncts(guard))


def _edit_guard(
    procedure: Procedure, guard: Term, edit: Callable[[If], tuple[Statement, ...]]
) -> Procedure:
    found = 0

    def statements(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(new for old in body for new in statement(old))

    def statement(old: Statement) -> tuple[Statement, ...]:
        nonlocal found
        if isinstance(old, Block):
            return (replace(old, body=statements(old.body)),)
        if not isinstance(old, If):
            return (old,)
        inner = replace(old, then=statements(old.then), orelse=statements(old.orelse))
        if not _keys(guard) <= _keys(old.condition):
            return (inner,)
        found += 1
        return edit(inner)

    body = statements(procedure.body)
    if found != 1:
        raise ProcedureError(
            f"{procedure.name}: the guard `{show(guard)}` was looked for in exactly one condition, "
            f"and {found} have it; name a guard that stands in one place."
        )
    return replace(procedure, body=body)
