# SPDX-License-Identifier: GPL-2.0-only
"""Preprocessor directives of a C file, and the conditions that they put on the rest.

``Directives`` follows the lines that begin with ``#`` and leaves the code between them, of the same
length, for ``scan`` to look for definitions in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

from model.source.preprocessor.annotations import code_of
from model.source.preprocessor.conditions import MAX_DEPTH, Conditionals, Stack

MACRO = "m"
INCLUDE = "i"

_DIRECTIVE = re.compile(rb"#(?<!\S#)[ \t]*(\w+)((?:[^\n\\]++|\\(?:\r\n|.|\Z))*+)", re.DOTALL)
_DEFINED = re.compile(rb"(?:\s|\\\n)*([A-Za-z_]\w*)")
_INCLUDED = re.compile(rb'\s*(?:<([^>\s]+)>|("[^"\s]+"))')
_NO_BRACES = bytes.maketrans(b"{}", b"  ")
_CONDITIONAL = frozenset(b"if ifdef ifndef elif elifdef elifndef else endif".split())


class RawRecord(NamedTuple):
    """A record before its stack is numbered; ``inside`` is the offset whose conditions count."""

    kind: str
    name: str
    start: int
    end: int
    inside: int


class Directives:
    """The directives of a file: macros, includes, condition stacks, and the code between them."""

    def __init__(self, plain: bytes) -> None:
        self.records: list[RawRecord] = []
        self.stacks: list[Stack] = [()]
        self.changes = [0]
        self.numbers = [0]
        self.groups: list[list[int]] = []
        self._plain = plain
        self._known: dict[Stack, int] = {(): 0}
        self._open: list[list[int]] = []
        self._spans: list[tuple[int, int]] = []
        conditionals = Conditionals()
        for line in _DIRECTIVE.finditer(plain):
            self._follow(line, conditionals)

    def _follow(self, line: re.Match[bytes], conditionals: Conditionals) -> None:
        start, end = line.span()
        if not _begins_line(self._plain, start):
            return
        self._spans.append((start, end))
        word = line.group(1)
        if word == b"define":
            name = _DEFINED.match(line.group(2))
            if name:
                self.records.append(RawRecord(MACRO, name.group(1).decode(), start, end, start))
        elif word == b"include":
            name = _INCLUDED.match(line.group(2))
            if name:
                text = (name.group(1) or name.group(2)).decode("latin-1")
                self.records.append(RawRecord(INCLUDE, text, start, end, start))
        elif conditionals.follow(word.decode("latin-1"), line.group(2).decode("latin-1")):
            self._branch(word, end)
            self._change(conditionals.stack(), end)

    def _branch(self, word: bytes, end: int) -> None:
        if word.startswith(b"if"):
            self._open.append([end])
        elif self._open:
            self._open[-1].append(end)
            if word == b"endif":
                marks = self._open.pop()
                if len(self._open) < MAX_DEPTH:  # each level is read again for its braces
                    self.groups.append(marks)

    def _change(self, stack: Stack, end: int) -> None:
        if stack not in self._known:
            self._known[stack] = len(self.stacks)
            self.stacks.append(stack)
        self.changes.append(end)
        self.numbers.append(self._known[stack])

    def stack_at(self, offset: int) -> int:
        return self.numbers[bisect_right(self.changes, offset) - 1]

    def _code(self) -> bytearray:
        """The file with its directives spaced out, and the backslashes that continue lines."""
        parts, at = [], 0
        for start, end in self._spans:
            parts += [self._plain[at:start], b" " * (end - start)]
            at = end
        code = b"".join([*parts, self._plain[at:]])
        return bytearray(code.replace(b"\\\n", b" \n").replace(b"\\\r\n", b" \r\n"))

    def balance_braces(self) -> bytes:
        """The code with one branch's braces only, where branches of an ``#if`` open or close some.

        Branches that all open as many are alternatives: the first is kept.  Others (``extern "C" {``
        for C++, or an ``if`` that only one branch has) count for nothing.
        """
        code = self._code()
        for marks in self.groups:
            branches = list(pairwise(marks))
            depths = [code.count(b"{", *span) - code.count(b"}", *span) for span in branches]
            alike = len(depths) > 1 and len(set(depths)) == 1
            for number, (start, end) in enumerate(branches):
                if depths[number] and not (alike and number == 0):
                    code[start:end] = code[start:end].translate(_NO_BRACES)
        return bytes(code)


def find_conditional_lines(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The byte ranges of the ``#if`` lines and their kin in a part of a C file."""
    part = code_of(data[start:end])
    return [
        (start + line.start(), start + line.end())
        for line in _DIRECTIVE.finditer(part)
        if line.group(1) in _CONDITIONAL and _begins_line(part, line.start())
    ]


def _begins_line(code: bytes, offset: int) -> bool:
    """Whether only spaces stand before an offset on its line."""
    return not code[code.rfind(b"\n", 0, offset) + 1 : offset].strip()
