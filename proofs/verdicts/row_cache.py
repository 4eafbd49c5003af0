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
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection

from model import cache

#: Rows that stay; about a thousand are one run, and a row is one or two kilobytes.
MOST = 20_000

#: Characters of the longest row that is kept.
LONGEST = 1 << 16

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
    rows = cache.read(place(directory), query, json.dumps(list(keys)))
    return {
        key: body
        for key, body, seal in rows
        if isinstance(key, str) and isinstance(body, str) and seal == _seal(key, body)
    }


def is_latest(directory: Path, tool: str) -> bool:
    """Whether the text that was kept last is of this tool."""
    return cache.read(place(directory), "SELECT tool = ? FROM kept ORDER BY number DESC LIMIT 1", tool) == [
        (1,)
    ]


def store(directory: Path, tool: str, texts: Mapping[str, str], most: int = MOST) -> None:
    """Keep texts by key, all of them or none, and no more than ``most`` rows altogether."""
    rows = [(k, tool, body, _seal(k, body)) for k, body in texts.items() if len(body) <= LONGEST]
    oldest = "SELECT number FROM kept ORDER BY number DESC LIMIT -1 OFFSET ?"

    def work(connection: Connection) -> None:
        connection.execute(_TABLE)
        connection.executemany(
            "INSERT OR REPLACE INTO kept (key, tool, body, seal) VALUES (?, ?, ?, ?)", rows
        )
        connection.execute(f"DELETE FROM kept WHERE number IN ({oldest})", (most,))

    cache.write(place(directory), work)


def _seal(key: str, body: str) -> str:
    return blake2b(f"{key} {body}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
