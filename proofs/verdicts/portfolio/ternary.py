# SPDX-License-Identifier: GPL-2.0-only
"""What is a term if only some bits of the inputs are known, and which bit has to be known next?

A partial word is a value and a mask of unknown bits (which are 0 in the value), as ``struct tnum`` in
kernel/bpf/tnum.c.  What is said to be known is so whatever the unknown bits are.

Trusted: ``partial``, by the engine ``paths``.  ``wanted`` only decides how much work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.logic import Term, evaluate, number
from model.logic.meaning import signed

#: The known bits, and the mask of the others.  A truth value is one bit.
Partial = tuple[int, int]
Leaf = Callable[[Term], Partial]
Known = dict[bytes, Partial]

COMPARISONS = frozenset({"eq", "ult", "ule", "slt", "sle"})

#: Any truth value.
EITHER: Partial = (0, 1)


def full(width: int) -> int:
    """The mask of all bits of a word (0: of a truth value)."""
    return (1 << max(width, 1)) - 1


def partial(term: Term, leaf: Leaf, known: Known) -> Partial:
    """What is known of the term; ``known`` may be shared between calls with the same leaves, and may hold
    from the start what is assumed of terms."""
    if term.op == "const":
        return number(term), 0
    found = known.get(term.key)
    if found is None:
        found = known[term.key] = _step(term, leaf, known)
    return found


def _step(term: Term, leaf: Leaf, known: Known) -> Partial:
    match term.op:
        case "name":
            return leaf(term)
        case "and" | "or":
            return _connected(term, int(term.op == "or"), leaf, known)
        case "ite":
            value, mask = partial(term.args[0], leaf, known)
            if not mask:
                return partial(term.args[1 if value else 2], leaf, known)
            (x, m), (y, n) = (partial(a, leaf, known) for a in term.args[1:])
            open_bits = m | n | (x ^ y)
            return x & ~open_bits, open_bits
        case "apply" | "place":
            raise ValueError(f"{term.data} has no value of its own.")
    parts = [partial(a, leaf, known) for a in term.args]
    if not any(mask for _, mask in parts):
        sorts = tuple(a.sort for a in term.args)
        return evaluate(term.op, term.sort, term.data, sorts, [value for value, _ in parts]), 0
    return _operator(term, parts)


def _connected(term: Term, absorbing: int, leaf: Leaf, known: Known) -> Partial:
    unknown = 0
    for arg in term.args:
        value, mask = partial(arg, leaf, known)
        if not mask and value == absorbing:
            return absorbing, 0
        unknown |= mask
    return (0, 1) if unknown else (1 - absorbing, 0)


def _operator(term: Term, parts: list[Partial]) -> Partial:
    """An operator of which at least one argument is not known."""
    every = full(term.sort.width)
    value, mask = parts[0]
    match term.op:
        case "not" | "bvnot":
            return ~(value | mask) & every, mask
        case "eq" | "ult" | "ule" | "slt" | "sle":
            return _compared(term, parts[0], parts[1])
        case "bvand" | "bvor" | "bvxor" | "add" | "sub":
            return _joined(term.op, parts[0], parts[1], every)
        case "zext":
            return parts[0]
        case "sext":
            width = term.args[0].sort.width
            if mask >> (width - 1):
                return value, (mask | -(1 << width)) & every
            return signed(value, width) & every, mask
        case "extract":
            assert isinstance(term.data, tuple)
            return value >> term.data[1] & every, mask >> term.data[1] & every
        case "shl" | "lshr" if not parts[1][1]:
            by = min(parts[1][0], term.sort.width)
            if term.op == "lshr":
                return value >> by, mask >> by
            return value << by & every, mask << by & every
    return 0, every


def _joined(op: str, a: Partial, b: Partial, every: int) -> Partial:
    """As tnum_and(), tnum_or(), tnum_xor(), tnum_add() and tnum_sub() do it."""
    (x, m), (y, n) = a, b
    match op:
        case "bvand":
            return x & y, (x | m) & (y | n) & ~(x & y)
        case "bvor":
            return x | y, (m | n) & ~(x | y)
        case "bvxor":
            return (x ^ y) & ~(m | n), m | n
        case "add":
            result, carries = x + y, (x + y + m + n) ^ (x + y)
        case _:
            result, carries = x - y, (x - y + m) ^ (x - y - n)
    open_bits = (carries | m | n) & every
    return result & every & ~open_bits, open_bits


def _compared(term: Term, a: Partial, b: Partial) -> Partial:
    (x, m), (y, n) = a, b
    if term.args[0].key == term.args[1].key:
        return int(term.op in ("eq", "ule", "sle")), 0
    if term.op == "eq":
        return (0, 0) if (x ^ y) & ~(m | n) else EITHER
    if term.op in ("slt", "sle"):  # as unsigned words with the highest bit turned
        half = 1 << (term.args[0].sort.width - 1)
        x, y = (x ^ half) & ~m, (y ^ half) & ~n
    strict = term.op in ("ult", "slt")
    if (x | m) < y or (not strict and (x | m) == y):
        return 1, 0
    return (0, 0) if (y | n) < x or (strict and (y | n) == x) else EITHER


def wanted(term: Term, known: Mapping[bytes, Partial], few: int | None = None) -> tuple[str, int] | Term:
    """An unknown bit of an input on which the (unknown) term depends, or, with ``few``, a comparison in it
    that so many unknown bits may decide at least."""
    bit = 0
    while term.op != "name":
        if few is not None and term.op in COMPARISONS and _unknown_bits(term, known) > few:
            return term
        term, bit = _below(term, known, bit)
    return str(term.data), bit


def _unknown_bits(comparison: Term, known: Mapping[bytes, Partial]) -> int:
    return sum(known.get(a.key, (0, 0))[1].bit_count() for a in comparison.args)


def _below(term: Term, known: Mapping[bytes, Partial], bit: int) -> tuple[Term, int]:
    def mask(t: Term) -> int:
        return known.get(t.key, (0, 0))[1]

    args = term.args
    match term.op:
        case "ite":
            if mask(args[0]):
                return args[0], 0
            chosen = args[1 if _value(args[0], known) else 2]
            return chosen, bit
        case "extract":
            assert isinstance(term.data, tuple)
            return args[0], bit + term.data[1]
        case "zext" | "sext":
            return args[0], min(bit, args[0].sort.width - 1)
        case "shl" | "lshr" if args[1].op == "const":
            return args[0], bit - number(args[1]) if term.op == "shl" else bit + number(args[1])
        case "add" | "sub":
            lower = [mask(a) & ((2 << bit) - 1) for a in args]
            return args[lower[1] > lower[0]], max(lower).bit_length() - 1
        case "bvand" | "bvor" | "bvxor" | "bvnot":
            return next(a for a in args if mask(a) >> bit & 1), bit
    found = max(args, key=lambda a: mask(a)) if term.op not in ("and", "or") else next(filter(mask, args))
    return found, mask(found).bit_length() - 1


def _value(term: Term, known: Mapping[bytes, Partial]) -> int:
    return number(term) if term.op == "const" else known[term.key][0]
