# SPDX-License-Identifier: GPL-2.0-only
"""What is posted to patchwork as a check of a patch?

An array with an object for each patch: ``check`` is the body of ``POST /api/patches/ID/checks/``, and
``msgid`` finds the ID, None where the patch states none.  Nothing is posted here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from proofs.review.formats.checks import TOOL, cut
from proofs.review.formats.json_text import json_text
from proofs.review.formats.text import summary
from proofs.review.review import PatchReview, Review, Status

STATES = {Status.PASS: "success", Status.WARN: "warning", Status.FAIL: "fail"}


def document(review: Review) -> str:
    """The array, as JSON."""
    return json_text([_check(review, patch) for patch in review.patches])


def _check(review: Review, patch: PatchReview) -> dict[str, Any]:
    check = {
        "state": STATES[patch.status],
        "target_url": None,
        "context": TOOL,
        "description": cut(summary(replace(review, patches=(patch,)))),
    }
    return {"msgid": patch.patch.message_id, "subject": patch.patch.subject, "check": check}
