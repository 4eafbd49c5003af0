# SPDX-License-Identifier: GPL-2.0-only
"""Several engines are asked the same: they agree, and a wrong answer of any of them is found out."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from proofs.claims.claim import Claim
from proofs.claims.obligations import ObligationMaker, build_obligations
from proofs.cli.selection import ENGINES
from proofs.reports.table import letter
from proofs.run import main
from proofs.solvers.external import exported
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, SatStatus
from proofs.solvers.smt import z3
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.portfolio import engines
from proofs.verdicts.portfolio import text as told
from proofs.verdicts.portfolio.agreement import add_answer, ask_portfolio, describe_answer
from proofs.verdicts.portfolio.engines import Decide, Engine
from proofs.verdicts.portfolio.pool import answers
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import (
    CertificateCheck,
    ClaimVerdict,
    EngineOpinion,
    ExpectationStatus,
    exit_code,
)
from tests.support import toy

HAS = {name: not engines.explain_missing([name]) for name in engines.NAMES}
OTHERS = [
    pytest.param(name, marks=pytest.mark.skipif(not HAS[name], reason=f"{name} is not installed"))
    for name in engines.NAMES
    if name != "z3"
]


@cache
def known() -> tuple[ClaimVerdict, ...]:
    with Pool(1, 30) as pool:
        return tuple(sorted(decide_claims(pool, toy.claims()), key=lambda each: each.name))


def one(theorem: str) -> ClaimVerdict:
    return next(each for each in known() if each.claim.theorem == theorem)


def last(judged: tuple[ClaimVerdict, ...], *others: Engine) -> list[ClaimVerdict]:
    """The claims with all answers taken in."""
    return list({each.name: each for each in ask_portfolio(judged, others, 10, 2)}.values())


@pytest.mark.parametrize("name", OTHERS)
def test_every_engine_agrees_about_the_toy(name: str) -> None:
    found = last(known(), *engines.select_engines([name]))
    # Diagrams seek no models, so that they are not asked about refutations.
    assert len(found) == len(toy.THEOREMS) - (len(toy.REFUTED) if name == "bdd" else 0)
    assert exit_code(found) == 0
    assert all(each.engines[-1].agrees is True for each in found)


def answering(change: dict[str, object], name: str = "bdd") -> Engine:
    """An engine that is right about everything but for what is changed."""

    def begin(_: float) -> Decide:
        return lambda claim, obligation: replace(right(claim), **change)  # type: ignore[arg-type]

    return Engine(name, "", begin)


def right(claim: Claim) -> Answer:
    answer = one(claim.theorem).answer
    assert answer is not None
    return answer


PROVED, REFUTED = "beyond_needs_hardware", "all_needs_hardware"


@pytest.mark.parametrize("name", [name for name in engines.NAMES if name != "z3"])
def test_a_wrong_answer_of_any_engine_is_a_disagreement(name: str) -> None:
    (found,) = last((one(REFUTED),), answering({"denied": SatStatus.UNSAT, "refuted": {}}, name))
    assert (found.verdict, found.status) == (Verdict.DISAGREE, ExpectationStatus.DISAGREE)
    assert exit_code([found]) == 4
    assert found.why == (
        f"z3 says: an input refutes it, and all that do are as declared; {name} says: no input refutes it."
    )


def test_a_wrong_answer_of_z3_is_a_disagreement() -> None:
    """The same the other way round: z3's answer is the one that was changed."""
    judged = one(REFUTED)
    assert judged.answer is not None
    wrong = replace(judged, answer=replace(judged.answer, denied=SatStatus.UNSAT), verdict=Verdict.PROVED)
    assert add_answer(wrong, "cvc5", "1.0", judged.answer).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(
    ("theorem", "change"),
    [
        (PROVED, {"premises": SatStatus.UNSAT, "denied": SatStatus.NOT_QUERIED}),
        (REFUTED, {"premises": SatStatus.UNSAT, "denied": SatStatus.NOT_QUERIED}),
        (REFUTED, {"stray": SatStatus.SAT}),
    ],
)
def test_premises_and_ways_to_fail_are_compared_too(theorem: str, change: dict[str, object]) -> None:
    (found,) = last((one(theorem),), answering(change))
    assert found.verdict is Verdict.DISAGREE


def test_a_model_that_the_interpreter_does_not_confirm_is_a_disagreement() -> None:
    model = dict.fromkeys(right(one(PROVED).claim).reached, 0)
    (found,) = last((one(PROVED),), answering({"denied": SatStatus.SAT, "refuted": model}))
    assert found.verdict is Verdict.DISAGREE
    assert found.why.startswith("The interpreter does not confirm what bdd says: ")


