# SPDX-License-Identifier: GPL-2.0-only
"""The front door on the real catalogue: what is printed, what is written, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model.logic import FALSE
from proofs.claims.claim import Claim
from proofs.claims.load import LoadedClaims, load_claims
from proofs.cli.selection import Selection
from proofs.run import main
from proofs.theorems.expectation import Expectation, Verdict
from tests.support import trees

ONE = ["--theorem", "memory_is_mapped_cacheable", "--shape", "v6.17", "--jobs", "1"]


def make_tree(top: Path, code: str) -> None:
    """A Linux tree of one file."""
    files = {
        "Makefile": "VERSION = 7\nPATCHLEVEL = 9\nSUBLEVEL = 1\n",
        trees.MMU: code,
        "include/linux/mm.h": "",
    }
    for rel, text in files.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)


def with_claims(change: Callable[[Claim], Claim]) -> Callable[[Selection], LoadedClaims]:
    """The catalogue with each claim changed."""

    def changed(selection: Selection) -> LoadedClaims:
        known = load_claims(selection)
        return replace(known, claims=tuple(map(change, known.claims)))

    return changed


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and standard error of a wrong command line."""
    try:
        code = main(arguments)
    except SystemExit as error:
        code = int(str(error.code))
    return code, capsys.readouterr().err.strip().splitlines()[-1]


def test_a_claim_as_expected_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ONE) == 0
    assert "1 claim: 1 proved, all as expected" in capsys.readouterr().out


def test_a_claim_decided_otherwise_exits_1_and_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = with_claims(lambda c: replace(c, expected=Expectation(Verdict.REFUTED)))
    assert main(ONE, wrong) == 1
    assert "memory_is_mapped_cacheable@v6.17: PROVED. Expected was REFUTED." in capsys.readouterr().out


def test_a_false_claim_exits_1_with_its_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ONE, with_claims(lambda c: replace(c, then=~c.then))) == 1
    out = capsys.readouterr().out
    assert "Let  " in out
    assert "kvm_pgtable_stage2_map(" in out
    assert "However,  this was to hold" in out


def test_a_claim_without_an_expectation_exits_3() -> None:
    assert main(ONE, with_claims(lambda c: replace(c, expected=None))) == 3


def test_a_vacuous_claim_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ONE, with_claims(lambda c: replace(c, given=(FALSE,)))) == 3
    assert "VACUOUS" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--theorem", "memory_is_maped_cacheable"],
         "No theorem is called memory_is_maped_cacheable; the nearest name"),
        (["--shape", "v6.71"], "No model is called v6.71; the nearest name"),
        (["--linux", "no/such/tree"], "--linux: no/such/tree is not a directory."),
        (["--rev", "v6.17"], "--rev names a revision of the tree of --linux, which is not given."),
        (["--against", "."], "--against names a tree to compare with that of --linux, which is not given."),
        (["--ledger"], "--ledger tells what was read of the tree of --linux; give that, and no --against."),
        (["--timeout", "soon"], "'soon' is not a number of seconds above 0."),
        (["--jobs", "0"], "'0' is not a number of processes; write 1 or more."),
        (["--linux", "tests"], "is a directory, but has no arch/arm64/kvm; give the top of a Linux tree."),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exits_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, error = told(arguments, capsys)
    assert code == 2
    assert sentence in error


def test_a_tree_that_does_not_parse_is_unsupported_and_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tree(tmp_path, "int user_mem_abort(int a) { return a + = 1; }")
    assert main(["--linux", str(tmp_path), "--theorem", "memory_is_mapped_cacheable"]) == 3
    assert "UNSUPPORTED" in capsys.readouterr().out


def test_a_tree_without_the_sink_is_not_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_tree(tmp_path, "int user_mem_abort(int a) { return a; }")
    assert main(["--linux", str(tmp_path), "--theorem", "memory_is_mapped_cacheable"]) == 3
    assert "calls neither kvm_pgtable_stage2_map()" in capsys.readouterr().out


def test_what_is_written_is_the_same_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        assert (
            main(
                [
                    *ONE,
                    "--json",
                    str(tmp_path / folder / "out.json"),
                    "--smt2",
                    str(tmp_path / folder / "smt2"),
                ]
            )
            == 0
        )
    first, second = ((tmp_path / f / "out.json").read_bytes() for f in ("a", "b"))
    assert first == second
    assert json.loads(first)
    texts = {p.name: p.read_bytes() for p in (tmp_path / "a" / "smt2").iterdir()}
    assert texts == {p.name: p.read_bytes() for p in (tmp_path / "b" / "smt2").iterdir()}
    assert texts


def test_a_shape_is_shown_with_numbered_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--show", "v6.17"]) == 0
    assert "kvm_supports_cacheable_pfnmap()" in capsys.readouterr().out


def test_two_equal_trees_do_the_same_and_an_edit_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    path = trees.find("7.3")
    if path is None:
        pytest.skip("not run: there is no kernel tree 7.3; `make kernels` fetches it")
    some = ["--theorem", "the_same_memory_type_and_permissions"]
    assert main(["--linux", str(path), "--against", str(path), *some]) == 0


def test_as_a_program_its_output_can_be_piped() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proofs.run", *ONE],
        capture_output=True,
        text=True,
        check=False,
        cwd=trees.HERE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
