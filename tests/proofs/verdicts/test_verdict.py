# SPDX-License-Identifier: GPL-2.0-only
"""No solver is believed about inputs: whatever it says of them is replayed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.logic import TRUE, name, place
from model.program.procedure import Set
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, MinimalModel, SatStatus
from proofs.theorems.expectation import Expectation, Verdict
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, agree, exit_code, judge, make_unsupported
from tests.support import toy
from tests.support.solvers.asking import ask

CLAIMS = {claim.theorem: claim for claim in toy.claims()}
PROVED, REFUTED = CLAIMS["never_both"], CLAIMS["all_needs_hardware"]


def made(claim: Claim) -> Obligation:
    return build_obligations([claim])[0]


def answer_to(claim: Claim) -> Answer:
    """What the solver really says."""
    (judged,) = ask([claim])
    assert judged.answer is not None
    return judged.answer


def verdict(claim: Claim, answer: Answer) -> tuple[Verdict, ExpectationStatus]:
    judged = judge(claim, made(claim), answer)
    return judged.verdict, judged.status


def test_true_answers_are_believed() -> None:
    assert verdict(PROVED, answer_to(PROVED)) == (Verdict.PROVED, ExpectationStatus.EXPECTED)
    assert verdict(REFUTED, answer_to(REFUTED)) == (Verdict.REFUTED, ExpectationStatus.EXPECTED)


# Lies --------------------------------------------------------------------------------------------
def test_a_made_up_refutation_disagrees() -> None:
    lie = replace(answer_to(PROVED), denied=SatStatus.SAT, refuted=dict.fromkeys(made(PROVED).inputs, 0))
    judged = judge(PROVED, made(PROVED), lie)
    assert (judged.verdict, judged.status) == (Verdict.DISAGREE, ExpectationStatus.DISAGREE)
    assert judged.why == (
        "The solver says that the conclusion !((prot & KVM_PGTABLE_PROT_DEVICE) != 0 && "
        "(prot & KVM_PGTABLE_PROT_NORMAL_NC) != 0) is false on an input on which the interpreter "
        "finds it true: all inputs are 0."
    )


def test_a_witness_of_premises_that_do_not_hold_disagrees() -> None:
    claim = CLAIMS["efault_is_given"]
    lie = replace(answer_to(claim), reached=dict.fromkeys(made(claim).inputs, 0))
    assert verdict(claim, lie) == (Verdict.DISAGREE, ExpectationStatus.DISAGREE)


def test_a_model_that_breaks_a_fact_disagrees() -> None:
    true = answer_to(REFUTED)
    lie = replace(true, refuted={**true.refuted, "pfn_is_map_memory": 1, "pfn_valid": 0})
    judged = judge(REFUTED, made(REFUTED), lie)
    assert judged.verdict is Verdict.DISAGREE
    assert judged.why.startswith("The solver says that the fact map_memory_is_valid ")


def test_a_stray_that_is_as_declared_disagrees() -> None:
    true = answer_to(REFUTED)
    lie = replace(true, stray=SatStatus.SAT, strayed=true.refuted)
    assert verdict(REFUTED, lie) == (Verdict.DISAGREE, ExpectationStatus.DISAGREE)


def test_a_least_witness_is_replayed_too() -> None:
    true = answer_to(REFUTED)
    inputs = {n: 1 << 10 if n == "vm_flags" else 0 for n in made(REFUTED).inputs}
    lie = replace(true, counterexample=MinimalModel(inputs, {}))
    assert verdict(REFUTED, lie) == (Verdict.DISAGREE, ExpectationStatus.DISAGREE)


def test_a_model_without_all_values_disagrees() -> None:
    judged = judge(REFUTED, made(REFUTED), replace(answer_to(REFUTED), refuted={}))
    assert judged.why == "The solver gave no value of ARM64_HAS_CACHE_DIC."


def test_an_answer_about_another_claim_disagrees() -> None:
    judged = judge(PROVED, made(PROVED), answer_to(REFUTED))
    assert judged.why == "The answer is about all_needs_hardware@merged."


def test_an_input_on_which_the_interpreter_stops_disagrees() -> None:
    path = toy.procedure("unset", (Set("writable", place("s2_force_noncacheable", TRUE.sort)),))
    claim = toy.claim("t", path, (), name("a"), facts=())
    answer = replace(answer_to(claim), reached={"a": 0}, refuted={"a": 0})
    judged = judge(claim, replace(made(claim), unset=()), answer)
    assert judged.verdict is Verdict.DISAGREE
    assert judged.why == (
        "The interpreter does not run on the solver's input (s2_force_noncacheable is read before it "
        "is set.): all inputs are 0."
    )


# What is not decided, and what is not declared -----------------------------------------------------
@pytest.mark.parametrize(
    ("premises", "denied", "found"),
    [
        (SatStatus.UNSAT, SatStatus.NOT_QUERIED, Verdict.VACUOUS),
        (SatStatus.UNKNOWN, SatStatus.NOT_QUERIED, Verdict.UNKNOWN),
        (SatStatus.TIMEOUT, SatStatus.NOT_QUERIED, Verdict.TIMEOUT),
        (SatStatus.SAT, SatStatus.UNKNOWN, Verdict.UNKNOWN),
        (SatStatus.SAT, SatStatus.TIMEOUT, Verdict.TIMEOUT),
        (SatStatus.SAT, SatStatus.NOT_QUERIED, Verdict.UNKNOWN),
    ],
)
def test_what_is_not_decided_is_never_green(premises: SatStatus, denied: SatStatus, found: Verdict) -> None:
    for claim in (PROVED, REFUTED, replace(PROVED, expected=Expectation(found))):
        answer = Answer(claim.name, premises, denied, reached=answer_to(claim).reached)
        assert verdict(claim, answer) == (found, ExpectationStatus.UNDECIDED)


def test_a_claim_without_an_expectation_is_undecided() -> None:
    for claim in (PROVED, REFUTED):
        silent = replace(claim, expected=None)
        judged = judge(silent, made(silent), answer_to(silent))
        assert judged.status is ExpectationStatus.UNDECIDED
        assert judged.why == "No expectation is declared for this claim."


def test_a_verdict_that_is_not_the_declared_one() -> None:
    wrong = replace(PROVED, expected=toy.refuted())
    assert ask([wrong])[0].why == "Expected was REFUTED."
    assert ask([replace(REFUTED, expected=toy.PROVED)])[0].status is ExpectationStatus.UNEXPECTED


def test_a_refutation_that_is_not_as_declared() -> None:
    (judged,) = ask([replace(REFUTED, expected=toy.refuted(name("pfn_valid")))])
    assert (judged.verdict, judged.status) == (Verdict.REFUTED, ExpectationStatus.UNEXPECTED)
    assert judged.why == (
        "It is refuted in another way than declared: there is a counterexample without pfn_valid."
    )


def test_a_witness_that_is_not_decided_is_not_green() -> None:
    answer = replace(answer_to(REFUTED), stray=SatStatus.UNKNOWN, reason="It gave up.")
    judged = judge(REFUTED, made(REFUTED), answer)
    assert (judged.status, judged.why) == (
        ExpectationStatus.UNDECIDED,
        "Whether it is refuted only as declared is not known: It gave up.",
    )


# Inputs of unknown origin --------------------------------------------------------------------------
def loose(expected: Expectation) -> Claim:
    words = {"w": place("writable", TRUE.sort)}
    path = toy.procedure("loose", (Set("writable", name("a") & name("a_loop")),), [name("a_loop")], words)
    return toy.claim("w_is_false", path, (), ~name("w"), expected, facts=())


def test_a_refutation_that_rests_on_the_unknown_is_unconfirmed_and_not_green() -> None:
    claim = loose(toy.refuted())
    (judged,) = ask([claim])
    assert (judged.verdict, judged.status) == (Verdict.REFUTED, ExpectationStatus.UNEXPECTED)
    assert judged.why == "The refutation is unconfirmed: it may rest on what is not known of a_loop."
    assert ask([loose(toy.PROVED)])[0].why.startswith("Expected was PROVED. The refutation is unconfirmed: ")


def test_a_refutation_that_does_not_rest_on_it_is_confirmed_by_running_without_it() -> None:
    claim = loose(toy.refuted())
    path = toy.procedure(
        "loose",
        (Set("writable", name("a") | name("a_loop")),),
        [name("a_loop")],
        claim.procedures[""].symbols,
    )
    either = replace(claim, procedures={"": path})
    answer = Answer(
        either.name,
        SatStatus.SAT,
        SatStatus.SAT,
        reached={"a": 0, "a_loop": 1},
        refuted={"a": 0, "a_loop": 1},
    )
    assert verdict(either, answer) == (Verdict.REFUTED, ExpectationStatus.UNEXPECTED)
    sure = replace(answer, refuted={"a": 1, "a_loop": 0})
    assert verdict(either, sure) == (Verdict.REFUTED, ExpectationStatus.EXPECTED)
    assert verdict(either, replace(answer, confirmed=True)) == (
        Verdict.REFUTED,
        ExpectationStatus.EXPECTED,
    )


# Several -------------------------------------------------------------------------------------------
def test_exit_codes() -> None:
    def each(standing: ExpectationStatus) -> ClaimVerdict:
        return ClaimVerdict(PROVED, Verdict.PROVED, standing)

    green, wrong, open_, liar = map(
        each,
        (
            ExpectationStatus.EXPECTED,
            ExpectationStatus.UNEXPECTED,
            ExpectationStatus.UNDECIDED,
            ExpectationStatus.DISAGREE,
        ),
    )
    assert exit_code([]) == exit_code([green]) == 0
    assert exit_code([green, open_]) == 3
    assert exit_code([open_, wrong, green]) == 1
    assert exit_code([wrong, liar, open_]) == 4
    assert exit_code([make_unsupported(PROVED, "mmu.c:7: goto")]) == 3


def test_answers_that_contradict_each_other() -> None:
    first = answer_to(PROVED)
    assert agree(first, first)
    assert agree(first, replace(first, denied=SatStatus.TIMEOUT))
    assert not agree(first, replace(first, denied=SatStatus.SAT))
    assert not agree(first, replace(first, premises=SatStatus.UNSAT))
