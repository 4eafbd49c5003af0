# SPDX-License-Identifier: GPL-2.0-only
"""The door: what it prints, writes and exits with, and what it says of bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.program import symbolic
from proofs import run
from proofs.claims.claim import Claim, Skipped
from proofs.claims.load import LoadedClaims, ReadError
from proofs.cli.selection import Selection
from proofs.evidence import write
from proofs.theorems.expectation import Expectation, Verdict
from tests.support import toy

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = {claim.theorem: claim for claim in toy.claims()}
GREEN = (CLAIMS["never_both"], CLAIMS["all_needs_hardware"])
WRONG = replace(CLAIMS["never_both"], theorem="wrong", expected=Expectation(Verdict.REFUTED))
SILENT = replace(CLAIMS["never_both"], theorem="silent", expected=None)

Capture = pytest.CaptureFixture[str]


def asked(*claims: Claim, **more: object) -> Callable[[Selection], LoadedClaims]:
    return lambda selection: LoadedClaims(claims, **more)  # type: ignore[arg-type]


def door(arguments: Sequence[str], *claims: Claim, **more: object) -> int:
    return run.main(["--jobs", "1", *arguments], asked(*(claims or GREEN), **more))


# Exit codes ----------------------------------------------------------------------------------------
def test_all_as_expected_is_0(capsys: Capture) -> None:
    assert door(["--engines", "z3"]) == 0
    out, err = capsys.readouterr()
    assert (
        out
        == """\
verdict    claim                      reason

toy
PROVED     never_both@merged
REFUTED    all_needs_hardware@merged  a reason with a source

