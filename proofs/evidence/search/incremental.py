# SPDX-License-Identifier: GPL-2.0-only
"""Incremental SAT queries about gates, to a solver that has the clauses of only those that it needs.

A claim speaks of a part of its subject's gates, and a model has a value for each gate that is there: so
the fewer there are, the sooner it is found.

Trusted: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from proofs.evidence.search.sat import SatSolver
from proofs.evidence.search.trace import Trace
from proofs.solvers.sat.tseitin import Literal, TseitinEncoding


class IncrementalSolver:
    """``always`` are literals that are true in all models, and ``refusals`` is how often the answer was that
    there is none."""

    def __init__(self, gates: TseitinEncoding, conflicts: int, always: Sequence[Literal] = ()):
        self.gates = gates
        self.always = always
        self.solver = SatSolver([*gates.clauses[:1], *((literal,) for literal in always)], conflicts)
        self.numbers = [1]  # of the clauses that the solver has beside those
        self.there = {1}  # variables

    @property
    def refusals(self) -> int:
        return self.solver.refusals

    def model(self, literals: Sequence[Literal]) -> Mapping[str, int] | None:
        """The inputs of a model in which these are true, None if there is none.  Raises GaveUpError."""
        self._reach([*self.always, *literals])
        model = self.solver.model(literals)
        if model is None:
            return None
        inputs: dict[str, int] = {}
        for (name, bit), variable in self.gates.inputs.items():
            if variable in self.there and model[variable - 1] > 0:
                inputs[name] = inputs.get(name, 0) | 1 << bit
        return inputs

    def core(self) -> frozenset[Literal]:
        """Those of the literals that were asked about last and cannot be true together."""
        return self.solver.core()

    def trace(self, wanted: Sequence[int], last: int, units: Mapping[Literal, int] | None = None) -> Trace:
        """What the refusals of these positions rest on.  Clauses have the gates' numbers, what is always
        true those of ``units``, and lemmas those after the last."""
        always = [(units or {})[literal] for literal in self.always]
        return self.solver.trace(wanted, [self.numbers[0], *always, *self.numbers[1:]], last)

    def _reach(self, literals: Iterable[Literal]) -> None:
        """Give the solver the clauses of the gates below the literals."""
        todo = [variable for variable in map(abs, literals) if variable not in self.there]
        numbers: list[int] = []
        while todo:
            variable = todo.pop()
            if variable in self.there:
                continue
            self.there.add(variable)
            if variable in self.gates.made:
                first, count = self.gates.made[variable]
                numbers += range(first, first + count)
                todo += self.gates.below[variable]
        if numbers:
            numbers.sort()
            self.solver.add([self.gates.clauses[number - 1] for number in numbers])
            self.numbers += numbers
