# SPDX-License-Identifier: GPL-2.0-only
"""Mails, mailboxes and directories are read as series: which patches, in which order, and what is said."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from proofs.review.patches.limits import PatchError
from proofs.review.patches.series import Series, parse_series, read_series
from tests.support.review.series_of import MMU, diff, git, mail, mbox, patch, repository


def read(*mails: bytes) -> Series:
    return parse_series(mbox(*mails), "x.mbx")


def refused(*mails: bytes) -> str:
    with pytest.raises(PatchError) as error:
        read(*mails)
    return str(error.value)


def subjects(found: Series) -> list[str]:
    return [patch.subject for patch in found.patches]


# Order and choice -----------------------------------------------------------------------------


def test_patches_are_in_the_order_of_their_numbers_and_replies_are_passed_over() -> None:
    found = read(
        patch(
            "[PATCH v9 2/2] two", 20, "Message-ID: <2@x>", "In-Reply-To: <0@x>", "References: <0@x>\n <1@x>"
        ),
        mail("Re: [PATCH v9 1/2] one", b"> " + diff().replace(b"\n", b"\n> ") + b"\n\nReviewed-by: R\n"),
        mail("[PATCH v9 0/2] cover", b"What it is about.\n\ndiff --git a/x b/x\nold mode 1\n"),
        patch("[PATCH v9 1/2] one", 30),
        mail("hello", b"nothing"),
    )
    assert subjects(found) == ["one", "two"]
    assert found.cover is not None and found.cover.message == "What it is about."
    assert (found.notes, found.passed_over) == ((), 2)
    two = found.patches[1]
    assert (two.message_id, two.in_reply_to, two.references) == ("<2@x>", "<0@x>", ("<0@x>", "<1@x>"))
    assert (two.where, two.author, two.message, two.touches) == ("x.mbx, mail 1", "A U Thor", "Why.", (MMU,))


@pytest.mark.parametrize(
    ("subject", "number", "total", "reroll", "text"),
    [
        ("[PATCH] a", None, None, 1, "a"),
        ("[PATCHv2 03/12] a", 3, 12, 2, "a"),
        ("[RFC PATCH v6.12 v3 1/1] KVM: [x] a", 1, 1, 3, "KVM: [x] a"),
        ("[PATCH v11 1/1][media] a", 1, 1, 11, "a"),
        ("a [PATCH]", None, None, 1, "a [PATCH]"),
        ("[PATCH 1/9999999] a", None, None, 1, "a"),
        ("[PATCH 9/8] a", None, None, 1, "a"),
        ("", None, None, 1, ""),
    ],
)
def test_subjects(subject: str, number: int | None, total: int | None, reroll: int, text: str) -> None:
    found = read(patch(subject))
    one = found.patches[0]
    assert (one.number, one.total, one.reroll, one.subject) == (number, total, reroll, text)
    alone = "Patch 3 of 12 was given alone; the tree is taken to be as before that patch."
    assert found.notes == ((alone,) if number == 3 else ())


def test_some_patches_of_a_series_are_not_the_series() -> None:
    assert refused(patch("[PATCH v2 3/12] a"), patch("[PATCH v2 4/12] b", 20)) == (
        "x.mbx: of v2 of the series, patch 1, 2, 5, 6, 7, ... of 12 are missing; give the whole series."
    )


def test_the_highest_complete_reroll_is_taken_and_said() -> None:
    found = read(patch("[PATCH v2 1/1] a"), patch("[PATCH v3 1/1] a"), patch("[PATCH v4 1/2] a"))
    assert [p.reroll for p in found.patches] == [3]
    assert found.notes == (
        "x.mbx: v3 of the series is taken, and not v2 of 1 patches.",
        "x.mbx: v3 of the series is taken, and not v4 of 2 patches, of which patch 2 of 2 is missing.",
    )
    found = read(patch("[PATCH] a"), patch("[PATCH v2] a"))
    assert (len(found.patches), found.notes) == (1, ("x.mbx, mail 1: 'a' is not of v2 and was not taken.",))


def test_what_is_sent_again_is_taken_once_and_what_differs_is_refused() -> None:
    found = read(patch("[PATCH 1/1] a"), patch("[PATCH 1/1] a"))
    assert (len(found.patches), found.notes) == (
        1,
        ("x.mbx, mail 2: 'a' was sent before and was not taken.",),
    )
    assert read(patch("[PATCH] a"), patch("[PATCH] a")).notes == found.notes
    said = refused(patch("[PATCH 1/1] a"), patch("[PATCH 1/1] a", new="int other;"))
    assert said == "x.mbx: holds two patches 1/1 of v1 that differ; give one of them."
    said = refused(patch("[PATCH 1/1] a"), patch("[PATCH 1/2] b"), patch("[PATCH 2/2] c"))
    assert said == "x.mbx: holds two series, of 1 and of 2 patches; give one of them."


def test_a_missing_patch_is_said() -> None:
    said = refused(patch("[PATCH 1/3] a"), patch("[PATCH 3/3] c"))
    assert said == "x.mbx: of v1 of the series, patch 2 of 3 is missing; give the whole series."


def test_what_has_no_number_is_not_of_a_series_that_has() -> None:
    found = read(patch("[PATCH 1/1] a"), patch("[PATCH] fixup"), patch("Re: [PATCH 1/1] a"))
    assert subjects(found) == ["a"]
    assert found.notes == (
        "x.mbx, mail 3: 'a' is a reply and was not taken.",
        "x.mbx, mail 2: 'fixup' has no number in the series and was not taken.",
    )


def test_a_patch_in_a_reply_is_taken_if_it_is_all_there_is() -> None:
    assert subjects(read(patch("Re: what about this"))) == ["what about this"]
    assert refused(mail("Re: x", b"no")) == "x.mbx: holds no patch; give one, or mails that have some."


# Attached patches, mailboxes, directories -----------------------------------------------------


def with_parts(*parts: bytes) -> bytes:
    body = b"".join(b"--=-x\n" + part + b"\n" for part in parts) + b"--=-x--\n"
    return mail("[PATCH] outer", body, 'Content-Type: multipart/mixed; boundary="=-x"', "Message-ID: <o@x>")


def test_an_attached_patch_is_read() -> None:
    text = b"Content-Type: text/plain\n\nSee attachment.\n"
    found = parse_series(with_parts(text, b"Content-Type: text/x-patch; name=a.patch\n\n" + diff()))
    assert (found.patches[0].subject, found.patches[0].message_id) == ("outer", "<o@x>")
    assert found.patches[0].files == parse_series(diff()).patches[0].files
    octets = b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
    octets += b'Content-Disposition: attachment; filename="0001-a.patch"\n\n'
    found = parse_series(with_parts(text, octets + base64.encodebytes(patch("[PATCH] inner"))))
    assert (found.patches[0].subject, found.patches[0].message_id) == ("inner", "<o@x>")


def test_what_b4_writes(tmp_path: Path) -> None:
    data = git(repository(tmp_path / "linux"), "format-patch", "--stdout", "-v3", "base..HEAD")
    mails = [part.partition(b"\n")[2] for part in re.split(rb"\nFrom (?=[0-9a-f]{40} )", data)]
    plain = mbox(*mails, sender="git@z")
    escaped = mbox(
        *(text.replace(b"\nFrom ", b"\n>From ").replace(b"\n>From:", b"\nFrom:") for text in mails)
    )
    (tmp_path / "am.mbx").write_bytes(plain)
    found = read_series(tmp_path / "am.mbx")
    assert [p.files for p in found.patches] == [p.files for p in parse_series(data).patches]
    assert [p.message for p in parse_series(escaped).patches] == [p.message for p in found.patches]
    assert "\nFrom here on, more." in found.patches[0].message


def test_a_maildir_and_a_directory(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    (tmp_path / "mail/new/2.x").write_bytes(patch("[PATCH 1/2] one"))
    (tmp_path / "mail/cur/1.x:2,S").write_bytes(patch("[PATCH 2/2] two", 30))
    (tmp_path / "mail/tmp/3.x").write_bytes(b"half")
    assert subjects(read_series(tmp_path / "mail")) == ["one", "two"]
    assert sorted(path.name for path in (tmp_path / "mail/new").iterdir()) == ["2.x"]
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/b.patch").write_bytes(diff())
    (tmp_path / "bare/a.diff").write_bytes(b"Text.\n\n" + diff(old="int line_30;", line=30))
    (tmp_path / "bare/README").write_bytes(b"no")
    found = read_series(tmp_path / "bare")
    assert [(Path(p.where).name, p.subject, p.message) for p in found.patches] == [
        ("a.diff", "", "Text."),
        ("b.patch", "", ""),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no patch; give one, or mails that have some."),
        (b"hello\n", "holds no patch; give one, or mails that have some."),
        (b"\x1f\x8b\x08", "is compressed; unpack it first."),
        ("diff".encode("utf-16"), "is UTF-16; write the patch as git does, in UTF-8."),
        (b"commit " + b"a" * 40 + b"\n" + diff() + b"commit " + b"b" * 40 + b"\n" + diff(),
         "is the output of git log; give that of git format-patch."),
        (mail("x", b"x", "Content-Transfer-Encoding: x-uuencode"),
         "the mail is encoded as 'x-uuencode', which is not read."),
        (mail("x", b"Zm9v\n!!!\n", "Content-Transfer-Encoding: base64"),
         "the base64 of the mail is damaged; take it from the archive again."),
        (mail("x", b"x", "Content-Type: multipart/mixed"),
         "the MIME of the mail is damaged: a part that should have parts has none."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(data: bytes, said: str) -> None:
    with pytest.raises(PatchError) as error:
        parse_series(data)
    assert str(error.value) == f"standard input: {said}"


def test_paths_that_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match=r"could not be read: No such file or directory\."):
        read_series(tmp_path / "none")
    with pytest.raises(PatchError, match=r"holds no patch; give a patch, a mailbox, or a directory"):
        read_series(tmp_path)
    with pytest.raises(PatchError, match=r"is no file; give a patch"):
        read_series("/dev/null")
