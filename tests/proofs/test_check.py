# SPDX-License-Identifier: GPL-2.0-only
"""The door that checks evidence: its exit codes, its sentences, and what it imports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from proofs import check
from proofs.evidence.checker import answers, manifest, stored
from proofs.evidence.checker.verify import ANSWERS, CERTIFICATES, NAMES, SMT2
from tests.support.solvers.evidences import HOSTILE, lay, place, toy_files

TOP = Path(__file__).resolve().parents[2]


def run(directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proofs.check", *options, str(directory)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=TOP, timeout=60)


def test_the_door_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = run(lay(tmp_path / "e", toy_files()))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"\d+ proofs and 2 counterexamples hold; 0 claims have no certificate; 0 things are rejected.\n",
        done.stdout,
    )


def test_it_imports_what_is_trusted_and_nothing_else() -> None:
    code = "import sys, proofs.check; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TOP)
    ours = [m for m in done.stdout.split() if m.split(".")[0] in ("model", "counterexamples", "proofs")]
    logic = ("meaning", "node", "showing", "smt_text", "sorts", "term", "traversal")
    checker = ("answers", "clauses", "lrat", "manifest", "stored", "verify")
    assert set(ours) == {
        "model", "model.logic", *(f"model.logic.{m}" for m in logic),
        "proofs", "proofs.check", "proofs.solvers", "proofs.solvers.parallel", "proofs.solvers.sat", "proofs.solvers.sat.bitblast", "proofs.solvers.sat.tseitin",
        "proofs.evidence", "proofs.evidence.checker", *(f"proofs.evidence.checker.{m}" for m in checker),
    }  # fmt: skip
    others = {m.split(".")[0] for m in done.stdout.split()}
    assert others.isdisjoint({"z3", "sympy", "pysat", "tree_sitter", "rich", "pysolvers"})


@pytest.mark.parametrize("name", NAMES)
def test_a_hash_that_does_not_fit_is_rejected_and_can_be_left_out(name: str, tmp_path: Path,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    path = f"{place()}/{name}"
    bare = json.loads(toy_files()["manifest.json"])
    bare["files"][path] = "0" * 64
    directory = lay(tmp_path / "e", {**toy_files(), "manifest.json": json.dumps(bare)})
    assert check.main([str(directory)]) == 1
    assert f"rejected: {path}: It is not the file whose hash the manifest has.\n" in capsys.readouterr().out
    assert check.main(["--no-hashes", str(directory)]) == 0


def test_a_forged_file_is_rejected_without_hashes_and_with_forged_ones(tmp_path: Path) -> None:
    path = f"{place()}/{CERTIFICATES}"
    forged = {**toy_files(), path: re.sub(r"(\d+) 0$", "1 0", toy_files()[path], flags=re.M)}
    assert check.main([str(lay(tmp_path / "a", forged)), "--no-hashes"]) == 1
    assert check.main([str(lay(tmp_path / "b", forged, rehash=True))]) == 1


def test_missing_and_extra_files_and_links_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = lay(tmp_path / "e", toy_files())
    (directory / "extra").write_text("")
    (directory / place() / "more").mkdir()
    (directory / place() / SMT2).rename(tmp_path / "elsewhere")
    (directory / place() / SMT2).symlink_to(tmp_path / "elsewhere")
    (directory / place() / ANSWERS).unlink()
    assert check.main([str(directory)]) == 1
    told = capsys.readouterr().out
    assert "rejected: extra: The manifest does not name it.\n" in told
    assert f"rejected: {place()}/more: The manifest does not name it.\n" in told
    assert f"rejected: {place()}/{SMT2}: {SMT2} is missing, or is not a regular file.\n" in told
    assert f"rejected: {place()}/{ANSWERS}: {ANSWERS} is missing, or is not a regular file.\n" in told


@pytest.mark.parametrize(
    "files",
    [
        {"../obligations.json": "0" * 64},
        {"/etc/passwd": "0" * 64},
        {"a/b/obligations.json": "0" * 64},
        {"a/obligations.json": "0" * 64},
        {"a/obligations.json": "zz"},
        {"": "0" * 64},
        {"./answers.json": "0" * 64},
        {},
        [],
        {"a\n/answers.json": "0" * 64},
    ],
    ids=range(10),
)
def test_a_manifest_that_names_other_paths_is_refused(
    files: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": stored.FORMAT, "files": files}))
    assert check.main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert (
        told.startswith("python -m proofs.check: error: ") and told.endswith(".\n") and told.count("\n") == 1
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert check.main([str(tmp_path)]) == 2


def test_what_is_no_directory_of_evidence_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.endswith("none is not a directory.\n")
    assert check.main([str(tmp_path)]) == 2
    assert "manifest.json: manifest.json is missing, or is not a regular file." in capsys.readouterr().err
    (tmp_path / "manifest.json").write_bytes(b"\xff\xfe")
    assert check.main([str(tmp_path)]) == 2
    with pytest.raises(SystemExit) as ended:
        check.main([])
    assert ended.value.code == 2


def test_what_has_no_certificate_is_told_with_what_stands_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = dict(toy_files())
    told = answers.read(files[f"{place()}/{ANSWERS}"], 100)
    bare = tuple(replace(each, certified=False, why="It is too large.") for each in told.claims)
    files[f"{place()}/{ANSWERS}"] = answers.write(replace(told, claims=bare))
    files[f"{place()}/{CERTIFICATES}"] = answers.write_certificates("", {})
    assert check.main([str(lay(tmp_path / "e", files, rehash=True))]) == 3
    lines = capsys.readouterr().out.splitlines()
    name = next(each.name for each in told.claims if each.certified)
    assert any(line.startswith(f"no certificate: {name} is PROVED: It is too large; what stands for it: z3 ")
               for line in lines)  # fmt: skip


def test_the_manifest_is_written_in_a_fixed_order() -> None:
    pair = {"b/answers.json": "1", "a/answers.json": "2"}
    assert manifest.write(pair) == manifest.write(dict(reversed(pair.items())))


def test_an_engine_that_leaves_a_claim_open_does_not_stand_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = dict(toy_files())
    told = answers.read(files[f"{place()}/{ANSWERS}"], 100)
    said = (answers.EngineAnswer("z3", "", "PROVED"), answers.EngineAnswer("bdd", "", "UNKNOWN"))
    bare = tuple(
        replace(each, certified=False, engines=said if each.verdict == "PROVED" else each.engines)
        for each in told.claims
    )
    files[f"{place()}/{ANSWERS}"] = answers.write(replace(told, claims=bare))
    files[f"{place()}/{CERTIFICATES}"] = answers.write_certificates("", {})
    assert check.main([str(lay(tmp_path / "e", files, rehash=True))]) == 3
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("no certificate: ")]
    assert lines and all(line.endswith("; what stands for it: z3: PROVED") for line in lines)
