# SPDX-License-Identifier: GPL-2.0-only
"""A process that decides: batches come in on standard input, answers go out on standard output.

    python -m proofs.worker SECONDS

It says ``ready`` when it has started and ``begun`` when it has read a batch; the process that
asks (``proofs.pool``) keeps the time and ends it when it must.  SECONDS after a question it ends
by itself, so that none is left behind by a parent that was killed.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import TextIO

from proofs.decide import Dialogue, decide, examine
from proofs.engines import Engine, EngineError
from proofs.engines.z3 import start
from proofs.question import Answer, Batch, Found, Question, read_batch, write

READY, BEGUN = "ready", "begun"


def serve(source: TextIO, sink: TextIO, engine: Callable[[], Engine], begin: Callable[[], None]) -> None:
    """Answer batches until there are no more; ``begin`` is called before each question."""

    def say(line: str) -> None:
        sink.write(line + "\n")
        sink.flush()

    say(READY)
    for line in source:
        batch = read_batch(line)
        dialogue = _open(engine, batch)
        say(BEGUN)
        for question in batch.questions:
            begin()
            answer = dialogue if isinstance(dialogue, str) else _answer(dialogue, question)
            if isinstance(answer, str):
                dialogue = _open(engine, batch)
                answer = Answer(question.claim, Found.UNKNOWN, reason=answer)
            say(write(answer))


def _open(engine: Callable[[], Engine], batch: Batch) -> Dialogue | str:
    try:
        return Dialogue(engine(), batch.text)
    except EngineError as error:
        return f"The solver does not read the definitions: {error}"


def _answer(dialogue: Dialogue, question: Question) -> Answer | str:
    try:
        return examine(dialogue, question) if question.closely else decide(dialogue, question)
    except (EngineError, ValueError) as error:
        return f"The solver's answer cannot be used: {error}"


def main() -> None:
    """The process."""
    limit = float(sys.argv[1])
    serve(sys.stdin, sys.stdout, start, lambda: _end_after(limit))


def _end_after(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
