# SPDX-License-Identifier: GPL-2.0-only
"""Fingerprints: one digest of all that a verdict depends on, by which its answer is cached.

A claim's fingerprint is over the whole content of the claim (procedures, words, constants, facts,
premises, conclusion, expectation) and over the tool: every source file of ours, the solver and
Python.  So it is known before anything is run or written for a solver.  Only where a statement is
written (``Span``) is left out: neither meaning of a procedure looks at it, so that a function which
other lines have moved is not proved again.

Trusted: BLAKE2; that the solver's files do not change and keep their sizes and times of change.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from model.logic import Term
from model.program.procedure import Span
from proofs.claims.claim import Claim

ROOMS = ("model", "counterexamples", "proofs")

#: A source that was changed so many seconds ago, or less, may not be the one that was loaded.
SETTLED = 5.0


@dataclass
class Fingerprints:
    """Digests of claims under one tool.  What claims share is looked at once; ``known`` holds on to
    it by its identity, so that no identity is used twice."""

    tool: str
    known: dict[int, tuple[object, bytes]] = field(default_factory=dict)
    names: dict[type, tuple[str, ...]] = field(default_factory=dict)  # of the fields of a class

    def of(self, claim: Claim) -> str:
        """The claim's digest, in hexadecimal.  Raises TypeError for content of an unknown kind."""
        return _digest(self.content(self.tool) + self.content(claim)).hex()

    def content(self, value: object) -> bytes:
        """The value as bytes that no other value has, and that show where they end; of what has
        parts, a digest."""
        if isinstance(value, Term):
            return b"T" + value.key
        if isinstance(value, Span):
            return b"L"
        if isinstance(value, str):
            return _framed(b"s", value.encode("utf-8", "surrogatepass"))
        found = self.known.get(id(value))
        if found is None:
            found = self.known[id(value)] = value, b"D" + _digest(b"".join(self.parts(value)))
        return found[1]

    def parts(self, value: object) -> Iterator[bytes]:
        yield _framed(b"c", type(value).__name__.encode())
        if isinstance(value, tuple):
            yield from map(self.content, value)
        elif isinstance(value, Mapping):
            for key, held in value.items():
                yield self.content(key)
                yield self.content(held)
        elif is_dataclass(value):
            if type(value) not in self.names:
                self.names[type(value)] = tuple(each.name for each in fields(value))
            for name in self.names[type(value)]:
                yield self.content(getattr(value, name))
        elif isinstance(value, Enum):
            yield self.content(value.name)
        elif value is None or isinstance(value, int):
            yield self.content(repr(value))
        else:
            raise TypeError(f"A {type(value).__name__} stands in a claim; fingerprints do not know its kind.")


def fingerprint_tool() -> str | None:
    """A digest of everything that decides beside the claim; None where it is not known well enough."""
    if any(key.startswith("Z3_") for key in os.environ):
        return None
    return _together(_package("z3", "z3_solver", ("libz3", "z3.dll")), _sources(ROOMS))


def fingerprint_reader() -> str | None:
    """A digest of everything but the tree and its configuration that decides how C is read; None as
    for ``fingerprint_tool``."""
    parsers = (_package(name, name, ("_binding",)) for name in ("tree_sitter", "tree_sitter_c"))
    return _together(*parsers, _sources(("model",)))


def _together(*parts: bytes | None) -> str | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return _digest(b"".join(_framed(b"", part) for part in (sys.version.encode(), *known))).hex()


def _sources(rooms: Sequence[str]) -> bytes | None:
    """The names and contents of our own files; None if one of them was changed a moment ago."""
    top = Path(__file__).resolve().parents[2]
    try:
        paths = sorted(p for room in rooms for kind in ("*.py", "*.toml") for p in (top / room).rglob(kind))
        if not paths or max(p.stat().st_mtime for p in paths) > time.time() - SETTLED:
            return None
        parts = (part for p in paths for part in (str(p.relative_to(top)).encode(), p.read_bytes()))
        return _digest(b"".join(_framed(b"", part) for part in parts))
    except OSError:
        return None


def _package(name: str, distribution: str, library: tuple[str, ...]) -> bytes | None:
    """Which package is installed: its version, and its files with sizes and times of change.  None
    where its library is not beside its Python, since another could then take its place unseen."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    try:
        versions = sorted(p.name for p in home.parent.glob(f"{distribution}-*.dist-info"))
        files = [p for p in sorted(home.rglob("*")) if p.suffix not in (".pyc", "") and p.is_file()]
        if not versions or not any(p.name.startswith(library) for p in files):
            return None
        stats = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files]
    except OSError:
        return None
    return repr((versions, stats)).encode()


def _framed(kind: bytes, data: bytes) -> bytes:
    return b"%b%d:%b" % (kind, len(data), data)


def combine(prints: Iterable[str]) -> str:
    """One digest of several fingerprints, whatever their order."""
    return _digest("".join(sorted(prints)).encode()).hex()


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=32).digest()
