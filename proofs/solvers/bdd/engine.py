# SPDX-License-Identifier: GPL-2.0-only
"""The decision diagrams as an engine: what no input satisfies is shown to be impossible, the rest is left open.

A conjunction without a solution is found where few words meet each other (the Boolean abstraction).  Models
are not sought; another engine finds them.

Trusted: ``proofs.solvers.bdd.abstraction`` and what it trusts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from model.logic import Term, subterms
from proofs.solvers.bdd.abstraction import BooleanAbstraction
from proofs.solvers.bdd.bdd import TooLarge

#: A term of more parts than this is left out where others are assumed with it.
LONG = 150


def is_impossible(conditions: BooleanAbstraction, terms: Iterable[Term]) -> bool:
    """Whether no input satisfies all the terms, as far as the diagram shows; the first ones should be
    those that few inputs satisfy.  A term is left out if it is long, or if the diagram becomes too large."""
    edge = conditions.bdd.true
    for i, term in enumerate(terms):
        if i and _size(term) > LONG:
            continue
        try:
            edge = conditions.bdd.conj(edge, conditions.truth(term))
            if not conditions.is_possible(edge):
                return True
        except (TooLarge, RecursionError):
            continue  # without this term the others satisfy no more than with it
    return False


@dataclass(frozen=True)
class Budget:
    """How many nodes may be made for one question: for the terms that it is about, for all others
    together, and for each of these.  What needs more is left to other engines.  Up to ``shared`` nodes
    the first questions may make more, for what others will find made."""

    about: int = 20_000
    others: int = 20_000
    each: int = 4_000
    shared: int = 60_000


#: Nodes of all questions together, above which the diagram is made anew: about 300 megabytes.
MOST = 800_000


@dataclass
class SharedDiagram:
    """One diagram for many questions about the same procedures, which share most of their terms."""

    budget: Budget = Budget()
    conditions: BooleanAbstraction = field(default_factory=BooleanAbstraction)
    large: set[bytes] = field(default_factory=set)

    def is_impossible(self, about: Iterable[Term], others: Sequence[Term]) -> bool:
        """Whether no input satisfies all the terms, as far as that is shown within the budget.

        An assignment of the bits is looked for that satisfies what the question is about; of the others,
        one is added that excludes it.  Where none does, the question stays open.
        """
        bdd = self.conditions.bdd
        if len(bdd.level) > MOST:
            self.conditions, self.large = BooleanAbstraction(), set()
            bdd = self.conditions.bdd
        try:
            bdd.limit = max(len(bdd.level) + self.budget.about, self.budget.shared)
            edge = bdd.all(map(self.conditions.truth, about))
            last = len(bdd.level) + self.budget.others
            while True:
                bdd.limit = last
                values, edge = self.conditions.assignment(edge)
                if values is None:
                    return True
                excluding = self._find_excluding(values, others, last)
                if excluding is None:
                    return False
                bdd.limit = last
                edge = bdd.conj(edge, excluding)
        except (TooLarge, RecursionError):
            return False

    def _find_excluding(self, values: Mapping[int, int], others: Sequence[Term], last: int) -> int | None:
        """The edge of a term that these values do not satisfy; one that is too large excludes nothing."""
        bdd = self.conditions.bdd
        for term in others:
            if term.key in self.large:
                continue
            bdd.limit = min(len(bdd.level) + self.budget.each, last)
            try:
                edge = self.conditions.truth(term)
            except (TooLarge, RecursionError):
                self.large.add(term.key)
                continue
            if not bdd.holds(edge, values):
                return edge
        return None


def _size(term: Term) -> int:
    """How many terms it is made of."""
    return sum(1 for _ in subterms(term))
