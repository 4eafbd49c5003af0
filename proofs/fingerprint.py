# SPDX-License-Identifier: GPL-2.0-only
"""On what does a verdict depend?  All of it as one digest, so that an answer can be kept for it.

A claim's fingerprint is over the whole content of the claim (procedures, words, constants, facts,
premises, conclusion, expectation) and over the tool: every source file of ours, the solver and
Python.  So it is known before anything is run or written for a solver.

Trusted: BLAKE2; that the solver's files do not change and keep their sizes and times of change.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from model.logic import Term
from proofs.claim import Claim

ROOMS = ("model", "counterexamples", "proofs")

#: A source that was changed so many seconds ago, or less, may not be the one that was loaded.
SETTLED = 5.0


@dataclass
class Fingerprints:
    """Digests of claims under one tool.  What claims share is looked at once; ``known`` holds on to
    it by its identity, so that no identity is used twice."""

    tool: str
    known: dict[int, tuple[object, bytes]] = field(default_factory=dict)

    def of(self, claim: Claim) -> str:
        """The claim's digest, in hexadecimal.  Raises TypeError for content of an unknown kind."""
        return _digest(self.content(self.tool) + self.content(claim)).hex()

    def content(self, value: object) -> bytes:
        """The value as bytes that no other value has, and that show where they end; of what has
        parts, a digest."""
        if isinstance(value, Term):
            return b"T" + value.key
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
            for each in fields(value):
                yield self.content(getattr(value, each.name))
        elif isinstance(value, Enum):
            yield self.content(value.name)
        elif value is None or isinstance(value, int):
            yield self.content(repr(value))
        else:
            raise TypeError(f"A {type(value).__name__} stands in a claim; fingerprints do not know its kind.")


def tool() -> str | None:
    """A digest of everything that decides beside the claim; None where it is not known well enough."""
    solver = _solver()
    sources = _sources(Path(__file__).resolve().parent.parent)
    if solver is None or sources is None:
        return None
    return _digest(_framed(b"", sys.version.encode()) + _framed(b"", solver) + sources).hex()


def _sources(top: Path) -> bytes | None:
    """The names and contents of our own files; None if one of them was changed a moment ago."""
    try:
        paths = sorted(p for room in ROOMS for kind in ("*.py", "*.toml") for p in (top / room).rglob(kind))
        if not paths or max(p.stat().st_mtime for p in paths) > time.time() - SETTLED:
            return None
        parts = (part for p in paths for part in (str(p.relative_to(top)).encode(), p.read_bytes()))
        return _digest(b"".join(_framed(b"", part) for part in parts))
    except OSError:
        return None


def _solver() -> bytes | None:
    """Which z3 is installed: its version, and its files with sizes and times of change.  None where
    its library is not beside its Python, since another could then take its place unseen."""
    if any(key.startswith("Z3_") for key in os.environ):
        return None
    spec = find_spec("z3")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    try:
        versions = sorted(p.name for p in home.parent.glob("z3_solver-*.dist-info"))
        files = [p for p in sorted(home.rglob("*")) if p.suffix not in (".pyc", "") and p.is_file()]
        if not versions or not any(p.name.startswith(("libz3", "z3.dll")) for p in files):
            return None
        stats = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files]
    except OSError:
        return None
    return repr((versions, stats)).encode()


def _framed(kind: bytes, data: bytes) -> bytes:
    return b"%b%d:%b" % (kind, len(data), data)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=32).digest()
