# SPDX-License-Identifier: GPL-2.0-only
"""The command of mutation testing: how many mutants it tries, and its exit code."""

from __future__ import annotations

from collections import Counter

import pytest

from proofs import mutate
from proofs.validation.mutation.decide import MutantStatus
from proofs.validation.mutation.score import OF_A_SHAPE, Score


@pytest.mark.parametrize(
    ("words", "most"), [([], OF_A_SHAPE), (["--most", "100"], 100), (["--all"], 0), (["--tell"], OF_A_SHAPE)]
)
def test_the_command_tries_some_unless_all_are_asked_for(
    words: list[str], most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def scored(names: list[str], *rest: object) -> list[Score]:
        assert rest[-1] == most
        assert rest[-2] is ("--tell" in words)
        return [Score(", ".join(names), Counter({MutantStatus.KILLED_AS_MENDED: 1}))]

    monkeypatch.setattr(mutate, "score_shapes", scored)
    assert mutate.main(["--shape", "v6.17", *words]) == 0
    assert "v6.17: 1 mutants" in capsys.readouterr().out


def test_all_and_most_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mutate.main(["--all", "--most", "3"])
    assert "argument --most: not allowed with argument --all" in capsys.readouterr().err
