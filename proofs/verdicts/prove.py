# SPDX-License-Identifier: GPL-2.0-only
"""Claims in, verdicts out: every claim is decided, and what is shown of it is examined closely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from proofs.claims.claim import Claim
from proofs.claims.obligations import ObligationMaker, build_obligations
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import SatStatus
from proofs.solvers.smt.batch import batches, single_batches
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, Replays, agree, judge


def decide_claims(
    pool: Pool, claims: Sequence[Claim], memory: VerdictCache | None = None
) -> Iterator[ClaimVerdict]:
    """The verdict of each claim, in the order in which they are found; what the memory holds is not
    asked.

    Raises ValueError if two claims have the same name.
    """
    memory, maker = memory or VerdictCache(), ObligationMaker()
    names = [claim.name for claim in claims]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Two claims are called {twice}; names of claims must differ.")
    known = [replace(each, maker=maker) for each in memory.lookup(claims)]
    yield from known
    left = _without(claims, known)
    known = list(memory.lookup_minimal(left, [maker.obligation(claim) for claim in left]))
    yield from known
    left = _without(left, known)
    for each in _judged(pool, left, [maker.obligation(claim) for claim in left], closely=False):
        memory.store(each)
        yield each


def examine_verdicts(
    pool: Pool, judged: Iterable[ClaimVerdict], memory: VerdictCache | None = None
) -> Iterator[ClaimVerdict]:
    """The same verdicts with least witnesses and the facts used; what could not be found out in
    time is missing and said to be."""
    memory = memory or VerdictCache()
    first = {each.name: each for each in judged if each.answer is not None}
    made = {each.name: each.obligation for each in first.values()}
    claims = [each.claim for each in first.values()]
    known = list(memory.lookup_minimal(claims, list(made.values())))
    for second in known:
        yield _combined(first[second.name], second)
    left = _without(claims, known)
    for second in _judged(pool, left, [made[claim.name] for claim in left], closely=True):
        memory.store_minimal(second)
        yield _combined(first[second.name], second)


def find_cores(pool: Pool, claims: Sequence[Claim], least: bool = False) -> dict[str, tuple[int, ...]]:
    """Of each claim that is proved, by name, facts (by position) that are enough for a proof; with
    ``least`` those that are left when all others are deleted in their order."""
    made = [
        replace(batch, cores=True, minimal_cores=least)
        for batch in batches(build_obligations(claims), pool.jobs)
    ]
    return {answer.claim: answer.core for answer in pool.answers(made) if answer.core is not None}


def decide_conclusions(pool: Pool, claims: Sequence[Claim]) -> dict[str, bool | None]:
    """Of each claim, by name, whether facts and premises exclude that the conclusion is false, be there an
    input or not; None where that was not decided."""
    made = [replace(batch, cores=True) for batch in batches(build_obligations(claims), pool.jobs)]
    answers = {answer.claim: answer.denied for answer in pool.answers(made)}
    known = {SatStatus.UNSAT: True, SatStatus.SAT: False}
    return {claim.name: known.get(answers[claim.name]) for claim in claims}


def _without(claims: Sequence[Claim], known: Iterable[ClaimVerdict]) -> list[Claim]:
    names = {each.name for each in known}
    return [claim for claim in claims if claim.name not in names]


def needs_a_closer_look(judged: ClaimVerdict) -> bool:
    """Whether a verdict is not as expected, and there is something to see."""
    return judged.status is not ExpectationStatus.EXPECTED and judged.verdict in (
        Verdict.PROVED,
        Verdict.REFUTED,
    )


def _judged(
    pool: Pool, claims: Sequence[Claim], made: Sequence[Obligation], closely: bool
) -> Iterator[ClaimVerdict]:
    by_name = {c.name: (c, o) for c, o in zip(claims, made, strict=True)}
    replays = Replays()
    for answer in pool.answers(single_batches(made) if closely else batches(made, pool.jobs)):
        yield judge(*by_name[answer.claim], answer, replays)


def _combined(first: ClaimVerdict, second: ClaimVerdict) -> ClaimVerdict:
    assert first.answer is not None and second.answer is not None
    if not agree(first.answer, second.answer):
        why = "The solver answered the same question in two ways."
        return replace(second, verdict=Verdict.DISAGREE, status=ExpectationStatus.DISAGREE, why=why)
    if second.verdict is Verdict.DISAGREE or second.verdict is first.verdict:
        return second
    return replace(first, why=f"{first.why} No witness is shown: {second.answer.reason}".strip())


def decide_separately(
    pool: Pool, claims: Sequence[Claim], made: Sequence[Obligation] | None = None
) -> Mapping[str, Verdict]:
    """The verdicts by the names of the claims; ``made`` are their obligations, if they are known."""
    by_name = {c.name: (c, o) for c, o in zip(claims, made or build_obligations(claims), strict=True)}
    alone = [replace(batch, together=False) for batch in batches((o for _, o in by_name.values()), pool.jobs)]
    replays = Replays()
    return {
        answer.claim: judge(*by_name[answer.claim], answer, replays).verdict for answer in pool.answers(alone)
    }
