# SPDX-License-Identifier: GPL-2.0-only
"""What git format-patch writes is read, and applied as git does: the bytes are those of the commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.source.trees.stores import Directory
from model.source.trees.tree import Tree
from proofs.review.patches.apply import apply, apply_all
from proofs.review.patches.commits import read_commits
from proofs.review.patches.limits import PatchError
from proofs.review.patches.series import Patch, Series, parse_series, read_series
from tests.support.review.series_of import IDENTITY, LINES, MMU, commit, git, repository, write

FILES = ("Makefile", MMU, "include/linux/new.h", "mm/old.c", "mm/moved.c")
SUBJECTS = ["KVM: arm64: Größe first", "mm: move", "KVM: arm64: last"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("git") / "linux")


def check(checkout: Path, patches: tuple[Patch, ...], tip: str = "main") -> None:
    """The patches make the commits' very files, one by one."""
    assert [patch.subject for patch in patches] == SUBJECTS
    results = apply_all(Tree.open(checkout, "base"), patches)
    for back, result in zip((2, 1, 0), results, strict=True):
        assert result.tree.read_all(FILES) == Tree.open(checkout, f"{tip}~{back}").read_all(FILES)
        assert result.exact and result.notes == ()


@pytest.mark.parametrize("way", ["files", "stdout", "crlf", "attach", "inline", "thread"])
def test_each_way_of_format_patch_gives_the_commits(checkout: Path, tmp_path: Path, way: str) -> None:
    words = ["format-patch", "-v9", "--cover-letter", "base..HEAD"]
    if way == "files":
        git(checkout, *words, "-o", str(tmp_path))
        found = read_series(tmp_path)
    else:
        extra = {"attach": ["--attach"], "inline": ["--inline"], "thread": ["--thread"]}.get(way, [])
        data = git(checkout, *words, "--stdout", *extra)
        (tmp_path / "x.mbx").write_bytes(data.replace(b"\n", b"\r\n") if way == "crlf" else data)
        found = read_series(tmp_path / "x.mbx")
    check(checkout, found.patches)
    assert found.cover is not None and found.cover.subject == "*** SUBJECT HERE ***"
    assert [(p.number, p.total, p.reroll) for p in found.patches] == [(1, 3, 9), (2, 3, 9), (3, 3, 9)]
    assert (found.notes, found.passed_over) == ((), 0)


def test_what_a_patch_says_of_itself(checkout: Path) -> None:
    found = parse_series(git(checkout, "format-patch", "--stdout", "--thread", "base..HEAD"))
    first, second, _ = found.patches
    assert (first.author, first.date) == ("Jörg Größe", "Fri, 2 Jan 2026 03:04:05 +0000")
    assert first.message == "Why it is so.\n\nFrom here on, more.\n\nSigned-off-by: J"
    assert first.commit == git(checkout, "rev-parse", "HEAD~2").decode().strip()
    assert (
        first.message_id
        and second.in_reply_to == first.message_id
        and second.references == (first.message_id,)
    )
    assert first.touches == (MMU, "include/linux/new.h")
    assert second.touches == ("mm/moved.c", "mm/old.c")
    without = parse_series(git(checkout, "format-patch", "--stdout", "base..HEAD"))
    assert [(p.message_id, p.in_reply_to) for p in without.patches] == [(None, None)] * 3


def test_a_hunk_is_quoted_as_git_wrote_it(checkout: Path) -> None:
    data = git(checkout, "diff", "base", "HEAD~2")
    found = parse_series(data).patches[0]
    for change in found.files:
        assert all(hunk.text in data.decode() for hunk in change.hunks)
    assert found.files[1].hunks[0].text == "@@ -0,0 +1 @@\n+#define NEW 1\n\\ No newline at end of file\n"


def test_a_range_of_commits(checkout: Path) -> None:
    found = read_commits(checkout, "base..HEAD")
    check(checkout, found.patches)
    assert found.cover is None and found.notes == ()


def test_nothing_of_the_repository_is_run_for_a_range(tmp_path: Path) -> None:
    top = repository(tmp_path / "linux")
    mark = tmp_path / "ran"
    script = top / "run"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    commit(top, "attributes", {".gitattributes": b"*.c diff=mine\n", "mm/x.c": b"int x;\n"})
    for setting in (
        "diff.external",
        "diff.mine.textconv",
        "diff.mine.command",
        "core.fsmonitor",
        "gpg.program",
    ):
        git(top, "config", setting, str(script))
    for setting, value in (("diff.noprefix", "true"), ("log.showSignature", "true"), ("format.attach", "x"),
                           ("diff.context", "0"), ("format.signature", "x"), ("format.coverLetter", "true"),
                           ("format.headers", "X: y"), ("diff.orderFile", "none"), ("format.noprefix", "true")):  # fmt: skip
        git(top, "config", setting, value)
    found = read_commits(top, "base..HEAD~1")
    check(top, found.patches, "main~1")
    assert not mark.exists()


@pytest.mark.parametrize(
    "between", ["base", "base...HEAD", "..HEAD", "base..", "base..HEAD --output=x", "a\n..b"]
)
def test_what_is_no_range_is_refused(checkout: Path, between: str) -> None:
    with pytest.raises(PatchError, match=r"is no range of commits; give one as A\.\.B\."):
        read_commits(checkout, between)


