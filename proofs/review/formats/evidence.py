# SPDX-License-Identifier: GPL-2.0-only
"""Evidence of a review, file by file: proof obligations, witnesses, line cores, and tables of both versions.

Of each theorem whose verdict changes: the obligation before and after as SMT-LIB, which any solver for QF_BV
decides, its witness with every branch, and the line core of the proof.  Pure string building.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from counterexamples.render import prose, trace
from counterexamples.render.table import render_results
from proofs.claims.obligations import build_obligations
from proofs.review.formats.text import ascii_only
from proofs.review.review import PatchReview, Review, TheoremReview, VerdictChange
from proofs.solvers import smtlib
from proofs.verdicts.finding import Finding

#: Characters that are replaced in names of files.
_UNSAFE = re.compile(r"[^A-Za-z0-9_.@-]")

#: The directory, beside the other files.
FOLDER = "evidence"


def render_evidence(review: Review) -> dict[str, str]:
    """The text of each file by its name, with a directory for each patch of a series."""
    found: dict[str, str] = {}
    for position, patch in enumerate(review.patches, 1):
        folder = FOLDER if len(review.patches) == 1 else f"{FOLDER}/{position:02}"
        found |= {f"{folder}/{name}": content for name, content in _of_patch(patch)}
    return found


def _of_patch(patch: PatchReview) -> Iterator[tuple[str, str]]:
    for function in patch.functions:
        if function.results is not None:
            name = _UNSAFE.sub("_", function.function) + (f".{function.pages}" if function.pages else "")
            for side, results in zip(("before", "after"), function.results, strict=True):
                yield f"{name}.{side}.table.txt", ascii_only(render_results(results) + "\n")
    for theorem in patch.theorems:
        if theorem.became is not VerdictChange.SAME:
            yield from _of_theorem(theorem)


def _of_theorem(theorem: TheoremReview) -> Iterator[tuple[str, str]]:
    name = _UNSAFE.sub("_", smtlib.file_name(theorem.claim_name).removesuffix(".smt2"))
    for side, finding in (("before", theorem.before), ("after", theorem.after)):
        if finding is not None and finding.verdict.claim.procedures:
            (made,) = build_obligations([finding.verdict.claim])
            yield f"{name}.{side}.smt2", ascii_only(smtlib.render_claim(made))
    if theorem.after is not None and theorem.after.counterexample is not None:
        yield f"{name}.after.txt", _witness(theorem.after, theorem.says)
    if theorem.lines:
        lines = (f"{span}: {' '.join(span.text.split())}\n" for span in theorem.lines)
        yield f"{name}.lines.txt", ascii_only("".join(lines))


def _witness(finding: Finding, says: str) -> str:
    assert finding.counterexample is not None
    explanation = prose.render_counterexample(finding.counterexample, says)
    return ascii_only(f"{explanation}\n\n{trace.render_trace(finding.counterexample)}\n")
