# SPDX-License-Identifier: GPL-2.0-only
"""The same work on several things, side by side.

Trusted: that the results are those of the work.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class DiedError(RuntimeError):
    """A process did not come to an end; a whole sentence."""


def each(work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """The results of the tasks, in their order; ``jobs`` processes work at once, one is this process.

    Raises what the work raises, and DiedError.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor  # not needed for one, and slow to load
    from multiprocessing import get_context

    # Of a process of its own, for whoever asks may have threads, with which a fork may never come back.
    server = get_context("forkserver")
    with ProcessPoolExecutor(jobs, server, initializer=_leave_interrupts) as processes:
        try:
            yield from processes.map(work, tasks)
        except BrokenExecutor:
            raise DiedError("A process that checks evidence died; was there too little memory?") from None
        finally:
            processes.shutdown(cancel_futures=True)


def few(jobs: int, tasks: Sized) -> int:
    """No more processes than there are tasks, and one at least."""
    return max(1, min(jobs, len(tasks)))


def _leave_interrupts() -> None:
    """Whoever asked hears of an interrupt, and says so once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
