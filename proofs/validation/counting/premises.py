# SPDX-License-Identifier: GPL-2.0-only
"""On which part of all inputs do the premises of theorems hold?

Premises of one procedure share most of their terms, so one diagram serves many: those in which the same
words are compared, or fewer.  Comparisons that only one premise has would spoil the order of the bits for
all others.

Trusted: ``proofs.solvers.bdd.exact`` and what it trusts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from model.logic import Term, conj, subterms
from proofs.claims.claim import Claim
from proofs.claims.obligations import Obligation
from proofs.solvers.bdd.bdd import Bdd, TooLarge
from proofs.solvers.bdd.exact import Exact
from proofs.solvers.bdd.variable_order import Together, order, together
from proofs.validation.counting.counted import NODES, Counted

#: A part of all inputs, and whether it is exact; else it is too large.
Part = tuple[Fraction | None, bool]


def of_premises(pairs: Iterable[tuple[Claim, Obligation]], nodes: int = NODES) -> list[Counted]:
    """The part of all inputs on which the premises of each claim hold; what procedures have in common is
    counted once."""
    every = list(pairs)
    by_procedures: dict[tuple[object, ...], list[Obligation]] = {}
    for _, obligation in every:
        by_procedures.setdefault(obligation.procedures, []).append(obligation)
    known: dict[tuple[object, ...], Part] = {}
    for procedures, obligations in by_procedures.items():
        several = {_key(each): each.given for each in obligations}
        parts = _parts(list(several.values()), nodes)
        known |= {(key, procedures): part for key, part in zip(several, parts, strict=True)}
    found = [(claim.name, *known[_key(obligation), obligation.procedures]) for claim, obligation in every]
    return [Counted(name, holds, exact=exact) for name, holds, exact in found]


def one_each(claims: Sequence[Claim]) -> list[Claim]:
    """One claim of each theorem, in the order of the claims: about the subject that is asked the most
    theorems, of those that are asked this one."""
    asked = Counter(claim.subject for claim in claims)
    found: dict[str, Claim] = {}
    for claim in claims:
        other = found.get(claim.theorem)
        if other is None or asked[other.subject] < asked[claim.subject]:
            found[claim.theorem] = claim
    return list(found.values())


def _key(obligation: Obligation) -> bytes:
    return conj(*obligation.given).key


def _parts(premises: Sequence[Sequence[Term]], nodes: int) -> list[Part]:
    """The parts of several conjunctions, in their order."""
    found: dict[int, Part] = {}
    for chosen in _alike(premises):
        variables = tuple(order(*(term for i in chosen for term in premises[i])))
        exact, is_new = Exact(Bdd(variables, nodes)), True
        for i in chosen:
            if exact.bdd.is_full():
                exact, is_new = Exact(Bdd(variables, nodes)), True
            found[i] = _most(exact, premises[i])
            if not found[i][1] and not is_new:  # others have filled the diagram
                exact, is_new = Exact(Bdd(variables, nodes)), True
                found[i] = _most(exact, premises[i])
            is_new = False
    return [found[i] for i in range(len(premises))]


def _alike(premises: Sequence[Sequence[Term]]) -> Iterator[list[int]]:
    """The positions of those for which one order is good: in none are words compared that are not compared
    in the one that compares most."""
    compared = [together(*terms) for terms in premises]
    rest = sorted(range(len(premises)), key=lambda i: (-len(compared[i]), i))
    while rest:
        widest: Together = compared[rest[0]]
        yield [i for i in rest if compared[i] <= widest]
        rest = [i for i in rest if not compared[i] <= widest]


def _most(exact: Exact, premises: Sequence[Term]) -> Part:
    """On which part of all inputs all premises hold, and whether that is exact: it is too much where some
    are left out, whose diagrams are too large."""
    edge, is_whole = exact.bdd.true, True
    for term in sorted(premises, key=lambda each: sum(1 for _ in subterms(each))):
        try:
            edge = exact.bdd.conj(edge, exact.truth(term))
        except (TooLarge, RecursionError):
            is_whole = False
    if not is_whole and edge == exact.bdd.true:
        return None, False
    return exact.bdd.share(edge), is_whole
