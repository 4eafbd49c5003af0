# SPDX-License-Identifier: GPL-2.0-only
"""A procedure to be mutated, with the claims that its mutants are checked against.

Trusted: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.facts.assumed import Fact
from model.program.procedure import Procedure
from proofs.claims.claim import Claim
from proofs.theorems.expectation import Expectation, Verdict


@dataclass(frozen=True)
class MutationTarget:
    """A procedure to be mutated, and the theorems that are proved of it, as claims; ``failing`` are those
    that are declared to be refuted of it."""

    name: str
    procedure: Procedure
    claims: tuple[Claim, ...]
    failing: tuple[Claim, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that a claim rests on."""
        return tuple({fact.name: fact for claim in self.claims for fact in claim.facts}.values())


def mutation_target(name: str, procedure: Procedure, claims: Sequence[Claim]) -> MutationTarget:
    """The procedure with the claims that are about it alone: that a theorem is proved, or that it fails in
    no other way than was declared."""
    about = [c for c in claims if c.procedures.get("") is procedure and len(c.procedures) == 1]
    proved = tuple(each for claim in about if (each := _proved_part(claim)))
    failing = tuple(c for c in about if c.expected and c.expected.verdict is Verdict.REFUTED)
    return MutationTarget(name, procedure, proved, failing)


def _proved_part(claim: Claim) -> Claim | None:
    """What a mutant must not refute; None of a claim of which nothing is declared."""
    expected = claim.expected
    if expected is None or expected.verdict is Verdict.PROVED:
        return claim if expected else None
    if expected.verdict is not Verdict.REFUTED or expected.witness is None:
        return None
    return replace(claim, then=claim.then | expected.witness, expected=Expectation(Verdict.PROVED))
