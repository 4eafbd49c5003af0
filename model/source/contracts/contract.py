# SPDX-License-Identifier: GPL-2.0-only
"""The contract of a call that is not read: what it may do, as far as a caller can tell.

Contracts lie by subject in ``common``, ``kvm`` and ``mm``, and with the target for which alone they hold.
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
    EXPRESSION = "the C expression of this contract, in the parameters of the tree's declaration"


@dataclass(frozen=True)
class Contract:
    """What a call of one name does.

    * ``result`` names the input that a PURE or ANSWER contract gives back (the call's own name where
      empty), ``type`` is its C type where the tree's declaration is a macro.
    * ``outs`` names what is written through the pointer arguments, by the C type pointed to.
    * ``arguments`` picks the arguments of an effect as (name, C type, which one of that type), and
      ``is_instruction``: the arguments are words of the assembler, and part of the event's name.
      ``observes`` adds further ones: C expressions (the first spelling that the tree knows) over the
      call's parameters, the target's and what is in scope, with their values at the call.
    * ``event`` is the name of the effect (the call's own where empty), for calls that stand for each other.
    * ``counts`` names a resource and by how much its count changes; with ``event`` or ``arguments``
      the call is an effect as well.
    * ``expression`` is what an EXPRESSION contract means.
    * ``is_inlined``: the effect is also inlined from the tree.
    * ``havocs_pointees``: anything may be written to what its pointers lead to.
    * ``is_trampoline``: it calls what its first argument names, which is the effect, with the other
      arguments, by that function's contract if there is one.
    """

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
    is_instruction: bool = False
    is_order_only: bool = False
    observes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_recorded_by_stubs(self) -> bool:
        """Whether the stub of the crosscheck records the call; the trace has every call."""
        is_effect = self.kind is Kind.EFFECT and not self.is_order_only and not self.is_instruction
        return is_effect or bool(self.event or self.arguments)
