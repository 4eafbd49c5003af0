# SPDX-License-Identifier: GPL-2.0-only
"""The cache of what can be found out again: rows of several kinds in one SQLite file.

A file that is damaged, locked or not writable is as good as none: nothing here raises, and a damaged file is
thrown away.  Each row has a digest of itself, its seal; a row that does not match it is not seen.  Several runs
may use the file at once.

Trusted: that the directory is the user's own.  A seal finds damage and not a forger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from platformdirs import user_cache_path

#: Seconds to wait for another run that writes.
PATIENCE = 2.0

#: Bytes above which the file is begun anew.
LARGEST = 512 << 20

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

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS cache (number INTEGER PRIMARY KEY AUTOINCREMENT, "
    "kind TEXT, key TEXT, label TEXT, body BLOB, seal TEXT, UNIQUE (kind, key))",
    "CREATE INDEX IF NOT EXISTS by_kind ON cache (kind)",
    "CREATE INDEX IF NOT EXISTS by_label ON cache (kind, label)",
)
_COLUMNS = "SELECT kind, key, label, body, seal FROM cache WHERE kind = ?"
_OF_KEYS = f"{_COLUMNS} AND key IN (SELECT value FROM json_each(?))"
_OF_LABEL = f"{_COLUMNS} AND label = ? ORDER BY number DESC LIMIT ?"
_LATEST = "SELECT label FROM cache WHERE kind = ? ORDER BY number DESC LIMIT 1"
_INSERT = "INSERT OR REPLACE INTO cache (kind, key, label, body, seal) VALUES (?, ?, ?, ?, ?)"
_PRUNE = (
    "DELETE FROM cache WHERE number IN "
    "(SELECT number FROM cache WHERE kind = ? ORDER BY number DESC LIMIT -1 OFFSET ?)"
)


@dataclass(frozen=True)
class Row:
    """One row: ``key`` is unique within its kind, and several rows may have the same ``label``."""

    key: str
    body: bytes
    label: str = ""


@dataclass(frozen=True)
class Cache:
    """The rows of one kind in the file of a directory; the oldest go where there are more than ``most``.

    The name of a kind changes with the format of its rows.
    """

    directory: Path
    kind: str
    most: int | None = None

    def lookup(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The bodies of the rows with these keys."""
        rows = _read(self.directory, _OF_KEYS, (self.kind, json.dumps(list(keys))))
        return {row.key: row.body for row in self._sealed(rows)}

    def lookup_label(self, label: str, count: int) -> list[Row]:
        """The rows with this label, the latest first, and no more than ``count``."""
        return list(self._sealed(_read(self.directory, _OF_LABEL, (self.kind, label, count))))

    def is_latest(self, label: str) -> bool:
        """Whether the row that was stored last has this label."""
        return _read(self.directory, _LATEST, (self.kind,)) == [(label,)]

    def store(self, rows: Iterable[Row]) -> None:
        """Store all of the rows or, where the file cannot be written, none."""
        sealed = [
            (self.kind, row.key, row.label, row.body, _seal(self.kind, row.key, row.label, row.body))
            for row in rows
        ]
        if not sealed:
            return
        file = locate_file(self.directory)
        _make_room(file)
        with _forgiving(file), closing(_connect(file)) as connection, connection:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.executemany(_INSERT, sealed)
            if self.most is not None:
                connection.execute(_PRUNE, (self.kind, self.most))

    def _sealed(self, rows: Iterable[tuple[object, ...]]) -> Iterator[Row]:
        for kind, key, label, body, seal in rows:
            if not (isinstance(key, str) and isinstance(label, str) and isinstance(body, bytes)):
                continue
            if kind == self.kind and seal == _seal(self.kind, key, label, body):
                yield Row(key, body, label)


def default_directory() -> Path:
    """Where the cache is on this machine."""
    return user_cache_path("stage2-proofs") / "index"


def locate_file(directory: Path) -> Path:
    """The file below a directory; its number changes with the schema."""
    return directory / "cache-1.sqlite"


def _seal(kind: str, key: str, label: str, body: bytes) -> str:
    parts = (*(text.encode("utf-8", "surrogatepass") for text in (kind, key, label)), body)
    return blake2b(b"".join(b"%d:%b" % (len(part), part) for part in parts), digest_size=16).hexdigest()


def _read(directory: Path, query: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
    """The rows of a query; none where there is no file."""
    file = locate_file(directory)
    if not file.is_file():
        return []
    with _forgiving(file), closing(_connect(file)) as connection:
        return connection.execute(query, values).fetchall()
    return []


def _make_room(file: Path) -> None:
    """Make the directory, and remove a file that has grown too large."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.stat().st_size > LARGEST:
            file.unlink()


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=PATIENCE)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@contextmanager
def _forgiving(file: Path) -> Iterator[None]:
    """Go on without the file where it cannot be used, and remove it where it is damaged."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeError) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if isinstance(error, sqlite3.Error) and code & 0xFF not in _NOT_ITS_FAULT:
            with suppress(OSError):
                file.unlink()
