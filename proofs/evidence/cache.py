# SPDX-License-Identifier: GPL-2.0-only
"""The cache of evidence: a row for each text of obligations with its verdicts, by this tool and this SAT solver.

Trusted: nothing; what is looked up is checked by ``proofs.evidence.checker.verify`` before it is written, like
what was just found, and is sought again where it does not hold.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from model.cache import Cache, Row
from proofs.claims import fingerprint
from proofs.evidence.search.sat import solver_version
from proofs.evidence.search.search import ClaimEvidence, SubjectEvidence
from proofs.evidence.search.worker import Task

#: Rows that stay; a run over the shapes needs one for each shape, of about a megabyte.
MOST = 40


def make_keys(tasks: Sequence[Task]) -> list[str]:
    """What each task is stored under; none where it cannot be told which tool this is."""
    tool = fingerprint.fingerprint_tool()
    if tool is None:
        return []
    return [sha256(json.dumps([tool, solver_version(), task]).encode()).hexdigest() for task in tasks]


def load(directory: Path, wanted: Sequence[str]) -> dict[str, SubjectEvidence]:
    """The results that are stored under these keys."""
    found: dict[str, SubjectEvidence] = {}
    for key, body in _cache(directory).lookup(wanted).items():
        # What was not stored by this is sought again.
        with suppress(zlib.error, ValueError, TypeError, AttributeError):
            found[key] = read(zlib.decompress(body).decode())
    return found


def store(directory: Path, results: Mapping[str, SubjectEvidence], most: int = MOST) -> None:
    """Store results by key, and no more than ``most`` rows altogether."""
    _cache(directory, most).store(
        Row(key, zlib.compress(write(result).encode())) for key, result in results.items()
    )


def read(text: str) -> SubjectEvidence:
    """The result that lies in a text as JSON.  Raises ValueError or TypeError where none does."""
    row = _tuples(json.loads(text))
    return SubjectEvidence(
        **row | {"claims": tuple(ClaimEvidence(**_tuples(each)) for each in row["claims"])}
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def write(found: SubjectEvidence) -> str:
    """The result as JSON, which ``read`` reads back."""
    return json.dumps(asdict(found))


def _cache(directory: Path, most: int = MOST) -> Cache:
    return Cache(directory, "evidence 2", most)
