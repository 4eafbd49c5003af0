# SPDX-License-Identifier: GPL-2.0-only
"""Obligations put together into the batches that workers are sent.

Claims about the same subject share definitions, and those with the same premises are asked one
after the other, so that an engine prepares what they share once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from proofs import smtlib
from proofs.obligation import Obligation
from proofs.question import Batch, Question

#: Claims in one batch, at most: few enough to keep all workers busy until the end.
LARGEST = 80


def batches(obligations: Iterable[Obligation], closely: bool = False) -> list[Batch]:
    """All obligations as batches, in an order that does not depend on theirs; each by itself if it
    is to be looked at closely."""
    ordered = sorted(obligations, key=_premises_first)
    if closely:
        return [_batch([obligation], closely) for obligation in ordered]
    made = []
    for _, group in groupby(ordered, key=_subject):
        members = list(group)
        size = -(-len(members) // -(-len(members) // LARGEST))
        made += [_batch(members[i : i + size], closely) for i in range(0, len(members), size)]
    return made


def _subject(obligation: Obligation) -> str:
    return obligation.claim.partition("@")[2]


def _premises_first(obligation: Obligation) -> tuple[str, tuple[bytes, ...], tuple[bytes, ...], str]:
    facts = tuple(fact.holds.key for fact in obligation.facts)
    return _subject(obligation), facts, tuple(g.key for g in obligation.given), obligation.claim


def _batch(obligations: Sequence[Obligation], closely: bool) -> Batch:
    writer = smtlib.batch(obligations)
    lines, questions = list(writer.lines), []
    for count, obligation in enumerate(obligations):
        instance = f"refuted{count}" if closely and obligation.loose else ""
        if instance:
            lines.append(smtlib.instance(instance, obligation))
        questions.append(_question(obligation, writer, instance))
    return Batch("\n".join(lines), tuple(questions), closely)


def _question(obligation: Obligation, writer: smtlib.Writer, instance: str) -> Question:
    known = writer.known
    return Question(
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
