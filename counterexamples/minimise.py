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

#: A model with these bits, beside whatever is sought; None if there is none.
Ask = Callable[[Sequence[Bit]], Model | None]


def bits(name: str, width: int, value: int) -> list[Bit]:
    """The bits of an input (``width`` 0: a truth value, of one bit), the highest first."""
    return [(name, i, value >> i & 1) for i in reversed(range(max(width, 1)))]


def least(inputs: Mapping[str, int], ask: Ask) -> Model | None:
    """The least model: the first input as small as it can be, then the second, and so on.

    ``inputs`` are the widths by name (0: a truth value, false before true).  The solver is asked
    only about bits that are set in the model at hand.
    """
    model = ask([])
    if model is None:
        return None
    fixed: list[Bit] = []
    for name, width in inputs.items():
        for i in reversed(range(max(width, 1))):
            if model[name] >> i & 1:
                smaller = ask([*fixed, (name, i, 0)])
                model = model if smaller is None else smaller
            fixed.append((name, i, model[name] >> i & 1))
    return {name: model[name] for name in inputs}


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
