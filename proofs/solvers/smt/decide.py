# SPDX-License-Identifier: GPL-2.0-only
"""Deciding a batch: the queries that are put to an engine, and the answers made of its statuses.

Two questions settle a claim: can the facts and premises hold together, and can they hold without
the conclusion?  To find models is the slow part, so first some are sought that serve many claims
at once; whatever they leave open is asked claim by claim.

Trusted: that ``unsat`` of the second question is PROVED; every model is replayed elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from counterexamples.minimise import Model
from proofs.solvers.engine import SmtEngine
from proofs.solvers.query import Answer, Batch, Query, SatStatus
from proofs.solvers.smt.session import Session


def decide(engine: SmtEngine, batch: Batch) -> Iterator[Answer | Query | None]:
    """Each question before it is asked, and each answer when it is found; None while something is
    done for several questions."""
    yield from _Decision(engine, batch).answers()


class _Decision:
    """The literals of a batch, and the models that were found, by claim."""

    def __init__(self, engine: SmtEngine, batch: Batch):
        self.queries = batch.queries
        self.together = batch.together
        common = _common(batch.queries)
        self.session = Session(engine, batch.text, common)
        rest = [tuple(e for e in q.assumptions if e not in common) for q in batch.queries]
        premises = self.session.define(f"(and true {' '.join(each)})" for each in rest)
        denied = self.session.define(f"(not {q.then})" for q in batch.queries)
        both = self.session.define(f"(and {p} {d})" for p, d in zip(premises, denied, strict=True))
        stray = self.session.define(f"(not {q.witness or 'true'})" for q in batch.queries)
        names = [q.claim for q in batch.queries]
        self.stray = dict(zip(names, stray, strict=True))
        self.premises = dict(zip(names, premises, strict=True))
        self.refuting = dict(zip(names, both, strict=True))
        self.inputs = sorted({name for q in batch.queries for name in q.inputs})

    def answers(self) -> Iterator[Answer | Query | None]:
        refuted: dict[str, Model] = {}
        reached: dict[str, Model] = {}
        if self.together:
            hopeless = [q.claim for q in self.queries if q.hopeless]
            yield from self.cover(hopeless, self.refuting, refuted)
            others = [q.claim for q in self.queries if q.claim not in refuted]
            yield from self.cover(others, self.premises, reached)
        for question in self.queries:
            yield question
            yield self.answer(question, reached.get(question.claim), refuted.get(question.claim))

    def cover(
        self, claims: Iterable[str], literals: Mapping[str, str], models: dict[str, Model]
    ) -> Iterator[None]:
        """Find models that make the literals of many claims true at once; each claim's model goes
        into ``models``.  Literals that refuse each other are left for the next round."""
        pending: dict[str, list[str]] = {}
        refused: list[set[str]] = []
        for claim in claims:
            pending.setdefault(literals[claim], []).append(claim)
        while pending:
            together = _without(refused, list(pending))
            while (found := self.session.check(together)) is SatStatus.UNSAT and len(together) > 1:
                yield
                core = self.session.unsat_assumptions() or together
                if len(core) == 1:  # it cannot hold at all, which is left to be asked about it alone
                    del pending[core[0]]
                else:
                    refused.append(set(core))
                together = _without([set(core)], together)
            if found is not SatStatus.SAT:
                del pending[together[0]]
                continue
            model = self.session.model(self.inputs)
            for literal, value in self.session.values(list(pending)).items():
                if value:
                    models.update(dict.fromkeys(pending.pop(literal), model))
            yield

    def answer(self, question: Query, reached: Model | None, refuted: Model | None) -> Answer:
        answer = Answer(question.claim, SatStatus.NOT_QUERIED)
        reached = reached or refuted
        if reached is None:
            answer = replace(answer, premises=self.session.check([self.premises[question.claim]]))
            if answer.premises is not SatStatus.SAT:
                return self.with_reason(answer, answer.premises)
            reached = self.session.model(self.inputs)
        answer = replace(answer, premises=SatStatus.SAT, reached=reached)
        if refuted is None:
            answer = replace(answer, denied=self.session.check([self.refuting[question.claim]]))
            if answer.denied is not SatStatus.SAT:
                return self.with_reason(answer, answer.denied)
            refuted = self.session.model(self.inputs)
        answer = replace(answer, denied=SatStatus.SAT, refuted=refuted)
        return self.with_stray(question, answer) if question.witness else answer

    def with_stray(self, question: Query, answer: Answer) -> Answer:
        literals = [self.refuting[question.claim], self.stray[question.claim]]
        answer = replace(answer, stray=self.session.check(literals))
        if answer.stray is SatStatus.SAT:
            return replace(answer, strayed=self.session.model(self.inputs))
        return self.with_reason(answer, answer.stray)

    def with_reason(self, answer: Answer, found: SatStatus) -> Answer:
        return replace(answer, reason=self.session.reason()) if found is SatStatus.UNKNOWN else answer


def _without(refused: Iterable[set[str]], literals: list[str]) -> list[str]:
    """The literals without the last one of each set that is among them whole and cannot hold together."""
    left = list(literals)
    for each in refused:
        if each.issubset(left):
            left.remove(next(literal for literal in reversed(left) if literal in each))
    return left


def _common(questions: Sequence[Query]) -> tuple[str, ...]:
    """What all the questions assume of facts."""
    shared = set.intersection(*({*q.background, *q.facts} for q in questions))
    return tuple(e for e in dict.fromkeys((*questions[0].background, *questions[0].facts)) if e in shared)
