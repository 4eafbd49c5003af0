# SPDX-License-Identifier: GPL-2.0-only
"""The door of reviews: what it refuses, what it says of a tree without the functions, and edits by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import BOOL, BitVec, const, name
from model.program.procedure import Block, If, Input, Leave, Place, Procedure, Span
from model.source.targets.functions.memslot import PREPARE
from model.source.trees.tree import Tree, overlay
from proofs.attach import main
from proofs.review.comparison.behaviour import digest_procedure
from proofs.review.comparison.dead_code import report_dead_code
from proofs.review.comparison.side import find_changed_lines
from proofs.review.comparison.what_if import apply_edit
from proofs.review.patches.limits import PatchError
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import VerdictCache
from tests.support.review.series_of import MAKEFILE, MMU, commit, git

DIFF = f"""--- a/{MMU}
+++ b/{MMU}
@@ -1,2 +1,2 @@
 int one;
-int two;
+int three;
"""


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    """A tree that looks like Linux and has none of its functions."""
    top = tmp_path / "linux"
    (top / "arch/arm64/kvm").mkdir(parents=True)
    (top / "Makefile").write_text(MAKEFILE)
    (top / MMU).write_text("int one;\nint two;\n")
    return top


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    try:
        code = main([str(word) for word in words])
    except SystemExit as error:
        code = int(str(error.code))
    out, err = capsys.readouterr()
    return code, out, err


def test_a_tree_without_the_functions_is_told_and_not_green(
    linux: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = tmp_path / "one.patch"
    patch.write_text(DIFF)
    code, out, _ = run(capsys, "--linux", linux, patch, "--no-cache")
    assert code == 3
    assert "Nothing was compared: the tree has none of the functions that are read." in out
    assert "status:      warn" in out
    assert run(capsys, "--linux", linux, patch, "--no-cache", "--fail-on", "undecided")[0] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DIFF.replace("int two", "int four"), "does not apply"),
        ("Dear all,\n\nplease look.\n", "patch"),
        (DIFF.replace(MMU, "../../etc/passwd"), ".."),
    ],
)
def test_a_patch_that_cannot_be_applied_is_one_sentence(
    text: str, said: str, linux: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patch, out_dir = tmp_path / "one.patch", tmp_path / "out"
    patch.write_text(text)
    code, out, err = run(capsys, "--linux", linux, patch, "--out", out_dir)
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err
    assert not out_dir.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x.patch", "--to", "."], "exclude each other"),
        (["--dead", "no_such_function"], "is no function that is read"),
        (["x.patch", "--jobs", "0"], "numbers above 0"),
        (["nowhere.patch"], "nowhere.patch"),
        (["--what-if", "one"], "write OLD => NEW"),
        (["--what-if", "int nothing => int one"], "stands 0 times"),
        (["--range", "A..B"], "A..B"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    words: list[str], said: str, linux: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "--linux", linux, *words)
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err


def test_commits_of_a_checkout_are_a_series(linux: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(linux, "init", "-q")
    commit(linux, "base", {})
    commit(linux, "mm: Count to three", {MMU: b"int one;\nint three;\n"})
    code, out, _ = run(capsys, "--linux", linux, "--range", "HEAD~1..HEAD", "--no-cache")
    assert code == 3 and out.startswith("mm: Count to three\n")


# Edits by hand -------------------------------------------------------------------------------
def test_an_edit_that_is_spaced_otherwise_is_found(linux: Path) -> None:
    top = Tree.open(linux)
    step = apply_edit(top, [MMU], "int   two => int three")
    assert step.tree.read(MMU) == b"int one;\nint three;\n"
    assert step.files == (MMU,)


def test_an_edit_within_a_word_is_none(linux: Path) -> None:
    with pytest.raises(PatchError, match="stands 0 times"):
        apply_edit(Tree.open(linux), [MMU], "nt two => x")


def test_an_edit_of_two_places_is_refused_with_both(linux: Path) -> None:
    with pytest.raises(
        PatchError, match=f"stands 2 times in what is read .{MMU}:1; {MMU}:2., and once is meant"
    ):
        apply_edit(Tree.open(linux), [MMU], "int => long")


# Lines that differ ---------------------------------------------------------------------------
LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@given(LINES, LINES)
def test_lines_that_are_not_touched_are_the_same_in_both(one: list[str], other: list[str]) -> None:
    class Store:
        def read(self, rel: str) -> bytes:
            return "\n".join(one).encode()

        def has(self, rel: str) -> bool:
            return True

        def read_all(self, rels: object) -> dict[str, bytes]:
            return {}

        def files(self, prefix: str) -> tuple[str, ...]:
            return ()

    before = Tree("before", Store())  # type: ignore[arg-type]  # as much of a store as is asked
    after = overlay(before, {"f": "\n".join(other).encode()})
    lines = find_changed_lines(before, after, ["f"])
    left = [t for i, t in enumerate("\n".join(one).splitlines(), 1) if i not in lines.before["f"]]
    right = [t for i, t in enumerate("\n".join(other).splitlines(), 1) if i not in lines.after["f"]]
    assert left == right


def test_what_a_procedure_means_has_no_lines() -> None:
    def made(line: int, flag: str) -> Procedure:
        span = Span("mmu.c", line, "if (x)", "f")
        body = If(name(flag), (Leave("f", span, "ret", const(1, BitVec(8))),), (), span)
        return Procedure(
            f"f at {line}", (Block("f", (body,), span),), {"ret": Place(BitVec(8))}, {flag: Input(BOOL)}
        )

    assert digest_procedure(made(1, "x")) == digest_procedure(made(7, "x")) != digest_procedure(made(1, "y"))


def test_dead_code_that_is_undecided_is_told_and_not_green() -> None:
    span = Span("mmu.c", 1, "if (x)", "f")
    body = If(name("x"), (Leave("f", span, "ret", const(1, BitVec(8))),), (), span)
    made = Procedure("f", (Block("f", (body,), span),), {"ret": Place(BitVec(8))}, {"x": Input(BOOL)})
    with Pool(1, 30.0) as pool:
        page, is_decided = report_dead_code(pool, VerdictCache(), "f", PREPARE, made)
    assert is_decided and "0 can never change what it does" in page.replace("\n", " ")
    with Pool(1, 30.0, (sys.executable, "-c", "")) as broken:  # every worker ends at once
        page, is_decided = report_dead_code(broken, VerdictCache(), "f", PREPARE, made)
    assert not is_decided and "2 claims stay undecided." in page
