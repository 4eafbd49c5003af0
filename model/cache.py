# SPDX-License-Identifier: GPL-2.0-only
"""An SQLite file that is as good as none where it is damaged, locked or not writable.

What is kept in one can be found out again, so nothing here raises; a damaged file is thrown away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

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


def read(file: Path, query: str, value: str) -> list[tuple[object, ...]]:
    """The rows of a query with one parameter; none where there is no such file."""
    if not file.is_file():
        return []
    with _forgiving(file), closing(_connected(file)) as connection:
        return connection.execute(query, (value,)).fetchall()
    return []


def write(file: Path, work: Callable[[sqlite3.Connection], None]) -> None:
    """Do all of the work in one transaction, or none of it; the file and its directory are made."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
    with _forgiving(file), closing(_connected(file)) as connection, connection:
        work(connection)


def _connected(file: Path) -> sqlite3.Connection:
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
