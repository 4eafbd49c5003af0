# SPDX-License-Identifier: GPL-2.0-only
"""Mutation testing: what the operators of mutation make, and the status of each mutant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from counterexamples.mutation import EACH, OPERATORS, generate_mutants, sample
from counterexamples.mutation.mutant import Mutant, shape_of
from counterexamples.simulation.simulate import simulate
from counterexamples.simulation.vectors import Simulator, difference
from model.facts.assumed import Fact
from model.logic import BOOL, BV64, TRUE, Term, const, name, place
from model.program.interpreter import Inputs, interpret
from model.program.listing import number_lines
from model.program.procedure import Block, Call, If, Input, Leave, Place, Procedure, Set
from model.vocabulary.symbols import BV32
from proofs.claims.catalogue import make_claims, shapes
from proofs.claims.claim import Claim
from proofs.mutate import print_scores
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Expectation, Verdict
from proofs.validation.mutation.decide import MutantStatus, decide_mutants
from proofs.validation.mutation.mutation_target import MutationTarget, mutation_target
from proofs.validation.mutation.score import score_target

LIMIT = const(4096, BV64)
SIZE, RET, MAPPED = place("size", BV64), place("return", BV32), place("map.called", BOOL)
WRITABLE, LOGGED = place("writable", BOOL), name("logging", BOOL)
STALE, WANTED = name("mmu_invalidated", BOOL), name("wanted", BV64)


def small() -> Procedure:
    """A page is mapped writable unless it is logged, and not at all if it is stale or too large."""
    body = (
        Set("size", WANTED),
        If(~(SIZE <= LIMIT) & ~LOGGED, (Leave("out", result="return", value=const(-22, BV32)),)),
        Set("writable", TRUE),
        If(LOGGED, (Set("writable", ~TRUE),)),
        If(STALE, (Leave("out", result="return", value=const(-11, BV32)),)),
        Call("map", (("size", SIZE), ("writable", WRITABLE))),
        Leave("out", result="return", value=const(0, BV32)),
    )
    _, numbered = number_lines("shape:small", (Block("out", body),))
    words = {"ret": RET, "mapped": MAPPED, "map_writable": place("map.writable", BOOL)}
    words["map_size"] = place("map.size", BV64)
    inputs = {str(t.data): Input(t.sort) for t in (LOGGED, STALE, WANTED)}
    places = {"size": Place(BV64), "writable": Place(BOOL), "return": Place(BV32)}
    return Procedure("small", numbered, places, inputs, words)


def of(operator: str) -> list[Mutant]:
    return list(OPERATORS[operator](small()))


def says(operator: str) -> list[str]:
    return [m.says for m in of(operator)]


def test_a_statement_is_deleted() -> None:
    assert "`size = wanted;` is missing." in says("delete a statement")
    assert "`map(size: size, writable: writable);` is missing." in says("delete a statement")
    assert len(of("delete a statement")) == 10


def test_a_deleted_call_is_not_made() -> None:
    (mutant,) = (m for m in of("delete a statement") if m.says.startswith("`map("))
    assert not interpret(mutant.procedure, Inputs()).value(MAPPED)
    assert interpret(small(), Inputs()).value(MAPPED)


def test_a_guard_is_negated() -> None:
    assert "`mmu_invalidated` became `!mmu_invalidated`." in says("negate a guard")
    assert len(of("negate a guard")) == 3


def test_each_conjunct_is_dropped_and_one_is_added() -> None:
    assert len(of("drop a conjunct")) == 2
    assert any("became `logging && mmu_invalidated`" in text for text in says("add a conjunct")) or any(
        "became `mmu_invalidated && logging`" in text for text in says("add a conjunct")
    )


def test_neighbours_are_swapped_only_where_it_can_matter() -> None:
    assert "`if (logging)` comes before `writable = true;`." in says("swap neighbours")
    apart = (Set("size", WANTED), Set("writable", TRUE), Set("size", LIMIT))
    assert not list(OPERATORS["swap neighbours"](replace(small(), body=apart)))


def test_constants_change() -> None:
    assert any(
        "`4096` became `8192`" in t or "`0x1000` became `0x2000`" in t for t in says("change a constant")
    )
    assert any(text.startswith("`true` became `false`") for text in says("change a constant"))


def test_a_comparison_is_weakened() -> None:
    assert [m.span.line for m in of("weaken a comparison")] == [2]


def test_a_check_moves_across_the_retry() -> None:
    (mutant,) = of("move a check across the retry")
    assert "is asked directly after the retry." in mutant.says
    both = Inputs({"mmu_invalidated": 1, "wanted": 1 << 20})
    assert interpret(mutant.procedure, both).value(RET) == (1 << 32) - 11
    assert interpret(small(), both).value(RET) == (1 << 32) - 22


def test_the_mutants_are_the_same_every_time_and_all_different() -> None:
    forms = [shape_of(m.procedure.body) for m in generate_mutants(small())]
    assert forms == [shape_of(m.procedure.body) for m in generate_mutants(small())]
    assert len(set(forms)) == len(forms)
    assert shape_of(small().body) not in forms


def test_simulation_does_what_the_interpreter_does() -> None:
    inputs = [Inputs({"logging": i & 1, "mmu_invalidated": i >> 1 & 1, "wanted": 4095 + i}) for i in range(4)]
    for procedure in (small(), *(m.procedure for m in generate_mutants(small()))):
        runs = simulate(procedure, Simulator(inputs))
        for i, each in enumerate(inputs):
            if not runs.uninitialised >> i & 1:
                value = runs.value(RET)
                assert isinstance(value, tuple)
                assert value[i] == interpret(procedure, each).value(RET)
    assert difference((1, 2, 3), (1, 0, 3)) == 0b10


def theorem(text: str, given: tuple[Term, ...], then: Term, facts: tuple[Fact, ...] = ()) -> Claim:
    expected = Expectation(Verdict.PROVED)
    return Claim(
        theorem=text,
        family="toy",
        subject="small",
        pages="",
        says=text,
        because=("toy",),
        procedures={"": SMALL},
        facts=facts,
        given=given,
        then=then,
        expected=expected,
    )


SMALL = small()
MAPS = name("mapped", BOOL)
STRONG = (
    theorem("stale_pages_are_not_mapped", (MAPS,), ~STALE),
    theorem("logged_pages_are_not_writable", (MAPS, LOGGED), ~name("map_writable", BOOL)),
    theorem("others_are", (MAPS, ~LOGGED), name("map_writable", BOOL)),
)


def status_of(subject: MutationTarget, wanted: str) -> MutantStatus:
    some = [m for m in generate_mutants(subject.procedure) if m.says == wanted]
    with Pool(1, 30.0) as pool:
        (found,) = decide_mutants(pool, subject, some)
    return found.status


def test_a_mutant_falls_by_a_theorem() -> None:
    subject = mutation_target("small", SMALL, STRONG)
    assert status_of(subject, "`if (mmu_invalidated)` is missing.") is MutantStatus.KILLED_BY_THEOREM


def test_a_mutant_that_reads_an_unset_local_is_named_so() -> None:
    subject = mutation_target("small", SMALL, STRONG)
    assert status_of(subject, "`size = wanted;` is missing.") is MutantStatus.KILLED_AS_UNINITIALISED


def test_a_theorem_that_says_nothing_any_more_is_no_refutation() -> None:
    subject = mutation_target("small", SMALL, STRONG)
    assert (
        status_of(subject, "`map(size: size, writable: writable);` is missing.")
        is MutantStatus.KILLED_AS_VACUOUS
    )


def test_a_fact_makes_mutants_equivalent() -> None:
    never = Fact("never_logged", "Nothing is logged.", ~LOGGED, "toy")
    weak = replace(STRONG[0], facts=(never,))
    wanted = "`if (logging)` is missing."
    assert status_of(mutation_target("small", SMALL, (weak,)), wanted) is MutantStatus.EQUIVALENT


@pytest.mark.parametrize("expected", [Verdict.REFUTED, None])
def test_a_mutant_that_mends_a_declared_mistake_is_noticed(expected: Verdict | None) -> None:
    fails = theorem("mapped_pages_are_small", (MAPS,), name("map_size", BV64) <= LIMIT)
    declared = replace(fails, expected=Expectation(expected) if expected else None)
    subject = mutation_target("small", SMALL, (STRONG[0], declared))
    with Pool(1, 30.0) as pool:
        found = decide_mutants(pool, subject, of("drop a conjunct"))
    told = Counter((each.status, each.reason) for each in found)
    assert told[MutantStatus.KILLED_AS_MENDED, "mapped_pages_are_small"] == (1 if expected else 0)
    assert told.total() == 2


def test_what_no_theorem_notices_survives(capsys: pytest.CaptureFixture[str]) -> None:
    subject = mutation_target("small", SMALL, STRONG[:1])
    assert status_of(subject, "`if (logging)` is missing.") in (
        MutantStatus.EQUIVALENT,
        MutantStatus.SURVIVES,
    )
    assert print_scores([score_target(subject, 1, 30.0)]) == 1
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("small: ")
    assert not last.endswith(" 0 surviving.")


def test_some_mutants_of_a_shape_have_the_declared_fate() -> None:
    found = next(s for s in shapes("4K") if s.name == "v6.17")
    subject = mutation_target(found.name, found.procedure, make_claims([found]).claims)
    wanted = {
        "`if (mmu_invalidated)` is missing.": MutantStatus.KILLED_BY_THEOREM,
        "`mmap_read_lock();` is missing.": MutantStatus.KILLED_BY_THEOREM,
        "`s2_force_noncacheable = true;` is missing.": MutantStatus.KILLED_BY_THEOREM,
        "`prot = KVM_PGTABLE_PROT_R;` is missing.": MutantStatus.KILLED_AS_UNINITIALISED,
    }
    some = [m for m in generate_mutants(found.procedure) if m.says in wanted]
    with Pool(1, 30.0) as pool:
        results = decide_mutants(pool, subject, some)
    assert {f.mutant.says: f.status for f in results} == wanted


def test_some_mutants_are_chosen_evenly_and_some_of_each_operator() -> None:
    every = list(generate_mutants(small()))
    some = sample(every, 10)
    assert 10 <= len(some) < len(every)
    made, chosen = (Counter(m.operator for m in group) for group in (every, some))
    assert all(chosen[operator] >= min(EACH, made[operator]) for operator in OPERATORS)
    assert some == [m for m in every if any(m is s for s in some)]
    assert sample(every, 0) == every == sample(every, 10**6)
