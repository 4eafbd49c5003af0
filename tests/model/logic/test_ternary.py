# SPDX-License-Identifier: GPL-2.0-only
"""What is certain with unknown inputs is so whatever they are: against plain evaluation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.logic import BV64, Term, apply, choose, const, free_names, name, value_of
from model.logic.ternary import evaluate_ternary
from tests.support.terms import Maker

a, x = name("a"), name("x", BV64)


@given(st.data())
def test_a_certain_value_is_the_value_for_all_unknown_inputs(data: st.DataObject) -> None:
    maker = Maker(data.draw, widths=(1, 4))
    term = maker.term(maker.pick([maker.word(), a.sort]))
    sorts = free_names(term)
    unknown = {text for text in sorts if maker.number(1)}
    known = maker.values({t: s for t, s in sorts.items() if t not in unknown})
    found = evaluate_ternary(term, lambda leaf: known.get(str(leaf.data)))
    for _ in range(4):
        at = {**known, **maker.values({t: sorts[t] for t in unknown})}
        value = value_of(term, lambda leaf, at=at: at[str(leaf.data)], lambda t, v: 0)  # type: ignore[misc]
        assert found in (None, value)


def known(term: Term) -> int | None:
    return evaluate_ternary(term, lambda leaf: None if leaf.data == "a" else 6)


def test_a_branch_that_is_not_taken_need_not_be_known() -> None:
    assert known(choose(x == 6, x, choose(a, x, const(1, BV64)))) == 6
    assert known((a & (x == 6)) | (x == 6)) == 1
    assert known(a & (x == 5)) == 0
    assert known(choose(a, x, const(6, BV64))) == 6
    assert known(choose(a, const(3, BV64), const(0, BV64)) & (x & 0)) == 0
    assert known(choose(a, x, const(5, BV64)) + 1) is None


def test_a_pure_function_is_not_known() -> None:
    assert known(apply("f", BV64, x)) is None
