# SPDX-License-Identifier: GPL-2.0-only
"""Second SMT solvers: they read the exported text of real claims, and answer as declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import toy
from asking import by_theorem

from proofs.crossing import engines
from proofs.engines import EngineError, second
from proofs.engines.bitwuzla import Bitwuzla
from proofs.engines.cvc5 import Cvc5
from proofs.obligation import obligations
from proofs.question import Found
from proofs.verdict import Standing, judge

SOLVERS: list[Callable[[float], second.Solver]] = [Bitwuzla, Cvc5]
SAMPLE = (
    "memory_is_mapped_cacheable",
    "pages_beyond_memory_are_cacheable_only_if_the_host_maps_them_so",
    "blocks_begin_at_aligned_guest_addresses",
    "special_pages_of_a_cow_mapping_are_never_mapped_writable",
)


@pytest.fixture(params=SOLVERS, ids=lambda solver: solver.__name__.lower())
def solver(request: pytest.FixtureRequest) -> Callable[[float], second.Solver]:
    found: Callable[[float], second.Solver] = request.param
    if missing := engines.missing([found.__name__.lower()]):  # type: ignore[attr-defined]
        pytest.skip(missing)
    return found


@pytest.mark.parametrize("theorem", SAMPLE)
def test_claims_about_merged_are_answered_as_declared(
    solver: Callable[[float], second.Solver], theorem: str
) -> None:
    claim = by_theorem()[theorem]["merged"]
    (obligation,) = obligations([claim])
    answer = second.decide(obligation, lambda: solver(60))
    assert judge(claim, obligation, answer).standing is Standing.AS_EXPECTED


def test_nonsense_is_a_complaint(solver: Callable[[float], second.Solver]) -> None:
    with pytest.raises(EngineError):
        solver(5).tell("(assert nothing)")


def test_what_takes_too_long_is_unknown(solver: Callable[[float], second.Solver]) -> None:
    (obligation,) = obligations([toy.hard()])
    answer = second.decide(obligation, lambda: solver(0.3))
    assert (answer.premises, answer.denied) == (Found.SAT, Found.UNKNOWN)
    assert answer.reason == "The solver gave up within its time."


class Complaining:
    """A solver that understands nothing."""

    def tell(self, text: str) -> None:
        raise EngineError("parse error")

    def check(self) -> Found:
        raise AssertionError

    def values(self, names: Sequence[str]) -> dict[str, int]:
        raise AssertionError


def test_a_complaint_costs_a_claim() -> None:
    (obligation, *_) = obligations(toy.claims())
    answer = second.decide(obligation, Complaining)
    assert (answer.denied, answer.reason) == (Found.UNKNOWN, "The solver complains: parse error")
