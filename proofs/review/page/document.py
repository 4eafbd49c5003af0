# SPDX-License-Identifier: GPL-2.0-only
"""The whole page: one HTML file with its style and script in it, and a policy that forbids everything else.

The Content-Security-Policy allows the style sheet and the script of this package by their digests, and
nothing from anywhere.  Without scripts everything is shown, unfolded.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from proofs.review.page.changes import render_functions
from proofs.review.page.claims import render_theorems
from proofs.review.page.element import Child, Element, Raw, element, render_html
from proofs.review.page.facts import FactIndex, index_facts
from proofs.review.page.filters import render_filters
from proofs.review.page.overview import patch_id, render_badge, render_overview
from proofs.review.review import PatchReview, Review


def render_page(review: Review) -> str:
    """The HTML of a review, with a newline at its end; the same review gives the same bytes."""
    style, script = _read_asset("page.css"), _read_asset("page.js")
    facts = index_facts(review)
    body = element(
        "body",
        render_overview(review),
        render_filters(review),
        element(
            "main",
            [_patch(review, i, each, facts) for i, each in enumerate(review.patches, 1)],
            facts.render_section(review.assumptions),
            _end(review),
        ),
        element("script", Raw(script)),
    )
    root = element("html", _head(review, style, script), body, lang="en")
    return f"<!DOCTYPE html>\n{render_html(root)}\n"


def _read_asset(name: str) -> str:
    return (Path(__file__).with_name("assets") / name).read_text(encoding="utf-8")


def _head(review: Review, style: str, script: str) -> Element:
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        Element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}, ()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{review.status.value}: {review.title or 'A change without a subject'}"),
        element("style", Raw(style)),
    )


def _digest(text: str) -> str:
    """The source expression that allows exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _patch(review: Review, position: int, patch: PatchReview, facts: FactIndex) -> Element:
    own = patch_id(position)
    return element(
        "section",
        _title(review, position, patch),
        element("ul", [element("li", note) for note in patch.notes], class_="notes") if patch.notes else None,
        render_functions(own, patch.functions),
        render_theorems(own, patch.theorems, facts),
        id=own,
        class_="patch",
    )


def _title(review: Review, position: int, patch: PatchReview) -> Child:
    """The heading of a patch; of one that is alone, the head of the page has it."""
    if len(review.patches) == 1:
        return element("h2", "What became of it")
    count = f"{position}/{len(review.patches)}"
    return element("h2", f"{count} {patch.patch.subject} ", render_badge(patch.status))


def _end(review: Review) -> Element:
    return element(
        "section",
        [
            element("h2", "What was not checked"),
            element("ul", [element("li", each) for each in review.not_checked]),
        ]
        if review.not_checked
        else None,
        [element("h2", "How to repeat it"), element("pre", review.command)] if review.command else None,
    )
