# SPDX-License-Identifier: GPL-2.0-only
"""The review as SARIF 2.1.0, for what shows findings beside the source: a rule for each theorem, a result for
each entry of each patch.

What passed is there, too, with the kind ``pass``; what is undecided has the kind ``open``.  Files and
lines are those of the tree after the patch, but for the related locations, which are those before it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from counterexamples.render.as_json import render_json
from model.program.procedure import Span
from proofs.review.entries import ReviewEntry, list_entries
from proofs.review.review import PatchReview, Review, Status

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Status.PASS: "none", Status.WARN: "warning", Status.FAIL: "error"}


def render_sarif(review: Review) -> str:
    """The JSON text: one run."""
    every = [(patch, each) for patch in review.patches for each in list_entries(patch)]
    means: dict[str, str] = {}
    for _, each in every:
        means.setdefault(each.name, each.means)
    positions = {name: position for position, name in enumerate(means)}
    rules = [{"id": name, "shortDescription": {"text": text or name}} for name, text in means.items()]
    run = {
        "tool": {"driver": {**_tool(review.tool), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(patch, each, positions[each.name]) for patch, each in every],
        "properties": {"base": review.base.version, "title": review.title, "status": review.status.value},
    }
    return render_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _tool(tool: str) -> dict[str, str]:
    name, _, version = tool.partition(" ")
    return {"name": name or "stage2-proofs", **({"version": version} if version else {})}


def _result(patch: PatchReview, each: ReviewEntry, rule: int) -> dict[str, Any]:
    kind = "open" if each.is_open and each.status is not Status.FAIL else "fail"
    if each.status is Status.PASS:
        kind = "pass"
    properties = {"function": each.function, "pages": each.pages, "subject": patch.patch.subject}
    if patch.patch.number is not None:
        properties["number"] = str(patch.patch.number)
    result = {
        "ruleId": each.name,
        "ruleIndex": rule,
        "kind": kind,
        "level": _LEVELS[each.status] if kind == "fail" else "none",
        "message": {"text": _message(each.says)},
        "properties": properties,
    }
    if locations := _locations(patch, each):
        result["locations"] = locations
    if each.core:
        result["relatedLocations"] = [_related_location(i, span) for i, span in enumerate(each.core)]
    return result


def _locations(patch: PatchReview, each: ReviewEntry) -> list[dict[str, Any]]:
    """A line that decided it; otherwise the file of the function, or one that the patch touches, without a
    line: what shows results refuses those that are nowhere."""
    location: dict[str, Any] = {}
    if each.place is not None:
        location["physicalLocation"] = _physical(each.place)
    elif files := [each.file] if each.file else patch.patch.touches:
        location["physicalLocation"] = {"artifactLocation": _artifact(files[0])}
    if each.function:
        location["logicalLocations"] = [{"name": each.function, "kind": "function"}]
    return [location] if location else []


def _physical(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "snippet": {"text": span.text}}
    return {"artifactLocation": _artifact(span.file), "region": region}


def _artifact(file: str) -> dict[str, str]:
    """Relative to the tree."""
    return {"uri": quote(file, errors="replace")}


def _related_location(position: int, span: Span) -> dict[str, Any]:
    text = "The proof before the patch rested on this line of the tree before the patch."
    return {"id": position, "message": {"text": text}, "physicalLocation": _physical(span)}


def _message(text: str) -> str:
    """Plain text for a message: braces would be placeholders, and a bracket before a parenthesis a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
