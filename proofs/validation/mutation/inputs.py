# SPDX-License-Identifier: GPL-2.0-only
"""Test inputs for mutants: variations of inputs that reach the premises of theorems.

The facts allow each of them, and those that take a new path are varied again.

Trusted: nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from counterexamples.simulation.simulate import simulate
from counterexamples.simulation.vectors import Simulator
from model.logic import BOOL, Value
from model.program.interpreter import Inputs
from model.program.procedure import Procedure
from proofs.claims.claim import Claim
from proofs.verdicts.simulation import Screen

#: Inputs that are tried for being allowed, at a time.
AT_ONCE = 500
#: Inputs that are varied for each mark.
PER_MARK = 4


@dataclass
class InputRound:
    """Inputs that the facts allow; those in ``pool`` are varied again."""

    inputs: Sequence[Inputs]
    pool: list[Inputs]

    def vary_again(self, i: int) -> None:
        """Vary input ``i``, too."""
        self.pool.append(self.inputs[i])


@dataclass
class MarkCoverage:
    """A procedure with marks, and how many inputs that reach each mark were kept so far."""

    procedure: Procedure
    met: Counter[str] = field(default_factory=Counter)

    def inputs_at_marks(self, some: InputRound, wanted: Sequence[str]) -> dict[str, int]:
        """The inputs that reach each mark, a bit for each; the first inputs that reach it are varied."""
        places = simulate(self.procedure, Simulator(some.inputs)).places
        found: dict[str, int] = {}
        for mark in wanted:
            bits = places[mark]
            assert isinstance(bits, int)
            found[mark] = bits
            if bits and self.met[mark] < PER_MARK:
                self.met[mark] += 1
                some.vary_again((bits & -bits).bit_length() - 1)
        return found


def input_rounds(
    procedure: Procedure, claims: Sequence[Claim], seeds: Sequence[Inputs]
) -> Iterator[InputRound]:
    """The seeds, and then without end variations of the seeds and of earlier inputs, as far as the facts allow
    them.  Inputs that take a new path are varied again."""
    pool = list(seeds)
    yield InputRound(seeds, pool)
    paths: set[tuple[int, ...]] = set()
    candidates = _vary(procedure, pool)
    while some := list(islice(candidates, AT_ONCE)):
        allowed = list(_satisfying_facts(procedure, claims, some))
        for each, path in allowed:
            if path not in paths:
                paths.add(path)
                pool.append(each)
        yield InputRound([each for each, _ in allowed], pool)


def _satisfying_facts(
    procedure: Procedure, claims: Sequence[Claim], some: Sequence[Inputs]
) -> Iterator[tuple[Inputs, tuple[int, ...]]]:
    """Those that satisfy the facts, each with the path that the procedure takes and the premises that hold."""
    screen = Screen.of(procedure, some)
    path = simulate(procedure, screen.simulator).path
    facts = {fact.name: fact.holds for claim in claims for fact in claim.facts}
    good = screen.holds(facts.values())
    reached = [screen.holds(claim.given) for claim in claims]
    for i, each in enumerate(some):
        if good >> i & 1:
            yield each, tuple([bits >> i & 1 for bits in (*path, *reached)])


def _vary(procedure: Procedure, pool: list[Inputs]) -> Iterator[Inputs]:
    """Inputs of the pool (which may grow meanwhile) with one to four values changed."""
    chance = Random(0)  # the same every time
    names = sorted({name for each in pool for name in each.names if name not in procedure.constants})
    while names and pool:
        base = chance.choice(pool)
        changed = dict(base.names)
        functions = dict(base.functions)
        for _ in range(chance.randint(1, 4)):
            other = chance.choice(pool)
            text = chance.choice(names)
            if functions and chance.random() < _function_share(functions, names):
                key = chance.choice(sorted(functions))
                functions[key] = _change_value(functions[key], chance, procedure)
            elif chance.random() < 0.5 and text in other.names:
                changed[text] = other.names[text]
            elif chance.random() < 0.3 and changed.get(text, 0) > 1:
                beside = base.names.get(chance.choice(names), 0)
                changed[text] = _mix_bits(changed[text], beside, chance)
            else:
                sort = procedure.inputs[text].sort if text in procedure.inputs else None
                width = 0 if sort is BOOL else 64 if sort is None else sort.width
                value = _change_value(changed.get(text, 0), chance, procedure)
                changed[text] = (
                    value & 1 if changed.get(text, 0) < 2 and not width else value & ((1 << width) - 1)
                )
        yield Inputs(changed, functions)


def _function_share(functions: Mapping[tuple[str, tuple[Value, ...]], Value], names: Sequence[str]) -> float:
    return len(functions) / (len(functions) + len(names))


def _change_value(value: Value, chance: Random, procedure: Procedure) -> Value:
    """Another value: the opposite, one off, a constant of the kernel, one more bit, without its low bits,
    or any."""
    kind = chance.randint(0, 5)
    if kind == 0:
        return value ^ 1
    if kind == 1:
        return (value + chance.choice((-1, 1))) & ((1 << 64) - 1)
    if kind == 2 and procedure.constants:
        return chance.choice(sorted(procedure.constants.values()))
    if kind == 3:
        return value >> (low := chance.choice((12, 21, 25, 30))) << low
    return value ^ (1 << chance.randint(0, 63)) if kind == 4 else chance.getrandbits(64)


def _mix_bits(value: Value, beside: Value, chance: Random) -> Value:
    """The value with some of its low, or its high, bits as in another input."""
    low = (1 << chance.choice((12, 21, 25, 30))) - 1
    return value & ~low | beside & low if chance.random() < 0.5 else value & low | beside & ~low
