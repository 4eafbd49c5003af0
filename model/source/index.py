# SPDX-License-Identifier: GPL-2.0-only
"""Where in this tree is a name defined, and which definition is in force?

An ``Index`` knows, for every header that a file of KVM or mm can reach, which names it defines.
A ``View`` of it answers under one configuration, for one file under study.  A file counts by what
it holds, so that the index is shared among kernels and needs no rebuilding for a patched tree.

Trusted: ``scan``, and the order of ``TIERS`` where the kernel's own order of inclusion would
decide; a definition chosen in spite of others says so in ``others``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from model.source.cache import load, store
from model.source.scan import Record, Scan, blank, scan
from model.source.tree import Tree

if TYPE_CHECKING:
    from model.source.profile import Profile
    from model.source.view import View

FORMAT = 1
"""Raised by hand whenever ``scan`` or ``_encoded`` gives other results for the same bytes."""

TIERS: tuple[tuple[str, ...], ...] = (
    ("arch/arm64/include/asm", "arch/arm64/include/asm/vdso"),
    ("arch/arm64/include/uapi/asm",),
    (
        "include/linux",
        "include/linux/atomic",
        "include/linux/byteorder",
        "include/linux/irqchip",
        "include/linux/ns",
        "include/linux/perf",
        "include/linux/sched",
        "include/linux/unaligned",
    ),
    ("include/kvm",),
    ("include/uapi/linux", "include/uapi/linux/byteorder"),
    ("include/vdso",),
    ("include/asm-generic", "include/asm-generic/bitops", "include/uapi/asm-generic"),
)
"""The directories of headers that are read, in the order in which they are asked; not recursive.
Left out are drivers' and network's directories, which the fault path never includes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one file defines, compactly: ``keys`` are kinds with names, ``body`` is the scan."""

    keys: str
    body: str


@dataclass(slots=True)
class _File:
    """One file with its records by key, read when first asked for."""

    rel: str
    tier: int
    data: bytes
    entry: Entry
    scanned: Scan | None = None
    by_key: dict[str, list[Record]] = field(default_factory=dict)
    text: bytes | None = None


@dataclass(slots=True)
class Index:
    """The names that the headers of one tree define.  Built by ``Index.build``."""

    tree: Tree
    _files: list[_File]
    _names: dict[str, list[int]]
    _entries: dict[str, Entry]
    _extra: dict[str, _File] = field(default_factory=dict)

    @staticmethod
    def build(tree: Tree, cache_dir: Path | None = None, known: Index | None = None) -> Index:
        """Index the headers of a tree, reading only those that neither cache nor ``known`` has.

        ``known`` is an index of a tree much like this one, such as the one this is an overlay of.
        """
        rels = [(rel, tier) for tier, names in enumerate(_headers(tree)) for rel in names]
        contents = tree.read_all(rel for rel, _ in rels)
        digests = {rel: blake2b(data, digest_size=20).hexdigest() for rel, data in contents.items()}
        entries = dict(known._entries) if known else {}
        missing = set(digests.values()) - entries.keys()
        if cache_dir and missing:
            entries |= load(cache_dir, FORMAT, missing)
        fresh = {}
        for rel, data in contents.items():
            if digests[rel] not in entries:
                fresh[digests[rel]] = entries[digests[rel]] = _encoded(scan(data))
        if cache_dir and fresh:
            store(cache_dir, FORMAT, fresh)
        files = [
            _File(rel, tier, contents[rel], entries[digests[rel]])
            for rel, tier in rels
            if rel in contents
        ]
        return Index(tree, files, _by_name(files), entries)

    def file(self, rel: str) -> _File:
        """A file under study, scanned like a header.  Raises TreeError where it is absent."""
        if rel not in self._extra:
            data = self.tree.read(rel)
            self._extra[rel] = _File(rel, -1, data, _encoded(scan(data)))
        return self._extra[rel]

    def tiers(self, key: str) -> Iterable[list[tuple[_File, Record]]]:
        """The definitions of a key among the headers, tier by tier, in order of path and line."""
        tier, found = -1, []
        for number in self._names.get(key, ()):
            file = self._files[number]
            if file.tier != tier and found:
                yield found
                found = []
            tier = file.tier
            found += [(file, record) for record in records(file, key)]
        if found:
            yield found

    def view(self, profile: Profile, file: str | None = None) -> View:
        """What names mean under a configuration, seen from a file under study."""
        from model.source.view import View

        return View(self, profile, file)

    def __contains__(self, key: str) -> bool:
        return key in self._names


def records(file: _File, key: str) -> list[Record]:
    """The records of a file for one kind and name."""
    if file.scanned is None:
        file.scanned = _decoded(file.entry, file.data)
        for record in file.scanned.records:
            file.by_key.setdefault(record.kind + record.name, []).append(record)
    return file.by_key.get(key, [])


def text_of(file: _File) -> bytes:
    """The file with its annotations blanked."""
    if file.text is None:
        file.text = blank(file.data)
    return file.text


def _headers(tree: Tree) -> list[list[str]]:
    """The headers of each tier, sorted by path."""
    found = {rel for top in ("arch/arm64/include", "include") for rel in tree.files(top, ".h")}
    by_directory: dict[str, list[str]] = {}
    for rel in sorted(found):
        by_directory.setdefault(rel.rpartition("/")[0], []).append(rel)
    return [[rel for name in tier for rel in by_directory.get(name, [])] for tier in TIERS]


def _by_name(files: list[_File]) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for number, file in enumerate(files):
        for key in file.entry.keys.split():
            if key in names:
                names[key].append(number)
            else:
                names[key] = [number]
    return names


def _encoded(found: Scan) -> Entry:
    keys = dict.fromkeys(record.kind + record.name for record in found.records if record.kind != "i")
    body = json.dumps([found.records, found.stacks, found.changes, found.numbers])
    return Entry(" ".join(keys), body)


def _decoded(entry: Entry, data: bytes) -> Scan:
    """The scan of a file from its entry; scanned anew where the entry does not fit the file."""
    try:
        rows, stacks, changes, numbers = json.loads(entry.body)
        found = Scan(
            tuple(Record(*row) for row in rows),
            tuple(tuple(stack) for stack in stacks),
            tuple(changes),
            tuple(numbers),
        )
        fits = all(
            record.name.strip('"').encode("latin-1") in data[record.start : record.end]
            and 0 <= record.stack < len(found.stacks)
            for record in found.records
        )
    except (ValueError, TypeError, AttributeError):
        fits = False
    return found if fits else scan(data)
