# SPDX-License-Identifier: GPL-2.0-only
"""What the theorems and the assumptions are worth, instead of a table of verdicts.

Trusted: nothing more than ``proofs.validation.adequacy`` and ``proofs.validation.counting`` are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.claims.claim import Claim
from proofs.claims.obligations import obligations
from proofs.cli.progress import Progress
from proofs.solvers.smt.pool import Pool
from proofs.validation.adequacy import report as adequacy
from proofs.validation.counting import report
from proofs.validation.counting.counted import of_facts
from proofs.validation.counting.premises import of_premises, one_each
from proofs.verdicts.cache import Memory
from proofs.verdicts.prove import cores


@dataclass(frozen=True)
class Weighed:
    """What is printed, the same as JSON text, and the exit code."""

    text: str
    document: str
    code: int


def weighed_theorems(
    pool: Pool, claims: Sequence[Claim], progress: Progress, memory: Memory, whole: bool
) -> Weighed:
    """Whether the theorems are worth proving; ``whole`` says that these are all claims of the shapes."""
    progress.begin("weighing the theorems")
    found = adequacy.rows(pool, claims, memory, whole=whole)
    return Weighed(adequacy.text(found), adequacy.document(found), adequacy.exit_code(found))


def counted(pool: Pool, claims: Sequence[Claim], progress: Progress) -> Weighed:
    """How strong the assumptions and the premises are."""
    progress.begin("finding what proofs need")
    used = cores(pool, claims, least=True)
    progress.begin("counting")
    facts = of_facts(claims, used)
    some = one_each(claims)
    premises = of_premises(zip(some, obligations(some), strict=True))
    return Weighed(report.text(facts, premises), report.document(facts, premises), 0)
