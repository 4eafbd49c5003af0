# SPDX-License-Identifier: GPL-2.0-only
"""Where a mistake makes no difference at once, it makes none in the end."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from counterexamples.mutation import generate_mutants
from counterexamples.mutation.infection import add_infection_probes, infection
from model.logic import TRUE, BitVec, const, is_same, name, place
from model.program.interpreter import Inputs, Run, UninitialisedError, interpret
from model.program.procedure import Block, If, Place, Procedure, Set
from tests.support.terms import INPUTS, procedure

W4 = BitVec(4)
X, Y = place("x", W4), place("y", W4)


def ended(subject: Procedure, inputs: Inputs) -> Run | None:
    """The run; None if a place was read before it was set."""
    try:
        return interpret(subject, inputs)
    except UninitialisedError:
        return None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_unmet_mark_means_that_nothing_differs(data: st.DataObject) -> None:
    original = procedure(data.draw)
    made = list(islice(generate_mutants(original), 60))
    points = {f"mark {i}": infection(original, m.procedure) for i, m in enumerate(made)}
    marked = add_infection_probes(original, points)
    names = {text: data.draw(st.integers(0, (1 << max(sort.width, 1)) - 1)) for text, sort in INPUTS.items()}
    inputs = Inputs({**names, **{f"unset {p}": 0 for p in original.places}})
    before = ended(marked, inputs)
    assert before is not None
    for i, each in enumerate(made):
        if not before.places[f"mark {i}"]:
            after = ended(each.procedure, inputs)
            assert after is not None
            for text in original.places:
                assert after.places.get(text, 0) == before.places.get(text, 0), each.says


def of(*body: Set | If | Block) -> Procedure:
    return Procedure("small", body, {"x": Place(W4, const(0, W4)), "y": Place(W4, const(0, W4))}, {})


def test_a_deleted_assignment_matters_where_it_changes_something() -> None:
    one = Set("x", name("w", W4))
    point = infection(of(one), of())
    assert is_same(point.differs, ~(X == name("w", W4)))


def test_swapped_branches_matter_where_both_are_taken() -> None:
    one, two = If(name("a"), (Set("x", Y),)), If(name("b"), (Set("y", const(1, W4)),))
    assert is_same(infection(of(one, two), of(two, one)).differs, name("a") & name("b"))


def test_an_else_branch_always_does_something() -> None:
    one = If(name("a"), (Set("x", Y),), (Set("x", const(2, W4)),))
    two = If(name("b"), (Set("y", const(1, W4)),))
    assert is_same(infection(of(one, two), of(two, one)).differs, TRUE)


def test_what_a_condition_reads_makes_swapping_matter() -> None:
    one, two = Set("x", const(1, W4)), If(X == 1, (Set("y", const(1, W4)),))
    assert is_same(infection(of(one, two), of(two, one)).differs, TRUE)


def test_the_mark_stands_where_the_mistake_is() -> None:
    inner = If(name("a"), (Set("x", const(1, W4)),))
    wrong = replace(inner, then=(Set("x", const(2, W4)),))
    point = infection(of(Block("b", (inner,))), of(Block("b", (wrong,))))
    assert point.at == ((0, "body"), (0, "then"))
    marked = add_infection_probes(of(Block("b", (inner,))), {"mark": replace(point, differs=TRUE)})
    assert interpret(marked, Inputs({"a": 1})).places["mark"] == 1
    assert interpret(marked, Inputs({"a": 0})).places["mark"] == 0
