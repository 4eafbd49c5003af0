# SPDX-License-Identifier: GPL-2.0-only
"""Where are answers kept for the next run?

In one SQLite file, a row for each fingerprint; the oldest rows go when there are too many.  Several
runs may use it at once.  Rows that are damaged are not seen, and a file that is damaged, locked or
not writable is as good as none: nothing here raises, and a damaged file is thrown away.

Trusted: that the directory is the user's own.  Each row has a digest of itself, which finds damage
and not a forger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

#: Rows that stay; about a thousand are one run, and a row is one or two kilobytes.
MOST = 20_000

#: Characters of the longest row that is kept.
LONGEST = 1 << 16

#: Seconds to wait for another run that writes.
PATIENCE = 2.0

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
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept "
    "(number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, tool TEXT, body TEXT, seal TEXT)"
)


def place(directory: Path) -> Path:
    """The file below a directory; its number changes with the format."""
    return directory / "verdicts-1.sqlite"


def load(directory: Path, keys: Iterable[str]) -> dict[str, str]:
    """The texts that are kept for these keys."""
    query = "SELECT key, body, seal FROM kept WHERE key IN (SELECT value FROM json_each(?))"
    rows = _asked(directory, query, json.dumps(list(keys)))
    return {
        key: body
        for key, body, seal in rows
        if isinstance(key, str) and isinstance(body, str) and seal == _seal(key, body)
    }


def is_latest(directory: Path, tool: str) -> bool:
    """Whether the text that was kept last is of this tool."""
    return _asked(directory, "SELECT tool = ? FROM kept ORDER BY number DESC LIMIT 1", tool) == [(1,)]


def store(directory: Path, tool: str, texts: Mapping[str, str], most: int = MOST) -> None:
    """Keep texts by key, all of them or none, and no more than ``most`` rows altogether."""
    rows = [(k, tool, body, _seal(k, body)) for k, body in texts.items() if len(body) <= LONGEST]
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
    with _forgiving(place(directory)), closing(_connected(directory)) as connection, connection:
        connection.execute(_TABLE)
        connection.executemany(
            "INSERT OR REPLACE INTO kept (key, tool, body, seal) VALUES (?, ?, ?, ?)", rows
        )
        oldest = "SELECT number FROM kept ORDER BY number DESC LIMIT -1 OFFSET ?"
        connection.execute(f"DELETE FROM kept WHERE number IN ({oldest})", (most,))


def _asked(directory: Path, query: str, value: str) -> list[tuple[object, ...]]:
    if not place(directory).is_file():
        return []
    with _forgiving(place(directory)), closing(_connected(directory)) as connection:
        return connection.execute(query, (value,)).fetchall()
    return []


def _connected(directory: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place(directory), timeout=PATIENCE)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _seal(key: str, body: str) -> str:
    return blake2b(f"{key} {body}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


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
