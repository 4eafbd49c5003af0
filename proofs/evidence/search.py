# SPDX-License-Identifier: GPL-2.0-only
"""Finding what makes an answer checkable: facts needed, witnesses, and certificates.

The verdicts are known already; a SAT solver (Glucose 4 of python-sat) is asked again.  It has the clauses
of a whole subject, and premises are only assumed: so what it learns follows from the clauses alone, and
one claim's lemmas serve the next.  Models serve several claims as well: what one claim's model says of
another's terms is looked up before the solver is asked.  All is a function of the obligations and of
python-sat's version.

Trusted: nothing; whatever is found is checked by ``proofs.evidence.verify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec

from counterexamples.minimise import WHOLE, Bit, Model, bits, least, needed, steady
from model.logic import Term, conj, free_names
from model.symbolic import with_constants
from proofs import certificate
from proofs.engines.cnf import Literal
from proofs.evidence.answers import PROVED, REFUTED, UNKNOWN, write_steps
from proofs.evidence.elaborate import explain, learnt
from proofs.evidence.stored import Obligations, StoredClaim
from proofs.evidence.verify import values
from proofs.installed import version

PACKAGE = "python-sat"

#: Literals that one question may make the SAT solver propagate: a second or two.
MOST_PROPAGATIONS = 10_000_000


def missing() -> str:
    """What is to be installed before evidence can be written, as a sentence; "" if nothing is."""
    if find_spec("pysat") is not None:
        return ""
    return f"Evidence is made with a SAT solver that is not installed; pip install '{PACKAGE}' brings it."


def engine() -> tuple[str, str]:
    """The SAT solver's name and version."""
    return f"Glucose 4 ({PACKAGE})", version(PACKAGE)


@dataclass(frozen=True)
class Sought:
    """What was found for a claim: positions in the table of facts and of witnesses, and the text of the
    certificate.  ``answer`` is the SAT solver's, "UNKNOWN" where it gave up; ``why`` says what is missing."""

    answer: str
    why: str = ""
    facts_used: tuple[int, ...] | None = None
    reached: int | None = None
    refuted: int | None = None
    certificate: str = ""


@dataclass(frozen=True)
class Found:
    """What was found for each claim of a subject, the witnesses that this refers to, and the text of the
    lemmas that its certificates share."""

    claims: tuple[Sought, ...]
    witnesses: tuple[Mapping[str, int], ...] = ()
    lemmas: str = ""


def search(obligations: Obligations, verdicts: Sequence[str]) -> Found:
    """What is found for each claim, whose verdicts are known."""
    shared = Search(obligations)
    found = [shared.claim(c, verdict) for c, verdict in zip(obligations.claims, verdicts, strict=True)]
    found, lemmas = shared.certified(found)
    used = sorted({i for each in found for i in (each.reached, each.refuted) if i is not None})
    new = {old: i for i, old in enumerate(used)} | {None: None}
    moved = [replace(each, reached=new[each.reached], refuted=new[each.refuted]) for each in found]
    return Found(tuple(moved), tuple(shared.witnesses[i] for i in used), lemmas)


class GaveUpError(Exception):
    """The solver had too much to propagate."""


class Search:
    """What is shared by the claims of one subject."""

    def __init__(self, obligations: Obligations):
        from pysat.solvers import Glucose4  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.obligations = obligations
        self.formula = certificate.formula(obligations)
        self.gates = self.formula.gates
        self.solver = Glucose4(bootstrap_with=self.gates.clauses, with_proof=True)
        self.witnesses: list[Mapping[str, int]] = []
        self.holds: dict[bytes, int] = {}  # of each term, a bit for each witness

    @cached_property
    def apart(self) -> Search:
        """The same once more, for questions about terms that are not stored, which make clauses of their own."""
        return Search(self.obligations)

    def model(self, literals: Sequence[Literal]) -> Mapping[str, int] | None:
        """The inputs of a model in which these are true, None if there is none.  Raises GaveUpError."""
        self.solver.prop_budget(MOST_PROPAGATIONS)
        found = self.solver.solve_limited(assumptions=literals)
        if found is None:
            raise GaveUpError
        if not found:
            return None
        model = self.solver.get_model()
        inputs: dict[str, int] = {}
        for (name, bit), variable in self.gates.inputs.items():
            if model[variable - 1] > 0:
                inputs[name] = inputs.get(name, 0) | 1 << bit
        return inputs

    def core(self) -> frozenset[Literal]:
        """Those of the literals that were asked about last and cannot be true together."""
        return frozenset(self.solver.get_core() or ())

    def truth(self, term: Term) -> Literal:
        """The literal of a term, which need not be stored."""
        known = len(self.gates.clauses)
        literal = self.formula.bits.truth(term)
        self.solver.append_formula(self.gates.clauses[known:])
        return literal

    def keep(self, inputs: Mapping[str, int]) -> int:
        """Keep a witness; its position."""
        for key, value in values(self.obligations.terms, inputs).items():
            if value:
                self.holds[key] = self.holds.get(key, 0) | 1 << len(self.witnesses)
        self.witnesses.append(inputs)
        return len(self.witnesses) - 1

    def known(self, true: Iterable[Term], false: Iterable[Term] = ()) -> int | None:
        """A witness on which these are true and those false, if one is known."""
        found = (1 << len(self.witnesses)) - 1
        for term in true:
            found &= self.holds.get(term.key, 0)
        for term in false:
            found &= ~self.holds.get(term.key, 0)
        return (found & -found).bit_length() - 1 if found else None

    def claim(self, claim: StoredClaim, verdict: str) -> Sought:
        """What is found for a claim of that verdict, but for the certificate."""
        try:
            if verdict == PROVED:
                return _Proved(self, claim).sought()
            if verdict == REFUTED:
                return _Refuted(self, claim).sought()
            return Sought("", "Such a verdict has no certificate.")
        except GaveUpError:
            why = f"The SAT solver gave up after it had propagated {MOST_PROPAGATIONS} literals."
            return Sought(UNKNOWN, why)

    def certified(self, found: Sequence[Sought]) -> tuple[list[Sought], str]:
        """The same with certificates, and the text of the lemmas that these share."""
        proofs = [i for i, each in enumerate(found) if each.answer == PROVED]
        claims = self.obligations.claims
        goals = [self.formula.units(claims[i], found[i].facts_used or ()) for i in proofs]
        made = explain(self.gates.clauses, learnt(self.solver.get_proof() or ()), goals)
        done = list(found)
        for i, step in zip(proofs, made.goals, strict=True):
            done[i] = replace(found[i], certificate=write_steps([step]))
        return done, write_steps(made.lemmas)


