# SPDX-License-Identifier: GPL-2.0-only
"""The process pool: tasks that are worked on side by side in forked processes, with a time for each.

A process is forked with its tasks, so that terms are shared with it and identical to those of the parent, and
sends its results one by one.  One that is late is ended and costs the task that it was at, and so does one that
dies; a fresh process goes on with the rest.

Trusted: that the results are those of the work.
"""

from __future__ import annotations

import math
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Task = TypeVar("Task")
Result = TypeVar("Result")


class Loss(Enum):
    """Why there is no result of a task."""

    LATE = "late"
    DIED = "died"


class DiedError(RuntimeError):
    """A process did not come to an end; a whole sentence."""


@dataclass
class _Process(Generic[Task]):
    """A process, the tasks of which there is no result yet, and until when the next one has to come."""

    process: BaseProcess
    connection: Connection
    left: deque[Task]
    deadline: float

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@dataclass(frozen=True)
class _Raised:
    """What the work raised."""

    error: Exception


def run_shares(
    begin: Callable[[], Callable[[Task], Result]],
    shares: Iterable[Sequence[Task]],
    jobs: int,
    patience: float = math.inf,
) -> Iterator[tuple[Task, Result | Loss]]:
    """Each task with its result, in the order in which they are found; ``jobs`` processes at once.

    A process begins with ``begin``, which gives the work, and has one share; no share is empty.  ``patience`` is the number of
    seconds within which each result has to come.  An exception in a process is one that died.
    """
    todo, again = iter(shares), deque[Sequence[Task]]()
    running: list[_Process[Task]] = []
    try:
        while True:
            while len(running) < jobs and (share := again.popleft() if again else next(todo, None)):
                running.append(_start(begin, share, patience))
            if not running:
                return
            for process, result in _hear(running, patience):
                yield process.left.popleft(), result
                if process.left and not isinstance(result, Loss):
                    continue
                running.remove(process)
                process.end()
                if process.left:
                    again.append(process.left)
    finally:
        for process in running:
            process.end()


def map_in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, purpose: str
) -> Iterator[Result]:
    """The results of the tasks, in their order; ``jobs`` processes at once, and one is this process.

    Raises what the work raises, and DiedError, which says what the process is for: a verb with its object.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return

    def attempt(task: tuple[int, Task]) -> Result | _Raised:
        try:
            return work(task[1])
        except Exception as error:
            return _Raised(error)

    results: dict[int, Result] = {}
    due = 0
    for (place, _), result in run_shares(lambda: attempt, ([task] for task in enumerate(tasks)), jobs):
        if isinstance(result, _Raised):
            raise result.error
        if isinstance(result, Loss):
            raise DiedError(f"A process that {purpose} died; was there too little memory?")
        results[place] = result
        while due in results:
            yield results.pop(due)
            due += 1


def limit_jobs(jobs: int, tasks: Sized) -> int:
    """No more processes than there are tasks, and one at least."""
    return max(1, min(jobs, len(tasks)))


def _start(
    begin: Callable[[], Callable[[Task], Result]], share: Sequence[Task], patience: float
) -> _Process[Task]:
    from multiprocessing import get_context  # not needed for one process, and slow to load

    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(begin, tuple(share), theirs), daemon=True)
    process.start()
    theirs.close()
    return _Process(process, ours, deque(share), time.monotonic() + patience)


def _work(
    begin: Callable[[], Callable[[Task], Result]], share: Sequence[Task], connection: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears of an interrupt, and says so once
    work = begin()
    with suppress(BrokenPipeError):  # nobody waits for it any more
        for task in share:
            connection.send(work(task))


def _hear(
    running: Sequence[_Process[Task]], patience: float
) -> Iterator[tuple[_Process[Task], Result | Loss]]:
    """What came from the processes, one thing from each at most, at the latest when the first is late."""
    from multiprocessing.connection import wait

    deadline = min(process.deadline for process in running)
    seconds = None if deadline == math.inf else max(0.0, deadline - time.monotonic())
    ready = wait([process.connection for process in running], seconds)
    for process in list(running):
        if process.connection in ready:
            process.deadline = time.monotonic() + patience
            try:
                result: Result = process.connection.recv()
            except EOFError:
                yield process, Loss.DIED
            else:
                yield process, result
        elif process.deadline <= time.monotonic():
            yield process, Loss.LATE
