# SPDX-License-Identifier: GPL-2.0-only
"""Good mails with bytes changed anywhere are read or refused by a sentence, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.review.patches.apply import apply_all
from proofs.review.patches.limits import PatchError
from proofs.review.patches.series import parse_series
from tests.support.review.series_of import LINES, MMU, bare, diff, mail, mbox

GOOD = mbox(
    mail("[PATCH v2 0/2] cover", b"Cover.\n"),
    mail("=?utf-8?q?=5BPATCH_v2_1/2=5D_one?=", b"From: O <o@x>\n\nWhy.\n---\n 1 |\n\n" + diff() + b"-- \n2.43\n", "Message-ID: <1@x>"),
    mail("[PATCH v2 2/2] two", b"--b\nContent-Type: text/plain; format=flowed\n\nWhy.\n--b\nContent-Type: text/x-patch; name=a\n\n"
         b"diff --git a/mm/a.c b/mm/c.c\nsimilarity index 50%\nrename from mm/a.c\nrename to mm/c.c\n--- a/mm/a.c\n+++ b/mm/c.c\n"
         b"@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n--b--\n", "Content-Type: multipart/mixed; boundary=b"),
)  # fmt: skip
PIECES = [b"\n", b"\r", b"\0", b"\xff", b"@@ -1 +1 @@\n", b"--- a/mm/a.c\n", b"+++ /dev/null\n", b"../", b"/", b'"', b"\\", b"-", b"+",
          b"9999999999", b"=?", b"?=", b"boundary=", b"base64", b"From ", b"Content-Transfer-Encoding: base64\n", b"diff --git a/x b/x\n",
          b"rename to x\n", b"\\ No newline at end of file\n", b"[PATCH v3 1/2]", b"new file mode 120000\n", b"Re: ", b"\xe2\x80\xae"]  # fmt: skip


def damaged(seed: int) -> bytes:
    random, data = Random(seed), GOOD
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((0, 0, 1, 2, 10, 100)))
        piece = random.choice((b"", random.choice(PIECES), random.randbytes(2), data[start:end] * 2))
        data = data[:start] + piece + data[end:]
    return data


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_mails_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    top = tmp_path_factory.getbasetemp() / "damaged"
    tree = bare(top, {MMU: "".join(LINES).encode(), "mm/a.c": b"1\n2\n3\n"})
    before = sorted(path for path in top.rglob("*"))
    try:
        found = parse_series(damaged(seed))
        assert found.patches
        apply_all(tree, found.patches)
    except PatchError as error:
        assert str(error).isprintable() and str(error).endswith(".")
    assert sorted(path for path in top.rglob("*")) == before


def test_the_mails_that_are_damaged_are_good(tmp_path: Path) -> None:
    tree = bare(tmp_path, {MMU: "".join(LINES).encode(), "mm/a.c": b"1\n2\n3\n"})
    found = parse_series(GOOD)
    assert found.cover is not None and [patch.subject for patch in found.patches] == ["one", "two"]
    last = apply_all(tree, found.patches)[-1].tree
    assert last.read("mm/c.c") == b"one\n2\n3\n" and not last.has("mm/a.c")
