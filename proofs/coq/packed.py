# SPDX-License-Identifier: GPL-2.0-only
"""How are the steps of a certificate written for ``Packed.v``?

Trusted: nothing; Coq checks what comes out of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from proofs.coq.certificate import Step
from proofs.coq.formulas import Var
from proofs.coq.values import NotCovered

#: Codes of 29 bits in an integer of Coq (63 bits), and integers in an array of them.
CODE, PAIR, ARRAY = 29, 2, 400

#: The lowest bits of a code: whether it is the head of a step, and which of two things it is then; a sign.
HINT, CLAUSES, LITERAL, GATE, SIGN = 0, 1, 2, 3, 4

KINDS = {"B": 0, "V": 8, "A": 16}


def packed(steps: Iterable[Step]) -> list[list[int]]:
    """The integers, in arrays.  Raises NotCovered if a number is too large for its place."""
    codes = [code for step in steps for code in _codes(step)]
    codes += [0] * (len(codes) % PAIR)
    pairs = [low | high << CODE for low, high in zip(codes[::PAIR], codes[1::PAIR], strict=True)]
    return [pairs[i : i + ARRAY] for i in range(0, len(pairs), ARRAY)]


def _codes(step: Step) -> Iterator[int]:
    yield CLAUSES if step.gate is None else GATE | _variable(step.chained, step.gate)
    for sign, variable in step.clause:
        yield LITERAL | _variable(sign, variable)
    for hint in step.hints:
        yield HINT | _fitting(hint, CODE - 5) << 5


def _variable(sign: bool, variable: Var) -> int:
    """A variable and a bit, above the two bits that say what it is."""
    above = _fitting(variable.j, 8) << 5 | _fitting(variable.k, 16) << 13
    return SIGN * sign | KINDS[variable.kind] | above


def _fitting(number: int, bits: int) -> int:
    if number >> bits:
        raise NotCovered("its certificate has larger numbers than there is room for")
    return number
