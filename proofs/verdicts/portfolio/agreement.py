# SPDX-License-Identifier: GPL-2.0-only
"""The answers of other engines, held against a verdict.

It agrees if it answers the question that settled the claim in the same way: whether anything refutes it,
or, for VACUOUS, whether the premises can hold.  It leaves the claim open if it answers nothing; that is
no disagreement.  An answer that contradicts z3's, or a model that the interpreter does not confirm,
makes the verdict DISAGREE.

Trusted: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proofs.solvers.query import Answer, SatStatus
from proofs.theorems.expectation import Verdict
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.portfolio.engines import LEFT_OPEN, Engine, z3_version
from proofs.verdicts.portfolio.pool import answers
from proofs.verdicts.verdict import ClaimVerdict, EngineOpinion, ExpectationStatus, Replays, agree, judge

OPEN = (SatStatus.UNKNOWN, SatStatus.TIMEOUT, SatStatus.NOT_QUERIED)


def ask_portfolio(
    judged: Iterable[ClaimVerdict],
    engines: Sequence[Engine],
    limit: float,
    jobs: int,
    memory: VerdictCache | None = None,
) -> Iterator[ClaimVerdict]:
    """Each claim that was asked, with the engines' answers taken in, whenever there is a new one; the
    last of each claim has them all.  ``memory`` has what engines of this tool said in earlier runs."""
    known = {each.name: each for each in judged if each.answer is not None}
    replays, memory = Replays(), memory or VerdictCache()
    for engine in engines:
        asked = [each for each in known.values() if engine.finds_models or not _is_refuted(each)]
        keys = {} if engine.version else memory.agreement_keys((j.claim for j in asked), engine.name)
        kept = memory.lookup_agreement(keys)
        for name, agrees in kept.items():
            known[name] = _from_cache(known[name], engine.name, agrees)
            yield known[name]
        rest = [each for each in asked if each.name not in kept and each.answer is not None]
        pairs = [(each.claim, each.obligation) for each in rest]
        for answer in answers(engine, pairs, limit, jobs):
            found = add_answer(known[answer.claim], engine.name, engine.version, answer, replays)
            known[answer.claim] = found
            key, settled = keys.get(found.name), answer.denied is not SatStatus.TIMEOUT
            if key and settled and found.verdict is Verdict.PROVED:
                memory.store_agreement(key, found.engines[-1].agrees is True)
            yield found


def _from_cache(judged: ClaimVerdict, name: str, agrees: bool) -> ClaimVerdict:
    """The verdict beside what an engine said in an earlier run."""
    assert judged.answer is not None
    text = (
        describe_answer(judged.answer) if agrees else describe_answer(Answer(judged.name, SatStatus.UNKNOWN))
    )
    said = EngineOpinion(name, "", text, agrees or None, "" if agrees else LEFT_OPEN)
    return replace(judged, engines=(*_answers_so_far(judged), said))


def _answers_so_far(judged: ClaimVerdict) -> tuple[EngineOpinion, ...]:
    """What was said so far: at first what z3 answered."""
    assert judged.answer is not None
    return judged.engines or (EngineOpinion("z3", z3_version(), describe_answer(judged.answer), True),)


def _is_refuted(judged: ClaimVerdict) -> bool:
    return judged.answer is not None and judged.answer.denied is SatStatus.SAT


def add_answer(
    judged: ClaimVerdict, name: str, version: str, answer: Answer, replays: Replays | None = None
) -> ClaimVerdict:
    """The verdict beside another engine's answer."""
    assert judged.answer is not None
    said = _answers_so_far(judged)
    agrees = _agrees(judged, answer)
    found = replace(
        judged, engines=(*said, EngineOpinion(name, version, describe_answer(answer), agrees, answer.reason))
    )
    why = _contradiction(found, name, answer, replays)
    if not why:
        return found
    last = replace(found.engines[-1], agrees=False)
    if judged.verdict is Verdict.DISAGREE:
        why = f"{judged.why} {why}"
    return replace(
        found,
        verdict=Verdict.DISAGREE,
        status=ExpectationStatus.DISAGREE,
        why=why,
        engines=(*found.engines[:-1], last),
    )


def _agrees(judged: ClaimVerdict, answer: Answer) -> bool | None:
    """True if the engine answers the question that settled the claim; None if it does not."""
    assert judged.answer is not None
    vacuous = judged.answer.premises is SatStatus.UNSAT
    ours, other = (a.premises if vacuous else a.denied for a in (judged.answer, answer))
    return None if ours in OPEN or other in OPEN else ours is other


def _contradiction(judged: ClaimVerdict, name: str, answer: Answer, replays: Replays | None) -> str:
    """Why the two cannot both be right, as a sentence."""
    assert judged.answer is not None
    alone = judge(judged.claim, judged.obligation, answer, replays)
    if alone.verdict is Verdict.DISAGREE:
        return f"The interpreter does not confirm what {name} says: {alone.why}"
    if agree(_complete(judged.answer), _complete(answer)):
        return ""
    return f"z3 says: {describe_answer(judged.answer)}; {name} says: {describe_answer(answer)}."


def _complete(answer: Answer) -> Answer:
    """What refutes a claim satisfies its premises."""
    return replace(answer, premises=SatStatus.SAT) if answer.denied is SatStatus.SAT else answer


def describe_answer(answer: Answer) -> str:
    """What an engine answers, in words."""
    if answer.premises is SatStatus.UNSAT:
        return "no input satisfies the premises"
    told = {SatStatus.UNSAT: "no input refutes it", SatStatus.SAT: "an input refutes it"}
    text = told.get(answer.denied, "nothing")
    if answer.denied is SatStatus.SAT and answer.stray is SatStatus.SAT:
        text = "an input refutes it in another way than declared"
    elif answer.denied is SatStatus.SAT and answer.stray is SatStatus.UNSAT:
        text = "an input refutes it, and all that do are as declared"
    return text
