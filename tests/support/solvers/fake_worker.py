# SPDX-License-Identifier: GPL-2.0-only
"""A worker that goes wrong at one claim, for the tests of the pool:

    python fake_worker.py KIND CLAIM

KIND is what happens when CLAIM is asked: ``hang``, ``die``, ``garble`` (no answer but noise),
``stray`` (an answer about something else); ``together``: it hangs before any claim is asked, unless
claims are asked one by one; ``absent``: it does not start at all.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

from proofs.solvers.query import Answer, Batch, Query, SatStatus
from proofs.solvers.smt.worker import Step, answers, serve
from proofs.solvers.smt.z3 import start


def steps(batch: Batch, kind: str, claim: str) -> Iterator[Step]:
    """The true steps, but for what goes wrong."""
    if kind == "together" and batch.together:
        yield None
        time.sleep(1000)
    for step in answers(batch, start):
        yield step
        if isinstance(step, Query) and step.claim == claim:
            _go_wrong(kind)
            if kind == "stray":
                yield Answer("nobody asked", SatStatus.SAT)


def _go_wrong(kind: str) -> None:
    if kind == "hang":
        time.sleep(1000)
    if kind == "die":
        sys.stderr.write("out of memory\n")
        sys.stderr.flush()
        os._exit(3)
    if kind == "garble":
        sys.stdout.write("[1, 2\n")


def main(kind: str, claim: str) -> None:
    """The process."""
    if kind == "absent":
        raise SystemExit("z3 is not installed")
    serve(sys.stdin, sys.stdout, lambda batch: steps(batch, kind, claim), lambda: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
