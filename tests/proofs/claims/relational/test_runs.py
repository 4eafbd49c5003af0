# SPDX-License-Identifier: GPL-2.0-only
"""Two runs are equal only if answers, events in order with their arguments, and memory are: each edit shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.logic import BOOL, BV64, TRUE, Term, const, name, place
from model.program.interpreter import Inputs, interpret
from model.program.procedure import TRACE, TRACE_SORT, Call, If, Input, Place, Procedure, Set, Statement
from proofs.claims.relational.runs import OTHER, are_equal, with_outcomes
from proofs.theorems.expectation import Verdict
from tests.support import toy
from tests.support.solvers.asking import ask

X, B = name("x", BV64), name("b", BOOL)
LOCK, UNLOCK = (
    Call("read_lock", (("lock", const(1, BV64)),)),
    Call("read_unlock", (("lock", const(1, BV64)),)),
)
RETRY, MAP = Call("retry", (("seq", X),)), Call("map", (("addr", X), ("flags", const(3, BV64))))
WRITE = Set("kvm->count", place("kvm->count", BV64) + X)
BODY: tuple[Statement, ...] = (LOCK, RETRY, If(B, (MAP,)), WRITE, UNLOCK)


def procedure(*body: Statement) -> Procedure:
    inputs = {"x": Input(BV64), "b": Input(BOOL), "kvm->count": Input(BV64)}
    places = {"kvm->count": Place(BV64, name("kvm->count", BV64)), "local": Place(BV64)}
    return Procedure("f", body, places, inputs)


def verdict(one: Procedure, two: Procedure) -> Verdict:
    """Whether both do the same on all inputs."""
    pair = dict(zip(("", OTHER), with_outcomes(one, two), strict=True))
    claim = replace(toy.claim("the_same", one, (TRUE,), are_equal(one, two)), procedures=pair, facts=())
    (judged,) = ask([claim])
    return judged.verdict


def with_argument(call: Call, argument: str, value: Term) -> Call:
    return replace(call, arguments=tuple((a, value if a == argument else t) for a, t in call.arguments))


@pytest.mark.parametrize(
    "body",
    [
        (RETRY, LOCK, If(B, (MAP,)), WRITE, UNLOCK),  # asked before the lock is taken
        (LOCK, LOCK, RETRY, If(B, (MAP,)), WRITE, UNLOCK),
        (LOCK, RETRY, If(B, (MAP,)), WRITE),  # never given back
        (LOCK, RETRY, UNLOCK, LOCK, If(B, (MAP,)), WRITE, UNLOCK),
        (LOCK, RETRY, If(B, (with_argument(MAP, "addr", const(0, BV64)), MAP)), WRITE, UNLOCK),
        (LOCK, RETRY, If(B, (with_argument(MAP, "flags", const(0, BV64)),)), WRITE, UNLOCK),
        (LOCK, RETRY, If(~B, (MAP,)), WRITE, UNLOCK),
        (LOCK, RETRY, If(B, (MAP,)), UNLOCK),  # memory is not written
        (with_argument(LOCK, "lock", const(2, BV64)), RETRY, If(B, (MAP,)), WRITE, UNLOCK),
        (replace(LOCK, effect="write_lock"), RETRY, If(B, (MAP,)), WRITE, UNLOCK),
    ],
    ids=[
        "order",
        "twice",
        "dropped",
        "in_between",
        "one_more",
        "argument",
        "condition",
        "memory",
        "object",
        "mode",
    ],
)
def test_an_edit_of_what_is_done_shows(body: tuple[Statement, ...]) -> None:
    assert verdict(procedure(*BODY), procedure(*body)) is Verdict.REFUTED


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        (LOCK, RETRY, WRITE, If(B, (MAP,)), UNLOCK),  # nobody sees memory between two calls of one thread
        (
            Set("local", X),
            LOCK,
            Call("retry", (("seq", place("local", BV64)),)),
            If(B, (MAP,)),
            WRITE,
            UNLOCK,
        ),
        (LOCK, RETRY, If(~B, (), (MAP,)), WRITE, UNLOCK),
    ],
    ids=["itself", "store_moved", "local", "branches"],
)
def test_an_edit_that_changes_nothing_does_not_show(body: tuple[Statement, ...]) -> None:
    assert verdict(procedure(*BODY), procedure(*body)) is Verdict.PROVED


def test_a_run_has_its_events_and_a_name_for_their_sequence() -> None:
    sequence = place(TRACE, TRACE_SORT)
    run = interpret(procedure(*BODY), Inputs({"x": 7, "b": 1}))
    assert [effect for effect, _ in run.events] == ["read_lock", "retry", "map", "read_unlock"]
    assert run.events[2] == ("map", (("addr", 7), ("flags", 3)))
    other = interpret(procedure(*BODY), Inputs({"x": 7, "b": 0}))
    assert run.value(sequence) != other.value(sequence) != 0
    assert interpret(procedure(), Inputs()).value(sequence) == 0
