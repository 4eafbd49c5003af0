# SPDX-License-Identifier: GPL-2.0-only
"""What evidence is made of: it is the same every time, it is minimal, and it is written whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import BOOL, BitVec, SortError, bitvec_op, name, subterms
from proofs.evidence import write
from proofs.evidence.checker import answers, clauses, stored
from proofs.evidence.checker.answers import PROVED, REFUTED, ClaimAnswer, StoredAnswers
from proofs.evidence.checker.stored import Obligations, StoredClaim, StoredTerm, write_smt2
from proofs.evidence.search import sat, search, worker
from proofs.evidence.search.incremental import IncrementalSolver
from proofs.evidence.search.sat import GaveUpError, SatSolver
from proofs.solvers.sat.tseitin import TseitinEncoding
from proofs.solvers.smt import z3
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict
from tests.support.solvers.asking import ask, ask_closely
from tests.support.solvers.evidences import lay, toy_claims, toy_files
from tests.support.terms import Maker


def kept() -> tuple[Obligations, StoredAnswers]:
    texts = toy_files()
    (place,) = {path.partition("/")[0] for path in texts if "/" in path}
    obligations = stored.read(texts[f"{place}/obligations.json"])
    return obligations, answers.read(texts[f"{place}/answers.json"], len(obligations.facts))


def told(theorem: str) -> ClaimAnswer:
    return next(each for each in kept()[1].claims if each.name.startswith(f"{theorem}@"))


def test_it_is_the_same_every_time_and_in_other_processes() -> None:
    assert write.files(ask(toy_claims()), jobs=2) == toy_files()


def test_every_claim_has_a_certificate_or_a_counterexample() -> None:
    for each in kept()[1].claims:
        assert each.certified == (each.verdict == PROVED)
        assert (each.refuted is not None) == (each.verdict == REFUTED)
        assert each.reached is not None
        assert [engine.answer for engine in each.engines] == [each.verdict] * 2
        assert [engine.name for engine in each.engines] == ["z3", "CaDiCaL (python-sat)"]


def test_the_facts_used_are_those_that_a_closer_look_finds() -> None:
    obligations, found = kept()
    by_name = {each.name: each for each in found.claims}
    some = 0
    for finding in ask_closely(toy_claims()):
        judged = finding.verdict
        if judged.verdict is Verdict.PROVED:
            assert judged.answer is not None and judged.answer.core is not None
            used = by_name[judged.name].facts_used
            assert used is not None
            names = [judged.claim.facts[i].name for i in judged.answer.core]
            assert [obligations.facts[i].name for i in used] == names
            some += len(used)
    assert some


def test_the_counterexample_is_the_least() -> None:
    _, found = kept()
    by_name = {each.name: each for each in found.claims}
    refuted = [f.verdict for f in ask_closely(toy_claims()) if f.verdict.verdict is Verdict.REFUTED]
    for judged in refuted:
        assert judged.answer is not None and judged.answer.counterexample is not None
        place = by_name[judged.name].refuted
        assert place is not None
        least = {n: v for n, v in judged.answer.counterexample.model.items() if v}
        assert dict(found.witnesses[place]) == least
    assert len(refuted) == 2


@given(st.data())
def test_what_is_stored_is_read_back(data: st.DataObject) -> None:
    root = Maker(data.draw).term(BOOL, 4)
    terms = tuple(subterms(root))
    top = len(terms) - 1
    fact = stored.StoredFact("a", "It is so.", "the source", top)
    claim = StoredClaim("t@s", "Says.", (top,), (0,), (StoredTerm("p", top),), StoredTerm("q", top))
    obligations = Obligations("s", terms, (fact,), (claim,))
    back = stored.read(stored.write(obligations))
    assert [t.key for t in back.terms] == [t.key for t in terms]
    assert (back.facts, back.claims) == (obligations.facts, obligations.claims)


def test_each_block_of_the_text_is_decided_as_the_verdict_says() -> None:
    obligations, found = kept()
    (text,) = (text for path, text in toy_files().items() if path.endswith(".smt2"))
    assert all(f"; fact: {fact.says}\n; source: {fact.source}\n" in text for fact in obligations.facts)
    assert all(f"; {claim.name}\n; {claim.says}\n(push 1)" in text for claim in obligations.claims)
    asked = text.partition("(set-logic QF_BV)\n")[2]  # the engine says so itself
    said = z3.start()(asked).split()
    assert said == [{PROVED: "unsat", REFUTED: "sat"}[each.verdict] for each in found.claims]


def test_a_verdict_that_the_sat_solver_contradicts_is_no_evidence() -> None:
    judged = ask(toy_claims())
    for verdict, other in ((Verdict.PROVED, Verdict.REFUTED), (Verdict.REFUTED, Verdict.PROVED)):
        one = next(each for each in judged if each.verdict is verdict)
        with pytest.raises(
            write.EvidenceError, match=f"is {other.value} by z3 and {verdict.value} by CaDiCaL"
        ):
            write.files([replace(one, verdict=other)], jobs=1)


def test_claims_of_which_nothing_was_asked_are_told() -> None:
    claim = toy_claims()[0]
    unread = ClaimVerdict(claim, Verdict.UNSUPPORTED, ask([claim])[0].status, "It is not read.")
    texts = write.files([unread], jobs=1)
    (text,) = (text for path, text in texts.items() if path.endswith("answers.json"))
    assert answers.read(text, 0).no_obligation == (
        answers.NoObligation(claim.name, "UNSUPPORTED", "It is not read."),
    )


def _gives_up(*_: object) -> None:
    raise GaveUpError("The SAT solver gave up.")


def test_a_certificate_that_costs_too_much_is_left_out_and_said_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    obligations, made = kept()
    monkeypatch.setattr(SatSolver, "model", _gives_up)
    found = search.search_evidence(obligations, [each.verdict for each in made.claims])
    assert found.claims and all(not each.certificate for each in found.claims)
    assert {each.answer for each in found.claims} == {"UNKNOWN"}
    assert all(each.why == "The SAT solver gave up." for each in found.claims)


def test_what_is_hard_beside_the_others_is_asked_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then its certificate has lemmas of its own, and shares none; all hold."""
    asked = []

    class Noted(IncrementalSolver):
        def __init__(self, gates: TseitinEncoding, conflicts: int, always: Sequence[int] = ()):
            super().__init__(gates, conflicts, always)
            asked.append(len(always))

    a, b, c = (name(text, BitVec(5)) for text in "abc")
    then = bitvec_op("mul", a, b) == bitvec_op("mul", b, a)
    terms = {term.key: term for term in subterms(then, c == 0)}
    places = {key: i for i, key in enumerate(terms)}
    fact = stored.StoredFact("c", "It is 0.", "here", places[(c == 0).key])
    claim = StoredClaim("t@s", "Says.", (), (0,), (), StoredTerm("q", places[then.key]))
    obligations = Obligations("s", tuple(terms.values()), (fact,), (claim,))
    monkeypatch.setattr(search, "IncrementalSolver", Noted)
    monkeypatch.setattr(search, "SOON", 1)
    found = search.search_evidence(obligations, [PROVED])
    (each,) = found.claims
    assert (each.answer, each.facts_used, found.lemmas) == (PROVED, (), "")
    assert asked == [0, 1, 0]
    steps = answers.read_steps(each.certificate.splitlines())
    assert len(steps) > 1
    clauses.encode_obligations(obligations).check(claim, (), {}, steps)


