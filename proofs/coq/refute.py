# SPDX-License-Identifier: GPL-2.0-only
"""Why can clauses not all be true?  A SAT solver is asked, and its lemmas are told with what each rests on.

A literal is a variable (1, 2, ...) or its negative.  The solver and what makes hints of its lemmas are
those of ``proofs.evidence``.  Trusted: nothing; Coq checks every lemma by unit propagation through the
clauses that are named with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofs.evidence.elaborate import explain, learnt
from proofs.evidence.search import missing

Clause = tuple[int, ...]

#: Conflicts after which the solver gives up.
CONFLICTS = 20_000


class SatisfiableError(Exception):
    """The clauses can all be true: what was to be shown is false.  ``model`` are the true literals."""

    def __init__(self, model: Iterable[int] = ()):
        super().__init__("The clauses can all be true.")
        self.model = frozenset(model)


class GaveUpError(Exception):
    """Nothing was found within the limit; the text is a whole sentence."""


@dataclass(frozen=True)
class Learnt:
    """A clause that follows by unit propagation through those of these numbers, in their order."""

    clause: Clause
    hints: tuple[int, ...]


class Solver:
    """Clauses in a SAT solver.  Raises GaveUpError if there is no SAT solver."""

    def __init__(self, clauses: Iterable[Clause], limit: int, lemmas: bool = False):
        if missing():
            raise GaveUpError(missing())
        from pysat.solvers import Glucose4  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.limit = limit
        self.solver = Glucose4(bootstrap_with=clauses, with_proof=lemmas)

    def core(self, literals: Sequence[int] = ()) -> frozenset[int]:
        """Some of the literals that cannot be true together beside the clauses.

        Raises SatisfiableError if all can, and GaveUpError.
        """
        self.solver.conf_budget(self.limit)
        found = self.solver.solve_limited(assumptions=literals)
        if found is None:
            raise GaveUpError(f"No refutation was found within {self.limit} conflicts.")
        if found:
            raise SatisfiableError(self.solver.get_model())
        return frozenset(self.solver.get_core() or ())

    def lemmas(self) -> list[Clause]:
        """What was learned, in its order (if ``lemmas`` was said)."""
        return learnt(self.solver.get_proof() or ())


def refuted(clauses: Sequence[Clause], limit: int = CONFLICTS) -> dict[int, Learnt]:
    """The learnt clauses by number (after those given, which are 0, 1, ...), in the order in which
    they are learnt and as far as needed; the last one is empty.

    Raises SatisfiableError or GaveUpError.
    """
    empty = next((i for i, clause in enumerate(clauses) if not clause), None)
    if empty is not None:
        return {len(clauses): Learnt((), (empty,))}
    solver = Solver(clauses, limit, lemmas=True)
    solver.core()
    found = explain([tuple(dict.fromkeys(clause)) for clause in clauses], solver.lemmas(), [()])
    steps = (*found.lemmas, *found.goals)
    return {n - 1: Learnt(clause, tuple(hint - 1 for hint in hints)) for n, clause, hints in steps}
