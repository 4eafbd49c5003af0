# SPDX-License-Identifier: GPL-2.0-only
"""What does one C file define at its top level, where, and under which ``#if`` conditions?

``scan`` finds macros, functions with a body, prototypes, structs, unions, typedefs and enums with
regular expressions, fast enough for all headers of a kernel.  It gives names and byte ranges;
``model.source.index`` reads the text there.

Trusted: that a kernel file is balanced in braces once the branches of an ``#if`` that open or
close braces are taken as alternatives.  What is too odd to be found is not defined as far as the
caller can tell, which ends in "unsupported" and never in a wrong text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from model.source.blank import NESTED_PARENTHESES, TOKEN, annotation_end, blank, nested
from model.source.conditions import Conditionals, Stack

__all__ = ["Record", "Scan", "blank", "scan"]

MACRO = "m"
FUNCTION = "f"
PROTOTYPE = "p"
STRUCT = "s"
TYPEDEF = "t"
ENUM = "n"
ENUMERATOR = "e"
INCLUDE = "i"


class Record(NamedTuple):
    """One definition: its kind, name, byte range, and the number of its condition stack."""

    kind: str
    name: str
    start: int
    end: int
    stack: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file defines, in the order of the file, and the condition stacks used there.

    ``changes`` are byte offsets, ascending from 0; from each on, the stack with the number that
    ``numbers`` has at the same place is in force.
    """

    records: tuple[Record, ...]
    stacks: tuple[Stack, ...]
    changes: tuple[int, ...]
    numbers: tuple[int, ...]

    def stack_at(self, offset: int) -> int:
        """The number of the condition stack in force at a byte offset."""
        return self.numbers[bisect_right(self.changes, offset) - 1]


_DIRECTIVE = re.compile(rb"#(?<!\S#)[ \t]*(\w+)((?:[^\n\\]++|\\(?:\r\n|.|\Z))*+)", re.DOTALL)
_DEFINED = re.compile(rb"(?:\s|\\\n)*([A-Za-z_]\w*)")
_INCLUDED = re.compile(rb'\s*(?:<([^>\n]+)>|("[^"\n]+)")')
_BRACES = nested(rb"\{", rb"\}", 9)
_ITEM = re.compile(rb"([^{};]*+)(;|" + _BRACES + rb"|[{}]|\Z)")
_BODY = re.compile(_BRACES)
_TO_SEMICOLON = re.compile(rb"[^{};]*+;")
_TAGGED = re.compile(rb"\b(struct|union|enum)\b\s*([A-Za-z_]\w*)?\s*\{")
_PARENTHESES = re.compile(NESTED_PARENTHESES)
_ENUMERATOR = re.compile(
    rb"([A-Za-z_]\w*)\s*(?:=(?:[^,()]++|" + NESTED_PARENTHESES + rb")*+)?(?:,|\Z)"
)
_POINTER_NAME = re.compile(rb"\(\s*\*[\s*]*(?:const\s+|volatile\s+)*([A-Za-z_]\w*)")
_LAST_NAME = re.compile(rb"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*|\([^()]*\)\s*)*\Z")
_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_SPECIFIER = _WORD + b" \t\r\n\f\v*"
_NOT_A_NAME = frozenset(
    b"if for while switch return sizeof typeof __typeof__ __attribute__ do else case goto defined "
    b"asm __asm__ _Static_assert static_assert alignof _Alignof void int".split()
)
_NOT_A_TYPE = frozenset(b"extern static inline __inline __inline__ const return else goto case do".split())


def scan(data: bytes) -> Scan:
    """Everything that ``data``, the bytes of one C file, defines at top level."""
    plain = _plain(data)
    outline = _Outline(plain)
    code = _balanced(outline.code(), outline.groups)
    found = [*outline.records, *_definitions(code)]
    at = outline.stack_at
    kept = [
        Record(kind, name, start, end, at(inside))
        for kind, name, start, end, inside in found
        if at(start) == at(end - 1)
    ]
    kept.sort(key=lambda record: (record.start, record.kind, record.name))
    stacks = tuple(outline.stacks)
    return Scan(tuple(kept), stacks, tuple(outline.changes), tuple(outline.numbers))


def _plain(data: bytes) -> bytes:
    """The file with comments, annotations and what is between quotes spaced out."""
    parts, at = [], 0
    for token in TOKEN.finditer(data):
        start, end = token.span()
        first = data[start]
        if start < at or first == 35:
            continue
        if first == 47:
            parts += [data[at:start], b" " * (end - start)]
        elif first in b"\"'":
            parts += [data[at : start + 1], b" " * (end - start - 2), data[end - 1 : end]]
        else:
            end = annotation_end(data, start, end)
            parts += [data[at:start], b" " * (end - start)]
        at = end
    return b"".join([*parts, data[at:]])


class _Found(NamedTuple):
    """A record before its stack is numbered; ``inside`` is the offset whose conditions count."""

    kind: str
    name: str
    start: int
    end: int
    inside: int


