# SPDX-License-Identifier: GPL-2.0-only
"""Would the theorems notice?  Every theorem that is proved of a procedure is asked of each of its mutants.

A mutant is killed if a theorem is refuted of it, which is looked for on known inputs first and asked of a
solver last.  What no theorem refutes does the same as the procedure, with proof, or it survives: then a
theorem is missing.  Comparisons with another copy of the same code are not asked: they would say that a
mutant differs, and not that it is wrong.

Trusted: the interpreter, for whatever is killed; the solver, for whatever is equivalent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from counterexamples.mutation import mutants
from counterexamples.mutation.mutant import Mutant
from model.arch.arm64.constants import PAGES, V6_12
from model.facts import Fact
from model.interpreter import Inputs, UnsetError, interpret
from model.logic import FALSE, TRUE, Term, conj, free_names, subterms
from model.memory import PAGE_SHIFT, map_addr, relaxed_addr
from model.procedure import Procedure, ProcedureError
from model.words import READ, VARYING
from proofs.claim import Claim, Expectation, Verdict, about, replay
from proofs.mutants_inputs import varied
from proofs.mutants_on_inputs import Screen
from proofs.observable import EVERYTHING, LOCKS
from proofs.pool import Pool
from proofs.prove import decided
from proofs.verdict import Judged

ORIGINAL = "original"
#: Facts over these alone are few, and decide most equivalences.
_READ = READ.keys() | VARYING.keys() | V6_12.keys() | PAGES["4K"].keys()
#: Mutants that are put to the solver at once; what is found of them may kill those that wait.
TOGETHER = 20
#: Variations of the inputs that reach the premises of the theorems.
VARIATIONS = 300


def _by_page(term: Term) -> Term:
    """Of an address in a stage-2 table the page alone: kvm_pgtable_walk() aligns it down."""
    return term >> PAGE_SHIFT if term.key in (map_addr.key, relaxed_addr.key) else term


#: What a mutant has to do alike.
ALIKE = tuple(replace(each, whats=tuple(map(_by_page, each.whats))) for each in (*EVERYTHING, LOCKS))


class Fate(Enum):
    """What became of a mutant."""

    REFUTED = "killed by a refutation"
    UNSET = "killed, for it reads a local that was not set"
    VACUOUS = "killed only as vacuous"
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


@dataclass(frozen=True)
class Target:
    """A procedure to be mutated, and the theorems that are proved of it, as claims."""

    name: str
    procedure: Procedure
    claims: tuple[Claim, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that a claim rests on."""
        return tuple({fact.name: fact for claim in self.claims for fact in claim.facts}.values())


def target(name: str, procedure: Procedure, claims: Sequence[Claim]) -> Target:
    """The procedure with the claims that are about it alone and that are expected to be proved."""
    return Target(
        name,
        procedure,
        tuple(
            claim
            for claim in claims
            if claim.subjects.get("") is procedure
            and len(claim.subjects) == 1
            and claim.expected is not None
            and claim.expected.verdict is Verdict.PROVED
        ),
    )


def fates(
    pool: Pool, subject: Target, made: Sequence[Mutant] | None = None, known: Sequence[Inputs] = ()
) -> list[Fallen]:
    """The fate of each mutant, in the order in which they are made; ``known`` are inputs worth trying."""
    wanted = tuple(mutants(subject.procedure) if made is None else made)
    return _Hunt(pool, subject, wanted, known).fates()


