# SPDX-License-Identifier: GPL-2.0-only
"""Obligations put together by subject, as they are stored.

Trusted: that an obligation is stored as it was asked; the SMT-LIB text beside it is made of what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterexamples.render import prose
from model.logic import Sort, Term, subterms
from proofs.claims.claim import Claim
from proofs.evidence.checker.stored import Obligations, StoredClaim, StoredFact, StoredTerm
from proofs.solvers.obligation import Obligation

Pair = tuple[Claim, Obligation]


def collect_parts(subject: str, pairs: Sequence[Pair]) -> Iterator[Obligations]:
    """The claims of a subject, in as few parts as their inputs allow: an input has one sort in a part."""
    left = list(pairs)
    while left:
        sorts: dict[str, Sort] = {}
        fitting: list[Pair] = []
        later: list[Pair] = []
        for pair in left:
            inputs = pair[1].inputs
            if all(sorts.get(name, sort) == sort for name, sort in inputs.items()):
                sorts.update(inputs)
                fitting.append(pair)
            else:
                later.append(pair)
        yield _Part().obligations(subject, fitting)
        left = later


class _Part:
    """The terms and facts that claims share, with their positions."""

    def __init__(self) -> None:
        self.terms: dict[bytes, Term] = {}
        self.place: dict[bytes, int] = {}
        self.facts: dict[StoredFact, int] = {}

    def obligations(self, subject: str, pairs: Sequence[Pair]) -> Obligations:
        claims = tuple([self.claim(claim, obligation) for claim, obligation in pairs])
        return Obligations(subject, tuple(self.terms.values()), tuple(self.facts), claims)

    def claim(self, claim: Claim, obligation: Obligation) -> StoredClaim:
        facts = [StoredFact(f.name, f.says, f.source, self.position(f.holds)) for f in obligation.facts]
        given = zip(claim.given, obligation.given, strict=True)
        return StoredClaim(
            claim.name,
            claim.says,
            tuple([self.position(term) for term in obligation.background]),
            tuple([self.facts.setdefault(fact, len(self.facts)) for fact in dict.fromkeys(facts)]),
            tuple([StoredTerm(prose.render_term(stated), self.position(meant)) for stated, meant in given]),
            StoredTerm(prose.render_term(claim.then), self.position(obligation.then)),
            obligation.loose,
        )

    def position(self, root: Term) -> int:
        """Where the term is among those of the part; what it is made of comes before it."""
        if root.key not in self.place:
            for term in subterms(root):
                if term.key not in self.place:
                    self.place[term.key] = len(self.terms)
                    self.terms[term.key] = term
        return self.place[root.key]
