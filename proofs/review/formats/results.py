# SPDX-License-Identifier: GPL-2.0-only
"""The whole review as JSON, for other programs; ``results.schema.json`` beside this says what each key means.

There are no times, and nothing of the machine but the command as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from counterexamples.attributes.input_classes import COLUMNS
from counterexamples.attributes.table import Results
from counterexamples.render import as_json
from counterexamples.render.as_json import render_json
from counterexamples.render.table import AttributeRow
from model.program.procedure import Span
from proofs.review.entries import summarise
from proofs.review.patches.patch import FileChange, Patch
from proofs.review.review import Difference, FunctionReview, PatchReview, Review, TheoremReview
from proofs.verdicts.finding import Finding

SCHEMA = 1


def render_results(review: Review) -> str:
    """The JSON text."""
    base = review.base
    return render_json(
        {
            "schema": SCHEMA,
            "tool": review.tool,
            "title": review.title,
            "status": review.status.value,
            "summary": summarise(review),
            "base": {"version": base.version, "commit": base.commit, "configuration": base.configuration},
            "scope": review.scope,
            "cover": _patch(review.cover) if review.cover is not None else None,
            "patches": [_patch_review(each) for each in review.patches],
            "assumptions": review.assumptions,
            "not_checked": review.not_checked,
            "engines": review.engines,
            "command": review.command,
        }
    )


def _patch_review(each: PatchReview) -> dict[str, Any]:
    return {
        "patch": _patch(each.patch),
        "status": each.status.value,
        "changes_behaviour": each.changes_behaviour,
        "changes_verdicts": each.changes_verdicts,
        "undecided": each.is_undecided,
        "functions": [_function(function) for function in each.functions],
        "theorems": [_theorem(theorem) for theorem in each.theorems],
        "notes": each.notes,
        "assumed": each.assumed,
    }


def _patch(patch: Patch) -> dict[str, Any]:
    return {
        "subject": patch.subject,
        "number": patch.number,
        "total": patch.total,
        "reroll": patch.reroll,
        "author": patch.author,
        "commit": patch.commit,
        "message_id": patch.message_id,
        "in_reply_to": patch.in_reply_to,
        "references": patch.references,
        "files": [_file(change) for change in patch.files],
    }


def _file(change: FileChange) -> dict[str, Any]:
    return {"before": change.old, "after": change.new, "hunks": len(change.hunks)}


def _function(each: FunctionReview) -> dict[str, Any]:
    return {
        "function": each.function,
        "pages": each.pages,
        "change": each.change.name.lower(),
        "why": each.why,
        "region": each.region,
        "differences": [_difference(difference) for difference in each.differences],
        "table": each.table,
        "rows": [_row(row) for row in each.rows],
        "cells": None if each.results is None else list(_cells(*each.results)),
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {"says": each.says, "claim": each.claim.name, "witness": as_json.witness_data(each.witness)}


def _row(row: AttributeRow) -> dict[str, Any]:
    titles = (column.title for column in COLUMNS)
    return {"case": dict(zip(titles, row.shown, strict=True)), "results": row.texts}


def _cells(before: Results, after: Results) -> Iterator[dict[str, Any]]:
    """The input classes in which the attributes changed; None where a class cannot occur."""
    for cell, text in before.items():
        if text != after[cell]:
            labels = {c.title: c.classes[i].label for c, i in zip(COLUMNS, cell, strict=True)}
            yield {"case": labels, "before": text, "after": after[cell]}


def _theorem(each: TheoremReview) -> dict[str, Any]:
    return {
        "theorem": each.name,
        "function": each.function,
        "pages": each.pages,
        "says": each.says,
        "became": each.became.name.lower(),
        "relevant": each.relevant,
        "declared": each.is_declared,
        "lines": None if each.lines is None else [_line(span) for span in each.lines],
        "before": _finding(each.before),
        "after": _finding(each.after),
    }


def _finding(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    judged = finding.verdict
    return {
        "claim": judged.name,
        "verdict": judged.verdict.value,
        "standing": judged.status.json_name,
        "why": judged.why,
        "breaking": finding.breaking,
        "example": as_json.witness_data(finding.example),
        "counterexample": as_json.witness_data(finding.counterexample),
    }


def _line(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "function": span.function, "text": span.text}
