# SPDX-License-Identifier: GPL-2.0-only
"""Small mistakes made in a procedure, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.logic import FALSE, Term, is_same, rebuild
from model.program.procedure import Call, If, Leave, Procedure, Statement
from model.program.rewrite import map_terms, rewrite
from model.shape import END, RETURN


def uncalled(procedure: Procedure, sink: str) -> Procedure:
    """With the calls of a sink never made."""
    return rewritten(
        procedure, lambda s: (If(FALSE, (s,)),) if isinstance(s, Call) and s.effect == sink else (s,)
    )


def returning_after(procedure: Procedure, sink: str, value: Term) -> Procedure:
    """With ``if (value) return value;`` behind the calls of a sink."""
    leave = Leave(END, result=RETURN, value=value)

    def change(statement: Statement) -> tuple[Statement, ...]:
        called = isinstance(statement, Call) and statement.effect == sink
        return (statement, If(value != 0, (leave,))) if called else (statement,)

    return rewritten(procedure, change)


def argued(procedure: Procedure, sink: str, argument: str, value: Term) -> Procedure:
    """With another argument in the calls of a sink."""

    def change(statement: Statement) -> tuple[Statement, ...]:
        if not (isinstance(statement, Call) and statement.effect == sink):
            return (statement,)
        arguments = tuple((a, value if a == argument else t) for a, t in statement.arguments)
        return (replace(statement, arguments=arguments),)

    return rewritten(procedure, change)


def adding(procedure: Procedure, guard: Term, sink: str) -> Procedure:
    """With a call of a sink, as it is called elsewhere, at the head of a branch."""
    calls: list[Call] = []
    rewritten(
        procedure, lambda s: (calls.append(s), (s,))[1] if isinstance(s, Call) and s.effect == sink else (s,)
    )
    constant = replace(calls[0], arguments=tuple((a, t ^ t) for a, t in calls[0].arguments))

    def change(statement: Statement) -> tuple[Statement, ...]:
        if isinstance(statement, If) and is_same(statement.condition, guard):
            return (replace(statement, then=(constant, *statement.then)),)
        return (statement,)

    return rewritten(procedure, change)


def replaced(procedure: Procedure, old: Term, new: Term) -> Procedure:
    """With one term in the place of another, everywhere."""

    def term(t: Term) -> Term:
        if is_same(t, old):
            return new
        return rebuild(t, tuple(term(a) for a in t.args)) if t.args else t

    return replace(procedure, body=map_terms(procedure.body, term))


def rewritten(procedure: Procedure, change: Callable[[Statement], tuple[Statement, ...]]) -> Procedure:
    """With what ``change`` makes of each statement, inner ones first."""
    return replace(procedure, body=rewrite(procedure.body, lambda s, descend: change(descend(s))))
