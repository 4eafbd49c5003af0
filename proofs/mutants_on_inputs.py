# SPDX-License-Identifier: GPL-2.0-only
"""Which of a few known inputs refutes a theorem of a mutant, perhaps?

Trusted: nothing; ``proofs.mutants`` has the interpreter say so again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from counterexamples.lanes import Lanes, Many, Runs, differ, run
from model.interpreter import Inputs
from model.logic import Term, const
from model.procedure import Procedure
from proofs.claim import Claim


@dataclass
class Screen:
    """The inputs side by side, and what the procedure did on them."""

    original: Procedure
    lanes: Lanes
    words: Mapping[str, Many] = field(default_factory=dict)
    #: Values of terms that are the same for every mutant, and whether a term is such.
    known: dict[bytes, Many] = field(default_factory=dict)
    settled: dict[bytes, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, original: Procedure, inputs: Sequence[Inputs]) -> Screen:
        lanes = Lanes(inputs)
        return cls(original, lanes, _words(run(original, lanes)))

    def killers(self, mutant: Procedure, claims: Sequence[Claim]) -> Iterator[tuple[Claim | None, int]]:
        """Claims with a lane in which they are refuted; None for a lane in which a local was read that
        was not set, perhaps."""
        runs = run(mutant, self.lanes)
        if runs.unset:
            yield from ((None, lane) for lane in _lanes(runs.unset))
        words = _words(runs)
        unlike = 0
        for word, many in words.items():
            if many is not self.words[word]:
                unlike |= differ(many, self.words[word])
        if not unlike:
            return
        known: dict[bytes, Many] = {}
        for claim in list(claims):
            found = unlike & ~self._truth(claim.then, words, known)
            for term in (*claim.given, *(fact.holds for fact in claim.facts)):
                if not found:
                    break
                found &= self._truth(term, words, known)
            yield from ((claim, lane) for lane in _lanes(found))

    def holds(self, terms: Iterable[Term]) -> int:
        """The lanes in which all the terms hold of the original."""
        found, known = self.lanes.all, dict[bytes, Many]()
        for term in terms:
            found &= self._truth(term, self.words, known)
        return found

    def _truth(self, term: Term, words: Mapping[str, Many], known: dict[bytes, Many]) -> int:
        found = self._value(term, words, known)
        assert isinstance(found, int)
        return found

    def _value(self, term: Term, words: Mapping[str, Many], known: dict[bytes, Many]) -> Many:
        own = self.known if self._is_settled(term) else known
        found = own.get(term.key)
        if found is None:
            if term.args:
                for each in term.args:
                    known[each.key] = self._value(each, words, known)
                found = self.lanes.value(term, lambda t: self._leaf(t, words), known)
            else:
                found = self.lanes.value(term, lambda t: self._leaf(t, words), {})
            own[term.key] = found
        return found

    def _leaf(self, term: Term, words: Mapping[str, Many]) -> Many:
        text = str(term.data)
        if text in words:
            return words[text]
        if text in self.original.constants:
            value = const(self.original.constants[text], term.sort)
            return self.lanes.value(value, lambda t: 0, {})
        return self.lanes.name(text, term.sort)

    def _is_settled(self, term: Term) -> bool:
        """Whether nothing in the term depends on what a procedure did."""
        found = self.settled.get(term.key)
        if found is None:
            if term.op == "name":
                meant = self.original.words.get(str(term.data))
                found = meant is None or str(term.data) not in self.words or _is_free(meant)
            else:
                found = all(map(self._is_settled, term.args))
            self.settled[term.key] = found
        return found


def _is_free(term: Term) -> bool:
    return term.op != "place" and all(map(_is_free, term.args))


def _words(runs: Runs) -> dict[str, Many]:
    return {word: runs.value(term) for word, term in runs.procedure.words.items()}


def _lanes(bits: int) -> Iterator[int]:
    """The lanes of these bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
