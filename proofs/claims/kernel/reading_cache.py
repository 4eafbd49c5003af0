# SPDX-License-Identifier: GPL-2.0-only
"""What earlier runs read of a kernel's functions, and which of it holds of the tree at hand.

A function that was read is kept with every question that was asked of its tree, and the answers.  It
is taken again for a tree whose headers and near files are the same, or that gives the same answers to
these questions (``model.source.readings.line_map``); by the same tool, under the same configuration.  What could
not be read is read again.

The cache has a row for each reading, labelled with the function and its configuration, and one for each tree
that was found to give it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from model.cache import Cache, Row
from model.source.index.headers import digest_of
from model.source.index.index import Index
from model.source.index.view import View
from model.source.kernel import Digest, Kernel, read, read_from
from model.source.lowering.state.objects import LedgerEntry
from model.source.preprocessor.profile import Profile
from model.source.readings.line_map import LineMap, map_lines
from model.source.readings.query_log import FILE_QUERIES, LoggedQuery, QueryLog
from model.source.readings.serialise import UNREADABLE, read_rows, write_rows
from model.source.targets.functions import TARGETS
from model.source.targets.target import Target
from model.source.trees.tree import Tree
from proofs.claims import fingerprint

#: What reading rows that are no readings raises.
_NO_READING = (*UNREADABLE, zlib.error)

#: Readings that stay, and of each the trees that were found to give it, on average.
MOST, TREES = 4_000, 4

#: Readings of one function, the latest, of which each is tried for a tree that is new.
TRIED = 4


@dataclass(frozen=True)
class _Row:
    """A reading as it is stored; ``seal`` is its digest."""

    key: str
    asked: bytes
    body: bytes

    @cached_property
    def seal(self) -> str:
        return _seal(self.key.encode(), self.asked, self.body)


@dataclass
class ReadingCache:
    """Reads functions of one tree under one configuration; a context, which writes on the way out
    what is new.  Without a directory, nothing is looked for or kept; nor for a target that is not among
    ``targets``, since a name is all that tells one target from another here.  ``hits`` are the names of
    those that were not read again."""

    directory: Path | None
    tree: Tree
    index: Index
    profile: Profile
    pages: str
    tool: Callable[[], str | None] = fingerprint.fingerprint_reader
    targets: Sequence[Target] = TARGETS
    fresh: list[tuple[str, _Row]] = field(default_factory=list)
    hits: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.directory is not None and self.fresh and kind is None and self.tool() == self._name:
            _store(self.directory, self.fresh)

    def read(self, subject: str, target: Target) -> Kernel:
        """The function, as ``model.source.kernel.read`` reads it, and with the same errors."""
        if (
            self._name is None
            or not any(target is each for each in self.targets)
            or not self.tree.has(target.file)
        ):
            return read(self.tree, self.index, self.profile, self.pages, subject, target)
        view = self.index.view(self.profile, target.file)
        key = _seal(self._configuration, target.name.encode())
        content = f"{key} {view.content}"
        known = self._known(content, view, subject, target) or self._found(key, content, subject, target)
        if known is None:
            return self._read(key, content, view, subject, target)
        self.hits.add(target.name)
        return known

    @cached_property
    def _name(self) -> str | None:
        return self.tool() if self.directory is not None else None

    @cached_property
    def _configuration(self) -> bytes:
        """All that readings depend on beside the target and the tree."""
        profile = sorted(self.profile.values.items()), sorted(self.profile.undefined), self.profile.complete
        return repr((self._name, profile)).encode()

    def _known(self, content: str, view: View, subject: str, target: Target) -> Kernel | None:
        """What was read of a tree with these very files."""
        for row in self._of_tree(content):
            with suppress(*_NO_READING):
                rows = json.loads(zlib.decompress(row.body))
                files = map_lines(QueryLog(view), list(_asked(rows["files"])))
                if files is not None and not files.lines:
                    return self._kernel(rows, LineMap(), subject, target)
        return None

    def _found(self, key: str, content: str, subject: str, target: Target) -> Kernel | None:
        """What was read of a tree that answered as this one does."""
        for row in self._of_key(key):
            view = self.index.view(self.profile, target.file)
            again = QueryLog(view)
            with suppress(*_NO_READING):
                lines = map_lines(again, _asked(json.loads(zlib.decompress(row.asked))))
                if lines is None:
                    continue
                kernel = self._kernel(json.loads(zlib.decompress(row.body)), lines, subject, target)
                self.fresh.append((content, _row(key, view, again, kernel) if lines.lines else row))
                return kernel
        return None

    def _read(self, key: str, content: str, view: View, subject: str, target: Target) -> Kernel:
        recording = QueryLog(view)
        kernel = read_from(recording, self.tree.version, self.pages, subject, target)
        if recording.is_complete:
            self.fresh.append((content, _row(key, view, recording, kernel)))
        return kernel

    def _of_tree(self, content: str) -> list[_Row]:
        """The reading of a tree with this content, if there is one."""
        assert self.directory is not None
        links = _trees(self.directory).lookup([content])
        rows = _readings(self.directory).lookup(seal.decode() for seal in links.values())
        return [_unpack(content.partition(" ")[0], body) for body in rows.values()]

    def _of_key(self, key: str) -> list[_Row]:
        """The latest readings of a function."""
        assert self.directory is not None
        return [_unpack(key, row.body) for row in _readings(self.directory).lookup_label(key, TRIED)]

    def _kernel(self, rows: dict[str, Any], lines: LineMap, subject: str, target: Target) -> Kernel:
        """The function as it stands in this tree.  Raises one of UNREADABLE where the rows are no such."""
        ledger = sorted(
            LedgerEntry(how, lines.map_text(what), lines.map_text(at)) for how, what, at in rows["ledger"]
        )
        digests = tuple(Digest(f, file, lines.map_line(file, at), d) for f, file, at, d in rows["digests"])
        procedure = read_rows(subject, rows["procedure"], lines)
        again = (self.tree, self.index, self.profile, self.pages, subject, target)
        return Kernel(self.tree.version, self.pages, target, rows["function"], procedure, tuple(ledger), digests,
                      lambda: read(*again).lowered)  # fmt: skip


def _readings(directory: Path) -> Cache:
    return Cache(directory, "reading 1", MOST)


def _trees(directory: Path) -> Cache:
    return Cache(directory, "tree of a reading 1", MOST * TREES)


def _row(key: str, view: View, recording: QueryLog, kernel: Kernel) -> _Row:
    asked = [(a.query, a.answer, a.lines) for a in recording.queries.values()]
    body = {
        "function": kernel.function,
        "ledger": [[e.how, e.what, e.where] for e in kernel.ledger],
        "digests": [[d.function, d.file, d.line, d.sha256] for d in kernel.digests],
        "procedure": write_rows(kernel.procedure),
        "files": [
            [q, answer, lines]
            for q, answer, lines in asked
            if q[0] in FILE_QUERIES and not view.covers(str(q[1]))
        ],
    }
    return _Row(key, _packed(asked), _packed(body))


def _packed(data: object) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 6)


def _asked(rows: Sequence[Any]) -> Iterator[LoggedQuery]:
    """The questions that were kept.  Raises one of UNREADABLE for anything else."""
    for question, answer, lines in rows:
        yield LoggedQuery(tuple(question), answer, tuple((file, line, count) for file, line, count in lines))


def _store(directory: Path, fresh: Sequence[tuple[str, _Row]]) -> None:
    _readings(directory).store(Row(row.seal, _pack(row), row.key) for _, row in fresh)
    _trees(directory).store(Row(content, row.seal.encode()) for content, row in fresh)


def _pack(row: _Row) -> bytes:
    return len(row.asked).to_bytes(8, "big") + row.asked + row.body


def _unpack(key: str, data: bytes) -> _Row:
    end = 8 + int.from_bytes(data[:8], "big")
    return _Row(key, data[8:end], data[end:])


def _seal(*parts: bytes) -> str:
    return digest_of(b"".join(b"%d:%b" % (len(part), part) for part in parts))
