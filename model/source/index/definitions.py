# SPDX-License-Identifier: GPL-2.0-only
"""A definition in force: its text, its place, and what choosing it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from model.source.preprocessor.annotations import code_of
from model.source.preprocessor.conditions import Stack


@dataclass(frozen=True, slots=True, order=True)
class Reliance:
    """A name on whose meaning a choice rests, and what it was taken to mean.

    ``source`` is "profile" where the configuration states it, "unlisted" where a built-in one says
    nothing of that CONFIG name (taken as undefined), "tree" where a file of the tree defines it,
    and "absent" where none does (taken as undefined).
    """

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, order=True)
class SourceLine:
    """A line of a file; ``line`` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition in force: its bytes after ``blank``, and where they are.

    ``start`` and ``end`` are byte offsets in the file.  ``certain`` is False where a condition
    around it is unknown; ``others`` are definitions that differ and have as good a claim.
    """

    name: str
    file: str
    line: int
    start: int
    end: int
    text: bytes = field(repr=False)
    conditions: Stack
    certain: bool
    relied: tuple[Reliance, ...] = field(repr=False)
    others: tuple[SourceLine, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether another definition, which differs, was passed over without a reason."""
        return bool(self.others)

    @property
    def place(self) -> SourceLine:
        """Where it begins."""
        return SourceLine(self.file, self.line)


@dataclass(frozen=True, slots=True)
class FunctionText(Definition):
    """A function with its body, from the declaration specifiers to the closing brace."""


@dataclass(frozen=True, slots=True)
class PrototypeText(Definition):
    """A function declaration with its semicolon."""


@dataclass(frozen=True, slots=True)
class VariableText(Definition):
    """A declaration of a variable of the file, with its semicolon; it may declare others too."""


@dataclass(frozen=True, slots=True)
class StructText(Definition):
    """A struct or union from that keyword to the closing brace; ``name`` is the tag."""


@dataclass(frozen=True, slots=True)
class TypedefText(Definition):
    """A typedef with its semicolon."""


@dataclass(frozen=True, slots=True)
class EnumText(Definition):
    """An enum from that keyword to the closing brace; ``name`` is the tag or enumerator of the query."""


@dataclass(frozen=True, slots=True)
class MacroParts:
    """Parameters and replacement list of a macro; ``offset`` is where in the line the list begins."""

    params: tuple[str, ...] | None
    variadic: str | None
    body: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Macro(Definition):
    """A macro, ``text`` being its whole ``#define`` line."""

    parts: MacroParts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", parse_macro(self.text))

    @property
    def params(self) -> tuple[str, ...] | None:
        """The names of its parameters but the variadic one; None for an object-like macro."""
        return self.parts.params

    @property
    def variadic(self) -> str | None:
        """What the body calls the rest of the arguments: ``__VA_ARGS__``, ``args`` of ``args...``."""
        return self.parts.variadic

    @property
    def body(self) -> bytes:
        """The replacement list, each byte at the offset it has in the file; comments are spaces."""
        return self.parts.body

    @property
    def body_start(self) -> int:
        """The byte offset in the file of the first byte of ``body``."""
        return self.start + self.parts.offset


_CONTINUED = re.compile(rb"\\\r?\n")
_DEFINE = re.compile(rb"\s*#\s*define\s+(\w+)(?:\(([^()]*)\))?\s*(.*?)\s*\Z", re.DOTALL)


def parse_macro(text: bytes) -> MacroParts:
    """Parameters and body of a ``#define``."""
    line = _CONTINUED.sub(lambda found: b" " * len(found.group()), code_of(text))
    found = _DEFINE.match(line)
    if found is None:
        raise ValueError(f"{text!r} is not a #define; a record of the index is wrong.")
    body, offset = found.group(3), found.start(3)
    if found.group(2) is None:
        return MacroParts(None, None, body, offset)
    names = [part.strip().decode("latin-1") for part in found.group(2).split(b",")]
    names = [name for name in names if name]
    if not names or not names[-1].endswith("..."):
        return MacroParts(tuple(names), None, body, offset)
    return MacroParts(tuple(names[:-1]), names[-1][:-3].strip() or "__VA_ARGS__", body, offset)
