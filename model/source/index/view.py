# SPDX-License-Identifier: GPL-2.0-only
"""The definitions in force under a configuration, seen from one file.

Definitions whose ``#if`` conditions do not hold are dropped.  Of the rest, the first that has one
of these wins: the file itself, what it includes in quotes, then the tiers of ``headers.TIERS``.
Inside a tier, one whose conditions are known is preferred; if several that differ are left, the
first is taken and the rest are its ``others``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeVar

from model.source.index.branches import CompiledText, compile_branches
from model.source.index.definitions import (
    Definition,
    EnumText,
    FunctionText,
    Macro,
    PrototypeText,
    Reliance,
    SourceLine,
    StructText,
    TypedefText,
    VariableText,
)
from model.source.index.headers import Headers, SourceFile, digest_of
from model.source.index.if_conditions import ConditionAnswer, ConditionEvaluator, LiveDefinition
from model.source.index.scan import (
    ENUM,
    ENUMERATOR,
    FUNCTION,
    INCLUDE,
    MACRO,
    PROTOTYPE,
    STRUCT,
    TYPEDEF,
    VARIABLE,
    Record,
)
from model.source.preprocessor.annotations import code_of
from model.source.preprocessor.conditions import Stack, normalise_condition
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import TreeError

_D = TypeVar("_D", bound=Definition)


class View:
    """What names mean in one file of a tree under one configuration.  Answers are remembered.

    Without a file, names mean what the headers make of them.
    """

    def __init__(self, headers: Headers, profile: Profile, file: str | None = None) -> None:
        self.headers = headers
        self.profile = profile
        self.near = _find_nearby(headers, file) if file else ()
        self._answers = ConditionEvaluator(profile, self.candidates)
        self._files = {file.rel: file for file in (*headers.files, *self.near)}
        self._found: dict[tuple[str, str], Definition | None] = {}

    @property
    def content(self) -> str:
        """A digest of the headers and the files near this one, from which definitions and conditions
        are answered; other files may be read by name."""
        return digest_of("".join([self.headers.content, *(file.content for file in self.near)]).encode())

    def covers(self, rel: str) -> bool:
        """Whether a file is one of those that ``content`` covers."""
        return rel in self._files

    def macro(self, name: str) -> Macro | None:
        """The macro in force."""
        return self._lookup(MACRO, name, Macro)

    def function(self, name: str) -> FunctionText | None:
        """The function with a body, in this file or inline in a header."""
        return self._lookup(FUNCTION, name, FunctionText)

    def prototype(self, name: str) -> PrototypeText | None:
        """The declaration of a function."""
        return self._lookup(PROTOTYPE, name, PrototypeText)

    def variable(self, name: str) -> VariableText | None:
        """The declaration of a variable of this file or of a header."""
        return self._lookup(VARIABLE, name, VariableText)

    def struct(self, tag: str) -> StructText | None:
        """The struct or union with this tag."""
        return self._lookup(STRUCT, tag, StructText)

    def typedef(self, name: str) -> TypedefText | None:
        """The typedef that makes this name."""
        return self._lookup(TYPEDEF, name, TypedefText)

    def enum(self, tag: str) -> EnumText | None:
        """The enum with this tag."""
        return self._lookup(ENUM, tag, EnumText)

    def enumerator(self, name: str) -> EnumText | None:
        """The enum that has this enumerator."""
        return self._lookup(ENUMERATOR, name, EnumText)

    def condition(self, condition: str) -> ConditionAnswer:
        """Whether the condition of an ``#if`` holds, None where unknown; and what that rests on."""
        return self._answers.evaluate_condition(normalise_condition(condition))

    def stack(self, stack: Stack) -> ConditionAnswer:
        """Whether all conditions of a stack hold, and what that rests on."""
        return self._answers.evaluate_stack(stack)

    def file(self, rel: str) -> SourceFile:
        """A file that definitions were found in.  Raises TreeError where there is none."""
        return self._files.get(rel) or self.headers.open_file(rel)

    def code(self, rel: str) -> bytes:
        """The text of a file without comments, each byte at its place; nothing where there is no such file."""
        return code_of(self.file(rel).data) if self.headers.tree.has(rel) else b""

    def line_at(self, rel: str, offset: int) -> int:
        """The line, from 1, of a byte of a file."""
        return self.file(rel).line(offset)

    def holds_at(self, rel: str, offset: int) -> bool | None:
        """Whether the conditions around a byte of a file hold; None where that is unknown."""
        file = self.file(rel)
        return self._answers.evaluate_stack(file.stack(file.scan.stack_at(offset)))[0]

    def candidates(self, key: str) -> Iterator[list[tuple[SourceFile, Record]]]:
        """The definitions of a kind and name, live or not, those with precedence first."""
        for file in self.near:
            if key in file.by_key:
                yield [(file, record) for record in file.by_key[key]]
        yield from self.headers.tiers(key)

    def _lookup(self, kind: str, name: str, make: type[_D]) -> _D | None:
        at = kind, name
        if at not in self._found:
            live, relied = self._answers.find_live(kind, name)
            self._found[at] = _make_definition(live, relied, name, make) if live else None
        chosen = self._found[at]
        assert chosen is None or isinstance(chosen, make)
        return chosen

    def compile_text(self, part: Definition) -> CompiledText:
        """The text of a definition found here, with the ``#if`` inside it decided."""
        return compile_branches(self.file(part.file), part, self._answers.evaluate_stack)


def _find_nearby(headers: Headers, rel: str) -> tuple[SourceFile, ...]:
    """A file and what it includes in quotes from beside itself, directly or not."""
    found: dict[str, SourceFile] = {}
    waiting = [rel]
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        file = found[name] = headers.open_file(name)
        beside = name.rpartition("/")[0]
        for record in file.scan.records:
            quoted = record.name.strip('"')
            if record.kind == INCLUDE and quoted != record.name and ".." not in quoted:
                with suppress(TreeError):  # what is no path in the tree, or a directory, is not included
                    headers.open_file(f"{beside}/{quoted}")
                    waiting.append(f"{beside}/{quoted}")
    return tuple(found.values())


def _make_definition(
    live: list[LiveDefinition], relied: frozenset[Reliance], name: str, make: type[_D]
) -> _D:
    """The first of the live definitions; of the others those that differ in more than spaces."""
    file, record, certain = live[0]
    text = file.text[record.start : record.end]
    others = [
        SourceLine(other.rel, other.line(found.start))
        for other, found, _ in live[1:]
        if other.text[found.start : found.end].split() != text.split()
    ]
    return make(
        name=name,
        file=file.rel,
        line=file.line(record.start),
        start=record.start,
        end=record.end,
        text=text,
        conditions=file.stack(record.stack),
        certain=certain,
        relied=tuple(sorted(relied)),
        others=tuple(others),
    )
