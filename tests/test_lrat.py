# SPDX-License-Identifier: GPL-2.0-only
"""The checker of certificates: real ones pass, and none passes for clauses that can be satisfied."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Glucose4

from proofs.evidence.elaborate import NotRefutedError, explain, learnt
from proofs.evidence.lrat import Clause, RejectedError, Step, check, derive

VARIABLES = 5
LITERALS = st.integers(-VARIABLES, VARIABLES).filter(bool)
CLAUSE = st.lists(LITERALS, min_size=1, max_size=3, unique_by=abs).map(tuple)
#: Units come last, as those of a claim do.
CLAUSES = st.lists(CLAUSE, min_size=1, max_size=24).map(lambda some: sorted(some, key=lambda c: len(c) == 1))


def satisfiable(clauses: list[Clause]) -> bool:
    """By trying everything."""
    return any(
        all(any((values[abs(x) - 1] == 1) == (x > 0) for x in clause) for clause in clauses)
        for values in product((0, 1), repeat=VARIABLES)
    )


def accepted(clauses: list[Clause], certificate: list[Step]) -> bool:
    try:
        check(dict(enumerate(clauses, 1)), certificate)
    except RejectedError:
        return False
    return True


def certificate(clauses: list[Clause]) -> list[Step] | None:
    """What the SAT solver's lemmas are elaborated to; None if there are values for all."""
    with Glucose4(bootstrap_with=clauses, with_proof=True) as solver:
        if solver.solve():
            return None
        lemmas = learnt(solver.get_proof())
    made = explain(clauses, lemmas, [()])
    return [*made.lemmas, *made.goals]


@settings(max_examples=300)
@given(CLAUSES)
def test_unsatisfiable_clauses_have_a_certificate_that_is_accepted(clauses: list[Clause]) -> None:
    made = certificate(clauses)
    assert (made is None) == satisfiable(clauses)
    if made is not None:
        assert accepted(clauses, made)


HINTS = st.lists(st.integers(1, 30), max_size=6).map(tuple)
STEPS = st.lists(st.tuples(st.integers(1, 30), st.lists(LITERALS, max_size=3).map(tuple), HINTS), max_size=6)


@settings(max_examples=500)
@given(CLAUSES, STEPS, HINTS)
def test_no_certificate_is_accepted_of_clauses_that_can_be_satisfied(
    clauses: list[Clause], some: list[Step], last: tuple[int, ...]
) -> None:
    if accepted(clauses, [*some, (99, (), last)]):
        assert not satisfiable(clauses)


@settings(max_examples=300)
@given(CLAUSES, st.data())
def test_a_certificate_of_some_clauses_is_none_of_others(clauses: list[Clause], data: st.DataObject) -> None:
    made = certificate(clauses)
    if not made:
        return
    i = data.draw(st.integers(0, len(clauses) - 1))
    others = [*clauses[:i], data.draw(CLAUSE), *clauses[i + 1 :]]
    if satisfiable(others):
        assert not accepted(others, made)


@pytest.mark.parametrize(
    ("certificate", "sentence"),
    [
        ([], "The empty clause is never reached."),
        ([(3, (), (7,))], "Step 3 uses clause 7, which is not there."),
        ([(3, (), (3,))], "Step 3 uses clause 3, which is not there."),
        ([(2, (), (1,))], "Step 2 uses a number that is taken."),
        ([(3, (), (1,))], "Step 3: its hints end without a contradiction."),
        ([(3, (), (2,))], "Step 3: more than one literal of clause 2 may be true."),
        ([(3, (5,), (1, 2))], "Step 3: more than one literal of clause 2 may be true."),
        ([(3, (2, 3), (1, 2))], "The empty clause is never reached."),
    ],
)
def test_what_is_wrong_is_said(certificate: list[Step], sentence: str) -> None:
    with pytest.raises(RejectedError) as told:
        check({1: (1,), 2: (-1, 2, 3)}, certificate)
    assert str(told.value) == sentence


GOALS = st.lists(st.lists(LITERALS, min_size=1, max_size=3), min_size=1, max_size=4)


@settings(max_examples=300)
@given(CLAUSES, GOALS)
def test_goals_share_the_lemmas_that_their_search_found(
    clauses: list[Clause], goals: list[list[int]]
) -> None:
    with Glucose4(bootstrap_with=clauses, with_proof=True) as solver:
        some = [units for units in goals if not solver.solve(assumptions=units)]
        lemmas = learnt(solver.get_proof() or ())
    made = explain(clauses, lemmas, some)
    known = dict(enumerate(clauses, 1))
    known |= derive(known, made.lemmas)
    for units, step in zip(some, made.goals, strict=True):
        first = len(known) + 1
        check(known | {n: (unit,) for n, unit in enumerate(units, first)}, [step])


def test_a_lemma_that_nothing_needs_is_left_out() -> None:
    clauses = [(1, 2), (-1, 2), (1, 3), (-1, 3)]
    made = explain(clauses, [(2,), (3,)], [[-3]])
    assert [clause for _, clause, _ in made.lemmas] == [(3,)]


@pytest.mark.parametrize("lemmas", [[], [(3,)], [(3,), (-3,)]])
def test_lemmas_that_do_not_follow_are_refused(lemmas: list[Clause]) -> None:
    with pytest.raises(NotRefutedError):
        explain([(1, 2), (-1, 2)], lemmas, [[1]])
