# SPDX-License-Identifier: GPL-2.0-only
"""The smallest and most general witness: what does not matter is left out.

Both functions are defined by meaning alone (the least input in a fixed order; deletion in a fixed
order), so that every solver, in every version and with every seed, gives the same witness.

Trusted: nothing; a minimised witness is replayed like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

#: The value of every input.
Model = Mapping[str, int]


#: One bit of an input, and its value.
Bit = tuple[str, int, int]

#: None if these bits can hold beside whatever is sought; otherwise some of them that cannot.
Refuse = Callable[[Sequence[Bit]], Sequence[Bit] | None]


def bits(name: str, width: int, value: int) -> list[Bit]:
    """The bits of an input (``width`` 0: a truth value, of one bit), the highest first."""
    return [(name, i, value >> i & 1) for i in reversed(range(max(width, 1)))]


def least(inputs: Mapping[str, int], refuse: Refuse) -> Model | None:
    """The least model: the first input as small as it can be, then the second, and so on; None if
    there is no model.

    ``inputs`` are the widths by name (0: a truth value, false before true).  All bits that are left
    are tried as 0 at once.  Where that cannot be, the last of the refused bits is 1 if those
    before it are 0; so they are tried alone, and so on.
    """
    order = [bit for name, width in inputs.items() for bit in bits(name, width, 0)]
    position = {bit: i for i, bit in enumerate(order)}
    fixed: list[Bit] = []
    while len(fixed) < len(order):
        end = len(order)
        while (refused := refuse([*fixed, *order[len(fixed) : end]])) is not None:
            zeros = [position[bit] for bit in refused if position.get(bit, -1) >= len(fixed)]
            if not zeros:
                return None
            end = max(zeros)
        fixed += order[len(fixed) : end]
        if end < len(order):
            name, number, _ = order[end]
            fixed.append((name, number, 1))
    return _model(inputs, fixed)


def _model(inputs: Mapping[str, int], fixed: Sequence[Bit]) -> Model:
    model = dict.fromkeys(inputs, 0)
    for name, number, value in fixed:
        model[name] |= value << number
    return model


def needed(items: Sequence[Item], suffice: Callable[[Sequence[Item]], Sequence[Item] | None]) -> list[Item]:
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
