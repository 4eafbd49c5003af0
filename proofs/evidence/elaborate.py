# SPDX-License-Identifier: GPL-2.0-only
"""From a solver's lemmas (DRUP: clauses without reasons) to a certificate's steps with their hints.

Each lemma follows by unit propagation from what was there before it.  Going backward from the
contradiction, only lemmas that something needs are looked at, and the clauses that propagate to a
conflict become the hints.  What propagates without any assumption is a step of its own where it is
needed, so that no chain is told twice.

Trusted: nothing; ``proofs.evidence.lrat`` checks the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from proofs.evidence.lrat import Clause, Step
from proofs.evidence.propagate import Propagator


class NotRefutedError(ValueError):
    """The lemmas do not lead to a contradiction by unit propagation."""


def steps(shared: Propagator, units: Sequence[int], lemmas: Iterable[Clause]) -> list[Step]:
    """Steps to the empty clause from the shared clauses, the units and the lemmas.

    Unit i (from 1) has the number of the last shared clause plus i; the steps come after.  Raises
    NotRefutedError if the lemmas do not follow from each other, or not to a contradiction.
    """
    work = _Elaboration(shared, len(shared.trail))
    try:
        conflict = work.forward(units)
        if conflict:
            return work.numbered(units, work.reasons(conflict, work.ground))
        final = work.reasons(work.forward(lemmas, derived=True), len(shared.trail))
        work.backward()
        return work.numbered(units, final)
    finally:
        shared.undo(work.ground)
        for number in work.added:
            shared.remove(number)


@dataclass
class _Elaboration:
    """What was added for one claim.

    ``added`` has the length of the trail before each clause was added, by its number; ``derived`` are
    the lemmas among them.  ``clauses`` and ``hints`` are those of the steps that are needed; a step is
    told by the number of its lemma, or by minus the variable that is given its value without any
    assumption, and so are clauses among the hints.
    """

    shared: Propagator
    ground: int
    added: dict[int, int] = field(default_factory=dict)
    derived: dict[int, Clause] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)
    clauses: dict[int, Clause] = field(default_factory=dict)
    hints: dict[int, list[int]] = field(default_factory=dict)
    needed: set[int] = field(default_factory=set)

    def forward(self, clauses: Iterable[int] | Iterable[Clause], derived: bool = False) -> int:
        """Add units, or lemmas, until a clause is false; its number, 0 if there is none."""
        for each in clauses:
            clause = (each,) if isinstance(each, int) else each
            length = len(self.shared.trail)
            number, conflict = self.shared.add(clause)
            self.added[number] = length
            if derived:
                self.derived[number] = clause
            if conflict:
                return conflict
        if derived:
            raise NotRefutedError("The solver's lemmas do not lead to a contradiction.")
        return 0

    def reasons(self, conflict: int, floor: int) -> list[int]:
        """Hints for the conflict: first what is true without any assumption (what the trail has below
        ``floor``), then what propagated, in that order."""
        shared = self.shared
        wanted = {abs(literal) for literal in shared.clauses[conflict]}
        found = [conflict]
        for literal in reversed(shared.trail[floor:]):
            if abs(literal) in wanted:
                wanted.discard(abs(literal))
                reason = shared.reason[abs(literal)]
                if reason:
                    found.append(reason)
                    wanted.update(abs(other) for other in shared.clauses[reason] if other != literal)
        hints = [*map(self.standing, sorted(wanted)), *reversed(found)]
        self.needed.update(hints)
        return hints

    def standing(self, variable: int) -> int:
        """What says that the variable has its value: a clause of one literal, or a step."""
        reason = self.shared.reason[variable]
        return reason if len(self.shared.clauses[reason]) == 1 else -variable

    def backward(self) -> None:
        """The hints of all steps that are needed, from the last to the first."""
        for number, length in reversed(self.added.items()):
            self.explain_from(length, number)
            self.shared.undo(length)
            self.shared.remove(number)
            if number in self.needed and number in self.derived:
                self.clauses[number] = self.derived[number]
                self.hints[number] = self.derive(self.derived[number])

    def explain_from(self, length: int, number: int) -> None:
        """Make steps of the values that are needed, of those that came with the clause of that number."""
        shared = self.shared
        for literal in reversed(shared.trail[length:]):
            name = -abs(literal)
            if name in self.needed:
                reason = shared.reason[-name]
                others = sorted(abs(other) for other in shared.clauses[reason] if other != literal)
                self.clauses[name] = (literal,)
                self.hints[name] = [*map(self.standing, others), reason]
                self.needed.update(self.hints[name])
                self.after.setdefault(number, []).insert(0, name)

    def derive(self, clause: Clause) -> list[int]:
        """The hints of a lemma: to assume that all its literals are false leads to a conflict."""
        shared, floor = self.shared, len(self.shared.trail)
        for literal in clause:
            if shared.value[literal] == 1:
                hints = [self.standing(abs(literal))]
                self.needed.update(hints)
                return hints
        for literal in dict.fromkeys(clause):
            if shared.value[literal] == 0:
                shared.assign(-literal, 0)
        conflict = shared.propagate()
        if not conflict:
            raise NotRefutedError("A lemma of the solver does not follow by unit propagation.")
        # What the lemma itself says is false needs no clause that says so.
        hints = [h for h in self.reasons(conflict, floor) if -h not in map(abs, clause)]
        shared.undo(floor)
        return hints

    def numbered(self, units: Sequence[int], final: list[int]) -> list[Step]:
        """The steps in their order, with the numbers that a certificate has."""
        first = self.shared.shared + 1
        numbers = {
            number: first + i for i, number in enumerate(n for n in self.added if n not in self.derived)
        }
        order: list[int] = []
        for number in self.added:
            order += [number] if number in self.clauses else []
            order += self.after.get(number, [])
        for i, name in enumerate(order, first + len(units)):
            numbers[name] = i
        named = [(numbers[name], self.clauses[name], self.hints[name]) for name in order]
        named.append((first + len(units) + len(order), (), final))
        return [(i, clause, tuple(numbers.get(h, h) for h in hints)) for i, clause, hints in named]
