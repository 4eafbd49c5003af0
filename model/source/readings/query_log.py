# SPDX-License-Identifier: GPL-2.0-only
"""A log of the queries that a lowering put to a tree, with digests of the answers.

A function is lowered from nothing but its target's table, this tool and what a ``Lookup`` answers.  So
where another tree gives the same answers to the same queries, in their order, the same is lowered:
each step is the same as long as every answer before it was.  This needs no knowledge of how the
answers are found, and holds of queries that were answered by "there is none".

The lines on which definitions stand are kept apart from the rest of an answer, for ``line_map``.

Trusted: that lowering asks a tree through ``Lookup`` alone, which its types say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

from model.source.index.branches import CompiledText
from model.source.index.definitions import Definition, Macro
from model.source.index.lookup import Configuration, Lookup

_A = TypeVar("_A")
_D = TypeVar("_D", bound=Definition)

TreeQuery = tuple[str | int, ...]
"""A method of ``Lookup`` and its arguments; a definition is given by the query that found it."""

Lines = tuple[tuple[str, int, int], ...]
"""Where something stands: files, lines from 1, and how many lines each."""

#: The methods that answer from a whole file, which may be one that the index knows nothing of.
FILE_QUERIES = ("code", "line_at", "holds_at")


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """A query, a digest of its answer without lines, and the lines in the answer."""

    query: TreeQuery
    answer: str
    lines: Lines = ()


@dataclass
class QueryLog:
    """Answers as a view does, and logs its queries.  ``is_complete`` is False if a query
    was put that cannot be put again."""

    view: Lookup
    queries: dict[TreeQuery, LoggedQuery] = field(default_factory=dict)
    is_complete: bool = True
    _found: dict[int, tuple[Definition, TreeQuery]] = field(default_factory=dict)

    @property
    def profile(self) -> Configuration:
        return self.view.profile

    def macro(self, name: str) -> Macro | None:
        return self._log_definition(("macro", name), self.view.macro(name))

    def function(self, name: str) -> Definition | None:
        return self._log_definition(("function", name), self.view.function(name))

    def prototype(self, name: str) -> Definition | None:
        return self._log_definition(("prototype", name), self.view.prototype(name))

    def variable(self, name: str) -> Definition | None:
        return self._log_definition(("variable", name), self.view.variable(name))

    def struct(self, tag: str) -> Definition | None:
        return self._log_definition(("struct", tag), self.view.struct(tag))

    def typedef(self, name: str) -> Definition | None:
        return self._log_definition(("typedef", name), self.view.typedef(name))

    def enumerator(self, name: str) -> Definition | None:
        return self._log_definition(("enumerator", name), self.view.enumerator(name))

    def enum(self, tag: str) -> Definition | None:
        return self._log_definition(("enum", tag), self.view.enum(tag))

    def condition(self, condition: str) -> tuple[bool | None, Iterable[object]]:
        return self._log(("condition", condition), self.view.condition(condition))

    def code(self, rel: str) -> bytes:
        return self._log(("code", rel), self.view.code(rel))

    def line_at(self, rel: str, offset: int) -> int:
        return self._log(("line_at", rel, offset), self.view.line_at(rel, offset))

    def holds_at(self, rel: str, offset: int) -> bool | None:
        return self._log(("holds_at", rel, offset), self.view.holds_at(rel, offset))

    def compile_text(self, part: Definition) -> CompiledText:
        answer = self.view.compile_text(part)
        _, query = self._found.get(id(part), (None, ()))
        if query:
            self._log(("compile_text", *query), answer)
        else:
            self.is_complete = False
        return answer

    def _log_definition(self, query: TreeQuery, found: _D | None) -> _D | None:
        self._log(query, found)
        if found is not None:
            self._found[id(found)] = found, query
        return found

    def _log(self, query: TreeQuery, answer: _A) -> _A:
        if query not in self.queries:
            self.queries[query] = LoggedQuery(query, _digest(answer), tuple(_lines(query, answer)))
        return answer

    def replay(self, query: TreeQuery) -> object:
        """Put a query that was logged elsewhere.  Raises ValueError for what is no query."""
        match query:
            case ("compile_text", *found):
                part = self.replay(tuple(found))
                return self.compile_text(part) if isinstance(part, Definition) else None
            case ("line_at", str(rel), int(offset)):
                return self.line_at(rel, offset)
            case ("holds_at", str(rel), int(offset)):
                return self.holds_at(rel, offset)
            case (str(method), str(about)) if method in self._methods:
                return self._methods[method](about)
        raise ValueError(f"{query!r} is no query about a tree.")

    @cached_property
    def _methods(self) -> Mapping[str, Callable[[str], object]]:
        return {
            "macro": self.macro,
            "function": self.function,
            "prototype": self.prototype,
            "variable": self.variable,
            "struct": self.struct,
            "typedef": self.typedef,
            "enumerator": self.enumerator,
            "enum": self.enum,
            "condition": self.condition,
            "code": self.code,
        }


def _digest(answer: object) -> str:
    """A digest of an answer but for lines; answers that differ in more have different ones."""
    match answer:
        case Definition():
            others = tuple(other.file for other in answer.others)
            content: object = (type(answer).__name__, answer.name, answer.file, answer.text,
                               answer.conditions, answer.certain, answer.relied, others)  # fmt: skip
        case CompiledText():
            content = answer.text, answer.certain, answer.relied
        case (holds, relied) if isinstance(relied, Iterable):
            content = holds, sorted(map(repr, relied))
        case _:
            content = answer
    return blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _lines(query: TreeQuery, answer: object) -> Iterator[tuple[str, int, int]]:
    """Where what was answered stands."""
    if isinstance(answer, Definition):
        yield answer.file, answer.line, answer.text.count(b"\n") + 1
        for other in answer.others:
            yield other.file, other.line, 1
