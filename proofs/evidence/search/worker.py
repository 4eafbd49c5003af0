# SPDX-License-Identifier: GPL-2.0-only
"""A process that makes the evidence of one subject: obligations in, what was found out.

    python -m proofs.evidence.search.worker

It reads what is stored, so that a certificate is of the very obligations that are checked later.

Trusted: nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from proofs.evidence.checker import stored
from proofs.evidence.search.search import Found, Sought, search

#: The text of obligations, and the verdict of each claim.
Task = tuple[str, Sequence[str]]


class WorkerError(RuntimeError):
    """A worker did not come to an end; a whole sentence."""


def results(tasks: Iterable[Task], jobs: int) -> Iterator[Found]:
    """The results of the tasks, in their order; ``jobs`` processes at once."""
    if jobs == 1:
        yield from map(_work, tasks)
        return
    with ThreadPoolExecutor(jobs) as threads:
        yield from threads.map(_elsewhere, tasks)


def _work(task: Task) -> Found:
    return search(stored.read(task[0]), task[1])


def _elsewhere(task: Task) -> Found:
    command = [sys.executable, "-m", "proofs.evidence.search.worker"]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise WorkerError(f"A process that makes evidence failed: {told[-1]}.")
    return read(done.stdout)


def read(text: str) -> Found:
    """The result that lies in a text as JSON.  Raises ValueError or TypeError where none does."""
    row = _tuples(json.loads(text))
    return Found(**row | {"claims": tuple(Sought(**_tuples(each)) for each in row["claims"])})


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def write(found: Found) -> str:
    """The result as JSON, which ``read`` reads back."""
    return json.dumps(asdict(found))


def main() -> None:
    """The process."""
    sys.stdout.write(write(_work(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
