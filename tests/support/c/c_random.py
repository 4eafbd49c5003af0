# SPDX-License-Identifier: GPL-2.0-only
"""Random C functions without undefined or unspecified behaviour, made from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import TypeVar

Item = TypeVar("Item")

#: Types by name, with their width and whether they are signed; bool is 0 wide.
TYPES = {
    "bool": (0, False), "u8": (8, False), "s8": (8, True), "u16": (16, False), "s16": (16, True),
    "u32": (32, False), "s32": (32, True), "u64": (64, False), "s64": (64, True), "short": (16, True),
    "long": (64, True), "enum colour": (32, False), "enum wide": (64, False), "char": (8, False),
}  # fmt: skip
PRELUDE = """
typedef _Bool bool; typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16;
typedef short s16; typedef unsigned int u32; typedef int s32; typedef unsigned long u64; typedef long s64;
enum colour { RED, GREEN = 7, BLUE }; enum wide { NARROW = 3, WIDE = 1UL << 40 };
struct part { u8 a; s32 b; u32 c:5; s32 d:7; u64 e:33; };
struct whole { u64 x; struct part part; bool flag; s16 small; struct part *far; };
union both { s32 number; u32 word; };
#define MASK 0xf0
#define BIT(n) (1UL << (n))
#define CLAMP(v, top) ({ typeof(v) _v = (v); _v > (top) ? (typeof(_v))(top) : _v; })
static u32 twice(u32 v) { return v + v; }
static bool odd(s64 v) { return v & 1; }
static s32 step(s32 *p, u8 by) { if (by > 200) return -1; *p += by; return *p; }
static void mix(struct part *p, u64 v) { p->a = v; p->b ^= v >> 3; p->c += v; p->d = p->b; p->e = v; }
static void swap_ints(s32 *a, s32 *b) { s32 c = *a; if (a == b) return; *a = *b; b[0] = c; }
static s32 *either(bool which, s32 *a, s32 *b) { if (which) return a; return b; }
static struct part made(u8 a, s32 b) { struct part p = { a, .b = b, 3 }; p.e = a; return p; }
"""
WHOLE = ("w->x", "w->part.a", "w->part.b", "w->part.c", "w->part.d", "w->part.e", "w->flag", "w->small",
         "w->far->a", "w->far->b", "w->far->c", "w->far->d", "w->far->e")  # fmt: skip
_LITERALS = ("0", "1", "-1", "2", "7", "31", "255", "256", "0x7fffffff", "0x80000000", "0xffffffff", "65535U",
             "1L", "0x123456789abUL", "~0UL", "-5", "MASK", "BIT(33)", "BLUE", "WIDE", "'a'", "1U << 31", "true_")  # fmt: skip

_POINTERS = ("out", "&local.b", "q", "p", "&list[2]", "&u.number")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a random function."""

    type: str
    name: str


class Style(Enum):
    """Ways to write one function that must make no difference."""

    PLAIN = "as it comes"
    RENAMED = "locals have other names"
    SWAPPED = "the sides of && and || change places"
    HOISTED = "conditions are put into a local first"


