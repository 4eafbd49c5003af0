# SPDX-License-Identifier: GPL-2.0-only
"""What the theorems are worth, instead of a table of verdicts.

Trusted: nothing more than ``proofs.validation.adequacy`` is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs.claims.claim import Claim
from proofs.cli.progress import Progress
from proofs.solvers.smt.pool import Pool
from proofs.validation.adequacy import report as adequacy
from proofs.verdicts.cache import Memory


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
