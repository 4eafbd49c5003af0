# SPDX-License-Identifier: GPL-2.0-only
"""The headers of a tree that KVM and mm can reach, and which of them define a name.

``Headers`` holds the headers that KVM and mm can reach, tier by tier, and a table from kinds and
names to files.  What one file defines is worked out once for each content of it, and kept by
``cache``.

Trusted: ``scan``, and that ``TIERS`` and ``INCLUDED_IF`` stand in well for the order of inclusion.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from model.source.index.scan import INCLUDE, KINDS, Record, Scan, blank, scan
from model.source.index.sysreg import SYSREG, render_header
from model.source.preprocessor.conditions import Stack
from model.source.trees import header_cache
from model.source.trees.header_cache import ScanEntry
from model.source.trees.tree import Tree

FORMAT = 10
"""Raised by hand whenever ``scan`` or ``_encode`` gives other results for the same bytes."""

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
"""The directories of headers, in the order of precedence; what is below them is not read.
Left out are the directories of drivers, file systems and networks."""

INCLUDED_IF: Mapping[str, str] = {
    "include/asm-generic/pgtable-nopmd.h": "CONFIG_PGTABLE_LEVELS == 2",
    "include/asm-generic/pgtable-nopud.h": "CONFIG_PGTABLE_LEVELS <= 3",
    "include/asm-generic/pgtable-nop4d.h": "CONFIG_PGTABLE_LEVELS <= 4",
    "include/linux/compiler-clang.h": "defined(__clang__)",
    "include/linux/rcutiny.h": "defined(CONFIG_TINY_RCU)",
    "include/linux/rcutree.h": "!defined(CONFIG_TINY_RCU)",
    "include/linux/srcutiny.h": "defined(CONFIG_TINY_SRCU)",
    "include/linux/srcutree.h": "!defined(CONFIG_TINY_SRCU)",
    "include/linux/rwbase_rt.h": "defined(CONFIG_PREEMPT_RT)",
    "include/linux/rwlock_rt.h": "defined(CONFIG_PREEMPT_RT)",
    "include/linux/spinlock_rt.h": "defined(CONFIG_PREEMPT_RT)",
    "include/linux/spinlock_up.h": "!defined(CONFIG_SMP)",
    "include/linux/spinlock_api_up.h": "!defined(CONFIG_SMP)",
    "include/linux/spinlock_types_up.h": "!defined(CONFIG_SMP)",
}
"""Headers that are included where a condition outside of them holds: asm/pgtable-types.h,
linux/compiler_types.h, rcupdate.h, srcu.h, spinlock.h, rwsem.h and rwlock_types.h say which."""


@dataclass(frozen=True)
class SourceFile:
    """A C file and what it defines.  ``tier`` is its place in ``TIERS``, -1 for one under study.

    ``origins`` are, where the text was derived from the file, the lines that each of its lines is from.
    ``digest`` is that of ``data``, if it was worked out already.
    """

    rel: str
    tier: int
    data: bytes = field(repr=False)
    entry: ScanEntry = field(repr=False)
    origins: tuple[int, ...] = field(default=(), repr=False)
    digest: str = field(default="", repr=False)

    @property
    def content(self) -> str:
        """What identifies this file, but for what is derived from it."""
        return f"{self.rel} {self.tier} {self.digest or digest_of(self.data)} {self.origins}\n"

    @cached_property
    def scan(self) -> Scan:
        """What the file defines, and where."""
        return _decode(self.entry, self.data)

    @cached_property
    def by_key(self) -> Mapping[str, tuple[Record, ...]]:
        """The records of each kind and name, in the order of the file."""
        found: dict[str, tuple[Record, ...]] = {}
        for record in self.scan.records:
            key = record.kind + record.name
            found[key] = (*found.get(key, ()), record)
        return found

    @cached_property
    def text(self) -> bytes:
        """The file with its annotations blanked."""
        return blank(self.data)

    def stack(self, number: int) -> Stack:
        """The conditions of one of the file's stacks, with what must hold to include the file."""
        stack = self.scan.stacks[number]
        included_if = INCLUDED_IF.get(self.rel)
        return (included_if, *stack) if included_if else stack

    def line(self, offset: int) -> int:
        """The line, from 1, of a byte offset."""
        line = self.data.count(b"\n", 0, offset) + 1
        return self.origins[line - 1] if self.origins else line


@dataclass(frozen=True)
class Headers:
    """The headers of one tree.  ``entries`` are by digest of content, of this tree and others."""

    tree: Tree
    files: tuple[SourceFile, ...] = field(repr=False)
    entries: Mapping[str, ScanEntry] = field(repr=False)
    _opened: dict[str, SourceFile] = field(default_factory=dict, repr=False, compare=False)

    def open_file(self, rel: str) -> SourceFile:
        """A file under study, scanned like a header.  Raises TreeError where it is absent."""
        if rel not in self._opened:
            data = self.tree.read(rel)
            self._opened[rel] = SourceFile(rel, -1, data, _encode(scan(data)))
        return self._opened[rel]

    def share_with(self, other: Headers) -> Headers:
        """The same, with what was worked out already for the files that ``other`` has too."""
        known = {file.content: file for file in other.files}
        files = tuple(known.get(file.content, file) for file in self.files)
        near = self.tree.read_all(other._opened)
        studied = {rel: file for rel, file in other._opened.items() if near.get(rel) == file.data}
        shared = replace(self, files=files, _opened=studied)
        if "numbers" in vars(other) and [*map(id, files)] == [*map(id, other.files)]:
            vars(shared)["numbers"] = other.numbers
        return shared

    @cached_property
    def content(self) -> str:
        """A digest of all that these headers can answer from."""
        return digest_of("".join(file.content for file in self.files).encode())

    @cached_property
    def numbers(self) -> Mapping[str, list[int]]:
        """For each kind and name, the numbers of the files that define it."""
        found: dict[str, list[int]] = {}
        for number, file in enumerate(self.files):
            for key in file.entry.keys.split():
                if key in found:
                    found[key].append(number)
                else:
                    found[key] = [number]
        return found

    def tiers(self, key: str) -> Iterator[list[tuple[SourceFile, Record]]]:
        """The definitions of a kind and name, tier by tier, in order of path and line."""
        tier = -1
        found: list[tuple[SourceFile, Record]] = []
        for number in self.numbers.get(key, ()):
            file = self.files[number]
            if file.tier != tier and found:
                yield found
                found = []
            tier = file.tier
            found += [(file, record) for record in file.by_key.get(key, ())]
        if found:
            yield found


