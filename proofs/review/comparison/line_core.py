# SPDX-License-Identifier: GPL-2.0-only
"""The line core of a proof: the lines of the source without which it fails.

The claim is proved of the procedure in which each line may do anything (``model.program.line_havoc``) unless a
fact says that it does what is written: the facts of the unsat core are then the lines (``prove.cores``).

Trusted: ``model.program.line_havoc``; a verdict does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from model.facts.assumed import Fact
from model.program.line_havoc import LineHavoc
from model.program.procedure import Procedure, Span
from proofs.claims.claim import Claim
from proofs.theorems.expectation import Expectation, Verdict

#: The name of a line among the facts.
_LINE = "line"


@dataclass(frozen=True)
class LineClaim:
    """A claim with each line as a fact, and the lines in the order of these facts, which come last."""

    claim: Claim
    lines: tuple[Span, ...]

    def lines_of(self, facts: Iterable[int]) -> tuple[Span, ...]:
        """The lines among facts by position."""
        first = len(self.claim.facts) - len(self.lines)
        return tuple(self.lines[i - first] for i in facts if i >= first)


def add_line_facts(claim: Claim, found: LineHavoc) -> LineClaim:
    """The claim with a fact for each line of its own subject; its other procedures stay as they are."""
    facts = tuple(
        Fact(name=f"{_LINE} {line.span}", says=line.span.text, source=str(line.span), holds=line.holds)
        for line in found.lines
    )
    about_lines = replace(
        claim,
        theorem=f"{claim.theorem}.lines",
        procedures={**claim.procedures, "": found.procedure},
        facts=(*claim.facts, *facts),
        expected=Expectation(Verdict.PROVED),
        regions=(),
    )
    return LineClaim(about_lines, tuple(line.span for line in found.lines))


def restate_under_havoc(claim: Claim, procedure: Procedure) -> Claim:
    """The claim about ``procedure``, in which the changed lines may do anything: if it is still proved, no
    proof needs them."""
    return replace(
        claim,
        theorem=f"{claim.theorem}.untouched",
        procedures={**claim.procedures, "": procedure},
        regions=(),
    )
