# SPDX-License-Identifier: GPL-2.0-only
"""Of which clauses is a claim's certificate a refutation?

Of the clauses that say what the terms of its subject mean, in the order in which the claims and their
terms are met, followed by one clause of one literal for each premise, and one that denies the
conclusion.  Only the clauses that a certificate mentions matter: if nothing satisfies some of them,
nothing satisfies all.  Clauses are made anew by whoever writes or checks, and never stored.

Trusted: this file, ``proofs.engines.cnf`` and ``proofs.engines.blast``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.logic import Term
from proofs.engines.blast import Blaster
from proofs.engines.cnf import Clause, Clauses, Literal
from proofs.evidence.lrat import Step, check
from proofs.evidence.stored import Obligations, StoredClaim


@dataclass(frozen=True)
class Formula:
    """The clauses of a subject, with the literals of its terms."""

    obligations: Obligations
    gates: Clauses
    bits: Blaster[Literal]

    def literals(self, terms: Iterable[Term]) -> list[Literal]:
        """The literals that say that the terms are true."""
        return [self.bits.truth(term) for term in terms]

    def units(self, claim: StoredClaim, facts: Iterable[int]) -> list[Literal]:
        """What a refutation may use beside the clauses: background, these facts, premises, and that the
        conclusion is false.  The first has the number after the last clause, and so on."""
        premises = self.literals(self.obligations.premises(claim, facts))
        return [*premises, -self.bits.truth(self.obligations.conclusion(claim))]

    def check(self, claim: StoredClaim, facts: Iterable[int], steps: Sequence[Step]) -> None:
        """Raises ``lrat.RejectedError`` unless the steps prove the claim from these facts."""
        clauses = self.gates.clauses
        numbers = {hint for step in steps for hint in step[2]} | {step[0] for step in steps}
        known: dict[int, Clause] = {n: clauses[n - 1] for n in numbers if 0 < n <= len(clauses)}
        known.update({len(clauses) + i: (unit,) for i, unit in enumerate(self.units(claim, facts), 1)})
        check(known, steps)


def formula(obligations: Obligations) -> Formula:
    """The clauses of all terms of the obligations.  Raises ValueError if there are too many gates."""
    gates = Clauses()
    found = Formula(obligations, gates, Blaster(gates))
    for claim in obligations.claims:
        found.literals([*obligations.premises(claim), obligations.conclusion(claim)])
    return found