class Maker:
    """Writes one function ``RESULT NAME(parameters, struct whole *w, s32 *out)``, in one style, and
    with loops if asked for."""

    def __init__(self, seed: int, style: Style = Style.PLAIN, loops: bool = False):
        self.random = Random(seed)
        self.style = style
        self.loops = loops
        self.variables: list[tuple[str, str]] = []
        self.fresh = 0

    def number(self, most: int) -> int:
        """A number from 0 to ``most``."""
        return self.random.randint(0, most)

    def pick(self, items: Sequence[Item]) -> Item:
        return items[self.number(len(items) - 1)]

    def function(self, name: str) -> tuple[str, str, tuple[Parameter, ...]]:
        """The C text, the result's type and the parameters but the last two."""
        types = list(TYPES)
        parameters = tuple(Parameter(self.pick(types), f"p{i}") for i in range(3))
        self.variables = [(p.type, p.name) for p in parameters]
        result = self.pick(types)
        listed = ", ".join(f"{p.type} {p.name}" for p in parameters)
        body = self.declarations() + self.block(3)
        text = (
            f"{result} {name}({listed}, struct whole *w, s32 *out)\n{{\n{body}"
            f"out: *out ^= {self.expression(1)};\nreturn {self.expression(2)};\n}}\n"
        )
        return text, result, parameters

    # Statements -----------------------------------------------------------------------------------
    def declarations(self) -> str:
        lines = "struct part local = { 1, .d = -3 };\ns32 *q = out, list[3] = { 1, -2 }, *p = list + 1;\n"
        lines += "union both u = { .number = -7 };\n"
        return lines + self.declaration() + self.declaration()

    def declaration(self) -> str:
        t, name = self.pick(list(TYPES)), f"{'another' if self.style is Style.RENAMED else 'v'}{self.fresh}"
        self.fresh += 1
        line = f"{t} {name} = {self.expression(2)};\n"
        self.variables.append((t, name))
        return line

    def block(self, depth: int) -> str:
        return "".join(self.statement(depth) for _ in range(1 + self.number(3)))

    def inner(self, depth: int) -> str:
        """A block whose own variables end with it."""
        known = list(self.variables)
        text = self.declaration() if self.number(3) == 0 else ""
        text += self.block(depth)
        self.variables = known
        return "{\n" + text + "}"

    def statement(self, depth: int) -> str:
        kind = self.number(19)
        if depth and self.loops and kind >= 17:
            return self.loop(depth - 1)
        if depth and kind == 0:
            return self.tested(self.expression(2), self.inner(depth - 1))
        if depth and kind == 1:
            return self.tested(self.expression(2), f"{self.inner(depth - 1)} else {self.inner(depth - 1)}")
        if depth and kind == 2:
            return self.switch(depth - 1)
        if kind == 3:
            return self.tested(self.expression(1), "goto out;")
        if kind == 4:
            return self.tested(self.expression(1), f"return {self.expression(2)};")
        if kind == 5:
            return f"mix({self.pick(('&w->part', 'w->far', '&local'))}, {self.expression(1)});\n"
        if kind == 6:
            return f"q = {self.expression(1)} ? out : &local.b;\n"
        if kind == 7:
            return f"local = made({self.expression(1)}, {self.expression(1)});\n"
        if kind == 8:
            target = self.pick(self.variables)[1]
            return f"{target} = step({self.pick(('&local.b', 'out', 'q'))}, {self.expression(1)});\n"
        if kind == 10:
            places = ("w->part", "*w->far", "local")
            return f"{self.pick(places)} = {self.pick((*places, f'(struct part){{ .b = {self.expression(1)} }}'))};\n"
        if kind == 11:
            return f"list[{self.number(2)}] {self.pick(('=', '+=', '^='))} {self.expression(1)};\n"
        if kind == 12:
            return f"swap_ints({self.pick(_POINTERS)}, {self.pick(_POINTERS)});\n"
        if kind == 13:
            return f"q = either({self.expression(1)}, {self.pick(_POINTERS)}, {self.pick(_POINTERS)});\n"
        if depth and kind == 14:
            op, last = self.pick(("&&", "||")), self.expression(1)
            return f"if ({self.expression(1)} {op} ({{ {self.assignment()} {last}; }})) {self.inner(depth - 1)}\n"
        if kind == 15:
            first, second = (f"({{ {self.assignment()} {self.expression(1)}; }})" for _ in range(2))
            return f"{self.pick(self.variables)[1]} = {self.expression(1)} ? {first} : {second};\n"
        if kind == 16:
            return f"{self.pick(('u.word', 'u.number'))} = {self.expression(1)};\n"
        if depth and kind == 9:
            leave = self.pick(("break", "continue"))
            return f"do {{\n{self.block(0)}if ({self.expression(1)}) {leave};\n{self.block(0)}}} while (0);\n"
        return self.assignment()

    def tested(self, condition: str, rest: str) -> str:
        """``if (condition) rest``."""
        if self.style is Style.HOISTED:
            return f"{{ bool hoisted = {condition}; if (hoisted) {rest} }}\n"
        return f"if ({condition}) {rest}\n"

    def loop(self, depth: int) -> str:
        """A loop of at most three iterations."""
        name, most = f"i{self.fresh}", self.expression(1)
        leave = self.pick(("break", "continue", "goto out", "return 1"))
        self.fresh += 1
        body = f"{{\n{self.block(depth)}if ({self.expression(1)}) {leave};\n{self.block(0)}}}"
        return self.pick(
            (f"for (u32 {name} = 0; {name} < ({most} & 3); {name}++) {body}\n",
             f"u8 {name} = 0;\nwhile ({name}++ < ({most} & 3)) {body}\n",
             f"u8 {name} = 0;\ndo {body} while (++{name} < ({most} & 3));\n")
        )  # fmt: skip

    def switch(self, depth: int) -> str:
        lines = f"switch ({self.expression(1)}) {{\n"
        values = sorted({self.number(9) for _ in range(3)})
        default = self.number(len(values) + 1)
        for i, value in enumerate(values):
            if i == default:
                lines += f"default:\n{self.block(0)}" + ("break;\n" if self.number(1) else "")
            lines += f"case {value}:\n" + (self.inner(depth) + "\n" if self.number(2) else "")
            lines += "break;\n" if self.number(1) else ""
        return lines + "}\n"

    def assignment(self) -> str:
        target = self.lvalue()
        kind = self.number(3)
        if kind == 0:
            op = self.pick(("+=", "-=", "*=", "&=", "|=", "^="))
            return f"{target} {op} {self.expression(2)};\n"
        if kind == 1:
            return f"{self.pick((f'{target}++', f'--{target}'))};\n"
        return f"{target} = {self.expression(3)};\n"

    def lvalue(self) -> str:
        kind = self.number(3)
        if kind == 0:
            return self.pick(WHOLE)
        if kind == 1:
            return self.pick(
                ("(*out)", "local.b", "local.a", "local.c", "local.d", "local.e", "(*q)", "p[0]", "p[1]")
            )
        return self.pick(self.variables)[1]

    # Expressions ------------------------------------------------------------------------------------
    def expression(self, depth: int) -> str:
        if depth == 0 or self.number(5) == 0:
            return self.leaf()
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        kind = self.number(12)
        if kind <= 3:
            return f"({a} {self.pick(('+', '-', '*', '&', '|', '^'))} {b})"
        if kind == 4:
            return f"({a} {self.pick(('<', '<=', '>', '>=', '==', '!='))} {b})"
        if kind == 5:
            op = self.pick(("&&", "||"))
            return f"({b} {op} {a})" if self.style is Style.SWAPPED else f"({a} {op} {b})"
        if kind == 6:
            return f"({a} ? {b} : {self.leaf()})"
        if kind == 7:
            return f"({self.pick(('!', '-', '~', '+'))} {a})"
        if kind == 8:
            return (
                f"({self.pick(list(TYPES))})({a})" if self.number(1) else f"(({self.pick(list(TYPES))}){a})"
            )
        if kind == 9:
            return f"({a} {self.pick(('<<', '>>'))} ({b} & 31))"
        if kind == 10:
            return f"({a} {self.pick(('/', '%'))} (({b} & 7) + 1))"
        if kind == 11:
            return self.pick((f"twice({a})", f"odd({a})", f"CLAMP(({a} + 0), 9)", f"made({a}, 2).b",
                              f"sizeof({a} + 0)"))  # fmt: skip
        return f"({a}, {b})"

    def leaf(self) -> str:
        kind = self.number(4)
        if kind == 0:
            return self.pick(_LITERALS).replace("true_", "(bool)1").replace("1U << 31", "(1U << 31)")
        if kind == 1:
            return self.pick((*WHOLE, "*out", "local.b", "local.c", "local.d", "local.e", "*q", "list[0]", "p[1]",
                              "u.number", "u.word"))  # fmt: skip
        return self.pick(self.variables)[1]
