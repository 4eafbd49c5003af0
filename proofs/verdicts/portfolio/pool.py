# SPDX-License-Identifier: GPL-2.0-only
"""The claims that one engine of the portfolio is asked, in processes of their own.

The claims of a subject are shared out; what an engine makes for one it has for the next.  A claim for which a
process is late is TIMEOUT, and one with which it dies is UNKNOWN.

Trusted: nothing; an answer that was not given is never made up.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from proofs.claims.claim import Claim
from proofs.solvers.obligation import Obligation
from proofs.solvers.parallel import Loss, run_shares
from proofs.solvers.query import Answer, SatStatus
from proofs.verdicts.portfolio.engines import Engine

Pair = tuple[Claim, Obligation]

#: A claim has up to three queries; and seconds beyond the limit of these.
QUERIES, GRACE = 3, 5.0
#: Claims that one process is given at most.
SHARE = 70


def answers(engine: Engine, pairs: Sequence[Pair], limit: float, jobs: int) -> Iterator[Answer]:
    """The engine's answer to each claim, in the order in which they are found; ``limit`` is the number of
    seconds for a query."""

    def begin() -> Callable[[Pair], Answer]:
        gc.disable()  # a diagram is millions of tuples and no cycle, and would be walked again and again
        decide = engine.begin(limit)
        return lambda pair: decide(*pair)

    for (claim, _), result in run_shares(begin, _share_out(pairs), jobs, QUERIES * limit + GRACE):
        yield _explain_loss(claim.name, result, limit) if isinstance(result, Loss) else result


def _share_out(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """The claims of each subject, in shares that are not too large."""
    ordered = sorted(
        pairs, key=lambda pair: (pair[1].procedures, pair[0].subject, pair[0].pages, pair[0].name)
    )
    for _, group in groupby(ordered, key=lambda pair: (pair[1].procedures, pair[0].subject, pair[0].pages)):
        members = list(group)
        yield from (members[i : i + SHARE] for i in range(0, len(members), SHARE))


def _explain_loss(claim: str, loss: Loss, limit: float) -> Answer:
    """The answer where the process gave none."""
    if loss is Loss.DIED:
        return Answer(claim, SatStatus.UNKNOWN, SatStatus.UNKNOWN, reason="The engine's process died.")
    reason = f"Nothing was decided within {limit:g} seconds for each question."
    return Answer(claim, SatStatus.TIMEOUT, SatStatus.TIMEOUT, reason=reason)
