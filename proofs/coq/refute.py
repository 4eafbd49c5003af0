# SPDX-License-Identifier: GPL-2.0-only
"""Why can clauses not all be true?  Search that learns clauses, and tells what each rests on.

A literal is a variable (1, 2, ...) or its negative.  Trusted: nothing; Coq checks every learnt clause
by unit propagation through the clauses that are named with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

Clause = tuple[int, ...]

#: Conflicts after which the search gives up, and after how many it starts again from the top.
CONFLICTS, RESTART = 20_000, 100


class SatisfiableError(Exception):
    """The clauses can all be true: what was to be shown is false."""


class GaveUpError(Exception):
    """Nothing was found within the limit; the text is a whole sentence."""


@dataclass(frozen=True)
class Learnt:
    """A clause that follows by unit propagation through those of these numbers, in their order."""

    clause: Clause
    hints: tuple[int, ...]


def refuted(clauses: Sequence[Clause], limit: int = CONFLICTS) -> dict[int, Learnt]:
    """The learnt clauses by number (after those given, which are 0, 1, ...), in the order in which
    they are learnt and as far as needed; the last one is empty.

    Raises SatisfiableError or GaveUpError.
    """
    search = _Search(limit)
    for clause in clauses:
        search.add(tuple(dict.fromkeys(clause)))
    return search.trimmed(search.run(), len(clauses))


@dataclass
class _Search:
    limit: int
    clauses: list[list[int]] = field(default_factory=list)
    watching: dict[int, list[int]] = field(default_factory=dict)
    value: dict[int, bool] = field(default_factory=dict)  # by literal
    level: dict[int, int] = field(default_factory=dict)  # by variable, as are the next four
    reason: dict[int, int] = field(default_factory=dict)
    place: dict[int, int] = field(default_factory=dict)
    activity: dict[int, float] = field(default_factory=dict)
    phase: dict[int, bool] = field(default_factory=dict)
    trail: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    queue: list[tuple[float, int]] = field(default_factory=list)
    learnt: dict[int, Learnt] = field(default_factory=dict)
    units: list[int] = field(default_factory=list)
    head: int = 0
    bump: float = 1.0

    def add(self, clause: Clause) -> int:
        """One more clause; its number."""
        number = len(self.clauses)
        self.clauses.append(list(clause))
        for literal in clause:
            if abs(literal) not in self.activity:
                self.activity[abs(literal)] = 0.0
                heappush(self.queue, (0.0, abs(literal)))
        for literal in clause[:2] if len(clause) > 1 else ():
            self.watching.setdefault(literal, []).append(number)
        if len(clause) == 1:
            self.units.append(number)
        return number

    def run(self) -> tuple[int, ...]:
        """The clauses from which the empty one follows."""
        empty = next((i for i, c in enumerate(self.clauses) if not c), None)
        if empty is not None:
            return (empty,)
        for _ in range(self.limit):
            conflict = self.start_units()
            if conflict is None:
                conflict = self.propagate()
            while conflict is None:
                if not self.decide():
                    raise SatisfiableError
                conflict = self.propagate()
            if not self.starts:
                return self.because([conflict], set())
            self.learn(conflict)
        raise GaveUpError(f"No refutation was found within {self.limit} conflicts.")

    def start_units(self) -> int | None:
        """Units are true at the top; the number of one that contradicts what is true there."""
        while self.units and not self.starts:
            number = self.units.pop()
            literal = self.clauses[number][0]
            known = self.value.get(literal)
            if known is False:
                return number
            if known is None:
                self.put(literal, number)
        return None

    def put(self, literal: int, reason: int) -> None:
        variable = abs(literal)
        self.value[literal], self.value[-literal] = True, False
        self.level[variable], self.reason[variable] = len(self.starts), reason
        self.place[variable] = len(self.trail)
        self.trail.append(literal)

    def propagate(self) -> int | None:
        """What follows at once; the number of a clause that has become false."""
        value = self.value
        while self.head < len(self.trail):
            false = -self.trail[self.head]
            self.head += 1
            watchers = self.watching.get(false, [])
            kept: list[int] = []
            for at, number in enumerate(watchers):
                clause = self.clauses[number]
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], clause[0]
                if value.get(clause[0]):
                    kept.append(number)
                    continue
                for i in range(2, len(clause)):
                    if value.get(clause[i]) is not False:
                        clause[1], clause[i] = clause[i], clause[1]
                        self.watching.setdefault(clause[1], []).append(number)
                        break
                else:
                    kept.append(number)
                    if value.get(clause[0]) is False:
                        self.watching[false] = kept + watchers[at + 1 :]
                        return number
                    self.put(clause[0], number)
            self.watching[false] = kept
        return None

    def decide(self) -> bool:
        """Choose a value for the variable that was met most in conflicts; whether there was one."""
        while self.queue:
            _, variable = heappop(self.queue)
            if variable not in self.value:
                self.starts.append(len(self.trail))
                self.put(variable if self.phase.get(variable, False) else -variable, -1)
                return True
        return False

    def learn(self, conflict: int) -> None:
        """The first clause that would have implied something earlier, and a step back to where it does."""
        now, used, seen = len(self.starts), [conflict], set[int]()
        kept: list[int] = []
        tops: set[int] = set()
        number, open_, at = conflict, 0, len(self.trail)
        while True:
            for literal in self.clauses[number]:
                variable = abs(literal)
                if variable in seen or (at < len(self.trail) and literal == self.trail[at]):
                    continue
                seen.add(variable)
                self.touch(variable)
                if self.level[variable] == now:
                    open_ += 1
                elif self.level[variable] > 0:
                    kept.append(literal)
                else:
                    tops.add(variable)
            at -= 1
            while abs(self.trail[at]) not in seen:
                at -= 1
            open_ -= 1
            if open_ == 0:
                break
            number = self.reason[abs(self.trail[at])]
            used.append(number)
        first = -self.trail[at]
        kept.sort(key=lambda literal: -self.level[abs(literal)])
        clause = (first, *kept)
        hints = self.because(used, tops)
        self.back(self.level[abs(kept[0])] if kept else 0)
        number = self.add(clause)
        self.learnt[number] = Learnt(clause, hints)
        if len(clause) > 1:
            self.put(first, number)
        self.bump *= 1.05
        if len(self.learnt) % RESTART == 0:
            self.back(0)

    def because(self, used: list[int], tops: set[int]) -> tuple[int, ...]:
        """The used clauses in the order in which they propagate, those for what is true at the top first;
        ``used`` begins with the conflict."""
        if not self.starts:
            tops = {abs(x) for x in self.clauses[used[0]]}
        needed: set[int] = set()
        todo = list(tops)
        while todo:
            variable = todo.pop()
            if variable not in needed:
                needed.add(variable)
                todo += [abs(x) for x in self.clauses[self.reason[variable]] if abs(x) != variable]
        reasons = [self.reason[v] for v in sorted(needed, key=self.place.__getitem__)]
        return tuple(dict.fromkeys([*reasons, *reversed(used)]))

    def touch(self, variable: int) -> None:
        self.activity[variable] += self.bump
        heappush(self.queue, (-self.activity[variable], variable))

    def back(self, level: int) -> None:
        """Forget what was decided below a level."""
        if level >= len(self.starts):
            return
        start = self.starts[level]
        for literal in self.trail[start:]:
            variable = abs(literal)
            self.phase[variable] = literal > 0
            del self.value[literal], self.value[-literal], self.level[variable], self.place[variable]
            del self.reason[variable]
            heappush(self.queue, (-self.activity[variable], variable))
        del self.trail[start:], self.starts[level:]
        self.head = min(self.head, len(self.trail))

    def trimmed(self, last: tuple[int, ...], given: int) -> dict[int, Learnt]:
        """The learnt clauses that the empty one, which follows from ``last``, rests on."""
        needed = set(last)
        for number in sorted(self.learnt, reverse=True):
            if number in needed:
                needed.update(self.learnt[number].hints)
        found = {n: each for n, each in self.learnt.items() if n in needed}
        return {**found, max(self.learnt, default=given - 1) + 1: Learnt((), last)}