def read_headers(tree: Tree, directory: Path | None, known: Mapping[str, ScanEntry]) -> Headers:
    """The headers of a tree; only what neither ``known`` nor the cache in a directory has is scanned.

    Raises TreeError where a header cannot be read.
    """
    rels = [(rel, tier) for tier, names in enumerate(_rels(tree)) for rel in names]
    contents = tree.read_all(rel for rel, _ in rels)
    origins: tuple[int, ...] = ()
    if tree.has(SYSREG):
        contents[SYSREG], origins = render_header(tree.read(SYSREG))
        rels.append((SYSREG, len(TIERS)))
    digests = {rel: digest_of(data) for rel, data in contents.items()}
    entries = dict(known)
    missing = set(digests.values()) - entries.keys()
    if directory and missing:
        entries |= header_cache.load(directory, FORMAT, missing)
    fresh = {}
    for rel, data in contents.items():
        if digests[rel] not in entries:
            fresh[digests[rel]] = entries[digests[rel]] = _encode(scan(data))
    if directory and fresh:
        header_cache.store(directory, FORMAT, fresh)
    files = [
        SourceFile(
            rel, tier, contents[rel], entries[digests[rel]], origins if rel == SYSREG else (), digests[rel]
        )
        for rel, tier in rels
        if rel in contents
    ]
    return Headers(tree, tuple(_drop_unreached(files)), entries)


def digest_of(data: bytes) -> str:
    """The digest of a content, its key in the cache."""
    return blake2b(data, digest_size=20).hexdigest()


def _rels(tree: Tree) -> list[list[str]]:
    """The paths of the headers of each tier, sorted."""
    by_directory: dict[str, list[str]] = {}
    for top in ("arch/arm64/include", "include"):
        for rel in tree.files(top, ".h"):
            by_directory.setdefault(rel.rpartition("/")[0], []).append(rel)
    return [[rel for name in tier for rel in by_directory.get(name, [])] for tier in TIERS]


def _drop_unreached(files: list[SourceFile]) -> Iterable[SourceFile]:
    """The files without those of asm-generic that neither the rest nor their kin include.

    A header that arm64 replaces by its own is not reached as asm/x.h.  Source: scripts/Makefile.asm-
    headers makes the other asm/x.h, each including asm-generic/x.h.
    """
    generic = {file.rel: file for file in files if "/asm-generic/" in file.rel}
    present = {file.rel for file in files}
    reached: set[str] = set()
    waiting = [file for file in files if file.rel not in generic]
    while waiting:
        file = waiting.pop()
        names = [key[1:] for key in file.entry.keys.split() if key[0] == INCLUDE]
        found = {rel for name in names for rel in _generic(name, present)} - reached
        reached |= found
        waiting += [generic[rel] for rel in found]
    return (file for file in files if file.rel not in generic or file.rel in reached)


def _generic(name: str, present: set[str]) -> list[str]:
    """The header of asm-generic, if any, that an included name stands for."""
    own = name.removeprefix("uapi/")
    top = "include/uapi/" if own != name else "include/"
    if own.startswith("asm/"):
        if {f"arch/arm64/include/{name}", f"arch/arm64/include/uapi/{own}"} & present:
            return []
        own = "asm-generic/" + own.removeprefix("asm/")
    places = [rel for rel in (top + own, "include/uapi/" + own) if rel in present]
    return places[:1] if own.startswith("asm-generic/") else []


def _encode(found: Scan) -> ScanEntry:
    keys = dict.fromkeys(record.kind + record.name for record in found.records)
    body = json.dumps([found.records, found.stacks, found.changes, found.numbers])
    return ScanEntry(" ".join(key for key in keys if " " not in key), body)


def _decode(entry: ScanEntry, data: bytes) -> Scan:
    """The scan of a file from its entry; scanned anew where the entry does not fit the file."""
    try:
        rows, stacks, changes, numbers = json.loads(entry.body)
        found = Scan(
            tuple(Record(*row) for row in rows),
            tuple(tuple(stack) for stack in stacks),
            tuple(changes),
            tuple(numbers),
        )
        return found if _is_consistent(found, data) else scan(data)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return scan(data)


def _is_consistent(found: Scan, data: bytes) -> bool:
    """Whether each record is of a name that is at its place, with conditions that are there."""
    return all(
        record.kind in KINDS
        and 0 <= record.start < record.end <= len(data)
        and record.name.encode("latin-1") in data[record.start : record.end]
        and 0 <= record.stack < len(found.stacks)
        for record in found.records
    )
