# SPDX-License-Identifier: GPL-2.0-only
"""``python -m proofs.gallina``: what it prints, writes and returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs import gallina
from proofs.evidence.coq import compile as coq
from proofs.evidence.coq.checked import CoqOutcome, CoqResult

needs_coq = pytest.mark.skipif(
    coq.find_coqc() is None, reason="There is no coqc: no proof was checked by Coq."
)

SOME = ["--shape", "v6.17", "--theorem", "mm?_lock_is_released"]


def test_without_coq_nothing_is_green(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    assert gallina.main([*SOME, "--out", str(tmp_path / "out")]) == 3
    assert capsys.readouterr().out == (
        "mmu_lock_is_released@v6.17  NOT RUN      there is no coqc\n\n1 theorem: 1 NOT RUN.\n"
    )
    names = ["Check.v", "Packed.v", "Stages.v", "Words.v", "mmu_lock_is_released_v6_17.v"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == names


@needs_coq
def test_the_door_says_what_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert gallina.main(SOME) == 0
    assert capsys.readouterr().out == "mmu_lock_is_released@v6.17  CHECKED\n\n1 theorem: 1 CHECKED.\n"


def test_a_claim_that_is_expected_to_fail_is_counted_and_not_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert gallina.main(["--shape", "v6.17", "--theorem", "guests_see_what_the_host_maps"]) == 3
    assert capsys.readouterr().out == (
        "\n0 theorems: none.\n1 claims are expected to be refuted, and have no proof.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--linux", "/nonexistent"], "--linux: /nonexistent is not a directory."),
        (["--shape", "v6.17", "--theorem", "nothing"], "No theorem is called nothing"),
        (["--jobs", "0"], "'0' is no number from 1 to 1000000."),
        (["--out", "/nonexistent/here"], "--out: /nonexistent is not a directory"),
    ],
)
def test_a_wrong_command_line_is_told(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        gallina.main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_failure_goes_before_what_is_open() -> None:
    checked, open_, failed = (
        CoqResult("c", outcome) for outcome in (CoqOutcome.CHECKED, CoqOutcome.NOT_COVERED, CoqOutcome.FAILED)
    )
    assert [gallina.exit_code(each) for each in ([checked], [checked, open_], [open_, failed], [])] == [
        0,
        3,
        1,
        3,
    ]
