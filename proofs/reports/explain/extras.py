# SPDX-License-Identifier: GPL-2.0-only
"""What else is told of a claim that is explained: what would break it, or in how many ways it fails.

Trusted: nothing more than of any claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from counterexamples.attributes.table import AttributesError, Tables
from proofs.claims.subject import parse_subject
from proofs.cli.progress import Progress
from proofs.reports.explain.classes import count_all_kinds
from proofs.reports.explain.shape_replay import render_counterpart
from proofs.reports.explain.smallest_mutant import find_breaking_mutant, is_breakable
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from proofs.verdicts.verdict import ClaimVerdict


def add_explanations(pool: Pool, found: Sequence[Finding], progress: Progress) -> list[Finding]:
    """The findings, each proof with the smallest mistake that breaks it, and each counterexample with the
    number of its kinds and what the shape that stands for the kernel does on it."""
    return list(_closely(pool, found, progress))


def _closely(pool: Pool, found: Sequence[Finding], progress: Progress) -> Iterator[Finding]:
    progress.begin("looking for the smallest mistakes and for other kinds", len(found))
    tables = Tables()
    for each in progress.count(found):
        judged = each.verdict
        if is_breakable(judged):
            yield replace(each, breaking=find_breaking_mutant(pool, judged).render_text())
        elif each.counterexample is not None:
            beside = render_counterpart(judged, parse_subject(judged.claim.subject))
            harms = _harms(judged.claim.theorem)
            yield replace(each, kinds=_kinds(pool, judged, tables), counterpart=beside, harms=harms)
        else:
            yield each


def _harms(theorem: str) -> tuple[str, ...]:
    """What the mistakes of the past by which the theorem failed did to somebody."""
    from counterexamples.bugs import bugs  # few runs need them

    found = ((name, bug.harm) for name, bug in bugs().items() if bug.refutes == theorem)
    return tuple(f"{harm.called}: {harm.says} ({name}; {harm.source})" for name, harm in found)


def _kinds(pool: Pool, judged: ClaimVerdict, tables: Tables) -> str:
    """How many kinds of counterexamples there are, and each; "" if they are not counted."""
    claim = judged.claim
    if judged.verdict is not Verdict.REFUTED or len(claim.procedures) != 1:
        return ""
    (procedure,) = claim.procedures.values()
    try:
        return count_all_kinds(pool, {claim.name: (claim, procedure)}, tables)[claim.name].render_text()
    except AttributesError as error:
        return f"They are not counted. {error}"
