# SPDX-License-Identifier: GPL-2.0-only
"""Every operator makes mutants of every shape and of a kernel, and a score says how many were tried."""

from __future__ import annotations

from collections import Counter

import pytest

from counterexamples.mutation import OPERATORS, generate_mutants, sample
from counterexamples.mutation.mutant import Mutant
from model.source.targets.functions.fault import USER_MEM_ABORT
from proofs.claims.catalogue import shapes
from proofs.validation.mutation.decide import MutantStatus
from proofs.validation.mutation.score import (
    OF_A_SHAPE,
    OF_A_TREE,
    Score,
    add_scores,
    load_target,
    mutable_shapes,
)
from tests.support import trees


def assert_covered(every: list[Mutant], most: int) -> None:
    """At least so many mutants are tried, or all, and some of each operator."""
    tried = sample(every, most)
    assert {m.operator for m in tried} == set(OPERATORS)
    assert len(tried) >= min(most, len(every)) >= 60


@pytest.mark.parametrize("shape", mutable_shapes("4K"))
def test_every_operator_makes_mutants_of_every_shape(shape: str) -> None:
    procedure = next(s.procedure for s in shapes("4K") if s.name == shape)
    assert_covered(list(generate_mutants(procedure)), OF_A_SHAPE)


def test_every_operator_makes_mutants_of_a_kernel() -> None:
    found = load_target(trees.tree("6.12").where, USER_MEM_ABORT, "4K")
    assert found is not None
    assert_covered(list(generate_mutants(found.procedure)), OF_A_TREE)


def test_a_score_says_how_many_of_how_many() -> None:
    some = Score(
        "some", Counter({MutantStatus.KILLED_BY_THEOREM: 3, MutantStatus.KILLED_AS_MENDED: 1}), (), 9, 40
    )
    every = Score("every", Counter({MutantStatus.EQUIVALENT: 2}), (), 2, 20)
    assert some.render_text() == (
        "some: 4 of 9 mutants, 40 claims checked: 3 killed by a refutation, 0 killed for an uninitialised local, "
        "0 killed only as vacuous, 1 killed, for what was declared to fail does not fail, 0 equivalent, "
        "0 surviving."
    )
    assert every.render_text().startswith("every: 2 mutants, 20 claims checked: ")
    assert (
        add_scores([some, every])
        .render_text()
        .startswith("some, every: 6 of 11 mutants, 60 claims checked: ")
    )