class _Proved:
    """A claim that is said to be proved."""

    def __init__(self, shared: Search, claim: StoredClaim):
        self.shared = shared
        self.claim = claim
        self.then = shared.obligations.conclusion(claim)
        self.always = shared.obligations.premises(claim, ())  # background and what is given

    def sought(self) -> Sought:
        used = self.facts_used()
        if used is None:
            return Sought(REFUTED)
        reached = self.reached()
        return Sought("VACUOUS") if reached is None else Sought(PROVED, "", used, reached)

    def facts(self, positions: Iterable[int]) -> list[Term]:
        return [self.shared.obligations.terms[self.shared.obligations.facts[i].holds] for i in positions]

    def facts_used(self) -> tuple[int, ...] | None:
        """The facts that are left when each is deleted that the others can do without, from the first to
        the last; None if the claim does not even hold with all."""
        if self.suffice(self.claim.facts) is None:
            return None
        used = tuple(needed(self.claim.facts, self.suffice))
        self.suffice(used)  # what is learned of these facts alone is the certificate
        return used

    def suffice(self, some: Sequence[int]) -> Sequence[int] | None:
        """A part of these facts from which the claim follows; None if it does not."""
        shared = self.shared
        if shared.known([*self.always, *self.facts(some)], [self.then]) is not None:
            return None
        model = shared.model(shared.formula.units(self.claim, some))
        if model is not None:
            shared.keep(model)
            return None
        core = shared.core()
        literals = shared.formula.literals(self.facts(some))
        return [fact for fact, literal in zip(some, literals, strict=True) if literal in core]

    def reached(self) -> int | None:
        """A witness that satisfies facts and premises."""
        terms = self.shared.obligations.premises(self.claim)
        known = self.shared.known(terms)
        if known is None:
            model = self.shared.model(self.shared.formula.literals(terms))
            known = None if model is None else self.shared.keep(model)
        return known


class _Refuted:
    """A claim that is said to be refuted; the counterexample is that of ``proofs.examine``: the least one
    on which the claim fails whatever the loose inputs are, or if there is none, the least one."""

    def __init__(self, shared: Search, claim: StoredClaim):
        self.shared = shared
        self.claim = claim
        obligations = shared.obligations
        self.then = obligations.conclusion(claim)
        self.given = [obligations.terms[part.holds] for part in claim.given]
        assumed = [*claim.background, *(obligations.facts[i].holds for i in claim.facts)]
        self.assumed = [obligations.terms[i] for i in assumed]
        sorts = free_names(*self.assumed, *self.given, self.then)
        self.tight = {n: sorts[n].width for n in sorted(sorts) if n not in claim.loose}
        self.inputs = self.tight | {n: sorts[n].width for n in claim.loose if n in sorts}

    def sought(self) -> Sought:
        _, found = steady(self.least, self.saving)
        if found is None:
            return Sought(PROVED)
        place = self.shared.keep({name: value for name, value in found.items() if value})
        return Sought(REFUTED, "", None, place, place)

    def saving(self, model: Model) -> Term | None:
        """That the claim is refuted with values of the loose inputs that save it from the model's other
        inputs; None if there are none.  It is saved where the facts hold, and a premise does not or the
        conclusion does."""
        if not self.claim.loose:
            return None
        fixed = [bit for n, width in self.tight.items() for bit in bits(n, width, model[n])]
        literals = self.shared.formula.literals
        base = [*literals(self.assumed), *self.literals(fixed)]
        for saves in (*(-given for given in literals(self.given)), *literals([self.then])):
            found = self.shared.model([*base, saves])
            if found is not None:
                loose = {name: found.get(name, 0) for name in self.claim.loose}
                return with_constants(conj(*self.assumed) >> conj(*self.given, ~self.then), loose)
        return None

    def least(self, conditions: Sequence[Term]) -> Model | None:
        """The least inputs that refute the claim and meet the conditions."""
        shared = self.shared.apart if conditions else self.shared
        units = shared.formula.units(self.claim, self.claim.facts)
        always = [*units, *map(shared.truth, conditions)]

        def refuse(fixed: Sequence[Bit]) -> Sequence[Bit] | None:
            if shared.model([*always, *self.literals(fixed)]) is not None:
                return None
            core = shared.core()
            return [bit for bit in fixed if not core.isdisjoint(self.literals([bit]))]

        return least(self.inputs, refuse)

    def literals(self, fixed: Sequence[Bit]) -> list[Literal]:
        """What says of each bit what it is, as far as clauses speak of it."""
        inputs = self.shared.gates.inputs
        found: list[Literal] = []
        for name, bit, value in fixed:
            places = range(max(self.inputs[name], 1)) if bit == WHOLE else (bit,)
            variables = [inputs[name, i] for i in places if (name, i) in inputs]
            found += variables if value else [-variable for variable in variables]
        return found
