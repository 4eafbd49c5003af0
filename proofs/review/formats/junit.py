# SPDX-License-Identifier: GPL-2.0-only
"""The review as JUnit XML, for what shows test results: a suite for each patch, a case for each entry.

A broken theorem is a failure, what is undecided an error, and a function that does not do the same is
skipped: it is for a person to say whether that was meant.  There are no times.
"""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from counterexamples.render.as_json import printable
from proofs.review.entries import ReviewEntry, list_entries
from proofs.review.review import PatchReview, Review, Status

#: The elements of what did not pass.
_OPEN, _FAILED, _CHANGED = "error", "failure", "skipped"


def render_junit(review: Review) -> str:
    """The XML, in ASCII."""
    root = Element("testsuites", name=_text(review.tool or "stage2-proofs"))
    for position, patch in enumerate(review.patches, 1):
        _suite(root, patch, f"{position}/{len(review.patches)} {patch.patch.subject}".rstrip())
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"


def _suite(root: Element, patch: PatchReview, name: str) -> None:
    every = list_entries(patch)
    outcomes = [_outcome(each) for each in every]
    counts = {"tests": len(every), "failures": outcomes.count(_FAILED)}
    counts |= {"errors": outcomes.count(_OPEN), "skipped": outcomes.count(_CHANGED)}
    attributes = {key: str(number) for key, number in counts.items()}
    suite = SubElement(root, "testsuite", {"name": _text(name), **attributes})
    for each, outcome in zip(every, outcomes, strict=True):
        _case(suite, each, outcome)
    if patch.notes:
        SubElement(suite, "system-out").text = _text("\n".join(patch.notes))


def _outcome(each: ReviewEntry) -> str:
    if each.status is Status.FAIL:
        return _FAILED
    if each.is_open:
        return _OPEN
    return _CHANGED if each.status is Status.WARN else ""


def _case(suite: Element, each: ReviewEntry, outcome: str) -> None:
    name = each.name + (f" [{each.pages}]" if each.pages else "")
    case = SubElement(suite, "testcase", classname=_text(each.function or "none"), name=_text(name))
    if not outcome:
        return
    kind = {} if outcome == _CHANGED else {"type": each.status.value}
    found = SubElement(case, outcome, {"message": _text(each.says), **kind})
    if each.place is not None:
        found.text = _text(f"{each.place}: {each.place.text}")


def _text(text: str) -> str:
    """With nothing that XML cannot hold, and nothing that hides."""
    return printable(text, "\t\n")
