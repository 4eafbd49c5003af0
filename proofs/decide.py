# SPDX-License-Identifier: GPL-2.0-only
"""How a question is put to an engine, and how its answers become an Answer.

Two questions settle a claim: can the facts and premises hold together, and can they hold without
the conclusion?  What is shown of a claim is found by further questions.

Trusted: that ``unsat`` of the second question is PROVED; every model is replayed elsewhere.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from counterexamples.minimise import Fixed, Model, least, needed, whole
from proofs import smtlib
from proofs.engines import Engine
from proofs.question import Answer, Found, Question, Shown

Key = TypeVar("Key", bound=Hashable)

#: So many values of the loose inputs are tried before a refutation stays unconfirmed.
INSTANCES = 64


class Dialogue:
    """An engine that knows the text of a batch; what is assumed is a stack of groups of
    expressions, and groups that two questions have in common from the bottom on are kept."""

    def __init__(self, engine: Engine, text: str):
        self.engine = engine
        self.engine(text)
        self.stack: list[tuple[str, ...]] = []
        self.switches: dict[str, str] = {}
        self.count = 0

    def assume(self, *groups: Sequence[str]) -> None:
        """Make these groups the whole stack."""
        wanted = [tuple(g) for g in groups]
        common = 0
        while common < min(len(wanted), len(self.stack)) and wanted[common] == self.stack[common]:
            common += 1
        if len(wanted) == len(self.stack) == common:
            return
        commands = [f"(pop {len(self.stack) - common})"] if len(self.stack) > common else []
        for group in wanted[common:]:
            commands += ["(push 1)", *(f"(assert {expression})" for expression in group)]
        self.stack, self.switches = wanted, {}
        self.engine("".join(commands))

    def check(self, *groups: Sequence[str]) -> Found:
        """Whether the groups can hold together."""
        self.assume(*groups)
        return Found(self.engine("(check-sat)").strip())

    def model(self, inputs: Iterable[str]) -> dict[str, int]:
        """The values in the model that was just found."""
        names = " ".join(map(smtlib.symbol, inputs))
        return smtlib.read_values(self.engine(f"(get-value ({names}))")) if names else {}

    def reason(self) -> str:
        """Why the last answer was ``unknown``."""
        return self.engine("(get-info :reason-unknown)").strip()

    def core(self, groups: Sequence[Sequence[str]], items: Mapping[Key, str]) -> list[Key] | None:
        """Some of the items which cannot hold together with the groups; None if all can."""
        self.assume(*groups, ())
        keys = {self.switch(item): key for key, item in items.items()}
        if self.engine(f"(check-sat-assuming ({' '.join(keys)}))").strip() != Found.UNSAT.value:
            return None
        return [keys[s] for s in smtlib.read_names(self.engine("(get-unsat-assumptions)"))]

    def switch(self, expression: str) -> str:
        """A name that implies the expression as long as the stack stays as it is."""
        if expression not in self.switches:
            self.count += 1
            text = self.switches[expression] = f"switch{self.count}"
            self.engine(f"(declare-const {text} Bool)(assert (=> {text} {expression}))")
        return self.switches[expression]


def decide(dialogue: Dialogue, question: Question) -> Answer:
    """What is asked of every claim."""
    premises = (question.background + question.facts, question.given)
    denied = (*premises, (f"(not {question.then})",))
    answer = Answer(question.claim, dialogue.check(*premises))
    if answer.premises is not Found.SAT:
        return _reasoned(dialogue, answer, answer.premises)
    answer = replace(answer, reached=dialogue.model(question.inputs), denied=dialogue.check(*denied))
    if answer.denied is not Found.SAT:
        return _reasoned(dialogue, answer, answer.denied)
    answer = replace(answer, refuted=dialogue.model(question.inputs))
    answer = replace(answer, confirmed=_holds_whatever_is_loose(dialogue, question, answer.refuted))
    if question.witness:
        answer = replace(answer, stray=dialogue.check(*denied, (f"(not {question.witness})",)))
        if answer.stray is Found.SAT:
            return replace(answer, strayed=dialogue.model(question.inputs))
        return _reasoned(dialogue, answer, answer.stray)
    return answer


def _holds_whatever_is_loose(dialogue: Dialogue, question: Question, model: Model) -> bool | None:
    """True if the model refutes the claim with all values of the loose inputs that the facts allow;
    otherwise nothing is known yet, since another model may."""
    if not question.loose:
        return True
    fixed = _tight(question, model)
    groups = (question.background + question.facts, fixed, (f"(not {_refuted(question)})",))
    return True if dialogue.check(*groups) is Found.UNSAT else None


def _refuted(question: Question) -> str:
    return f"(and true {' '.join(question.given)} (not {question.then}))"


def _tight(question: Question, model: Model) -> tuple[str, ...]:
    """The inputs that are not loose, at their values in the model."""
    loose = set(question.loose)
    return tuple(_fixed(whole(n, w, model[n])) for n, w in question.inputs.items() if n not in loose)


def _reasoned(dialogue: Dialogue, answer: Answer, found: Found) -> Answer:
    return replace(answer, reason=dialogue.reason()) if found is Found.UNKNOWN else answer


def examine(dialogue: Dialogue, question: Question) -> Answer:
    """What is asked of a claim that is shown: also facts used, and least witnesses."""
    answer = decide(dialogue, question)
    if answer.premises is not Found.SAT:
        return answer
    example = _example(dialogue, question)
    if answer.denied is Found.UNSAT:
        return replace(answer, example=example, used=_facts_used(dialogue, question))
    if answer.denied is not Found.SAT:
        return replace(answer, example=example)
    if answer.stray is Found.SAT:
        return replace(answer, example=example, counterexample=_stray(dialogue, question))
    confirmed, model = _confirm(dialogue, question)
    counterexample = _generalise(dialogue, question, model, _refuted(question))
    return replace(answer, example=example, counterexample=counterexample, confirmed=confirmed)


def _stray(dialogue: Dialogue, question: Question) -> Shown:
    """The least counterexample that is not as declared."""
    stray = f"(and {_refuted(question)} (not {question.witness}))"
    model = _least(dialogue, question, (question.background + question.facts, (stray,)))
    assert model is not None  # it was just found
    return _generalise(dialogue, question, model, stray)


def _facts_used(dialogue: Dialogue, question: Question) -> tuple[int, ...]:
    """The facts that are left when, one after the other, those are deleted that are not needed."""
    base = (question.background, question.given, (f"(not {question.then})",))
    every = range(len(question.facts))
    return tuple(needed(every, lambda some: dialogue.core(base, {i: question.facts[i] for i in some})))


def _example(dialogue: Dialogue, question: Question) -> Shown:
    premises = (question.background + question.facts, question.given)
    model = _least(dialogue, question, premises)
    assert model is not None  # the premises were just found satisfiable
    return _generalise(dialogue, question, model, f"(and true {' '.join(question.given)})")


def _least(dialogue: Dialogue, question: Question, groups: Sequence[Sequence[str]]) -> Model | None:
    def ask(fixed: Sequence[Fixed]) -> Model | None:
        found = dialogue.check(*groups, *((_fixed(f),) for f in fixed))
        if found is Found.UNKNOWN:
            raise ValueError(f"The solver gave up on a witness: {dialogue.reason()}")
        return dialogue.model(question.inputs) if found is Found.SAT else None

    return least(question.inputs, ask)


def _fixed(fixed: Fixed) -> str:
    name, value = smtlib.symbol(fixed.name), smtlib.value_text(fixed.value, fixed.width)
    if fixed.width == 0 or fixed.mask == (1 << fixed.width) - 1:
        return f"(= {name} {value})"
    return f"(= (bvand {name} {smtlib.value_text(fixed.mask, fixed.width)}) {value})"


def _generalise(dialogue: Dialogue, question: Question, model: Model, outcome: str) -> Shown:
    """The bits of the model that are enough for the outcome, whatever the others are.  Facts are
    not used for it: a reader should see the values that the code looks at."""
    base = (question.background, (f"(not {outcome})",))
    inputs = [whole(name, width, model[name]) for name, width in question.inputs.items()]
    kept = _enough(dialogue, base, inputs)
    bits = _enough(dialogue, base, [bit for fixed in kept for bit in _bits(fixed)])
    matter: dict[str, int] = {}
    for bit in bits:
        matter[bit.name] = matter.get(bit.name, 0) | bit.mask
    return Shown(model, matter)


def _enough(dialogue: Dialogue, base: Sequence[Sequence[str]], items: Sequence[Fixed]) -> list[Fixed]:
    return needed(items, lambda some: dialogue.core(base, {f: _fixed(f) for f in some}))


def _bits(fixed: Fixed) -> Iterable[Fixed]:
    if fixed.width == 0:
        return [fixed]
    bits = (1 << bit for bit in range(fixed.width))
    return [Fixed(fixed.name, fixed.width, bit, fixed.value & bit) for bit in bits]


def _confirm(dialogue: Dialogue, question: Question) -> tuple[bool | None, Model]:
    """Whether some input refutes the claim whatever the loose inputs are, and the least one; if
    there is none, the least input that refutes it with some values of the loose inputs.

    Values of the loose inputs that save the claim are collected until no input is left that is
    refuting under all of them, or one is found that none saves.
    """
    premises = (question.background + question.facts, question.given)
    refuting = (*premises, (f"(not {question.then})",))
    first = model = _least(dialogue, question, refuting)
    assert first is not None  # it was just found
    if not question.loose:
        return True, first
    saving: list[str] = []
    while model is not None and len(saving) < INSTANCES:
        here = _applied(question, [smtlib.symbol(n) for n in question.loose])
        fixed = _tight(question, model)
        if dialogue.check(question.background, fixed, (f"(not {here})",)) is Found.UNSAT:
            return True, model
        values = dialogue.model(question.loose)
        texts = [smtlib.value_text(values[n], question.inputs[n]) for n in question.loose]
        saving.append(_applied(question, texts))
        model = _least(dialogue, question, (*refuting, saving))
    return (None if model is not None else False), first


def _applied(question: Question, arguments: Sequence[str]) -> str:
    return f"({question.instance} {' '.join(arguments)})"
