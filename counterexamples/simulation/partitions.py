# SPDX-License-Identifier: GPL-2.0-only
"""What is a term on very many inputs that take few different values?  All of them at once.

A value is kept with the set of inputs that have it, as the bits of a number; an operator is then
evaluated once for each combination of values that some input has, and not once for each input.

Trusted: this file, for the tables of attributes; tests hold it against the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from model.logic import Term, Value, number
from model.logic.meaning import evaluate
from model.program.interpreter import Inputs

_ONE = ord("1")
#: Each value that occurs, with the inputs that have it: bit ``i`` for input ``i``.
Spread = Mapping[Value, int]


@dataclass
class Spreads:
    """The inputs, and the values of names and terms on them; what is missing of an input is 0."""

    inputs: Sequence[Inputs]
    names: dict[str, Spread] = field(default_factory=dict)
    terms: dict[bytes, Spread] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def all(self) -> int:
        """Every input."""
        return (1 << len(self.inputs)) - 1

    def truth(self, term: Term) -> int:
        """The inputs on which a formula over names is true."""
        return self.of(term).get(1, 0)

    def of(self, term: Term) -> Spread:
        """The values of a term over names."""
        found = self.terms.get(term.key)
        if found is None:
            found = self.terms[term.key] = self._step(term)
        return found

    def together(self, terms: Sequence[Term]) -> Mapping[tuple[Value, ...], int]:
        """The values that the terms take together, with the inputs on which they do."""
        combined: dict[tuple[Value, ...], int] = {(): self.all}
        for each in terms:
            one = self.of(each).items()
            combined = {(*vs, v): m & n for vs, m in combined.items() for v, n in one if m & n}
        return combined

    def _step(self, term: Term) -> Spread:
        if term.op == "const":
            return {number(term): self.all}
        if term.op == "name":
            return self._name(str(term.data))
        if term.op in ("not", "and", "or"):
            return self._logic(term.op, [self.truth(each) for each in term.args])
        if term.op == "ite":
            where = self.truth(term.args[0])
            return _joined((self.of(term.args[1]), where), (self.of(term.args[2]), self.all & ~where))
        combined = self.together(term.args)
        found: dict[Value, int] = {}
        for values, mask in combined.items():
            for value, part in self._results(term, values, mask):
                found[value] = found.get(value, 0) | part
        return found

    def _results(self, term: Term, values: tuple[Value, ...], mask: int) -> list[tuple[Value, int]]:
        if term.op != "apply":
            sorts = tuple(each.sort for each in term.args)
            return [(evaluate(term.op, term.sort, term.data, sorts, list(values)), mask)]
        key = str(term.data), values
        called = self._grouped([each.functions.get(key, 0) for each in self.inputs])
        return [(value, mask & part) for value, part in called.items() if mask & part]

    def _logic(self, op: str, parts: list[int]) -> Spread:
        true = parts[0]
        for part in parts[1:]:
            true = true & part if op == "and" else true | part
        true = self.all & ~true if op == "not" else true
        return {v: part for v, part in ((1, true), (0, self.all & ~true)) if part}

    def _name(self, text: str) -> Spread:
        if not self.known:
            self.known.update(*(each.names for each in self.inputs))
        if text not in self.known:
            return {0: self.all} if self.inputs else {}
        found = self.names.get(text)
        if found is None:
            found = self.names[text] = self._grouped([each.names.get(text, 0) for each in self.inputs])
        return found

    def _grouped(self, values: list[Value]) -> Spread:
        """Each value with the inputs that have it; ``values`` are one an input."""
        kinds = dict.fromkeys(values)
        if len(kinds) == 1:  # as of most names: constants, and whatever the inputs have not
            return dict.fromkeys(kinds, self.all)
        digits = {v: bytearray(b"0" * len(values)) for v in kinds}
        for i, value in enumerate(reversed(values)):
            digits[value][i] = _ONE
        return {v: int(each, 2) for v, each in digits.items()}


def _joined(*parts: tuple[Spread, int]) -> Spread:
    """The spreads, each on its own inputs alone."""
    found: dict[Value, int] = {}
    for spread, where in parts:
        for value, mask in spread.items():
            if mask & where:
                found[value] = found.get(value, 0) | mask & where
    return found


def positions(mask: int) -> Iterator[int]:
    """The inputs in a set, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
