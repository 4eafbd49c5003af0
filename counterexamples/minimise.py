# SPDX-License-Identifier: GPL-2.0-only
"""Minimal counterexamples and cubes: what does not matter is left out.

Both functions are defined by meaning alone (the least input in a fixed order; deletion in a fixed
order), so that every solver, in every version and with every seed, gives the same witness.

Trusted: nothing; a minimised witness is replayed like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)
Condition = TypeVar("Condition")

#: The value of every input.
Model = Mapping[str, int]


#: One bit of an input, and its value; the bit ``WHOLE`` is 1 if any other of the input is.
Bit = tuple[str, int, int]
WHOLE = -1

#: None if these bits can hold beside whatever is sought; otherwise some of them that cannot.
Refuse = Callable[[Sequence[Bit]], Sequence[Bit] | None]


def bits_of(name: str, width: int, value: int) -> list[Bit]:
    """The bits of an input (``width`` 0: a truth value, of one bit), the highest first."""
    return [(name, i, value >> i & 1) for i in reversed(range(max(width, 1)))]


def minimise_model(inputs: Mapping[str, int], refuse: Refuse) -> Model | None:
    """The least model: the first input as small as it can be, then the second, and so on; None if
    there is no model.

    ``inputs`` are the widths by name (0: a truth value, false before true).  All inputs that are left
    are tried as 0 at once.  Where that cannot be, the last of those refused is not 0 if those
    before it are 0; it is made as small as it can be, bit by bit in the same way, and so on.
    """
    names = list(inputs)
    fixed: list[Bit] = []
    first = 0
    while first < len(names):
        zeros = [(name, WHOLE, 0) for name in names[first:]]
        kept = _prefix(fixed, zeros, refuse)
        if kept is None:
            return None
        fixed += zeros[:kept]
        first += kept
        if first < len(names):
            fixed += _word(names[first], inputs[names[first]], fixed, refuse)
            first += 1
    return _model(inputs, fixed)


def _word(name: str, width: int, fixed: Sequence[Bit], refuse: Refuse) -> list[Bit]:
    """The bits of the least value of one input that is not 0, those before it being ``fixed``."""
    order = bits_of(name, width, 0)
    found: list[Bit] = []
    while len(found) < len(order):
        if len(found) == len(order) - 1 and not any(value for _, _, value in found):
            found.append((name, 0, 1))  # it is not 0
            break
        rest = order[len(found) :]
        kept = _prefix([*fixed, *found], rest, refuse)
        assert kept is not None
        found += rest[:kept]
        if kept < len(rest):
            found.append((name, rest[kept][1], 1))
    return found


def _prefix(fixed: Sequence[Bit], order: Sequence[Bit], refuse: Refuse) -> int | None:
    """How many of the bits, from the first on, can hold beside what is fixed; None if nothing can."""
    position = {bit: i for i, bit in enumerate(order)}
    end = len(order)
    while (refused := refuse([*fixed, *order[:end]])) is not None:
        several = [position[bit] for bit in refused if bit in position]
        if not several:
            return None
        end = max(several)
    return end


def _model(inputs: Mapping[str, int], fixed: Sequence[Bit]) -> Model:
    model = dict.fromkeys(inputs, 0)
    for name, number, value in fixed:
        if number != WHOLE:
            model[name] |= value << number
    return model


#: So many conditions are collected before it stays open whether a witness is steady.
INSTANCES = 64


def until_stable(
    least: Callable[[Sequence[Condition]], Model | None], saving: Callable[[Model], Condition | None]
) -> tuple[bool | None, Model | None]:
    """Whether some input is a witness whatever inputs that stand for something unknown are, and the least
    one; if there is none, the least that is one for some of their values.  None: that stays open.

    ``minimise_model`` gives the least witness that meets conditions, and ``saving`` a condition that the witness
    does not meet: to be one under values that make it none.  It gives None where there are no such values.
    """
    first = model = least(())
    conditions: list[Condition] = []
    while model is not None and len(conditions) < INSTANCES:
        condition = saving(model)
        if condition is None:
            return True, model
        conditions.append(condition)
        model = least(conditions)
    return (None if model is not None else False), first


def minimal_subset(
    items: Sequence[Item], suffice: Callable[[Sequence[Item]], Sequence[Item] | None]
) -> list[Item]:
    """Those of the items (all different) that are left when, from the first to the last, each is
    deleted that the others can do without.

    ``suffice`` says whether some items do without the rest: None if not, otherwise a part of them
    that is enough.  What is in no such part need not be asked about again, which changes the
    number of questions and not the answer.
    """
    kept = list(items)
    enough = set(items)
    for item in items:
        rest = [other for other in kept if other != item]
        if item not in enough:
            kept = rest
            continue
        part = suffice(rest)
        if part is not None:
            kept = rest
            enough = set(part)
    return kept
