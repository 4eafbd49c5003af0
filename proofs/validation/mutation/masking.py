# SPDX-License-Identifier: GPL-2.0-only
"""Mutants that a decision diagram shows to be equivalent, without a solver: unreachable or masked mutations.

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
from proofs.solvers.bdd.abstraction import BooleanAbstraction
from proofs.solvers.bdd.bdd import Bdd
from proofs.solvers.bdd.engine import is_impossible
from proofs.theorems.observable import EVERYTHING, LOCKS

#: Nodes of the decision diagram that all mutants share, and of one for a mutant alone.
TOGETHER, ALONE = 400_000, 40_000
_INPUTS = READ.keys() | VARYING.keys() | V6_12.keys() | PAGES["4K"].keys()


def _by_page(term: Term) -> Term:
    """Of an address in a stage-2 table the page alone: kvm_pgtable_walk() aligns it down."""
    return term >> PAGE_SHIFT if term.key in (map_addr.key, relaxed_addr.key) else term


#: What a mutant has to do as its original does.
OBSERVED = tuple(replace(each, terms=tuple(map(_by_page, each.terms))) for each in (*EVERYTHING, LOCKS))


def input_facts(facts: Sequence[Fact]) -> list[Fact]:
    """The facts over inputs alone, which are small and decide most equivalences."""
    return [fact for fact in facts if free_names(fact.holds).keys() <= _INPUTS]


@dataclass
class MaskingCheck:
    """A procedure, and the same with a mark where each mutant differs from it."""

    original: Procedure
    marked: Procedure
    assumed: Sequence[Fact]
    conditions: BooleanAbstraction = field(default_factory=lambda: BooleanAbstraction(Bdd(limit=TOGETHER)))
    result: symbolic.Result = field(init=False)
    memo: dict[bytes, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.result = symbolic.run(self.marked)
        self.facts = [self._bind_original(fact.holds) for fact in input_facts(self.assumed)]

    def _bind_original(self, term: Term) -> Term:
        return bind(term, {"": self.original}, {"": self.result}, self.memo)

    def is_unreachable(self, mark: str) -> bool:
        """Whether the mark is shown never to be reached."""
        if self.conditions.bdd.is_full():
            self.conditions = BooleanAbstraction(Bdd(limit=TOGETHER))
        return is_impossible(self.conditions, (self.result.places[mark], *self.facts))

    def is_masked(self, mark: str, mutant: Procedure) -> bool:
        """Whether nothing that is observed differs where the mark is reached."""
        reached = self.result.places[mark]
        conditions = BooleanAbstraction(Bdd(limit=ALONE))
        different = self._differences(mutant)
        return all(is_impossible(conditions, (reached, *self.facts, *terms)) for terms in different)

    def _differences(self, mutant: Procedure) -> Iterator[tuple[Term, ...]]:
        """For each observed term that is written otherwise in the mutant, the condition that it differs."""
        result = {"": symbolic.run(mutant)}
        memo: dict[bytes, Term] = {}
        for each in OBSERVED:
            when = TRUE if each.when is None else each.when
            new = [bind(term, {"": mutant}, result, memo) for term in (when, *each.terms)]
            old = [self._bind_original(term) for term in (when, *each.terms)]
            differ = [~same(a, b) for a, b in zip(new[1:], old[1:], strict=True) if a.key != b.key]
            if differ:
                yield new[0], old[0], disj(*differ)
