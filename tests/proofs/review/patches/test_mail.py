# SPDX-License-Identifier: GPL-2.0-only
"""However a mail is encoded, the diff in it is the same; and who wrote what is read from its header."""

from __future__ import annotations

import base64
import quopri

import pytest

from proofs.review.patches.series import parse_series
from tests.support.review.series_of import NOTE, SIGNATURE, diff, mail, patch

UMLAUT = NOTE.replace(b"Why", "Größe".encode()) + diff(new="int zehn; /* größer */") + SIGNATURE


def encoded(way: str) -> bytes:
    plain = "Content-Type: text/plain; charset=UTF-8"
    if way == "base64":
        return mail("[PATCH] a", base64.encodebytes(UMLAUT), plain, "Content-Transfer-Encoding: base64")
    if way == "base64 crlf":
        body = base64.encodebytes(UMLAUT.replace(b"\n", b"\r\n"))
        return mail("[PATCH] a", body, plain, "Content-Transfer-Encoding: base64")
    if way == "quoted-printable":
        return mail(
            "[PATCH] a", quopri.encodestring(UMLAUT), plain, "Content-Transfer-Encoding: Quoted-Printable"
        )
    if way == "latin-1 that is not":
        return mail("[PATCH] a", UMLAUT, "Content-Type: text/plain; charset=us-ascii")
    if way == "no such charset":
        return mail("[PATCH] a", UMLAUT, "Content-Type: text/plain; charset=idna")
    if way == "flowed":
        flowed = b"".join(
            b" " + line if line[:1] in b" >" else line for line in UMLAUT.splitlines(keepends=True)
        )
        return mail("[PATCH] a", flowed.replace(b" -- \n", b"-- \n"), plain + "; format=flowed")
    if way == "crlf":
        return mail("[PATCH] a", UMLAUT, plain).replace(b"\n", b"\r\n")
    return mail("[PATCH] a", UMLAUT, plain)


WAYS = (
    "plain",
    "base64",
    "base64 crlf",
    "quoted-printable",
    "latin-1 that is not",
    "no such charset",
    "flowed",
    "crlf",
)


@pytest.mark.parametrize("way", WAYS)
def test_the_diff_is_the_same_however_it_is_encoded(way: str) -> None:
    wanted = parse_series(diff(new="int zehn; /* größer */")).patches[0].files
    found = parse_series(encoded(way))
    assert found.patches[0].files == wanted
    assert found.patches[0].message == "Größe."


def test_soft_line_breaks_are_undone() -> None:
    flowed = diff(new="int ten; /* long comment */").replace(b"long comment", b"long \ncomment")
    flowed = b"".join(b" " + line if line[:1] == b" " else line for line in flowed.splitlines(keepends=True))
    found = parse_series(mail("x", flowed, "Content-Type: text/plain; format=flowed"))
    assert found.patches[0].files[0].hunks[0].lines[4] == b"+int ten; /* long comment */\n"
    glued = parse_series(mail("x", flowed, "Content-Type: text/plain; format=flowed; delsp=yes"))
    assert glued.patches[0].files[0].hunks[0].lines[4] == b"+int ten; /* longcomment */\n"


def test_latin_1() -> None:
    body = NOTE.replace(b"Why", "Größe".encode("latin-1")) + diff()
    found = parse_series(
        mail("=?ISO-8859-1?Q?[PATCH]_gr=F6=DFer?=", body, "Content-Type: text/plain; charset=latin1")
    )
    assert (found.patches[0].subject, found.patches[0].message) == ("größer", "Größe.")


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("=?UTF-8?q?=5BPATCH_v2=5D_gr=C3=B6=C3=9Fer?=", "größer"),
        ("=?utf-8?b?W1BBVENIXSBncsO2?=\n =?utf-8?b?w59lcg==?=", "größer"),
        ("[PATCH] KVM: arm64:\n\tfolded   line", "KVM: arm64: folded line"),
        ("[PATCH] größer", "größer"),
        ("[PATCH] =?no-such?q?a=20b?=", "a b"),
        ("[PATCH] =?utf-8?b?a?=", "=?utf-8?b?a?="),
        ("[PATCH] =?utf-8?q?a=0Ab=1B[31m=E2=80=AE?=", "a\\nb\\x1b[31m\\u202e"),
    ],
)
def test_subjects_as_headers_encode_them(field: str, subject: str) -> None:
    assert parse_series(patch(field)).patches[0].subject == subject


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ('"Thor, A U" <a@example.org>', "Thor, A U"),
        ("=?UTF-8?q?J=C3=B6rg?= <j@example.org>", "Jörg"),
        ("a@example.org", "a@example.org"),
        ("<a@example.org>", "a@example.org"),
        ("", None),
    ],
)
def test_authors(field: str, author: str | None) -> None:
    data = patch("[PATCH] a").replace(b"From: A U Thor <a@example.org>", f"From: {field}".encode())
    assert parse_series(data).patches[0].author == author


def test_the_author_within_the_body_is_the_author() -> None:
    found = parse_series(patch("[PATCH] a").replace(b"Why.\n", b"From: Other One <o@example.org>\n\nWhy.\n"))
    assert (found.patches[0].author, found.patches[0].message) == ("Other One", "Why.")
