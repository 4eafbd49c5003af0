# SPDX-License-Identifier: GPL-2.0-only
"""Bit-blasting: the bits of terms as gates, one gate for each bit of each operator.

What a gate is, is the caller's: a node of a decision diagram, a literal of clauses, or a plain number
in a test.  Everything that does not speak to a solver in words goes through this one file.

Trusted: this file, for every engine that is built on it.  Its tests try each operator on every input
at small widths, against ``model.logic.meaning``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Generic, Protocol, TypeVar

from model.logic import Sort, Term, number

Bit = TypeVar("Bit")


class Gates(Protocol[Bit]):
    """What bits can be joined to.  Constants are to be folded: ``conj(true, a)`` is ``a``."""

    @property
    def true(self) -> Bit: ...
    @property
    def false(self) -> Bit: ...
    def variable(self, name: str, bit: int, sort: Sort) -> Bit:
        """Bit ``bit`` of an input, 0 the lowest; a truth value has bit 0 alone."""

    def negate(self, a: Bit) -> Bit: ...
    def conj(self, a: Bit, b: Bit) -> Bit: ...
    def xor(self, a: Bit, b: Bit) -> Bit: ...
    def choose(self, condition: Bit, then: Bit, orelse: Bit) -> Bit: ...


#: The bits of a word, the lowest first; of a truth value, one.
Bits = tuple[Bit, ...]


@dataclass
class BitBlaster(Generic[Bit]):
    """Makes the bits of terms, each shared term once.  Raises ValueError for a term with places or
    applications, which an obligation has not."""

    gates: Gates[Bit]
    known: dict[bytes, Bits[Bit]] = field(default_factory=dict)

    def truth(self, term: Term) -> Bit:
        """The one bit of a truth value."""
        (bit,) = self.bits(term)
        return bit

    def bits(self, term: Term) -> Bits[Bit]:
        """The bits of a term.  Arguments come first, without recursion: terms are deep."""
        todo = [term]
        while todo:
            top = todo[-1]
            if top.key in self.known:
                todo.pop()
                continue
            missing = [a for a in top.args if a.key not in self.known]
            if missing:
                todo += missing
            else:
                self.known[top.key] = self._blast(top)
        return self.known[term.key]

    def _blast(self, term: Term) -> Bits[Bit]:
        if term.op == "const":
            return self._constant(number(term), max(term.sort.width, 1))
        if term.op == "name":
            indices = range(max(term.sort.width, 1))
            return tuple(self.gates.variable(str(term.data), i, term.sort) for i in indices)
        args = [self.known[a.key] for a in term.args]
        if term.op in ("not", "and", "or", "eq", "ult", "ule", "slt", "sle"):
            return (self._truth(term.op, args),)
        return self._word(term, args)

    def _truth(self, op: str, args: list[Bits[Bit]]) -> Bit:
        match op:
            case "not":
                return self.gates.negate(args[0][0])
            case "and":
                return self.all(a for (a,) in args)
            case "or":
                return self.any(a for (a,) in args)
            case "eq":
                return self.equal(args[0], args[1])
            case "ult" | "ule":
                return self.less(args[0], args[1], orequal=op == "ule")
            case _:
                return self.signed_less(args[0], args[1], orequal=op == "sle")

    def _word(self, term: Term, args: list[Bits[Bit]]) -> Bits[Bit]:
        g, a = self.gates, args[0] if args else ()
        match term.op:
            case "ite":
                return self.choice(a[0], args[1], args[2])
            case "bvnot":
                return self.invert(a)
            case "bvand":
                return tuple(map(g.conj, a, args[1]))
            case "bvor":
                return tuple(map(self.either, a, args[1]))
            case "bvxor":
                return tuple(map(g.xor, a, args[1]))
            case "add":
                return self.plus(a, args[1], g.false)
            case "sub":
                return self.minus(a, args[1])
            case "mul":
                return self.times(a, args[1])
            case "udiv" | "urem":
                return self.divide(a, args[1])[term.op == "urem"]
            case "sdiv" | "srem":
                return self.divide_signed(a, args[1])[term.op == "srem"]
            case "shl" | "lshr" | "ashr":
                fill = a[-1] if term.op == "ashr" else g.false
                return self.shift(a, args[1], fill, left=term.op == "shl")
            case "zext" | "sext":
                fill = a[-1] if term.op == "sext" else g.false
                return a + (fill,) * (term.sort.width - len(a))
            case "extract":
                assert isinstance(term.data, tuple)
                return a[term.data[1] : term.data[0] + 1]
        raise ValueError(f"A term of the operator {term.op!r} has no bits.")

    def _constant(self, value: int, width: int) -> Bits[Bit]:
        return tuple(self.gates.true if value >> i & 1 else self.gates.false for i in range(width))

    # Gates that are made of others --------------------------------------------------------
    def all(self, bits: Iterable[Bit]) -> Bit:
        return reduce(self.gates.conj, bits, self.gates.true)

    def either(self, a: Bit, b: Bit) -> Bit:
        g = self.gates
        return g.negate(g.conj(g.negate(a), g.negate(b)))

    def any(self, bits: Iterable[Bit]) -> Bit:
        g = self.gates
        return g.negate(self.all(map(g.negate, bits)))

    def invert(self, word: Bits[Bit]) -> Bits[Bit]:
        return tuple(map(self.gates.negate, word))

    def choice(self, condition: Bit, then: Bits[Bit], orelse: Bits[Bit]) -> Bits[Bit]:
        return tuple(self.gates.choose(condition, a, b) for a, b in zip(then, orelse, strict=True))

    def equal(self, a: Bits[Bit], b: Bits[Bit]) -> Bit:
        g = self.gates
        # From the highest bit: neighbouring gates then speak of neighbouring variables.
        return self.all(g.negate(g.xor(x, y)) for x, y in reversed(list(zip(a, b, strict=True))))

    def less(self, a: Bits[Bit], b: Bits[Bit], orequal: bool) -> Bit:
        """``a < b`` (or ``<=``) of unsigned words: the highest bit that differs says it."""
        g = self.gates
        found = g.true if orequal else g.false
        for x, y in zip(a, b, strict=True):
            found = g.choose(g.xor(x, y), y, found)
        return found

    def signed_less(self, a: Bits[Bit], b: Bits[Bit], orequal: bool) -> Bit:
        """The same of signed words: as unsigned ones with the highest bits exchanged."""
        return self.less((*a[:-1], b[-1]), (*b[:-1], a[-1]), orequal)

    def plus(self, a: Bits[Bit], b: Bits[Bit], carry: Bit) -> Bits[Bit]:
        g, out = self.gates, []
        for x, y in zip(a, b, strict=True):
            differ = g.xor(x, y)
            out.append(g.xor(differ, carry))
            carry = g.choose(differ, carry, x)
        return tuple(out)

    def minus(self, a: Bits[Bit], b: Bits[Bit]) -> Bits[Bit]:
        return self.plus(a, self.invert(b), self.gates.true)

    def times(self, a: Bits[Bit], b: Bits[Bit]) -> Bits[Bit]:
        zero = self._constant(0, len(a))
        total = zero
        for i, by in enumerate(b):
            shifted = zero[:i] + a[: len(a) - i]
            total = self.plus(total, tuple(self.gates.conj(by, x) for x in shifted), self.gates.false)
        return total

    def divide(self, a: Bits[Bit], b: Bits[Bit]) -> tuple[Bits[Bit], Bits[Bit]]:
        """Quotient and rest of unsigned words, as on paper; by 0: all ones, and ``a``."""
        divisor = (*b, self.gates.false)
        rest, quotient = self._constant(0, len(divisor)), []
        for x in reversed(a):
            rest = (x, *rest[:-1])
            fits = self.less(divisor, rest, orequal=True)
            rest = self.choice(fits, self.minus(rest, divisor), rest)
            quotient.append(fits)
        return tuple(reversed(quotient)), rest[:-1]

    def negative_if(self, condition: Bit, word: Bits[Bit]) -> Bits[Bit]:
        return self.choice(condition, self.minus(self._constant(0, len(word)), word), word)

    def divide_signed(self, a: Bits[Bit], b: Bits[Bit]) -> tuple[Bits[Bit], Bits[Bit]]:
        """Quotient and rest of signed words, truncated towards 0."""
        quotient, rest = self.divide(self.negative_if(a[-1], a), self.negative_if(b[-1], b))
        return self.negative_if(self.gates.xor(a[-1], b[-1]), quotient), self.negative_if(a[-1], rest)

    def shift(self, word: Bits[Bit], by: Bits[Bit], fill: Bit, left: bool) -> Bits[Bit]:
        """The word moved by a word of the same width; what comes in is ``fill``, past the width too."""
        width = len(word)
        stages = (width - 1).bit_length()
        for i, condition in enumerate(by[:stages]):
            step = min(1 << i, width)
            new = (fill,) * step
            moved = new + word[: width - step] if left else word[step:] + new
            word = self.choice(condition, moved, word)
        too_far = self.any(by[stages:])
        return self.choice(too_far, (fill,) * width, word)
