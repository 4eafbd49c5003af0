# SPDX-License-Identifier: GPL-2.0-only
"""Every operator and builtin, on every pair of integer types, has the type and value that GCC gives it."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from model.logic import BOOL, Term, name, value_of
from model.source.lowering.builtins import BUILTINS
from model.source.types.ctypes import BOOLEAN, INT, LONG, UINT, ULONG, Int, parse_keywords
from model.source.types.values import Value, apply_binary, apply_unary, convert, integer, select, sort_of
from tests.support.c.c_code import lower

TYPES = {
    "bool": BOOLEAN, "u8": Int(8, False), "s8": Int(8, True), "u16": Int(16, False), "s16": Int(16, True),
    "u32": UINT, "s32": INT, "u64": ULONG, "s64": LONG,
}  # fmt: skip
PRELUDE = """
typedef _Bool bool; typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16;
typedef short s16; typedef unsigned int u32; typedef int s32; typedef unsigned long u64; typedef long s64;
#define LESSER(a, b) ((a) < (b) ? (a) : (b))
#define GREATER(a, b) ((a) > (b) ? (a) : (b))
#define UP(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define DOWN(x, a) UP((x) - ((a) - 1), (a))
#define MULTIPLE(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define FIELD(m, r) ((__typeof__(m))(((r) & (m)) >> (__builtin_ffsll(m) - 1)))
#define INTO(m, v) (((__typeof__(m))(v) << (__builtin_ffsll(m) - 1)) & (m))
#define BITS(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))
"""
WORDS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x123456789AB,
         (1 << 63) - 1, 1 << 63, (1 << 64) - 1, (1 << 64) - 129)  # fmt: skip
A, B = name("a", sort_of(ULONG)), name("b", sort_of(ULONG))
ARITHMETIC = ("+", "-", "*", "&", "|", "^", "<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True)
class Row:
    """An expression in C, and ours, over the words ``a`` and ``b``."""

    c: str
    value: Value


def of_type(word: Term, t: Int) -> Value:
    return convert(Value(ULONG, word), t)


def meaning(builtin: str, *values: Value) -> Value:
    found = BUILTINS[builtin].meaning(list(values))
    assert found is not None
    return found


def rows() -> list[Row]:
    made = []
    for (s, t), (u, v) in product(TYPES.items(), repeat=2):
        x, y = of_type(A, t), of_type(B, v)
        cx, cy = f"(({s})a)", f"(({u})b)"
        made += [Row(f"{cx} {op} {cy}", apply_binary(op, x, y)) for op in ARITHMETIC]
        amount = apply_binary("&", y, integer(31))
        positive = apply_binary("+", apply_binary("&", y, integer(7)), integer(1))
        made += [Row(f"{cx} {op} ({cy} & 31)", apply_binary(op, x, amount)) for op in ("<<", ">>")]
        made += [Row(f"{cx} {op} (({cy} & 7) + 1)", apply_binary(op, x, positive)) for op in ("/", "%")]
        test = apply_binary("<", x, integer(9)).term
        made += [
            Row(f"({cx} < 9 ? {cx} : {cy})", select(test, x, y)),
            Row(f"({s}){cy}", convert(y, t)),
            Row(f"LESSER({cx}, {cy})", meaning("min", x, y)),
            Row(f"GREATER({cx}, {cy})", meaning("max", x, y)),
            Row(f"UP({cx}, {cy})", meaning("ALIGN", x, y)),
            Row(f"DOWN({cx}, {cy})", meaning("ALIGN_DOWN", x, y)),
            Row(f"MULTIPLE({cx}, {cy})", meaning("IS_ALIGNED", x, y)),
        ]
    return made + constant_rows() + unary_rows()


def constant_rows() -> list[Row]:
    """Builtins of which some arguments are constants."""
    made = []
    for (s, t), size in product(TYPES.items(), (1, 8, 4096, 1 << 33)):
        x, literal = of_type(A, t), f"{size}UL" if size > 4096 else str(size)
        a = integer(size, ULONG if size > 4096 else INT)
        for ours, c in (("ALIGN", "UP"), ("ALIGN_DOWN", "DOWN"), ("IS_ALIGNED", "MULTIPLE")):
            made.append(Row(f"{c}((({s})a), {literal})", meaning(ours, x, a)))
    for (s, t), (mask, m) in product(
        TYPES.items(), (("0xf0", INT), ("0xff000000U", UINT), ("(7UL << 55)", ULONG))
    ):
        x, number = of_type(A, t), {"0xf0": 0xF0, "0xff000000U": 0xFF000000}.get(mask, 7 << 55)
        made.append(Row(f"FIELD({mask}, (({s})a))", meaning("FIELD_GET", integer(number, m), x)))
        made.append(Row(f"INTO({mask}, (({s})a))", meaning("FIELD_PREP", integer(number, m), x)))
    for high, low in ((0, 0), (63, 0), (55, 5), (31, 31), (63, 63)):
        made.append(Row(f"BITS({high}, {low})", meaning("GENMASK", integer(high), integer(low))))
    five = apply_binary("+", apply_binary("&", Value(ULONG, A), integer(31)), integer(5))
    made.append(
        Row(
            "BITS((a & 31) + 5, b & 3)",
            meaning("GENMASK", five, apply_binary("&", Value(ULONG, B), integer(3))),
        )
    )
    return made


def unary_rows() -> list[Row]:
    made = [
        Row(
            "(u64)__builtin_ctzl(a | 1UL << 63)",
            meaning("__ffs", apply_binary("|", Value(ULONG, A), integer(1 << 63, ULONG))),
        ),
        Row(
            "(u64)(63 - __builtin_clzl(a | 1))",
            meaning("__fls", apply_binary("|", Value(ULONG, A), integer(1))),
        ),
        Row("__builtin_expect(a, 1)", meaning("__builtin_expect", Value(ULONG, A), integer(1))),
        Row("!!a", meaning("likely", Value(ULONG, A))),
    ]
    for s, t in TYPES.items():
        made += [Row(f"{op} (({s})a)", apply_unary(op, of_type(A, t))) for op in ("-", "~", "!", "+")]
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Every row as ``value_N(a, b)``, and as ``type_N``: twice the size, plus 1 if signed."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("not run: there is no gcc to compare with")
    folder: Path = tmp_path_factory.mktemp("values")
    functions = "".join(f"u64 value_{i}(u64 a, u64 b) {{ return {r.c}; }}\n" for i, r in enumerate(rows()))
    kinds = ", ".join(f"sizeof({r.c}) * 2 + ((__typeof__({r.c}))-1 < 1)" for r in rows())
    text = (
        f"{PRELUDE}{functions}u8 types(int i) {{ u64 a = 0, b = 0; u8 t[] = {{ {kinds} }}; return t[i]; }}\n"
    )
    (folder / "values.c").write_text(text)
    flags = ["-std=gnu11", "-w", "-O0", "-fwrapv", "-funsigned-char", "-shared", "-fPIC"]
    subprocess.run([gcc, *flags, "values.c", "-o", "values.so"], cwd=folder, check=True, timeout=120)
    return ctypes.CDLL(str(folder / "values.so"))


def test_every_value_is_gcc_s(library: ctypes.CDLL) -> None:
    pairs = [(WORDS[i], WORDS[(i * 5 + 3) % len(WORDS)]) for i in range(len(WORDS))]
    for i, row in enumerate(rows()):
        function = library[f"value_{i}"]
        function.restype, function.argtypes = ctypes.c_uint64, [ctypes.c_uint64, ctypes.c_uint64]
        word = convert(row.value, ULONG).term
        for a, b in pairs:
            at = {"a": a, "b": b}
            found = value_of(word, lambda leaf, at=at: at[str(leaf.data)], lambda t, _: 0)  # type: ignore[misc]
            assert found == function(a, b), (row.c, hex(a), hex(b))


def test_every_type_is_gcc_s(library: ctypes.CDLL) -> None:
    for i, row in enumerate(rows()):
        t = row.value.type
        assert isinstance(t, Int)
        assert t.width // 4 + t.signed == library.types(i), row.c


# Types by name ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("int", INT), ("unsigned", UINT), ("signed", INT), ("long unsigned int", ULONG), ("long long", LONG),
        ("short int", Int(16, True)), ("unsigned short", Int(16, False)), ("char", Int(8, False)),
        ("signed char", Int(8, True)), ("__signed__ char", Int(8, True)), ("const volatile long", LONG),
        ("_Bool", BOOLEAN), ("float", None), ("long double", None), ("foo", None),
    ],
)  # fmt: skip
def test_keywords_name_types(words: str, expected: Int | None) -> None:
    assert parse_keywords(words.split()) == expected


# Literals -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "type_", "value"),
    [
        ("2147483647", INT, 2147483647), ("2147483648", LONG, 2147483648), ("0x80000000", UINT, 0x80000000),
        ("0xffffffffffffffff", ULONG, -1), ("4294967295U", UINT, 0xFFFFFFFF), ("4294967296u", ULONG, 1 << 32),
        ("1L", LONG, 1), ("0x7fffffffL", LONG, 0x7FFFFFFF), ("1ull", ULONG, 1), ("0b101", INT, 5), ("0777", INT, 511),
        ("-1", INT, -1), ("'a'", INT, 97), ("'\\n'", INT, 10), ("'\\xff'", INT, 255), ("'\\377'", INT, 255),
        ("'\\''", INT, 39), ("0", INT, 0), ("18446744073709551615", ULONG, -1),
    ],
)  # fmt: skip
def test_literals_have_c_s_types(written: str, type_: Int, value: int) -> None:
    assert lower(f"long f(void) {{ return {written}; }}")() == value
    kind = f"sizeof({written}) * 2 + ((typeof({written}))-1 < 1)"
    assert lower(f"int f(void) {{ return {kind}; }}")() == type_.width // 4 + type_.signed


def test_the_lowest_bit_of_nothing_is_anything() -> None:
    f = lower("unsigned long f(unsigned long x) { return __ffs(x) + __fls(x); }")
    assert f(x=12) == 5
    assert f.guesses == ["__ffs(0)", "__fls(0)"]


def test_what_gcc_may_decide_is_not_evaluated() -> None:
    assert (
        lower("int f(int x) { return __builtin_constant_p(x++) * 10 + __builtin_constant_p(3) + x; }")(x=4)
        == 5
    )


def test_a_condition_that_must_not_hold_stops_the_host() -> None:
    f = lower("int f(int x) { int r = 1; BUG_ON(x); r = 2; return WARN_ON(r == 2) + 5; }")
    assert [f.holds("f.r", x=x) for x in (0, 1)] == [2, 1]
    assert f(x=0) == 6


def test_truth_values_stay_truth_values() -> None:
    assert (
        apply_binary("==", Value(BOOLEAN, name("p", BOOL)), Value(BOOLEAN, name("q", BOOL))).term.sort == BOOL
    )
