# SPDX-License-Identifier: GPL-2.0-only
"""A patch is hostile text: each way to lead out of the tree, to hang or to deceive ends in a sentence."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.trees.tree import Tree
from proofs.review.patches import limits
from proofs.review.patches.apply import apply
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import decode, split_lines
from proofs.review.patches.paths import unquote
from proofs.review.patches.series import Series, parse_series, read_series
from tests.support.review.series_of import LINES, MMU, bare, diff, mail, mbox

SECONDS = 20.0
"""Far more than any case takes, and far less than what is not linear would."""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return bare(tmp_path, {MMU: "".join(LINES).encode(), "mm/a.c": b"1\n2\n3\n"})


def refused(data: bytes) -> str:
    start = time.monotonic()
    with pytest.raises(PatchError) as error:
        parse_series(data)
    assert time.monotonic() - start < SECONDS
    said = str(error.value)
    assert said.isprintable() and said.endswith(".") and said.startswith("standard input") and len(said) < 600
    return said


def plain(old: bytes, new: bytes) -> bytes:
    return b"--- " + old + b"\n+++ " + new + b"\n@@ -1,2 +1,2 @@\n-1\n+b\n 2\n"


# Names ----------------------------------------------------------------------------------------

NAMES = [
    b"a/../x", b"a/mm/../../x", b"a//etc/passwd", b"/etc/passwd", b"../x", b"a/./x", b"a/mm//x", b"a/x/", b"a/", b"a",
    b"a/mm\\x", b"a/x\0y", b"a/x\x1by", b"a/x\ry", "a/x\u202ey".encode(), "a/x\u2028y".encode(), b"a/\xff",
    b"a/.git/hooks/x", b"a/mm/.GIT/x", b'"a/x\\ny"', b'"a/\\056\\056/x"', b'"a/x', b'"a/\\q"', b'"a/\\777"', b"a/" + b"x" * 1001,
    b"./x", b"../../x", b"",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_not_inside_the_tree_is_refused(name: bytes) -> None:
    said = refused(plain(name, name))
    assert "file name" in said or "not the name of a file inside the tree" in said
    refused(plain(b"/dev/null", name).replace(b"@@ -1,2 +1,2 @@\n-1\n+b\n 2\n", b"@@ -0,0 +1 @@\n+b\n"))
    refused(
        b"diff --git " + name + b" " + name.replace(b"a/", b"b/", 1) + b"\nold mode 100644\nnew mode 100755\n"
    )
    bare_name = name.removeprefix(b"a/") if not name.startswith(b'"') else name.replace(b'"a/', b'"', 1)
    if bare_name not in (b"a", b"x") and b"a/" in name:
        head = b"diff --git a/mm/a.c b/mm/b.c\nsimilarity index 100%\nrename from mm/a.c\nrename to "
        refused(head + bare_name + b"\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (plain(b"a/mm/a.c", b"b/mm/b.c"), "begins a diff of two files, mm/a.c and mm/b.c"),
        (plain(b"/dev/null", b"/dev/null"), "begins the diff of no file at all"),
        (plain(b"/dev/null", b"b/mm/n.c"), "begins a file that is made, but its hunks remove lines or have context"),
        (plain(b"a/mm/a.c", b"/dev/null"), "begins a file that is deleted, but its hunks leave lines"),
        (b"diff --git a/mm/a.c b/mm/a.c\n" + plain(b"a/mm/b.c", b"b/mm/a.c"), "names another file than the header of git, mm/a.c"),
        (b"diff --git a/mm/a.c b/mm/b.c\n" + plain(b"a/mm/a.c", b"b/mm/b.c"), "names two files, but neither a rename nor a copy follows"),
        (b"diff --git mm/a.c mm/a.c\n" + plain(b"mm/a.c", b"mm/a.c"), "has no first part such as a/ to drop"),
        (b"diff --git a/a.c b/a.c\nrename from a.c\nrename from b.c\n", "is said twice of one file"),
        (b"diff --git a/a.c b/b.c\nrename from a.c\n", "says one end of a rename only"),
        (b"diff --git a/a.c b/a.c\nold mode 1\nnew mode 2\n", "which is none of git's"),
        (b"diff --git a/a.c b/a.c\nindex 1..2 100644\n", "begins a file that nothing happens to"),
        (b"diff --git a/a.c b/b.c\nsimilarity index 90%\nrename from a.c\nrename to b.c\n", "begins a file that is not all the same"),
        (b"diff --cc a.c\n", "is of the combined diff of a merge"),
        (b"diff -u a b\n@@ -1 +1 @@\n-a\n+b\n", "is a hunk that belongs to no file"),
    ],
)  # fmt: skip
def test_headers_that_contradict_themselves_are_refused(text: bytes, said: str) -> None:
    assert said in refused(text)


def test_quoted_names_are_what_git_means() -> None:
    assert unquote(b'"a/\\303\\266\\t\\"\\\\"') == 'a/ö\t"\\'.encode()
    found = parse_series(plain(b'"a/\\303\\266.c"', b'"b/\\303\\266.c"'))
    assert found.patches[0].touches == ("ö.c",)
    both = b'diff --git "a/\\303\\266.c" "b/\\303\\266.c"\nold mode 100644\nnew mode 100755\n'
    assert parse_series(both).patches[0].touches == ("ö.c",)


# Hunks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hunk", "said"),
    [
        (b"@@ -1,2 +1,2 @@\n-1\n+b\n", "comes before the 1 old and 1 new lines that are still to follow"),
        (b"@@ -1,2 +1,2 @@\n-1\n+b\nx\n", "comes before the 1 old and 1 new lines"),
        (b"@@ -1,1 +1,1 @@\n-1\n+b\n+c\n", "follows a hunk whose header does not count it"),
        (b"@@ -1,1 +1,1 @@\n-1\n+b\n-c\n", "follows a hunk whose header does not count it"),
        (b"@@ -1,1 +1,1 @@\n-1\n-2\n+b\n", "has more lines than its header counts"),
        (b"@@ -1,1 +99999999999,1 @@\n-1\n+b\n", "is not the header of a hunk"),
        (b"@@ -\xd9\xa1 +\xd9\xa1 @@\n-1\n+b\n", "is not the header of a hunk"),
        (
            b"@@ -5 +5 @@\n-1\n+b\n@@ -5 +5 @@\n-1\n+b\n",
            "begins a file whose hunk @@ -5 +5 @@ comes too late",
        ),
        (
            b"@@ -1 +1 @@\n-1\n\\ No newline\n\\ No newline\n+b\n",
            "says a second time that there is no newline",
        ),
        (
            b"@@ -1,2 +1 @@\n-1\n\\ No newline\n-2\n+b\n",
            "begins a hunk with a line that has no newline before others",
        ),
        (b"\n", "begins the diff of a file, but no hunk follows"),
        (
            b"@@ -1 +1 @@\n-1\n+b\nBinary files a/x.c and b/x.c differ\n",
            "tells of a difference without what it is",
        ),
    ],
)
def test_hunks_that_do_not_add_up_are_refused(hunk: bytes, said: str) -> None:
    assert said in refused(b"--- a/mm/a.c\n+++ b/mm/a.c\n" + hunk)


def test_too_many_of_anything_is_one_sentence() -> None:
    head = b"--- a/mm/a.c\n+++ b/mm/a.c\n"
    hunks = b"".join(b"@@ -%d +%d @@\n-a\n+b\n" % (3 * i, 3 * i) for i in range(1, limits.HUNKS + 2))
    assert refused(head + hunks) == "standard input: the diff has more than 20000 hunks; give fewer at once."
    files = b"".join(
        b"diff --git a/%d b/%d\nold mode 100644\nnew mode 100755\n" % (i, i) for i in range(limits.FILES + 1)
    )
    assert refused(files) == "standard input: the diff changes more than 10000 files; give fewer at once."
    mails = mbox(*[b"Subject: x\n\n"] * (limits.MAILS + 1))
    assert refused(mails) == "standard input: holds 2001 mails, more than the 2000 that are read."
    assert "has more than the 16777216 bytes that are read" in refused(b"x" * (limits.BYTES + 1))
    assert "has more than the 500000 lines that are read" in refused(b"\n" * (limits.LINES + 1))
    assert "has more than the 500000 lines that are read" in refused(b"\r" * (limits.LINES + 1))
    assert "the header has more than the 262144 bytes" in refused(b"Subject: x\n" * 30_000)
    assert "a header field has 3002 bytes, more than the 2000" in refused(
        mail("x").replace(b"A U Thor", b"x" * 2984)
    )
    assert "the mail has more than the 32 parts" in refused(mail("x") + b"Content-Type: text/plain\n" * 33)


def test_a_file_and_a_directory_that_are_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "x.patch").open("wb") as file:
        file.truncate(limits.BYTES + 1)
    for path in (tmp_path, tmp_path / "x.patch"):
        with pytest.raises(PatchError, match="has more than the 16777216 bytes"):
            read_series(path)
    os.mkfifo(tmp_path / "pipe.patch")
    with pytest.raises(PatchError, match="is no file"):
        read_series(tmp_path / "pipe.patch")


# Time -----------------------------------------------------------------------------------------

SLOW = {
    "what is quadratic to unidiff": diff() + b"Binary files " + b"x and " * 300_000,
    "no end of names": b"diff --git " + b"a/ b/ " * 300_000,
    "an open quote": b'diff --git "' + b"\\" * 1_000_000,
    "nested parts": mail("x") [:-1] + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(31))
    + b"\n--x" * 50_000,
    "nested by carriage returns": b"Subject: x\n" + b"Content-Type: multipart/mixed; boundary=b\r\r--b\r" * 100,
    "parameters": mail("x", b"", "Content-Type: text/plain" + ";" * 100_000),
    "folds": b"From: x\nSubject: " + b" \t" * 100_000 + b"\n\n",
    "open words": b"From: x\nSubject: " + b"=?a?q?" * 300 + b"\n\n",
    "comments": b"From: " + b"(" * 1900 + b"\nSubject: x\n\n",
    "idna": mail("=?idna?q?" + "a" * 1900 + "?=", b"x", "Content-Type: text/plain; charset=idna"),
    "fields in the body": mail("x", b"From: a\n" * 100_000 + b"Date: b\n b\n" * 100_000),
    "spaces": mail("x", b"---" + b" " * 1_000_000 + b"x"),
    "from lines": b"From a@b Thu Jan  1 00:00:00 1970\nA: b\n" * 50_000,
    "attached mails within attached mails": mail("x", (b"--b\nContent-Type: text/x-patch\n\n" + mail("y")) * 10, "Content-Type: multipart/mixed; boundary=b"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_what_could_take_long_does_not(name: str) -> None:
    start = time.monotonic()
    try:
        assert isinstance(parse_series(SLOW[name]), Series)
    except PatchError as error:
        assert str(error).endswith(".")
    assert time.monotonic() - start < SECONDS


def test_ten_thousand_hunks_are_read_and_applied(tmp_path: Path) -> None:
    lines = [b"int v%d;\n" % number for number in range(40_000)]
    hunks = [
        b"@@ -%d,3 +%d,3 @@\n " % (at + 1, at + 1)
        + lines[at]
        + b"-"
        + lines[at + 1]
        + b"+x\n "
        + lines[at + 2]
        for at in range(1, 40_000 - 3, 4)
    ]
    text = b"--- a/mm/big.c\n+++ b/mm/big.c\n" + b"".join(hunks)
    start = time.monotonic()
    tree = bare(tmp_path, {"mm/big.c": b"int more;\n" + b"".join(lines)})
    result = apply(tree, parse_series(text).patches[0])
    assert (len(result.placed), {placed.moved for placed in result.placed}) == (9_999, {1})
    assert time.monotonic() - start < SECONDS


def test_lines_that_are_all_alike_do_not_take_long(tmp_path: Path) -> None:
    tree = bare(tmp_path, {"mm/big.c": b"\n" * 100_000})
    body = b" \n" * 1_000 + b"-x\n+y\n" + b" \n" * 1_000
    hunks = b"".join(b"@@ -%d,2001 +%d,2001 @@\n" % (at, at) + body for at in range(2, 20_000, 2_001))
    start = time.monotonic()
    with pytest.raises(PatchError, match="does not apply|are to be compared"):
        apply(tree, parse_series(b"--- a/mm/big.c\n+++ b/mm/big.c\n" + hunks).patches[0])
    assert time.monotonic() - start < SECONDS


# What is shown --------------------------------------------------------------------------------


def test_nothing_unprintable_is_shown() -> None:
    evil = "\x1b[2J\u202e\x07"
    text = diff(new=f"int ten; /* {evil} */")
    found = parse_series(mail(f"[PATCH] a{evil}", f"Text {evil}\n\tmore.\n---\n".encode() + text)).patches[0]
    quoted = found.files[0].hunks[0].text
    assert all(c.isprintable() or c in "\n\t" for c in quoted + found.message)
    assert found.subject == "a\\x1b[2J\\u202e\\x07" and "\\x1b[2J\\u202e\\x07" in quoted
    assert evil.encode() in b"".join(found.files[0].hunks[0].lines)


@pytest.mark.parametrize("field", ["<a b@x>", "<a@x\x1b>", "x", "<" + "a" * 300 + "@x>", "<<>>"])
def test_a_message_id_that_is_none(field: str) -> None:
    assert parse_series(mail("[PATCH] a", diff(), f"Message-ID: {field}")).patches[0].message_id is None


@given(st.binary(max_size=60))
def test_lines_are_all_the_bytes(data: bytes) -> None:
    assert b"".join(split_lines(data)) == data
    assert all(line.endswith(b"\n") for line in split_lines(data)[:-1])
    assert isinstance(decode(data, "idna"), str)


def test_many_patches_are_as_limited_as_one() -> None:
    half = b"".join(
        b"diff --git a/%d b/%d\nold mode 100644\nnew mode 100755\n" % (i, i)
        for i in range(limits.FILES // 2 + 1)
    )
    said = refused(mbox(mail("[PATCH 1/2] a", half), mail("[PATCH 2/2] b", half)))
    assert (
        said
        == "standard input, mail 2: the diffs to here change more than 10000 files or have more than 20000 hunks."
    )
