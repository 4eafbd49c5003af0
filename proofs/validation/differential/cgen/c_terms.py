# SPDX-License-Identifier: GPL-2.0-only
"""Terms as C: every value is an unsigned 64-bit word, of which the bits beyond its width are 0.

Trusted: nothing; a property test holds what GCC makes of it against the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from model.logic import Sort, Term, number

#: Operators on two words of one width, in ``a`` and ``b``; the result is cut to that width.
_WORDS = {
    "add": "a + b", "sub": "a - b", "mul": "a * b", "bvand": "a & b", "bvor": "a | b", "bvxor": "a ^ b",
    "udiv": "xc_udiv(a, b)", "urem": "xc_urem(a, b)", "sdiv": "xc_sdiv(a, b, w)", "srem": "xc_srem(a, b, w)",
    "shl": "xc_shl(a, b, w)", "lshr": "xc_lshr(a, b, w)", "ashr": "xc_ashr(a, b, w)",
}  # fmt: skip
#: Comparisons, in ``a`` and ``b`` of width ``w``.
_TESTS = {
    "eq": "a == b", "ult": "a < b", "ule": "a <= b",
    "slt": "xc_signed(a, w) < xc_signed(b, w)", "sle": "xc_signed(a, w) <= xc_signed(b, w)",
}  # fmt: skip

#: What the operators above need; division by zero and long shifts as in SMT-LIB.
HELPERS = """\
typedef unsigned long xc_word;

static inline long xc_signed(xc_word a, int w) { return (long)(a << (64 - w)) >> (64 - w); }
static inline xc_word xc_udiv(xc_word a, xc_word b) { return b ? a / b : ~0UL; }
static inline xc_word xc_urem(xc_word a, xc_word b) { return b ? a % b : a; }
static inline xc_word xc_size(long a) { return a < 0 ? -(xc_word)a : (xc_word)a; }
static inline xc_word xc_srem(xc_word a, xc_word b, int w)
{
	long x = xc_signed(a, w), y = xc_signed(b, w);
	if (!y)
		return a;
	return x < 0 ? -(xc_size(x) % xc_size(y)) : xc_size(x) % xc_size(y);
}
static inline xc_word xc_sdiv(xc_word a, xc_word b, int w)
{
	long x = xc_signed(a, w), y = xc_signed(b, w);
	if (!y)
		return x < 0 ? 1 : ~0UL;
	return (x < 0) == (y < 0) ? xc_size(x) / xc_size(y) : -(xc_size(x) / xc_size(y));
}
static inline xc_word xc_shl(xc_word a, xc_word b, int w) { return b < w ? a << b : 0; }
static inline xc_word xc_lshr(xc_word a, xc_word b, int w) { return b < w ? a >> b : 0; }
static inline xc_word xc_ashr(xc_word a, xc_word b, int w) { return xc_signed(a, w) >> (b < w ? b : w - 1); }
"""


class Unprintable(Exception):  # noqa: N818  # it is an answer: this cannot be compared
    """Why something cannot be compared with compiled C."""


def mask(sort: Sort) -> str:
    """The bits that a value of the sort may have, as C."""
    if sort.width > 64:
        raise Unprintable(f"a {sort}, which is wider than a machine word")
    return hex((1 << max(sort.width, 1)) - 1) + "UL"


@dataclass
class TermWriter:
    """C for terms, one temporary for each distinct part; ``leaf`` names what has no arguments, and
    ``function`` numbers the pure functions."""

    leaf: Callable[[Term], str]
    function: Callable[[str], int]
    lines: list[str] = field(default_factory=list)
    known: dict[bytes, str] = field(default_factory=dict)

    def write(self, term: Term) -> str:
        """An expression without effects for the term; what it needs is added to ``lines``."""
        if term.op == "const":
            return f"{number(term)}UL"
        if term.op in ("name", "place"):
            return self.leaf(term)
        if term.key not in self.known:
            parts = [self.write(a) for a in term.args]
            text = f"t{len(self.known)}"
            self.lines.append(f"const xc_word {text} = {self._write_operation(term, parts)};")
            self.known[term.key] = text
        return self.known[term.key]

    def _write_operation(self, term: Term, parts: list[str]) -> str:
        cut = mask(term.sort)
        match term.op:
            case "not":
                return f"!{parts[0]}"
            case "and" | "or":
                return (" & " if term.op == "and" else " | ").join(parts)
            case "ite":
                return f"{parts[0]} ? {parts[1]} : {parts[2]}"
            case "apply":
                listed = ", ".join(parts)
                return f"xc_function({self.function(str(term.data))}, {len(parts)}, (xc_word[]){{{listed}}}) & {cut}"
            case "bvnot":
                return f"~{parts[0]} & {cut}"
            case "zext":
                return parts[0]
            case "sext":
                return f"xc_signed({parts[0]}, {term.args[0].sort.width}) & {cut}"
            case "extract":
                assert isinstance(term.data, tuple)
                return f"{parts[0]} >> {term.data[1]} & {cut}"
        meaning = _TESTS.get(term.op) or f"({_WORDS[term.op]}) & {cut}"
        return _substitute(meaning, parts[0], parts[1], term.args[0].sort.width)


def _substitute(meaning: str, a: str, b: str, width: int) -> str:
    """The meaning with its operands in place; no operator's name contains a lone a, b or w."""
    words = {"a": a, "b": b, "w": str(width)}
    out, word = "", ""
    for character in meaning + " ":
        if character.isalnum() or character == "_":
            word += character
            continue
        out, word = out + words.get(word, word) + character, ""
    return out.strip()
