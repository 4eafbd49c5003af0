# SPDX-License-Identifier: GPL-2.0-only
"""The steps of a certificate packed into integers, as ``Packed.v`` reads them.

Trusted: nothing; Coq checks what comes out of the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from proofs.evidence.coq.certificate import CoqStep
from proofs.evidence.coq.formulas import Var
from proofs.evidence.coq.values import NotCovered

#: Codes of 29 bits in an integer of Coq (63 bits), hints of 16 bits in one, and integers in an array of them.
CODE, PAIR, HINT, THREE, ARRAY = 29, 2, 16, 3, 400

#: ``unmixed`` in Packed.v.
MIX = 13

#: The lowest bits of a code: whether it is the head of a step, and which of two things it is then; a sign.
#: A code of 0 fills up, as a hint of 0 does.
CLAUSES, LITERAL, GATE, SIGN = 1, 2, 3, 4

KINDS = {"B": 0, "V": 8, "A": 16}


def pack_steps(steps: Iterable[CoqStep]) -> list[list[int]]:
    """The integers, in arrays.  Raises NotCovered if a number is too large for its place."""
    integers = [_mix(integer) for step in steps for integer in _integers(step)]
    return [integers[i : i + ARRAY] for i in range(0, len(integers), ARRAY)]


def _mix(integer: int) -> int:
    """The integer with its upper bits in the lower ones, for those are what Coq looks it up by: integers
    whose lowest bits are alike take three times as long."""
    mixed = integer
    while integer:
        integer >>= MIX
        mixed ^= integer
    return mixed


def _integers(step: CoqStep) -> Iterator[int]:
    """The lowest bit says whether it is one of hints."""
    yield from (each << 1 for each in _join([*_codes(step)], PAIR, CODE))
    hints = [_check_fits(hint, HINT) for hint in step.hints]
    yield from (each << 1 | 1 for each in _join(hints, THREE, HINT))


def _join(numbers: Sequence[int], count: int, bits: int) -> Iterator[int]:
    """As many numbers as ``count`` in an integer, the first in its lowest bits."""
    for at in range(0, len(numbers), count):
        yield sum(number << bits * i for i, number in enumerate(numbers[at : at + count]))


def _codes(step: CoqStep) -> Iterator[int]:
    yield CLAUSES if step.gate is None else GATE | _variable(step.chained, step.gate)
    for sign, variable in step.clause:
        yield LITERAL | _variable(sign, variable)


def _variable(sign: bool, variable: Var) -> int:
    """A variable and a bit, above the two bits that say what it is."""
    above = _check_fits(variable.j, 8) << 5 | _check_fits(variable.k, 16) << 13
    return SIGN * sign | KINDS[variable.kind] | above


def _check_fits(number: int, bits: int) -> int:
    if number >> bits:
        raise NotCovered("its certificate has larger numbers than there is room for")
    return number
