# SPDX-License-Identifier: GPL-2.0-only
"""Workers that hang, die or talk nonsense cost one claim each, and are never silent."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from proofs.claims.obligations import build_obligations
from proofs.solvers.query import Answer, SatStatus
from proofs.solvers.smt import pool as pool_module
from proofs.solvers.smt.batch import batches
from proofs.solvers.smt.pool import Pool, worker_command
from tests.support import toy

FAKE = Path(__file__).parents[3] / "support" / "solvers" / "fake_worker.py"
WRONG = "never_both@merged"
NAMES = {claim.name for claim in toy.claims()}


def answers(kind: str = "", jobs: int = 2, limit: float = 20.0) -> dict[str, Answer]:
    """The answers to the toy's claims, by a worker that goes wrong."""
    command = (sys.executable, str(FAKE), kind, WRONG) if kind else None
    with Pool(jobs, limit, command) as pool:
        found = list(pool.answers(batches(build_obligations(toy.claims()))))
    assert len(found) == len({answer.claim for answer in found}) == len(NAMES)
    return {answer.claim: answer for answer in found}


def check(found: dict[str, Answer], wrong: SatStatus, reason: str) -> None:
    """One claim has that answer and reason, the others their own."""
    assert found.keys() == NAMES
    assert (found[WRONG].premises, found[WRONG].reason) == (wrong, reason)
    assert all(a.denied in (SatStatus.SAT, SatStatus.UNSAT) for name, a in found.items() if name != WRONG)


def test_every_claim_is_answered() -> None:
    found = answers()
    assert found.keys() == NAMES
    refuted = {name.partition("@")[0] for name, answer in found.items() if answer.denied is SatStatus.SAT}
    assert refuted == set(toy.REFUTED)
    assert all(answer.reason == "" for answer in found.values())


def test_a_claim_that_hangs_times_out_and_the_others_go_on() -> None:
    check(answers("hang", limit=1.0), SatStatus.TIMEOUT, "Nothing was decided within 1 seconds.")


def test_a_worker_that_dies_costs_one_claim() -> None:
    check(answers("die"), SatStatus.UNKNOWN, "The worker died: out of memory.")


def test_noise_is_no_answer() -> None:
    check(answers("garble"), SatStatus.UNKNOWN, "The worker said something that is no answer: [1, 2")


def test_an_answer_about_something_else_is_no_answer() -> None:
    check(
        answers("stray"), SatStatus.UNKNOWN, "The worker answered about 'nobody asked', which was not asked."
    )


def test_what_hangs_for_several_claims_is_done_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "TOGETHER", 0.3)
    assert {answer.denied for answer in answers("together").values()} == {SatStatus.SAT, SatStatus.UNSAT}


def test_workers_that_do_not_start_leave_everything_unknown() -> None:
    found = answers("absent")
    assert {(a.premises, a.reason) for a in found.values()} == {
        (SatStatus.UNKNOWN, "The worker did not start: z3 is not installed.")
    }


def test_the_limit_holds_against_the_solver_itself() -> None:
    claims = [*toy.claims(), toy.hard()]
    before = time.monotonic()
    with Pool(2, 0.5) as pool:
        found = {a.claim: a for a in pool.answers(batches(build_obligations(claims)))}
    assert time.monotonic() - before < 15
    assert found[toy.hard().name].premises is SatStatus.TIMEOUT
    assert {found[name].denied for name in NAMES} == {SatStatus.SAT, SatStatus.UNSAT}


def test_own_workers_are_ended_and_no_others() -> None:
    with Pool(2, 30.0) as outer:
        outer.start(2)
        others = [worker.process for worker in outer.workers]
        with Pool(2, 30.0) as inner:
            inner.start(2)
            own = [worker.process for worker in inner.workers]
        assert all(process.poll() is not None for process in own)
        assert all(process.poll() is None for process in others)


def test_a_pool_has_no_more_workers_than_jobs() -> None:
    with Pool(1, 30.0) as pool:
        pool.start(5)
        assert len(pool.workers) == 1


def test_a_worker_finds_this_project_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert worker_command(1.0)[0] == sys.executable
    assert answers().keys() == NAMES
    assert os.listdir(tmp_path) == []
