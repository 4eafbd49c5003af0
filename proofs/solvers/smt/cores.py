# SPDX-License-Identifier: GPL-2.0-only
"""Which facts did the solver need for its ``unsat``?  Nothing else is looked for.

A core is whatever the solver happened to use, so that it says only one thing for certain: without the
facts that are not in it there is a proof as well.  A least one is what is left when, from the first fact
to the last, each is deleted that the others can do without; it is the same for every solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterexamples.minimise import needed
from proofs.solvers.engine import SmtEngine
from proofs.solvers.query import Answer, Batch, Query, SatStatus
from proofs.solvers.smt.session import Session


def find_cores(engine: SmtEngine, batch: Batch) -> Iterator[Answer | Query]:
    """Each question before it is asked, and its answer: ``denied``, and ``used`` if that is unsat."""
    dialogue = Session(engine, batch.text)
    literals = {
        q.claim: (
            dialogue.define([*q.background, *q.given, f"(not {q.then})"]),
            dialogue.define(q.facts),
        )
        for q in batch.queries
    }
    for question in batch.queries:
        yield question
        others, facts = literals[question.claim]
        denied = dialogue.check([*others, *facts])
        used = _used(dialogue, others, facts, batch.minimal_cores) if denied is SatStatus.UNSAT else None
        yield Answer(question.claim, SatStatus.NOT_QUERIED, denied, core=used)


def _used(dialogue: Session, others: Sequence[str], facts: Sequence[str], least: bool) -> tuple[int, ...]:
    """The positions of the facts in the core of the last answer, or in the least core."""

    def enough(some: Sequence[int]) -> list[int] | None:
        if dialogue.check([*others, *(facts[i] for i in some)]) is not SatStatus.UNSAT:
            return None
        return used(some)

    def used(some: Sequence[int]) -> list[int]:
        core = set(dialogue.used())
        return [i for i in some if facts[i] in core]

    every = range(len(facts))
    return tuple(needed(every, enough) if least else used(every))
