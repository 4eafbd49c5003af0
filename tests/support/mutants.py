# SPDX-License-Identifier: GPL-2.0-only
"""Small mistakes made in a procedure, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.logic import FALSE, Term, is_same, rebuild
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Statement
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

    def change(statement: Statement) -> tuple[Statement, ...]:
        match statement:
            case Set(value=value):
                return (replace(statement, value=term(value)),)
            case If(condition):
                return (replace(statement, condition=term(condition)),)
            case Leave(value=Term() as value):
                return (replace(statement, value=term(value)),)
            case Call(_, arguments):
                return (replace(statement, arguments=tuple((a, term(t)) for a, t in arguments)),)
            case _:
                return (statement,)

    return rewritten(procedure, change)


def rewritten(procedure: Procedure, change: Callable[[Statement], tuple[Statement, ...]]) -> Procedure:
    """With what ``change`` makes of each statement, inner ones first."""

    def body(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(new for old in statements for new in change(inner(old)))

    def inner(statement: Statement) -> Statement:
        if isinstance(statement, If):
            return replace(statement, then=body(statement.then), orelse=body(statement.orelse))
        return replace(statement, body=body(statement.body)) if isinstance(statement, Block) else statement

    return replace(procedure, body=body(procedure.body))
