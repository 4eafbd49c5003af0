# SPDX-License-Identifier: GPL-2.0-only
"""The page about reviews names the files that there are, and commands that the door takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from proofs.attach import parser
from proofs.review import files as artefacts
from tests.support.review import reviews

PAGE = (Path(__file__).resolve().parents[2] / "docs/attach.md").read_text()
JOINED = re.sub(r"\n +(?=--)", " ", PAGE)
COMMANDS = re.findall(r"-m proofs\.attach (.*)", JOINED)


def test_the_table_names_every_file() -> None:
    series = reviews.review(reviews.broken(1), reviews.harmless(2), first=reviews.cover())
    told = re.findall(r"^\| `([\w./-]+)`", PAGE, re.MULTILINE)
    files = {re.sub(r"/.*", "/", name) for name in artefacts.render_files(series)}
    assert sorted(told) == sorted(files)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_door_takes_every_command(command: str) -> None:
    words = shlex.split(re.sub(r"\$\{\{[^}]*\}\}", "3", command.partition(" < ")[0]).replace('"$@"; }', ""))
    assert parser().parse_args(words).linux is not None


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 5
