# SPDX-License-Identifier: GPL-2.0-only
"""The clauses that a claim's certificate refutes.

Of the clauses that say what the terms of its subject mean, in the order in which the claims and their
terms are met; of lemmas, which follow from these alone and which all claims of the subject share; and of
one clause of one literal for each premise, and one that denies the conclusion.  Only the clauses that a
certificate mentions matter: if nothing satisfies some of them, nothing satisfies all.  Clauses are made
anew by whoever writes or checks, and never stored.

Trusted: this file, ``proofs.solvers.sat.tseitin`` and ``proofs.solvers.sat.bitblast``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.logic import Term
from proofs.evidence.checker.lrat import Step, check, derive
from proofs.evidence.checker.stored import Obligations, StoredClaim
from proofs.solvers.sat.bitblast import BitBlaster
from proofs.solvers.sat.tseitin import Clause, Literal, TseitinEncoding


@dataclass(frozen=True)
class SubjectClauses:
    """The clauses of a subject, with the literals of its terms."""

    obligations: Obligations
    gates: TseitinEncoding
    bits: BitBlaster[Literal]

    def literals(self, terms: Iterable[Term]) -> list[Literal]:
        """The literals that say that the terms are true."""
        return [self.bits.truth(term) for term in terms]

    def units(self, claim: StoredClaim, facts: Iterable[int]) -> list[Literal]:
        """What a refutation may use beside the clauses: background, these facts, premises, and that the
        conclusion is false.  The first has the number after the last lemma, and so on."""
        premises = self.literals(self.obligations.premises(claim, facts))
        return [*premises, -self.bits.truth(self.obligations.conclusion(claim))]

    def lemmas(self, steps: Sequence[Step]) -> dict[int, Clause]:
        """The clauses that the steps add, by number.  Raises ``lrat.RejectedError`` unless they follow."""
        return derive(self._select_clauses(steps), steps)

    def check(
        self, claim: StoredClaim, facts: Iterable[int], lemmas: Mapping[int, Clause], steps: Sequence[Step]
    ) -> None:
        """Raises ``lrat.RejectedError`` unless the steps prove the claim from these facts and lemmas."""
        known = self._select_clauses(steps)
        known |= {n: lemmas[n] for step in steps for n in step[2] if n in lemmas}
        first = len(self.gates.clauses) + len(lemmas) + 1
        known |= {n: (unit,) for n, unit in enumerate(self.units(claim, facts), first)}
        check(known, steps)

    def _select_clauses(self, steps: Sequence[Step]) -> dict[int, Clause]:
        """The clauses of the terms that the steps speak of, by number."""
        clauses = self.gates.clauses
        numbers = {n for number, _, hints in steps for n in (number, *hints)}
        return {n: clauses[n - 1] for n in numbers if 0 < n <= len(clauses)}


def encode_obligations(obligations: Obligations) -> SubjectClauses:
    """The clauses of all terms of the obligations.  Raises ValueError if there are too many gates."""
    gates = TseitinEncoding()
    found = SubjectClauses(obligations, gates, BitBlaster(gates))
    for claim in obligations.claims:
        found.literals([*obligations.premises(claim), obligations.conclusion(claim)])
    return found
