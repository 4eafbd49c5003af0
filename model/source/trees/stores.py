# SPDX-License-Identifier: GPL-2.0-only
"""Stores of the files of a Linux tree: a directory or a git commit.

From a directory or from a git commit.  Nothing inside is run and nothing is fetched: git is called
for plumbing only, with the repository's own programs and remotes switched off.

Trusted: that files do not change while they are read, and git's object store.
"""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class TreeError(ValueError):
    """A file, directory or commit of a Linux tree is not there; the text is a whole sentence for the user."""


class Store(Protocol):
    """Where the files of a tree come from; paths were checked by ``Tree`` before they get here."""

    def read(self, rel: str) -> bytes | None:
        """The bytes of a regular file, or None where there is none."""

    def read_all(self, rels: Iterable[str]) -> dict[str, bytes]:
        """The same for many files at once; those that are absent are left out."""

    def has(self, rel: str) -> bool:
        """Whether a file or directory is there."""

    def files(self, prefix: str) -> Iterable[str]:
        """Every regular file at or below a directory, in any order."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Files of a directory.  ``top`` is a real path: every file read must resolve to below it."""

    top: Path
    _parents: dict[str, bool] = field(default_factory=dict, compare=False)

    def _inside(self, rel: str) -> bool:
        return Path(os.path.realpath(self.top / rel)).is_relative_to(self.top)

    def _parent_inside(self, rel: str) -> bool:
        parent = rel.rpartition("/")[0]
        if parent not in self._parents:
            self._parents[parent] = self._inside(parent)
        return self._parents[parent]

    def read(self, rel: str) -> bytes | None:
        place = f"{self.top}/{rel}"
        if not self._parent_inside(rel):
            raise TreeError(f"{place}: is behind a link that leads out of the tree; not read.")
        try:
            return _read_regular(place, os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise TreeError(f"{place}: could not be read: {error.strerror}.") from error
        if not self._inside(rel):
            raise TreeError(f"{place}: is a link that leads out of the tree; it was not read.")
        try:
            return _read_regular(place, 0)
        except OSError:
            return None

    def read_all(self, rels: Iterable[str]) -> dict[str, bytes]:
        found = {rel: self.read(rel) for rel in rels}
        return {rel: data for rel, data in found.items() if data is not None}

    def has(self, rel: str) -> bool:
        return os.path.exists(self.top / rel) and self._inside(rel)

    def files(self, prefix: str) -> Iterable[str]:
        if not self._inside(prefix):
            return
        for place, _, names in os.walk(self.top / prefix):
            relative = os.path.relpath(place, self.top)
            yield from (f"{relative}/{name}" for name in names)


def _read_regular(place: str, flags: int) -> bytes | None:
    """The bytes of a regular file, None for anything else; opening a pipe does not wait."""
    handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | flags)
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return None
        parts = []
        while part := os.read(handle, about.st_size + 1):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Commit:
    """Files of a git commit, by the object that holds each.  Links are not followed."""

    top: Path
    objects: Mapping[str, str] = field(repr=False)

    def read(self, rel: str) -> bytes | None:
        return self.read_all([rel]).get(rel)

    def read_all(self, rels: Iterable[str]) -> dict[str, bytes]:
        wanted = [rel for rel in rels if rel in self.objects]
        if not wanted:
            return {}
        names = "".join(self.objects[rel] + "\n" for rel in wanted)
        output = _run_git(self.top, "cat-file", "--batch", feed=names.encode())
        found, at = {}, 0
        for rel in wanted:
            header_end = output.index(b"\n", at)
            header = output[at:header_end].split()
            if len(header) != 3 or header[1] != b"blob":
                raise TreeError(f"{self.top}: git has no content for {rel}; is the clone partial?")
            size = int(header[2])
            found[rel] = output[header_end + 1 : header_end + 1 + size]
            at = header_end + size + 2
        return found

    def has(self, rel: str) -> bool:
        below = rel + "/"
        return rel in self.objects or any(name.startswith(below) for name in self.objects)

    def files(self, prefix: str) -> Iterable[str]:
        below = prefix + "/"
        return [name for name in self.objects if name.startswith(below)]


def open_commit(top: Path, rev: str) -> Commit:
    """The files of a commit of a checkout or bare repository."""
    if not top.is_dir():
        raise TreeError(f"{top}: is not a directory; with a revision, give a git checkout of Linux.")
    if not rev or rev.startswith("-") or not rev.isprintable():
        raise TreeError(f"{rev!r} is not the name of a revision; give a tag, branch or commit.")
    _run_git(top, "rev-parse", "--git-dir", complaint="is not a git checkout; give one, or no revision")
    unknown = f"git knows no commit {rev!r} here; give a tag, branch or commit it has"
    name = f"{rev}^{{commit}}"
    commit = _run_git(top, "rev-parse", "--verify", "--quiet", name, complaint=unknown)
    listing = _run_git(top, "ls-tree", "-r", "-z", "--full-tree", commit.decode().strip())
    objects = {}
    for line in listing.split(b"\0"):
        attributes, _, path = line.partition(b"\t")
        mode = attributes.split()
        if len(mode) == 3 and mode[0] in (b"100644", b"100755"):
            objects[path.decode("utf-8", "surrogateescape")] = mode[2].decode()
    return Commit(top, objects)


def _run_git(top: Path, *words: str, feed: bytes = b"", complaint: str = "") -> bytes:
    """The output of one git plumbing command that changes nothing and fetches nothing.

    Raises TreeError with ``complaint``, or with what git said.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    quiet["LC_ALL"] = "C"
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    alone = ("-c", "protocol.allow=never", "--no-replace-objects")
    command = ["git", "-C", str(top), *safe, *alone, *words]
    try:
        done = subprocess.run(command, input=feed, capture_output=True, env={**kept, **quiet}, check=False)
    except FileNotFoundError as error:
        raise TreeError("git is not installed; install it, or give an unpacked tree.") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        if "dubious ownership" in said:
            complaint = "belongs to another user, so git refuses it; see safe.directory in git help"
        raise TreeError(f"{top}: {complaint or 'git could not read it: ' + said}.")
    return done.stdout
