# SPDX-License-Identifier: GPL-2.0-only
"""On which inputs should mutants be tried?  On variations of those that reach the theorems' premises: the
facts allow them, and each takes another path.

Trusted: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from counterexamples.lanes import Lanes, run
from model.interpreter import Inputs
from model.logic import BOOL, Value
from model.procedure import Procedure
from proofs.claim import Claim
from proofs.mutants_on_inputs import Screen

#: Inputs that are tried for being allowed, at a time and in all; and how many may take the same path.
AT_ONCE, TRIED, ALIKE = 250, 10000, 1


def varied(procedure: Procedure, claims: Sequence[Claim], seeds: Sequence[Inputs], most: int) -> list[Inputs]:
    """The seeds, and at most so many variations of them."""
    chosen = list(seeds)
    paths: dict[tuple[int, ...], int] = {}
    candidates = _variations(procedure, chosen)
    for _ in range(TRIED // AT_ONCE):
        some = list(islice(candidates, AT_ONCE))
        if not some:
            break
        for each, path in _allowed(procedure, claims, some):
            if paths.get(path, 0) < ALIKE and len(chosen) < len(seeds) + most:
                paths[path] = paths.get(path, 0) + 1
                chosen.append(each)
    return chosen


def _allowed(
    procedure: Procedure, claims: Sequence[Claim], some: Sequence[Inputs]
) -> Iterator[tuple[Inputs, tuple[int, ...]]]:
    """Those that satisfy the facts, each with the path that the procedure takes and the premises that hold."""
    lanes = Lanes(some)
    screen = Screen.of(procedure, some)
    path = run(procedure, lanes).path
    good = screen.holds(fact.holds for claim in claims for fact in claim.facts)
    reached = [screen.holds(claim.given) for claim in claims]
    for i, each in enumerate(some):
        if good >> i & 1:
            yield each, tuple(bits >> i & 1 for bits in (*path, *reached))


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
    """Another value: the opposite, one off, a constant of the kernel, one more bit, or any."""
    kind = chance.randint(0, 4)
    if kind == 0:
        return value ^ 1
    if kind == 1:
        return (value + chance.choice((-1, 1))) & ((1 << 64) - 1)
    if kind == 2 and procedure.constants:
        return chance.choice(sorted(procedure.constants.values()))
    return value ^ (1 << chance.randint(0, 63)) if kind == 3 else chance.getrandbits(64)
