# SPDX-License-Identifier: GPL-2.0-only
"""Where is what was found in a header kept for the next run?

In one SQLite file per format, a row per content of a file, so that kernels share what they have in
common.  Several runs may use it at once.  A cache that is damaged, locked or not writable is as
good as none: nothing here raises, and a damaged one is thrown away.

Trusted: that the directory is the user's own.  A row that was tampered with could hide a name from
the index; the places it states are checked against the file where they are used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import TypeGuard

from platformdirs import user_cache_path

from model import cache

LARGEST = 256 << 20
"""Bytes above which the cache is begun anew."""

_TABLE = "CREATE TABLE IF NOT EXISTS entry (digest TEXT PRIMARY KEY, keys TEXT, body TEXT)"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one file defines: ``keys``, a kind and name each, and ``body``, the scan as JSON."""

    keys: str
    body: str


def default_directory() -> Path:
    """Where the cache of headers is on this machine."""
    return user_cache_path("stage2-proofs") / "index"


def load(directory: Path, version: int, digests: Iterable[str]) -> dict[str, Entry]:
    """The entries that are kept for these digests of content."""
    wanted = json.dumps(list(digests))
    query = "SELECT digest, keys, body FROM entry WHERE digest IN (SELECT value FROM json_each(?))"
    rows = cache.read(_place(directory, version), query, wanted)
    return {digest: Entry(keys, body) for digest, keys, body in filter(_sound, rows)}


def store(directory: Path, version: int, entries: Mapping[str, Entry]) -> None:
    """Keep entries by digest of content, all of them or none."""
    place = _place(directory, version)
    with suppress(OSError):
        if place.stat().st_size > LARGEST:
            place.unlink()
    rows = [(digest, entry.keys, entry.body) for digest, entry in entries.items()]

    def work(connection: Connection) -> None:
        connection.execute(_TABLE)
        connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)

    cache.write(place, work)


def _place(directory: Path, version: int) -> Path:
    return directory / f"headers-{version}.sqlite"


def _sound(row: tuple[object, ...]) -> TypeGuard[tuple[str, str, str]]:
    return all(isinstance(part, str) for part in row)
