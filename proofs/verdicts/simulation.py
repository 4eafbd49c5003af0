# SPDX-License-Identifier: GPL-2.0-only
"""Bit-parallel simulation of claims: the inputs of many on which a claim is refuted, perhaps.

Trusted: nothing; a candidate counts only where ``refutes`` or another replay by the interpreter agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from counterexamples.simulation.simulate import Simulation, simulate
from counterexamples.simulation.vectors import Simulator, Vector, difference, positions
from model.logic import Term, const, free_names, name, subterms
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure, ProcedureError
from proofs.claims.claim import Claim, replay

#: Inputs on which it is looked whether a local is truly uninitialised, for each mutant.
TRIED = 4


def refutation_candidates(claim: Claim, inputs: Sequence[Inputs]) -> int:
    """The inputs (bit ``i`` for input ``i``) on which facts and premises hold and the conclusion does not.

    A local that is read before it is set counts as 0, where a replay raises: so a replay refutes the claim
    on no other input, but perhaps on fewer.
    """
    if not inputs:
        return 0
    simulator = Simulator(inputs, symbols_of(claim))
    # Each procedure has a simulator of its own, as constants differ between kernels.
    runs = {text: simulate(procedure, Simulator(inputs)) for text, procedure in claim.procedures.items()}
    symbols: dict[str, Vector] = {}

    def leaf(term: Term) -> Vector:
        """A symbol of the claim; its value is stored, since its identity counts (see ``Memo``)."""
        key = str(term.data)
        if key not in symbols:
            subject, _, text = key.rpartition(":")
            run = runs[subject]
            symbols[key] = run.last_value(run.procedure.symbols.get(text, name(text, term.sort)))
        return symbols[key]

    return _refuting(claim, simulator.all, lambda term: simulator.truth(term, leaf))


def symbols_of(claim: Claim) -> frozenset[str]:
    """The symbols that a claim speaks of."""
    return frozenset(free_names(claim.then, *_assumed(claim)))


def _assumed(claim: Claim) -> tuple[Term, ...]:
    return (*claim.given, *(fact.holds for fact in claim.facts))


def _refuting(claim: Claim, among: int, truth: Callable[[Term], int]) -> int:
    """Of some inputs those on which facts and premises hold and the conclusion does not."""
    found = among & ~truth(claim.then) if among else 0
    for term in _assumed(claim):
        if found:
            found &= truth(term)
    return found


@dataclass
class Screen:
    """Screening of mutants: the inputs, and what the original does on them.  ``reads`` are the symbols of
    each claim that was looked at, by its name; it may be shared."""

    original: Procedure
    simulator: Simulator
    symbols: Mapping[str, Vector] = field(default_factory=dict)
    uninitialised: int = 0
    reads: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, original: Procedure, inputs: Sequence[Inputs], reads: dict[str, frozenset[str]] | None = None
    ) -> Screen:
        """The screen of a procedure on these inputs."""
        varying = (s for s, term in original.symbols.items() if term.op != "name" or str(term.data) != s)
        simulator = Simulator(inputs, frozenset(varying))
        run = simulate(original, simulator)
        return cls(original, simulator, _symbols(run), run.uninitialised, {} if reads is None else reads)

    def killers(self, mutant: Procedure, claims: Iterable[Claim]) -> Iterator[tuple[Claim | None, int]]:
        """Claims with an input on which they are refuted; None for an input on which an uninitialised
        local is read, perhaps."""
        simulator = self.simulator.fork()
        run = simulate(mutant, simulator)
        symbols = _symbols(run)
        new = positions(run.uninitialised & ~self.uninitialised)  # some only look uninitialised
        yield from ((None, i) for i in islice(new, TRIED))
        changed = {s: bits for s, value in symbols.items() if (bits := difference(value, self.symbols[s]))}
        if not changed:
            return
        for claim in claims:
            among = 0  # where a claim's symbols are the original's, so is its answer
            for symbol in self._read(claim) & changed.keys():
                among |= changed[symbol]
            found = _refuting(claim, among, lambda term: self._truth(term, symbols, simulator))
            yield from ((claim, i) for i in positions(found))

    def _read(self, claim: Claim) -> frozenset[str]:
        if claim.name not in self.reads:
            self.reads[claim.name] = symbols_of(claim)
        return self.reads[claim.name]

    def holds(self, terms: Iterable[Term]) -> int:
        """The inputs on which all the terms hold of the original."""
        found = self.simulator.all
        for term in terms:
            found &= self._truth(term, self.symbols, self.simulator)
        return found

    def _truth(self, term: Term, symbols: Mapping[str, Vector], simulator: Simulator) -> int:
        return simulator.truth(term, lambda t: self._leaf(t, symbols, simulator))

    def _leaf(self, term: Term, symbols: Mapping[str, Vector], simulator: Simulator) -> Vector:
        text = str(term.data)
        if text in symbols:
            return symbols[text]
        if text in self.original.constants:
            return simulator.evaluate(const(self.original.constants[text], term.sort), lambda t: 0)
        return simulator.input(text, term.sort)


def _symbols(run: Simulation) -> dict[str, Vector]:
    return {symbol: run.value(term) for symbol, term in run.procedure.symbols.items()}


def refutes(claim: Claim, inputs: Inputs) -> bool:
    """Whether, by the interpreter, facts and premises hold on this input and the conclusion does not."""
    try:
        runs = replay(claim, inputs)
    except ProcedureError:
        return False
    return all(runs.value(term) for term in _assumed(claim)) and not runs.value(claim.then)


def explain_uninitialised(mutant: Procedure, original: Procedure, inputs: Inputs) -> str:
    """Which place a symbol is read from that, by the interpreter, only the original sets on these inputs, as
    a sentence; "" if there is none."""
    one, other = (interpret(p, _with_constants(p, inputs)).places for p in (mutant, original))
    for symbol, term in mutant.symbols.items():
        for part in subterms(term):
            text = str(part.data)
            if part.op == "place" and text in original.places and text in other and text not in one:
                return f"{text} is not set, and {symbol} is read from it."
    return ""


def _with_constants(procedure: Procedure, inputs: Inputs) -> Inputs:
    return Inputs({**inputs.names, **procedure.constants}, inputs.functions)
