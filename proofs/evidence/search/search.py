# SPDX-License-Identifier: GPL-2.0-only
"""The search for evidence: unsat cores, witnesses and certificates of claims whose verdicts are known.

The verdicts are known already; a SAT solver is asked again.  It has the clauses of a whole subject, and
premises are only assumed: so what it learns follows from the clauses alone, and one claim's lemmas serve
the next.  Models serve several claims as well: what one claim's model says of another's terms is looked
up before the solver is asked.  All is a function of the obligations and of the solver's version.

Trusted: nothing; whatever is found is checked by ``proofs.evidence.checker.verify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_

from counterexamples.minimise import WHOLE, Bit, Model, bits_of, minimal_subset, minimise_model, until_stable
from model.logic import Term, conj, free_names
from model.program.symbolic import substitute_constants
from proofs.evidence.checker import clauses
from proofs.evidence.checker.answers import PROVED, REFUTED, UNKNOWN, write_steps
from proofs.evidence.checker.lrat import Step
from proofs.evidence.checker.stored import Obligations, StoredClaim
from proofs.evidence.checker.verify import evaluate_terms
from proofs.evidence.search.incremental import IncrementalSolver
from proofs.evidence.search.sat import CONFLICTS, GaveUpError
from proofs.evidence.search.trace import Trace
from proofs.solvers.sat.tseitin import Literal

#: Conflicts after which a claim is asked about by itself.
SOON = 2_000


@dataclass(frozen=True)
class ClaimEvidence:
    """What was found for a claim: positions in the table of facts and of witnesses, and the text of the
    certificate.  ``answer`` is the SAT solver's, "UNKNOWN" where it gave up; ``why`` says what is missing."""

    answer: str
    why: str = ""
    facts_used: tuple[int, ...] | None = None
    reached: int | None = None
    refuted: int | None = None
    certificate: str = ""


@dataclass(frozen=True)
class SubjectEvidence:
    """What was found for each claim of a subject, the witnesses that this refers to, and the text of the
    lemmas that its certificates share."""

    claims: tuple[ClaimEvidence, ...]
    witnesses: tuple[Mapping[str, int], ...] = ()
    lemmas: str = ""


def search_evidence(obligations: Obligations, verdicts: Sequence[str]) -> SubjectEvidence:
    """What is found for each claim, whose verdicts are known.

    Refuted claims are first, and small ones: a model or a refusal is found the sooner the less there is.
    """
    shared = Search(obligations)
    found = [ClaimEvidence("", "Such a verdict has no certificate.") for _ in verdicts]
    sizes = _sizes(obligations)
    for i in sorted(range(len(verdicts)), key=lambda i: (verdicts[i] != REFUTED, sizes[i])):
        if verdicts[i] in (PROVED, REFUTED):
            found[i] = shared.claim(obligations.claims[i], verdicts[i])
    found, lemmas = shared.certify(found)
    used = sorted({i for each in found for i in (each.reached, each.refuted) if i is not None})
    new = {old: i for i, old in enumerate(used)} | {None: None}
    moved = [replace(each, reached=new[each.reached], refuted=new[each.refuted]) for each in found]
    return SubjectEvidence(tuple(moved), tuple(shared.witnesses[i] for i in used), lemmas)


def _sizes(obligations: Obligations) -> list[int]:
    """How many terms each claim speaks of."""
    below: dict[bytes, int] = {}  # a bit for each term
    for i, term in enumerate(obligations.terms):
        below[term.key] = reduce(or_, (below[a.key] for a in term.args), 1 << i)
    roots = ([*obligations.premises(c), obligations.conclusion(c)] for c in obligations.claims)
    return [reduce(or_, (below[term.key] for term in some)).bit_count() for some in roots]