@pytest.mark.parametrize(("loose", "witness"), [((), {"t": 2, "u": 1}), (("u",), {"t": 5})])
def test_a_counterexample_does_not_rest_on_what_is_unknown(
    loose: tuple[str, ...], witness: dict[str, int]
) -> None:
    """If t is 2, the claim fails for some values of u alone."""
    t, u = name("t", BitVec(4)), name("u", BitVec(4))
    then = ~((t == 2) & ~(u == 0) | (t == 5))
    terms = tuple(subterms(then))
    claim = StoredClaim("t@s", "Says.", (), (), (), StoredTerm("q", len(terms) - 1), loose)
    found = search.search_evidence(Obligations("s", terms, (), (claim,)), [REFUTED])
    assert found.claims[0].refuted is not None
    assert found.witnesses[found.claims[0].refuted] == witness


def test_only_the_facts_used_are_assumed_by_a_certificate() -> None:
    obligations, _ = kept()
    formula = clauses.encode_obligations(obligations)
    claim = next(c for c in obligations.claims if c.name.startswith(told("memory_is_normal").name))
    assert len(formula.units(claim, ())) == len(claim.given) + 1
    assert len(formula.units(claim, claim.facts)) == len(claim.given) + 1 + len(claim.facts)


def test_a_process_that_fails_is_said_to() -> None:
    with pytest.raises(worker.WorkerError, match="A process that makes evidence failed: .*DamagedError"):
        list(worker.search_all([("{}", [])], jobs=2))


def test_a_solver_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sat.explain_missing() == ""
    monkeypatch.setattr(sat, "find_spec", lambda name: None)
    assert sat.explain_missing() == (
        "Evidence is made with a SAT solver that is not installed; pip install 'python-sat' brings it."
    )


# Writing ------------------------------------------------------------------------------------------
def test_evidence_replaces_evidence_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "evidence"
    assert write.explain_unwritable(place) == ""
    lay(place, toy_files())
    assert write.explain_unwritable(place) == ""
    lay(place, toy_files())
    assert os.listdir(tmp_path) == ["evidence"]
    (tmp_path / "mine").mkdir()
    assert write.explain_unwritable(tmp_path / "mine") == ""
    (tmp_path / "mine" / "thesis").write_text("")
    assert write.explain_unwritable(tmp_path / "mine") == (
        f"{tmp_path / 'mine'} is not empty and is no evidence; name another directory, or remove it."
    )
    assert "is not a directory; evidence" in write.explain_unwritable(tmp_path / "mine" / "thesis")
    assert "is not a directory that can be written to" in write.explain_unwritable(tmp_path / "no" / "where")


def test_a_failure_leaves_the_old_evidence(tmp_path: Path) -> None:
    place = lay(tmp_path / "evidence", toy_files())
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    with pytest.raises(UnicodeEncodeError):
        write.write(place, {"manifest.json": "\udc80"})
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    assert os.listdir(tmp_path) == ["evidence"]


def test_a_name_that_smt_lib_does_not_have_is_refused() -> None:
    odd = name("a|b")
    claim = StoredClaim("t@s", "", (), (), (), StoredTerm("", 0))
    with pytest.raises(SortError, match="cannot be the name of an input"):
        write_smt2(Obligations("s", (odd,), (), (claim,)))
