# SPDX-License-Identifier: GPL-2.0-only
"""Rewriting of statements: the one recursion by which a procedure is made of another.

Trusted: this file, for whatever rests on a rewritten procedure (probes, havoc of lines, other locals).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from model.logic import Term
from model.program.procedure import Block, Call, If, Leave, Set, Statement

Body = tuple[Statement, ...]
#: The same statement with the lists of statements inside it rewritten.
Descend = Callable[[Statement], Statement]
#: What takes a statement's place.  It descends where it chooses, so that it may number statements in
#: the order in which they are written, or look at inner ones first, or leave them as they are.
Visit = Callable[[Statement, Descend], Iterable[Statement]]


def rewrite(body: Body, visit: Visit) -> Body:
    """The body with what ``visit`` makes of each statement."""

    def descend(statement: Statement) -> Statement:
        match statement:
            case If(_, then, orelse):
                return replace(statement, then=rewrite(then, visit), orelse=rewrite(orelse, visit))
            case Block(_, inner):
                return replace(statement, body=rewrite(inner, visit))
            case _:
                return statement

    return tuple([new for statement in body for new in visit(statement, descend)])


def map_terms(body: Body, change: Callable[[Term], Term]) -> Body:
    """The body with what ``change`` makes of each term of each statement."""
    return rewrite(body, lambda statement, descend: (descend(map_own_terms(statement, change)),))


def map_own_terms(statement: Statement, change: Callable[[Term], Term]) -> Statement:
    """The statement with what ``change`` makes of its own terms; statements inside it stay as they are."""
    match statement:
        case Set(value=value):
            return replace(statement, value=change(value))
        case If(condition):
            return replace(statement, condition=change(condition))
        case Leave(value=Term() as value):
            return replace(statement, value=change(value))
        case Call(_, arguments):
            return replace(statement, arguments=tuple((a, change(t)) for a, t in arguments))
        case _:
            return statement
