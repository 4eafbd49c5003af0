# SPDX-License-Identifier: GPL-2.0-only
"""Does a mutant do what its original does?  Where a decision diagram shows it, no solver is asked.

Trusted: ``counterexamples.mutation.infection`` and ``proofs.solvers.bdd.abstraction``, for whatever is called
equivalent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from model.arch.arm64.constants import PAGES, V6_12
from model.facts.assumed import Fact
from model.logic import TRUE, Term, disj, free_names, same
from model.program import symbolic
from model.program.procedure import Procedure
from model.vocabulary.memory import PAGE_SHIFT, map_addr, relaxed_addr
from model.vocabulary.symbols import READ, VARYING
from proofs.claims.claim import bind
from proofs.solvers.bdd.abstraction import Conditions
from proofs.solvers.bdd.bdd import Bdd
from proofs.solvers.bdd.engine import is_impossible
from proofs.theorems.observable import EVERYTHING, LOCKS

#: Nodes of the decision diagram that all mutants share, and of one for a mutant alone.
TOGETHER, ALONE = 400_000, 40_000
_INPUTS = READ.keys() | VARYING.keys() | V6_12.keys() | PAGES["4K"].keys()


def _by_page(term: Term) -> Term:
    """Of an address in a stage-2 table the page alone: kvm_pgtable_walk() aligns it down."""
    return term >> PAGE_SHIFT if term.key in (map_addr.key, relaxed_addr.key) else term


#: What a mutant has to do alike.
ALIKE = tuple(replace(each, whats=tuple(map(_by_page, each.whats))) for each in (*EVERYTHING, LOCKS))


def about_inputs(facts: Sequence[Fact]) -> list[Fact]:
    """The facts over inputs alone, which are small and decide most equivalences."""
    return [fact for fact in facts if free_names(fact.holds).keys() <= _INPUTS]


@dataclass
class Alone:
    """A procedure whose mutants are looked at: as it is, and with the marks of its mutants."""

    original: Procedure
    watched: Procedure
    assumed: Sequence[Fact]
    conditions: Conditions = field(default_factory=lambda: Conditions(Bdd(limit=TOGETHER)))
    result: symbolic.Result = field(init=False)
    memo: dict[bytes, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.result = symbolic.run(self.watched)
        self.facts = [self._own(fact.holds) for fact in about_inputs(self.assumed)]

    def _own(self, term: Term) -> Term:
        return bind(term, {"": self.original}, {"": self.result}, self.memo)

    def is_harmless(self, mark: str) -> bool:
        """Whether the mark is shown never to be met."""
        if self.conditions.bdd.is_full():
            self.conditions = Conditions(Bdd(limit=TOGETHER))
        return is_impossible(self.conditions, (self.result.places[mark], *self.facts))

    def is_masked(self, mark: str, mutant: Procedure) -> bool:
        """Whether nothing that the mutant does is shown to differ where the mark is met."""
        met = self.result.places[mark]
        conditions = Conditions(Bdd(limit=ALONE))
        unlike = self._unlike(mutant)
        return all(is_impossible(conditions, (met, *self.facts, *terms)) for terms in unlike)

    def _unlike(self, mutant: Procedure) -> Iterator[tuple[Term, ...]]:
        """For each thing that the two do in different words, when it is not the same."""
        result = {"": symbolic.run(mutant)}
        memo: dict[bytes, Term] = {}
        for each in ALIKE:
            when = TRUE if each.when is None else each.when
            new = [bind(term, {"": mutant}, result, memo) for term in (when, *each.whats)]
            old = [self._own(term) for term in (when, *each.whats)]
            differ = [~same(a, b) for a, b in zip(new[1:], old[1:], strict=True) if a.key != b.key]
            if differ:
                yield new[0], old[0], disj(*differ)
