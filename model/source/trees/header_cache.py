# SPDX-License-Identifier: GPL-2.0-only
"""The cache of scanned headers: a row per content of a file, so that kernels share what they have in common.

Trusted: as ``model.cache``.  A row that was tampered with could hide a name from the index; the places it
states are checked against the file where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from model.cache import Cache, Row


@dataclass(frozen=True, slots=True)
class ScanEntry:
    """What one file defines: ``keys``, a kind and name each, and ``body``, the scan as JSON."""

    keys: str
    body: str


def load(directory: Path, version: int, digests: Iterable[str]) -> dict[str, ScanEntry]:
    """The entries that are stored for these digests of content."""
    found: dict[str, ScanEntry] = {}
    for digest, row in _cache(directory, version).lookup(digests).items():
        with suppress(UnicodeError):
            keys, _, body = row.decode("utf-8", "surrogatepass").partition("\n")
            found[digest] = ScanEntry(keys, body)
    return found


def store(directory: Path, version: int, entries: Mapping[str, ScanEntry]) -> None:
    """Store entries by digest of content, all of them or none."""
    _cache(directory, version).store(
        Row(digest, f"{entry.keys}\n{entry.body}".encode("utf-8", "surrogatepass"))
        for digest, entry in entries.items()
    )


def _cache(directory: Path, version: int) -> Cache:
    return Cache(directory, f"headers {version}")