@pytest.mark.parametrize("open_", [SatStatus.UNKNOWN, SatStatus.TIMEOUT])
def test_an_engine_that_does_not_know_does_not_disagree(open_: SatStatus) -> None:
    silent = answering(
        {"premises": open_, "denied": open_, "stray": SatStatus.NOT_QUERIED, "reason": "Too large."}
    )
    found = last(known(), silent)
    assert exit_code(found) == 0
    (line,) = told.render_summary(found)
    assert line.endswith(f"; bdd: 0 of {len(found)} claims agree, {len(found)} left open")
    assert [*told.render_answers(found[0])][-1] == "bdd: nothing. Too large."


def test_the_line_counts_who_agrees() -> None:
    found = last(known(), answering({}), answering({"denied": SatStatus.UNSAT}, "cvc5"))
    (line,) = told.render_summary(found)
    assert line == (
        f"engines: z3 {engines.z3_version()}; bdd: 12 of 12 claims agree; cvc5: 10 of 12 claims agree, 2 DISAGREE"
    )
    assert not [*told.render_summary(known())]


def test_a_disagreement_is_kept_as_an_obligation_that_a_solver_reads() -> None:
    (found,) = last((one(REFUTED),), answering({"denied": SatStatus.UNSAT}))
    ((name, text),) = told.render_reports([found]).items()
    assert name == "all_needs_hardware@merged.smt2"
    assert "; bdd: no input refutes it.\n" in text and text.endswith("(check-sat)\n")
    assert z3.start()(text.replace("(set-logic QF_BV)\n", "")).strip() == "sat"


def dying(_: float) -> Decide:
    return lambda claim, obligation: os._exit(3)


def sleeping(_: float) -> Decide:
    def decide(claim: Claim, obligation: Obligation) -> Answer:
        if claim.theorem == PROVED:
            time.sleep(60)
        return right(claim)

    return decide


def test_a_process_that_dies_costs_a_claim() -> None:
    (made,) = build_obligations([one(PROVED).claim])
    (answer,) = answers(Engine("bdd", "", dying), [(one(PROVED).claim, made)], 1, 2)
    assert (answer.denied, answer.reason) == (SatStatus.UNKNOWN, "The engine's process died.")


def test_a_process_that_is_late_costs_a_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.portfolio.pool.GRACE", 1.0)
    claims = [one(theorem).claim for theorem in (PROVED, REFUTED, "never_both")]
    pairs = list(zip(claims, build_obligations(claims), strict=True))
    found = {answer.claim: answer.denied for answer in answers(Engine("bdd", "", sleeping), pairs, 0.1, 1)}
    assert list(found.values()).count(SatStatus.TIMEOUT) == 1
    assert found[one(PROVED).name] is SatStatus.TIMEOUT


def test_an_engine_that_is_not_installed_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(module: str) -> None:
        raise ImportError(f"No module named '{module}'")

    monkeypatch.setattr(exported, "import_module", lacking)
    with pytest.raises(SystemExit) as ended:
        main(["--engines", "z3,cvc5"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(
        "error: --engines: The engine cvc5 is not installed (No module named 'cvc5'); install it with "
        "`pip install 'stage2-proofs[cvc5]'`, or leave it out of --engines.\n"
    )


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (
            "z3,minisat",
            "'z3,minisat' is not a list of engines, each once, of z3, bdd, bitwuzla, cvc5.",
        ),
        ("z3,z3", "'z3,z3' is not a list of engines, each once, of z3, bdd, bitwuzla, cvc5."),
        ("bdd", "'bdd' leaves out z3, which finds what is shown; name it too."),
    ],
)
def test_wrong_lists_of_engines_are_refused(names: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--engines", names])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: argument --engines: {why}\n")


def test_answers_are_told_in_words() -> None:
    assert describe_answer(right(one(PROVED).claim)) == "no input refutes it"
    assert describe_answer(Answer("c", SatStatus.UNSAT)) == "no input satisfies the premises"
    assert describe_answer(Answer("c", SatStatus.SAT, SatStatus.SAT)) == "an input refutes it"


