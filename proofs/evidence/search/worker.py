# SPDX-License-Identifier: GPL-2.0-only
"""The evidence of several subjects, each searched for in a process of its own.

It is searched for in what is stored, so that a certificate is of the very obligations that are checked later.

Trusted: nothing.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Sequence

from proofs.evidence.checker import stored
from proofs.evidence.search.search import SubjectEvidence, search_evidence
from proofs.solvers.parallel import map_in_order

#: The text of obligations, and the verdict of each claim.
Task = tuple[str, Sequence[str]]


class WorkerError(RuntimeError):
    """A process failed; a whole sentence."""


def search_all(tasks: Iterable[Task], jobs: int) -> Iterator[SubjectEvidence]:
    """The results of the tasks, in their order; ``jobs`` processes at once.

    Raises DiedError, and WorkerError where the work of another process raises anything.
    """
    work = _search if jobs == 1 else _search_or_fail
    return map_in_order(work, tasks, jobs, "makes evidence")


def _search(task: Task) -> SubjectEvidence:
    return search_evidence(stored.read(task[0]), task[1])


def _search_or_fail(task: Task) -> SubjectEvidence:
    try:
        return _search(task)
    except Exception as error:
        why = traceback.format_exception_only(error)[-1].strip()
        raise WorkerError(f"A process that makes evidence failed: {why}.") from None
