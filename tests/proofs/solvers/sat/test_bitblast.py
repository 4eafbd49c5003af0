# SPDX-License-Identifier: GPL-2.0-only
"""The blaster against the plain meaning of each operator: on every input at small widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import (
    BOOL,
    BitVec,
    Sort,
    Term,
    apply,
    bitvec_op,
    choose,
    compare,
    conj,
    disj,
    extract,
    name,
    negate,
    resize,
    same,
    value_of,
)
from proofs.solvers.sat.bitblast import BitBlaster


@dataclass(frozen=True)
class Plain:
    """Gates that are numbers: what each bit is on one input."""

    values: dict[str, int]
    true: int = 1
    false: int = 0

    def variable(self, name: str, bit: int, sort: Sort) -> int:
        return self.values[name] >> bit & 1

    def negate(self, a: int) -> int:
        return 1 - a

    def conj(self, a: int, b: int) -> int:
        return a & b

    def xor(self, a: int, b: int) -> int:
        return a ^ b

    def choose(self, condition: int, then: int, orelse: int) -> int:
        return then if condition else orelse


def blasted(term: Term, values: dict[str, int]) -> int:
    return sum(bit << i for i, bit in enumerate(BitBlaster(Plain(values)).bits(term)))


def meant(term: Term, values: dict[str, int]) -> int:
    return value_of(term, lambda leaf: values[str(leaf.data)], lambda t, v: 0)


TWO_WORDS = [
    "add",
    "sub",
    "mul",
    "udiv",
    "urem",
    "sdiv",
    "srem",
    "bvand",
    "bvor",
    "bvxor",
    "shl",
    "lshr",
    "ashr",
]
COMPARED = ["ult", "ule", "slt", "sle"]


def of_two_words(width: int) -> Iterator[Term]:
    a, b = name("a", BitVec(width)), name("b", BitVec(width))
    yield from (bitvec_op(op, a, b) for op in TWO_WORDS)
    yield from (compare(op, a, b) for op in COMPARED)
    yield same(a, b)
    yield ~a
    yield resize(a, width + 2)
    yield resize(a, width + 2, signed=True)
    yield from (extract(high, low, a) for low in range(width) for high in range(low, width))
    yield choose(name("p"), a, b)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_each_operator_on_words_is_exact_on_every_input(width: int) -> None:
    count = 0
    for term in of_two_words(width):
        for a, b, p in product(range(1 << width), range(1 << width), (0, 1)):
            values = {"a": a, "b": b, "p": p}
            assert blasted(term, values) == meant(term, values), (term, values)
            count += 1
    assert count >= 23 * (2 << 2 * width)


def test_each_operator_on_truth_values_is_exact_on_every_input() -> None:
    p, q, r = name("p"), name("q"), name("r")
    terms = (conj(p, q, r), disj(p, q, r), negate(p), same(p, q), p ^ q, choose(p, q, r), choose(p, ~q, r))
    for term, values in product(terms, product((0, 1), repeat=3)):
        given = dict(zip("pqr", values, strict=True))
        assert blasted(term, given) == meant(term, given), (term, given)


WORDS64 = st.integers(0, (1 << 64) - 1)


@given(WORDS64, st.one_of(WORDS64, st.integers(0, 70)), st.sampled_from([*TWO_WORDS, *COMPARED]))
def test_words_of_64_bits(a: int, b: int, op: str) -> None:
    make: Callable[..., Term] = compare if op in COMPARED else bitvec_op
    term = make(op, name("a", BitVec(64)), name("b", BitVec(64)))
    assert blasted(term, {"a": a, "b": b}) == meant(term, {"a": a, "b": b})


def test_what_is_no_gate_is_said() -> None:
    with pytest.raises(ValueError, match="A term of the operator 'apply' has no bits."):
        BitBlaster(Plain({"p": 0})).bits(apply("f", BOOL, name("p")))


def test_deep_terms_need_no_deep_stack() -> None:
    term = name("p")
    for i in range(20_000):
        term = choose(name("q"), ~term, term) if i % 2 else same(term, name("q"))
    assert blasted(term, {"p": 1, "q": 1}) in (0, 1)