def test_the_door_asks_and_tells(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    theorem = "faults_without_a_vma_get_efault"
    code = main(
        ["--no-cache", "--shape", "v6.17", "--theorem", theorem, "--engines", "z3,bdd", "--jobs", "1"]
    )
    text = capsys.readouterr().out
    assert code == 0
    assert "\nengines: z3 " in text and "; bdd: " in text


def test_what_diagrams_said_is_kept_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = [each for each in known() if each.verdict is Verdict.PROVED]
    unknown = {"denied": SatStatus.UNKNOWN, "premises": SatStatus.UNKNOWN}
    half = replace(
        answering({}),
        begin=lambda _: lambda c, o: replace(right(c), **(unknown if c == proved[0].claim else {})),
    )
    with VerdictCache(tmp_path, lambda: "this tool") as memory:
        first = {each.name: each for each in ask_portfolio(proved, [half], 10, 1, memory)}
    bare = [replace(each, maker=ObligationMaker()) for each in proved]
    with VerdictCache(tmp_path, lambda: "this tool") as memory:
        monkeypatch.setattr("proofs.verdicts.portfolio.agreement.answers", lambda _, pairs, *__: iter(pairs))
        exported = {each.name: each for each in ask_portfolio(bare, [half], 10, 1, memory)}
    agree = {name: each.engines[-1].agrees for name, each in first.items()}
    assert {name: each.engines[-1].agrees for name, each in exported.items()} == agree
    assert [name for name, agrees in agree.items() if agrees is None] == [proved[0].name]
    assert exported[proved[0].name].engines[-1].reason == engines.LEFT_OPEN


def test_disagreements_and_solvers_of_others_are_not_kept(tmp_path: Path) -> None:
    proved = [each for each in known() if each.verdict is Verdict.PROVED]
    wrong, other = (
        answering({"denied": SatStatus.SAT}),
        replace(answering({}), version="1.0", name="bitwuzla"),
    )
    with VerdictCache(tmp_path, lambda: "this tool") as memory:
        found = [*ask_portfolio(proved, [wrong, other], 10, 1, memory)]
        assert ExpectationStatus.DISAGREE in {each.status for each in found}
        assert not memory.texts


@pytest.mark.parametrize("text", ["", "yes", "AGREES", "{}"])
def test_what_was_kept_otherwise_is_no_agreement(tmp_path: Path, text: str) -> None:
    (claim,) = (one(PROVED).claim,)
    memory = VerdictCache(tmp_path, lambda: "this tool")
    keys = memory.agreement_keys([claim], "bdd")
    memory.texts[keys[claim.name]] = text
    assert memory.lookup_agreement(keys) == {}


def test_what_was_asked_in_other_company_is_asked_again(tmp_path: Path) -> None:
    """What a diagram finds depends on what it holds already."""
    claims = [each.claim for each in known() if each.verdict is Verdict.PROVED]
    memory = VerdictCache(tmp_path, lambda: "this tool")
    for key in memory.agreement_keys(claims, "bdd").values():
        memory.store_agreement(key, True)
    assert memory.lookup_agreement(memory.agreement_keys(reversed(claims), "bdd")).keys() == {
        claim.name for claim in claims
    }
    assert memory.lookup_agreement(memory.agreement_keys(claims[1:], "bdd")) == {}


# CERTIFIED -------------------------------------------------------------------------------------------
ACCEPTED, LARGE = CertificateCheck(True, 120), CertificateCheck(False, 0, "It needs 5,000 lemmas.")


@pytest.mark.parametrize(
    ("agrees", "certificate", "certified"),
    [(True, ACCEPTED, True), (None, ACCEPTED, False), (True, LARGE, False), (True, None, False)],
)
def test_a_proof_is_certified_if_both_engines_and_the_certificate_say_so(
    agrees: bool | None, certificate: CertificateCheck | None, certified: bool
) -> None:
    said = (EngineOpinion("z3", "5", "", True), EngineOpinion("bdd", "", "", agrees))
    found = replace(one(PROVED), engines=said, certificate=certificate)
    assert found.is_certified is certified
    assert (found.word, letter(found)) == (("PROVED CERTIFIED", "C") if certified else ("PROVED", "P"))
    assert not replace(one(REFUTED), engines=said, certificate=certificate).is_certified


def test_the_line_counts_certificates() -> None:
    said = (EngineOpinion("z3", "5", "", True), EngineOpinion("bdd", "", "", True))
    made = [
        replace(one(PROVED), engines=s, certificate=c)
        for s, c in [(said, ACCEPTED), ((), ACCEPTED), (said, LARGE)]
    ]
    assert [*told.render_certificates(made)] == [
        "evidence: 1 of 3 proofs are CERTIFIED (z3 and bdd agree, and the certificate was checked); of 1 the "
        "certificate was checked, and bdd was not asked or leaves them open; 1 have no certificate, and rest on "
        "the engines that agree"
    ]
    assert [*told.render_certificate(made[0])] == [
        "A certificate of 120 bytes was checked, with the lemmas that it shares with other claims."
    ]
    assert [*told.render_certificate(made[2])] == [
        "No certificate: It needs 5,000 lemmas. Engines that stand for it: z3 5, bdd."
    ]
    assert not [*told.render_certificates(known())]


def test_the_command_line_knows_every_engine() -> None:
    assert set(engines.NAMES) == set(ENGINES)
