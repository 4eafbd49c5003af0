# SPDX-License-Identifier: GPL-2.0-only
"""The same work side by side: the same results in the same order, and a failure is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofs import check
from proofs.evidence.checker.verify import CheckResult
from proofs.solvers import parallel
from tests.support.solvers.evidences import lay, texts, toy_files


def _square(number: int) -> int:
    return number * number


def _no_seven(number: int) -> int:
    if number == 7:
        raise ValueError("Seven.")
    return number


def _dies(number: int) -> int:
    os._exit(number)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_their_order(jobs: int) -> None:
    assert list(parallel.map_in_order(_square, iter(range(20)), jobs, "squares")) == [
        n * n for n in range(20)
    ]
    assert list(parallel.map_in_order(_square, [], jobs, "squares")) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_work_raises_is_raised(jobs: int) -> None:
    with pytest.raises(ValueError, match="^Seven.$"):
        list(parallel.map_in_order(_no_seven, range(20), jobs, "counts"))


def test_a_process_that_dies_is_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "A process that checks evidence died; was there too little memory?"
    with pytest.raises(parallel.DiedError, match=sentence.replace("?", r"\?")):
        list(parallel.map_in_order(_dies, [3, 3], 2, "checks evidence"))

    def died(*_: object) -> CheckResult:
        raise parallel.DiedError(sentence)

    monkeypatch.setattr(check, "_check_subject", died)
    assert check.main([str(lay(tmp_path / "e", toy_files()))]) == 2
    assert capsys.readouterr().err == f"python -m proofs.check: error: {sentence}\n"


def test_several_processes_say_of_a_directory_what_one_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = toy_files()
    twice = files | {f"twice/{name}": text for name, text in texts().items()}
    told = []
    for jobs in ("1", "2"):
        directory = lay(tmp_path / jobs, twice, rehash=True)
        assert check.main([str(directory), "--jobs", jobs]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert "and 4 counterexamples hold;" in told[0]
