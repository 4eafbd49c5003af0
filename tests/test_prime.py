# SPDX-License-Identifier: GPL-2.0-only
"""A witness is the least one whatever the solver's seed, and its values are enough and all needed."""

from __future__ import annotations

import pytest

from counterexamples.history import bugs
from counterexamples.minimise import bits
from model.logic import Term, conj, const, name, same
from proofs import smtlib
from proofs.batch import single
from proofs.dialogue import Dialogue
from proofs.engines import Engine
from proofs.engines.z3 import start
from proofs.examine import examine
from proofs.history import on_shape
from proofs.obligation import Obligation, obligations
from proofs.question import Answer, Found, Shown

NAMES = ("forgot_dic", "every_device_was_normal_nc", "refused_with_mmap_lock_held")


def seeded(seed: int) -> Engine:
    engine = start()
    engine(f"(set-option :smt.random_seed {seed})(set-option :sat.random_seed {seed})")
    return engine


def answered(made: Obligation, engine: Engine) -> Answer:
    (batch,) = single([made])
    return examine(engine, batch.text, batch.questions[0])


@pytest.mark.parametrize("text", NAMES)
def test_the_witness_does_not_depend_on_the_seed(text: str) -> None:
    (made,) = obligations([on_shape(text, bugs()[text])])
    one, other = (answered(made, seeded(seed)).counterexample for seed in (1, 4711))
    assert one is not None
    assert one == other


def _cube(made: Obligation, shown: Shown) -> dict[tuple[str, int], Term]:
    """The literals of the cube, by the input, and of flags by the bit."""
    cube: dict[tuple[str, int], Term] = {}
    for text, mask in shown.matter.items():
        sort = made.inputs[text]
        leaf = name(text, sort)
        if text not in made.bitwise:
            value = shown.model[text]
            meant = same(leaf, const(value, sort)) if sort.width else leaf if value else ~leaf
            cube[text, 0] = meant
            continue
        for _, number, value in bits(text, sort.width, shown.model[text]):
            if mask >> number & 1:
                bit = const(1 << number, sort)
                cube[text, number] = same(leaf & bit, bit if value else const(0, sort))
    return cube


@pytest.mark.parametrize("text", NAMES)
def test_the_cube_refutes_and_is_prime(text: str) -> None:
    (made,) = obligations([on_shape(text, bugs()[text])])
    shown = answered(made, start()).counterexample
    assert shown is not None
    cube = _cube(made, shown)
    saved = conj(*made.background, ~conj(*made.given, ~made.then))
    writer = smtlib.Writer()
    writer.declare(made.inputs)
    writer.share([saved, *cube.values()])
    dialogue = Dialogue(start(), "".join(writer.lines))
    literals = {key: dialogue.define([writer.known[term.key]])[0] for key, term in cube.items()}
    (safe,) = dialogue.define([writer.known[saved.key]])
    assert dialogue.check([safe, *literals.values()]) is Found.UNSAT
    for key in cube:
        rest = [literal for other, literal in literals.items() if other != key]
        assert dialogue.check([safe, *rest]) is Found.SAT, key
