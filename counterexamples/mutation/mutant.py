# SPDX-License-Identifier: GPL-2.0-only
"""A mutant, and how one statement of a procedure is put in another's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from model.logic import Term, show
from model.program.listing import abbreviate
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Span, Statement
from model.vocabulary.memory import ABBREVIATIONS

Body = tuple[Statement, ...]
#: From the procedure's body to a list of statements in it: position, and which list of that statement.
Address = tuple[tuple[int, str], ...]
#: What two bodies have in common if they are the same program.
Shape = tuple[object, ...]


@dataclass(frozen=True)
class Mutant:
    """``procedure`` with one mistake: ``operator`` made it at ``span``, and ``says`` is what was changed,
    as the listing has it."""

    procedure: Procedure
    operator: str
    span: Span
    says: str

    def __str__(self) -> str:
        return f"{self.span}: {self.says}"


Operator = Callable[[Procedure], Iterator[Mutant]]


def render_term(term: Term) -> str:
    """The term as the listing has it."""
    return show(abbreviate(term, ABBREVIATIONS))


def lists(body: Body, at: Address = ()) -> Iterator[tuple[Address, Body]]:
    """Every list of statements with its address, outer ones first."""
    yield at, body
    for i, statement in enumerate(body):
        if isinstance(statement, If):
            yield from lists(statement.then, (*at, (i, "then")))
            yield from lists(statement.orelse, (*at, (i, "orelse")))
        elif isinstance(statement, Block):
            yield from lists(statement.body, (*at, (i, "body")))


def list_at(body: Body, at: Address) -> Body:
    """The list of statements at an address."""
    for i, which in at:
        statement = body[i]
        if isinstance(statement, If):
            body = statement.then if which == "then" else statement.orelse
        else:
            assert isinstance(statement, Block)
            body = statement.body
    return body


def replace_list(body: Body, at: Address, new: Body) -> Body:
    """The body with another list of statements at that address."""
    if not at:
        return new
    (i, which), rest = at[0], at[1:]
    statement = body[i]
    if isinstance(statement, Block):
        changed: Statement = replace(statement, body=replace_list(statement.body, rest, new))
    else:
        assert isinstance(statement, If)
        changed = (
            replace(statement, then=replace_list(statement.then, rest, new))
            if which == "then"
            else replace(statement, orelse=replace_list(statement.orelse, rest, new))
        )
    return (*body[:i], changed, *body[i + 1 :])


def replace_in(procedure: Procedure, at: Address, new: Body) -> Procedure:
    """The procedure with another list of statements at that address."""
    return replace(procedure, body=replace_list(procedure.body, at, new))


def shape_of(body: Body) -> Shape:
    """The body without its spans: two bodies of the same shape are the same program."""
    return tuple(_shape(statement) for statement in body)


def _shape(statement: Statement) -> Shape:
    match statement:
        case Set(target, value):
            return "set", target, value.key
        case If(condition, then, orelse):
            return "if", condition.key, shape_of(then), shape_of(orelse)
        case Block(label, body):
            return "block", label, shape_of(body)
        case Leave(label, _, result, value):
            return "leave", label, result, None if value is None else value.key
        case Call(sink, arguments, _, seen):
            return "call", sink, seen, tuple((a, t.key) for a, t in arguments)
