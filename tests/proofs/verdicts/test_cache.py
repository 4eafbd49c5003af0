# SPDX-License-Identifier: GPL-2.0-only
"""Answers of earlier runs: they are those that would be found, or they are not believed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from model.cache import locate_file
from model.logic import FALSE
from proofs.claims.claim import Claim
from proofs.claims.fingerprint import Fingerprints
from proofs.solvers.query import SatStatus
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Expectation, Verdict
from proofs.verdicts import cache
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims, examine_verdicts
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support import toy
from tests.support.keeping import CLAIMS, CLAIMS_BY_NAME, FAKE, ask, document, memory, recalled, shown


# What is recalled ------------------------------------------------------------------------------------
def test_a_second_run_asks_nothing_and_shows_the_same(tmp_path: Path) -> None:
    first, none = ask(tmp_path)
    with memory(tmp_path) as remembered, Pool(1, 30.0, ("no such program",)) as pool:
        second = {each.name: each for each in decide_claims(pool, CLAIMS, remembered)}
    assert not none
    assert shown(first) == shown(second)
    assert remembered.hits == set(second) == {claim.name for claim in CLAIMS}


def test_closer_looks_are_recalled_whole(tmp_path: Path) -> None:
    wrong = replace(CLAIMS[0], expected=Expectation(Verdict.REFUTED))
    claims = [wrong, *CLAIMS[1:5]]
    first, _ = ask(tmp_path, claims, closely=True)
    with memory(tmp_path) as remembered, Pool(1, 30.0, ("no such program",)) as pool:
        second = {
            each.name: each
            for each in examine_verdicts(pool, decide_claims(pool, claims, remembered), remembered)
        }
    assert document(first) == document(second)
    assert '"counterexample": {' in document(second) and '"example": {' in document(second)
    assert second[wrong.name].status is ExpectationStatus.UNEXPECTED


def test_every_refutation_is_replayed(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = memory(filled)
    monkeypatch.setattr(remembered.replays, "holds", lambda runs, term: True)  # the conclusion, too
    verdicts = {each.verdict for each in remembered.lookup(CLAIMS)}
    assert verdicts == {Verdict.PROVED}


def test_a_refutation_that_does_not_replay_is_asked_again(filled: Path, tmp_path: Path) -> None:
    rows = cache.load(filled, keys := [Fingerprints("this tool").of(claim) for claim in CLAIMS])
    changed = {}
    for key in keys:
        data = json.loads(rows[key])
        if data["verdict"] == "REFUTED":
            data["names"] = dict.fromkeys(data["names"], 1)
        changed[key] = json.dumps(data)
    cache.store(tmp_path, "this tool", changed)
    assert {each.verdict for each in recalled(tmp_path).values()} == {Verdict.PROVED}
    again, _ = ask(tmp_path)
    assert shown(again) == shown(recalled(filled))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"claim": 1, "verdict": []}', "\udc80", "9" * 5000]
)
def test_a_text_of_another_kind_is_not_believed(text: str, tmp_path: Path) -> None:
    prints = Fingerprints("this tool")
    for suffix in ("", " closely"):
        cache.store(tmp_path, "this tool", {prints.of(claim) + suffix: text for claim in CLAIMS})
    found, known = ask(tmp_path, CLAIMS[:2])
    assert not known
    assert {each.status for each in found.values()} == {ExpectationStatus.EXPECTED}


@pytest.mark.parametrize("names", ["[]", "1", '{"a": "x"}', '{"a": []}', "{}"])
def test_inputs_of_another_kind_are_not_believed(names: str, tmp_path: Path) -> None:
    claim = CLAIMS_BY_NAME["logging_maps_read_only"]
    text = f'{{"claim": "{claim.name}", "verdict": "REFUTED", "names": {names}, "functions": []}}'
    cache.store(tmp_path, "this tool", {Fingerprints("this tool").of(claim): text})
    assert recalled(tmp_path, [claim]) == {}


def test_a_verdict_other_than_expected_is_not_believed(filled: Path, tmp_path: Path) -> None:
    claim = next(c for c in CLAIMS if c.expected and c.expected.verdict is Verdict.REFUTED)
    lie = json.dumps({"claim": claim.name, "verdict": "PROVED"})
    cache.store(tmp_path, "this tool", {Fingerprints("this tool").of(claim): lie})
    assert recalled(tmp_path, [claim]) == {}


# What is kept ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["hang", "die", "garble"])
def test_what_is_not_decided_is_not_kept(kind: str, tmp_path: Path) -> None:
    lost = CLAIMS[3]
    command = (sys.executable, str(FAKE), kind, lost.name)
    with memory(tmp_path) as remembered, Pool(1, 1.0, command) as pool:
        found = {each.name: each for each in decide_claims(pool, CLAIMS, remembered)}
    assert found[lost.name].verdict in (Verdict.TIMEOUT, Verdict.UNKNOWN)
    assert set(recalled(tmp_path)) == {claim.name for claim in CLAIMS} - {lost.name}


def undecided() -> Iterator[tuple[str, Claim]]:
    yield "vacuous", replace(CLAIMS[0], given=(FALSE,))
    yield "no expectation", replace(CLAIMS[0], expected=None)
    yield "otherwise", replace(CLAIMS[0], expected=Expectation(Verdict.REFUTED))
    yield "in another way", replace(CLAIMS[3], expected=toy.refuted(FALSE))


@pytest.mark.parametrize(("what", "claim"), list(undecided()))
def test_only_what_is_as_expected_fills_a_table(what: str, claim: Claim, tmp_path: Path) -> None:
    for _ in range(2):
        found, known = ask(tmp_path, [claim])
        assert not known
        assert found[claim.name].status is not ExpectationStatus.EXPECTED


def judged(closely: bool, **changes: object) -> ClaimVerdict:
    """A verdict of a claim that is proved, with its answer changed."""
    with Pool(1, 30.0) as pool:
        (first,) = decide_claims(pool, CLAIMS[:1])
        (found,) = examine_verdicts(pool, [first]) if closely else [first]
    assert found.answer is not None
    verdict = changes.pop("verdict", found.verdict)
    return replace(found, verdict=verdict, answer=replace(found.answer, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": Verdict.DISAGREE}, {"verdict": Verdict.UNKNOWN}, {"verdict": Verdict.TIMEOUT},
        {"verdict": Verdict.VACUOUS}, {"verdict": Verdict.UNSUPPORTED}, {"stray": SatStatus.UNKNOWN},
        {"stray": SatStatus.TIMEOUT}, {"core": None}, {"example": None}, {"reason": "it gave up"},
    ],
)  # fmt: skip
def test_an_open_closer_look_is_not_kept(changes: dict[str, object], tmp_path: Path) -> None:
    remembered = memory(tmp_path)
    remembered.store_minimal(judged(True, **changes))
    assert not remembered.texts
    remembered.store_minimal(judged(True))
    assert len(remembered.texts) == 1


def test_an_error_or_an_interrupt_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), memory(tmp_path) as remembered:
        remembered.store(judged(False))
        raise KeyboardInterrupt
    assert not recalled(tmp_path)


def test_a_tool_that_changes_meanwhile_keeps_nothing(tmp_path: Path) -> None:
    tools = iter(["before", "after"])
    with VerdictCache(tmp_path, lambda: next(tools)) as remembered:
        remembered.store(judged(False))
    assert not locate_file(tmp_path).exists()


def test_an_unknown_tool_recalls_and_keeps_nothing(filled: Path) -> None:
    remembered = VerdictCache(filled, lambda: None)
    assert list(remembered.lookup(CLAIMS)) == []
    assert not remembered.is_promising()
    assert memory(filled).is_promising()
    assert not memory(filled, "another").is_promising()
