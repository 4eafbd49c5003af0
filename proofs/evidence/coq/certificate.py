# SPDX-License-Identifier: GPL-2.0-only
"""Certificates that a conclusion follows from hypotheses: the steps that ``Check.v`` accepts.

Trusted: nothing; Coq checks every lemma by unit propagation through the clauses that are named with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from counterexamples.minimise import minimal_subset
from proofs.evidence.checker.lrat import Clause
from proofs.evidence.coq.formulas import Var
from proofs.evidence.coq.gates import CoqGates, Literal
from proofs.evidence.coq.values import GallinaValue, NotCovered
from proofs.evidence.search.sat import CONFLICTS, GaveUpError, SatSolver

#: Nodes that ``Check.v`` looks through: ``truth_of`` and ``bit_of``.
THROUGH = (
    "Truth", "Number", "Not", "Land", "Lor", "Lxor", "Lnot", "Flip", "Left", "Right", "Word", "Bits", "Sign",
)  # fmt: skip


@dataclass(frozen=True)
class CoqStep:
    """A clause that one gate implies (``gate`` is its variable), or clauses before it (``hints``)."""

    clause: tuple[Literal, ...]
    gate: Var | None = None
    chained: bool = False
    hints: tuple[int, ...] = ()


@dataclass(frozen=True)
class CoqCertificate:
    """The steps, the numbers of the values whose nodes they look at, and those of all that they speak of."""

    steps: tuple[CoqStep, ...]
    nodes: tuple[int, ...]
    values: tuple[int, ...]


class RefutedError(Exception):
    """The goal can be false where the hypotheses are true: if the values of these numbers, of which nothing
    is known, are these (0 if they are not here)."""

    def __init__(self, values: Mapping[int, int]):
        super().__init__("The goal can be false where the hypotheses are true.")
        self.values = values


class SatisfiableError(Exception):
    """The clauses can all be true: what was to be shown is false.  ``model`` are the true literals."""

    def __init__(self, model: Iterable[int] = ()):
        super().__init__("The clauses can all be true.")
        self.model = frozenset(model)


@dataclass(frozen=True)
class Lemma:
    """A clause that follows by unit propagation through those of these numbers, in their order."""

    clause: Clause
    hints: tuple[int, ...]


def refute(clauses: Sequence[Clause], limit: int = CONFLICTS) -> dict[int, Lemma]:
    """The learnt clauses by number (after those given, which are 0, 1, ...), in the order in which
    they are learnt and as far as needed; the last one is empty.

    Raises SatisfiableError, and GaveUpError after so many conflicts or where there is no SAT solver.
    """
    solver = SatSolver(clauses, limit)
    model = solver.model()
    if model is not None:
        raise SatisfiableError(model)
    trace = solver.trace([0], range(len(clauses)), len(clauses) - 1)
    found = {number: Lemma(clause, hints) for number, clause, hints in trace.lemmas}
    if not any(not learnt.clause for learnt in found.values()):
        found[len(clauses) + len(found)] = Lemma((), trace.refusals[0].hints)
    return found


def certify(
    values: Sequence[GallinaValue], hypotheses: Sequence[int], goal: int, limit: int = CONFLICTS
) -> CoqCertificate:
    """A certificate that the goal is true where the hypotheses are.

    Raises RefutedError if the goal can be false, and NotCovered if nothing was found.
    """
    problem = _Problem(CoqGates(values))
    for k in hypotheses:
        problem.require(((True, Var("B", k)),))
    problem.require(((False, Var("B", goal)),))
    given = len(problem.clauses)
    problem.add_gates()
    try:
        learnt = refute(problem.clauses, limit)
    except SatisfiableError as error:
        raise RefutedError(problem.inputs(error.model)) from None
    except GaveUpError as error:
        raise NotCovered(f"no certificate: {error}") from error
    used = sorted({h for each in learnt.values() for h in each.hints if given <= h < len(problem.clauses)})
    places = {n: i for i, n in enumerate([*range(given), *used, *learnt], 1)}
    steps = [CoqStep(problem.literals(problem.clauses[n]), *problem.origin[n]) for n in used]
    for each in learnt.values():
        hints = tuple(places[h] for h in each.hints)
        steps.append(CoqStep(problem.literals(each.clause), hints=hints))
    gates = [step.gate.k for step in steps if step.gate is not None]
    nodes = _nodes_below(values, gates)
    spoken = {*nodes, *hypotheses, goal, *(a for k in nodes for a in values[k - 1].args)}
    return CoqCertificate(tuple(steps), nodes, tuple(sorted(spoken)))


def find_core(
    values: Sequence[GallinaValue], hypotheses: Sequence[int], goal: int, limit: int = CONFLICTS
) -> frozenset[int]:
    """The hypotheses that are left when, in their order, each is deleted that the others can do without.

    Raises as ``certify`` does.
    """
    problem = _Problem(CoqGates(values))
    literals = {problem.number(Var("B", k)): k for k in hypotheses}
    problem.require(((False, Var("B", goal)),))
    problem.add_gates()
    try:
        solver = SatSolver(problem.clauses, limit)
        model = solver.model([*literals])
        if model is not None:
            raise RefutedError(problem.inputs(frozenset(model)))

        def suffice(some: Sequence[int]) -> Sequence[int] | None:
            if solver.model(some) is not None:
                return None
            core = solver.core()
            return [literal for literal in some if literal in core]

        return frozenset(literals[x] for x in minimal_subset([*literals], suffice))
    except GaveUpError as error:
        raise NotCovered(f"no certificate: {error}") from error


@dataclass
class _Problem:
    """The clauses that the hypotheses, the denied goal and the gates below them give."""

    gates: CoqGates
    numbers: dict[Var, int] = field(default_factory=dict)
    variables: list[Var] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    origin: dict[int, tuple[Var, bool]] = field(default_factory=dict)

    def require(self, literals: tuple[Literal, ...]) -> int:
        self.clauses.append(tuple(self.number(v) if sign else -self.number(v) for sign, v in literals))
        return len(self.clauses) - 1

    def number(self, variable: Var) -> int:
        if variable not in self.numbers:
            self.variables.append(variable)
            self.numbers[variable] = len(self.variables)
        return self.numbers[variable]

    def add_gates(self) -> None:
        """The gates of all variables, those that they bring in included."""
        at = 0
        while at < len(self.variables):
            variable = self.variables[at]
            chained, found = self.gates.clauses(variable)
            for clause in found:
                self.origin[self.require(clause)] = (variable, chained)
            at += 1

    def inputs(self, model: frozenset[int]) -> Mapping[int, int]:
        """What a model says of the values that nothing is known of, by their numbers."""
        found: dict[int, int] = {}
        for variable, number in self.numbers.items():
            if number in model and variable.kind != "A" and not self.gates.at(variable.k).node:
                found[variable.k] = found.get(variable.k, 0) | 1 << variable.j
        return found

    def literals(self, clause: Clause) -> tuple[Literal, ...]:
        return tuple((x > 0, self.variables[abs(x) - 1]) for x in clause)


def _nodes_below(values: Sequence[GallinaValue], gates: Sequence[int]) -> tuple[int, ...]:
    """The gates, and what is seen of their arguments through operators that move or join bits."""
    found = {*gates}
    todo = [a for k in found for a in values[k - 1].args]
    while todo:
        k = todo.pop()
        if k not in found and values[k - 1].node.startswith(THROUGH):
            found.add(k)
            todo += values[k - 1].args
    return tuple(sorted(found))
