# SPDX-License-Identifier: GPL-2.0-only
"""Claims in, verdicts out: every claim is decided, and what is shown of it is examined closely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proofs.batch import batches, single
from proofs.claim import Claim, Verdict
from proofs.obligation import Obligation, obligations
from proofs.pool import Pool
from proofs.verdict import Judged, Replays, Standing, agree, judge


def decided(pool: Pool, claims: Sequence[Claim]) -> Iterator[Judged]:
    """The verdict of each claim, in the order in which they are found.

    Raises ValueError if two claims have the same name.
    """
    yield from _judged(pool, claims, obligations(claims), closely=False)


def examined(pool: Pool, judged: Iterable[Judged]) -> Iterator[Judged]:
    """The same verdicts with least witnesses and the facts used; what could not be found out in
    time is missing and said to be."""
    asked = {each.name: each for each in judged if each.obligation is not None}
    claims = [each.claim for each in asked.values()]
    made = [each.obligation for each in asked.values() if each.obligation is not None]
    for second in _judged(pool, claims, made, closely=True):
        yield _combined(asked[second.name], second)


def needs_a_closer_look(judged: Judged) -> bool:
    """Whether a verdict is not as expected, and there is something to see."""
    return judged.standing is not Standing.AS_EXPECTED and judged.verdict in (Verdict.PROVED, Verdict.REFUTED)


def _judged(
    pool: Pool, claims: Sequence[Claim], made: Sequence[Obligation], closely: bool
) -> Iterator[Judged]:
    by_name = {c.name: (c, o) for c, o in zip(claims, made, strict=True)}
    if len(by_name) != len(claims):
        names = [claim.name for claim in claims]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Two claims are called {twice}; names of claims must differ.")
    replays = Replays()
    for answer in pool.answers(single(made) if closely else batches(made, pool.jobs)):
        yield judge(*by_name[answer.claim], answer, replays)


def _combined(first: Judged, second: Judged) -> Judged:
    assert first.answer is not None and second.answer is not None
    if not agree(first.answer, second.answer):
        why = "The solver answered the same question in two ways."
        return replace(second, verdict=Verdict.DISAGREE, standing=Standing.DISAGREE, why=why)
    if second.verdict is Verdict.DISAGREE or second.verdict is first.verdict:
        return second
    return replace(first, why=f"{first.why} No witness is shown: {second.answer.reason}".strip())
