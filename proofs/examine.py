# SPDX-License-Identifier: GPL-2.0-only
"""What is found out about a claim that is shown: the facts that it needs, and the least witnesses.

Trusted: nothing; witnesses are replayed, and of the facts used only their names are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from counterexamples.minimise import Fixed, Model, least, needed, whole
from proofs import smtlib
from proofs.decide import tight
from proofs.dialogue import Dialogue
from proofs.engines import Engine
from proofs.question import Answer, Found, Question, Shown

#: So many values of the loose inputs are tried before a refutation stays unconfirmed.
INSTANCES = 64


def examine(engine: Engine, text: str, question: Question) -> Answer:
    """The answer to the question with all that is shown of it."""
    return _Examination(Dialogue(engine, text, question.background), question).answer()


class _Examination:
    def __init__(self, dialogue: Dialogue, question: Question):
        self.dialogue = dialogue
        self.question = question
        self.facts = dialogue.define(question.facts)
        self.given = dialogue.define(question.given)
        (self.denied,) = dialogue.define([f"(not {question.then})"])
        self.premises = [*self.facts, *self.given]

    def answer(self) -> Answer:
        answer = Answer(self.question.claim, self.dialogue.check(self.premises))
        if answer.premises is not Found.SAT:
            return self.reasoned(answer, answer.premises)
        answer = replace(answer, reached=self.dialogue.model(self.question.inputs))
        example = self.shown(self.premises, f"(and true {' '.join(self.question.given)})")
        answer = replace(answer, example=example, denied=self.dialogue.check([*self.premises, self.denied]))
        if answer.denied is Found.UNSAT:
            return replace(answer, used=self.facts_used())
        if answer.denied is Found.UNKNOWN:
            return self.reasoned(answer, answer.denied)
        return self.refutation(replace(answer, refuted=self.dialogue.model(self.question.inputs)))

    def refutation(self, answer: Answer) -> Answer:
        if self.question.witness:
            stray = f"(and {self.question.refuted} (not {self.question.witness}))"
            literals = [*self.facts, *self.dialogue.define([stray])]
            answer = replace(answer, stray=self.dialogue.check(literals))
            if answer.stray is Found.SAT:
                strayed = self.dialogue.model(self.question.inputs)
                return replace(answer, strayed=strayed, counterexample=self.shown(literals, stray))
            answer = self.reasoned(answer, answer.stray)
        confirmed, model = self.confirm()
        counterexample = self.generalise(model, self.question.refuted)
        return replace(answer, confirmed=confirmed, counterexample=counterexample)

    def reasoned(self, answer: Answer, found: Found) -> Answer:
        return replace(answer, reason=self.dialogue.reason()) if found is Found.UNKNOWN else answer

    def facts_used(self) -> tuple[int, ...]:
        """The facts that are left when, one after the other, those are deleted that are not needed."""
        facts, base = self.question.facts, [*self.given, self.denied]
        every = range(len(facts))
        return tuple(needed(every, lambda some: self.dialogue.core(base, {i: facts[i] for i in some})))

    def shown(self, literals: Sequence[str], outcome: str) -> Shown:
        """The least model of the literals, which can hold, with what of it makes the outcome."""
        model = self.least(literals)
        assert model is not None
        return self.generalise(model, outcome)

    def least(self, literals: Sequence[str]) -> Model | None:
        """The least model of the literals."""
        minimising = f"minimising{len(self.dialogue.literals)}"
        self.dialogue.engine(f"(declare-const {minimising} Bool)")
        told: list[Fixed] = []

        def ask(fixed: Sequence[Fixed], more: Fixed | None) -> Model | None:
            new = [smtlib.fixed_text(f) for f in fixed[len(told) :]]
            self.dialogue.insist(f"(=> {minimising} {text})" for text in new)
            told.extend(fixed[len(told) :])
            now = self.dialogue.define([smtlib.fixed_text(more)] if more else [])
            found = self.dialogue.check([*literals, minimising, *now])
            if found is Found.UNKNOWN:
                raise ValueError(f"The solver gave up on a witness: {self.dialogue.reason()}")
            return self.dialogue.model(self.question.inputs) if found is Found.SAT else None

        return least(self.question.inputs, ask)

    def generalise(self, model: Model, outcome: str) -> Shown:
        """The bits of the model that are enough for the outcome, whatever the others are.  Facts
        are not used for it: a reader should see the values that the code looks at."""
        (missed,) = self.dialogue.define([f"(not {outcome})"])
        inputs = [whole(name, width, model[name]) for name, width in self.question.inputs.items()]
        kept = self.enough(missed, inputs)
        bits = self.enough(missed, [bit for fixed in kept for bit in _bits(fixed)])
        matter: dict[str, int] = {}
        for bit in bits:
            matter[bit.name] = matter.get(bit.name, 0) | bit.mask
        return Shown(model, matter)

    def enough(self, missed: str, items: Sequence[Fixed]) -> list[Fixed]:
        return needed(items, lambda some: self.dialogue.core([missed], {f: smtlib.fixed_text(f) for f in some}))

    def confirm(self) -> tuple[bool | None, Model]:
        """Whether some input refutes the claim whatever the loose inputs are, and the least one; if
        there is none, the least input that refutes it with some values of the loose inputs.

        Values of the loose inputs that save the claim are collected until no input is left that is
        refuting under all of them, or one is found that none saves.
        """
        question = self.question
        first = model = self.least([*self.premises, self.denied])
        assert first is not None  # it was just found
        if not question.loose:
            return True, first
        saving: list[str] = []
        while model is not None and len(saving) < INSTANCES:
            here = self.instance([smtlib.symbol(n) for n in question.loose])
            fixed = self.dialogue.define([f"(and {' '.join([*tight(question, model), f'(not {here})'])})"])
            if self.dialogue.check(fixed) is Found.UNSAT:
                return True, model
            values = self.dialogue.model(question.loose)
            texts = [smtlib.value_text(values[n], question.inputs[n]) for n in question.loose]
            saving.append(self.instance(texts))
            model = self.least([*self.premises, self.denied, *self.dialogue.define(saving)])
        return (None if model is not None else False), first

    def instance(self, arguments: Sequence[str]) -> str:
        return f"({self.question.instance} {' '.join(arguments)})"


def _bits(fixed: Fixed) -> Iterable[Fixed]:
    if fixed.width == 0:
        return [fixed]
    bits = (1 << bit for bit in range(fixed.width))
    return [Fixed(fixed.name, fixed.width, bit, fixed.value & bit) for bit in bits]
