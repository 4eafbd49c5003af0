# SPDX-License-Identifier: GPL-2.0-only
"""Small random changes of C text: of one token, of a line, of bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

_TOKEN = re.compile(
    rb"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|[A-Za-z_]\w*"
    rb"|\.?\d(?:[eEpP][+-]|[\w.])*|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|##|\s+|.",
    re.DOTALL,
)
_SILENT = (b"/*", b"//")
_ALIKE: tuple[tuple[bytes, ...], ...] = (
    (b"+", b"-", b"*", b"&", b"|", b"^"), (b"<", b">", b"<=", b">=", b"==", b"!="), (b"&&", b"||"), (b"<<", b">>"),
    (b"=", b"|=", b"&=", b"+=", b"-="), (b"true", b"false"), (b"!", b"~", b"-"), (b"->", b"."), (b"++", b"--"),
    (b"break", b"continue", b"return"), (b"if", b"while"), (b"u64", b"u32", b"s32", b"u8"),
    (b"unsigned", b"signed"), (b"int", b"long", b"char", b"bool"),
)  # fmt: skip
#: What is put into a text where nothing but an end is expected of the reader.
ODD = (
    b"{", b"}", b"(", b")", b";", b",", b'"', b"'", b"/*", b"*/", b"//", b"\\", b"\\\n", b"\n#if 0\n", b"\n#endif\n",
    b"\n#else\n", b"\n#define x", b"#", b"##", b"\x00", b"\xff\xfe", b"\xe9", b"\r", b"\r\n", b"\t", b"\x0c", b"...",
    b"[", b"]", b"?", b":", b"case 1 ... 5:", b"typeof(", b"typeof(x)", b"__typeof__(({", b"asm volatile(\"\");",
    b"goto out;", b"out:", b"({", b"})", b"sizeof", b"(u8)", b"*", b"&", b"&&l", b"auto y = ", b"return;", b"08", b"0x",
    b"1.5", b"99999999999999999999999", b"'ab'", b"'\\", b"L\"x\"", b"static ", b"struct x { int y; } z;", b"do", b"for (;;) ",
    b"switch (", b"default:", b"__always_inline ", b"__attribute__((x(y))) ", b"offsetof(", b"_Generic(", b"union ",
    b"_T00000 ", b"?:+", b"%:", b"<::>", b"u8\"\"", b"\\u00e9", b"0b11", b"1'000",
)  # fmt: skip


class Token(NamedTuple):
    """A token and where it begins."""

    at: int
    text: bytes

    @property
    def end(self) -> int:
        return self.at + len(self.text)


class Change(NamedTuple):
    """The bytes from ``start`` to ``end`` of a file become ``new``."""

    start: int
    end: int
    new: bytes

    def apply_to(self, data: bytes) -> bytes:
        return data[: self.start] + self.new + data[self.end :]


def tokens_of(data: bytes, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of a part of a text, without white space and comments."""
    found = (
        Token(m.start(), m.group()) for m in _TOKEN.finditer(data, start, len(data) if end is None else end)
    )
    return [t for t in found if t.text.strip() and not t.text.startswith(_SILENT)]


def mutate_token(random: Random, data: bytes, tokens: Sequence[Token], balanced: bool = False) -> Change:
    """One token is left out, doubled, or replaced; with ``balanced`` brackets and directives stay."""
    while True:
        token = random.choice(tokens)
        line = data[data.rfind(b"\n", 0, token.at) + 1 : token.at].lstrip()
        if balanced and (token.text in b"(){}[]#\\" or line.startswith(b"#") or token.text[:1] in b"\"'"):
            continue
        new = _instead(random, token.text, tokens)
        if balanced and (new in b"(){}[]#\\;" or new[:1] in b"\"'" or b"\n" in new or b"/" in new):
            continue
        if new != token.text:
            return Change(token.at, token.end, new)


def _instead(random: Random, text: bytes, tokens: Sequence[Token]) -> bytes:
    group = next((g for g in _ALIKE if text in g), ())
    kind = random.randrange(8)
    if group and kind < 5:
        return random.choice(group)
    if text[:1].isdigit() and kind < 5:
        return random.choice((b"0", b"1", b"2", b"7", b"4096", b"0x80000000", b"~0UL", b"-1"))
    if kind == 5:
        return b""
    if kind == 6:
        return text + b" " + text
    names = [t.text for t in tokens if t.text[:1].isalpha() == text[:1].isalpha()]
    return random.choice(names or [b"x"])


def mutate_bytes(random: Random, data: bytes, start: int, end: int) -> Change:
    """Bytes are left out, doubled, moved in from elsewhere, or replaced by what is odd."""
    at, kind = random.randint(start, end), random.randrange(7)
    length = random.choice((0, 0, 1, 1, 2, 5, 30, 300))
    if kind < 3:
        return Change(at, min(at + length, len(data)), random.choice(ODD))
    if kind == 3:
        return Change(at, min(at + 1 + length, len(data)), b"")
    if kind == 4:
        return Change(at, at, data[at : at + length] * random.choice((1, 2, 20)))
    if kind == 5:
        return Change(at, min(at + length, len(data)), random.randbytes(random.randint(1, 4)))
    elsewhere = random.randrange(len(data))
    return Change(at, min(at + length, len(data)), data[elsewhere : elsewhere + random.randint(1, 200)])


def mutate_line(random: Random, data: bytes, start: int, end: int) -> Change:
    """A line is left out, doubled, joined with the next, or replaced by another of the same part."""
    at = data.rfind(b"\n", 0, random.randint(start, end)) + 1
    stop = data.find(b"\n", at) + 1 or len(data)
    kind = random.randrange(4)
    if kind == 0:
        return Change(at, stop, b"")
    if kind == 1:
        return Change(stop, stop, data[at:stop])
    if kind == 2:
        return Change(max(stop - 1, at), stop, b" ")
    other = data.rfind(b"\n", 0, random.randint(start, end)) + 1
    return Change(at, stop, data[other : data.find(b"\n", other) + 1 or len(data)])