class Search:
    """What is shared by the claims of one subject."""

    def __init__(self, obligations: Obligations):
        self.obligations = obligations
        self.formula = clauses.encode_obligations(obligations)
        self.given = len(self.formula.gates.clauses)
        self.solver = IncrementalSolver(self.formula.gates, SOON)
        self.refusals: dict[
            str, tuple[IncrementalSolver, int]
        ] = {}  # the refusal that proves a claim, by its name
        self.witnesses: list[Mapping[str, int]] = []
        self.holds: dict[bytes, int] = {}  # of each term, a bit for each witness

    @cached_property
    def apart(self) -> IncrementalSolver:
        """For questions of which no certificate is made, and about terms that are not stored: no lemma may
        speak of these."""
        return IncrementalSolver(self.formula.gates, CONFLICTS)

    def add_witness(self, inputs: Mapping[str, int]) -> int:
        """Keep a witness; its position."""
        for key, value in evaluate_terms(self.obligations.terms, inputs).items():
            if value:
                self.holds[key] = self.holds.get(key, 0) | 1 << len(self.witnesses)
        self.witnesses.append(inputs)
        return len(self.witnesses) - 1

    def find_witness(self, true: Iterable[Term], false: Iterable[Term] = ()) -> int | None:
        """A witness on which these are true and those false, if one is known."""
        found = (1 << len(self.witnesses)) - 1
        for term in true:
            found &= self.holds.get(term.key, 0)
        for term in false:
            found &= ~self.holds.get(term.key, 0)
        return (found & -found).bit_length() - 1 if found else None

    def claim(self, claim: StoredClaim, verdict: str) -> ClaimEvidence:
        """What is found for a claim of that verdict, but for the certificate.  What is hard beside all
        that others asked about is often not by itself."""
        try:
            return self.search_evidence_of(claim, verdict, self.solver)
        except GaveUpError:
            always = self.formula.units(claim, ()) if verdict == PROVED else ()
        try:
            return self.search_evidence_of(
                claim, verdict, IncrementalSolver(self.formula.gates, CONFLICTS, always)
            )
        except GaveUpError as error:
            return ClaimEvidence(UNKNOWN, str(error))

    def search_evidence_of(self, claim: StoredClaim, verdict: str, asked: IncrementalSolver) -> ClaimEvidence:
        """What is found when these gates are asked.  Raises GaveUpError."""
        if verdict == PROVED:
            return _ProvedSearch(self, claim, asked).search_evidence_of()
        return _RefutedSearch(self, claim, asked).search_evidence_of()

    def certify(self, found: Sequence[ClaimEvidence]) -> tuple[list[ClaimEvidence], str]:
        """The same with certificates, and the text of the lemmas that these share."""
        claims = self.obligations.claims
        proofs = [
            i for i, each in enumerate(found) if each.answer == PROVED and claims[i].name in self.refusals
        ]
        refusals = [self.refusals[claims[i].name] for i in proofs]
        trace = self.solver.trace([n for asked, n in refusals if asked is self.solver], self.given)
        shared = iter(trace.refusals)
        first = self.given + len(trace.lemmas) + 1
        done = list(found)
        for i, (asked, n) in zip(proofs, refusals, strict=True):
            literals = self.formula.units(claims[i], found[i].facts_used or ())
            units = {literal: number for number, literal in enumerate(literals, first)}
            last = first + len(literals) - 1
            own = Trace((), (next(shared),)) if asked is self.solver else asked.trace([n], last, units)
            done[i] = replace(found[i], certificate=write_steps(_steps(own, units, last)))
        return done, write_steps(trace.lemmas)


def _steps(own: Trace, units: Mapping[Literal, int], last: int) -> list[Step]:
    """The steps to the empty clause, the units having these numbers and lemmas those after the last."""
    (refusal,) = own.refusals
    hints = (*sorted({units[literal] for literal in refusal.literals}), *refusal.hints)
    return [*own.lemmas, (last + len(own.lemmas) + 1, (), hints)]


