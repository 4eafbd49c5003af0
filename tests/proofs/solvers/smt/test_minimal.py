# SPDX-License-Identifier: GPL-2.0-only
"""A witness is the least one whatever the solver's seed, and its values are enough and all needed."""

from __future__ import annotations

import pytest

from counterexamples.bugs import bugs
from proofs.claims.obligations import build_obligations
from proofs.claims.past_bugs import make_shape_claim
from proofs.solvers.engine import SmtEngine
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer
from proofs.solvers.smt.batch import single_batches
from proofs.solvers.smt.minimal import examine
from proofs.solvers.smt.z3 import start
from tests.support.solvers.cubes import check_that_it_refutes_and_is_prime, seeded

NAMES = ("forgot_dic", "every_device_was_normal_nc", "refused_with_mmap_lock_held")


def answered(made: Obligation, engine: SmtEngine) -> Answer:
    (batch,) = single_batches([made])
    return examine(engine, batch.text, batch.queries[0])


@pytest.mark.parametrize("text", NAMES)
def test_the_witness_does_not_depend_on_the_seed(text: str) -> None:
    (made,) = build_obligations([make_shape_claim(text, bugs()[text])])
    one, other = (answered(made, seeded(seed)).counterexample for seed in (1, 4711))
    assert one is not None
    assert one == other


@pytest.mark.parametrize("text", NAMES)
def test_the_cube_refutes_and_is_prime(text: str) -> None:
    (made,) = build_obligations([make_shape_claim(text, bugs()[text])])
    shown = answered(made, start()).counterexample
    assert shown is not None
    check_that_it_refutes_and_is_prime(made, shown)
