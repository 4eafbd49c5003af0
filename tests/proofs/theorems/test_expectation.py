# SPDX-License-Identifier: GPL-2.0-only
"""How expectations are written: parts of the history of shapes, and errors that are sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.arch.arm64.fault import shapes
from model.logic import TRUE
from proofs.theorems.expectation import (
    CORE_MM,
    EVERY,
    Expectation,
    NotApplicable,
    Verdict,
    between,
    exclude,
    expect_proved,
    expect_refuted,
    since,
    until,
)

NAMES = [shape.name for shape in shapes()]
KNOWN = "v6.16, v3, v6, v7, v8, v9, v6.17, v7.1, v7.2.10"


def test_the_history_is_that_of_the_shapes() -> None:
    assert list(EVERY) == NAMES
    assert KNOWN == ", ".join(NAMES)


@pytest.mark.parametrize("i", range(len(NAMES)), ids=NAMES)
def test_parts_of_the_history(i: int) -> None:
    shape = NAMES[i]
    assert list(since(shape)) == NAMES[i:]
    assert list(until(shape)) == NAMES[: i + 1]
    assert between(shape, shape) == (shape,)
    assert until(shape) + since(shape)[1:] == EVERY
    assert between("v3", "v7.2.10") == since("v3")


def test_a_row_names_shapes_and_parts_of_the_history() -> None:
    wrong = Expectation(Verdict.REFUTED, TRUE, "a.")
    row = expect_proved(
        expect_refuted("v6.16", between("v6", "v8"), CORE_MM, witness=TRUE, reason="a."),
        exclude("v9", reason="b."),
    )
    assert list(row) == ["v6.16", "v6", "v7", "v8", "core_mm", "v9"]
    assert [row[name] for name in ("v6.16", "v7", "core_mm")] == [wrong] * 3
    assert row["v9"] == NotApplicable("b.")


@pytest.mark.parametrize(
    "name",
    [
        since,
        until,
        lambda shape: between(shape, "v9"),
        lambda shape: between("v3", shape),
    ],
)
def test_an_unknown_shape_is_an_error(name: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=rf"^No model is called 'v5'; name one of {KNOWN}\.$"):
        name("v5")


def test_a_row_of_an_unknown_shape_is_an_error() -> None:
    told = rf"^No model is called 'v33'; name one of core_mm, {KNOWN}\.$"
    with pytest.raises(ValueError, match=told):
        expect_refuted("v3", "v33", witness=TRUE, reason="a.")
    with pytest.raises(ValueError, match=told):
        exclude(("v33",), reason="a.")


def test_a_part_that_goes_backwards_is_an_error() -> None:
    with pytest.raises(ValueError, match=r'^v3 is older than v8; write between\("v3", "v8"\)\.$'):
        between("v8", "v3")


def test_two_answers_to_one_question_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"^v3: two verdicts are declared of one theorem; keep one\.$"):
        expect_proved(exclude("v3", reason="a."), exclude("v3", "v6", reason="b."))
