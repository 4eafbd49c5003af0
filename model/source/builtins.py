# SPDX-License-Identifier: GPL-2.0-only
"""Macros whose meaning is given here instead of expanding them: GCC builtins, type-generic
arithmetic, hints and assertions.

Source: the definitions named in each row.  Trusted: the meanings, which a test compares with what
GCC computes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.logic import Term, Word, choose, const, extract, is_const, number, same
from model.source.ctypes import ULONG, Int, Pointer
from model.source.values import Value, as_bool, as_word, binary, convert, integer, truth, unary

Meaning = Callable[[list[Value]], Value | None]


@dataclass(frozen=True)
class Builtin:
    """``meaning`` of the arguments' values, None where it has none; ``first_is_type`` if the first
    argument is a type to which the others are converted; ``reads``: how many arguments are
    evaluated (the rest are messages); ``crashes``: the host stops if the result is true."""

    name: str
    says: str
    meaning: Meaning
    first_is_type: bool = False
    reads: int | None = None
    crashes: bool = False


def _same_value(values: list[Value]) -> Value:
    return values[0]


def _truth(values: list[Value]) -> Value:
    return truth(as_bool(values[0]))


def _extreme(op: str) -> Meaning:
    def meaning(values: list[Value]) -> Value | None:
        best = values[0]
        for value in values[1:]:
            if isinstance(best.type, Pointer) or isinstance(value.type, Pointer):
                return None
            smaller = as_bool(binary(op, best, value))
            t = binary("+", best, value).type
            a, b = convert(best, t), convert(value, t)
            best = Value(t, choose(smaller, a.term, b.term))
        return best

    return meaning


def _align_down(values: list[Value]) -> Value:
    x, a = values
    mask = binary("-", convert(a, x.type), integer(1))
    return convert(binary("&", x, unary("~", convert(mask, x.type))), x.type)


def _align_up(values: list[Value]) -> Value:
    x, a = values
    mask = convert(binary("-", convert(a, x.type), integer(1)), x.type)
    return convert(binary("&", binary("+", x, mask), unary("~", mask)), x.type)


def _is_aligned(values: list[Value]) -> Value:
    x, a = values
    return unary("!", binary("&", x, binary("-", convert(a, x.type), integer(1))))


def _field_mask(values: list[Value]) -> tuple[Term, int] | None:
    mask = as_word(values[0], ULONG)
    if not is_const(mask) or number(mask) == 0:
        return None
    return mask, (number(mask) & -number(mask)).bit_length() - 1


def _field_get(values: list[Value]) -> Value | None:
    found = _field_mask(values)
    if found is None:
        return None
    mask, low = found
    shifted = Value(ULONG, (as_word(values[1], ULONG) & mask) >> const(low, mask.sort))
    return convert(shifted, _of_mask(values[0]))


def _field_prep(values: list[Value]) -> Value | None:
    found = _field_mask(values)
    if found is None:
        return None
    mask, low = found
    return convert(
        Value(ULONG, (as_word(values[1], ULONG) << const(low, mask.sort)) & mask), _of_mask(values[0])
    )


def _of_mask(mask: Value) -> Int:
    return mask.type if isinstance(mask.type, Int) else ULONG


def _genmask(values: list[Value]) -> Value | None:
    """Bits ``high`` down to ``low``."""
    high, low = (as_word(v, ULONG) for v in values)
    if not is_const(high) or not is_const(low) or not 0 <= number(low) <= number(high) < 64:
        return None
    return integer((1 << (number(high) + 1)) - (1 << number(low)), ULONG)


def _lowest_bit(values: list[Value]) -> Value:
    """The index of the lowest bit set; 0 of 0, where GCC leaves it undefined."""
    word = as_word(values[0], ULONG)
    return Value(ULONG, _index(word, range(63, -1, -1)))


def _highest_bit(values: list[Value]) -> Value:
    word = as_word(values[0], ULONG)
    return Value(ULONG, _index(word, range(64)))


def _index(word: Term, order: range) -> Term:
    found = const(0, word.sort)
    for i in order:
        found = choose(same(extract(i, i, word), const(1, Word(1))), const(i, word.sort), found)
    return found


def _constant_p(values: list[Value]) -> Value:
    return integer(int(is_const(values[0].term)))


def _table() -> list[Builtin]:
    hint = "a hint to the compiler (include/linux/compiler.h)"
    read = "one access, whose value does not change meanwhile (include/asm-generic/rwonce.h)"
    warning = "the condition; the message changes nothing (include/asm-generic/bug.h)"
    extreme = "(include/linux/minmax.h)"
    return [
        Builtin("likely", hint, _truth),
        Builtin("unlikely", hint, _truth),
        Builtin("__builtin_expect", hint, _same_value, reads=1),
        Builtin("READ_ONCE", read, _same_value),
        Builtin("smp_load_acquire", read, _same_value),
        Builtin("WARN_ON", warning, _truth),
        Builtin("WARN_ON_ONCE", warning, _truth),
        Builtin("WARN", warning, _truth, reads=1),
        Builtin("WARN_ONCE", warning, _truth, reads=1),
        Builtin("KVM_BUG_ON", warning, _truth, reads=1),
        Builtin(
            "BUG_ON",
            "stops the host if the condition holds (include/asm-generic/bug.h)",
            _truth,
            crashes=True,
        ),
        Builtin("min", f"the lesser {extreme}", _extreme("<")),
        Builtin("max", f"the greater {extreme}", _extreme(">")),
        Builtin("min3", f"the least {extreme}", _extreme("<")),
        Builtin("max3", f"the greatest {extreme}", _extreme(">")),
        Builtin("min_t", f"the lesser, as that type {extreme}", _extreme("<"), first_is_type=True),
        Builtin("max_t", f"the greater, as that type {extreme}", _extreme(">"), first_is_type=True),
        Builtin("ALIGN_DOWN", "rounded down (include/linux/align.h)", _align_down),
        Builtin("ALIGN", "rounded up (include/linux/align.h)", _align_up),
        Builtin("IS_ALIGNED", "whether it is a multiple (include/linux/align.h)", _is_aligned),
        Builtin("FIELD_GET", "the bits of the mask, shifted down (include/linux/bitfield.h)", _field_get),
        Builtin("FIELD_PREP", "shifted up into the mask (include/linux/bitfield.h)", _field_prep),
        Builtin("GENMASK", "bits high down to low (include/linux/bits.h)", _genmask),
        Builtin("GENMASK_ULL", "bits high down to low (include/linux/bits.h)", _genmask),
        Builtin("__ffs", "the lowest bit set (include/asm-generic/bitops/__ffs.h)", _lowest_bit),
        Builtin("__builtin_ctzl", "the lowest bit set (GCC)", _lowest_bit),
        Builtin("__fls", "the highest bit set (include/asm-generic/bitops/__fls.h)", _highest_bit),
        Builtin("__builtin_constant_p", "whether it is a constant here (GCC)", _constant_p),
    ]


BUILTINS = {b.name: b for b in _table()}
