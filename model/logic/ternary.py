# SPDX-License-Identifier: GPL-2.0-only
"""Ternary evaluation of terms: true, false, or unknown where it depends on unknown inputs.

A plain evaluation in which None stands for "not known".  It says less than a solver could, and
never too much: a value that it gives is the term's value whatever the unknown inputs are.

Trusted: nothing; it only ever confirms what was found with definite inputs.
"""

from __future__ import annotations

from collections.abc import Callable

from model.logic import Term, evaluate, number


def evaluate_ternary(term: Term, leaf: Callable[[Term], int | None]) -> int | None:
    """The term's value if it does not depend on the leaves that are None; applications of pure
    functions are not known."""
    known: dict[bytes, int | None] = {}

    def go(t: Term) -> int | None:
        if t.op == "const":
            return number(t)
        if t.key not in known:
            known[t.key] = step(t)
        return known[t.key]

    def step(t: Term) -> int | None:
        if t.op in ("name", "place"):
            return leaf(t)
        if t.op in ("and", "or"):
            return _connected(0 if t.op == "and" else 1, [go(a) for a in t.args])
        if t.op == "ite":
            condition = go(t.args[0])
            if condition is None:
                then, orelse = go(t.args[1]), go(t.args[2])
                return then if then == orelse else None
            return go(t.args[1] if condition else t.args[2])
        values = [go(a) for a in t.args]
        if t.op == "bvand" and 0 in values:
            return 0
        definite = [v for v in values if v is not None]
        if t.op == "apply" or len(definite) < len(values):
            return None
        return evaluate(t.op, t.sort, t.data, tuple(a.sort for a in t.args), definite)

    return go(term)


def _connected(absorbing: int, values: list[int | None]) -> int | None:
    if absorbing in values:
        return absorbing
    return None if None in values else 1 - absorbing
