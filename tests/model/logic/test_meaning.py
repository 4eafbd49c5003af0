# SPDX-License-Identifier: GPL-2.0-only
"""The plain meaning of every operator is z3's: ``model.logic.evaluate`` against the SMT-LIB text."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import (
    BOOL,
    BitVec,
    Sort,
    Term,
    bitvec_op,
    compare,
    extract,
    free_names,
    name,
    resize,
    smt_text,
    value_of,
)
from proofs.solvers.smt import z3
from tests.support.terms import COMPARISONS, WORD_OPS, Maker


def z3_agrees(cases: list[tuple[Term, Mapping[str, int]]]) -> bool:
    """Whether z3 gives each term, at these values of its names, the value that ``value_of`` gives."""
    engine = z3.start()
    writer = smt_text.Writer()
    claims = []
    for term, at in cases:
        writer.declare(free_names(term))
        writer.share([term])
        value = value_of(term, lambda leaf, at=at: at[str(leaf.data)], lambda t, _: 0)  # type: ignore[misc]
        equal = f"(= {writer.known[term.key]} {smt_text.value_text(value, term.sort.width)})"
        sorts = free_names(term)
        fixed = "".join(
            f"(= {smt_text.symbol(n)} {smt_text.value_text(at[n], s.width)})" for n, s in sorts.items()
        )
        claims.append(f"(=> (and true {fixed}) {equal})")
    engine("".join(writer.lines) + f"(assert (not (and true {' '.join(claims)})))")
    return engine("(check-sat)").strip() == "unsat"


def _unary(sort: Sort) -> list[Term]:
    a = name("a", sort)
    parts = [extract(high, low, a) for high in range(sort.width) for low in range(high + 1)]
    longer = [resize(a, sort.width + more, signed) for more in (1, 3) for signed in (False, True)]
    return [~a, *(t for t in parts if t.op != "name"), *longer]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_every_operator_on_all_small_words(width: int) -> None:
    sort = BitVec(width)
    a, b = name("a", sort), name("b", sort)
    binary = [bitvec_op(op, a, b) for op in WORD_OPS] + [compare(op, a, b) for op in COMPARISONS] + [a == b]
    cases = [
        (t, {"a": x, "b": y})
        for t in [*binary, *_unary(sort)]
        for x, y in product(range(1 << width), repeat=2)
    ]
    assert len(cases) >= 4**width * len(binary)
    assert z3_agrees(cases)


def test_a_wrong_meaning_is_noticed() -> None:
    term = bitvec_op("sub", name("a", BitVec(4)), name("b", BitVec(4)))
    swapped = Term("sub", term.sort, (term.args[1], term.args[0]))
    at = {"a": 1, "b": 2}
    value = value_of(swapped, lambda leaf: at[str(leaf.data)], lambda t, _: 0)
    engine = z3.start()
    writer = smt_text.Writer()
    writer.declare(free_names(term))
    writer.share([term])
    engine(
        "".join(writer.lines)
        + f"(assert (= |a| #x1))(assert (= |b| #x2))(assert (= {writer.known[term.key]} #x{value:x}))"
    )
    assert engine("(check-sat)").strip() == "unsat"


@given(st.data())
def test_random_terms(data: st.DataObject) -> None:
    maker = Maker(data.draw)
    term = maker.term(maker.pick((BOOL, BitVec(4), BitVec(7), BitVec(64))))
    assert z3_agrees([(term, maker.values(free_names(term)))])
