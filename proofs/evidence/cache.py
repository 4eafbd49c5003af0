# SPDX-License-Identifier: GPL-2.0-only
"""Was the same evidence found before?

In one SQLite file of the user's cache, a row for each text of obligations with its verdicts, by this
tool and this SAT solver; the oldest rows go when there are too many.  A file that is damaged, locked or
not writable is as good as none: nothing here raises.

Trusted: nothing; what is recalled is checked by ``proofs.evidence.checker.verify`` before it is written, like
what was just found, and is sought again where it does not hold.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

from model import cache
from proofs.claims import fingerprint
from proofs.evidence.search import worker
from proofs.evidence.search.sat import engine
from proofs.evidence.search.search import Found
from proofs.evidence.search.worker import Task

#: Rows that stay; a run over the shapes needs one for each shape, of about a megabyte.
MOST = 40

_TABLE = (
    "CREATE TABLE IF NOT EXISTS found (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, body BLOB)"
)


def keys(tasks: Sequence[Task]) -> list[str]:
    """What each task is kept under; none where it cannot be told which tool this is."""
    tool = fingerprint.tool()
    if tool is None:
        return []
    return [sha256(json.dumps([tool, engine(), task]).encode()).hexdigest() for task in tasks]


def load(directory: Path, wanted: Sequence[str]) -> dict[str, Found]:
    """The results that are kept under these keys."""
    query = "SELECT key, body FROM found WHERE key IN (SELECT value FROM json_each(?))"
    found: dict[str, Found] = {}
    for key, body in cache.read(_place(directory), query, json.dumps(list(wanted))):
        try:
            if isinstance(key, str) and isinstance(body, bytes):
                found[key] = worker.read(zlib.decompress(body).decode())
        except (zlib.error, ValueError, TypeError, AttributeError):
            pass  # it is not what was kept, and is sought again
    return found


def store(directory: Path, results: Mapping[str, Found], most: int = MOST) -> None:
    """Keep results by key, and no more than ``most`` rows altogether."""
    rows = [(key, zlib.compress(worker.write(result).encode())) for key, result in results.items()]
    oldest = "SELECT number FROM found ORDER BY number DESC LIMIT -1 OFFSET ?"

    def work(connection: Connection) -> None:
        connection.execute(_TABLE)
        connection.executemany("INSERT OR REPLACE INTO found (key, body) VALUES (?, ?)", rows)
        connection.execute(f"DELETE FROM found WHERE number IN ({oldest})", (most,))

    if rows:
        cache.write(_place(directory), work)


def _place(directory: Path) -> Path:
    """The file below a directory; its number changes with the format."""
    return directory / "evidence-2.sqlite"
