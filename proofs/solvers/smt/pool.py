# SPDX-License-Identifier: GPL-2.0-only
"""Worker processes that decide batches, each question within a wall-clock limit.

The limit holds whatever the solver does: the parent keeps the time, ends a worker that is late, and
a fresh one goes on with the rest of the batch.  A worker that dies costs one question, which
becomes UNKNOWN with the reason.

Unlike those of ``proofs.solvers.parallel``, these processes are no forks: they start before there is work and load
the solver meanwhile, outlive a batch, and know nothing but the text that they are sent.

Trusted: nothing; an answer that was not given is never made up.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from proofs.solvers.query import Answer, Batch, Query, SatStatus, read_answer, write_line

READY, WORKING, ASKING = "ready", "working", "asking "

#: Seconds within which a worker must have started, and have read a batch.
STARTUP = 60.0
#: Seconds that one question about several claims may take; after that they are asked one by one.
TOGETHER = 2.0
#: Seconds after which a worker ends by itself, beyond the limit.
GRACE = 5.0


def worker_command(limit: float) -> tuple[str, ...]:
    """How a worker is started."""
    return (sys.executable, "-m", "proofs.solvers.smt.worker", str(limit + GRACE))


@dataclass
class _Worker:
    """A process, the questions of its batch that are not answered, by claim, and until when it has
    to say something (None: nothing is expected).  ``claim`` is what it asks about alone."""

    process: subprocess.Popen[bytes]
    deadline: float | None
    ready: bool = False
    begun: bool = False
    batch: Batch | None = None
    left: dict[str, Query] = field(default_factory=dict)
    claim: str = ""
    unread: bytes = b""


class Pool:
    """At most ``jobs`` workers; ``limit`` is the number of seconds each question may take.

    Use it as a context: its own workers, and no others, are ended on the way out.
    """

    def __init__(self, jobs: int, limit: float, command: Sequence[str] | None = None):
        self.jobs = jobs
        self.limit = limit
        self.command = tuple(command or worker_command(limit))
        self.workers: list[_Worker] = []
        self.selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in list(self.workers):
            self._end(worker)
        self.selector.close()

    def start(self, count: int) -> None:
        """Have so many workers (at most ``jobs``), so that they are ready when work comes."""
        while len(self.workers) < min(count, self.jobs):
            self._start()

    def answers(self, batches: Sequence[Batch]) -> Iterator[Answer]:
        """The answers to all questions, in the order in which they are found."""
        queue = deque(batch for batch in batches if batch.queries)
        for worker in [w for w in self.workers if w.process.poll() is not None]:
            self._end(worker)  # it had nothing to do for so long that it ended by itself
        while queue or any(w.batch for w in self.workers):
            self.start(len(queue) + sum(w.batch is not None for w in self.workers))
            for worker in list(self.workers):
                if worker.ready and worker.batch is None and queue:
                    yield from self._send(worker, queue)
            for worker in self._wait():
                yield from self._read(worker, queue)
            for worker in [w for w in self.workers if w.deadline and w.deadline <= time.monotonic()]:
                yield from self._handle_delay(worker, queue)

    def _start(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
        )
        worker = _Worker(process, time.monotonic() + STARTUP)
        assert process.stdout is not None
        self.selector.register(process.stdout, selectors.EVENT_READ, worker)
        self.workers.append(worker)

    def _end(self, worker: _Worker) -> str:
        """End the process; what it last said on standard error."""
        self.workers.remove(worker)
        process = worker.process
        assert process.stdin and process.stdout and process.stderr
        self.selector.unregister(process.stdout)
        process.kill()
        with process.stdin, process.stdout, process.stderr:
            told = process.stderr.read().decode(errors="replace").strip()
            process.wait()
        return told.splitlines()[-1] if told else f"it ended with status {process.returncode}"

    def _send(self, worker: _Worker, queue: deque[Batch]) -> Iterator[Answer]:
        worker.batch, worker.begun, worker.claim = queue.popleft(), False, ""
        worker.left = {question.claim: question for question in worker.batch.queries}
        worker.deadline = time.monotonic() + STARTUP
        assert worker.process.stdin
        try:
            worker.process.stdin.write(write_line(worker.batch).encode() + b"\n")
            worker.process.stdin.flush()
        except BrokenPipeError:
            yield from self._handle_death(worker, queue)

    def _wait(self) -> list[_Worker]:
        """The workers that said something, at the latest when the first has to."""
        if not self.workers:
            return []  # the last one died, and the next is not started yet
        deadlines = [w.deadline for w in self.workers if w.deadline is not None]
        wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        return [key.data for key, _ in self.selector.select(wait)]

    def _read(self, worker: _Worker, queue: deque[Batch]) -> Iterator[Answer]:
        assert worker.process.stdout
        data = os.read(worker.process.stdout.fileno(), 1 << 16)
        if not data:
            yield from self._handle_death(worker, queue)
            return
        *lines, worker.unread = (worker.unread + data).split(b"\n")
        for line in lines:
            try:
                answer = self._take(worker, line.decode(errors="replace"))
            except ValueError as error:  # whatever it says next cannot be trusted either
                self._end(worker)
                yield from self._give_up(worker, queue, SatStatus.UNKNOWN, str(error))
                return
            if answer is not None:
                yield answer

    def _take(self, worker: _Worker, line: str) -> Answer | None:
        """One line of a worker; the answer if it is one.  Raises ValueError for nonsense."""
        if line == READY:
            worker.ready, worker.deadline = True, None
            return None
        worker.begun = True
        if line == WORKING:
            worker.deadline = time.monotonic() + min(self.limit, TOGETHER)
            return None
        worker.deadline = time.monotonic() + self.limit
        if line.startswith(ASKING):
            worker.claim = line.removeprefix(ASKING)
            return None
        answer = read_answer(line)
        if answer.claim not in worker.left:
            raise ValueError(f"The worker answered about {answer.claim!r}, which was not asked.")
        worker.claim = ""
        del worker.left[answer.claim]
        if not worker.left:
            worker.batch, worker.deadline = None, None
        return answer

    def _handle_death(self, worker: _Worker, queue: deque[Batch]) -> Iterator[Answer]:
        told = self._end(worker)
        if worker.ready:
            yield from self._give_up(worker, queue, SatStatus.UNKNOWN, f"The worker died: {told}.")
            return
        reason = f"The worker did not start: {told}."
        while queue:
            yield from (Answer(q.claim, SatStatus.UNKNOWN, reason=reason) for q in queue.popleft().queries)

    def _handle_delay(self, worker: _Worker, queue: deque[Batch]) -> Iterator[Answer]:
        if not worker.ready:
            yield from self._handle_death(worker, queue)
            return
        self._end(worker)
        if worker.begun:
            reason = f"Nothing was decided within {self.limit:g} seconds."
            yield from self._give_up(worker, queue, SatStatus.TIMEOUT, reason)
        else:
            reason = f"The worker did not read the definitions within {STARTUP:g} seconds."
            yield from self._give_up(worker, queue, SatStatus.UNKNOWN, reason)

    def _give_up(
        self, worker: _Worker, queue: deque[Batch], found: SatStatus, reason: str
    ) -> Iterator[Answer]:
        """No answer to what the worker asked; the rest of its batch goes to another.  If it had not
        come to any claim alone, all of them do, to be asked one by one."""
        if worker.batch is None:
            return
        asked_alone = worker.claim in worker.left or not worker.batch.together
        if asked_alone:
            lost = worker.claim if worker.claim in worker.left else next(iter(worker.left))
            del worker.left[lost]
            yield Answer(lost, found, reason=reason)
        if worker.left:
            rest = tuple(worker.left.values())
            queue.appendleft(replace(worker.batch, queries=rest, together=False))
