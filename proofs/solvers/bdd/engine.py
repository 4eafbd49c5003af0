# SPDX-License-Identifier: GPL-2.0-only
"""A second engine, of our own: what does it find about an obligation?

An obligation without a solution is found out where few words meet each other (``cases``); a model is
looked for in the same diagram and is one only if the terms themselves say so.  All else is UNKNOWN, and
another engine's.

Trusted: ``cases`` and what it trusts, for UNSAT; ``model.logic.meaning`` for SAT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from model.logic import TRUE, Term, subterms, value_of
from proofs.claims.obligations import Obligation
from proofs.solvers.bdd.abstraction import Conditions
from proofs.solvers.bdd.bdd import TooLarge
from proofs.solvers.query import Answer, Found

#: A term of more parts than this is left out where others are assumed with it.
LONG = 150
_OPEN = "The decision diagram leaves it open."


def decide(obligation: Obligation, conditions: Conditions | None = None) -> Answer:
    """The answer about one obligation; ``conditions`` may be shared between obligations."""
    if conditions is None or conditions.bdd.is_full():
        conditions = Conditions()
    assumed = (TRUE, *obligation.background, *(f.holds for f in obligation.facts), *obligation.given)
    premises, reached = _solved(conditions, assumed, obligation)
    if premises is Found.UNSAT:
        return Answer(obligation.claim, premises)
    denied, refuted = _solved(conditions, (~obligation.then, *assumed), obligation)
    stray = Found.NOT_ASKED
    strayed: Mapping[str, int] = {}
    if denied is Found.SAT:
        premises, reached = Found.SAT, reached or refuted
        if obligation.witness is not None:
            stray, strayed = _solved(
                conditions, (~obligation.then, *assumed, ~obligation.witness), obligation
            )
    reason = _OPEN if Found.UNKNOWN in (premises, denied, stray) else ""
    return Answer(obligation.claim, premises, denied, stray, reached, refuted, strayed, reason)


def is_impossible(conditions: Conditions, terms: Iterable[Term]) -> bool:
    """Whether no input satisfies all the terms, as far as the diagram shows; the first ones should be
    those that few inputs satisfy."""
    return _edge(conditions, terms)[0] == conditions.bdd.false


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
class Shared:
    """One diagram for many questions about the same procedures, which share most of their terms."""

    budget: Budget = Budget()
    conditions: Conditions = field(default_factory=Conditions)
    large: set[bytes] = field(default_factory=set)

    def is_impossible(self, about: Iterable[Term], others: Sequence[Term]) -> bool:
        """Whether no input satisfies all the terms, as far as that is shown within the budget.

        An assignment of the bits is looked for that satisfies what the question is about; of the others,
        one is added that excludes it.  Where none does, the question stays open.
        """
        bdd = self.conditions.bdd
        if len(bdd.level) > MOST:
            self.conditions, self.large = Conditions(), set()
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
                excluding = self._excluding(values, others, last)
                if excluding is None:
                    return False
                bdd.limit = last
                edge = bdd.conj(edge, excluding)
        except (TooLarge, RecursionError):
            return False

    def _excluding(self, values: Mapping[int, int], others: Sequence[Term], last: int) -> int | None:
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


def _edge(conditions: Conditions, terms: Iterable[Term]) -> tuple[int, bool]:
    """The edge of all the terms, false as soon as it is known to be, and whether it is of all of them: a
    term is left out if it is long, or if the diagram becomes too large with it."""
    edge, is_whole = conditions.bdd.true, True
    for i, term in enumerate(terms):
        try:
            if i and _size(term) > LONG:
                is_whole = False
                continue
            edge = conditions.bdd.conj(edge, conditions.truth(term))
            if not conditions.is_possible(edge):
                return conditions.bdd.false, True
        except (TooLarge, RecursionError):
            is_whole = False
    return edge, is_whole


def _solved(
    conditions: Conditions, terms: Sequence[Term], obligation: Obligation
) -> tuple[Found, Mapping[str, int]]:
    """Whether some input satisfies all the terms, and one that does."""
    edge, is_whole = _edge(conditions, (terms[0], *sorted(terms[1:], key=_size)))
    if edge == conditions.bdd.false:
        return Found.UNSAT, {}
    try:
        values, edge = conditions.assignment(edge)
    except (TooLarge, RecursionError):
        return Found.UNKNOWN, {}
    if values is None:
        return Found.UNSAT, {}
    bits = conditions.bdd.some(edge)
    model = dict.fromkeys(obligation.inputs, 0)
    for (name, bit), value in bits.items():
        if name in model:
            model[name] |= value << bit
    holds = is_whole and all(value_of(t, lambda leaf: model.get(str(leaf.data), 0), _no_call) for t in terms)
    return (Found.SAT, model) if holds else (Found.UNKNOWN, {})


def _size(term: Term) -> int:
    """How many terms it is made of: small ones first."""
    return sum(1 for _ in subterms(term))


def _no_call(term: Term, _: list[int]) -> int:
    raise ValueError(f"{term.data} is an application, which an obligation has not.")
