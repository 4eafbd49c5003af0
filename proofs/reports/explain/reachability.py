# SPDX-License-Identifier: GPL-2.0-only
"""Which scenarios of ``counterexamples.scenarios.programs`` a counterexample is reached by: each is put in its
place and replayed, and all facts must hold and the theorem fail there as well.

All scenarios are first run side by side, and only those in which it seems to fail are replayed.

Trusted: nothing more than a replay is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterexamples.scenarios.reach import Reach, find_scenarios, obstacle
from counterexamples.scenarios.scenario import Values
from model.logic import TRUE, Term
from model.program.interpreter import Inputs
from model.program.procedure import ProcedureError
from proofs.claims.claim import Claim, Replay, replay
from proofs.solvers.obligation import Obligation
from proofs.verdicts.simulation import refutation_candidates
from proofs.verdicts.verdict import ClaimVerdict


def find_reach(judged: ClaimVerdict, on: Term = TRUE) -> Reach:
    """How a program gets to the counterexample, by a page of which ``on`` is true; nothing of a verdict
    that has none."""
    answer = judged.answer
    if answer is None or answer.counterexample is None:
        return Reach()
    obligation = judged.obligation
    names = _names(judged.claim, obligation)
    asked = _Asked(judged.claim, obligation, answer.counterexample.model, names)
    witness = {word: asked.model[each] for word, each in asked.names.items() if each in asked.model}
    found = find_scenarios(witness, asked.fails, on, asked.candidates)
    if found:
        return Reach(found)
    return Reach(why=obstacle(lambda term: bool(asked.replayed({}).value(term))))


@dataclass(frozen=True)
class _Asked:
    claim: Claim
    obligation: Obligation
    model: Mapping[str, int]
    names: Mapping[str, str]

    def inputs(self, values: Values) -> Inputs:
        """The counterexample with those words changed."""
        changed = {self.names[word]: value for word, value in values.items() if word in self.names}
        return self.obligation.concrete({**self.model, **changed})

    def replayed(self, values: Values) -> Replay:
        """The runs on the counterexample with those words changed."""
        return replay(self.claim, self.inputs(values))

    def candidates(self, several: Sequence[Values]) -> int:
        """Of which values ``fails`` may be true, as bits; of the others it is not."""
        return refutation_candidates(self.claim, [self.inputs(values) for values in several])

    def fails(self, values: Values) -> bool:
        """Whether the values can occur, and the theorem fails on them."""
        try:
            runs = self.replayed(values)
        except ProcedureError:
            return False  # a local would be read before it is set
        if runs.value(self.claim.then):  # as for most, and sooner found than what is assumed
            return False
        assumed: list[Term] = [*(fact.holds for fact in self.claim.facts), *self.claim.given]
        return all(runs.value(term) for term in assumed)


def _names(claim: Claim, obligation: Obligation) -> Mapping[str, str]:
    """The words that are inputs, and the names of these."""
    applied = {each.function: each.name for each in obligation.applications}
    names = {name: name for name in obligation.inputs} | applied
    for procedure in claim.procedures.values():
        for word, term in procedure.symbols.items():
            if term.op in ("name", "place"):
                names[word] = str(term.data)
            elif term.op == "apply" and term.data in applied:
                names[word] = applied[str(term.data)]
    return {word: name for word, name in names.items() if name in obligation.inputs}
