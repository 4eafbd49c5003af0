# SPDX-License-Identifier: GPL-2.0-only
"""The two meanings of a procedure agree: ``model.program.symbolic`` against ``model.program.interpreter``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import BOOL, TRUE, BitVec, Sort, Term, name, place, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, UninitialisedError, interpret
from model.program.procedure import TRACE, If, Input, Place, Procedure, ProcedureError, Set
from tests.support.terms import INPUTS, PLACES, SINK, Maker, procedure

#: What a local that was not set, or an argument that was not given, may be.
STAND_INS: dict[str, Sort] = {
    **{f"unset {text}": sort for text, sort in PLACES.items()},
    **{f"no sink.{argument}": sort for argument, sort in SINK.items()},
}
ALL = {**INPUTS, **STAND_INS}


def some_function(term: Term, arguments: list[int]) -> int:
    """A pure function; which one does not matter."""
    return (sum(arguments) * 5 + 3) % max(2, 1 << term.sort.width)


@given(st.data())
def test_random_procedures(data: st.DataObject) -> None:
    path = procedure(data.draw)
    at = Maker(data.draw).values(ALL)
    result = symbolic.run(path)
    functions = {
        (f"f{w}", (v,)): some_function(name("", BitVec(w) if w else BOOL), [v])
        for w in (0, 4)
        for v in range(16)
    }
    run = interpret(path, Inputs(at, functions))
    leaf: Callable[[Term], int] = lambda t: at[str(t.data)]  # noqa: E731
    for text, term in result.places.items():
        if text == TRACE:  # a sequence of events, for which the solver has a name that stands for it
            continue
        assert value_of(term, leaf, some_function) == run.value(place(text, term.sort)), text


def test_a_local_that_is_not_set_is_an_input_of_its_own() -> None:
    condition = name("b0")
    body = (If(condition, (Set("p", TRUE),)), Set("q", place("p", BOOL)))
    half = Procedure("half", body, {"p": Place(BOOL), "q": Place(BOOL)}, {"b0": Input(BOOL)})
    result = symbolic.run(half)
    assert set(result.uninitialised) == {"p"}
    assert interpret(half, Inputs({"b0": 0, "unset p": 1})).places["q"] == 1
    with pytest.raises(UninitialisedError, match="^p is read before it is set.$"):
        interpret(half, Inputs({"b0": 0}))


def test_only_declared_places_are_set() -> None:
    with pytest.raises(
        ProcedureError, match="^wild: :0 sets p, which is not among the procedure's places; declare it.$"
    ):
        Procedure("wild", (Set("p", TRUE),), {}, {})
