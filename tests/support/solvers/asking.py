# SPDX-License-Identifier: GPL-2.0-only
"""Claims decided in this process, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from model.facts.assumed import FACTS, Fact
from proofs.claims.catalogue import make_claims, shapes
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.solvers.query import Answer
from proofs.solvers.smt.batch import batches, single_batches
from proofs.solvers.smt.worker import answers
from proofs.solvers.smt.z3 import start
from proofs.verdicts.finding import Finding, build_finding
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, judge

#: Shapes in the order in which tests look for an example: the quick and the telling ones first.
LIKELY = ("v6.17", "core_mm", "v3", "v6.16", "v9", "v7.1", "v7.2.10", "v6", "v7", "v8")


@cache
def by_theorem(pages: str = "4K") -> dict[str, dict[str, Claim]]:
    """Every claim about the shapes, by theorem and shape, likely shapes first."""
    found: dict[str, dict[str, Claim]] = {}
    for claim in sorted(make_claims(shapes(pages)).claims, key=lambda c: LIKELY.index(c.subject)):
        found.setdefault(claim.theorem, {})[claim.subject] = claim
    return found


def fact(name: str) -> Fact:
    """The fact of that name."""
    return next(f for f in FACTS if f.name == name)


def ask(asked: Iterable[Claim]) -> list[ClaimVerdict]:
    """The verdicts, in the order of the claims."""
    some = list(asked)
    made = build_obligations(some)
    steps = (step for batch in batches(made) for step in answers(batch, start))
    found = {step.claim: step for step in steps if isinstance(step, Answer)}
    return [judge(c, o, found[c.name]) for c, o in zip(some, made, strict=True)]


def as_expected(claim: Claim) -> bool:
    """Whether the claim is decided as it declares."""
    return ask([claim])[0].status is ExpectationStatus.EXPECTED


def ask_closely(asked: Iterable[Claim]) -> list[Finding]:
    """The verdicts with their witnesses, in the order of the claims."""
    some = list(asked)
    made = build_obligations(some)
    steps = (step for batch in single_batches(made) for step in answers(batch, start))
    found = {step.claim: step for step in steps if isinstance(step, Answer)}
    return [build_finding(judge(c, o, found[c.name])) for c, o in zip(some, made, strict=True)]