def test_ranges_that_git_does_not_have(checkout: Path, tmp_path: Path) -> None:
    for between, said in (
        ("base..none", "git knows no commit 'none' here; give a tag, branch or commit it has."),
        ("--output=x..HEAD", "git knows no commit '--output=x' here; give a tag, branch or commit it has."),
        ("HEAD..base", "there is no commit between these two; is their order right?"),
    ):
        with pytest.raises(PatchError) as error:
            read_commits(checkout, between)
        assert str(error.value) == f"{checkout}: {between}: {said}"
    with pytest.raises(PatchError, match=r"give a tag, branch or commit it has|could not"):
        read_commits(tmp_path / "nowhere", "a..b")


def test_a_merge_in_the_range_is_said(tmp_path: Path) -> None:
    top = repository(tmp_path / "linux")
    git(top, "checkout", "-q", "-b", "side", "base")
    commit(top, "side", {"mm/side.c": b"int side;\n"})
    git(top, "merge", "-q", "--no-edit", "main")
    found = read_commits(top, "base..side")
    assert len(found.patches) == 4
    assert found.notes == (
        f"{top}: base..side: the range has 1 merge; what a merge itself changes is in no patch.",
    )


def test_a_patch_that_is_in_the_tree_already_is_recognised(checkout: Path) -> None:
    found = parse_series(git(checkout, "format-patch", "--stdout", "base..HEAD"), "x.mbx")
    with pytest.raises(PatchError) as error:
        apply(Tree.open(checkout, "HEAD"), found.patches[2])
    said = "the patch is in the tree already; take the tree without it, or leave the patch out."
    assert str(error.value) == f"x.mbx, mail 3: {said}"
    with pytest.raises(PatchError) as error:
        apply_all(Tree.open(checkout, "HEAD"), found.patches)
    said = "all patches are in the tree already; take the tree without them."
    assert str(error.value) == f"x.mbx, mail 1 to x.mbx, mail 3: {said}"


# Random edits ---------------------------------------------------------------------------------

TEXT = st.sampled_from(
    ["a\n", "b\n", "\n", "-- \n", "+++ b/x\n", "--- a/x\n", "@@ -1 +1 @@\n", "\tx;\r\n", "ä\n", "c"]
)
CONTENT = st.lists(TEXT, max_size=12).map(lambda lines: "".join(lines).encode())


def of_git(top: Path, old: bytes | None, new: bytes | None, *words: str) -> bytes:
    """The diff of a file between two contents, by git diff --no-index."""
    for side, data in (("a", old), ("b", new)):
        (top / side / "mm").mkdir(parents=True, exist_ok=True)
        (top / side / "mm" / "x.c").unlink(missing_ok=True)
        if data is not None:
            write(top / side, {"mm/x.c": data})
    words = ("git", "diff", "--no-index", "--no-prefix", *words, "a", "b")
    done = subprocess.run(
        words, cwd=top, capture_output=True, env={"PATH": "/usr/bin:/bin", **IDENTITY}, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@settings(max_examples=60, deadline=None)
@given(CONTENT, CONTENT, st.sampled_from(["-U3", "-U1", "--function-context", "--patience"]))
def test_a_diff_by_git_applied_is_the_new_file(
    tmp_path_factory: pytest.TempPathFactory, checkout: Path, old: bytes, new: bytes, how: str
) -> None:
    top = tmp_path_factory.getbasetemp() / "edits"
    text = of_git(top, old, new, how)
    if not text:
        assert old == new
        return
    tree = Tree("tree", Directory(top / "a"))
    patch = parse_series(text).patches[0]
    try:
        result = apply(tree, patch)
    except PatchError as error:
        assert "does not say which is meant" in str(error) or how == "-U1"
        return
    assert result.tree.read("mm/x.c") == new
    with pytest.raises(PatchError, match="already|does not apply|fits at|no context|belongs at"):
        apply(result.tree, patch)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 3))
def test_unrelated_lines_before_a_hunk_move_it(
    tmp_path_factory: pytest.TempPathFactory, checkout: Path, line: int, before: int, inserted: int
) -> None:
    """What git apply says of the same, and the same bytes where it applies."""
    top = tmp_path_factory.getbasetemp() / "moved"
    new = [*LINES[: line - 1], "int new;\n", *LINES[line:]]
    text = of_git(top, "".join(LINES).encode(), "".join(new).encode())
    base = [*LINES[:before], *(f"int more_{i};\n" for i in range(inserted)), *LINES[before:]]
    write(top / "a", {"mm/x.c": "".join(base).encode()})
    words = ["git", "apply", "--unsafe-paths", "--directory", "c", "-"]
    write(top, {"c/mm/x.c": "".join(base).encode()})
    done = subprocess.run(words, cwd=top, input=text, capture_output=True, check=False,
                          env={"PATH": "/usr/bin:/bin", **IDENTITY, "GIT_CEILING_DIRECTORIES": str(top.parent)})  # fmt: skip
    patch = parse_series(text).patches[0]
    if done.returncode != 0:
        with pytest.raises(PatchError):
            apply(Tree("tree", Directory(top / "a")), patch)
        return
    result = apply(Tree("tree", Directory(top / "a")), patch)
    assert result.tree.read("mm/x.c") == (top / "c/mm/x.c").read_bytes()
    moved = result.placed[0].moved
    assert moved in (0, inserted) and result.exact == (moved == 0)


def test_series_is_pure_data(checkout: Path) -> None:
    data = git(checkout, "format-patch", "--stdout", "base..HEAD")
    assert parse_series(data) == parse_series(data)
    assert isinstance(hash(parse_series(data)), int) and isinstance(parse_series(data), Series)
