# SPDX-License-Identifier: GPL-2.0-only
"""Top-level definitions of one C file, with their byte ranges and ``#if`` conditions.

``scan`` finds macros, functions with a body, prototypes, variables, structs, unions, typedefs and
enums with regular expressions, fast enough for all headers of a kernel.  It gives names and byte ranges;
``model.source.index.index`` reads the text there.

Trusted: that a kernel file is balanced in braces once the branches of an ``#if`` that open or
close braces are taken as alternatives.  What is too odd to be found is not defined as far as the
caller can tell, which ends in "unsupported" and never in a wrong text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from model.source.index.definitions import parse_macro
from model.source.preprocessor.annotations import NESTED_PARENTHESES, blank, nested_brackets, outline_of
from model.source.preprocessor.conditions import Stack
from model.source.preprocessor.directives import INCLUDE, MACRO, Directives, RawRecord
from model.source.preprocessor.macros import MacroError, substitute_macro

__all__ = ["INCLUDE", "MACRO", "Record", "Scan", "blank", "scan"]

FUNCTION = "f"
PROTOTYPE = "p"
STRUCT = "s"
TYPEDEF = "t"
ENUM = "n"
ENUMERATOR = "e"
VARIABLE = "v"
KINDS = MACRO + FUNCTION + PROTOTYPE + VARIABLE + STRUCT + TYPEDEF + ENUM + ENUMERATOR + INCLUDE


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


MAX_HEAD_LENGTH = 20_000
"""Bytes from the end of one definition to the brace of the next beyond which that is not looked at."""

_BRACES = nested_brackets(rb"\{", rb"\}", 9)
_ITEM = re.compile(rb"([^{};]*+)(;|" + _BRACES + rb"|[{}]|\Z)")
_BODY = re.compile(_BRACES)
_NAME = re.compile(rb"[A-Za-z_]\w*")
_BRACE = re.compile(rb"[{}]")
_TO_SEMICOLON = re.compile(rb"[^{};]*+;")
_TAGGED = re.compile(rb"\b(struct|union|enum)\b\s*([A-Za-z_]\w*)?\s*\{")
_PARENTHESES = re.compile(NESTED_PARENTHESES)
_ELEMENT = re.compile(rb"\s*([A-Za-z_]\w*)?((?:[^,()]++|" + NESTED_PARENTHESES + rb")*+)(?:,|\Z)")
_CALL = re.compile(b"(" + NESTED_PARENTHESES + rb")\s*(?:([A-Za-z_]\w*)\s*(?:=.*)?)?", re.DOTALL)
_MADE = "made by a macro"
MADE_ELEMENT = re.compile(rb"(?<=[,{\s])([A-Z_]\w*)(\([^()]*\))(?=\s*,)")
_INNER_NAME = re.compile(rb"\(\s*(?:\*[\s*]*(?:const\s+)?)?([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?\)\s*\(")
_LAST_NAME = re.compile(rb"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*|\([^()]*\)\s*)*\Z")
_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_BEFORE_NAME = b" \t\r\n\f\v*"
_SPECIFIER = _WORD + _BEFORE_NAME
_NOT_A_NAME = frozenset(
    b"if for while switch return sizeof typeof __typeof__ __attribute__ do else case goto defined "
    b"asm __asm__ _Static_assert static_assert alignof _Alignof void int".split()
)
_QUALIFIERS = frozenset(b"extern static const volatile register inline __inline __inline__".split())
_NO_VARIABLE = frozenset(b"return else goto case do if while for switch typedef sizeof".split())
_NOT_A_TYPE = frozenset(b"extern static inline __inline __inline__ const return else goto case do".split())


def scan(data: bytes) -> Scan:
    """Everything that ``data``, the bytes of one C file, defines at top level."""
    outline = Directives(outline_of(data))
    found = [*outline.records, *_find_definitions(outline.balance_braces())]
    if any(one.kind == _MADE for one in found):
        macros = {one.name: data[one.start : one.end] for one in found if one.kind == MACRO}
        found = [_name_enumerator(one, macros) if one.kind == _MADE else one for one in found]
    at = outline.stack_at
    kept = [
        Record(kind, name, start, end, at(inside))
        for kind, name, start, end, inside in found
        if name and at(start) == at(end - 1)
    ]
    kept.sort(key=lambda record: (record.start, record.kind, record.name))
    stacks = tuple(outline.stacks)
    return Scan(tuple(kept), stacks, tuple(outline.changes), tuple(outline.numbers))


def _find_definitions(code: bytes) -> Iterator[RawRecord]:
    """Functions, prototypes, types and enumerators in code without directives."""
    at, matching = 0, _Matching(code)
    while at < len(code):
        item = _ITEM.match(code, at)
        if item is None:
            return
        opening, end = item.end(1), item.end()
        if code[opening:end] == b"{":
            end = matching.end(opening)
        at = max(end, at + 1)
        if end == opening:
            continue
        if code[opening:end] == b";":
            yield from _match_declaration(code, item.start(), opening, end)
        elif end > opening + 1:
            function = _match_function(code, item.start(), opening)
            if function:
                yield RawRecord(FUNCTION, function[0], function[1], end, opening)
            else:
                yield from _match_types(code, item.start(), opening, end)
                yield from _match_initialised_variable(code, item.start(), opening, end)


class _Matching:
    """Where the braces that ``_BRACES`` does not reach, nested more deeply, are closed."""

    def __init__(self, code: bytes) -> None:
        self._code = code

    @cached_property
    def _closing(self) -> dict[int, int]:
        """The end of each pair of braces, by its beginning."""
        found, waiting = dict[int, int](), list[int]()
        for brace in _BRACE.finditer(self._code):
            if brace.group() == b"{":
                waiting.append(brace.start())
            elif waiting:
                found[waiting.pop()] = brace.end()
        return found

    def end(self, opening: int) -> int:
        """The end of the braces that open there; of the brace alone if it is never closed."""
        return self._closing.get(opening, opening + 1)


def _name_enumerator(made: RawRecord, macros: Mapping[str, bytes]) -> RawRecord:
    """The enumerator that a macro of the file makes (``DECLARE_VMA_BIT(READ, 0)``), or no name."""
    macro, _, rest = made.name.partition("(")
    arguments = [argument.strip() for argument in rest.removesuffix(")").split(",")]
    parts = parse_macro(macros[macro]) if macro in macros else None
    element = None
    if parts is not None and parts.params is not None:
        with suppress(MacroError):
            body = parts.body.decode("latin-1")
            text = substitute_macro(macro, parts.params, body, arguments, lambda _: None)
            element = re.match(r"\s*([A-Za-z_]\w*)\s*(?:=|\Z)", text)
    return made._replace(kind=ENUMERATOR, name=element.group(1) if element else "")


def _match_function(code: bytes, start: int, opening: int) -> tuple[str, int] | None:
    """The name and first byte of a function whose declarator ends before ``opening``."""
    head = code[start:opening].rstrip()
    if not head.endswith(b")") or len(head) > MAX_HEAD_LENGTH:
        return None
    left = head.rfind(b"(")
    while left > 0 and head.count(b"(", left) < head.count(b")", left):
        left = head.rfind(b"(", 0, left)
    before = head[: max(left, 0)].rstrip()
    specifiers = before.rstrip(_WORD)
    name = before[len(specifiers) :]
    others = specifiers.rstrip(_SPECIFIER)
    words = specifiers[len(others) :].replace(b"*", b" ").split()
    if not name or name[0] in b"0123456789" or name in _NOT_A_NAME or others[-1:] not in (b"", b")", b'"'):
        return None
    if not words or words[0] in _NOT_A_NAME - {b"void", b"int"} or b"typedef" in words:
        return None
    if all(word in _NOT_A_TYPE for word in words) or others.count(b"(") != others.count(b")"):
        return None
    blanks = len(specifiers) - len(others) - len(specifiers[len(others) :].lstrip())
    return name.decode(), start + len(others) + blanks


def _match_declaration(code: bytes, start: int, semicolon: int, end: int) -> Iterator[RawRecord]:
    """A prototype, a typedef without braces, or variables."""
    head = code[start:semicolon]
    if b"typedef" in head:
        yield from _match_typedef(head, start, 0, end)
    elif b"(" not in head.partition(b"=")[0]:
        yield from _match_variables(head, start, end)
    elif b"(" in head:
        function = _match_function(code, start, semicolon)
        if function:
            yield RawRecord(PROTOTYPE, function[0], function[1], end, function[1])


def _match_initialised_variable(code: bytes, start: int, opening: int, end: int) -> Iterator[RawRecord]:
    """A variable whose initialiser stands in braces."""
    head = code[start:opening].rstrip()
    tail = _TO_SEMICOLON.match(code, end)
    if head.endswith(b"=") and tail and not code[end : tail.end() - 1].strip():
        yield from _match_variables(head, start, tail.end())


def _match_variables(head: bytes, start: int, end: int) -> Iterator[RawRecord]:
    """The variables of a declaration; only the last may have an initialiser."""
    if len(head) > MAX_HEAD_LENGTH:
        return
    first, *others = [one.partition(b"[")[0].rstrip() for one in head.partition(b"=")[0].split(b",")]
    specifiers = first.rstrip(_WORD)
    words = specifiers.replace(b"*", b" ").split()
    named = [word for word in words if word not in _QUALIFIERS]
    if specifiers.strip(_SPECIFIER) or named in ([], [b"struct"], [b"union"], [b"enum"]):
        return
    if words[0] in _NO_VARIABLE:
        return
    begin = start + len(head) - len(head.lstrip())
    for name in (first[len(specifiers) :], *(other.strip(_BEFORE_NAME) for other in others)):
        if _NAME.fullmatch(name):
            yield RawRecord(VARIABLE, name.decode(), begin, end, begin)


def _match_typedef(text: bytes, start: int, after: int, end: int) -> Iterator[RawRecord]:
    """The names that a typedef makes; its declarators are in ``text`` from ``after`` on."""
    word = re.search(rb"\btypedef\b", text)
    if not word:
        return
    first = start + word.start()
    declarators = text[max(after, word.end()) :]
    pointer = _INNER_NAME.search(declarators)
    if pointer:
        yield RawRecord(TYPEDEF, pointer.group(1).decode(), first, end, first)
        return
    for declarator in _PARENTHESES.sub(b"()", declarators).split(b","):
        name = _LAST_NAME.search(declarator)
        if name:
            yield RawRecord(TYPEDEF, name.group(1).decode(), first, end, first)


def _match_types(code: bytes, start: int, opening: int, end: int) -> Iterator[RawRecord]:
    """Structs, unions and enums with a body in one item, nested ones too, and its typedef names."""
    for tagged in _TAGGED.finditer(code, start, end):
        body = _BODY.match(code, tagged.end() - 1)
        if not body:
            continue
        first, last = tagged.start(), body.end()
        tag = tagged.group(2)
        if tagged.group(1) != b"enum":
            if tag:
                yield RawRecord(STRUCT, tag.decode(), first, last, first)
            continue
        if tag:
            yield RawRecord(ENUM, tag.decode(), first, last, first)
        yield from _match_enumerators(code, tagged.end(), first, last)
    if b"typedef" in code[start:opening]:
        tail = _TO_SEMICOLON.match(code, end)
        if tail:
            text = code[start : tail.end() - 1]
            yield from _match_typedef(text, start, end - start, tail.end())


def _match_enumerators(code: bytes, start: int, first: int, last: int) -> Iterator[RawRecord]:
    """What is in the braces of an enum: enumerators, and calls of macros that make some."""
    for element in _ELEMENT.finditer(code, start, last - 1):
        name, rest = element.group(1), element.group(2).strip()
        if name is None:
            continue
        if not rest or rest.startswith(b"="):
            yield RawRecord(ENUMERATOR, name.decode(), first, last, element.start(1))
        elif call := _CALL.fullmatch(rest):
            made = (name + call.group(1)).decode("latin-1")
            yield RawRecord(_MADE, made, first, last, element.start(1))
            if call.group(2):
                yield RawRecord(ENUMERATOR, call.group(2).decode(), first, last, element.start(1))
