# SPDX-License-Identifier: GPL-2.0-only
"""What another engine's answer means for a verdict.

It agrees if it answers the question that settled the claim in the same way: whether anything refutes it,
or, for VACUOUS, whether the premises can hold.  It leaves the claim open if it answers nothing; that is
no disagreement.  An answer that contradicts z3's, or a model that the interpreter does not confirm,
makes the verdict DISAGREE.

Trusted: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proofs.claim import Verdict
from proofs.crossing.ask import answers
from proofs.crossing.engines import Engine, z3_version
from proofs.prove import with_obligations
from proofs.question import Answer, Found
from proofs.verdict import Judged, Replays, Said, Standing, agree, judge

OPEN = (Found.UNKNOWN, Found.TIMEOUT, Found.NOT_ASKED)


def crossed(judged: Iterable[Judged], engines: Sequence[Engine], limit: float, jobs: int) -> Iterator[Judged]:
    """Each claim that was asked, with the engines' answers taken in, whenever there is a new one; the
    last of each claim has them all."""
    known = {each.name: each for each in with_obligations(judged) if each.answer is not None}
    pairs = [(each.claim, each.obligation) for each in known.values() if each.obligation is not None]
    replays = Replays()
    for engine in engines:
        for answer in answers(engine, pairs, limit, jobs):
            known[answer.claim] = taken_in(known[answer.claim], engine.name, engine.version, answer, replays)
            yield known[answer.claim]


def taken_in(
    judged: Judged, name: str, version: str, answer: Answer, replays: Replays | None = None
) -> Judged:
    """The verdict beside another engine's answer."""
    assert judged.answer is not None and judged.obligation is not None
    said = judged.said or (Said("z3", z3_version(), answered(judged.answer), True),)
    agrees = _agrees(judged, answer)
    found = replace(judged, said=(*said, Said(name, version, answered(answer), agrees, answer.reason)))
    why = _contradiction(found, name, answer, replays)
    if not why:
        return found
    last = replace(found.said[-1], agrees=False)
    if judged.verdict is Verdict.DISAGREE:
        why = f"{judged.why} {why}"
    return replace(
        found, verdict=Verdict.DISAGREE, standing=Standing.DISAGREE, why=why, said=(*found.said[:-1], last)
    )


def _agrees(judged: Judged, answer: Answer) -> bool | None:
    """True if the engine answers the question that settled the claim; None if it does not."""
    assert judged.answer is not None
    vacuous = judged.answer.premises is Found.UNSAT
    ours, other = (a.premises if vacuous else a.denied for a in (judged.answer, answer))
    return None if ours in OPEN or other in OPEN else ours is other


def _contradiction(judged: Judged, name: str, answer: Answer, replays: Replays | None) -> str:
    """Why the two cannot both be right, as a sentence."""
    assert judged.answer is not None and judged.obligation is not None
    alone = judge(judged.claim, judged.obligation, answer, replays)
    if alone.verdict is Verdict.DISAGREE:
        return f"The interpreter does not confirm what {name} says: {alone.why}"
    if agree(_completed(judged.answer), _completed(answer)):
        return ""
    return f"z3 says: {answered(judged.answer)}; {name} says: {answered(answer)}."


def _completed(answer: Answer) -> Answer:
    """What refutes a claim satisfies its premises."""
    return replace(answer, premises=Found.SAT) if answer.denied is Found.SAT else answer


def answered(answer: Answer) -> str:
    """What an engine answers, in words."""
    if answer.premises is Found.UNSAT:
        return "no input satisfies the premises"
    told = {Found.UNSAT: "no input refutes it", Found.SAT: "an input refutes it"}
    text = told.get(answer.denied, "nothing")
    if answer.denied is Found.SAT and answer.stray is Found.SAT:
        text = "an input refutes it in another way than declared"
    elif answer.denied is Found.SAT and answer.stray is Found.UNSAT:
        text = "an input refutes it, and all that do are as declared"
    return text
