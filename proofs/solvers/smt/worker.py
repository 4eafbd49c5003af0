# SPDX-License-Identifier: GPL-2.0-only
"""The worker process: batches come in on standard input, answers go out on standard output.

    python -m proofs.solvers.smt.worker SECONDS

It says ``ready`` when it has started, ``asking CLAIM`` before it asks about a claim alone, and
``working`` after each step that it does for several; the process that asks (``proofs.solvers.smt.pool``) keeps
the time and ends it when it must.  SECONDS after any of these it ends by itself, so that none is
left behind by a parent that was killed.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TextIO

from proofs.solvers.engine import EngineError, SmtEngine
from proofs.solvers.query import Answer, Batch, Query, SatStatus, read_batch, write_line
from proofs.solvers.smt.decide import decide
from proofs.solvers.smt.minimal import examine, find_cores
from proofs.solvers.smt.z3 import start

READY, WORKING, ASKING = "ready", "working", "asking "


#: A question before it is asked, an answer when it is found, or None after some other step.
Step = Answer | Query | None


def serve(
    source: TextIO, sink: TextIO, steps: Callable[[Batch], Iterator[Step]], begin: Callable[[], None]
) -> None:
    """Answer batches until there are no more; ``begin`` is called after each line that is said."""

    def say(line: str) -> None:
        sink.write(line + "\n")
        sink.flush()
        begin()

    say(READY)
    for line in source:
        batch = read_batch(line)
        say(WORKING)
        for step in steps(batch):
            match step:
                case None:
                    say(WORKING)
                case Query(claim):
                    say(ASKING + claim)
                case Answer():
                    say(write_line(step))


def answers(batch: Batch, engine: Callable[[], SmtEngine]) -> Iterator[Step]:
    """The steps of a batch.  What the engine cannot cope with costs one claim."""
    left = {question.claim: question for question in batch.queries}
    while left:
        asked: Query | None = None
        try:
            for step in _steps(replace(batch, queries=tuple(left.values())), engine):
                asked = step if isinstance(step, Query) else asked
                if isinstance(step, Answer):
                    del left[step.claim]
                yield step
        except (EngineError, ValueError) as error:
            lost = [asked.claim] if asked and asked.claim in left else list(left)
            for claim in lost:
                del left[claim]
                yield Answer(claim, SatStatus.UNKNOWN, reason=f"The solver's answer cannot be used: {error}")


def _steps(batch: Batch, engine: Callable[[], SmtEngine]) -> Iterator[Step]:
    if batch.cores:
        yield from find_cores(engine(), batch)
        return
    if not batch.minimal:
        yield from decide(engine(), batch)
        return
    for question in batch.queries:
        yield question
        yield examine(engine(), batch.text, question)


def main() -> None:
    """The process."""
    limit = float(sys.argv[1])
    serve(sys.stdin, sys.stdout, lambda batch: answers(batch, start), lambda: _end_after(limit))


def _end_after(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
