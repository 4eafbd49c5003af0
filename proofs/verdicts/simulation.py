# SPDX-License-Identifier: GPL-2.0-only
"""Which of a few known inputs refutes a theorem of a mutant, perhaps?

Trusted: nothing; ``proofs.validation.mutation.decide`` has the interpreter say so again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from counterexamples.simulation.procedures import Runs, run
from counterexamples.simulation.terms import Lanes, Many, differ
from model.logic import Term, const, free_names
from model.program.interpreter import Inputs
from model.program.procedure import Procedure
from proofs.claims.claim import Claim

#: Lanes in which it is looked whether a local is truly unset, for each mutant.
TRIED = 4


@dataclass
class Screen:
    """The inputs side by side, and what the procedure did on them.  ``reads`` are the words of each claim
    that was looked at, by its name; it may be shared."""

    original: Procedure
    lanes: Lanes
    words: Mapping[str, Many] = field(default_factory=dict)
    unset: int = 0
    reads: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, original: Procedure, inputs: Sequence[Inputs], reads: dict[str, frozenset[str]] | None = None
    ) -> Screen:
        own = (w for w, term in original.symbols.items() if term.op != "name" or str(term.data) != w)
        lanes = Lanes(inputs, frozenset(own))
        runs = run(original, lanes)
        return cls(original, lanes, _words(runs), runs.unset, {} if reads is None else reads)

    def killers(self, mutant: Procedure, claims: Iterable[Claim]) -> Iterator[tuple[Claim | None, int]]:
        """Claims with a lane in which they are refuted; None for a lane in which a local was read that
        was not set, perhaps."""
        lanes = self.lanes.aside()
        runs = run(mutant, lanes)
        words = _words(runs)
        new = _lanes(runs.unset & ~self.unset)  # some reads are never unset, and only look so
        yield from ((None, lane) for lane in islice(new, TRIED))
        unlike = {w: bits for w, many in words.items() if (bits := differ(many, self.words[w]))}
        if not unlike:
            return
        for claim in claims:
            found = 0  # where a claim's words are the original's, so is its answer
            for word in self._read(claim) & unlike.keys():
                found |= unlike[word]
            if found:
                found &= ~self._truth(claim.then, words, lanes)
            for term in (*claim.given, *(fact.holds for fact in claim.facts)):
                if found:
                    found &= self._truth(term, words, lanes)
            yield from ((claim, lane) for lane in _lanes(found))

    def _read(self, claim: Claim) -> frozenset[str]:
        """The words that a claim speaks of."""
        found = self.reads.get(claim.name)
        if found is None:
            found = self.reads[claim.name] = frozenset(
                free_names(claim.then, *claim.given, *(fact.holds for fact in claim.facts))
            )
        return found

    def holds(self, terms: Iterable[Term]) -> int:
        """The lanes in which all the terms hold of the original."""
        found = self.lanes.all
        for term in terms:
            found &= self._truth(term, self.words, self.lanes)
        return found

    def _truth(self, term: Term, words: Mapping[str, Many], lanes: Lanes) -> int:
        found = lanes.value(term, lambda t: self._leaf(t, words, lanes))
        assert isinstance(found, int)
        return found

    def _leaf(self, term: Term, words: Mapping[str, Many], lanes: Lanes) -> Many:
        text = str(term.data)
        if text in words:
            return words[text]
        if text in self.original.constants:
            return lanes.value(const(self.original.constants[text], term.sort), lambda t: 0)
        return lanes.name(text, term.sort)


def _words(runs: Runs) -> dict[str, Many]:
    return {word: runs.value(term) for word, term in runs.procedure.symbols.items()}


def _lanes(bits: int) -> Iterator[int]:
    """The lanes of these bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