class _ProvedSearch:
    """A claim that is said to be proved."""

    def __init__(self, shared: Search, claim: StoredClaim, asked: IncrementalSolver):
        self.shared = shared
        self.claim = claim
        self.solver = asked
        self.then = shared.obligations.conclusion(claim)
        self.always = shared.obligations.premises(claim, ())  # background and what is given

    def search_evidence_of(self) -> ClaimEvidence:
        used = self.facts_used()
        if used is None:
            return ClaimEvidence(REFUTED)
        reached = self.reached()
        return ClaimEvidence("VACUOUS") if reached is None else ClaimEvidence(PROVED, "", used, reached)

    def facts(self, positions: Iterable[int]) -> list[Term]:
        return [self.shared.obligations.terms[self.shared.obligations.facts[i].holds] for i in positions]

    def facts_used(self) -> tuple[int, ...] | None:
        """The facts that are left when each is deleted that the others can do without, from the first to
        the last; None if the claim does not even hold with all."""
        if self.suffice(self.claim.facts) is None:
            return None
        return tuple(minimal_subset(self.claim.facts, self.suffice))

    def suffice(self, some: Sequence[int]) -> Sequence[int] | None:
        """A part of these facts from which the claim follows; None if it does not.  The last part is what
        all that is needed is in, and the refusal that gave it proves the claim."""
        shared = self.shared
        if shared.find_witness([*self.always, *self.facts(some)], [self.then]) is not None:
            return None
        model = self.solver.model(shared.formula.units(self.claim, some))
        if model is not None:
            shared.add_witness(model)
            return None
        shared.refusals[self.claim.name] = self.solver, self.solver.refusals - 1
        core = self.solver.core()
        literals = shared.formula.literals(self.facts(some))
        return [fact for fact, literal in zip(some, literals, strict=True) if literal in core]

    def reached(self) -> int | None:
        """A witness that satisfies facts and premises."""
        shared = self.shared
        terms = shared.obligations.premises(self.claim)
        known = shared.find_witness(terms)
        if known is None:  # gates of its own say that the claim fails
            asked = self.solver if self.solver is shared.solver else shared.apart
            model = asked.model(shared.formula.literals(terms))
            known = None if model is None else shared.add_witness(model)
        return known


class _RefutedSearch:
    """A claim that is said to be refuted; the counterexample is that of ``proofs.solvers.smt.minimal``: the least one
    on which the claim fails whatever the loose inputs are, or if there is none, the least one."""

    def __init__(self, shared: Search, claim: StoredClaim, asked: IncrementalSolver):
        self.shared = shared
        self.claim = claim
        self.solver = asked
        obligations = shared.obligations
        self.then = obligations.conclusion(claim)
        self.given = [obligations.terms[part.holds] for part in claim.given]
        assumed = [*claim.background, *(obligations.facts[i].holds for i in claim.facts)]
        self.assumed = [obligations.terms[i] for i in assumed]
        sorts = free_names(*self.assumed, *self.given, self.then)
        self.tight = {n: sorts[n].width for n in sorted(sorts) if n not in claim.loose}
        self.inputs = self.tight | {n: sorts[n].width for n in claim.loose if n in sorts}

    def search_evidence_of(self) -> ClaimEvidence:
        _, found = until_stable(self.least, self.saving)
        if found is None:
            return ClaimEvidence(PROVED)
        place = self.shared.add_witness({name: value for name, value in found.items() if value})
        return ClaimEvidence(REFUTED, "", None, place, place)

    def saving(self, model: Model) -> Term | None:
        """That the claim is refuted with values of the loose inputs that save it from the model's other
        inputs; None if there are none.  It is saved where the facts hold, and a premise does not or the
        conclusion does."""
        if not self.claim.loose:
            return None
        fixed = [bit for n, width in self.tight.items() for bit in bits_of(n, width, model[n])]
        literals = self.shared.formula.literals
        base = [*literals(self.assumed), *self.literals(fixed)]
        for saves in (*(-given for given in literals(self.given)), *literals([self.then])):
            found = self.solver.model([*base, saves])
            if found is not None:
                loose = {name: found.get(name, 0) for name in self.claim.loose}
                return substitute_constants(conj(*self.assumed) >> conj(*self.given, ~self.then), loose)
        return None

    def least(self, conditions: Sequence[Term]) -> Model | None:
        """The least inputs that refute the claim and meet the conditions."""
        formula = self.shared.formula
        asked = self.shared.apart if conditions else self.solver
        always = [*formula.units(self.claim, self.claim.facts), *formula.literals(conditions)]

        def refuse(fixed: Sequence[Bit]) -> Sequence[Bit] | None:
            if asked.model([*always, *self.literals(fixed)]) is not None:
                return None
            core = asked.core()
            return [bit for bit in fixed if not core.isdisjoint(self.literals([bit]))]

        return minimise_model(self.inputs, refuse)

    def literals(self, fixed: Sequence[Bit]) -> list[Literal]:
        """What says of each bit what it is, as far as clauses speak of it."""
        inputs = self.shared.formula.gates.inputs
        found: list[Literal] = []
        for name, bit, value in fixed:
            places = range(max(self.inputs[name], 1)) if bit == WHOLE else (bit,)
            variables = [inputs[name, i] for i in places if (name, i) in inputs]
            found += variables if value else [-variable for variable in variables]
        return found
