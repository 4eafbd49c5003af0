# SPDX-License-Identifier: GPL-2.0-only
"""What does ``b4 review`` read of a check?  An array of results; an empty one says nothing of the patch.

b4 gives a mail on standard input and reads the array on standard output; ``details`` is a string, and
where that is a JSON list, b4 shows its members one by one.
"""

from __future__ import annotations

import json
from typing import Any

from proofs.review.entries import Entry, concerns, entries
from proofs.review.formats.json_text import json_text
from proofs.review.formats.text import summary
from proofs.review.patches.text import printable
from proofs.review.review import Review, Status

TOOL = "stage2-proofs"
#: Members of the details and characters of a text, at most.
MEMBERS, LENGTH = 40, 500

#: What is said of a mail that holds no patch, or of a patch that touches nothing that is read.
NOTHING = "[]\n"


def document(review: Review) -> str:
    """The array, as JSON."""
    if not concerns(review):
        return NOTHING
    return _result(review.status, summary(review), json.dumps(_details(review), sort_keys=True))


def trouble(sentence: str) -> str:
    """The array for a patch that could not be looked at, such as one that does not apply: a warning."""
    return _result(Status.WARN, cut(sentence), "")


def cut(text: str) -> str:
    """The text on one line, printable, and cut where it is too long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LENGTH else f"{line[:LENGTH]} ..."


def _result(status: Status, says: str, details: str) -> str:
    result = {"tool": TOOL, "status": status.value, "summary": cut(says), "url": "", "details": details}
    return json_text([result])


def _details(review: Review) -> list[dict[str, Any]]:
    """What did not pass, and the notes; the rest is counted."""
    found: list[dict[str, Any]] = []
    passed = 0
    for position, patch in enumerate(review.patches, 1):
        where = f"{position}/{len(review.patches)} " if len(review.patches) > 1 else ""
        every = entries(patch)
        told = [each for each in every if each.status is not Status.PASS]
        passed += len(every) - len(told)
        found += [_member(each, where) for each in told]
        found += [_said(Status.PASS, where + note) for note in patch.notes]
    more = [_said(review.status, f"{len(found) - MEMBERS} more")] if len(found) > MEMBERS else []
    return [*found[:MEMBERS], *more, _said(Status.PASS, f"{passed} as before or better")]


def _member(each: Entry, where: str) -> dict[str, Any]:
    context = f"{where}{each.name}" + (f", {each.pages} pages" if each.pages else "")
    member = {
        "status": each.status.value,
        "state": "undecided" if each.is_open else each.status.value,
        "context": cut(context),
        "description": cut(each.says),
    }
    if each.place is not None:
        member["srcline"] = cut(f"{each.place}: {each.place.text}")
    return member


def _said(status: Status, text: str) -> dict[str, Any]:
    return {"status": status.value, "description": cut(text)}
