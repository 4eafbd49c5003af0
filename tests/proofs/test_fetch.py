# SPDX-License-Identifier: GPL-2.0-only
"""The command that fetches trees: exit codes, usage and the table. No test uses the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from proofs.fetch import main
from tests.support.debian import OLD, SIX, FakeDebian, plant


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("6.1", 0),
        ("6.1 6.1", 0),
        ("6.1 7.2", 3),
        ("6.1 7.2 --require 6.1", 3),
        ("6.1 7.2 --require 6.1.192,6", 3),
        ("6.1 7.2 --require 7", 1),
        ("6.1 7.2 --require 6,7.2", 1),
    ],
)
def test_exit_codes(arguments: str, code: int, tmp_path: Path) -> None:
    places = ["--dest", str(tmp_path / "kernels"), "--cache", str(tmp_path / "cache")]
    assert main([*arguments.split(), *places], FakeDebian([SIX])) == code


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("6.1 --require 6.2", "--require 6.2 asks for a tree that is not among those wanted: 6.1."),
        (
            "--require six",
            "'six' is not a release: write 7, 7.2 or 7.2.9, with commas between several.",
        ),
        (
            "7.x",
            "'7.x' is not a kernel version: write a line of releases such as 7.2, or a line and",
        ),
        (
            "7.2=7.2.9-1 7.2=7.2.9-2",
            "two of 7.2=7.2.9-1, 7.2=7.2.9-2 would be put in the same folder: ask for one at a",
        ),
    ],
)
def test_a_wrong_command_line_exits_with_2(
    arguments: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as usage:
        main(arguments.split(), FakeDebian([]))
    assert usage.value.code == 2
    assert sentence in capsys.readouterr().err


def test_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plant(tmp_path / ".kernels/6.12", "6.12.5")
    run = FakeDebian([SIX, OLD])
    assert main(["--cache", "cache"], run) == 3
    assert capsys.readouterr().out == (
        "version  package            Makefile  path\n"
        "6.1      6.1.192-2          6.1.192   .kernels/6.1\n"
        "6.12     put there by hand  6.12.5    .kernels/6.12\n"
        "7.2      7.2.9-1            7.2.9     .kernels/7.2\n"
        "7.3      -                  missing   -\n"
    )


def test_an_interrupted_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(command: Sequence[str], folder: Path) -> str:
        raise KeyboardInterrupt

    places = ["--dest", str(tmp_path / "kernels"), "--cache", str(tmp_path / "cache")]
    assert main(places, interrupted) == 130
    assert capsys.readouterr().err == ("Interrupted: no tree is left half made. Run it again to go on.\n")
