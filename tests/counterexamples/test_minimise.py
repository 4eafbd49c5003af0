# SPDX-License-Identifier: GPL-2.0-only
"""The least model and the items that are needed, against their definitions by brute force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from counterexamples.minimise import WHOLE, Bit, bits_of, minimal_subset, minimise_model, until_stable

INPUTS = {"flag": 0, "word": 2, "last": 1}
EVERY = [dict(zip(INPUTS, values, strict=True)) for values in product((0, 1), range(4), (0, 1))]
some_models = st.lists(st.sampled_from(EVERY), unique_by=lambda m: tuple(m.values()))


def has(model: dict[str, int], fixed: Sequence[Bit]) -> bool:
    return all(
        (model[name] != 0) == value if number == WHOLE else model[name] >> number & 1 == value
        for name, number, value in fixed
    )


@given(some_models, st.randoms(use_true_random=False))
def test_the_least_model_is_the_first_in_order(models: list[dict[str, int]], random: st.DataObject) -> None:
    def refuse(fixed: Sequence[Bit]) -> Sequence[Bit] | None:
        if any(has(model, fixed) for model in models):
            return None
        core = list(fixed)  # a solver's reason is some subset that is enough, and need not be small
        for bit in random.sample(core, len(core)):  # type: ignore[attr-defined]
            rest = [other for other in core if other != bit]
            if not any(has(model, rest) for model in models) and random.random() < 0.7:  # type: ignore[attr-defined]
                core = rest
        return core

    expected = min(models, key=lambda m: tuple(m.values()), default=None)
    assert minimise_model(INPUTS, refuse) == expected


def test_bits_come_highest_first_and_a_truth_value_has_one() -> None:
    assert bits_of("x", 3, 0b110) == [("x", 2, 1), ("x", 1, 1), ("x", 0, 0)]
    assert bits_of("b", 0, 1) == [("b", 0, 1)]


ITEMS = tuple(range(6))
families = st.lists(st.frozensets(st.sampled_from(ITEMS)), min_size=1).map(
    lambda sets: [*sets, frozenset(ITEMS)]
)


@given(families, st.data())
def test_what_is_needed_is_what_deletion_in_order_leaves(
    enough: list[frozenset[int]], data: st.DataObject
) -> None:
    def suffice(some: Sequence[int]) -> Sequence[int] | None:
        parts = [sorted(part) for part in enough if part <= set(some)]
        return data.draw(st.sampled_from(parts)) if parts else None

    kept = set(ITEMS)
    for item in ITEMS:
        if any(part <= kept - {item} for part in enough):
            kept.discard(item)
    assert minimal_subset(ITEMS, suffice) == sorted(kept)


def test_items_outside_a_sufficient_part_are_not_asked_about() -> None:
    asked = []

    def suffice(some: Sequence[int]) -> Sequence[int] | None:
        asked.append(tuple(some))
        return [5] if 5 in some else None

    assert minimal_subset(ITEMS, suffice) == [5]
    assert asked == [(1, 2, 3, 4, 5), ()]


TABLE = st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=4, max_size=4)


@given(TABLE)
def test_a_steady_witness_is_the_least_that_is_one_whatever_is_unknown(table: list[list[bool]]) -> None:
    """``table[t][u]``: whether input t refutes under u; a condition is one value of u."""
    rows = [(t, u) for t in range(4) for u in range(3)]

    def first(conditions: Sequence[int]) -> dict[str, int] | None:
        met = ({"t": t, "u": u} for t, u in rows if table[t][u] and all(table[t][c] for c in conditions))
        return next(met, None)

    def saving(model: Mapping[str, int]) -> int | None:
        return next((u for u in range(3) if not table[model["t"]][u]), None)

    sure = next(({"t": t, "u": 0} for t in range(4) if all(table[t])), None)
    assert until_stable(first, saving) == ((True, sure) if sure else (False, first(())))
