# SPDX-License-Identifier: GPL-2.0-only
"""A patch is applied to a tree in memory: where each hunk goes, how that is said, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unidiff import PatchSet

from model.source.trees.tree import Tree, overlay
from proofs.review.patches.apply import AppliedPatch, apply, is_read
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import Hunk
from proofs.review.patches.series import parse_series
from proofs.review.patches.unified import read_diff
from tests.support.review.series_of import LINES, MMU, bare, diff, edited

WHOLE = "".join(LINES).encode()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return bare(tmp_path, {MMU: WHOLE, "mm/a.c": b"1\n2\n3\n", "drivers/logo.png": b"x", "empty.c": b""})


def applied(tree: Tree, text: bytes) -> AppliedPatch:
    return apply(tree, parse_series(text, "x.patch").patches[0])


def refused(tree: Tree, text: bytes) -> str:
    with pytest.raises(PatchError) as error:
        applied(tree, text)
    return str(error.value)


def over(tree: Tree, data: bytes) -> Tree:
    return overlay(tree, {MMU: data})


# Where hunks go -------------------------------------------------------------------------------


def test_a_hunk_goes_where_it_says(tree: Tree) -> None:
    result = applied(tree, diff())
    assert result.tree.read(MMU) == edited((10, "int ten;\n"))
    assert tree.read(MMU) == WHOLE
    (placed,) = result.placed
    assert (placed.how, placed.name, placed.line, result.exact) == ("exact", MMU, 7, True)
    assert (result.touches, result.notes) == ((MMU,), ())


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        (b"int line_3;", b"int x;\nint line_3;", "moved by 1 line"),
        (b"int line_3;\nint line_4;\nint line_5;\n", b"", "moved by -3 lines"),
        (b"int line_9;", b"int\tline_9;  ", "ignoring white space"),
        (b"int line_9;", b"int line_9; /* a comment */", "ignoring comments"),
        (b"int line_9;", b"int line_9; // a comment", "ignoring comments"),
        (b"int line_3;", b"\nint line_3;", "moved by 1 line"),
        (b"int line_9;", b"int line_9;\r", "ignoring white space"),
    ],
)
def test_what_had_to_be_ignored_is_said(tree: Tree, old: bytes, new: bytes, how: str) -> None:
    base = WHOLE.replace(old, new, 1)
    result = applied(over(tree, base), diff())
    assert result.placed[0].how == how
    assert result.tree.read(MMU) == base.replace(b"int line_10;", b"int ten;")


def test_both_can_be_said(tree: Tree) -> None:
    base = WHOLE.replace(b"line_9;", b"line_9; /* a */").replace(b"int line_1;", b"int x;\nint line_1;")
    assert applied(over(tree, base), diff()).placed[0].how == "moved by 1 line, ignoring comments"


def test_a_hunk_that_begins_within_a_comment(tree: Tree) -> None:
    text = b"int a;\n/*\n * one\n * two\n */\nint b;\nint c;\nint d;\nint e;\n"
    hunk = b"@@ -4,5 +4,5 @@\n  * TWO\n  */\n-int b;\n+int B;\n int c;\n int d;\n"
    head = f"--- a/{MMU}\n+++ b/{MMU}\n".encode()
    result = applied(over(tree, text), head + hunk)
    assert result.placed[0].how == "ignoring comments"
    assert result.tree.read(MMU) == text.replace(b"int b;", b"int B;")


def test_a_comment_in_a_string_is_none(tree: Tree) -> None:
    base = WHOLE.replace(b"int line_9;", b'char *s = "/* a */";')
    text = diff().replace(b" int line_9;", b' char *s = "/* b */";')
    assert "should be 'char *s = \"/* b */\";', but is 'char *s = \"/* a */\";'" in refused(
        over(tree, base), text
    )


def test_a_line_that_is_removed_must_be_as_it_is(tree: Tree) -> None:
    base = WHOLE.replace(b"int line_10;", b"int line_10; /* now with a comment */")
    assert refused(over(tree, base), diff()) == (
        f"x.patch: {MMU}: the hunk @@ -7,7 +7,7 @@ does not apply: line 10 should be 'int line_10;',"
        " but is 'int line_10; /* now with a comment */'."
    )


def test_a_hunk_that_fits_twice_is_refused(tree: Tree) -> None:
    said = refused(over(tree, b"int x;\n" + WHOLE + WHOLE), diff())
    assert said == (
        f"x.patch: {MMU}: the hunk @@ -7,7 +7,7 @@ fits at line 8 and at line 68; it does not say which is meant."
    )
    assert applied(over(tree, WHOLE + WHOLE), diff()).placed[0].how == "exact"


def test_a_hunk_after_one_that_moved_must_not_fit_at_both_places(tree: Tree) -> None:
    second = diff(old="int line_30;", new="int thirty;", line=30)
    both = diff() + second[second.index(b"@@") :]
    base = [*LINES[:2], "int x;\n" * 20, *LINES[2:]]
    assert {p.how for p in applied(over(tree, "".join(base).encode()), both).placed} == {"moved by 20 lines"}
    again = [*base[:-5], *LINES[26:33], *base[-5:]]
    assert [p.line for p in applied(over(tree, "".join(again).encode()), both).placed] == [27, 47]
    before = [*LINES[:2], *["int x;\n"] * 6, *LINES[2:20], *LINES[26:33], *LINES[20:]]
    assert "fits at line 27 and at line 40;" in refused(over(tree, "".join(before).encode()), both)


def test_comments_and_blank_lines_alone_are_no_place(tree: Tree) -> None:
    text = f"--- a/{MMU}\n+++ b/{MMU}\n@@ -3,2 +3,3 @@\n /* x */\n+int new;\n /* y */\n".encode()
    assert "does not apply: line 3 should be '/* x */', but is 'int line_3;'" in refused(tree, text)


def test_the_ends_of_a_file_are_places(tree: Tree) -> None:
    end = f"--- a/{MMU}\n+++ b/{MMU}\n@@ -59,2 +59,3 @@\n int line_59;\n int line_60;\n+int last;\n".encode()
    assert applied(tree, end).tree.read(MMU) == WHOLE + b"int last;\n"
    said = "would fit at line 59, but has no context on one side and so belongs at the end of the file"
    assert said in refused(over(tree, WHOLE + b"int more;\n"), end)
    start = f"--- a/{MMU}\n+++ b/{MMU}\n@@ -1,2 +1,3 @@\n+int new;\n int line_1;\n int line_2;\n".encode()
    assert applied(tree, start).tree.read(MMU) == b"int new;\n" + WHOLE
    assert "belongs at the first line" in refused(over(tree, b"int more;\n" + WHOLE), start)
    none = f"--- a/{MMU}\n+++ b/{MMU}\n@@ -5,0 +6 @@\n+int new;\n".encode()
    assert "has no context to find its place by; make the diff with some" in refused(tree, none)
    assert "should be 'int line_9;', but the file has ended" in refused(
        over(tree, b"".join(WHOLE.splitlines(True)[:8])), diff()
    )


def test_a_file_without_a_last_newline(tree: Tree) -> None:
    marker = b"\\ No newline at end of file\n"
    text = b"--- a/mm/a.c\n+++ b/mm/a.c\n@@ -2,2 +2,2 @@\n 2\n-3\n" + marker + b"+4\n"
    assert applied(overlay(tree, {"mm/a.c": b"1\n2\n3"}), text).tree.read("mm/a.c") == b"1\n2\n4\n"
    assert "line 3 should be '3', but is '3' with another end of line" in refused(tree, text)
    without = b"--- a/mm/a.c\n+++ b/mm/a.c\n@@ -2,2 +2,2 @@\n 2\n-3\n+4\n" + marker
    assert applied(tree, without).tree.read("mm/a.c") == b"1\n2\n4"


# What happens to files ------------------------------------------------------------------------


def test_files_are_made_deleted_renamed_and_copied(tree: Tree) -> None:
    made = b"diff --git a/mm/n.c b/mm/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/n.c\n@@ -0,0 +1 @@\n+n\n"
    gone = b"diff --git a/mm/a.c b/mm/a.c\ndeleted file mode 100644\n--- a/mm/a.c\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-1\n-2\n-3\n"
    result = applied(tree, made + gone)
    assert (result.tree.read("mm/n.c"), result.tree.has("mm/a.c"), tree.has("mm/a.c")) == (
        b"n\n",
        False,
        True,
    )
    assert result.tree.files("mm", ".c") == ("mm/n.c",) and result.tree.read_all(["mm/a.c"]) == {}
    moved = (
        f"diff --git a/{MMU} b/mm/m.c\nsimilarity index 100%\nrename from {MMU}\nrename to mm/m.c\n".encode()
    )
    result = applied(tree, moved)
    assert (result.tree.read("mm/m.c"), result.tree.has(MMU), result.touches) == (
        WHOLE,
        False,
        (MMU, "mm/m.c"),
    )
    result = applied(tree, moved.replace(b"rename", b"copy"))
    assert (result.tree.read("mm/m.c"), result.tree.has(MMU), result.touches) == (WHOLE, True, ("mm/m.c",))


def test_two_files_may_change_places(tree: Tree) -> None:
    text = b"".join(
        b"diff --git a/%s b/%s\nsimilarity index 100%%\nrename from %s\nrename to %s\n" % (a, b, a, b)
        for a, b in ((b"mm/a.c", b"empty.c"), (b"empty.c", b"mm/a.c"))
    )
    assert applied(tree, text).tree.read_all(["mm/a.c", "empty.c"]) == {
        "mm/a.c": b"",
        "empty.c": b"1\n2\n3\n",
    }


def test_a_plain_diff_makes_and_deletes_by_its_dates(tree: Tree) -> None:
    epoch, now = b"\t1970-01-01 00:00:00.000000000 +0000\n", b"\t2026-01-01 00:00:00.000000000 +0000\n"
    made = b"--- linux.orig/mm/n.c" + epoch + b"+++ linux/mm/n.c" + now + b"@@ -0,0 +1 @@\n+n\n"
    assert applied(tree, made).tree.read("mm/n.c") == b"n\n"
    cut = b"@@ -1,3 +0,0 @@\n-1\n-2\n-3\n"
    assert not applied(tree, b"--- a/mm/a.c" + now + b"+++ b/mm/a.c" + epoch + cut).tree.has("mm/a.c")
    assert applied(tree, b"--- a/mm/a.c" + now + b"+++ b/mm/a.c" + now + cut).tree.read("mm/a.c") == b""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"--- a/mm/no.c\n+++ b/mm/no.c\n@@ -1 +1 @@\n-a\n+b\n", "mm/no.c: the tree has no file mm/no.c."),
        (b"--- /dev/null\n+++ b/mm/a.c\n@@ -0,0 +1 @@\n+b\n", "mm/a.c: the patch makes this file, but the tree has it."),
        (b"--- /dev/null\n+++ b/mm\n@@ -0,0 +1 @@\n+b\n", "mm: the patch makes this file, but the tree has it."),
        (b"--- /dev/null\n+++ b/mm/a.c/x.c\n@@ -0,0 +1 @@\n+b\n",
         "mm/a.c/x.c: the patch makes this file below mm/a.c, which is a file."),
        (b"diff --git a/mm/a.c b/mm/a.c\ndeleted file mode 100644\n",
         "mm/a.c: the patch deletes the file, but not all lines that it has."),
        (b"diff --git a/mm/a.c b/mm/a.c\nindex 1..2 100644\nBinary files a/mm/a.c and b/mm/a.c differ\n",
         "mm/a.c: is changed as a binary file, which cannot be read; it may matter here."),
        (b"diff --git a/mm/l.h b/mm/l.h\nnew file mode 120000\n--- /dev/null\n+++ b/mm/l.h\n@@ -0,0 +1 @@\n+/etc/passwd\n",
         "mm/l.h: is changed as a symbolic link or a submodule, which cannot be read; it may matter here."),
        (b"--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,2 +1,2 @@\n-1\n+b\n 2\n" * 2,
         "mm/a.c: is changed twice by one patch; give its patches one by one."),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_said(tree: Tree, text: bytes, said: str) -> None:
    assert refused(tree, text).startswith(f"x.patch: {said}")


def test_what_is_not_read_is_passed_over_and_noted(tree: Tree) -> None:
    text = (
        b"diff --git a/drivers/logo.png b/drivers/logo.png\nindex 1..2 100644\nGIT binary patch\nliteral 1\nIcmZ\n\n"
        b"diff --git a/mm/a.c b/mm/a.c\nold mode 100644\nnew mode 100755\n"
        b"diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 1\n"
    )
    result = applied(tree, text)
    assert result.notes == (
        "drivers/logo.png is changed as a binary file, and was passed over.",
        "The mode of mm/a.c changes from 100644 to 100755, which is not looked at.",
        "sub is changed as a symbolic link or a submodule, and was passed over.",
    )
    assert result.touches == ("drivers/logo.png", "mm/a.c", "sub")
    assert [is_read(name) for name in result.touches] == [False, True, False]


def test_a_name_behind_a_link_is_refused(tree: Tree, tmp_path: Path) -> None:
    top = tmp_path / "linux"
    (tmp_path / "secret.c").write_bytes(b"1\n2\n3\n")
    (top / "out").symlink_to("..")
    (top / "in").symlink_to("mm")
    (top / "mm/l.c").symlink_to("a.c")
    for name in ("out/secret.c", "in/a.c", "mm/l.c"):
        said = refused(tree, f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-1\n+b\n".encode())
        assert said == f"x.patch: {name}: {name} is a symbolic link or behind one; name the file itself."
    assert (tmp_path / "secret.c").read_bytes() == b"1\n2\n3\n"


def test_what_is_done_already_is_said(tree: Tree) -> None:
    done = applied(tree, diff()).tree
    assert refused(done, diff()) == (
        "x.patch: the patch is in the tree already; take the tree without it, or leave the patch out."
    )
    half = diff() + b"--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,2 +1,2 @@\n-1\n+b\n 2\n"
    assert refused(done, half).endswith("but is 'int ten;'; the tree has this change of the file already.")


def test_an_overlay_deletes(tree: Tree) -> None:
    without = overlay(tree, {"mm/a.c": None})
    assert not without.has("mm/a.c") and not without.has("mm") and without.files("mm") == ()
    assert without.has("drivers") and overlay(without, {"mm/b.c": b""}).has("mm")
    with pytest.raises(ValueError, match=r"has no file mm/a\.c"):
        without.read("mm/a.c")


# Two readers of diffs -------------------------------------------------------------------------

BODY = st.lists(
    st.sampled_from([" a", "-b", "+c", "--- a/x", "+++ b/x", "-", "+@@ -1 +1 @@", " \té"]),
    min_size=1,
    max_size=9,
)


@given(st.lists(BODY, min_size=1, max_size=4))
def test_hunks_are_those_that_unidiff_reads(bodies: list[list[str]]) -> None:
    text, start = "--- a/mm/x.c\n+++ b/mm/x.c\n", 1
    for body in bodies:
        old, new = sum(line[0] != "+" for line in body), sum(line[0] != "-" for line in body)
        text += f"@@ -{start},{old} +{start},{new} @@ f()\n" + "".join(line + "\n" for line in body)
        start += old + new + 5
    ours = read_diff(text.encode())[0].hunks
    theirs = PatchSet(text)[0]
    assert [flat(hunk) for hunk in ours] == [
        (h.source_start, h.target_start, [str(line) for line in h]) for h in theirs
    ]


def flat(hunk: Hunk) -> tuple[int, int, list[str]]:
    return hunk.old_start, hunk.new_start, [line.decode() for line in hunk.lines]
