# SPDX-License-Identifier: GPL-2.0-only
"""On which of many inputs may a claim be refuted?  All are run side by side (``counterexamples.simulation.procedures``).

Trusted: nothing; whoever asks has the interpreter say so again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterexamples.simulation.procedures import Runs, run
from counterexamples.simulation.terms import Lanes, Many, merged
from model.logic import Term, free_names, name
from model.program.interpreter import Inputs
from proofs.claims.claim import Claim

#: What is kept of each sink's calls.
_OF_CALLS = (".called", ".again", ".seen")


def perhaps_refuted(claim: Claim, inputs: Sequence[Inputs]) -> int:
    """The inputs (bit ``i`` for input ``i``) on which facts and premises hold and the conclusion does not.

    A local that is read before it is set counts as 0, where a replay raises: so a replay refutes the claim
    on no other input, but perhaps on fewer.
    """
    if not inputs:
        return 0
    ends = _Ends.of(claim, inputs)
    found = ends.lanes.all & ~ends.truth(claim.then)
    for term in (*claim.given, *(fact.holds for fact in claim.facts)):
        if found:
            found &= ends.truth(term)
    return found


@dataclass(frozen=True)
class _Ends:
    """What the words of a claim are when all its procedures have run."""

    lanes: Lanes
    runs: dict[str, Runs]
    words: dict[str, Many] = field(default_factory=dict)
    places: dict[tuple[str, str], Many] = field(default_factory=dict)

    @classmethod
    def of(cls, claim: Claim, inputs: Sequence[Inputs]) -> _Ends:
        words = free_names(claim.then, *claim.given, *(fact.holds for fact in claim.facts))
        # Each procedure has lanes of its own, as constants differ between kernels.
        runs = {text: run(procedure, Lanes(inputs)) for text, procedure in claim.subjects.items()}
        return cls(Lanes(inputs, frozenset(words)), runs)

    def truth(self, term: Term) -> int:
        """The lanes in which a formula over the claim's words is true."""
        found = self.lanes.value(term, self.word)
        assert isinstance(found, int)
        return found

    def word(self, term: Term) -> Many:
        """A word of the claim; its value is kept, since its identity counts (see ``Memo``)."""
        key = str(term.data)
        if key not in self.words:
            subject, _, text = key.rpartition(":")
            runs = self.runs[subject]
            meant = runs.procedure.symbols.get(text, name(text, term.sort))
            self.words[key] = runs.lanes.value(
                meant, lambda t: self.place(subject, t) if t.op == "place" else runs.value(t)
            )
        return self.words[key]

    def place(self, subject: str, term: Term) -> Many:
        """What a place holds when the procedure has run."""
        key = subject, str(term.data)
        if key not in self.places:
            self.places[key] = self._held(self.runs[subject], term)
        return self.places[key]

    def _held(self, runs: Runs, term: Term) -> Many:
        """Where it was never set, it is the input that stands for it, as in ``model.program.interpreter.Run``."""
        text = str(term.data)
        if text in runs.places and text.endswith(_OF_CALLS):
            return runs.places[text]  # false from the beginning
        inputs = [each.names for each in self.lanes.inputs]
        stand_in = [names.get(f"no {text}", names.get(f"unset {text}", 0)) for names in inputs]
        never, was_set = self.lanes.many(stand_in, term.sort), runs.was_set.get(text, 0)
        if not was_set:
            return never
        held = runs.places[text]
        if isinstance(held, int) and isinstance(never, int):
            return held & was_set | never & ~was_set
        return merged(was_set, held, never)
