# SPDX-License-Identifier: GPL-2.0-only
"""Second SMT solvers: they read the exported text of real claims, and answer as declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from proofs.claims.obligations import build_obligations
from proofs.solvers.engine import EngineError
from proofs.solvers.external import exported
from proofs.solvers.external.bitwuzla import Bitwuzla
from proofs.solvers.external.cvc5 import Cvc5
from proofs.solvers.query import SatStatus
from proofs.verdicts.portfolio import engines
from proofs.verdicts.verdict import ExpectationStatus, judge
from tests.support import toy
from tests.support.solvers.asking import by_theorem

SOLVERS: list[Callable[[float], exported.TextSolver]] = [Bitwuzla, Cvc5]
SAMPLE = (
    "memory_is_mapped_cacheable",
    "pages_beyond_memory_are_cacheable_only_if_the_host_pte_is",
    "blocks_begin_at_aligned_guest_addresses",
    "special_pages_of_a_cow_mapping_are_never_mapped_writable",
)


@pytest.fixture(params=SOLVERS, ids=lambda solver: solver.__name__.lower())
def solver(request: pytest.FixtureRequest) -> Callable[[float], exported.TextSolver]:
    found: Callable[[float], exported.TextSolver] = request.param
    if missing := engines.explain_missing([found.__name__.lower()]):  # type: ignore[attr-defined]
        pytest.skip(missing)
    return found


@pytest.mark.parametrize("theorem", SAMPLE)
def test_claims_about_merged_are_answered_as_declared(
    solver: Callable[[float], exported.TextSolver], theorem: str
) -> None:
    claim = by_theorem()[theorem]["v6.17"]
    (obligation,) = build_obligations([claim])
    answer = exported.decide(obligation, lambda: solver(60))
    assert judge(claim, obligation, answer).status is ExpectationStatus.EXPECTED


def test_nonsense_is_a_complaint(solver: Callable[[float], exported.TextSolver]) -> None:
    with pytest.raises(EngineError):
        solver(5).tell("(assert nothing)")


def test_what_takes_too_long_is_unknown(solver: Callable[[float], exported.TextSolver]) -> None:
    (obligation,) = build_obligations([toy.hard()])
    answer = exported.decide(obligation, lambda: solver(0.3))
    assert (answer.premises, answer.denied) == (SatStatus.SAT, SatStatus.UNKNOWN)
    assert answer.reason == "The solver gave up within its time."


class Complaining:
    """A solver that understands nothing."""

    def tell(self, text: str) -> None:
        raise EngineError("parse error")

    def check(self) -> SatStatus:
        raise AssertionError

    def values(self, names: Sequence[str]) -> dict[str, int]:
        raise AssertionError


def test_a_complaint_costs_a_claim() -> None:
    (obligation, *_) = build_obligations(toy.claims())
    answer = exported.decide(obligation, Complaining)
    assert (answer.denied, answer.reason) == (SatStatus.UNKNOWN, "The solver complains: parse error")
