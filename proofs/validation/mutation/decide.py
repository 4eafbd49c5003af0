# SPDX-License-Identifier: GPL-2.0-only
"""Mutation testing: a mutant is killed by a theorem, equivalent to its original, or survives.

A mutant is killed if a theorem that is proved of the procedure is refuted of the mutant: first by bit-parallel
simulation of many inputs, then by a solver.  A mutant that no theorem kills is equivalent to the procedure, with
proof, or it survives: then a theorem is missing.  Comparisons with another copy of the same code are left out:
they would say that a mutant differs, and not that it is wrong.

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
from proofs.claims.claim import Claim, replay
from proofs.claims.obligations import build_obligations
from proofs.solvers.query import SatStatus
from proofs.solvers.smt.batch import batches
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.theorems.theorem import qualify
from proofs.validation.mutation.inputs import InputRound, MarkCoverage, input_rounds
from proofs.validation.mutation.masking import OBSERVED, MaskingCheck, input_facts
from proofs.validation.mutation.mutation_target import MutationTarget
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.simulation import Screen, explain_uninitialised, refutes
from proofs.verdicts.verdict import ClaimVerdict

ORIGINAL = "original"
#: Mutants of one call of the solver; its counterexamples may kill others, too.
TOGETHER = 8
#: Theorems that are tried on all open mutants before the others are: those that killed mutants last.
FIRST = 24
#: Rounds of inputs before masked mutants are looked for, and after that.
BEFORE, ROUNDS = 4, 10


class MutantStatus(Enum):
    """The outcome of mutation testing for one mutant."""

    KILLED_BY_THEOREM = "killed by a refutation"
    KILLED_AS_UNINITIALISED = "killed, for it reads an uninitialised local"
    KILLED_AS_VACUOUS = "killed only as vacuous"
    KILLED_AS_MENDED = "killed, for what was declared to fail does not fail"
    EQUIVALENT = "equivalent, with proof"
    SURVIVES = "survives"


@dataclass(frozen=True)
class MutantResult:
    """A mutant and its status.  ``reason`` is the theorem that killed it, or what it does otherwise than the
    procedure; ``inputs`` is the input that shows it."""

    mutant: Mutant
    status: MutantStatus
    reason: str = ""
    inputs: Inputs | None = None


def decide_mutants(
    pool: Pool, subject: MutationTarget, made: Sequence[Mutant] | None = None, known: Sequence[Inputs] = ()
) -> list[MutantResult]:
    """The result of each mutant, in their order; ``made`` are all mutants by default, ``known`` are inputs worth
    trying."""
    wanted = tuple(generate_mutants(subject.procedure) if made is None else made)
    return _MutationRun(pool, subject, wanted, known).decide()


class _MutationRun:
    """The results so far, by the position of the mutant; the others are open."""

    def __init__(self, pool: Pool, subject: MutationTarget, made: Sequence[Mutant], known: Sequence[Inputs]):
        self.known = known
        self.pool = pool
        self.subject = subject
        self.mutants = made
        self.results: dict[int, MutantResult] = {}
        self.claims = list(subject.claims)
        self.proved: set[tuple[bytes, ...]] = set()
        self.reads: dict[str, frozenset[str]] = {}

    def decide(self) -> list[MutantResult]:
        points = {
            _mark(i): infection(self.subject.procedure, m.procedure) for i, m in enumerate(self.mutants)
        }
        coverage = MarkCoverage(add_infection_probes(self.subject.procedure, points))
        seeds = [*self.premise_inputs(), *self.known]
        tried = input_rounds(self.subject.procedure, self.subject.claims, seeds)
        self.try_inputs(coverage, tried, BEFORE)
        self.decide_masked(coverage)
        self.try_inputs(coverage, tried, ROUNDS)
        self.proved = {
            each.formula for each in build_obligations(map(_without_premises, self.subject.claims))
        }
        for most in (FIRST, len(self.claims)):
            asked: set[int] = set()
            while still_open := [i for i in self.open() if i not in asked]:
                chunk = still_open[:TOGETHER]
                self.decide_theorems(chunk, self.claims[:most])
                asked.update(chunk)
        self.decide_equivalence(self.open(), input_facts(self.subject.facts))
        different = self.decide_equivalence(self.open(), self.subject.facts)
        self.set_status(MutantStatus.KILLED_AS_VACUOUS, self.vacuous_theorems(self.open()))
        self.set_status(MutantStatus.KILLED_AS_MENDED, self.mended_theorems(self.open()))
        self.set_status(
            MutantStatus.SURVIVES,
            {i: self.describe_difference(i, different.get(i)) for i in self.open()},
            different,
        )
        return [self.results[i] for i in range(len(self.mutants))]

    def try_inputs(self, coverage: MarkCoverage, tried: Iterator[InputRound], times: int) -> None:
        """Kill the mutants that a theorem refutes on inputs that are easily found."""
        for some in islice(tried, times):
            marks = coverage.inputs_at_marks(some, [_mark(i) for i in self.open()])
            self.simulate(some.inputs, marks)

    def decide_masked(self, coverage: MarkCoverage) -> None:
        """A mutation that is never reached, or whose effect is masked, makes an equivalent mutant."""
        check = MaskingCheck(self.subject.procedure, coverage.procedure, self.subject.facts)
        for i in self.open():
            mutant, mark = self.mutants[i], _mark(i)
            is_unreachable = mark not in coverage.met and check.is_unreachable(mark)
            is_swap = mutant.operator == "swap neighbours"
            if is_unreachable or (is_swap and check.is_masked(mark, mutant.procedure)):
                self.results[i] = MutantResult(mutant, MutantStatus.EQUIVALENT)

    def open(self) -> list[int]:
        return [i for i in range(len(self.mutants)) if i not in self.results]

    def premise_inputs(self) -> list[Inputs]:
        """Inputs on which the premises of each theorem hold, one for each theorem: one that serves many of
        them is less varied."""
        asked = build_obligations(
            [replace(claim, then=FALSE, expected=None) for claim in self.subject.claims]
        )
        made = {each.claim: each for each in asked}
        parts = [replace(batch, together=False) for batch in batches(asked, self.pool.jobs)]
        answers = {each.claim: each for each in self.pool.answers(parts)}
        found = (answers[claim.name] for claim in self.subject.claims)
        return [made[each.claim].concrete(each.reached) for each in found if each.premises is SatStatus.SAT]

    def simulate(self, inputs: Sequence[Inputs], marks: Mapping[str, int] | None = None) -> None:
        """Kill open mutants on these inputs; ``marks`` are the inputs on which a mutant makes a
        difference, if they are known."""
        if not inputs:
            return
        screen = Screen.of(self.subject.procedure, inputs, self.reads)
        for i in self.open():
            if marks is not None and not marks.get(_mark(i)):
                continue
            for claim, at in screen.killers(self.mutants[i].procedure, self.claims):
                if self.try_kill(i, claim, inputs[at]):
                    break

    def try_kill(self, i: int, claim: Claim | None, inputs: Inputs) -> bool:
        """Whether the interpreter refutes the claim (None: no claim) of the mutant on that input, or the mutant
        reads an uninitialised local there; then it is killed."""
        inputs = self.drop_uninitialised(inputs)
        mutant = self.mutants[i]
        try:
            unset = explain_uninitialised(mutant.procedure, self.subject.procedure, inputs)
        except UninitialisedError as error:
            unset = str(error)
            claim = None
        if unset and self.satisfies_facts(inputs):
            self.results[i] = MutantResult(mutant, MutantStatus.KILLED_AS_UNINITIALISED, unset, inputs)
            return True
        if claim is None or not refutes(replace(claim, procedures={"": mutant.procedure}), inputs):
            return False
        self.results[i] = MutantResult(mutant, MutantStatus.KILLED_BY_THEOREM, claim.theorem, inputs)
        self.claims.sort(key=lambda each: each.theorem != claim.theorem)
        return True

    def satisfies_facts(self, inputs: Inputs) -> bool:
        """Whether the facts hold of the procedure itself on that input."""
        whole = replace(self.subject.claims[0], facts=self.subject.facts, given=(TRUE,), then=FALSE)
        return refutes(whole, inputs)

    def drop_uninitialised(self, inputs: Inputs) -> Inputs:
        """The inputs without values for locals that only a mutant reads uninitialised."""
        known = self.subject.procedure.inputs
        names = {n: v for n, v in inputs.names.items() if n in known or not n.startswith("unset ")}
        return Inputs(names, inputs.functions)

    def decide_theorems(self, chunk: Sequence[int], claims: Sequence[Claim]) -> None:
        """Kill those of these mutants of which one of the theorems is refuted.  No query is decided twice, and
        none that is the same of the procedure itself."""
        whole = [_without_premises(claim) for claim in claims]
        asked = {(i, claim.theorem): self.mutant_claim(i, claim) for i in chunk for claim in whole}
        made = dict(zip(asked, build_obligations(asked.values()), strict=True))
        new = [each for each in made.values() if each.formula not in self.proved]
        answers = {each.claim: each for each in self.pool.answers(batches(new, self.pool.jobs))}
        models = []
        for (i, theorem), obligation in made.items():
            answer = answers.get(obligation.claim)
            if answer is not None and answer.denied is SatStatus.UNSAT:
                self.proved.add(obligation.formula)
            if answer is None or answer.denied is not SatStatus.SAT or i in self.results:
                continue
            models.append(obligation.concrete(answer.refuted))
            claim = next(each for each in self.claims if each.theorem == theorem)
            self.try_kill(i, claim, models[-1])
        self.simulate(models)

    def mutant_claim(self, i: int, claim: Claim) -> Claim:
        """The claim about a mutant, which is a subject of its own."""
        subjects = {"": self.mutants[i].procedure}
        return replace(claim, subject=f"{claim.subject}#{i}", procedures=subjects, regions=(), expected=None)

    def decide_equivalence(self, chunk: Sequence[int], facts: Sequence[Fact]) -> dict[int, Inputs]:
        """Decide which of these mutants are equivalent; for each other one an input, if one was found, on which
        it differs."""
        claims = {i: self.equivalence_claim(i, facts) for i in chunk}
        by_name = {each.name: each for each in decide_claims(self.pool, list(claims.values()))}
        different: dict[int, Inputs] = {}
        for i, claim in claims.items():
            judged = by_name[claim.name]
            if judged.verdict is Verdict.PROVED:
                self.results[i] = MutantResult(self.mutants[i], MutantStatus.EQUIVALENT)
            elif inputs := _counterexample(judged):
                different[i] = inputs
                self.try_kill(i, None, inputs)
        self.simulate(list(different.values()))
        return different

    def set_status(
        self, status: MutantStatus, reasons: Mapping[int, str], inputs: Mapping[int, Inputs] | None = None
    ) -> None:
        """Give these mutants that status, each with the reason and perhaps an input."""
        for i, reason in reasons.items():
            self.results[i] = MutantResult(self.mutants[i], status, reason, (inputs or {}).get(i))

    def vacuous_theorems(self, chunk: Sequence[int]) -> dict[int, str]:
        """The first theorem whose premises cannot hold, of each of these mutants that has one."""
        asked = {(i, c.theorem): self.mutant_claim(i, c) for i in chunk for c in self.subject.claims}
        made = dict(zip(asked, build_obligations(asked.values()), strict=True))
        known = {each.formula for each in build_obligations(self.subject.claims)}
        new = [each for each in made.values() if each.formula not in known]
        answers = self.pool.answers(batches(new, self.pool.jobs))
        unreached = {answer.claim for answer in answers if answer.premises is SatStatus.UNSAT}
        return {i: t for (i, t), each in sorted(made.items(), reverse=True) if each.claim in unreached}

    def mended_theorems(self, chunk: Sequence[int]) -> dict[int, str]:
        """The first theorem that is proved though it was declared to fail, of each of these mutants that has one:
        the mutant mends the bug."""
        asked = {(i, c.theorem): self.mutant_claim(i, c) for i in chunk for c in self.subject.failing}
        judged = {each.name: each.verdict for each in decide_claims(self.pool, list(asked.values()))}
        last_first = sorted(asked.items(), reverse=True)
        return {i: theorem for (i, theorem), claim in last_first if judged[claim.name] is Verdict.PROVED}

    def describe_difference(self, i: int, inputs: Inputs | None) -> str:
        """What the mutant does otherwise than the procedure."""
        if inputs is None:
            return "whether it is equivalent is not decided"
        runs = replay(self.equivalence_claim(i, ()), inputs)
        different = [
            ", ".join(str(what) for what in each.terms)
            for each in OBSERVED
            if not runs.value(each.agrees_with(ORIGINAL))
        ]
        return "; ".join(different)

    def equivalence_claim(self, i: int, assumed: Iterable[Fact]) -> Claim:
        """That the mutant does what the procedure does, on the inputs that the facts allow the procedure."""
        facts = tuple(replace(fact, holds=qualify(ORIGINAL, fact.holds)) for fact in assumed)
        then = conj(*(each.agrees_with(ORIGINAL) for each in OBSERVED))
        mutant = self.mutants[i]
        subjects = {"": mutant.procedure, ORIGINAL: self.subject.procedure}
        name, because = f"mutant_{i}_is_equivalent", (mutant.operator,)
        return Claim(
            theorem=name,
            family="mutation",
            subject=self.subject.name,
            pages="",
            says=str(mutant),
            because=because,
            procedures=subjects,
            facts=facts,
            given=(TRUE,),
            then=then,
        )


def _without_premises(claim: Claim) -> Claim:
    """The claim with its facts and premises moved into the conclusion.  The solver then need not show that they
    can hold, which takes longer than the theorem does and says nothing of a mutant that a theorem refutes."""
    assumed = conj(*(fact.holds for fact in claim.facts), *claim.given)
    return replace(claim, facts=(), given=(TRUE,), then=assumed >> claim.then, expected=None)


def _mark(i: int) -> str:
    """The place that says whether a mutant makes a difference."""
    return f"mutant {i}"


def _counterexample(judged: ClaimVerdict) -> Inputs | None:
    """The input on which a claim was refuted."""
    if judged.answer is None or judged.verdict is not Verdict.REFUTED:
        return None
    return judged.obligation.concrete(judged.answer.refuted)
