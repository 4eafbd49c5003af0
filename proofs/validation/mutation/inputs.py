# SPDX-License-Identifier: GPL-2.0-only
"""On which inputs should mutants be tried?  On variations of those that reach the theorems' premises: the
facts allow them, and each takes another path.

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
KEPT = 4


@dataclass
class Round:
    """Inputs that the facts allow.  Those that are ``kept`` are varied again."""

    inputs: Sequence[Inputs]
    kept: list[Inputs]

    def keep(self, i: int) -> None:
        """Vary input ``i``, too."""
        self.kept.append(self.inputs[i])


@dataclass
class Watch:
    """A procedure with marks, and which of them were met so far, with how many inputs were kept for each."""

    procedure: Procedure
    met: Counter[str] = field(default_factory=Counter)

    def marks(self, some: Round, wanted: Sequence[str]) -> dict[str, int]:
        """The inputs that meet each mark; the first inputs that meet it are varied."""
        places = simulate(self.procedure, Simulator(some.inputs)).places
        found: dict[str, int] = {}
        for mark in wanted:
            bits = places[mark]
            assert isinstance(bits, int)
            found[mark] = bits
            if bits and self.met[mark] < KEPT:
                self.met[mark] += 1
                some.keep((bits & -bits).bit_length() - 1)
        return found


def rounds(procedure: Procedure, claims: Sequence[Claim], seeds: Sequence[Inputs]) -> Iterator[Round]:
    """The seeds, and then, as often as one asks, variations of them and of what was found before: those
    that the facts allow.  What takes a new path is varied again."""
    pool = list(seeds)
    yield Round(seeds, pool)
    paths: set[tuple[int, ...]] = set()
    candidates = _variations(procedure, pool)
    while some := list(islice(candidates, AT_ONCE)):
        allowed = list(_allowed(procedure, claims, some))
        for each, path in allowed:
            if path not in paths:
                paths.add(path)
                pool.append(each)
        yield Round([each for each, _ in allowed], pool)


def _allowed(
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


def _variations(procedure: Procedure, pool: list[Inputs]) -> Iterator[Inputs]:
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
            if functions and chance.random() < _share(functions, names):
                key = chance.choice(sorted(functions))
                functions[key] = _other(functions[key], chance, procedure)
            elif chance.random() < 0.5 and text in other.names:
                changed[text] = other.names[text]
            elif chance.random() < 0.3 and changed.get(text, 0) > 1:
                beside = base.names.get(chance.choice(names), 0)
                changed[text] = _near(changed[text], beside, chance)
            else:
                sort = procedure.inputs[text].sort if text in procedure.inputs else None
                width = 0 if sort is BOOL else 64 if sort is None else sort.width
                value = _other(changed.get(text, 0), chance, procedure)
                changed[text] = (
                    value & 1 if changed.get(text, 0) < 2 and not width else value & ((1 << width) - 1)
                )
        yield Inputs(changed, functions)


def _share(functions: Mapping[tuple[str, tuple[Value, ...]], Value], names: Sequence[str]) -> float:
    return len(functions) / (len(functions) + len(names))


def _other(value: Value, chance: Random, procedure: Procedure) -> Value:
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


def _near(value: Value, beside: Value, chance: Random) -> Value:
    """The value with some of its low, or its high, bits as in another input."""
    low = (1 << chance.choice((12, 21, 25, 30))) - 1
    return value & ~low | beside & low if chance.random() < 0.5 else value & low | beside & ~low
