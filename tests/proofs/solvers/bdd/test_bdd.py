# SPDX-License-Identifier: GPL-2.0-only
"""The decision diagrams against plain numbers on every input of small words, against z3, and on obligations."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.logic import (
    BOOL,
    BV64,
    FALSE,
    TRUE,
    Sort,
    Term,
    choose,
    conj,
    const,
    disj,
    free_names,
    name,
    subterms,
    value_of,
)
from proofs.claims.catalogue import make_claims, shapes
from proofs.claims.obligations import build_obligations
from proofs.solvers.bdd.abstraction import BooleanAbstraction
from proofs.solvers.bdd.bdd import Bdd, TooLarge
from proofs.solvers.bdd.engine import Budget, SharedDiagram, is_impossible
from proofs.solvers.sat.bitblast import BitBlaster
from proofs.theorems.expectation import Verdict
from tests.support.solvers.solving import satisfiable
from tests.support.terms import Maker

SMALL = (1, 2, 3)


def _size(term: Term) -> int:
    return sum(1 for _ in subterms(term))


def holds(term: Term, values: dict[str, int]) -> int:
    return value_of(term, lambda leaf: values[str(leaf.data)], lambda t, _: 0)


def every(inputs: dict[str, Sort]) -> list[dict[str, int]]:
    ranges = [range(1 << max(sort.width, 1)) for sort in inputs.values()]
    return [dict(zip(inputs, values, strict=True)) for values in product(*ranges)]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_diagram_holds_where_enumeration_says_and_finds_a_model(data: st.DataObject) -> None:
    term = Maker(data.draw, SMALL).term(BOOL)
    inputs = dict(sorted(free_names(term).items()))
    bdd = Bdd()
    edge = BitBlaster(bdd).truth(term)
    good = [values for values in every(inputs) if holds(term, values)]
    levels = {level: variable for variable, level in bdd.levels.items()}
    for values in every(inputs):
        bits = {level: values[text] >> bit & 1 for level, (text, bit) in levels.items()}
        assert bdd.holds(edge, bits) == (values in good)
    assert (edge == bdd.false) == (not good)
    if good:
        path = bdd.path(edge)
        model = dict.fromkeys(inputs, 0)
        for level, (text, bit) in levels.items():
            model[text] |= path.get(level, 0) << bit
        assert model in good


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_equal_terms_are_one_edge(data: st.DataObject) -> None:
    maker = Maker(data.draw, SMALL)
    p, q, r = (maker.term(BOOL, 2) for _ in range(3))
    truth = BitBlaster(Bdd()).truth
    assert truth(disj(p, q)) == truth(~(~p & ~q))
    assert truth(choose(p, q, r)) == truth((p & q) | (~p & r))
    assert truth(p ^ q) == truth(disj(p & ~q, ~p & q))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_impossible_has_no_model(data: st.DataObject) -> None:
    term = Maker(data.draw, (2, 4, 64)).term(BOOL, 4)
    if is_impossible(BooleanAbstraction(), (term,)):
        assert not satisfiable(term)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_a_shared_diagram_excludes_has_no_model(data: st.DataObject) -> None:
    """One diagram for several questions; small budgets leave things out in every place."""
    maker = Maker(data.draw, (2, 4, 64))
    budget = Budget(*(data.draw(st.sampled_from((3, 30, 300))) for _ in range(4)))
    shared = SharedDiagram(budget)
    for _ in range(3):
        terms = [maker.term(BOOL, 3) for _ in range(4)]
        if shared.is_impossible(terms[:2], terms[2:]):
            assert not satisfiable(conj(*terms))


def test_other_terms_are_added_only_if_they_exclude_something() -> None:
    word, flag = name("a", BV64) + name("b", BV64), name("flag")
    shared = SharedDiagram()
    assert shared.is_impossible((word > 7,), (flag, word <= 5))
    assert not shared.is_impossible((word > 7,), (flag, word <= 9))
    assert not SharedDiagram(Budget(each=0)).is_impossible((word > 7,), (flag, word <= 5))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_left_open_is_the_same_on_every_input(data: st.DataObject) -> None:
    """Every input is one assignment of the free bits: nothing that an input satisfies is impossible."""
    maker = Maker(data.draw, (4, 64))
    term = maker.term(BOOL, 4)
    values = maker.values(free_names(term))
    truth = term if holds(term, values) else ~term
    fixed = [
        name(n, s) == const(v, s) for (n, s), v in zip(free_names(term).items(), values.values(), strict=True)
    ]
    assert not is_impossible(BooleanAbstraction(), (truth, *fixed))


def test_a_word_that_is_chosen_is_taken_apart() -> None:
    size = choose(name("a"), const(1 << 30, BV64), choose(name("b"), const(1 << 21, BV64), const(4096, BV64)))
    start, end = name("start", BV64), name("end", BV64)
    assert is_impossible(BooleanAbstraction(), (size == 1 << 12, name("a") | name("b")))
    assert is_impossible(
        BooleanAbstraction(),
        ((start & (size - 1)) != (end & 4095), ~name("a"), ~name("b"), (start & 4095) == (end & 4095)),
    )
    assert not is_impossible(BooleanAbstraction(), ((start & (size - 1)) == (end & 4095),))


def test_what_is_at_most_a_number_is_at_most_a_greater_one() -> None:
    word = name("a", BV64) + name("b", BV64)
    assert is_impossible(BooleanAbstraction(), (word <= 5, word > 7))
    assert is_impossible(BooleanAbstraction(), (word == 5, word == 7))
    assert not is_impossible(BooleanAbstraction(), (word <= 7, word > 5))


def test_a_diagram_that_is_too_large_is_said_to_be() -> None:
    a, b = name("a", BV64), name("b", BV64)
    with pytest.raises(TooLarge):
        BitBlaster(Bdd(limit=1000)).truth((a + b) == (b - a))
    assert not is_impossible(
        BooleanAbstraction(Bdd(limit=5)), (conj(*(name(f"p{i}") for i in range(9))), FALSE | name("q"))
    )


def test_no_model_of_what_is_never_true() -> None:
    bdd = Bdd()
    with pytest.raises(ValueError, match="No input satisfies the condition."):
        bdd.path(bdd.false)


def test_the_obligations_of_a_shape_are_answered_as_declared() -> None:
    found = next(s for s in shapes("4K") if s.name == "v6.16")
    asked = {c.name: c for c in make_claims([found]).claims if c.expected and len(c.procedures) == 1}
    proved, wanted = 0, 3  # the others are too large for a diagram of this size
    for obligation in build_obligations(asked.values()):
        expected = asked[obligation.claim].expected
        assert expected is not None
        facts = (fact.holds for fact in obligation.facts)
        assumed = (TRUE, *sorted((*obligation.background, *facts, *obligation.given), key=_size))
        assert not is_impossible(BooleanAbstraction(Bdd(limit=3_000)), assumed)
        if is_impossible(BooleanAbstraction(Bdd(limit=3_000)), (~obligation.then, *assumed)):
            assert expected.verdict is Verdict.PROVED
            proved += 1
    assert proved >= wanted


def test_a_wrong_edge_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagram that joins wrongly is caught by what it is held against."""
    term = name("p") & ~name("q")
    assert is_impossible(BooleanAbstraction(), (term,)) == (not satisfiable(term))
    monkeypatch.setattr(Bdd, "conj", lambda self, a, b: self.false)
    assert is_impossible(BooleanAbstraction(), (term,)) != (not satisfiable(term))