class _Outline:
    """The directives of a file: macros, includes, condition stacks, and the code between them."""

    def __init__(self, plain: bytes) -> None:
        self.records: list[_Found] = []
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
        if self._plain[self._plain.rfind(b"\n", 0, start) + 1 : start].strip():
            return
        self._spans.append((start, end))
        word = line.group(1)
        if word == b"define":
            name = _DEFINED.match(line.group(2))
            if name:
                self.records.append(_Found(MACRO, name.group(1).decode(), start, end, start))
        elif word == b"include":
            name = _INCLUDED.match(line.group(2))
            if name:
                text = (name.group(1) or name.group(2)).decode("latin-1")
                self.records.append(_Found(INCLUDE, text, start, end, start))
        elif conditionals.follow(word.decode("latin-1"), line.group(2).decode("latin-1")):
            self._branch(word, end)
            self._change(conditionals.stack(), end)

    def _branch(self, word: bytes, end: int) -> None:
        if word.startswith(b"if"):
            self._open.append([end])
        elif self._open:
            self._open[-1].append(end)
            if word == b"endif":
                self.groups.append(self._open.pop())

    def _change(self, stack: Stack, end: int) -> None:
        if stack not in self._known:
            self._known[stack] = len(self.stacks)
            self.stacks.append(stack)
        self.changes.append(end)
        self.numbers.append(self._known[stack])

    def stack_at(self, offset: int) -> int:
        return self.numbers[bisect_right(self.changes, offset) - 1]

    def code(self) -> bytearray:
        """The file with its directives spaced out."""
        parts, at = [], 0
        for start, end in self._spans:
            parts += [self._plain[at:start], b" " * (end - start)]
            at = end
        return bytearray(b"").join([*parts, self._plain[at:]])


def _balanced(code: bytearray, groups: list[list[int]]) -> bytes:
    """The code with one branch's braces only, where the branches of an ``#if`` open or close some.

    Branches that all open as many are alternatives: the first is kept.  Others (``extern "C" {``
    for C++, or an ``if`` that only one branch has) count for nothing.
    """
    for marks in groups:
        branches = list(pairwise(marks))
        depths = [code.count(b"{", *span) - code.count(b"}", *span) for span in branches]
        if not any(depths):
            continue
        alike = len(depths) > 1 and len(set(depths)) == 1
        for number, (start, end) in enumerate(branches):
            if depths[number] and not (alike and number == 0):
                code[start:end] = code[start:end].translate(_NO_BRACES)
    return bytes(code)


_NO_BRACES = bytes.maketrans(b"{}", b"  ")


def _definitions(code: bytes) -> Iterator[_Found]:
    """Functions, prototypes, types and enumerators in code without directives."""
    at = 0
    while at < len(code):
        item = _ITEM.match(code, at)
        if item is None:
            return
        opening, end = item.end(1), item.end()
        at = max(end, at + 1)
        if end == opening:
            continue
        if code[opening] == 59:
            yield from _declaration(code, item.start(), opening, end)
        elif end > opening + 1:
            function = _function(code, item.start(), opening)
            if function:
                yield _Found(FUNCTION, function[0], function[1], end, opening)
            else:
                yield from _types(code, item.start(), opening, end)


def _function(code: bytes, start: int, opening: int) -> tuple[str, int] | None:
    """The name and first byte of a function whose declarator ends before ``opening``."""
    head = code[start:opening].rstrip()
    if not head.endswith(b")"):
        return None
    left = head.rfind(b"(")
    while left > 0 and head.count(b"(", left) < head.count(b")", left):
        left = head.rfind(b"(", 0, left)
    before = head[: max(left, 0)].rstrip()
    specifiers = before.rstrip(_WORD)
    name = before[len(specifiers) :]
    others = specifiers.rstrip(_SPECIFIER)
    words = specifiers[len(others) :].replace(b"*", b" ").split()
    if not name or name[0] in b"0123456789" or name in _NOT_A_NAME or (others and others[-1] != 41):
        return None
    if not words or words[0] in _NOT_A_NAME - {b"void", b"int"} or b"typedef" in words:
        return None
    if all(word in _NOT_A_TYPE for word in words) or others.count(b"(") != others.count(b")"):
        return None
    blanks = len(specifiers) - len(others) - len(specifiers[len(others) :].lstrip())
    return name.decode(), start + len(others) + blanks


def _declaration(code: bytes, start: int, semicolon: int, end: int) -> Iterator[_Found]:
    """A prototype or typedef without braces."""
    head = code[start:semicolon]
    if b"typedef" in head:
        yield from _typedef(head, start, 0, end)
    elif b"(" in head:
        function = _function(code, start, semicolon)
        if function:
            yield _Found(PROTOTYPE, function[0], function[1], end, function[1])


_TYPEDEF = re.compile(rb"\btypedef\b")


def _typedef(text: bytes, start: int, after: int, end: int) -> Iterator[_Found]:
    """The names that a typedef makes; its declarators are in ``text`` from ``after`` on."""
    word = _TYPEDEF.search(text)
    if not word:
        return
    first = start + word.start()
    declarators = text[max(after, word.end()) :]
    pointer = _POINTER_NAME.search(declarators)
    if pointer:
        yield _Found(TYPEDEF, pointer.group(1).decode(), first, end, first)
        return
    for declarator in _PARENTHESES.sub(b"()", declarators).split(b","):
        name = _LAST_NAME.search(declarator)
        if name:
            yield _Found(TYPEDEF, name.group(1).decode(), first, end, first)


def _types(code: bytes, start: int, opening: int, end: int) -> Iterator[_Found]:
    """Structs, unions and enums with a body in one item, nested ones too, and its typedef names."""
    for tagged in _TAGGED.finditer(code, start, end):
        body = _BODY.match(code, tagged.end() - 1)
        if not body:
            continue
        first, last = tagged.start(), body.end()
        tag = tagged.group(2)
        if tagged.group(1) != b"enum":
            if tag:
                yield _Found(STRUCT, tag.decode(), first, last, first)
            continue
        if tag:
            yield _Found(ENUM, tag.decode(), first, last, first)
        for name in _ENUMERATOR.finditer(code, tagged.end(), last - 1):
            yield _Found(ENUMERATOR, name.group(1).decode(), first, last, name.start())
    if b"typedef" in code[start:opening]:
        tail = _TO_SEMICOLON.match(code, end)
        if tail:
            text = code[start : tail.end() - 1]
            yield from _typedef(text, start, end - start, tail.end())
