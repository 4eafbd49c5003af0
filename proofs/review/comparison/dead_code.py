# SPDX-License-Identifier: GPL-2.0-only
"""Which conditions of a kernel's function are dead, told with the lines that the proofs rest on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from model.facts.assumed import FACTS
from model.program.line_havoc import opened
from model.program.procedure import Procedure
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from proofs.claims.claim import Verdict
from proofs.review.comparison import dead, line_core
from proofs.review.comparison.dead import Dead
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import Memory
from proofs.verdicts.prove import cores, decided

WIDTH = 72


def dead_code(
    pool: Pool, memory: Memory, name: str, target: Target, procedure: Procedure
) -> tuple[str, bool]:
    """Every condition, or part of one, that can never change what the function does, as text; and whether
    every question was decided."""
    facts = FACTS if target is USER_MEM_ABORT or target.is_fault_path else ()
    questions = dead.asked(name, procedure, facts)
    verdicts = {each.name: each.verdict for each in decided(pool, list(dead.claims(questions)), memory)}
    undecided = sum(v not in (Verdict.PROVED, Verdict.REFUTED) for v in verdicts.values())
    found = dead.dead(questions, verdicts)
    return "\n".join(_told(name, len(questions), undecided, found, _rests(pool, found))), not undecided


def _rests(pool: Pool, found: Sequence[Dead]) -> dict[str, tuple[str, ...]]:
    """The lines that each proof needs, by the name of its claim."""
    claims = [claim for each in found for claim in each.proofs]
    if not claims:
        return {}
    lines = opened(claims[0].subjects[""])  # all are about one procedure
    resting = [line_core.resting(claim, lines) for claim in claims]
    needed = cores(pool, [each.claim for each in resting], least=True)
    return {
        claim.name: tuple(dict.fromkeys(span.text for span in each.lines_of(needed.get(each.claim.name, ()))))
        for claim, each in zip(claims, resting, strict=True)
    }


def _told(
    name: str, parts: int, undecided: int, found: Sequence[Dead], rests: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{name}(): {parts} conditions and parts of conditions were asked about, for all inputs that the"
        f" facts allow; {len(found)} can never change what it does.",
        WIDTH,
    )
    if undecided:
        yield f"{undecided} questions stay undecided."
    for each in found:
        yield ""
        yield from textwrap.wrap(each.told(), WIDTH, break_long_words=False, break_on_hyphens=False)
        lines = dict.fromkeys(text for claim in each.proofs for text in rests.get(claim.name, ()))
        yield from textwrap.wrap(
            f"This rests on {'; '.join(f'`{text}`' for text in lines)}." if lines else "This rests on no line.",
            WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
