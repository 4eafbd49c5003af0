# SPDX-License-Identifier: GPL-2.0-only
"""Of every mistake of the past that is made in a shape: each input of the witness's cube breaks the theorem, no
literal of the cube can go, and the witness is the same whatever the solver's seed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from proofs.claims.obligations import build_obligations
from proofs.claims.past_bugs import make_shape_claim
from proofs.solvers.engine import SmtEngine
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import MinimalModel
from proofs.solvers.smt.batch import single_batches
from proofs.solvers.smt.minimal import examine
from proofs.solvers.smt.z3 import start
from tests.support.solvers.cubes import check_that_it_refutes_and_is_prime, seeded

IN_SHAPES = [text for text, bug in bugs().items() if isinstance(bug.where, OnShape)]
SEEDS = (1, 42, 4711)


@cache
def made(text: str) -> Obligation:
    # Any counterexample, whatever is declared of it.
    (obligation,) = build_obligations([replace(make_shape_claim(text, bugs()[text]), expected=None)])
    return obligation


def shown(text: str, engine: SmtEngine) -> MinimalModel:
    (batch,) = single_batches([made(text)])
    found = examine(engine, batch.text, batch.queries[0]).counterexample
    assert found is not None
    return found


@cache
def known(text: str) -> MinimalModel:
    return shown(text, start())


@pytest.mark.parametrize("text", IN_SHAPES)
def test_every_input_of_the_cube_breaks_the_theorem_and_no_literal_can_go(text: str) -> None:
    check_that_it_refutes_and_is_prime(made(text), known(text))


@pytest.mark.parametrize("text", IN_SHAPES)
def test_the_witness_does_not_depend_on_the_seed(text: str) -> None:
    seed = SEEDS[IN_SHAPES.index(text) % len(SEEDS)]
    assert shown(text, seeded(seed)) == known(text)


@pytest.mark.parametrize("seed", SEEDS)
def test_nor_does_it_on_any_of_several(seed: int) -> None:
    assert shown(IN_SHAPES[0], seeded(seed)) == known(IN_SHAPES[0])
