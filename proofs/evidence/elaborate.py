# SPDX-License-Identifier: GPL-2.0-only
"""From a solver's lemmas (DRUP: clauses without reasons) to a certificate's steps with their hints.

Each lemma follows by unit propagation from what was there before it.  python-sat says which literals
become true when all those of a lemma are false, in their order; going backward from the contradiction,
a clause is found for each literal that matters, and these are the hints.  Only lemmas that something
needs are looked at.  What propagates without any assumption is a step of its own where it is needed, so
that no chain is told twice.

Trusted: nothing; ``proofs.evidence.lrat`` checks the result.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush

from proofs.evidence.lrat import Clause, Step


class NotRefutedError(ValueError):
    """The lemmas do not lead to a contradiction by unit propagation."""


@dataclass(frozen=True)
class Explained:
    """``lemmas`` are the steps that some goal needs, numbered after the clauses; ``goals`` are the last
    step of each goal, whose units are numbered after the lemmas, and it after them."""

    lemmas: list[Step]
    goals: list[Step]


def explain(clauses: Sequence[Clause], lemmas: Iterable[Clause], goals: Sequence[Sequence[int]]) -> Explained:
    """Steps that show, of each goal, that the clauses (from 1 on) and these units contradict each other.

    Each lemma has to follow by unit propagation from the clauses and the lemmas before it.  Raises
    NotRefutedError if one does not, or if they do not lead to a contradiction.
    """
    work = _Elaboration(clauses)
    for lemma in lemmas:
        if work.contradicts:
            break
        work.learn(lemma)
    final = [work.refute(units) for units in goals]
    work.backward()
    return work.numbered(goals, final)


def learnt(proof: Iterable[str]) -> list[Clause]:
    """The lemmas in the lines of python-sat's proof, in their order: no deletion (``d``), and not the empty
    clause, which ends each question that has no model."""
    return [tuple(map(int, line.split()[:-1])) for line in proof if line[0] != "d" and line != "0"]


class _Elaboration:
    """Clauses and lemmas by number.

    ``ground`` are the literals that are true without any assumption, in their order, each with the
    number of the last clause that was there when it became so.  A step is told by the number of its
    lemma, or by minus the variable that it gives its value; so are clauses among the hints.  ``trails``
    are what became true when a lemma's literals were false, by its number.
    """

    def __init__(self, clauses: Sequence[Clause]):
        from pysat.solvers import Minisat22  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.clauses: list[Clause] = [(), *clauses]
        self.given = len(clauses)
        self.where: dict[int, list[int]] = {}  # the clauses of each literal, in their order
        for number, clause in enumerate(self.clauses):
            for literal in clause:
                self.where.setdefault(literal, []).append(number)
        self.units: dict[int, int] = {}  # the literals of clauses of one literal, with the clause's number
        for number, clause in enumerate(clauses, 1):
            if len(clause) == 1:
                self.units.setdefault(clause[0], number)
        self.solver = Minisat22(bootstrap_with=[clause for clause in clauses if len(clause) > 1])
        self.ground: dict[int, int] = {}
        self.length = 0  # of the part of a trail that needs no assumption
        self.contradicts = False  # the clauses and lemmas do so alone
        self.trails: dict[int, Sequence[int]] = {}
        self.hints: dict[int, list[int]] = {}
        self.needed: set[int] = set()
        self.settle()

    # Forward ------------------------------------------------------------------------------------------
    def trail(self, assumed: Iterable[int]) -> Sequence[int]:
        """What becomes true if these literals are, in its order, with a false literal of the clause that
        is false at the end.  Raises NotRefutedError if nothing is false."""
        goes_on, found = self.solver.propagate(assumptions=[*self.units, *assumed])
        if goes_on:
            raise NotRefutedError("A clause does not follow by unit propagation.")
        return array("i", found[0 if self.contradicts else self.length :])

    def learn(self, lemma: Clause) -> None:
        """Add a lemma."""
        self.trails[len(self.clauses)] = self.trail([-literal for literal in lemma])
        for literal in lemma:
            self.where.setdefault(literal, []).append(len(self.clauses))
        self.clauses.append(lemma)
        if len(lemma) == 1:
            self.units.setdefault(lemma[0], len(self.clauses) - 1)
        else:
            self.solver.add_clause(lemma)
        if sum(-literal not in self.ground for literal in lemma) < 2:
            self.settle()

    def settle(self) -> None:
        """Find what is true now without any assumption."""
        goes_on, found = self.solver.propagate(assumptions=[*self.units])
        self.contradicts = not goes_on
        if goes_on:
            self.length = len(found)
            for literal in found:
                self.ground.setdefault(literal, len(self.clauses) - 1)

    def refute(self, units: Sequence[int]) -> list[int]:
        """The hints that show that the units cannot be true; the first unit has the number after the
        last clause."""
        assumed: dict[int, int] = {}
        for number, unit in enumerate(units, len(self.clauses)):
            assumed.setdefault(unit, number)
        if self.contradicts:
            assumed = self.units
        return self.chain(self.trail(assumed), len(self.clauses) - 1, assumed)

    # Backward, when all is learnt ---------------------------------------------------------------------
    @cached_property
    def rank(self) -> dict[int, int]:
        """The place of each literal that is true without any assumption."""
        return {literal: i for i, literal in enumerate(self.ground)}

    @cached_property
    def since(self) -> dict[int, list[int]]:
        """The same literals by number."""
        found: dict[int, list[int]] = {}
        for literal, number in self.ground.items():
            found.setdefault(number, []).append(literal)
        return found

    def backward(self) -> None:
        """The hints of all steps that are needed, from the last to the first."""
        for number in reversed(range(self.given, len(self.clauses))):
            for literal in reversed(self.since.get(number, ())):
                if -abs(literal) in self.needed:
                    self.stand(literal)
            if number in self.needed and number > self.given:
                assumed = {-literal: 0 for literal in self.clauses[number]}
                self.hints[number] = self.chain(self.trails.pop(number), number - 1, assumed)

    def stand(self, literal: int) -> None:
        """Make a step of a literal that is true without any assumption."""
        reason = self.reason(literal, self.rank, self.rank[literal], self.ground[literal])
        others = [-other for other in self.clauses[reason] if other != literal]
        found = [*map(self.standing, sorted(others, key=self.rank.__getitem__)), reason]
        self.hints[-abs(literal)] = found
        self.needed.update(found)

    def standing(self, literal: int) -> int:
        """What says that a literal is true that needs no assumption: a clause, or a step."""
        return self.units.get(literal, -abs(literal))

    def chain(self, trail: Sequence[int], limit: int, assumed: Mapping[int, int]) -> list[int]:
        """Hints that lead to the conflict at the end of the trail through clauses up to ``limit``: first
        what is true without any assumption, then what propagated, in its order.  The literals assumed
        have the number of the clause that says so, 0 if none has to."""
        place = {literal: i for i, literal in enumerate(trail)}
        found, wanted = self.conflict(trail, place, limit, assumed)
        standing = {literal for literal in wanted if literal not in place}
        todo = [-place[literal] for literal in wanted if literal in place]
        seen = set(todo)
        heapify(todo)
        while todo:
            at = -heappop(todo)
            literal = trail[at]
            if literal in assumed:
                found += [assumed[literal]] if assumed[literal] else []
                continue
            number = self.reason(literal, place, at, limit)
            found.append(number)
            for other in self.clauses[number]:
                if other != literal:
                    before = place.get(-other)
                    if before is None:
                        standing.add(-other)
                    elif -before not in seen:
                        seen.add(-before)
                        heappush(todo, -before)
        hints = [*map(self.standing, sorted(standing, key=self.rank.__getitem__)), *reversed(found)]
        self.needed.update(hints)
        return hints

    def conflict(
        self, trail: Sequence[int], place: dict[int, int], limit: int, assumed: Mapping[int, int]
    ) -> tuple[list[int], list[int]]:
        """The clause that is false at the end of a trail, and its literals, all negated; or the literal
        that is assumed and cannot be true."""

        def holds(literal: int) -> bool:
            return literal in place or self.ground.get(literal, limit + 1) <= limit

        if trail and holds(-trail[-1]):
            place.pop(trail[-1], None)
            for number in self.where[trail[-1]]:
                if number <= limit and all(holds(-literal) for literal in self.clauses[number]):
                    return [number], [-literal for literal in self.clauses[number]]
        literal = next(literal for literal in assumed if holds(-literal))
        return [assumed[literal]] if assumed[literal] else [], [-literal]

    def reason(self, literal: int, place: Mapping[int, int], at: int, limit: int) -> int:
        """A clause up to ``limit`` that makes the literal true, through what was true before place ``at``."""
        clauses, ground = self.clauses, self.ground
        for number in self.where[literal]:
            for other in clauses[number]:
                if other != literal:
                    before = place.get(-other)
                    if (ground.get(-other, limit + 1) > limit) if before is None else before >= at:
                        break
            else:
                return number
        raise NotRefutedError("A literal was propagated by no clause.")

    # What was found -----------------------------------------------------------------------------------
    def numbered(self, goals: Sequence[Sequence[int]], final: Sequence[list[int]]) -> Explained:
        """The steps in their order, with the numbers that a certificate has."""
        order: list[tuple[int, Clause]] = []
        for number in range(self.given, len(self.clauses)):
            if number in self.hints:
                order.append((number, self.clauses[number]))
            stood = [literal for literal in self.since.get(number, ()) if -abs(literal) in self.hints]
            order += [(-abs(literal), (literal,)) for literal in stood]
        numbers = {name: i for i, (name, _) in enumerate(order, self.given + 1)}
        last = self.given + len(order)
        steps = [
            (numbers[name], clause, tuple([numbers.get(h, h) for h in self.hints[name]]))
            for name, clause in order
        ]
        moved = last + 1 - len(self.clauses)  # of the numbers of units
        ends: list[Step] = []
        for units, hints in zip(goals, final, strict=True):
            told = [h + moved if h >= len(self.clauses) else numbers.get(h, h) for h in hints]
            ends.append((last + len(units) + 1, (), tuple(told)))
        return Explained(steps, ends)
