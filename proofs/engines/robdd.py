# SPDX-License-Identifier: GPL-2.0-only
"""A second engine, of our own: what does it find about an obligation?

An obligation without a solution is found out where few words meet each other (``cases``); a model is
looked for in the same diagram and is one only if the terms themselves say so.  All else is UNKNOWN, and
another engine's.

Trusted: ``cases`` and what it trusts, for UNSAT; ``model.logic.meaning`` for SAT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from model.logic import TRUE, Term, subterms, value_of
from proofs.engines.bdd import TooLarge
from proofs.engines.cases import Conditions
from proofs.obligation import Obligation
from proofs.question import Answer, Found

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
        bits = conditions.bdd.some(conditions.bdd.conj(edge, conditions.axioms))
    except (TooLarge, RecursionError):
        return Found.UNKNOWN, {}
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
