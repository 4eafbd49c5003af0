# SPDX-License-Identifier: GPL-2.0-only
"""What is a row of the contracts?

Rows are kept by subject, in ``contracts``, ``kvm_contracts`` and ``mm_contracts``, and by target.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a call of this name is for the caller."""

    NO_EFFECT = "nothing that a theorem speaks of"
    PURE = "an unknown but pure function of its integer arguments"
    CAPABILITY = "a property of the machine, named by the argument"
    ANSWER = "any answer of its type, and through each pointer to a scalar any value"
    EFFECT = "something outside happens, with these arguments"
    COUNT = "a resource is taken or given back"
    CRASH = "the host stops here"
    EXPRESSION = "the C expression of this row, in the parameters of the tree's declaration"


@dataclass(frozen=True)
class Contract:
    """One row.  ``result`` names the input that a PURE or ANSWER row gives back (the call's own name
    unless said); ``outs`` names what is written through the pointer arguments, by the C type
    pointed to; ``arguments`` picks a sink's arguments as (name, C type, which one of that type);
    ``counts`` names the resource and by how much it changes (with ``event`` or ``arguments`` the call
    is a sink as well); ``type`` is the result's C type where
    the tree's declaration is a macro; ``event`` is the name under which a sink is known (its own
    unless said), for sinks that stand for each other; ``expression`` is a MEANS row's expression; a
    sink that ``is_inlined`` is also inlined from the tree; one that ``havocs_pointees`` may write anything to
    what its pointers lead to; one that ``is_trampoline`` calls what its first argument names, which is
    the event, with the others, and is that function's row if there is one; ``observes`` are further
    arguments of a sink: C expressions (the first spelling that the tree knows) over the sink's
    parameters, the target's and what is in scope, with the values that they have when it is called."""

    kind: Kind
    says: str
    evidence: str
    result: str = ""
    outs: tuple[tuple[str, str], ...] = ()
    arguments: tuple[tuple[str, str, int], ...] = ()
    counts: tuple[str, int] = ("", 0)
    type: str = ""
    event: str = ""
    expression: str = ""
    is_inlined: bool = False
    havocs_pointees: bool = False
    is_trampoline: bool = False
    observes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_event(self) -> bool:
        """Whether the call is an event, whatever else it is."""
        return self.kind is Kind.EFFECT or bool(self.event or self.arguments)
