# SPDX-License-Identifier: GPL-2.0-only
"""A Linux tree to read: files of a directory or of a commit, with changes laid over them.

A ``Tree`` is an unpacked Linux, or one commit of a git repository, or either with some files
replaced.  It is only ever read, and no path leads out of it.

Trusted: ``stores``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.source.trees.stores import Directory, Store, TreeError, open_commit

__all__ = ["Tree", "TreeError", "Version", "overlay"]

REQUIRED_DIRECTORY = "arch/arm64/kvm"


@dataclass(frozen=True, slots=True)
class Version:
    """A kernel release as the top Makefile states it; ``text`` is that of ``make kernelversion``."""

    major: int
    minor: int
    point: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Tree:
    """A Linux tree to read.  ``where`` names it in messages; ``content`` is what was read so far.

    ``changes`` lie over it: the bytes of a file instead of its own, or None where it is deleted.
    """

    where: str
    store: Store = field(repr=False)
    changes: Mapping[str, bytes | None] = field(default_factory=dict, repr=False)
    content: dict[str, bytes | None] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def open(path: str | Path, rev: str | None = None) -> Tree:
        """The tree in a directory, or with ``rev`` the one of that commit.

        Raises TreeError where there is no such directory, commit, or no Linux for arm64 in it.
        """
        top = Path(path)
        if not top.exists():
            raise TreeError(f"{top}: there is no such directory; give the top of a Linux tree.")
        if not top.is_dir() and rev is None:
            raise TreeError(f"{top}: is not a directory; give the top of an unpacked Linux tree.")
        if rev is None:
            tree = Tree(str(top), Directory(Path(os.path.realpath(top))))
        else:
            tree = Tree(f"{top} at {rev}", open_commit(top, rev))
        if not tree.has(REQUIRED_DIRECTORY):
            kind = "is a directory" if rev is None else "is a commit"
            raise TreeError(
                f"{tree.where}: {kind}, but has no {REQUIRED_DIRECTORY}; give the top of a Linux tree."
            )
        return tree

    def has(self, rel: str) -> bool:
        """Whether a file or directory of this name is inside the tree."""
        rel = _normalise(rel)
        below = rel + "/"
        within = [data for name, data in self.changes.items() if name == rel or name.startswith(below)]
        if any(data is not None for data in within):
            return True
        if not within:
            return self.store.has(rel)
        return rel not in self.changes and bool(self.files(rel))

    def read(self, rel: str) -> bytes:
        """The bytes of one file.  Raises TreeError where it is absent or not inside the tree."""
        rel = _normalise(rel)
        if rel in self.changes:
            data = self.changes[rel]
        else:
            if rel not in self.content:
                self.content[rel] = self.store.read(rel)
            data = self.content[rel]
        if data is None:
            raise TreeError(f"{self.where}: has no file {rel}; is this the Linux you meant?")
        return data

    def read_all(self, rels: Iterable[str]) -> dict[str, bytes]:
        """The bytes of many files, by name; the absent are left out.  One git process, not many."""
        wanted = [_normalise(rel) for rel in rels]
        missing = [rel for rel in wanted if rel not in self.content and rel not in self.changes]
        self.content.update(self.store.read_all(missing))
        found = {}
        for rel in wanted:
            data = self.changes.get(rel, self.content.get(rel))
            if data is not None:
                found[rel] = data
        return found

    def files(self, prefix: str, suffix: str = "") -> tuple[str, ...]:
        """Every file below a directory whose name ends so, sorted; none where it is absent."""
        prefix = _normalise(prefix)
        below = prefix + "/"
        names = set(self.store.files(prefix))
        for name, data in self.changes.items():
            if data is None:
                names.discard(name)
            elif name.startswith(below):
                names.add(name)
        return tuple(sorted(name for name in names if name.endswith(suffix)))

    @property
    def version(self) -> Version:
        """The release that the top Makefile states.  Raises TreeError where it states none."""
        return _parse_version(self.where, self.read("Makefile"))


def overlay(tree: Tree, changes: Mapping[str, bytes | None]) -> Tree:
    """The same tree with some files replaced, added, or for None deleted; what was read is shared.

    Raises TreeError for a path that is not inside the tree.
    """
    replaced = {**tree.changes, **{_normalise(rel): data for rel, data in changes.items()}}
    return Tree(tree.where, tree.store, replaced, tree.content)


def _normalise(rel: str) -> str:
    """A path inside a tree in its one spelling; refuses what could lead out of it."""
    parts = rel.split("/")
    if not rel.isprintable() or "\\" in rel or not parts[0] or ".." in parts:
        raise TreeError(f"{rel!r} is not a path inside a Linux tree; give one relative to its top.")
    return "/".join(part for part in parts if part not in ("", "."))


def _parse_version(where: str, makefile: bytes) -> Version:
    found = {}
    for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION"):
        line = re.search(rf"^{name}[ \t]*=[ \t]*(\S*)", makefile.decode("latin-1"), re.MULTILINE)
        found[name] = line.group(1) if line else ""
    numbers = [found[name] for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
    if not all(re.fullmatch(r"[0-9]{1,9}", number) for number in numbers[:2]):
        raise TreeError(f"{where}: Makefile states no VERSION and PATCHLEVEL; give the top of a Linux tree.")
    major, minor, point = (int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0 for number in numbers)
    return Version(major, minor, point, f"{major}.{minor}.{point}{found['EXTRAVERSION']}")
