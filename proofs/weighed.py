# SPDX-License-Identifier: GPL-2.0-only
"""What the theorems and the assumptions are worth, instead of a table of verdicts.

Trusted: nothing more than ``proofs.adequacy`` and ``proofs.numbers`` are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.adequacy import report as adequacy
from proofs.claim import Claim
from proofs.numbers import told
from proofs.numbers.counted import of_facts
from proofs.numbers.premises import of_premises, one_each
from proofs.obligation import obligations
from proofs.pool import Pool
from proofs.progress import Progress
from proofs.prove import cores
from proofs.remember import Memory


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
    return Weighed(told.text(facts, premises), told.document(facts, premises), 0)
