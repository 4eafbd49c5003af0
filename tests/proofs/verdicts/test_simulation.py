# SPDX-License-Identifier: GPL-2.0-only
"""Bit-parallel simulation of a claim agrees with a replay of each input, for every bug on a shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from model.program.interpreter import Inputs
from model.program.procedure import ProcedureError
from proofs.claims.claim import Claim, replay
from proofs.claims.obligations import build_obligations
from proofs.claims.past_bugs import make_shape_claim
from proofs.solvers.obligation import Obligation
from proofs.verdicts.simulation import refutation_candidates

#: Inputs for each claim.
COUNT = 40
MADE = sorted(name for name, bug in bugs().items() if isinstance(bug.where, OnShape))


def inputs(obligation: Obligation, chance: Random) -> Iterator[Inputs]:
    """Values of the claim's inputs, small ones more often."""
    for _ in range(COUNT):
        yield obligation.concrete(
            {
                text: chance.choice((0, 1, chance.getrandbits(64))) & ((1 << (sort.width or 1)) - 1)
                for text, sort in obligation.inputs.items()
            }
        )


def refutes(claim: Claim, one: Inputs) -> bool:
    try:
        runs = replay(claim, one)
        assumed = (*claim.given, *(fact.holds for fact in claim.facts))
        return not runs.value(claim.then) and all(runs.value(term) for term in assumed)
    except ProcedureError:
        return False


@pytest.mark.parametrize("name", MADE)
def test_each_input_agrees_with_its_replay(name: str) -> None:
    claim = make_shape_claim(name, bugs()[name])
    (obligation,) = build_obligations([claim])
    some = list(inputs(obligation, Random(name)))
    # Random inputs seldom satisfy all facts, so each condition is asked by itself as well.
    conditions = (claim.then, *claim.given, *(fact.holds for fact in claim.facts))
    alone = [replace(claim, facts=(), given=(), then=wanted) for wanted in conditions]
    for asked in (claim, *alone):
        candidates = refutation_candidates(asked, some)
        assert [bool(candidates >> i & 1) for i in range(COUNT)] == [refutes(asked, one) for one in some]


def test_no_inputs_refute_nothing() -> None:
    assert refutation_candidates(make_shape_claim(MADE[0], bugs()[MADE[0]]), []) == 0
