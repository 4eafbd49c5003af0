# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as JSON, for other programs: pure building of text, no printing.

Keys are sorted, and there are no times:

    schema      1
    exit_code   what the run ended with
    summary     the last line of the table
    claims      a list by name: name, theorem, family, subject, pages, says, because, details,
                verdict, standing ("as expected", "otherwise", "undecided", "disagree"), why,
                expected: null or {verdict, reason, witness},
                facts_offered: [names], facts_used: null or [names],
                engines: [{name, version, answer, agrees: true | false | null, reason}] (z3 first; empty
                    if only z3 was asked),
                certified: whether z3 and bdd prove it, and its certificate was checked,
                certificate: null or {accepted, size (bytes), why (there is none)}, with --evidence,
                unconfirmed: [inputs of unknown origin on which a refutation rests],
                example, counterexample: null or
                    {values: [{name, width, value, mask}]  (hexadecimal; only bits in mask
                              matter; inputs that are not there were 0, and do not matter),
                     courses: {subject: {steps: [{file, line, function, text, taken | sink, arguments}],
                                         words: {word: value}}}}
    not_asked   [{theorem, subject, reason}]
    assumptions [{kernel, discharged: [names], partly: {name: what is left}, facts: [names that are
                trusted], contracts: [names that are trusted]}]; proofs.verdicts.assumptions says of what
    not_run     how many claims were left out by --theorem
    notes       [sentences about what was read]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from counterexamples.render import as_json
from model.logic import show
from proofs.reports.table import Report, summary
from proofs.verdicts.assumptions import Assumptions, assumptions
from proofs.verdicts.finding import Finding
from proofs.verdicts.verdict import ClaimVerdict, exit_code, unconfirmed_on


def render_json(report: Report, findings: Sequence[Finding]) -> str:
    """The JSON text; ``findings`` are those of ``report.verdicts``, in any order."""
    claims = [_claim(finding) for finding in sorted(findings, key=lambda f: f.verdict.name)]
    data = {
        "schema": 1,
        "exit_code": exit_code(report.verdicts),
        "summary": summary(report),
        "claims": claims,
        "not_asked": [
            {"theorem": s.theorem, "subject": s.subject, "reason": s.reason} for s in report.skipped
        ],
        "assumptions": [_assumptions(each) for each in assumptions(report.verdicts, report.contracts)],
        "not_run": report.not_run,
        "notes": list(report.notes),
    }
    return as_json.render_json(data)


def _claim(finding: Finding) -> dict[str, Any]:
    judged = finding.verdict
    claim, answer, obligation = judged.claim, judged.answer, judged.obligation
    used = None if answer is None or answer.core is None else [claim.facts[i].name for i in answer.core]
    return {
        "name": claim.name,
        "theorem": claim.theorem,
        "family": claim.family,
        "subject": claim.subject,
        "pages": claim.pages,
        "says": claim.says,
        "because": list(claim.because),
        "details": dict(finding.regions),
        "verdict": judged.verdict.value,
        "standing": judged.status.json_name,
        "why": judged.why,
        "compiled": judged.compiled,
        "engines": [dict(vars(each)) for each in judged.engines],
        "certified": judged.is_certified,
        "certificate": None if judged.certificate is None else dict(vars(judged.certificate)),
        "expected": _expected(judged),
        "facts_offered": [fact.name for fact in claim.facts],
        "facts_used": used,
        "unconfirmed": list(unconfirmed_on(obligation, answer)) if obligation and answer else [],
        "example": as_json.witness_data(finding.example),
        "counterexample": as_json.witness_data(finding.counterexample),
    }


def _assumptions(each: Assumptions) -> dict[str, Any]:
    return {
        "kernel": each.kernel,
        "discharged": list(each.discharged),
        "partly": dict(each.partly),
        "facts": list(each.facts),
        "contracts": list(each.contracts),
    }


def _expected(judged: ClaimVerdict) -> dict[str, Any] | None:
    expected = judged.claim.expected
    if expected is None:
        return None
    witness = None if expected.witness is None else show(expected.witness)
    return {"verdict": expected.verdict.value, "reason": expected.reason, "witness": witness}
