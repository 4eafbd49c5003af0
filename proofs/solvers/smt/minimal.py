# SPDX-License-Identifier: GPL-2.0-only
"""Unsat cores, and minimal answers: the facts that a proof needs, minimal counterexamples, and their cubes.

A core is whatever the solver happened to use, so that it says only one thing for certain: without the facts that
are not in it there is a proof as well.  A minimal one is what is left when, from the first fact to the last, each
is deleted that the others can do without; it is the same for every solver.

Trusted: nothing; witnesses are replayed, and of a core only the facts' names are printed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from counterexamples.minimise import WHOLE, Bit, Model, bits_of, minimal_subset, minimise_model, until_stable
from model.logic import smt_text
from proofs.solvers.engine import SmtEngine
from proofs.solvers.query import Answer, Batch, MinimalModel, Query, SatStatus
from proofs.solvers.smt.session import Session

Key = TypeVar("Key", bound=Hashable)


def examine(engine: SmtEngine, text: str, question: Query) -> Answer:
    """The answer to the question with all that is shown of it."""
    return _Examination(Session(engine, text, question.background), question).answer()


class _Examination:
    """The literals of one claim, all defined before anything is asked."""

    def __init__(self, session: Session, question: Query):
        self.session = session
        self.question = question
        self.facts = session.define(question.facts)
        self.given = session.define(question.given)
        (self.denied,) = session.define([f"(not {question.then})"])
        self.stray = f"(and {question.refutation} (not {question.witness or 'true'}))"
        self.holds = f"(and true {' '.join(question.given)})"
        session.define(f"(not {outcome})" for outcome in (self.holds, question.refutation, self.stray))
        session.define([self.stray])
        places = [(n, i) for n, width in question.inputs.items() for i in (WHOLE, *range(max(width, 1)))]
        literals = session.define(_bit_text(n, question.inputs[n], i) for n, i in places)
        self.bits = dict(zip(places, literals, strict=True))
        self.premises = [*self.facts, *self.given]

    def answer(self) -> Answer:
        answer = Answer(self.question.claim, self.session.check(self.premises))
        if answer.premises is not SatStatus.SAT:
            return self.with_reason(answer, answer.premises)
        answer = replace(answer, reached=self.session.model(self.question.inputs))
        answer = replace(answer, denied=self.session.check([*self.premises, self.denied]))
        if answer.denied is not SatStatus.SAT:  # a counterexample is an example as well
            answer = self.with_reason(answer, answer.denied)
            answer = replace(answer, example=self.minimise(self.premises, self.holds))
            return replace(answer, core=self.minimal_core()) if answer.denied is SatStatus.UNSAT else answer
        return self.refutation(replace(answer, refuted=self.session.model(self.question.inputs)))

    def refutation(self, answer: Answer) -> Answer:
        if self.question.witness:
            literals = [*self.facts, *self.session.define([self.stray])]
            answer = replace(answer, stray=self.session.check(literals))
            if answer.stray is SatStatus.SAT:
                strayed = self.session.model(self.question.inputs)
                return replace(answer, strayed=strayed, counterexample=self.minimise(literals, self.stray))
            answer = self.with_reason(answer, answer.stray)
        confirmed, model = self.confirm()
        counterexample = self.generalise(model, self.question.refutation)
        return replace(answer, confirmed=confirmed, counterexample=counterexample)

    def with_reason(self, answer: Answer, found: SatStatus) -> Answer:
        return replace(answer, reason=self.session.reason()) if found is SatStatus.UNKNOWN else answer

    def minimal_core(self) -> tuple[int, ...]:
        """The facts that are left when, one after the other, those are deleted that are not needed."""
        base = [*self.given, self.denied]
        every = range(len(self.facts))
        return tuple(minimal_subset(every, lambda some: self.core(base, {i: [self.facts[i]] for i in some})))

    def core(self, base: Sequence[str], items: Mapping[Key, Sequence[str]]) -> list[Key] | None:
        """Some of the items (literals by key) that cannot hold together with ``base``; None if all
        can."""
        literals = [literal for group in items.values() for literal in group]
        if self.session.check([*base, *literals]) is not SatStatus.UNSAT:
            return None
        used = set(self.session.unsat_assumptions())
        return [key for key, group in items.items() if not used.isdisjoint(group)]

    def minimise(self, literals: Sequence[str], outcome: str) -> MinimalModel:
        """The least model of the literals, which can hold, with what of it makes the outcome."""
        model = self.least(literals)
        assert model is not None
        return self.generalise(model, outcome)

    def least(self, literals: Sequence[str]) -> Model | None:
        """The least model of the literals."""

        def refuse(fixed: Sequence[Bit]) -> Sequence[Bit] | None:
            by_literal = {self.literal(bit): bit for bit in fixed}
            found = self.session.check([*literals, *by_literal])
            if found is SatStatus.UNKNOWN:
                raise ValueError(f"The solver gave up on a witness: {self.session.reason()}")
            if found is SatStatus.SAT:
                return None
            return [by_literal[text] for text in self.session.unsat_assumptions() if text in by_literal]

        return minimise_model(self.question.inputs, refuse)

    def literal(self, bit: Bit) -> str:
        name, number, value = bit
        text = self.bits[name, number]
        return text if value else f"(not {text})"

    def generalise(self, model: Model, outcome: str) -> MinimalModel:
        """The bits of the model that are enough for the outcome, whatever the others are.  Facts
        are not used for it: a reader should see the values that the code looks at."""
        missed = self.session.define([f"(not {outcome})"])
        each = {n: bits_of(n, width, model[n]) for n, width in self.question.inputs.items()}
        names = self.shrink(missed, {n: each[n] if model[n] else [(n, WHOLE, 0)] for n in each})
        kept = [bit for n in names if n not in self.question.bitwise for bit in each[n]]
        single = {bit: [bit] for n in names if n in self.question.bitwise for bit in each[n]}
        kept += self.shrink([*missed, *map(self.literal, kept)], single)
        matter: dict[str, int] = {}
        for name, number, _ in kept:
            matter[name] = matter.get(name, 0) | 1 << number
        return MinimalModel(model, matter)

    def shrink(self, base: Sequence[str], items: Mapping[Key, Sequence[Bit]]) -> list[Key]:
        """The items without which the base could hold."""
        literals = {key: [self.literal(bit) for bit in group] for key, group in items.items()}
        return minimal_subset(list(items), lambda some: self.core(base, {key: literals[key] for key in some}))

    def confirm(self) -> tuple[bool | None, Model]:
        """Whether some input refutes the claim whatever the loose inputs are, and the least one; if
        there is none, the least input that refutes it with some values of the loose inputs.

        Values of the loose inputs that save the claim are collected until no input is left that is
        refuting under all of them, or one is found that none saves.
        """
        confirmed, model = until_stable(
            lambda saving: self.least([*self.premises, self.denied, *self.session.define(saving)]),
            self.saving,
        )
        assert model is not None  # it was just found
        return confirmed, model

    def saving(self, model: Model) -> str | None:
        """That the claim is refuted with values of the loose inputs that save it from the model's other
        inputs; None if there are none."""
        question = self.question
        if not question.loose:
            return None
        tight = [n for n in question.inputs if n not in question.loose]
        here = self.instance([smt_text.symbol(n) for n in question.loose])
        fixed = [bit for n in tight for bit in bits_of(n, question.inputs[n], model[n])]
        saved = self.session.define([f"(not {here})"])
        if self.session.check([*saved, *map(self.literal, fixed)]) is SatStatus.UNSAT:
            return None
        values = self.session.model(question.loose)
        return self.instance([smt_text.value_text(values[n], question.inputs[n]) for n in question.loose])

    def instance(self, arguments: Sequence[str]) -> str:
        return f"({self.question.instance} {' '.join(arguments)})"


def _bit_text(name: str, width: int, number: int) -> str:
    text = smt_text.symbol(name)
    if number == WHOLE:
        return f"(not (= {text} {smt_text.value_text(0, width)}))"
    return f"(= ((_ extract {number} {number}) {text}) #b1)" if width else f"(= {text} true)"


def find_cores(engine: SmtEngine, batch: Batch) -> Iterator[Answer | Query]:
    """Each question before it is asked, and its answer: ``denied``, and ``used`` if that is unsat."""
    session = Session(engine, batch.text)
    literals = {
        q.claim: (
            session.define([*q.background, *q.given, f"(not {q.then})"]),
            session.define(q.facts),
        )
        for q in batch.queries
    }
    for question in batch.queries:
        yield question
        others, facts = literals[question.claim]
        denied = session.check([*others, *facts])
        used = _find_core(session, others, facts, batch.minimal_cores) if denied is SatStatus.UNSAT else None
        yield Answer(question.claim, SatStatus.NOT_QUERIED, denied, core=used)


def _find_core(session: Session, others: Sequence[str], facts: Sequence[str], least: bool) -> tuple[int, ...]:
    """The positions of the facts in the core of the last answer, or in the least core."""

    def enough(some: Sequence[int]) -> list[int] | None:
        if session.check([*others, *(facts[i] for i in some)]) is not SatStatus.UNSAT:
            return None
        return used(some)

    def used(some: Sequence[int]) -> list[int]:
        core = set(session.unsat_assumptions())
        return [i for i in some if facts[i] in core]

    every = range(len(facts))
    return tuple(minimal_subset(every, enough) if least else used(every))
