# SPDX-License-Identifier: GPL-2.0-only
"""Many claims put to one engine, in processes of their own.

A process has the claims of its subjects from the start (it is forked), and says its answers one by
one.  One that says nothing for too long is ended and costs a claim, which is TIMEOUT; one that dies
costs a claim, which is UNKNOWN; a fresh one goes on with the rest.

Trusted: nothing; an answer that was not given is never made up.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from proofs.claims.claim import Claim
from proofs.claims.obligations import Obligation
from proofs.solvers.query import Answer, Found
from proofs.verdicts.portfolio.engines import Engine

Pair = tuple[Claim, Obligation]

#: A claim has up to three questions; and seconds beyond the limit of these.
QUESTIONS, GRACE = 3, 5.0
#: Claims that one process is given at most.
SHARE = 70


@dataclass
class _Process:
    process: BaseProcess
    connection: Connection
    left: deque[Pair]
    deadline: float


def answers(engine: Engine, pairs: Sequence[Pair], limit: float, jobs: int) -> Iterator[Answer]:
    """The engine's answer to each claim, in the order in which they are found; ``limit`` is the number of
    seconds for a question."""
    shares = deque(_shares(pairs))
    running: list[_Process] = []
    patience = QUESTIONS * limit + GRACE
    try:
        while shares or running:
            while shares and len(running) < jobs:
                running.append(_started(engine, shares.popleft(), limit, patience))
            until = max(0.0, min(each.deadline for each in running) - time.monotonic())
            ready = wait([each.connection for each in running], until)
            for each in list(running):
                answer = _heard(each, each.connection in ready, limit, patience)
                if answer is not None:
                    each.left.popleft()
                    yield answer
                if not each.left or (answer is not None and answer.reason in _ended(limit)):
                    running.remove(each)
                    _end(each)
                    if each.left:
                        shares.appendleft(each.left)
    finally:
        for each in running:
            _end(each)


def _shares(pairs: Sequence[Pair]) -> Iterator[deque[Pair]]:
    """The claims of each subject, in shares that are not too large."""
    ordered = sorted(
        pairs, key=lambda pair: (pair[1].procedures, pair[0].subject, pair[0].pages, pair[0].name)
    )
    for _, group in groupby(ordered, key=lambda pair: (pair[1].procedures, pair[0].subject, pair[0].pages)):
        members = list(group)
        yield from (deque(members[i : i + SHARE]) for i in range(0, len(members), SHARE))


def _started(engine: Engine, share: deque[Pair], limit: float, patience: float) -> _Process:
    context = get_context("fork")  # terms are shared, and identical to those of the parent
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(engine, tuple(share), limit, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Process(process, ours, share, time.monotonic() + patience)


def _work(engine: Engine, share: Sequence[Pair], limit: float, connection: Connection) -> None:
    gc.disable()  # a diagram is millions of tuples and no cycle, and would be walked again and again
    decide = engine.begin(limit)
    for claim, obligation in share:
        connection.send(decide(claim, obligation))


def _ended(limit: float) -> tuple[str, str]:
    """Why there is no answer: the process was late, or died."""
    return f"Nothing was decided within {limit:g} seconds for each question.", "The engine's process died."


def _heard(each: _Process, ready: bool, limit: float, patience: float) -> Answer | None:
    """The answer to the first claim that is left, if there is one, or why there will be none."""
    claim = each.left[0][0].name
    late, died = _ended(limit)
    if ready:
        try:
            answer: Answer = each.connection.recv()
        except EOFError:
            return Answer(claim, Found.UNKNOWN, Found.UNKNOWN, reason=died)
        each.deadline = time.monotonic() + patience
        return answer
    if each.deadline <= time.monotonic():
        return Answer(claim, Found.TIMEOUT, Found.TIMEOUT, reason=late)
    return None


def _end(each: _Process) -> None:
    each.process.kill()
    each.process.join()
    each.connection.close()
