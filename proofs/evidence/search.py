# SPDX-License-Identifier: GPL-2.0-only
"""Finding what makes an answer checkable: facts needed, witnesses, and certificates.

The verdicts are known already; a SAT solver (Glucose 4 of python-sat) is asked again, of the clauses
below one claim.  Models serve several claims: what one claim's model says of another's terms is looked
up before the solver is asked.  All is a function of the obligations and of the SAT solver's version.

Trusted: nothing; whatever is found is checked by ``proofs.evidence.verify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from importlib.util import find_spec

from counterexamples.minimise import needed
from model.logic import Term
from proofs import certificate
from proofs.engines.cnf import Clause, Clauses, Literal
from proofs.evidence.answers import PROVED, REFUTED, write_steps
from proofs.evidence.elaborate import NotRefutedError, steps
from proofs.evidence.lrat import Step
from proofs.evidence.propagate import Propagator
from proofs.evidence.stored import Obligations, StoredClaim
from proofs.evidence.verify import values

PACKAGE = "python-sat"

#: Conflicts that one question may cost the SAT solver, and lemmas that one certificate is made of.
MOST_CONFLICTS, MOST_LEMMAS = 2_000, 500

#: Characters of the largest certificate that is kept.
LARGEST = 1 << 18


def missing() -> str:
    """What is to be installed before evidence can be written, as a sentence; "" if nothing is."""
    if find_spec("pysat") is not None:
        return ""
    return f"Evidence is made with a SAT solver that is not installed; pip install '{PACKAGE}' brings it."


def engine() -> tuple[str, str]:
    """The SAT solver's name and version."""
    return f"Glucose 4 ({PACKAGE})", metadata.version(PACKAGE)


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


class GaveUpError(Exception):
    """The solver had too many conflicts."""


class _Solver:
    """Clauses in a SAT solver, and units that always hold."""

    def __init__(self, cone: _Cone, units: Iterable[Literal] = (), proof: bool = False):
        from pysat.solvers import Glucose4  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.solver = Glucose4(bootstrap_with=cone.clauses, with_proof=proof)
        for unit in units:
            self.solver.add_clause([unit])

    def model(self, literals: Sequence[Literal] = ()) -> set[Literal] | None:
        """A model in which these are true, None if there is none.  Raises GaveUpError."""
        self.solver.conf_budget(MOST_CONFLICTS)
        found = self.solver.solve_limited(assumptions=literals)
        if found is None:
            raise GaveUpError
        return set(self.solver.get_model()) if found else None

    def core(self) -> frozenset[Literal]:
        """Those of the literals that were asked about last and cannot be true together."""
        return frozenset(self.solver.get_core() or ())

    def lemmas(self) -> list[Clause]:
        """What was learned, in its order (if ``proof`` was said)."""
        lines = self.solver.get_proof() or []
        return [tuple(map(int, line.split()[:-1])) for line in lines if not line.startswith("d")]


class Search:
    """What is shared by the claims of one subject."""

    def __init__(self, obligations: Obligations):
        self.obligations = obligations
        self.formula = certificate.formula(obligations)
        self.gates = self.formula.gates
        self.propagator = Propagator(self.gates.clauses, self.gates.variables)
        self.witnesses: list[Mapping[str, int]] = []
        self.holds: dict[bytes, int] = {}  # of each term, a bit for each witness
        self.cones: dict[frozenset[Literal], _Cone] = {}

    def claim(self, claim: StoredClaim, verdict: str) -> Sought:
        """What is found for a claim of that verdict."""
        try:
            if verdict in (PROVED, REFUTED):
                work = _ClaimSearch(self, claim)
                return work.proved() if verdict == PROVED else work.refuted()
            return Sought("", "Such a verdict has no certificate.")
        except GaveUpError:
            return Sought("UNKNOWN", f"The SAT solver gave up after {MOST_CONFLICTS} conflicts.")

    def add(self, model: set[Literal]) -> int:
        """Keep the inputs of a model as a witness; its position."""
        inputs: dict[str, int] = {}
        for (name, bit), variable in self.gates.inputs.items():
            if variable in model:
                inputs[name] = inputs.get(name, 0) | 1 << bit
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

    def cone(self, assumed: Iterable[Literal], others: Iterable[Literal]) -> _Cone:
        """The gates below literals; what is below the first ones is kept for other claims."""
        roots = frozenset(assumed)
        if roots not in self.cones:
            self.cones[roots] = _below(self.gates, sorted(roots), _Cone(frozenset(), ((1,),)))
        return _below(self.gates, others, self.cones[roots])


@dataclass(frozen=True)
class _Cone:
    """Variables, and the clauses of those that are gates."""

    variables: frozenset[int]
    clauses: tuple[Clause, ...]


def _below(gates: Clauses, roots: Iterable[Literal], known: _Cone) -> _Cone:
    """The known gates with those below the roots."""
    seen, clauses = set(known.variables), list(known.clauses)
    todo = [abs(root) for root in roots]
    while todo:
        variable = todo.pop()
        if variable in seen:
            continue
        seen.add(variable)
        if variable in gates.made:
            first, count = gates.made[variable]
            clauses += gates.clauses[first - 1 : first - 1 + count]
            todo += gates.below[variable]
    return _Cone(frozenset(seen), tuple(clauses))


