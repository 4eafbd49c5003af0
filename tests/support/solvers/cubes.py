# SPDX-License-Identifier: GPL-2.0-only
"""Cubes of counterexamples as terms, and whether each input in one refutes and no literal of it can go."""

from __future__ import annotations

from collections.abc import Mapping

from counterexamples.minimise import bits_of
from model.logic import Term, conj, const, name, same, smt_text
from proofs.solvers.engine import SmtEngine
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import MinimalModel, SatStatus
from proofs.solvers.smt.session import Session
from proofs.solvers.smt.z3 import start


def seeded(seed: int) -> SmtEngine:
    engine = start()
    engine(f"(set-option :smt.random_seed {seed})(set-option :sat.random_seed {seed})")
    return engine


def cube_of(obligation: Obligation, found: MinimalModel) -> Mapping[tuple[str, int], Term]:
    """The literals of the cube, by the input, and of flags by the bit."""
    cube: dict[tuple[str, int], Term] = {}
    for text, mask in found.cube.items():
        sort, value = obligation.inputs[text], found.model[text]
        leaf = name(text, sort)
        if text not in obligation.bitwise:
            cube[text, 0] = same(leaf, const(value, sort)) if sort.width else leaf if value else ~leaf
            continue
        for _, number, bit in bits_of(text, sort.width, value):
            if mask >> number & 1:
                one = const(1 << number, sort)
                cube[text, number] = same(leaf & one, one if bit else const(0, sort))
    return cube


def check_that_it_refutes_and_is_prime(obligation: Obligation, found: MinimalModel) -> None:
    """The solver says so: of all inputs of the cube, and of the cube without each literal."""
    cube = cube_of(obligation, found)
    saved = conj(*obligation.background, ~conj(*obligation.given, ~obligation.then))
    writer = smt_text.Writer()
    writer.declare(obligation.inputs)
    writer.share([saved, *cube.values()])
    dialogue = Session(start(), "".join(writer.lines))
    literals = {key: dialogue.define([writer.known[term.key]])[0] for key, term in cube.items()}
    (safe,) = dialogue.define([writer.known[saved.key]])
    assert dialogue.check([safe, *literals.values()]) is SatStatus.UNSAT
    for key in cube:
        rest = [literal for other, literal in literals.items() if other != key]
        assert dialogue.check([safe, *rest]) is SatStatus.SAT, key
