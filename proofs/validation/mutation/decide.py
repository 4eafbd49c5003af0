# SPDX-License-Identifier: GPL-2.0-only
"""Would the theorems notice?  Every theorem that is proved of a procedure is asked of each of its mutants.

A mutant is killed if a theorem is refuted of it, which is looked for on known inputs first and asked of a
solver last.  What no theorem refutes does the same as the procedure, with proof, or it survives: then a
theorem is missing.  Comparisons with another copy of the same code are not asked: they would say that a
mutant differs, and not that it is wrong.

Trusted: the interpreter, for whatever is killed; the solver, for whatever is equivalent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from counterexamples.mutation import generate_mutants
from counterexamples.mutation.infection import add_infection_probes, infection
from counterexamples.mutation.mutant import Mutant
from model.facts.assumed import Fact
from model.logic import FALSE, TRUE, conj
from model.program.interpreter import Inputs, UninitialisedError
from proofs.claims.claim import Claim, Verdict, about, replay
from proofs.claims.obligations import obligations
from proofs.solvers.query import SatStatus
from proofs.solvers.smt.batch import batches
from proofs.solvers.smt.pool import Pool
from proofs.validation.mutation.inputs import Round, Watch, rounds
from proofs.validation.mutation.masking import ALIKE, Alone, about_inputs
from proofs.validation.mutation.mutation_target import MutationTarget
from proofs.verdicts.prove import decided
from proofs.verdicts.simulation import Screen, explain_uninitialised, refutes
from proofs.verdicts.verdict import Judged

ORIGINAL = "original"
#: Mutants that are put to the solver at once; what is found of them may kill those that wait.
TOGETHER = 8
#: Theorems that are asked of all that wait before the others are: those that killed mutants last.
FIRST = 24
#: How often inputs are tried before what makes no difference is sought, and after that.
BEFORE, ROUNDS = 4, 10


class Fate(Enum):
    """What became of a mutant."""

    REFUTED = "killed by a refutation"
    UNSET = "killed, for it reads a local that was not set"
    VACUOUS = "killed only as vacuous"
    NOTICED = "killed, for what was declared to fail does not fail"
    EQUIVALENT = "equivalent, with proof"
    SURVIVING = "surviving"


@dataclass(frozen=True)
class Fallen:
    """A mutant and its fate.  ``by`` is the theorem that killed it, what it does not do alike, or what the
    proof of equivalence rests on; ``inputs`` is the input on which that is seen."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    inputs: Inputs | None = None


def fates(
    pool: Pool, subject: MutationTarget, made: Sequence[Mutant] | None = None, known: Sequence[Inputs] = ()
) -> list[Fallen]:
    """The fate of each mutant, in the order in which they are made; ``known`` are inputs worth trying."""
    wanted = tuple(generate_mutants(subject.procedure) if made is None else made)
    return _Hunt(pool, subject, wanted, known).fates()


