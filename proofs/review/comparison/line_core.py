# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of the source does a proof rest on?  On those without which it is none.

The claim is asked of the procedure with its lines opened (``model.program.line_havoc``), and each line is a fact: the
facts that a proof needs are then its lines (``prove.cores``).

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
    """The claim with each line as a fact, and the lines in the order of these facts, which come last."""

    claim: Claim
    lines: tuple[Span, ...]

    def lines_of(self, facts: Iterable[int]) -> tuple[Span, ...]:
        """The lines among facts by position."""
        first = len(self.claim.facts) - len(self.lines)
        return tuple(self.lines[i - first] for i in facts if i >= first)


def add_line_facts(claim: Claim, found: LineHavoc) -> LineClaim:
    """The claim about the opened procedure of its own subject; what else it speaks of stays whole."""
    facts = tuple(
        Fact(name=f"{_LINE} {line.span}", says=line.span.text, source=str(line.span), holds=line.holds)
        for line in found.lines
    )
    asked = replace(
        claim,
        theorem=f"{claim.theorem}.lines",
        subjects={**claim.subjects, "": found.procedure},
        facts=(*claim.facts, *facts),
        expected=Expectation(Verdict.PROVED),
        regions=(),
    )
    return LineClaim(asked, tuple(line.span for line in found.lines))


def restate_under_havoc(claim: Claim, procedure: Procedure) -> Claim:
    """The claim about ``procedure``, in which the touched lines are opened and nothing is said of them: if
    it is still proved, it does not rest on them."""
    return replace(
        claim, theorem=f"{claim.theorem}.untouched", subjects={**claim.subjects, "": procedure}, regions=()
    )
