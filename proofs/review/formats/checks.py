# SPDX-License-Identifier: GPL-2.0-only
"""The review as a check of ``b4 review``, and as one of patchwork for each patch.

b4 gives a mail on standard input and reads an array of results on standard output, an empty one if there is
nothing to report; ``details`` is a string, and where that is a JSON list, b4 shows its members one by one.

The array for patchwork has an object for each patch: ``check`` is the body of ``POST /api/patches/ID/checks/``,
and ``msgid`` finds the ID, None where the patch states none.  Nothing is posted here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from counterexamples.render.as_json import printable, render_json
from proofs.review.entries import ReviewEntry, is_in_scope, list_entries, summarise
from proofs.review.review import PatchReview, Review, Status

TOOL = "stage2-proofs"
#: What patchwork calls a status.
_STATES = {Status.PASS: "success", Status.WARN: "warning", Status.FAIL: "fail"}
#: Members of the details and characters of a text, at most.
MEMBERS, LENGTH = 40, 500

#: The array for a mail that holds no patch, or for a patch that changes nothing that is read.
NOTHING = "[]\n"


def render_b4(review: Review) -> str:
    """The array for b4, as JSON."""
    if not is_in_scope(review):
        return NOTHING
    return _result(review.status, summarise(review), json.dumps(_details(review), sort_keys=True))


def render_trouble(sentence: str) -> str:
    """The array for a patch that could not be looked at, such as one that does not apply: a warning."""
    return _result(Status.WARN, shorten(sentence), "")


def shorten(text: str) -> str:
    """The text on one line, printable, and cut where it is too long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= LENGTH else f"{line[:LENGTH]} ..."


def _result(status: Status, says: str, details: str) -> str:
    result = {"tool": TOOL, "status": status.value, "summary": shorten(says), "url": "", "details": details}
    return render_json([result])


def _details(review: Review) -> list[dict[str, Any]]:
    """What did not pass, and the notes; the rest is counted."""
    found: list[dict[str, Any]] = []
    passed = 0
    for position, patch in enumerate(review.patches, 1):
        where = f"{position}/{len(review.patches)} " if len(review.patches) > 1 else ""
        every = list_entries(patch)
        failing = [each for each in every if each.status is not Status.PASS]
        passed += len(every) - len(failing)
        found += [_member(each, where) for each in failing]
        found += [_note(Status.PASS, where + note) for note in patch.notes]
    more = [_note(review.status, f"{len(found) - MEMBERS} more")] if len(found) > MEMBERS else []
    return [*found[:MEMBERS], *more, _note(Status.PASS, f"{passed} as before or better")]


def _member(each: ReviewEntry, where: str) -> dict[str, Any]:
    context = f"{where}{each.name}" + (f", {each.pages} pages" if each.pages else "")
    member = {
        "status": each.status.value,
        "state": "undecided" if each.is_open else each.status.value,
        "context": shorten(context),
        "description": shorten(each.says),
    }
    if each.place is not None:
        member["srcline"] = shorten(f"{each.place}: {each.place.text}")
    return member


def _note(status: Status, text: str) -> dict[str, Any]:
    return {"status": status.value, "description": shorten(text)}


def render_patchwork(review: Review) -> str:
    """The array for patchwork, as JSON."""
    return render_json([_check(review, patch) for patch in review.patches])


def _check(review: Review, patch: PatchReview) -> dict[str, Any]:
    check = {
        "state": _STATES[patch.status],
        "target_url": None,
        "context": TOOL,
        "description": shorten(summarise(replace(review, patches=(patch,)))),
    }
    return {"msgid": patch.patch.message_id, "subject": patch.patch.subject, "check": check}
