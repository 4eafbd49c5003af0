# SPDX-License-Identifier: GPL-2.0-only
"""The verdicts of claims that no model can serve together, such as of rows that exclude each other: each is
asked by itself.

Trusted: nothing more than of any claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from proofs.claims.claim import Claim, Verdict
from proofs.claims.obligations import obligations
from proofs.solvers.obligation import Obligation
from proofs.solvers.smt.batch import batches
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.verdict import Replays, judge


def verdicts(
    pool: Pool, claims: Sequence[Claim], made: Sequence[Obligation] | None = None
) -> Mapping[str, Verdict]:
    """The verdicts by the names of the claims; ``made`` are their obligations, if they are known."""
    by_name = {c.name: (c, o) for c, o in zip(claims, made or obligations(claims), strict=True)}
    alone = [replace(batch, together=False) for batch in batches((o for _, o in by_name.values()), pool.jobs)]
    replays = Replays()
    return {
        answer.claim: judge(*by_name[answer.claim], answer, replays).verdict for answer in pool.answers(alone)
    }
