# SPDX-License-Identifier: GPL-2.0-only
"""The head of the page: the status, the base, the first patch that changes something, the verdicts that change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from proofs.review.entries import summarise
from proofs.review.page import claims
from proofs.review.page.changes import ALIKE
from proofs.review.page.element import Child, Element, anchor, element
from proofs.review.review import PatchReview, Review, Status, TheoremReview, VerdictChange

_MEANS = {
    Status.PASS: "No function changes, and every verdict is as before.",
    Status.WARN: "Behaviour changes, or something is undecided; no theorem was broken.",
    Status.FAIL: "A theorem was broken, became vacuous or could not be checked, or fails otherwise than before.",
}
_SIGN = {Status.PASS: "\N{CHECK MARK}", Status.WARN: "!", Status.FAIL: "\N{MULTIPLICATION SIGN}"}
#: Theorems that are named in the overview; the others are counted.
NAMED = 12


def patch_id(position: int) -> str:
    """The id of a patch by its position from 1."""
    return anchor(f"patch-{position}")


def render_overview(review: Review) -> Element:
    """The head of the page."""
    return element(
        "header",
        element("p", review.tool, class_="tool") if review.tool else None,
        element("h1", review.title or "A change without a subject"),
        element("p", render_badge(review.status), f" {summarise(review)}", class_="summary"),
        element("p", _MEANS[review.status], class_="quiet"),
        element(
            "dl", [[element("dt", key), element("dd", value)] for key, value in _facts(review)], class_="keys"
        ),
        _series(review) if len(review.patches) > 1 else None,
        _render_changed_verdicts(review),
    )


def render_badge(status: Status) -> Element:
    """The status as a word with a sign."""
    return element("span", f"{_SIGN[status]} {status.value}", class_=f"badge s-{status.value}")


def _facts(review: Review) -> Iterator[tuple[str, str]]:
    commit = f" ({review.base.commit})" if review.base.commit else ""
    yield "Base", f"{review.base.version}{commit}, read with {review.base.configuration}"
    if len(review.patches) > 1:
        yield "First to change behaviour", _name_patch(review, review.first_change)
        yield "First to change a verdict", _name_patch(review, review.first_verdict)
    yield "Compared", _describe_scope(review)
    if review.engines:
        yield "Decided by", ", ".join(review.engines)


def _describe_scope(review: Review) -> str:
    """The functions that are not as before, and how many others there are."""
    every = [each for patch in review.patches for each in patch.functions]
    names = list(dict.fromkeys(f"{each.function}()" for each in every if each.change not in ALIKE))
    others = len(review.scope) - len(names)
    if not others:
        return ", ".join(names) or "nothing"
    return ", ".join([*names, f"{others} function{'s' if others > 1 else ''} that did not change"])


def _name_patch(review: Review, patch: PatchReview | None) -> str:
    if patch is None:
        return "none"
    return f"{review.patches.index(patch) + 1}/{len(review.patches)} {patch.patch.subject}"


def _series(review: Review) -> Element:
    heads = ("", "Patch", "Functions that change", "Theorems")
    rows = enumerate(review.patches, 1)
    return element(
        "table",
        element("thead", element("tr", [element("th", head, scope="col") for head in heads])),
        element("tbody", [_patch(review, i, each) for i, each in rows]),
        class_="series",
    )


def _patch(review: Review, position: int, patch: PatchReview) -> Element:
    firsts = (
        (review.first_change, "first to change behaviour"),
        (review.first_verdict, "first to change a verdict"),
    )
    marks = [says for first, says in firsts if first is patch]
    names = dict.fromkeys(f"{each.function}()" for each in patch.functions if each.change not in ALIKE)
    return element(
        "tr",
        element("td", render_badge(patch.status)),
        element(
            "td",
            element("a", f"{position}. {patch.patch.subject}", href=f"#{patch_id(position)}"),
            [element("span", mark, class_="mark") for mark in marks],
        ),
        element("td", ", ".join(names) or "none"),
        element("td", count_verdict_changes(patch)),
    )


def count_verdict_changes(patch: PatchReview) -> str:
    """How many theorems were checked, and how their verdicts change."""
    if not patch.theorems:
        return "none had to be checked"
    counts = Counter(each.became for each in patch.theorems)
    parts = [f"{counts[each]} {each.name.lower()}" for each in claims.TELLING if counts[each]]
    return f"{len(patch.theorems)} checked: {', '.join(parts)}"


def _render_changed_verdicts(review: Review) -> Child:
    """The theorems whose verdicts change, each as a link."""
    found = [
        (claims.theorem_id(patch_id(i), each), each)
        for i, patch in enumerate(review.patches, 1)
        for each in sorted(patch.theorems, key=lambda each: claims.TELLING.index(each.became))
        if each.became is not VerdictChange.SAME
    ]
    if not found:
        return None
    more = len(found) - NAMED
    return element(
        "nav",
        element("h2", "Verdicts that changed"),
        element(
            "ul",
            [_link(own, each) for own, each in found[:NAMED]],
            element("li", f"and {more} more below") if more > 0 else None,
        ),
        aria_label="Verdicts that changed",
        class_="changed-verdicts",
    )


def _link(own: str, each: TheoremReview) -> Element:
    where = f"{each.function}() {each.pages}".rstrip()
    name = element("a", each.name, href=f"#{own}")
    how = f", {each.became.value}" if each.became is VerdictChange.OTHERWISE else ""
    return element(
        "li", claims.render_verdicts(each), " ", name, " ", element("span", f"{where}{how}", class_="quiet")
    )