class _Hunt:
    """The mutants whose fate is known, by their position, and those that wait."""

    def __init__(self, pool: Pool, subject: Target, made: Sequence[Mutant], known: Sequence[Inputs]):
        self.known = known
        self.pool = pool
        self.subject = subject
        self.made = made
        self.found: dict[int, Fallen] = {}
        self.claims = list(subject.claims)

    def fates(self) -> list[Fallen]:
        self.screen(self.first())
        while waiting := self.waiting():
            self.ask(waiting[:TOGETHER])
        return [self.found[i] for i in range(len(self.made))]

    def waiting(self) -> list[int]:
        return [i for i in range(len(self.made)) if i not in self.found]

    def seeds(self) -> list[Inputs]:
        """Inputs on which the premises of each theorem hold."""
        asked = [
            replace(claim, then=FALSE, regions=(), expected=Expectation(Verdict.REFUTED))
            for claim in self.subject.claims
        ]
        return list(_shown(decided(self.pool, asked)))

    def first(self) -> list[Inputs]:
        """Inputs on which mutants are tried first."""
        return varied(self.subject.procedure, self.subject.claims, [*self.seeds(), *self.known], VARIATIONS)

    def screen(self, inputs: Sequence[Inputs]) -> None:
        """End what waits and is killed on one of these inputs."""
        if not inputs:
            return
        screen = Screen.of(self.subject.procedure, inputs)
        for i in self.waiting():
            for claim, lane in screen.killers(self.made[i].procedure, self.claims):
                if self.kills(i, claim, inputs[lane]):
                    break

    def kills(self, i: int, claim: Claim | None, inputs: Inputs) -> bool:
        """Whether the interpreter says that the claim (None: any) is refuted of the mutant, or that the
        mutant does not run on that input; then it falls."""
        inputs = self.without_unset(inputs)
        mutant = self.made[i]
        try:
            unset = _never_set(mutant.procedure, self.subject.procedure, inputs)
        except UnsetError as error:
            unset = str(error)
            claim = None
        if unset and self.allows(inputs):
            self.found[i] = Fallen(mutant, Fate.UNSET, unset, inputs)
            return True
        if claim is None or not _refutes(replace(claim, subjects={"": mutant.procedure}), inputs):
            return False
        self.found[i] = Fallen(mutant, Fate.REFUTED, claim.theorem, inputs)
        self.claims.sort(key=lambda each: each.theorem != claim.theorem)
        return True

    def allows(self, inputs: Inputs) -> bool:
        """Whether the facts hold of the procedure itself on that input."""
        whole = replace(self.subject.claims[0], facts=self.subject.facts, given=(TRUE,), then=FALSE)
        return _refutes(whole, inputs)

    def without_unset(self, inputs: Inputs) -> Inputs:
        """The inputs without values for locals that only a mutant reads before they are set."""
        known = self.subject.procedure.inputs
        names = {n: v for n, v in inputs.names.items() if n in known or not n.startswith("unset ")}
        return Inputs(names, inputs.functions)

    def ask(self, chunk: Sequence[int]) -> None:
        """Settle these mutants: equivalent, killed, or neither."""
        different: dict[int, Inputs] = {}
        facts = [fact for fact in self.subject.facts if free_names(fact.holds).keys() <= _READ]
        claims = {i: self.equivalence(i, facts) for i in chunk}
        by_name = {each.name: each for each in decided(self.pool, list(claims.values()))}
        for i, claim in claims.items():
            judged = by_name[claim.name]
            if judged.verdict is Verdict.PROVED:
                self.found[i] = Fallen(self.made[i], Fate.EQUIVALENT)
            elif inputs := _counterexample(judged):
                different[i] = inputs
                self.kills(i, None, inputs)
        self.screen(list(different.values()))
        for i in chunk:
            if i not in self.found:
                self.last(i)

    def last(self, i: int) -> None:
        """Ask the solver all theorems of a mutant that is not equivalent, and was not killed so far."""
        mutant = self.made[i]
        one = {"": mutant.procedure}
        asked = [replace(claim, subjects=one, regions=()) for claim in self.claims]
        judged = list(decided(self.pool, asked))
        models = [found for each in judged if (found := _counterexample(each))]
        for each in judged:
            found = _counterexample(each)
            if found and self.kills(i, replace(each.claim, subjects=self.subject.claims[0].subjects), found):
                self.screen(models)
                return
        (alike,) = decided(self.pool, [self.equivalence(i, self.subject.facts)])
        inputs = _counterexample(alike)
        if alike.verdict is Verdict.PROVED:
            self.found[i] = Fallen(mutant, Fate.EQUIVALENT)
            return
        if inputs is not None and self.kills(i, None, inputs):
            return
        vacuous = sorted(each.claim.theorem for each in judged if each.verdict is Verdict.VACUOUS)
        self.found[i] = (
            Fallen(mutant, Fate.VACUOUS, vacuous[0])
            if vacuous
            else Fallen(mutant, Fate.SURVIVING, self.told(i, inputs), inputs)
        )

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
        return self.claim(i, "is_equivalent", then, facts, ORIGINAL)

    def claim(self, i: int, what: str, then: Term, facts: tuple[Fact, ...], *others: str) -> Claim:
        mutant = self.made[i]
        subjects = {"": mutant.procedure, **dict.fromkeys(others, self.subject.procedure)}
        says, because = str(mutant), (mutant.operator,)
        name, family = f"mutant_{i}_{what}", "mutation"
        return Claim(name, family, self.subject.name, "", says, because, subjects, facts, (TRUE,), then)


def _with_constants(procedure: Procedure, inputs: Inputs) -> Inputs:
    return Inputs({**inputs.names, **procedure.constants}, inputs.functions)


def _never_set(mutant: Procedure, original: Procedure, inputs: Inputs) -> str:
    """Which place a word is read from that only the original sets on these inputs, as a sentence."""
    one, other = (interpret(p, _with_constants(p, inputs)).places for p in (mutant, original))
    for word, term in mutant.words.items():
        for part in subterms(term):
            text = str(part.data)
            if part.op == "place" and text in original.places and text in other and text not in one:
                return f"{text} is not set, and {word} is read from it."
    return ""


def _refutes(claim: Claim, inputs: Inputs) -> bool:
    """Whether, by the interpreter, facts and premises hold on this input and the conclusion does not."""
    try:
        runs = replay(claim, inputs)
    except ProcedureError:
        return False
    assumed = (*(fact.holds for fact in claim.facts), *claim.given)
    return all(runs.value(term) for term in assumed) and not runs.value(claim.then)


def _counterexample(judged: Judged) -> Inputs | None:
    """The input on which a claim was refuted."""
    if judged.answer is None or judged.obligation is None or judged.verdict is not Verdict.REFUTED:
        return None
    return judged.obligation.concrete(judged.answer.refuted)


def _shown(judged: Iterator[Judged]) -> Iterator[Inputs]:
    """The inputs that were found, each once."""
    seen = set()
    for each in judged:
        inputs = _counterexample(each)
        if inputs is not None:
            key = frozenset(inputs.names.items()), frozenset(inputs.functions.items())
            if key not in seen:
                seen.add(key)
                yield inputs
