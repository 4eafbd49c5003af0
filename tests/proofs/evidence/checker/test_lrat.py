# SPDX-License-Identifier: GPL-2.0-only
"""The checker of certificates: real ones pass, and none passes for clauses that can be satisfied."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.evidence.checker.lrat import Clause, RejectedError, Step, check, derive
from proofs.evidence.search.sat import GaveUpError, SatSolver
from proofs.evidence.search.trace import Refusal, read

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
    """What the SAT solver says; None if there are values for all."""
    solver = SatSolver(clauses)
    if solver.model() is not None:
        return None
    trace = solver.trace([0], range(1, len(clauses) + 1), len(clauses))
    return [*trace.lemmas, (len(clauses) + len(trace.lemmas) + 1, (), trace.refusals[0].hints)]


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
@given(CLAUSES, GOALS, st.lists(st.booleans(), max_size=4))
def test_goals_share_the_lemmas_that_their_search_found(
    clauses: list[Clause], goals: list[list[int]], wanted: list[bool]
) -> None:
    solver = SatSolver(clauses)
    refused: list[list[int]] = []
    for units in goals:
        model = solver.model(units)
        if model is None:
            assert solver.core() <= set(units)
            refused.append(units)
        else:
            assert set(units) <= set(model)
            assert all(not set(model).isdisjoint(clause) for clause in clauses)
    assert solver.refusals == len(refused)
    some = [i for i in range(len(refused)) if i >= len(wanted) or wanted[i]]
    trace = solver.trace(some, range(1, len(clauses) + 1), len(clauses))
    known = dict(enumerate(clauses, 1))
    known |= derive(known, trace.lemmas)
    for i, refusal in zip(some, trace.refusals, strict=True):
        assert set(refusal.literals) <= set(refused[i])
        units = dict(enumerate([(literal,) for literal in refusal.literals], len(known) + 1))
        check(known | units, [(len(known) + len(units) + 1, (), (*units, *refusal.hints))])


LOG = b"""i 1 1 2 0
i 2 -1 2 0
i 4 1 3 0
q -2 0
l 5 2 0 1 2 0
s UNSATISFIABLE
u -2 0 5 0
q -3 0
l 7 1 2 3 0 5 0
d 5 0
l 8 1 0 4 7 0
u -3 0 8 0
"""


def test_a_lemma_that_nothing_needs_is_left_out() -> None:
    lines = LOG.splitlines()
    found = read(lines, [0], [11, 12, 14], 20)
    assert found.lemmas == ((21, (2,), (11, 12)),)
    assert found.refusals == (Refusal((-2,), (21,)),)
    found = read(lines, [1], [11, 12, 14], 20)
    assert found.lemmas == ((21, (2,), (11, 12)), (22, (1, 2, 3), (21,)), (23, (1,), (14, 22)))
    assert found.refusals == (Refusal((-3,), (23,)),)
    assert read(lines, [], [11, 12, 14], 20).lemmas == ()


def test_a_question_that_takes_too_long_is_left_open() -> None:
    """Six pigeons and five holes."""
    at = {(p, h): 1 + 5 * p + h for p in range(6) for h in range(5)}
    clauses: list[Clause] = [tuple(at[p, h] for h in range(5)) for p in range(6)]
    clauses += [(-at[p, h], -at[q, h]) for h in range(5) for q in range(6) for p in range(q)]
    with pytest.raises(GaveUpError, match="^The SAT solver gave up after 3 conflicts.$"):
        SatSolver(clauses, conflicts=3).model()
    assert SatSolver(clauses).model() is None