class _Hunt:
    """The mutants whose fate is known, by their position, and those that wait."""

    def __init__(self, pool: Pool, subject: MutationTarget, made: Sequence[Mutant], known: Sequence[Inputs]):
        self.known = known
        self.pool = pool
        self.subject = subject
        self.made = made
        self.found: dict[int, Fallen] = {}
        self.claims = list(subject.claims)
        self.proved: set[tuple[bytes, ...]] = set()
        self.reads: dict[str, frozenset[str]] = {}

    def fates(self) -> list[Fallen]:
        points = {_mark(i): infection(self.subject.procedure, m.procedure) for i, m in enumerate(self.made)}
        watch = Watch(add_infection_probes(self.subject.procedure, points))
        seeds = [*self.seeds(), *self.known]
        tried = rounds(self.subject.procedure, self.subject.claims, seeds)
        self.try_inputs(watch, tried, BEFORE)
        self.settle_harmless(watch)
        self.try_inputs(watch, tried, ROUNDS)
        self.proved = {each.formula for each in obligations(map(_in_one, self.subject.claims))}
        for most in (FIRST, len(self.claims)):
            asked: set[int] = set()
            while waiting := [i for i in self.waiting() if i not in asked]:
                chunk = waiting[:TOGETHER]
                self.ask_theorems(chunk, self.claims[:most])
                asked.update(chunk)
        self.ask_whether_alike(self.waiting(), about_inputs(self.subject.facts))
        different = self.ask_whether_alike(self.waiting(), self.subject.facts)
        self.end(Fate.VACUOUS, self.vacuous(self.waiting()))
        self.end(Fate.NOTICED, self.noticed(self.waiting()))
        self.end(Fate.SURVIVING, {i: self.told(i, different.get(i)) for i in self.waiting()}, different)
        return [self.found[i] for i in range(len(self.made))]

    def try_inputs(self, watch: Watch, tried: Iterator[Round], times: int) -> None:
        """Kill what falls on inputs that are easily found."""
        for some in islice(tried, times):
            marks = watch.marks(some, [_mark(i) for i in self.waiting()])
            self.screen(some.inputs, marks)

    def settle_harmless(self, watch: Watch) -> None:
        """What is shown to make no difference, at once or in the end, is equivalent."""
        alone = Alone(self.subject.procedure, watch.procedure, self.subject.facts)
        for i in self.waiting():
            mutant, mark = self.made[i], _mark(i)
            is_harmless = mark not in watch.met and alone.is_harmless(mark)
            is_swap = mutant.operator == "swap neighbours"
            if is_harmless or (is_swap and alone.is_masked(mark, mutant.procedure)):
                self.found[i] = Fallen(mutant, Fate.EQUIVALENT)

    def waiting(self) -> list[int]:
        return [i for i in range(len(self.made)) if i not in self.found]

    def seeds(self) -> list[Inputs]:
        """Inputs on which the premises of each theorem hold, one for each theorem: what serves many of
        them is less varied."""
        asked = obligations([replace(claim, then=FALSE, expected=None) for claim in self.subject.claims])
        made = {each.claim: each for each in asked}
        parts = [replace(batch, together=False) for batch in batches(asked, self.pool.jobs)]
        answers = {each.claim: each for each in self.pool.answers(parts)}
        found = (answers[claim.name] for claim in self.subject.claims)
        return [made[each.claim].concrete(each.reached) for each in found if each.premises is SatStatus.SAT]

    def screen(self, inputs: Sequence[Inputs], marks: Mapping[str, int] | None = None) -> None:
        """End what waits and is killed on one of these inputs; ``marks`` are the inputs on which a mutant makes
        a difference, if that is known."""
        if not inputs:
            return
        screen = Screen.of(self.subject.procedure, inputs, self.reads)
        for i in self.waiting():
            if marks is not None and not marks.get(_mark(i)):
                continue
            for claim, at in screen.killers(self.made[i].procedure, self.claims):
                if self.kills(i, claim, inputs[at]):
                    break

    def kills(self, i: int, claim: Claim | None, inputs: Inputs) -> bool:
        """Whether the interpreter says that the claim (None: any) is refuted of the mutant, or that the
        mutant does not run on that input; then it falls."""
        inputs = self.without_unset(inputs)
        mutant = self.made[i]
        try:
            unset = explain_uninitialised(mutant.procedure, self.subject.procedure, inputs)
        except UninitialisedError as error:
            unset = str(error)
            claim = None
        if unset and self.allows(inputs):
            self.found[i] = Fallen(mutant, Fate.UNSET, unset, inputs)
            return True
        if claim is None or not refutes(replace(claim, subjects={"": mutant.procedure}), inputs):
            return False
        self.found[i] = Fallen(mutant, Fate.REFUTED, claim.theorem, inputs)
        self.claims.sort(key=lambda each: each.theorem != claim.theorem)
        return True

    def allows(self, inputs: Inputs) -> bool:
        """Whether the facts hold of the procedure itself on that input."""
        whole = replace(self.subject.claims[0], facts=self.subject.facts, given=(TRUE,), then=FALSE)
        return refutes(whole, inputs)

    def without_unset(self, inputs: Inputs) -> Inputs:
        """The inputs without values for locals that only a mutant reads before they are set."""
        known = self.subject.procedure.inputs
        names = {n: v for n, v in inputs.names.items() if n in known or not n.startswith("unset ")}
        return Inputs(names, inputs.functions)

    def ask_theorems(self, chunk: Sequence[int], claims: Sequence[Claim]) -> None:
        """Kill those of these mutants of which one of the theorems is refuted; a theorem that speaks of the
        mutant as it does of the procedure is not asked, and none is asked twice."""
        whole = [_in_one(claim) for claim in claims]
        asked = {(i, claim.theorem): self.about_mutant(i, claim) for i in chunk for claim in whole}
        made = dict(zip(asked, obligations(asked.values()), strict=True))
        new = [each for each in made.values() if each.formula not in self.proved]
        answers = {each.claim: each for each in self.pool.answers(batches(new, self.pool.jobs))}
        models = []
        for (i, theorem), obligation in made.items():
            answer = answers.get(obligation.claim)
            if answer is not None and answer.denied is SatStatus.UNSAT:
                self.proved.add(obligation.formula)
            if answer is None or answer.denied is not SatStatus.SAT or i in self.found:
                continue
            models.append(obligation.concrete(answer.refuted))
            claim = next(each for each in self.claims if each.theorem == theorem)
            self.kills(i, claim, models[-1])
        self.screen(models)

    def about_mutant(self, i: int, claim: Claim) -> Claim:
        """The claim asked of a mutant, which is a subject of its own."""
        subjects = {"": self.made[i].procedure}
        return replace(claim, subject=f"{claim.subject}#{i}", subjects=subjects, regions=(), expected=None)

    def ask_whether_alike(self, chunk: Sequence[int], facts: Sequence[Fact]) -> dict[int, Inputs]:
        """Those of these mutants that do the same are equivalent; for each other one an input, if one was
        found, on which it does not."""
        claims = {i: self.equivalence(i, facts) for i in chunk}
        by_name = {each.name: each for each in decided(self.pool, list(claims.values()))}
        different: dict[int, Inputs] = {}
        for i, claim in claims.items():
            judged = by_name[claim.name]
            if judged.verdict is Verdict.PROVED:
                self.found[i] = Fallen(self.made[i], Fate.EQUIVALENT)
            elif inputs := _counterexample(judged):
                different[i] = inputs
                self.kills(i, None, inputs)
        self.screen(list(different.values()))
        return different

    def end(self, fate: Fate, told: Mapping[int, str], inputs: Mapping[int, Inputs] | None = None) -> None:
        """Give these mutants that fate, with what is told of each and perhaps an input."""
        for i, by in told.items():
            self.found[i] = Fallen(self.made[i], fate, by, (inputs or {}).get(i))

    def vacuous(self, chunk: Sequence[int]) -> dict[int, str]:
        """Of each of these mutants of which the premises of a theorem cannot hold, the first such theorem."""
        asked = {(i, c.theorem): self.about_mutant(i, c) for i in chunk for c in self.subject.claims}
        made = dict(zip(asked, obligations(asked.values()), strict=True))
        known = {each.formula for each in obligations(self.subject.claims)}
        new = [each for each in made.values() if each.formula not in known]
        answers = self.pool.answers(batches(new, self.pool.jobs))
        unreached = {answer.claim for answer in answers if answer.premises is SatStatus.UNSAT}
        return {i: t for (i, t), each in sorted(made.items(), reverse=True) if each.claim in unreached}

    def noticed(self, chunk: Sequence[int]) -> dict[int, str]:
        """Of each of these mutants of which a theorem is proved that was declared to fail, the first such
        theorem: the mutant mends the mistake, and the declaration is found to be wrong."""
        asked = {(i, c.theorem): self.about_mutant(i, c) for i in chunk for c in self.subject.failing}
        judged = {each.name: each.verdict for each in decided(self.pool, list(asked.values()))}
        told = sorted(asked.items(), reverse=True)
        return {i: theorem for (i, theorem), claim in told if judged[claim.name] is Verdict.PROVED}

    def told(self, i: int, inputs: Inputs | None) -> str:
        """What the mutant does not do alike."""
        if inputs is None:
            return "whether it is equivalent is not decided"
        runs = replay(self.equivalence(i, ()), inputs)
        unlike = [
            ", ".join(str(what) for what in each.whats)
            for each in ALIKE
            if not runs.value(each.alike(ORIGINAL))
        ]
        return "; ".join(unlike)

    def equivalence(self, i: int, assumed: Iterable[Fact]) -> Claim:
        """That the mutant does everything alike, on the inputs that the facts allow the procedure."""
        facts = tuple(replace(fact, holds=about(ORIGINAL, fact.holds)) for fact in assumed)
        then = conj(*(each.alike(ORIGINAL) for each in ALIKE))
        mutant = self.made[i]
        subjects = {"": mutant.procedure, ORIGINAL: self.subject.procedure}
        name, because = f"mutant_{i}_is_equivalent", (mutant.operator,)
        return Claim(
            name, "mutation", self.subject.name, "", str(mutant), because, subjects, facts, (TRUE,), then
        )


def _in_one(claim: Claim) -> Claim:
    """The same theorem without facts and premises of its own.  The solver then need not show that they can
    hold, which takes longer than the theorem does and says nothing of a mutant that a theorem refutes."""
    assumed = conj(*(fact.holds for fact in claim.facts), *claim.given)
    return replace(claim, facts=(), given=(TRUE,), then=assumed >> claim.then, expected=None)


def _mark(i: int) -> str:
    """The place that says whether a mutant makes a difference."""
    return f"mutant {i}"


def _counterexample(judged: Judged) -> Inputs | None:
    """The input on which a claim was refuted."""
    if judged.answer is None or judged.obligation is None or judged.verdict is not Verdict.REFUTED:
        return None
    return judged.obligation.concrete(judged.answer.refuted)
