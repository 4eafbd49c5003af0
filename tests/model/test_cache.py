# SPDX-License-Identifier: GPL-2.0-only
"""Damage, foreign files, several processes: what is kept never changes what is said."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from model.cache import locate_file
from proofs import run
from proofs.claims.fingerprint import Fingerprints
from proofs.claims.load import LoadedClaims
from proofs.cli.options import NO_CACHE
from proofs.solvers.query import Answer
from proofs.solvers.smt.pool import Pool
from proofs.verdicts import cache
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import ExpectationStatus
from tests.support.keeping import CLAIMS, ROOT, ask, copy, memory, recalled, shown


# Damage ----------------------------------------------------------------------------------------------
def test_no_damage_of_any_byte_changes_a_verdict(filled: Path, tmp_path: Path) -> None:
    """Whatever byte is turned, each recalled verdict is the true one."""
    data = locate_file(filled).read_bytes()
    truth = shown(recalled(filled))
    assert len(truth) == len(CLAIMS)
    for offset in (*range(120), *range(120, len(data), 487)):
        locate_file(tmp_path).write_bytes(data[:offset] + bytes([data[offset] ^ 0xFF]) + data[offset + 1 :])
        assert shown(recalled(tmp_path)).items() <= truth.items()


@pytest.mark.parametrize("length", [0, 1, 15, 16, 99, 100, 4095, 4096, 5000, 9000])
def test_a_truncated_file_is_as_good_as_none(length: int, filled: Path, tmp_path: Path) -> None:
    locate_file(tmp_path).write_bytes(locate_file(filled).read_bytes()[:length])
    found, _ = ask(tmp_path, CLAIMS[:2])
    assert {each.status for each in found.values()} == {ExpectationStatus.EXPECTED}
    assert len(recalled(tmp_path, CLAIMS[:2])) == 2


def test_each_column_is_sealed(filled: Path, tmp_path: Path) -> None:
    for column in ("kind", "key", "label", "body", "seal"):
        copy(filled, tmp_path)
        with sqlite3.connect(locate_file(tmp_path)) as connection:
            connection.execute(
                f"UPDATE cache SET {column} = CAST({column} || ' ' AS {'BLOB' if column == 'body' else 'TEXT'})"
            )
        connection.close()
        assert recalled(tmp_path) == {}


@pytest.mark.parametrize("exchange", ["UPDATE cache SET body = 1", "UPDATE cache SET body = x'00ff', seal = NULL",
                                      "DROP TABLE cache", "ALTER TABLE cache RENAME TO other"])  # fmt: skip
def test_a_file_of_another_format_is_as_good_as_none(exchange: str, filled: Path, tmp_path: Path) -> None:
    copy(filled, tmp_path)
    with sqlite3.connect(locate_file(tmp_path)) as connection:
        connection.execute(exchange)
    connection.close()
    assert recalled(tmp_path) == {}
    ask(tmp_path, CLAIMS[:1])
    assert len(recalled(tmp_path, CLAIMS[:1])) == 1


def test_a_row_of_one_claim_in_the_place_of_another_is_not_believed(filled: Path, tmp_path: Path) -> None:
    copy(filled, tmp_path)
    one, other = (Fingerprints("this tool").of(claim) for claim in CLAIMS[:2])
    with sqlite3.connect(locate_file(tmp_path)) as connection:
        connection.execute("DELETE FROM cache WHERE key = ?", (one,))
        connection.execute("UPDATE cache SET key = ? WHERE key = ?", (one, other))
    connection.close()
    assert recalled(tmp_path, CLAIMS[:2]) == {}


def test_a_place_that_cannot_be_used_is_as_good_as_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a directory")
    folder = tmp_path / "folder"
    locate_file(folder).mkdir(parents=True)
    for directory in (file, file / "below", folder):
        found, known = ask(directory, CLAIMS[:1])
        assert not known
        assert {each.status for each in found.values()} == {ExpectationStatus.EXPECTED}
    assert locate_file(folder).is_dir()


def test_what_was_decided_is_recalled_before_it_is_written(tmp_path: Path) -> None:
    with memory(tmp_path) as remembered:
        with Pool(1, 30.0) as pool:
            found = list(decide_claims(pool, CLAIMS[:3], remembered))
        assert not remembered.hits and not locate_file(tmp_path).exists()
        again = {each.name: each for each in remembered.lookup(CLAIMS)}
        assert shown(again) == shown({each.name: each for each in found})
    assert shown(recalled(tmp_path)) == shown(again)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    for i in range(8):
        cache.store(tmp_path, "t", {f"{i}": "x", f"{i}b": "y"}, most=5)
    keys = [k for i in range(8) for k in (f"{i}", f"{i}b")]
    assert list(cache.load(tmp_path, keys)) and set(cache.load(tmp_path, keys)) == set(keys[-5:])
    cache.store(tmp_path, "t", {"long": "x" * (cache.LONGEST + 1)})
    assert "long" not in cache.load(tmp_path, ["long"])


# Doors and processes ---------------------------------------------------------------------------------
def door(arguments: Sequence[str]) -> int:
    return run.main(["--jobs", "1", *arguments], lambda selection: LoadedClaims(tuple(CLAIMS)))


def test_the_door_says_the_same_twice_and_can_be_told_to_forget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(NO_CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("proofs.claims.fingerprint.SETTLED", float("-inf"))
    told = []
    for arguments in (["--no-cache"], [], [], ["--no-cache"]):
        assert door(arguments) == 0
        told.append(capsys.readouterr())
        assert bool(list(tmp_path.rglob("cache-*"))) is (len(told) > 1)
    assert len(set(told)) == 1
    assert told[0].err == ""
    for folder in ("a", "b"):
        assert door(["--json", str(tmp_path / folder), "--smt2", str(tmp_path / f"{folder}.smt2")]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    texts = [{p.name: p.read_bytes() for p in (tmp_path / f).iterdir()} for f in ("a.smt2", "b.smt2")]
    assert texts[0] == texts[1] and len(texts[0]) == len(CLAIMS)


WRITER = """
import sys
from pathlib import Path
from proofs.verdicts import cache
for i in range(40):
    cache.store(Path(sys.argv[1]), "t", {f"{sys.argv[2]}{i}": "x" * 500, f"both{i}": "same"})
    assert cache.load(Path(sys.argv[1]), [f"{sys.argv[2]}{i}"])
"""


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), who], cwd=ROOT) for who in ("a", "b")
    ]
    assert [child.wait(timeout=60) for child in children] == [0, 0]
    keys = [f"{who}{i}" for who in ("a", "b", "both") for i in range(40)]
    assert len(cache.load(tmp_path, keys)) == 120


def test_the_answer_that_is_recalled_is_about_the_claim(filled: Path) -> None:
    for each in recalled(filled).values():
        assert isinstance(each.answer, Answer) and each.answer.claim == each.name
        assert each.obligation.claim == each.name  # made when it is needed
