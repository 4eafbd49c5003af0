# SPDX-License-Identifier: GPL-2.0-only
"""The engine without a solver: what it says of partly known words holds of every completion, and its
paths are all paths."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.logic import BOOL, TRUE, BitVec, free_names, name, place, subterms, value_of
from model.program.definite_assignment import own_terms
from model.program.procedure import walk
from proofs.claims.claim import Claim, Verdict
from proofs.claims.obligations import obligations
from proofs.solvers.query import Found
from proofs.verdicts.portfolio import paths
from proofs.verdicts.portfolio.ternary import Known, full, partial, wanted
from proofs.verdicts.verdict import Standing, judge
from tests.support import toy
from tests.support.solvers.asking import ask
from tests.support.terms import PLACES, W4, Maker, procedure


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_known_of_a_term_holds_of_every_completion(data: st.DataObject) -> None:
    maker = Maker(lambda strategy: data.draw(strategy), widths=(1, 3, 4, 8))
    term = maker.term(maker.pick([BOOL, BitVec(4), BitVec(8)]))
    names = free_names(term)
    values = maker.values(names)
    masks = {text: data.draw(st.integers(0, full(sort.width))) for text, sort in names.items()}
    known: Known = {}
    found, open_ = partial(
        term, lambda t: (values[str(t.data)] & ~masks[str(t.data)], masks[str(t.data)]), known
    )
    assert not found & open_
    exact = value_of(term, lambda t: values[str(t.data)], lambda *_: 0)
    assert exact & ~open_ == found
    if open_ and not term.sort.width:  # then there is an unknown bit, which can be chosen next
        bit = wanted(term, known)
        assert isinstance(bit, tuple)
        assert masks[bit[0]] >> bit[1] & 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_random_procedures_are_decided_as_z3_decides_them(data: st.DataObject) -> None:
    path = procedure(lambda strategy: data.draw(strategy))
    words = {f"end_{text}": place(text, sort) for text, sort in PLACES.items()}
    path = replace(path, symbols=words)
    then = name("end_x", W4) == name("end_y", W4)
    made = toy.claim("random", path, (name("end_p", BOOL) | name("b0", BOOL),), then, None, ())
    (obligation,) = obligations([made])
    answer = paths.decide(made, obligation)
    (other,) = ask([made])
    assert other.answer is not None
    if answer.reason.startswith("It calls pure functions"):
        assert any(t.op == "apply" for s in walk(path.body) for t in subterms(*own_terms(s)))
    else:
        assert judge(made, obligation, answer).verdict is other.verdict


def toy_claim(theorem: str) -> Claim:
    return next(claim for claim in toy.claims() if claim.theorem == theorem)


def test_the_weights_of_all_paths_sum_to_1() -> None:
    claim = toy_claim("memory_is_normal")
    (obligation,) = obligations([claim])
    search = paths._Search(claim, {n: s.width for n, s in obligation.inputs.items()}, 1000)
    search.run()
    assert search.whole()
    assert sum(Fraction(n, 2**depth) for depth, n in search.weights.items()) == 1
    search.weights[3] -= 1  # a path that is forgotten is noticed
    assert search.answer(obligation).denied is Found.UNKNOWN


def test_above_the_limit_nothing_is_said() -> None:
    claim = toy_claim("memory_is_normal")
    (obligation,) = obligations([claim])
    answer = paths.decide(claim, obligation, limit=3)
    assert (answer.premises, answer.denied) == (Found.UNKNOWN, Found.UNKNOWN)
    assert answer.reason == "There are more than 3 paths."


def test_comparisons_that_contradict_each_other_refute_nothing() -> None:
    """Three words in a circle: each comparison alone can hold, and all together cannot."""
    a, b, c = (name(text, BitVec(3)) for text in "abc")
    path = toy.procedure("circle", (), loose=(a, b, c), words={})
    claim = toy.claim("circle", path, (a < b, b < c), a < c, facts=())
    (obligation,) = obligations([claim])
    judged = judge(claim, obligation, paths.decide(claim, obligation))
    assert judged.verdict is Verdict.PROVED
    wrong = replace(claim, then=a == c)
    (obligation,) = obligations([wrong])
    answer = paths.decide(wrong, obligation)
    assert answer.denied is Found.SAT
    assert judge(wrong, obligation, answer).standing is not Standing.DISAGREE


def test_premises_that_cannot_hold_are_found() -> None:
    claim = replace(toy_claim("never_both"), given=(TRUE, toy.NORMAL, ~toy.NORMAL))
    (obligation,) = obligations([claim])
    assert paths.decide(claim, obligation).premises is Found.UNSAT


def test_pure_functions_are_left_to_other_engines() -> None:
    found = toy_claim("never_both")
    (obligation,) = obligations([found])
    stand_in = replace(obligation, applications=(None,))  # type: ignore[arg-type]
    assert paths.decide(found, stand_in).denied is Found.UNKNOWN


@pytest.mark.parametrize("theorem", sorted(toy.THEOREMS))
def test_the_toy_is_decided_as_declared(theorem: str) -> None:
    claim = toy_claim(theorem)
    (obligation,) = obligations([claim])
    assert judge(claim, obligation, paths.decide(claim, obligation)).standing is Standing.AS_EXPECTED
