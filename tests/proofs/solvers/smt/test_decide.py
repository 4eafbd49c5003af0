# SPDX-License-Identifier: GPL-2.0-only
"""What is asked of an engine, and that what is shown does not depend on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from model.logic import BOOL, TRUE, Term, choose, name, place
from model.program.procedure import If, Set
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.solvers.engine import EngineError, SmtEngine
from proofs.solvers.query import Answer, Batch, MinimalModel, SatStatus, read_answer, read_batch, write_line
from proofs.solvers.smt.batch import batches, single_batches
from proofs.solvers.smt.worker import answers
from proofs.solvers.smt.z3 import start
from tests.support import toy

BY_NAME = {claim.theorem: claim for claim in toy.claims()}


def seeded(seed: int) -> Callable[[], SmtEngine]:
    def engine() -> SmtEngine:
        run = start()
        run(f"(set-option :sat.random_seed {seed})(set-option :smt.random_seed {seed})")
        return run

    return engine


def look(
    claims: list[Claim], closely: bool = True, engine: Callable[[], SmtEngine] = start
) -> dict[str, Answer]:
    steps = [
        s
        for batch in (single_batches if closely else batches)(build_obligations(claims))
        for s in answers(batch, engine)
    ]
    return {step.claim.partition("@")[0]: step for step in steps if isinstance(step, Answer)}


def test_claims_are_decided_alike_together_and_alone() -> None:
    together = look(toy.claims(), closely=False)
    (batch,) = batches(build_obligations(toy.claims()))
    alone = {
        s.claim.partition("@")[0]: s
        for s in answers(replace(batch, together=False), start)
        if isinstance(s, Answer)
    }
    close = look(toy.claims())
    for theorem in BY_NAME:
        found = {(a[theorem].premises, a[theorem].denied, a[theorem].stray) for a in (together, alone, close)}
        assert len(found) == 1
    assert {t for t, a in together.items() if a.denied is SatStatus.SAT} == set(toy.REFUTED)


def test_what_is_shown_does_not_depend_on_the_seed() -> None:
    shown = [
        {
            t: (a.core, a.example, a.counterexample, a.confirmed)
            for t, a in look(toy.claims(), engine=seeded(n)).items()
        }
        for n in (1, 17, 3000)
    ]
    assert shown[0] == shown[1] == shown[2]


def test_the_least_witness_and_what_matters_of_it() -> None:
    answer = look([BY_NAME["all_needs_hardware"]])["all_needs_hardware"]
    assert answer.counterexample is not None
    assert not any(answer.counterexample.model.values())
    assert answer.counterexample.cube == {"ARM64_HAS_STAGE2_FWB": 1, "vm_flags": 1 << 28 | 1 << 10}


def test_the_facts_used() -> None:
    used = {theorem: answer.core for theorem, answer in look(toy.claims()).items()}
    assert used["special_cow_is_read_only"] == (1, 2)
    assert used["writable_on_the_host"] == (2,)
    assert used["memory_is_normal"] == ()
    assert used["all_needs_hardware"] is None


def test_of_two_facts_that_are_each_enough_the_later_is_told() -> None:
    claim = BY_NAME["writable_on_the_host"]
    twice = replace(claim, facts=(toy.FACTS[2], replace(toy.FACTS[2], name="the_same_again")))
    assert look([twice])["writable_on_the_host"].core == (1,)


def test_premises_that_cannot_hold() -> None:
    claim = toy.claim("nothing", toy.fault_path(), (name("a"), ~name("a")), name("b"))
    for closely in (False, True):
        answer = look([claim], closely)["nothing"]
        assert (answer.premises, answer.denied, answer.example) == (
            SatStatus.UNSAT,
            SatStatus.NOT_QUERIED,
            None,
        )


def test_premises_that_refuse_each_other_or_cannot_hold_are_each_answered() -> None:
    """Each of three names is true, false, or both, which nothing can be."""
    names = [name("a"), name("b"), name("c")]
    claims, possible = [], set()
    for number, kinds in enumerate(product((True, False, None), repeat=3)):
        pairs = list(zip(names, kinds, strict=True))
        given = [t for t, kind in pairs if kind is not False] + [~t for t, kind in pairs if not kind]
        expected = toy.refuted() if number % 2 else toy.PROVED
        claims.append(toy.claim(f"claim{number}", toy.fault_path(), tuple(given), ~name("d"), expected))
        possible |= {f"claim{number}"} if None not in kinds else set()
    found = look(claims, closely=False)
    assert found.keys() == {claim.theorem for claim in claims}
    for claim, answer in found.items():
        said = (
            (SatStatus.SAT, SatStatus.SAT) if claim in possible else (SatStatus.UNSAT, SatStatus.NOT_QUERIED)
        )
        assert (answer.premises, answer.denied) == said


def test_a_counterexample_that_is_not_as_declared_is_the_one_shown() -> None:
    claim = replace(BY_NAME["all_needs_hardware"], expected=toy.refuted(~name("ARM64_HAS_CACHE_DIC")))
    answer = look([claim])["all_needs_hardware"]
    assert answer.stray is SatStatus.SAT
    assert answer.counterexample is not None
    assert answer.counterexample.model["ARM64_HAS_CACHE_DIC"] == 1


# Inputs of unknown origin -------------------------------------------------------------------------
LOOP, A = name("a_loop"), name("a")


def loosely(value: Term) -> Answer:
    """A claim that some place is false, where it is given this value."""
    words = {"w": place("writable", BOOL)}
    path = toy.procedure("loose", (If(TRUE, (Set("writable", value),)),), [LOOP], words)
    return look([toy.claim("w_is_false", path, (), ~name("w"), facts=())])["w_is_false"]


@pytest.mark.parametrize(
    ("value", "confirmed"),
    [(A, True), (A & LOOP, False), (A | LOOP, True), (choose(LOOP, A, ~A), False), (LOOP, False)],
)
def test_a_refutation_is_confirmed_if_it_needs_nothing_unknown(value: Term, confirmed: bool) -> None:
    answer = loosely(value)
    assert (answer.denied, answer.confirmed) == (SatStatus.SAT, confirmed)


def test_a_confirmed_counterexample_is_the_one_shown() -> None:
    answer = loosely(A | LOOP)
    assert answer.counterexample == MinimalModel({"a": 1, "a_loop": 0}, {"a": 1})


# Engines that go wrong -----------------------------------------------------------------------------
def test_an_engine_that_gives_up_is_unknown() -> None:
    def engine() -> SmtEngine:
        run = start()

        def lazy(commands: str) -> str:
            answer = run(commands)
            return "unknown\n" if commands.startswith("(check-sat") else answer

        return lazy

    for closely in (False, True):
        found = look(toy.claims(), closely, engine)
        assert {a.premises for a in found.values()} == {SatStatus.UNKNOWN}
        assert all("reason-unknown" in a.reason for a in found.values())


def test_an_engine_that_complains_is_unknown() -> None:
    def engine() -> SmtEngine:
        def broken(commands: str) -> str:
            raise EngineError("out of memory")

        return broken

    found = look(toy.claims(), False, engine)
    assert {a.reason for a in found.values()} == {"The solver's answer cannot be used: out of memory"}
    assert len(found) == len(BY_NAME)


def test_batches_and_answers_cross_the_pipe_unchanged() -> None:
    made = single_batches(build_obligations(toy.claims()))
    assert [read_batch(write_line(batch)) for batch in made] == made
    found = [a for batch in made for a in answers(batch, start) if isinstance(a, Answer)]
    assert [read_answer(write_line(answer)) for answer in found] == found
    assert isinstance(made[0], Batch)


def test_claims_with_the_same_definitions_share_them() -> None:
    many = [replace(c, theorem=f"{c.theorem}.{i}") for i in range(20) for c in toy.claims()]
    made = batches(build_obligations(many))
    assert [len(batch.queries) for batch in made] == [120, 120]
    assert max(len(batch.queries) for batch in batches(build_obligations(many), jobs=4)) == 60
