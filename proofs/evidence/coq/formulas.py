# SPDX-License-Identifier: GPL-2.0-only
"""Formulas over bits, simplified as they are made, and as clauses: those of ``Check.v``.

Trusted: nothing; a clause that does not follow is refused by Coq.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Var:
    """``B``: the truth value ``k``; ``V``: bit ``j`` of the word ``k``; ``A``: what a chain carries there."""

    kind: str
    k: int
    j: int = 0

    def __str__(self) -> str:
        return f"B {self.k}" if self.kind == "B" else f"{self.kind} {self.k} {self.j}"


@dataclass(frozen=True, slots=True)
class BitFormula:
    """An operator on formulas; of ``var`` the variable is ``var``."""

    op: str
    args: tuple[BitFormula, ...] = ()
    var: Var | None = None


ONE, ZERO = BitFormula("one"), BitFormula("zero")


def of(truth: bool) -> BitFormula:
    return ONE if truth else ZERO


def variable(var: Var) -> BitFormula:
    return BitFormula("var", (), var)


def neg(a: BitFormula) -> BitFormula:
    if a in (ONE, ZERO):
        return of(a == ZERO)
    return a.args[0] if a.op == "neg" else BitFormula("neg", (a,))


def con(a: BitFormula, b: BitFormula) -> BitFormula:
    if ZERO in (a, b):
        return ZERO
    if a in (ONE, b):
        return b
    return a if b == ONE else BitFormula("con", (a, b))


def dis(a: BitFormula, b: BitFormula) -> BitFormula:
    return neg(con(neg(a), neg(b)))


def xor(a: BitFormula, b: BitFormula) -> BitFormula:
    for x, y in ((a, b), (b, a)):
        if x in (ONE, ZERO):
            return neg(y) if x == ONE else y
    return BitFormula("xor", (a, b))


def ite(c: BitFormula, a: BitFormula, b: BitFormula) -> BitFormula:
    if c in (ONE, ZERO):
        return a if c == ONE else b
    if a == b:
        return a
    if (a, b) in ((ONE, ZERO), (ZERO, ONE)):
        return c if a == ONE else neg(c)
    return BitFormula("ite", (c, a, b))


def variables(formula: BitFormula) -> list[Var]:
    """The variables, in the order in which they stand."""
    found: dict[Var, None] = {}
    todo = [formula]
    while todo:
        each = todo.pop()
        if each.var is not None:
            found[each.var] = None
        todo.extend(reversed(each.args))
    return list(found)


@cache
def clauses(size: int, shape: BitFormula) -> tuple[tuple[int, ...], ...]:
    """Clauses that say that variable 0 is the formula over the variables ``Var("B", 1)`` to ``size``: each
    a literal plus or minus (number + 1)."""
    conjuncts = _literals(shape)
    if conjuncts is not None:
        return (*((-1, each) for each in conjuncts), (1, *(-each for each in conjuncts)))
    found: dict[tuple[int, ...], None] = {}
    for path, value in _paths(shape, {}):
        kept = dict(path)
        for var in path:
            fewer = {v: b for v, b in kept.items() if v != var}
            if _at(shape, fewer) == of(value):
                kept = fewer
        found[1 if value else -1, *(-(v.k + 1) if b else v.k + 1 for v, b in kept.items())] = None
        if len(found) > WIDEST:
            raise TooWideError
    return tuple(found)


def _literals(shape: BitFormula) -> tuple[int, ...] | None:
    """The literals that the formula is the conjunction of, if it is one."""
    found: list[int] = []
    todo = [shape]
    while todo:
        each = todo.pop()
        inner = each.args[0] if each.op == "neg" else each
        if each.op == "con":
            todo.extend(reversed(each.args))
        elif inner.var is not None:
            found.append((inner.var.k + 1) * (1 if inner is each else -1))
        else:
            return None
    return tuple(dict.fromkeys(found))


#: More clauses than this for one gate are refused.
WIDEST = 100


class TooWideError(Exception):
    """A gate has more clauses than are worth writing."""


def _paths(formula: BitFormula, path: dict[Var, bool]) -> Iterator[tuple[dict[Var, bool], bool]]:
    if formula in (ONE, ZERO):
        yield path, formula == ONE
        return
    var = variables(formula)[0]
    for value in (False, True):
        yield from _paths(_at(formula, {var: value}), {**path, var: value})


def _at(formula: BitFormula, values: dict[Var, bool]) -> BitFormula:
    """The formula where some variables have values."""
    if formula.var is not None:
        return of(values[formula.var]) if formula.var in values else formula
    args = [_at(a, values) for a in formula.args]
    match formula.op:
        case "neg":
            return neg(args[0])
        case "con":
            return con(args[0], args[1])
        case "xor":
            return xor(args[0], args[1])
        case "ite":
            return ite(args[0], args[1], args[2])
    return formula


def rename_variables(formula: BitFormula, names: dict[Var, Var]) -> BitFormula:
    """The formula with other variables."""
    if formula.var is not None:
        return variable(names[formula.var])
    return (
        BitFormula(formula.op, tuple(rename_variables(a, names) for a in formula.args))
        if formula.args
        else formula
    )
