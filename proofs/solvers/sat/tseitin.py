# SPDX-License-Identifier: GPL-2.0-only
"""Tseitin encoding: one variable for each gate, and the gate's truth table as clauses.

This is Tseitin's translation: every assignment of the inputs extends to exactly one of all variables
that satisfies the clauses, so that the clauses with the literal of a term as a unit have a model if
and only if the term can be true.  Clauses are numbered from 1 in the order in which they are made,
which depends on the terms alone; certificates refer to them by number.

Trusted: this file and ``proofs.solvers.sat.bitblast``, for whatever a certificate proves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from model.logic import Sort

#: A variable's number, negative for "not"; variable 1 is always true.
Literal = int
Clause = tuple[Literal, ...]

#: Gates in one formula, at most; a real kernel's function needs under a fifth of it.
MOST_GATES = 500_000


@dataclass
class TseitinEncoding:
    """Gates as literals; ``clauses[n - 1]`` is clause n.  Raises ValueError for more than MOST_GATES.

    ``inputs`` are the variables of inputs, by name and bit.  For a gate's variable, ``made`` has its
    first clause's number and how many it has, and ``below`` the variables that it joins.
    """

    clauses: list[Clause] = field(default_factory=lambda: [(1,)])
    inputs: dict[tuple[str, int], Literal] = field(default_factory=dict)
    made: dict[int, tuple[int, int]] = field(default_factory=dict)
    below: dict[int, tuple[int, ...]] = field(default_factory=dict)
    known: dict[tuple[Literal, ...], Literal] = field(default_factory=dict)
    variables: int = 1

    true: Literal = 1
    false: Literal = -1

    def variable(self, name: str, bit: int, sort: Sort) -> Literal:
        found = self.inputs.get((name, bit))
        if found is None:
            found = self.inputs[name, bit] = self._new()
        return found

    def negate(self, a: Literal) -> Literal:
        return -a

    def conj(self, a: Literal, b: Literal) -> Literal:
        if a == 1 or a == b:
            return b
        if b == 1:
            return a
        if a == -1 or b == -1 or a == -b:
            return -1
        a, b = (a, b) if a < b else (b, a)
        return self._gate((a, b), lambda g: ((-g, a), (-g, b), (g, -a, -b)))

    def xor(self, a: Literal, b: Literal) -> Literal:
        if abs(a) == 1:
            return -b if a == 1 else b
        if abs(b) == 1:
            return -a if b == 1 else a
        if abs(a) == abs(b):
            return -1 if a == b else 1
        sign = 1 if (a < 0) == (b < 0) else -1
        a, b = sorted((abs(a), abs(b)))
        table = lambda g: ((-g, a, b), (-g, -a, -b), (g, -a, b), (g, a, -b))  # noqa: E731
        return sign * self._gate((0, a, b), table)

    def choose(self, condition: Literal, then: Literal, orelse: Literal) -> Literal:
        c, t, e = (condition, then, orelse) if condition > 0 else (-condition, orelse, then)
        if c == 1 or t == e:
            return t
        if t == -e:
            return -self.xor(c, t)
        if t in (1, c):
            return -self.conj(-c, -e)
        if t in (-1, -c):
            return self.conj(-c, e)
        if e in (1, -c):
            return -self.conj(c, -t)
        if e in (-1, c):
            return self.conj(c, t)
        sign = 1 if t > 0 else -1
        t, e = sign * t, sign * e
        # The last two follow from the others; with them, what both branches say is found at once.
        table = lambda g: ((-g, -c, t), (g, -c, -t), (-g, c, e), (g, c, -e), (-g, t, e), (g, -t, -e))  # noqa: E731
        return sign * self._gate((c, t, e), table)

    def _gate(self, joined: tuple[Literal, ...], table: Callable[[Literal], tuple[Clause, ...]]) -> Literal:
        """The variable of a gate, which is made once; two literals are a conjunction, three a choice,
        and three that begin with 0 an exclusive or."""
        found = self.known.get(joined)
        if found is None:
            found = self.known[joined] = self._new()
            clauses = table(found)
            self.made[found] = len(self.clauses) + 1, len(clauses)
            self.below[found] = tuple(abs(a) for a in joined if a)
            self.clauses += clauses
        return found

    def _new(self) -> Literal:
        if self.variables >= MOST_GATES:
            raise ValueError(f"The terms have more than {MOST_GATES} gates.")
        self.variables += 1
        return self.variables
