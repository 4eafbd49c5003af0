# SPDX-License-Identifier: GPL-2.0-only
"""Evidence that was found before: it is the same, and it is not believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proofs.claims import fingerprint
from proofs.evidence import cache, write
from proofs.evidence.search import worker
from proofs.evidence.search.search import SubjectEvidence
from proofs.theorems.expectation import Verdict
from tests.support.solvers.asking import ask
from tests.support.solvers.evidences import toy_claims, toy_files


@pytest.fixture(autouse=True)
def known_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool is known, even if its files were changed a moment ago, as by a checkout."""
    monkeypatch.setattr(fingerprint, "fingerprint_tool", lambda: "this tool")


def test_a_second_run_asks_nothing_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write.make(ask(toy_claims()), jobs=1, cache=tmp_path)
    asked: list[int] = []
    honest = worker.search_all
    monkeypatch.setattr(
        worker, "search_all", lambda tasks, jobs: asked.append(len(tasks)) or honest(tasks, jobs)
    )
    second = write.make(ask(toy_claims()), jobs=1, cache=tmp_path)
    assert (asked, second) == ([0], first)
    write.make(ask(toy_claims()), jobs=1)
    assert asked == [0, 1]
    assert first.files == toy_files()


def test_it_says_of_each_proof_whether_its_certificate_was_accepted() -> None:
    judged = ask(toy_claims())
    found = write.make(judged, jobs=1).certificates
    assert set(found) == {each.name for each in judged if each.verdict is Verdict.PROVED}
    assert all(each.accepted and each.size > 0 and not each.why for each in found.values())


def worse(found: SubjectEvidence, how: str) -> SubjectEvidence:
    first = next(i for i, each in enumerate(found.claims) if each.certificate)
    good = found.claims[first]
    bad = {
        "certificate": replace(good, certificate="1 0 1 0\n"),
        "answer": replace(good, answer="REFUTED"),
        "witness": replace(good, reached=len(found.witnesses)),
        "kind": replace(good, certificate=7),  # type: ignore[arg-type]
        "lemmas": good,
    }
    claims = (*found.claims[:first], bad[how], *found.claims[first + 1 :])
    return replace(found, claims=claims, lemmas="1 0 1 0\n" if how == "lemmas" else found.lemmas)


@pytest.mark.parametrize("how", ["certificate", "answer", "witness", "kind", "lemmas"])
def test_what_was_forged_is_found_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    honest = cache.store
    monkeypatch.setattr(
        cache, "store", lambda place, new: honest(place, {k: worse(r, how) for k, r in new.items()})
    )
    write.make(ask(toy_claims()), jobs=1, cache=tmp_path)
    assert write.make(ask(toy_claims()), jobs=1, cache=tmp_path).files == toy_files()


def test_a_damaged_cache_is_as_good_as_none(tmp_path: Path) -> None:
    write.make(ask(toy_claims()), jobs=1, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"no database" * 100)
    assert write.make(ask(toy_claims()), jobs=1, cache=tmp_path).files == toy_files()


def test_nothing_is_kept_for_a_tool_that_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "fingerprint_tool", lambda: None)
    assert write.make(ask(toy_claims()), jobs=1, cache=tmp_path).files == toy_files()
    assert not list(tmp_path.iterdir())


def test_the_oldest_rows_go(tmp_path: Path) -> None:
    for key in "abc":
        cache.store(tmp_path, {key: SubjectEvidence(())}, most=2)
    assert cache.load(tmp_path, "abc") == {"b": SubjectEvidence(()), "c": SubjectEvidence(())}


def test_what_is_found_and_does_not_hold_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = worker.search_all
    monkeypatch.setattr(
        worker, "search_all", lambda tasks, jobs: (worse(r, "certificate") for r in honest(tasks, jobs))
    )
    with pytest.raises(write.EvidenceError, match="What was found does not hold: "):
        write.make(ask(toy_claims()), jobs=1)
