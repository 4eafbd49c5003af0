# SPDX-License-Identifier: GPL-2.0-only
"""Macros whose meaning is given here instead of expanding them: GCC builtins, type-generic
arithmetic, hints and assertions.

Source: the definitions that each builtin names.  Trusted: the meanings, which a test compares with what
GCC computes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.logic import BitVec, Term, choose, const, extract, is_const, is_same, number, same
from model.source.types.ctypes import INT, LONG, ULONG, Int
from model.source.types.values import (
    Value,
    apply_binary,
    apply_unary,
    as_bitvec,
    as_bool,
    convert,
    integer,
    select,
    truth,
)

Meaning = Callable[[list[Value]], Value | None]


@dataclass(frozen=True)
class Builtin:
    """``meaning`` of the arguments' values, None where it has none; ``takes``: how many arguments
    there may be (None: any number); ``first_is_type`` if the first is a type to which the others are
    converted; ``reads``: how many are evaluated (the rest are messages), for good unless it only
    ``peeks``; ``crashes``: the host stops if the result is true; ``undefined_at_zero``: of 0 the
    result is havoc."""

    name: str
    says: str
    meaning: Meaning
    takes: tuple[int, ...] | None = (1,)
    first_is_type: bool = False
    reads: int | None = None
    peeks: bool = False
    crashes: bool = False
    undefined_at_zero: bool = False


def _integers(meaning: Callable[[list[Value]], Value | None]) -> Meaning:
    """Has no meaning where an argument is a pointer."""

    def of_integers(values: list[Value]) -> Value | None:
        return meaning(values) if all(isinstance(v.type, Int) for v in values) else None

    return of_integers


def _identity(values: list[Value]) -> Value:
    return values[0]


def _expect_meaning(values: list[Value]) -> Value:
    return convert(values[0], LONG)


def _truth(values: list[Value]) -> Value:
    return truth(as_bool(values[0]))


def _extreme(op: str) -> Meaning:
    def meaning(values: list[Value]) -> Value:
        best = values[0]
        for value in values[1:]:
            best = select(as_bool(apply_binary(op, best, value)), best, value)
        return best

    return _integers(meaning)


def _round_up(x: Value, a: Value) -> Value:
    """``((x) + mask) & ~mask`` with mask ``(typeof(x))(a) - 1``."""
    mask = apply_binary("-", convert(a, x.type), integer(1))
    return apply_binary("&", apply_binary("+", x, mask), apply_unary("~", mask))


def _align(values: list[Value]) -> Value:
    return _round_up(*values)


def _align_down(values: list[Value]) -> Value:
    """``ALIGN((x) - ((a) - 1), (a))``, where the two subtractions mostly undo each other."""
    x, a = values
    below = apply_binary("-", a, integer(1))
    lower = apply_binary("-", x, below)
    mask = apply_binary("-", convert(a, lower.type), integer(1))
    if is_same(as_bitvec(convert(below, lower.type)), as_bitvec(mask)):
        return apply_binary("&", convert(x, lower.type), apply_unary("~", mask))
    return _round_up(lower, a)


def _is_aligned(values: list[Value]) -> Value:
    x, a = values
    return apply_unary("!", apply_binary("&", x, apply_binary("-", convert(a, x.type), integer(1))))


def _lowest(mask: Value) -> Value | None:
    """The index of the lowest bit of a constant mask."""
    word = as_bitvec(mask, ULONG)
    if not is_const(word) or number(word) == 0:
        return None
    return integer((number(word) & -number(word)).bit_length() - 1)


def _field_get(values: list[Value]) -> Value | None:
    mask, register = values
    low = _lowest(mask)
    return (
        None
        if low is None
        else convert(apply_binary(">>", apply_binary("&", register, mask), low), mask.type)
    )


def _field_prep(values: list[Value]) -> Value | None:
    mask, value = values
    low = _lowest(mask)
    return (
        None if low is None else apply_binary("&", apply_binary("<<", convert(value, mask.type), low), mask)
    )


def _genmask(values: list[Value]) -> Value:
    """Bits ``high`` down to ``low``."""
    high, low = values
    ones = integer(-1, ULONG)
    return apply_binary(
        "&", apply_binary("<<", ones, low), apply_binary(">>", ones, apply_binary("-", integer(63), high))
    )


def _lowest_bit(values: list[Value]) -> Value:
    return Value(ULONG, _index(as_bitvec(values[0], ULONG), range(63, -1, -1)))


def _highest_bit(values: list[Value]) -> Value:
    return Value(ULONG, _index(as_bitvec(values[0], ULONG), range(64)))


def _index(word: Term, order: range) -> Term:
    """The index of the bit that is set and comes last in the order; 0 if there is none."""
    found = const(0, word.sort)
    for i in order:
        found = choose(same(extract(i, i, word), const(1, BitVec(1))), const(i, word.sort), found)
    return found


def _of_width(width: int, meaning: Callable[[Value], Value]) -> Meaning:
    """Of the argument as an unsigned integer of so many bits, as an int."""
    t = Int(width, signed=False)
    return _integers(lambda values: convert(meaning(convert(values[0], t)), INT))


def _leading_zeros(x: Value) -> Value:
    """How many bits above the highest one that is set are not."""
    assert isinstance(x.type, Int)
    highest = convert(_highest_bit([x]), INT)
    return apply_binary("-", integer(x.type.width - 1), highest)


def _trailing_zeros(x: Value) -> Value:
    return _lowest_bit([x])


def _first_set(x: Value) -> Value:
    """The index of the lowest bit that is set, from 1; 0 if there is none."""
    return select(as_bool(x), apply_binary("+", convert(_lowest_bit([x]), INT), integer(1)), integer(0))


def _index_mask(values: list[Value]) -> Value:
    index, size = (convert(v, ULONG) for v in values)
    return select(as_bool(apply_binary("<", index, size)), integer(-1, ULONG), integer(0, ULONG))


def _index_nospec(values: list[Value]) -> Value:
    """``index & mask``, where the mask is of all ones or zeros."""
    index = values[0]
    inside = as_bool(apply_binary("<", convert(index, ULONG), convert(values[1], ULONG)))
    return convert(select(inside, index, convert(integer(0), index.type)), index.type)


def _constant_p(values: list[Value]) -> Value:
    return integer(int(is_const(values[0].term)))


def _assertions() -> list[Builtin]:
    hint = "a hint to the compiler (include/linux/compiler.h)"
    read = "one access, whose value does not change meanwhile (include/asm-generic/rwonce.h)"
    warning = "the condition; the message changes nothing (include/asm-generic/bug.h)"
    stops = "stops the host if the condition holds (include/asm-generic/bug.h)"
    return [
        Builtin("likely", hint, _truth),
        Builtin("unlikely", hint, _truth),
        Builtin("__builtin_expect", hint, _expect_meaning, takes=(2,)),
        Builtin("__builtin_constant_p", "whether it is a constant here (GCC)", _constant_p, peeks=True),
        Builtin("READ_ONCE", read, _identity),
        Builtin("WARN_ON", warning, _truth),
        Builtin("WARN_ON_ONCE", warning, _truth),
        Builtin("WARN", warning, _truth, takes=None, reads=1),
        Builtin("WARN_ONCE", warning, _truth, takes=None, reads=1),
        Builtin("KVM_BUG_ON", warning, _truth, takes=(2,), reads=1),
        Builtin("BUG_ON", stops, _truth, crashes=True),
    ]


def _bits() -> list[Builtin]:
    found: list[Builtin] = []
    for suffix, width in (("", 32), ("l", 64), ("ll", 64)):
        for name, says, meaning in (
            ("clz", "the zeros above the highest bit set (GCC)", _leading_zeros),
            ("ctz", "the zeros below the lowest bit set (GCC)", _trailing_zeros),
            ("ffs", "the lowest bit set, from 1, or 0 (GCC)", _first_set),
        ):
            of = _of_width(width, meaning)
            found.append(Builtin(f"__builtin_{name}{suffix}", says, of, undefined_at_zero=name != "ffs"))
    index = "the index if it is below the size, else 0 (include/linux/nospec.h)"
    mask = "all ones if the index is below the size, else 0 (arch/arm64/include/asm/barrier.h)"
    count = "how many arguments there are (include/linux/args.h)"
    return [
        *found,
        Builtin("COUNT_ARGS", count, lambda values: integer(len(values)), takes=None, peeks=True),
        Builtin("array_index_nospec", index, _integers(_index_nospec), takes=(2,)),
        Builtin("array_index_mask_nospec", mask, _integers(_index_mask), takes=(2,)),
    ]


def _arithmetic() -> list[Builtin]:
    extreme = "(include/linux/minmax.h)"
    align = "(include/linux/align.h)"
    field = "(include/linux/bitfield.h)"
    bits = "bits high down to low (include/linux/bits.h)"
    lowest = "the lowest bit set (include/asm-generic/bitops/__ffs.h)"
    highest = "the highest bit set (include/asm-generic/bitops/__fls.h)"
    return [
        Builtin("min", f"the lesser {extreme}", _extreme("<"), takes=(2,)),
        Builtin("max", f"the greater {extreme}", _extreme(">"), takes=(2,)),
        Builtin("min3", f"the least {extreme}", _extreme("<"), takes=(3,)),
        Builtin("max3", f"the greatest {extreme}", _extreme(">"), takes=(3,)),
        Builtin("min_t", f"the lesser, as that type {extreme}", _extreme("<"), (3,), first_is_type=True),
        Builtin("max_t", f"the greater, as that type {extreme}", _extreme(">"), (3,), first_is_type=True),
        Builtin("ALIGN_DOWN", f"rounded down {align}", _integers(_align_down), takes=(2,)),
        Builtin("ALIGN", f"rounded up {align}", _integers(_align), takes=(2,)),
        Builtin("IS_ALIGNED", f"whether it is a multiple {align}", _integers(_is_aligned), takes=(2,)),
        Builtin(
            "FIELD_GET", f"the bits of the mask, shifted down {field}", _integers(_field_get), takes=(2,)
        ),
        Builtin("FIELD_PREP", f"shifted up into the mask {field}", _integers(_field_prep), takes=(2,)),
        Builtin("GENMASK", bits, _integers(_genmask), takes=(2,)),
        Builtin("GENMASK_ULL", bits, _integers(_genmask), takes=(2,)),
        Builtin("__ffs", lowest, _integers(_lowest_bit), undefined_at_zero=True),
        Builtin("__fls", highest, _integers(_highest_bit), undefined_at_zero=True),
    ]


BUILTINS = {b.name: b for b in _assertions() + _arithmetic() + _bits()}
