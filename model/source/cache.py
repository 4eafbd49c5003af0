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
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

LARGEST = 256 << 20
"""Bytes above which the cache is begun anew."""

PATIENCE = 2.0
"""Seconds to wait for another run that writes."""

_NOT_ITS_FAULT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
    }
)
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
    place = _place(directory, version)
    if not place.exists():
        return {}
    with _forgiving(place), closing(_connected(place)) as connection:
        rows = connection.execute(query, (wanted,)).fetchall()
        return {row[0]: Entry(row[1], row[2]) for row in rows if _sound(row)}
    return {}


def store(directory: Path, version: int, entries: Mapping[str, Entry]) -> None:
    """Keep entries by digest of content, all of them or none."""
    place = _place(directory, version)
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
        if place.exists() and place.stat().st_size > LARGEST:
            place.unlink()
    rows = [(digest, entry.keys, entry.body) for digest, entry in entries.items()]
    with _forgiving(place), closing(_connected(place)) as connection, connection:
        connection.execute(_TABLE)
        connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)


def _place(directory: Path, version: int) -> Path:
    return directory / f"headers-{version}.sqlite"


def _connected(place: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=PATIENCE)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _sound(row: tuple[object, ...]) -> bool:
    return all(isinstance(part, str) for part in row)


@contextmanager
def _forgiving(place: Path) -> Iterator[None]:
    """Go on without the cache where it cannot be used, and remove it where it is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF not in _NOT_ITS_FAULT:
            with suppress(OSError):
                place.unlink()
