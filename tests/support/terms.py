# SPDX-License-Identifier: GPL-2.0-only
"""Random terms and procedures over a few names, drawn by hypothesis one small number at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from model.logic import (
    BOOL,
    BitVec,
    Sort,
    Term,
    apply,
    bit,
    bitvec_op,
    choose,
    compare,
    conj,
    const,
    disj,
    extract,
    name,
    negate,
    place,
    resize,
    same,
)
from model.program.procedure import Block, Call, If, Input, Leave, Place, Procedure, Set, Statement

WORD_OPS = (
    "add", "sub", "mul", "udiv", "urem", "sdiv", "srem", "bvand", "bvor", "bvxor", "shl", "lshr", "ashr",
)  # fmt: skip
COMPARISONS = ("ult", "ule", "slt", "sle")
WIDTHS = (1, 2, 3, 4, 5, 6, 7, 8, 64)

Item = TypeVar("Item")
Draw = Callable[[st.SearchStrategy[int]], int]


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


class Maker:
    """Makes terms of the given widths; ``leaf`` makes those without arguments."""

    def __init__(
        self, draw: Draw, widths: Sequence[int] = WIDTHS, leaf: Callable[[Maker, Sort], Term] | None = None
    ):
        self.draw = draw
        self.widths = widths
        self.leaf = leaf or Maker.name_or_constant

    def number(self, most: int) -> int:
        return self.draw(_up_to(most))

    def pick(self, items: Sequence[Item]) -> Item:
        return items[self.number(len(items) - 1)]

    def word(self) -> Sort:
        return BitVec(self.pick(self.widths))

    def value(self, sort: Sort) -> int:
        return self.number((1 << max(sort.width, 1)) - 1)

    def name_or_constant(self, sort: Sort) -> Term:
        choice = self.number(2)
        text = f"w{sort.width}.{choice}" if sort.width else f"b{choice}"
        return const(self.value(sort), sort) if choice == 2 else name(text, sort)

    def term(self, sort: Sort, depth: int = 3) -> Term:
        """A term of that sort, of at most that depth."""
        if depth == 0 or self.number(4) == 0:
            return self.leaf(self, sort)
        if self.number(5) == 0:
            return choose(self.term(BOOL, depth - 1), self.term(sort, depth - 1), self.term(sort, depth - 1))
        return self.word_term(sort, depth - 1) if sort.width else self.truth_value(depth - 1)

    def truth_value(self, depth: int) -> Term:
        kind = self.number(5)
        if kind >= 4:
            sort = self.word()
            a, b = self.term(sort, depth), self.term(sort, depth)
            return same(a, b) if kind == 4 else compare(self.pick(COMPARISONS), a, b)
        a = self.term(BOOL, depth)
        if kind == 0:
            return negate(a)
        return (conj, disj, same)[kind - 1](a, self.term(BOOL, depth))

    def word_term(self, sort: Sort, depth: int) -> Term:
        kind = self.number(6)
        if kind == 0:
            return ~self.term(sort, depth)
        if kind == 1:
            return bit(self.term(BOOL, depth), sort.width)
        if kind == 2:
            return resize(self.term(self.word(), depth), sort.width, signed=self.number(1) == 1)
        if kind == 3:
            wider = BitVec(self.pick([w for w in (*self.widths, sort.width) if w >= sort.width]))
            low = self.number(wider.width - sort.width)
            return extract(low + sort.width - 1, low, self.term(wider, depth))
        return bitvec_op(self.pick(WORD_OPS), self.term(sort, depth), self.term(sort, depth))

    def values(self, inputs: Mapping[str, Sort]) -> dict[str, int]:
        """A value of each input."""
        return {text: self.value(sort) for text, sort in inputs.items()}


# Procedures ----------------------------------------------------------------------------------
W4 = BitVec(4)
PLACES: Mapping[str, Sort] = {"p": BOOL, "q": BOOL, "x": W4, "y": W4}
#: The only sink, and the sorts of its arguments.
SINK: Mapping[str, Sort] = {"flag": BOOL, "word": W4}
INPUTS: Mapping[str, Sort] = {"b0": BOOL, "b1": BOOL, "w4.0": W4, "w4.1": W4}


def place_or_function(maker: Maker, sort: Sort) -> Term:
    """A leaf of terms in statements: also a place, or the value of a pure function."""
    kind = maker.number(3)
    if kind == 0:
        return maker.name_or_constant(sort)
    if kind == 1:
        return apply(f"f{sort.width}", sort, maker.pick([name("w4.0", W4), name("w4.1", W4), place("x", W4)]))
    return place(maker.pick([text for text, s in PLACES.items() if s == sort]), sort)


def procedure(draw: Draw) -> Procedure:
    """A small procedure; two of its places hold something at first, and two do not."""
    maker = Maker(draw, widths=(4,), leaf=place_or_function)
    first = Maker(draw, widths=(4,))
    places = {
        "p": Place(BOOL, first.term(BOOL, 1)),
        "q": Place(BOOL),
        "x": Place(W4, first.term(W4, 1)),
        "y": Place(W4),
    }
    inputs = {text: Input(sort) for text, sort in INPUTS.items()}
    return Procedure("random", _body(maker, (), 3), places, inputs)


def _body(maker: Maker, labels: tuple[str, ...], depth: int) -> tuple[Statement, ...]:
    return tuple(_statement(maker, labels, depth) for _ in range(maker.number(3)))


def _statement(maker: Maker, labels: tuple[str, ...], depth: int) -> Statement:
    kind = maker.number(7)
    if kind == 0 and labels:
        return Leave(maker.pick(labels))
    if kind == 1 and labels:
        return Leave(maker.pick(labels), result="x", value=maker.term(W4, 1))
    if kind == 2:
        return Call("sink", tuple((argument, maker.term(sort, 1)) for argument, sort in SINK.items()))
    if kind in (3, 4) and depth:
        return If(maker.term(BOOL, 1), _body(maker, labels, depth - 1), _body(maker, labels, depth - 1))
    if kind in (5, 6) and depth:
        return Block(f"L{depth}", _body(maker, (*labels, f"L{depth}"), depth - 1))
    text = maker.pick(list(PLACES))
    return Set(text, maker.term(PLACES[text], 2))
