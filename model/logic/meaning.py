# SPDX-License-Identifier: GPL-2.0-only
"""The meaning of each operator on numbers, for constant folding and the interpreter.

The solver's meaning is the SMT-LIB text made in ``model.logic.smt_text``; a property test holds the two
against each other.  Trusted: the table in ``evaluate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.logic.sorts import Sort, Value


def signed(value: int, width: int) -> int:
    """The two's complement reading of a word."""
    return value - (1 << width) if value >> (width - 1) else value


def _divide(a: int, b: int, width: int, want_rest: bool) -> int:
    """Truncating signed division, with SMT-LIB's results for division by zero."""
    x, y = signed(a, width), signed(b, width)
    if y == 0:
        return a if want_rest else (1 if x < 0 else -1)
    quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    return x - quotient * y if want_rest else quotient


_MEANING: Mapping[str, Callable[[int, list[int]], int]] = {
    "not": lambda w, a: 1 - a[0],
    "and": lambda w, a: int(all(a)),
    "or": lambda w, a: int(any(a)),
    "ite": lambda w, a: a[1] if a[0] else a[2],
    "eq": lambda w, a: int(a[0] == a[1]),
    "ult": lambda w, a: int(a[0] < a[1]),
    "ule": lambda w, a: int(a[0] <= a[1]),
    "slt": lambda w, a: int(signed(a[0], w) < signed(a[1], w)),
    "sle": lambda w, a: int(signed(a[0], w) <= signed(a[1], w)),
    "add": lambda w, a: a[0] + a[1],
    "sub": lambda w, a: a[0] - a[1],
    "mul": lambda w, a: a[0] * a[1],
    "udiv": lambda w, a: a[0] // a[1] if a[1] else -1,
    "urem": lambda w, a: a[0] % a[1] if a[1] else a[0],
    "sdiv": lambda w, a: _divide(a[0], a[1], w, want_rest=False),
    "srem": lambda w, a: _divide(a[0], a[1], w, want_rest=True),
    "bvand": lambda w, a: a[0] & a[1],
    "bvor": lambda w, a: a[0] | a[1],
    "bvxor": lambda w, a: a[0] ^ a[1],
    "bvnot": lambda w, a: ~a[0],
    "shl": lambda w, a: a[0] << a[1] if a[1] < w else 0,
    "lshr": lambda w, a: a[0] >> a[1] if a[1] < w else 0,
    "ashr": lambda w, a: signed(a[0], w) >> min(a[1], w - 1),
    "zext": lambda w, a: a[0],
    "sext": lambda w, a: signed(a[0], w),
}


def evaluate(
    op: str, sort: Sort, data: str | int | tuple[int, int], arg_sorts: tuple[Sort, ...], values: list[int]
) -> Value:
    """The value of one operator on the values of its arguments (shifts past the width give 0)."""
    if op == "extract":
        assert isinstance(data, tuple)
        result = values[0] >> data[1]
    else:
        result = _MEANING[op](arg_sorts[0].width, values)
    return result & ((1 << sort.width) - 1) if sort.width else result
