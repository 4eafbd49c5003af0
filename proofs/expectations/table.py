# SPDX-License-Identifier: GPL-2.0-only
"""How a declared answer is written: a theorem is PROVED of every shape, but for what its row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.logic import Term
from proofs.claim import Expectation, Verdict

PROVED = Expectation(Verdict.PROVED)


@dataclass(frozen=True)
class NotAsked:
    """The theorem is not asked there, for this reason: its premises cannot occur."""

    reason: str


#: The exceptions of one theorem, by shape.
Row = Mapping[str, Expectation | NotAsked]
#: The rows of a family, by theorem.
Table = Mapping[str, Row]


def refuted(*shapes: str, witness: Term, reason: str) -> Row:
    """On these shapes the theorem fails: every counterexample satisfies ``witness``; ``reason`` says
    why, and cites the source."""
    return dict.fromkeys(shapes, Expectation(Verdict.REFUTED, witness, reason))


def not_asked(*shapes: str, reason: str) -> Row:
    """On these shapes the theorem is not asked."""
    return dict.fromkeys(shapes, NotAsked(reason))


def proved(*exceptions: Row) -> Row:
    """PROVED of every shape but the exceptions; a shape may stand in one of them only."""
    row: dict[str, Expectation | NotAsked] = {}
    for exception in exceptions:
        twice = row.keys() & exception.keys()
        if twice:
            raise ValueError(
                f"{', '.join(sorted(twice))}: two answers are declared of one theorem; keep one."
            )
        row.update(exception)
    return row
