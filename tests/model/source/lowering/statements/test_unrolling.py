# SPDX-License-Identifier: GPL-2.0-only
"""What an iteration that goes on has done, against every path of random bodies, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from model.logic import TRUE, name
from model.program.procedure import Block, Call, If, Leave, Set, Statement, walk
from model.source.lowering.statements.unrolling import repeated_statements

Draw = Callable[[st.SearchStrategy[int]], int]
Body = tuple[Statement, ...]
CONDITION = name("c", TRUE.sort)
#: What a path did, by name, and the label it went to; "" is the end.
Path = tuple[frozenset[str], str]


def random_body(draw: Draw, labels: tuple[str, ...], depth: int, numbers: Iterator[int]) -> Body:
    """A body of which every statement has a name of its own; "loop" is the way out of the iteration."""

    def statement() -> Statement:
        kind = draw(st.integers(0, 5 if depth else 2))
        if kind == 0:
            return Leave(labels[draw(st.integers(0, len(labels) - 1))])
        if kind == 1:
            return Call(f"s{next(numbers)}", ())
        if kind == 2:
            return Set(f"s{next(numbers)}", TRUE)
        if kind == 3:
            label = f"s{next(numbers)}"
            return Block(label, random_body(draw, (*labels, label), depth - 1, numbers))
        then, orelse = (random_body(draw, labels, depth - 1, numbers) for _ in range(2))
        return If(CONDITION, then, orelse)

    return tuple(statement() for _ in range(draw(st.integers(0, 3))))


def named(statement: Statement) -> str:
    """The name of what is done; "" for what only decides where to go."""
    match statement:
        case Set(target):
            return target
        case Call(sink):
            return sink
        case Block(label):
            return label
    return ""


def paths(body: Body) -> set[Path]:
    """Every path through the body."""
    if not body:
        return {(frozenset(), "")}
    first, rest = body[0], body[1:]
    found: set[Path] = set()
    for done, to in _paths_of(first):
        found |= {(done, to)} if to else {(done | more, end) for more, end in paths(rest)}
    return found


def _paths_of(statement: Statement) -> set[Path]:
    match statement:
        case If(_, then, orelse):
            return paths(then) | paths(orelse)
        case Block(label, body):
            return {(done | {label}, "" if to == label else to) for done, to in paths(body)}
        case Leave(label):
            return {(frozenset(), label)}
    return {(frozenset({named(statement)}), "")}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_it_is_what_the_paths_to_the_end_do(data: st.DataObject) -> None:
    body = random_body(data.draw, ("loop",), 3, count())
    wanted = frozenset().union(*(done for done, to in paths(body) if not to))
    found = repeated_statements(body)
    assert sorted(map(named, found)) == sorted(wanted)
    assert all(s in [*walk(body)] for s in found if not isinstance(s, Block))
    assert all(not s.body for s in found if isinstance(s, Block))


def test_what_is_done_before_a_break_is_not_found_by_the_next_iteration() -> None:
    failing, going_on = Set("ret", TRUE), Set("done", TRUE)
    assert repeated_statements((If(CONDITION, (failing, Leave("loop"))), going_on)) == [going_on]
    assert repeated_statements((failing, Leave("loop"))) == []
