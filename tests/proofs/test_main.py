# SPDX-License-Identifier: GPL-2.0-only
"""``python -m proofs COMMAND``: every command is reached with its own exit code, and old names say where they went."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from proofs.__main__ import COMMANDS, main

TOP = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=TOP)


def test_every_command_is_a_file_at_the_top_and_every_file_a_command() -> None:
    files = {path.stem for path in (TOP / "proofs").glob("*.py")}
    assert files == {*COMMANDS, "__init__", "__main__", "kernels"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_answers_as_it_does_under_its_own_name(command: str) -> None:
    through, itself = run("proofs", command, "--help"), run(f"proofs.{command}", "--help")
    assert (through.returncode, itself.returncode) == (0, 0)
    assert through.stdout == itself.stdout
    assert f"usage: python -m proofs.{command}" in through.stdout


def test_an_exit_code_is_the_commands_own() -> None:
    done = run("proofs", "run", "--shape", "none_such")
    assert done.returncode == 2
    assert done.stderr == run("proofs.run", "--shape", "none_such").stderr


def test_what_is_no_command_is_refused_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["atach"]) == 2
    assert capsys.readouterr().err == (
        "python -m proofs: error: 'atach' is no command. Did you mean attach? There are: "
        f"{', '.join(COMMANDS)}; python -m proofs --help says what each does.\n"
    )


def test_help_names_every_command_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert main([]) == 2


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("stage2-proofs ")


@pytest.mark.parametrize(
    ("old", "new"), [("counterexamples.run", "proofs.bugs"), ("proofs.kernels", "proofs.fetch")]
)
def test_an_old_name_says_where_the_command_went_and_runs_nothing(old: str, new: str) -> None:
    done = run(old, "--list")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"python -m {old} is python -m {new} now, with the same options; nothing was run.\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    shell = f"{sys.executable} -m proofs --help | {sys.executable} -c 'import os; os.close(0)'"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, cwd=TOP)
    assert done.stderr == ""