class _ClaimSearch:
    """One claim.  The solver is made when propagation and what is known do not do."""

    def __init__(self, shared: Search, claim: StoredClaim):
        self.shared = shared
        self.claim = claim
        self.then = shared.obligations.conclusion(claim)
        self.always = shared.obligations.premises(claim, ())  # background and what is given

    @cached_property
    def cone(self) -> _Cone:
        literals = self.shared.formula.literals
        return self.shared.cone(literals(self.facts(self.claim.facts)), literals([*self.always, self.then]))

    @cached_property
    def solver(self) -> _Solver:
        return _Solver(self.cone)

    def facts(self, positions: Iterable[int]) -> list[Term]:
        return [self.shared.obligations.terms[self.shared.obligations.facts[i].holds] for i in positions]

    def units(self, facts: Iterable[int]) -> list[Literal]:
        return self.shared.formula.units(self.claim, facts)

    def proved(self) -> Sought:
        """Of a claim that is said to be proved."""
        used: tuple[int, ...] | None = ()
        proof = self.proof(())
        if proof is None:
            used = self.facts_used()
            proof = None if used is None else self.proof(used)
        if used is None or proof is None:
            return Sought(REFUTED)
        reached = self.reached()
        if reached is None:
            return Sought("VACUOUS")
        why = proof if isinstance(proof, str) else ""
        text = "" if isinstance(proof, str) else write_steps(proof)
        if len(text) > LARGEST:
            why = f"The certificate would have {len(text)} bytes, and at most {LARGEST} are kept."
        return Sought(PROVED, why, used, reached, certificate="" if why else text)

    def proof(self, facts: Sequence[int]) -> list[Step] | str | None:
        """A proof from these facts, or why there is none that is kept; None if they are not enough."""
        units = self.units(facts)
        try:
            return steps(self.shared.propagator, units, ())
        except NotRefutedError:
            pass  # propagation alone does not do
        if self.shared.known([*self.always, *self.facts(facts)], [self.then]) is not None:
            return None
        cone = self.shared.cone((), units)
        solver = _Solver(cone, units, proof=True)
        model = solver.model()
        if model is not None:
            self.shared.add(model & cone.variables)
            return None
        lemmas = solver.lemmas()
        if len(lemmas) > MOST_LEMMAS:
            return f"The SAT solver learned {len(lemmas)} clauses, and at most {MOST_LEMMAS} are made a certificate."
        return steps(self.shared.propagator, units, lemmas)

    def reached(self) -> int | None:
        """A witness that satisfies facts and premises."""
        terms = self.shared.obligations.premises(self.claim)
        known = self.shared.known(terms)
        if known is None:
            model = self.solver.model(self.shared.formula.literals(terms))
            known = None if model is None else self.shared.add(model & self.cone.variables)
        return known

    def facts_used(self) -> tuple[int, ...] | None:
        """The facts that are left when each is deleted that the others can do without, from the first to
        the last; None if the claim does not even hold with all."""

        def suffice(some: Sequence[int]) -> Sequence[int] | None:
            if self.shared.known([*self.always, *self.facts(some)], [self.then]) is not None:
                return None
            model = self.solver.model(self.units(some))
            if model is not None:
                self.shared.add(model & self.cone.variables)
                return None
            core = self.solver.core()
            literals = self.shared.formula.literals(self.facts(some))
            return [fact for fact, literal in zip(some, literals, strict=True) if literal in core]

        return None if suffice(self.claim.facts) is None else tuple(needed(self.claim.facts, suffice))

    def refuted(self) -> Sought:
        """Of a claim that is said to be refuted: the least witness, inputs in the order of their names."""
        fixed = self.units(self.claim.facts)
        model = self.solver.model(fixed)
        if model is None:
            return Sought(PROVED)
        for word in self.words():
            if len(word) > 1 and not model.isdisjoint(word):  # all its bits at once are tried first
                model = self.solver.model([*fixed, *(-bit for bit in word)]) or model
            for bit in word:
                if bit in model:
                    model = self.solver.model([*fixed, -bit]) or model
                fixed.append(bit if bit in model else -bit)
        place = self.shared.add(model & self.cone.variables)
        return Sought(REFUTED, "", None, place, place)

    def words(self) -> list[list[Literal]]:
        """The bits of each input, the highest first, in the order of the inputs' names."""
        found: dict[str, list[Literal]] = {}
        inputs = self.shared.gates.inputs
        for name, bit in sorted(inputs, reverse=True):
            if inputs[name, bit] in self.cone.variables:
                found.setdefault(name, []).append(inputs[name, bit])
        return [found[name] for name in sorted(found)]


def search(obligations: Obligations, verdicts: Sequence[str]) -> tuple[list[Sought], list[Mapping[str, int]]]:
    """What is found for each claim, whose verdicts are known, and the witnesses that this refers to."""
    shared = Search(obligations)
    found = [shared.claim(c, verdict) for c, verdict in zip(obligations.claims, verdicts, strict=True)]
    used = sorted({i for each in found for i in (each.reached, each.refuted) if i is not None})
    new = {old: i for i, old in enumerate(used)} | {None: None}
    moved = [replace(each, reached=new[each.reached], refuted=new[each.refuted]) for each in found]
    return moved, [shared.witnesses[i] for i in used]