2 claims: 1 proved, 1 refuted, all as expected; 0 not asked; 0 not run
"""
    )
    assert err == ""


def test_diagrams_are_asked_about_what_is_proved_unless_z3_is_to_stand_alone(capsys: Capture) -> None:
    assert door([]) == 0
    out = capsys.readouterr().out
    assert "\nengines: z3 " in out and "; bdd: 1 of 1 claim agree\n" in out


def test_certified_is_what_both_engines_and_the_check_of_this_run_say(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert door(["--evidence", str(tmp_path / "both")]) == 0
    out = capsys.readouterr().out
    assert "\nPROVED CERTIFIED    never_both@merged" in out
    assert "\nevidence: 1 of 1 proofs are CERTIFIED " in out
    assert door(["--evidence", str(tmp_path / "z3"), "--engines", "z3"]) == 0
    assert "PROVED CERTIFIED" not in capsys.readouterr().out
    verify = write.verify
    monkeypatch.setattr(write, "verify", lambda texts: replace(verify(texts), accepted=[]))
    assert door(["--evidence", str(tmp_path / "none")]) == 0
    out = capsys.readouterr().out
    assert "PROVED CERTIFIED" not in out and "\nevidence: 0 of 1 proofs are CERTIFIED " in out


def test_otherwise_is_1_and_is_told_in_full(capsys: Capture) -> None:
    refuted = replace(CLAIMS["all_needs_hardware"], expected=toy.PROVED)
    assert door([], refuted, SILENT) == 1
    out, _ = capsys.readouterr()
    assert "REFUTED  !  all_needs_hardware@merged  Expected was PROVED." in out
    assert "\nall_needs_hardware@merged: REFUTED. Expected was PROVED.\n\nLet       " in out
    assert "\nsilent@merged: PROVED. No expectation is declared for this claim.\n" in out
    assert out.endswith("1 otherwise than expected, 1 undecided; 0 not asked; 0 not run\n")


def test_a_proof_that_was_not_expected_is_1() -> None:
    assert door([], WRONG) == 1


def test_what_is_undecided_is_3(capsys: Capture) -> None:
    assert door([], *GREEN, SILENT) == 3
    assert door(["--timeout", "0.3"], *GREEN, toy.hard()) == 3
    out = capsys.readouterr().out
    assert "a_prime_is_no_product@hard: TIMEOUT. Nothing was decided within 0.3 seconds.\n" in out
    assert out.endswith("3 claims: 1 proved, 1 refuted, 1 timeout, 1 undecided; 0 not asked; 0 not run\n")
    vacuous = replace(CLAIMS["never_both"], theorem="vacuous", given=(toy.FALSE,))
    assert door([], vacuous) == 3


def test_what_could_not_be_read_is_3(capsys: Capture) -> None:
    lost = replace(CLAIMS["never_both"], subject="linux-9", procedures={})
    assert door([], *GREEN, lost, unread={lost.name: "mmu.c:1502: inline assembly"}) == 3
    assert "never_both@linux-9: UNSUPPORTED. mmu.c:1502: inline assembly" in capsys.readouterr().out


def test_disagreement_is_4(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    other = symbolic.run(toy.fault_path(test_hardware=False))
    monkeypatch.setattr(symbolic, "run", lambda procedure: other)
    assert door([], CLAIMS["efault_is_given"], WRONG) == 4
    assert "efault_is_given@merged: DISAGREE. The solver says that the conclusion " in capsys.readouterr().out


# What is printed ------------------------------------------------------------------------------------
def test_explain_list_show(capsys: Capture) -> None:
    assert door(["--explain", "never_both@*"]) == 0
    assert capsys.readouterr().out.startswith("claim       never_both@merged\nsays        Never both.\n")
    assert door(["--list"], skipped=(Skipped("x", "merged", "it has no y."),)) == 0
    assert capsys.readouterr().out == (
        "never_both@merged          PROVED\nall_needs_hardware@merged  REFUTED\n\n"
        "x@merged: not asked, since it has no y.\n"
    )
    assert run.main(["--show", "v6.17"]) == 0
    assert "if (is_vma_cacheable) {" in capsys.readouterr().out


def test_what_was_left_out_is_counted(capsys: Capture) -> None:
    assert door(["--theorem", "never*"], skipped=(Skipped("x", "merged", "it has no y."),)) == 0
    assert capsys.readouterr().out.endswith("1 claim: 1 proved, all as expected; 1 not asked; 1 not run\n")


def test_output_is_the_same_every_time(capsys: Capture, tmp_path: Path) -> None:
    texts = set()
    for jobs in ("1", "2", "3"):
        target = tmp_path / "out.json"
        run.main(["--jobs", jobs, "--json", str(target)], asked(*toy.claims(), WRONG))
        texts.add((capsys.readouterr().out, target.read_text()))
    assert len(texts) == 1


def test_help(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        run.main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "examples:" in out
    assert "exit codes:" in out


# What is written ------------------------------------------------------------------------------------
def test_json_and_smt2(tmp_path: Path) -> None:
    target, directory = tmp_path / "out.json", tmp_path / "smt2"
    assert door(["--json", str(target), "--smt2", str(directory)]) == 0
    assert [c["name"] for c in json.loads(target.read_text())["claims"]] == sorted(c.name for c in GREEN)
    assert sorted(os.listdir(directory)) == ["all_needs_hardware@merged.smt2", "never_both@merged.smt2"]
    assert sorted(os.listdir(tmp_path)) == ["out.json", "smt2"]


def test_nothing_is_written_for_bad_input(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert door(["--json", str(target), "--theorem", "no_such"]) == 2
    assert os.listdir(tmp_path) == []


# Bad input ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--theorem", "never_booth"],
            "error: No theorem is called never_booth; the nearest name is never_both.",
        ),
        (
            ["--explain", "never_both"],
            "error: No claim is called never_both; the nearest name is never_both@merged.",
        ),
        (["--jobs", "0"], "error: argument --jobs: '0' is not a number of processes; write 1 or more."),
        (["--jobs", "-1"], "error: argument --jobs: '-1' is not a number of processes; write 1 or more."),
        (["--timeout", "0"], "error: argument --timeout: '0' is not a number of seconds above 0."),
        (["--timeout", "nan"], "error: argument --timeout: 'nan' is not a number of seconds above 0."),
        (["--timeout", "soon"], "error: argument --timeout: 'soon' is not a number of seconds above 0."),
        (["--linux", "/no/such"], "error: --linux: /no/such is not a directory."),
        (["--rev", "v6.1"], "error: --rev names a revision of the tree of --linux, which is not given."),
        (["--config", "x"], "error: --config belongs to the tree of --linux, which is not given."),
        (["--linux", "/", "--config", "/no/x"], "error: --config: /no/x is not a file that can be read."),
        (
            ["--json", "/no/such/x"],
            "error: --json: /no/such is not a directory, so x cannot be written into it.",
        ),
        (["--json", "/"], "error: --json: / is a directory, and a file is to be written."),
        (["--smt2", "/dev/null"], "error: --smt2: /dev/null is a file, and a directory is to be written."),
        (["--list", "--show", "v9"], "error: argument --show: not allowed with argument --list"),
        (["--pages", "8K"], "error: argument --pages: invalid choice: '8K'"),
        (["extra"], "error: unrecognized arguments: extra"),
    ],
)
def test_bad_input_is_2_and_a_sentence(arguments: list[str], message: str, capsys: Capture) -> None:
    try:
        code: object = door(arguments)
    except SystemExit as stopped:
        code = stopped.code
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_an_unknown_shape(capsys: Capture) -> None:
    assert run.main(["--shape", "v6.71", "--list"]) == 2
    assert "No model is called v6.71; the nearest names are v6.17, v6.16, v7.1." in capsys.readouterr().err


def test_a_tree_that_cannot_be_read_is_2(capsys: Capture) -> None:
    def unreadable(selection: Selection) -> LoadedClaims:
        raise ReadError("/tmp: is a directory, but has no arch/arm64/kvm; give the top of a Linux tree.")

    assert run.main([], unreadable) == 2
    assert capsys.readouterr().err.endswith("has no arch/arm64/kvm; give the top of a Linux tree.\n")


def test_nothing_to_ask_is_2() -> None:
    assert run.main([], lambda selection: LoadedClaims(())) == 2


def test_a_file_that_cannot_be_written_is_2(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "write_all", full)
    assert door(["--json", str(tmp_path / "x")]) == 2
    assert (
        "error: A file could not be written: [Errno 28] No space left on device." in capsys.readouterr().err
    )


# As a process ---------------------------------------------------------------------------------------
def process(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "proofs.run", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_as_a_process() -> None:
    with process("--theorem", "memory_is_mapped_cacheable", "--engines", "z3") as child:
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert out.splitlines()[-1].startswith("9 claims: 9 proved, all as expected; ")


def test_a_reader_that_goes_away_is_no_error() -> None:
    with process("--list") as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.stderr is not None
        err = child.stderr.read()
        child.wait(timeout=60)
    assert (child.returncode, err) == (0, "")


def test_an_interrupt_ends_it_and_writes_nothing(tmp_path: Path) -> None:
    with process("--no-cache", "--json", str(tmp_path / "out.json")) as child:
        assert child.stderr is not None and child.stderr.readline()  # it tells what it does after two seconds
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err.splitlines()[-1] == "Interrupted; nothing was written."
    assert os.listdir(tmp_path) == []


def test_old_names_of_models_and_theorems_are_understood(capsys: Capture) -> None:
    old = "the_host_s_leaf_is_the_one_of_the_fault"
    assert run.main(["--shape", "merged", "--theorem", old, "--list"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("the_host_leaf_is_the_one_of_the_fault@v6.17  PROVED\n")
    assert err.splitlines() == [
        f"--theorem: {old} is an old name, which the next release no longer knows; it is called "
        "the_host_leaf_is_the_one_of_the_fault now.",
        "--shape: merged is an old name, which the next release no longer knows; it is called v6.17 now.",
    ]
