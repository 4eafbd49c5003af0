# SPDX-License-Identifier: GPL-2.0-only
"""Every operator makes mutants of every shape and of a kernel, and a score says how many were tried."""

from __future__ import annotations

from collections import Counter

import pytest

from counterexamples.mutation import OPERATORS, generate_mutants, sample
from counterexamples.mutation.mutant import Mutant
from model.source.targets.functions.fault import USER_MEM_ABORT
from proofs import mutate
from proofs.bench import ASKED, Measured, Subject, rows
from proofs.claims.catalogue import shapes
from proofs.validation.mutation.decide import Fate
from proofs.validation.mutation.score import (
    OF_A_SHAPE,
    OF_A_TREE,
    Score,
    names_of_shapes,
    target_of_tree,
    total,
)
from tests.support import trees


def assert_covered(every: list[Mutant], most: int) -> None:
    """At least so many mutants are tried, or all, and some of each operator."""
    tried = sample(every, most)
    assert {m.operator for m in tried} == set(OPERATORS)
    assert len(tried) >= min(most, len(every)) >= 60


@pytest.mark.parametrize("shape", names_of_shapes("4K"))
def test_every_operator_makes_mutants_of_every_shape(shape: str) -> None:
    procedure = next(s.procedure for s in shapes("4K") if s.name == shape)
    assert_covered(list(generate_mutants(procedure)), OF_A_SHAPE)


def test_every_operator_makes_mutants_of_a_kernel() -> None:
    found = target_of_tree(trees.tree("6.12").where, USER_MEM_ABORT, "4K")
    assert found is not None
    assert_covered(list(generate_mutants(found.procedure)), OF_A_TREE)


def test_a_score_says_how_many_of_how_many() -> None:
    some = Score("some", Counter({Fate.REFUTED: 3, Fate.NOTICED: 1}), (), 9, 40)
    every = Score("every", Counter({Fate.EQUIVALENT: 2}), (), 2, 20)
    assert some.told() == (
        "some: 4 of 9 mutants, 40 theorems asked of them: 3 killed by a refutation, 0 killed for an unset local, "
        "0 killed only as vacuous, 1 killed, for what was declared to fail does not fail, 0 equivalent, "
        "0 surviving."
    )
    assert every.told().startswith("every: 2 mutants, 20 theorems asked of them: ")
    assert total([some, every]).told().startswith("some, every: 6 of 11 mutants, 60 theorems asked of them: ")


@pytest.mark.parametrize(
    ("words", "most"), [([], OF_A_SHAPE), (["--most", "100"], 100), (["--all"], 0), (["--tell"], OF_A_SHAPE)]
)
def test_the_door_tries_some_unless_all_are_asked_for(
    words: list[str], most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def scored(names: list[str], *rest: object) -> list[Score]:
        assert rest[-1] == most
        assert rest[-2] is ("--tell" in words)
        return [Score(", ".join(names), Counter({Fate.NOTICED: 1}))]

    monkeypatch.setattr(mutate, "scores_of_shapes", scored)
    assert mutate.main(["--shape", "v6.17", *words]) == 0
    assert "v6.17: 1 mutants" in capsys.readouterr().out


def test_all_and_most_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mutate.main(["--all", "--most", "3"])
    assert "argument --most: not allowed with argument --all" in capsys.readouterr().err


def test_the_bench_tells_how_many_theorems_are_decided_in_a_second() -> None:
    said = Score("some", Counter({Fate.REFUTED: 3}), (), 9, 40).told().encode()
    assert ASKED.findall(said) == [b"40"]
    runs = {
        Subject("import z3", ()): [Measured(0.5, 1, 0)],
        Subject("mutants", ()): [Measured(2, 1, 0, 40), Measured(4, 1, 0, 40), Measured(8, 1, 0, 40)],
    }
    assert list(rows(runs))[-1] == (
        "mutants: 40 theorems asked of mutants, 10 a second; 5 in the time of import z3."
    )
