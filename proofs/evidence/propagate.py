# SPDX-License-Identifier: GPL-2.0-only
"""What follows from clauses by unit propagation, and by which clauses?

Trusted: nothing; what is made of it is checked.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofs.evidence.lrat import Clause


class Propagator:
    """Unit propagation over clauses (numbered from 1) that many claims share; each claim adds clauses
    of its own, which are taken away again, the last one first.

    A clause's first two literals are watched: while one of them is true, or none is false, the clause
    needs no attention.  A clause that was taken away is empty, and is forgotten where it is met.
    """

    def __init__(self, clauses: Sequence[Clause], variables: int):
        self.clauses: list[list[int]] = [[], *map(list, clauses)]
        self.shared = len(clauses)
        self.watches: list[list[int]] = [[] for _ in range(2 * variables + 1)]  # -1 is the last, and so on
        self.value = [0] * (2 * variables + 1)
        self.reason = [0] * (variables + 1)
        self.trail: list[int] = []
        self.done = 0
        for number, clause in enumerate(self.clauses):
            if len(clause) > 1:
                self.watches[clause[0]].append(number)
                self.watches[clause[1]].append(number)
            elif clause:
                self.assign(clause[0], number)
        if self.propagate():
            raise ValueError("The definitions of gates contradict each other.")

    def assign(self, literal: int, reason: int) -> None:
        """Make a literal true, because of the clause of that number (0: it is assumed)."""
        self.value[literal], self.value[-literal] = 1, -1
        self.reason[abs(literal)] = reason
        self.trail.append(literal)

    def undo(self, length: int) -> None:
        """Only the first ``length`` literals of the trail stay true."""
        for literal in self.trail[length:]:
            self.value[literal] = self.value[-literal] = 0
        del self.trail[length:]
        self.done = min(self.done, length)

    def add(self, literals: Sequence[int]) -> tuple[int, int]:
        """Add a clause and propagate: its number, and that of a clause that is false (0: there is none)."""
        clause = sorted(dict.fromkeys(literals), key=lambda literal: self.value[literal] == -1)
        number = len(self.clauses)
        self.clauses.append(clause)
        if len(clause) > 1:
            self.watches[clause[0]].append(number)
            self.watches[clause[1]].append(number)
        free = [literal for literal in clause if self.value[literal] != -1]
        if not free:
            return number, number
        if len(free) == 1 and self.value[free[0]] == 0:
            self.assign(free[0], number)
        return number, self.propagate()

    def remove(self, number: int) -> None:
        """Take the clause away."""
        self.clauses[number] = []

    def propagate(self) -> int:
        """Assign all that follows; the number of a clause that is false, 0 if there is none."""
        # Most of the time is spent here, so that nothing is looked up twice, and `assign` is written out.
        value, clauses, watches, trail, reason = (
            self.value, self.clauses, self.watches, self.trail, self.reason
        )  # fmt: skip
        while self.done < len(trail):
            false = -trail[self.done]
            self.done += 1
            watching = watches[false]
            kept: list[int] = []
            watches[false] = kept
            for position, number in enumerate(watching):
                clause = clauses[number]
                if not clause:
                    continue
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], false
                first = clause[0]
                if value[first] != 1:
                    for i in range(2, len(clause)):
                        if value[clause[i]] != -1:
                            clause[1], clause[i] = clause[i], false
                            watches[clause[1]].append(number)
                            break
                    else:
                        if value[first] == -1:
                            kept += watching[position:]
                            return number
                        kept.append(number)
                        value[first], value[-first] = 1, -1
                        reason[abs(first)] = number
                        trail.append(first)
                    continue
                kept.append(number)
        return 0
