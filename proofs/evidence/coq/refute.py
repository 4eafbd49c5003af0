# SPDX-License-Identifier: GPL-2.0-only
"""Why can clauses not all be true?  The SAT solver's lemmas are told with what each rests on.

Trusted: nothing; Coq checks every lemma by unit propagation through the clauses that are named with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofs.evidence.checker.lrat import Clause
from proofs.evidence.search.sat import CONFLICTS, SatSolver


class SatisfiableError(Exception):
    """The clauses can all be true: what was to be shown is false.  ``model`` are the true literals."""

    def __init__(self, model: Iterable[int] = ()):
        super().__init__("The clauses can all be true.")
        self.model = frozenset(model)


@dataclass(frozen=True)
class Learnt:
    """A clause that follows by unit propagation through those of these numbers, in their order."""

    clause: Clause
    hints: tuple[int, ...]


def refuted(clauses: Sequence[Clause], limit: int = CONFLICTS) -> dict[int, Learnt]:
    """The learnt clauses by number (after those given, which are 0, 1, ...), in the order in which
    they are learnt and as far as needed; the last one is empty.

    Raises SatisfiableError, and GaveUpError after so many conflicts or where there is no SAT solver.
    """
    solver = SatSolver(clauses, limit)
    model = solver.model()
    if model is not None:
        raise SatisfiableError(model)
    trace = solver.trace([0], range(len(clauses)), len(clauses) - 1)
    found = {number: Learnt(clause, hints) for number, clause, hints in trace.lemmas}
    if not any(not learnt.clause for learnt in found.values()):
        found[len(clauses) + len(found)] = Learnt((), trace.refusals[0].hints)
    return found
