# SPDX-License-Identifier: GPL-2.0-only
"""Batches of obligations, as they are sent to workers.

Claims about the same subject share definitions, and those with the same premises are asked one
after the other, so that an engine prepares what they share once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from model.logic import smt_text
from proofs.solvers import smtlib
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Batch, Query

#: Claims in one batch, at most and at least (if there are so many).
LARGEST, SMALLEST = 160, 20


def batches(obligations: Iterable[Obligation], jobs: int = 1) -> list[Batch]:
    """All obligations as batches, the largest first, in an order that does not depend on theirs;
    enough of them to keep so many workers busy."""
    ordered = sorted(obligations, key=_order)
    largest = max(SMALLEST, min(LARGEST, -(-len(ordered) // jobs)))
    made = []
    for _, group in groupby(ordered, key=_group):
        members = list(group)
        size = -(-len(members) // -(-len(members) // largest))
        made += [_batch(members[i : i + size], closely=False) for i in range(0, len(members), size)]
    return sorted(made, key=lambda batch: -len(batch.queries))


def single_batches(obligations: Iterable[Obligation]) -> list[Batch]:
    """Each obligation in a batch of its own, to be looked at closely."""
    return [_batch([obligation], closely=True) for obligation in sorted(obligations, key=_order)]


def _group(obligation: Obligation) -> tuple[str, tuple[str, ...]]:
    """What has definitions in common: the same procedures of the same subject."""
    return obligation.claim.partition("@")[2], obligation.procedures


def _order(obligation: Obligation) -> tuple[object, ...]:
    facts = tuple(fact.holds.key for fact in obligation.facts)
    return *_group(obligation), facts, tuple(g.key for g in obligation.given), obligation.claim


def _batch(obligations: Sequence[Obligation], closely: bool) -> Batch:
    writer = smtlib.write_definitions(obligations)
    lines, questions = list(writer.lines), []
    for count, obligation in enumerate(obligations):
        instance = f"refuted{count}" if closely and obligation.loose else ""
        if instance:
            lines.append(smtlib.define_instance(instance, obligation))
        questions.append(_query(obligation, writer, instance))
    return Batch("\n".join(lines), tuple(questions), closely)


def _query(obligation: Obligation, writer: smt_text.Writer, instance: str) -> Query:
    known = writer.known
    return Query(
        obligation.claim,
        tuple(known[t.key] for t in obligation.background),
        tuple(known[f.holds.key] for f in obligation.facts),
        tuple(known[t.key] for t in obligation.given),
        known[obligation.then.key],
        "" if obligation.witness is None else known[obligation.witness.key],
        {name: sort.width for name, sort in obligation.inputs.items()},
        obligation.loose,
        instance,
        obligation.hopeless,
        obligation.bitwise,
    )
