# SPDX-License-Identifier: GPL-2.0-only
"""C's types, as far as the fault path needs them, for the LP64 ABI of arm64.

Source: ISO C11 6.3.1 (conversions) and the AAPCS64 (widths: char 8, short 16, int 32, long 64,
pointers 64; plain char is unsigned).  Trusted: this table and ``common_type``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Int:
    """An integer type, or that of a bit-field of ``width`` bits; ``is_bool`` is _Bool, to which
    conversion means ``!= 0``."""

    width: int
    signed: bool
    is_bool: bool = False

    def __str__(self) -> str:
        return "_Bool" if self.is_bool else f"{'s' if self.signed else 'u'}{self.width}"


@dataclass(frozen=True, slots=True)
class Void:
    """The type of no value."""

    def __str__(self) -> str:
        return "void"


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct or union by its tag, or by the place of its body (``<file:line:column>``) if it has none."""

    tag: str

    def __str__(self) -> str:
        return f"struct {self.tag}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer to ``target``."""

    target: CType

    def __str__(self) -> str:
        return f"{self.target} *"


@dataclass(frozen=True, slots=True)
class Array:
    """An array; its length plays no part."""

    element: CType

    def __str__(self) -> str:
        return f"{self.element}[]"


@dataclass(frozen=True, slots=True)
class Function:
    """A function; only ever pointed to."""

    result: CType

    def __str__(self) -> str:
        return f"{self.result}()"


CType = Int | Void | Struct | Pointer | Array | Function

BOOLEAN = Int(8, signed=False, is_bool=True)
INT = Int(32, signed=True)
UINT = Int(32, signed=False)
LONG = Int(64, signed=True)
ULONG = Int(64, signed=False)
VOID = Void()

_SIGNED = {"char": 8, "short": 16, "int": 32, "long": 64}

#: Typedefs of the compiler and of headers that are generated or assembled from macros.
BUILTIN_TYPEDEFS: dict[str, CType] = {
    "bool": BOOLEAN, "_Bool": BOOLEAN,
    "u8": Int(8, False), "u16": Int(16, False), "u32": UINT, "u64": ULONG,
    "s8": Int(8, True), "s16": Int(16, True), "s32": INT, "s64": LONG,
    "__u8": Int(8, False), "__u16": Int(16, False), "__u32": UINT, "__u64": ULONG,
    "__s8": Int(8, True), "__s16": Int(16, True), "__s32": INT, "__s64": LONG,
    "size_t": ULONG, "ssize_t": LONG, "uintptr_t": ULONG, "ptrdiff_t": LONG,
}  # fmt: skip


def parse_keywords(words: list[str]) -> CType | None:
    """The type that C's keywords name together (``unsigned long long``); None if they name none."""
    rest = [w for w in words if w not in ("const", "volatile", "signed", "unsigned", "__signed__")]
    if "void" in rest:
        return VOID
    if "_Bool" in rest or "bool" in rest:
        return BOOLEAN
    if not rest and len(words) != len(rest):
        rest = ["int"]
    if not rest or any(w not in _SIGNED for w in rest):
        return None
    width = 64 if "long" in rest else min(_SIGNED[w] for w in rest)
    said_signed = "signed" in words or "__signed__" in words
    signed = "unsigned" not in words and (width > 8 or said_signed)
    return Int(width, signed)


def promote(t: Int) -> Int:
    """C11 6.3.1.1: what an operand becomes before arithmetic."""
    return t if t.width >= 32 else INT


def common_type(a: Int, b: Int) -> Int:
    """C11 6.3.1.8: the type in which two operands meet."""
    a, b = promote(a), promote(b)
    if a.width == b.width:
        return Int(a.width, a.signed and b.signed)
    return a if a.width > b.width else b
