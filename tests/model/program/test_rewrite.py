# SPDX-License-Identifier: GPL-2.0-only
"""Rewriting of statements reaches each statement and each term once, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator

from model.logic import FALSE, TRUE, Term
from model.program.procedure import Block, Call, If, Leave, Set, Span, Statement, walk
from model.program.rewrite import Descend, map_own_terms, map_terms, rewrite

AT = Span("f.c", 1, "text")


def nested(value: Term) -> Statement:
    """A statement of every kind, each term of which is ``value``; one has none."""
    return Block(
        "function",
        (
            Set("x", value, AT),
            If(value, (Call("sink", (("a", value), ("b", value)), AT),), (Leave("function", AT),), AT),
            Leave("function", AT, "x", value),
        ),
        AT,
    )


def test_map_terms_replaces_each_term_and_nothing_else() -> None:
    met: list[Term] = []

    def change(term: Term) -> Term:
        met.append(term)
        return TRUE

    before = nested(FALSE)
    assert repr(map_terms((before,), change)) == repr((nested(TRUE),))
    assert len(met) == repr(before).count(repr(FALSE)) == 5
    assert repr(before) == repr(nested(FALSE))


def test_own_terms_are_not_those_of_inner_statements() -> None:
    assert repr(map_own_terms(nested(FALSE), lambda _: TRUE)) == repr(nested(FALSE))


def test_statements_are_visited_in_the_order_of_walk() -> None:
    met: list[Statement] = []

    def visit(statement: Statement, descend: Descend) -> Iterator[Statement]:
        met.append(statement)
        yield descend(statement)

    before = (nested(FALSE), Set("y", TRUE, AT))
    assert repr(rewrite(before, visit)) == repr(before)
    assert [id(s) for s in met] == [id(s) for s in walk(before)]


def test_a_statement_may_be_removed_or_become_several() -> None:
    def visit(statement: Statement, descend: Descend) -> Iterator[Statement]:
        if isinstance(statement, Set):
            return
        yield descend(statement)
        if isinstance(statement, Call):
            yield Leave("function", AT)

    (block,) = rewrite((nested(TRUE),), visit)
    assert [type(s) for s in walk((block,))] == [Block, If, Call, Leave, Leave, Leave]
