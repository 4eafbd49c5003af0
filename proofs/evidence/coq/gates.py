# SPDX-License-Identifier: GPL-2.0-only
"""The gates of ``Check.v``, mirrored: the clauses that make a bit of a value from others.

Trusted: nothing; a mistake here gives a clause that Coq refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from proofs.evidence.coq.formulas import (
    ONE,
    ZERO,
    BitFormula,
    TooWideError,
    Var,
    clauses,
    con,
    dis,
    ite,
    neg,
    of,
    rename_variables,
    variable,
    variables,
    xor,
)
from proofs.evidence.coq.values import GallinaValue, NotCovered

#: How far operators that move or join bits are looked through: ``fuel`` in Check.v.
FUEL = 8

Literal = tuple[bool, Var]


@dataclass(frozen=True)
class CoqGates:
    """The gates of the values; the first value has the number 1."""

    values: Sequence[GallinaValue]

    def at(self, k: int) -> GallinaValue:
        return self.values[k - 1]

    def truth(self, k: int, fuel: int = FUEL) -> BitFormula:
        """A truth value."""
        each = self.at(k)
        if fuel and each.node.startswith("Truth"):
            return of(each.node.endswith("true"))
        return (
            neg(self.truth(each.args[0], fuel - 1)) if fuel and each.node == "Not" else variable(Var("B", k))
        )

    def bit(self, k: int, j: int, fuel: int = FUEL) -> BitFormula:
        """A bit of a word."""
        each, f = self.at(k), fuel - 1
        if not fuel:
            return variable(Var("V", k, j))
        n = (*each.before, *each.behind, 0, 0)
        match each.node:
            case "Number":
                return of(bool(n[0] >> j & 1))
            case "Land" | "Lor" | "Lxor":
                join = {"Land": con, "Lor": dis, "Lxor": xor}[each.node]
                return join(self.bit(each.args[0], j, f), self.bit(each.args[1], j, f))
            case "Lnot":
                return neg(self.bit(each.args[0], j, f)) if j < n[0] else ZERO
            case "Flip":
                inner = self.bit(each.args[0], j, f)
                return neg(inner) if j == n[0] - 1 else inner
            case "Left":
                return self.bit(each.args[0], j - n[1], f) if n[1] <= j < n[0] else ZERO
            case "Right":
                return self.bit(each.args[0], j + n[1], f) if j + n[1] < n[0] else ZERO
            case "Word":
                return self.bit(each.args[0], j, f) if j < n[0] else ZERO
            case "Bits":
                return self.bit(each.args[0], j + n[1], f) if j < n[0] - n[1] + 1 else ZERO
            case "Sign":
                return self.bit(each.args[0], min(j, n[0] - 1), f) if j < n[1] else ZERO
        return variable(Var("V", k, j))

    def differ(self, each: GallinaValue, j: int) -> BitFormula:
        a, b = each.args
        return xor(self.bit(a, j), self.bit(b, j))

    def gate(self, var: Var, chained: bool) -> BitFormula | None:
        """What a variable is made of; None for a bit of an input."""
        each = self.at(var.k)
        if not each.node:
            return None
        return {"B": self._truth, "V": self._bit, "A": self._chain}[var.kind](var, each, chained)

    def _truth(self, var: Var, each: GallinaValue, chained: bool) -> BitFormula:
        args, chain = each.args, variable(Var("A", var.k, *each.before))
        match each.node:
            case "And" | "Or":
                return (con if each.node == "And" else dis)(self.truth(args[0]), self.truth(args[1]))
            case "Iff":
                return neg(xor(self.truth(args[0]), self.truth(args[1])))
            case "If":
                return ite(*map(self.truth, args))
            case "Same" if not chained:
                return reduce(con, (neg(self.differ(each, j)) for j in range(each.before[0])), ONE)
            case "Same" | "Below" | "At_most":
                return chain
        return self.truth(var.k)

    def _bit(self, var: Var, each: GallinaValue, chained: bool) -> BitFormula:
        args, j = each.args, var.j
        match each.node:
            case "Choose":
                return ite(self.truth(args[0]), self.bit(args[1], j), self.bit(args[2], j))
            case "Plus" | "Minus":
                carried = variable(Var("A", var.k, j))
                return xor(self.differ(each, j), carried) if j < each.before[0] else ZERO
        return self.bit(var.k, j)

    def _chain(self, var: Var, each: GallinaValue, chained: bool) -> BitFormula:
        if var.j == 0:
            return of(each.node in ("Same", "At_most"))
        j = var.j - 1
        below, other = variable(Var("A", var.k, j)), self.bit(each.args[1], j)
        match each.node:
            case "Same":
                return con(below, neg(self.differ(each, j)))
            case "Below" | "At_most":
                return ite(self.differ(each, j), other, below)
            case "Plus":
                return ite(self.differ(each, j), below, self.bit(each.args[0], j))
        own = variable(Var("V", var.k, j))
        return ite(xor(own, other), below, own)

    def clauses(self, var: Var) -> tuple[bool, list[tuple[Literal, ...]]]:
        """The clauses of a variable's gate, and whether it is the chained one."""
        for chained in (False, True):
            formula = self.gate(var, chained)
            if formula is None:
                return False, []
            below = variables(formula)
            if chained or (len(below) <= 64 and not self._too_many(formula)):
                try:
                    return chained, _clauses(var, below, formula)
                except TooWideError:
                    pass
        raise NotCovered("a bit of it depends on more bits at once than a certificate has room for")

    def _too_many(self, formula: BitFormula) -> bool:
        """Whether a comparison of two words would be spelled out bit by bit."""
        pairs = 0
        while formula.op == "con":
            formula, last = formula.args
            pairs += len(variables(last)) > 1
        return pairs > 2


def _clauses(var: Var, below: Sequence[Var], formula: BitFormula) -> list[tuple[Literal, ...]]:
    names = {each: Var("B", i) for i, each in enumerate(below, 1)}
    order = (var, *below)
    return [
        tuple((literal > 0, order[abs(literal) - 1]) for literal in clause)
        for clause in clauses(len(below), rename_variables(formula, names))
    ]
