# SPDX-License-Identifier: GPL-2.0-only
"""Macros that access memory once, or atomically: what they read and write.

``READ_ONCE`` is an exact builtin, for its value is that of its argument.  Those here take an object,
or the address of one, and store to it.

Source: include/asm-generic/rwonce.h, include/asm-generic/barrier.h, include/linux/atomic/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model.logic import choose, same
from model.program.procedure import Origin
from model.source.lowering.expressions.lvalues import Lvalues
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.state.context import Context
from model.source.types.syntax import Node
from model.source.types.values import NOTHING, Value

Access = Callable[["Accesses", Node, list[Node]], Value]


@dataclass(frozen=True)
class Accesses:
    """Lowers single accesses; ``access`` finds the one of a name."""

    context: Context
    operands: Operands
    storage: Storage
    lvalues: Lvalues

    def access(self, node: Node, name: str, arguments: list[Node]) -> Value | None:
        """The call of a macro that is an access; None if it is none."""
        if name not in ACCESSES:
            return None
        says, count, meaning = ACCESSES[name]
        if len(arguments) != count:
            raise self.context.unsupported(node, f"{name} of {len(arguments)} arguments")
        self.context.objects.note("modelled", f"{name}: {says}", self.context.span(node))
        return meaning(self, node, arguments)

    def _write(self, node: Node, arguments: list[Node]) -> Value:
        """``WRITE_ONCE(object, value)``."""
        value = self.operands.scalar(arguments[1])
        self.storage.store(self.lvalues.lvalue(arguments[0]), value, node)
        return NOTHING

    def _release(self, node: Node, arguments: list[Node]) -> Value:
        """``smp_store_release(address, value)``."""
        address, value = self.operands.scalars(arguments)
        self.storage.store(self.storage.pointed_at(address, node), value, node)
        return NOTHING

    def _acquire(self, node: Node, arguments: list[Node]) -> Value:
        """``smp_load_acquire(address)``."""
        return self.storage.load(self.storage.pointed_at(self.operands.scalar(arguments[0]), node), node)

    def _exchange(self, node: Node, arguments: list[Node]) -> Value:
        """``cmpxchg(address, old, new)``: the object's value before.

        Another CPU may have stored anything since the object was last read, so that its value before is
        any; it is the new one afterwards if it was the old one, and stays what it was if not.
        """
        address, old, new = self.operands.scalars(arguments)
        place = self.storage.pointed_at(address, node)
        note = "what another CPU may have left there"
        before = self.context.objects.fresh("cmpxchg()", place.type, Origin.CONTRACT, note)
        expected, wanted = (self.context.objects.convert(v, place.type) for v in (old, new))
        equal = same(before.term, expected.term)
        targets = tuple(dict.fromkeys(wanted.locations + before.locations))
        after = Value(place.type, choose(equal, wanted.term, before.term), targets)
        self.storage.store(place, after, node)
        return before


_ONCE = "one access, whose value does not change meanwhile (include/asm-generic/rwonce.h)"
_ORDERED = "one access in order with others (include/asm-generic/barrier.h)"
_ATOMIC = (
    "stores only if the object still has the old value, of which nothing is known (include/linux/atomic/)"
)
_EXCHANGES = ("cmpxchg", "cmpxchg64", "cmpxchg_relaxed", "cmpxchg_acquire", "cmpxchg_release")
#: The ledger's words for an access, how many arguments it takes, and what it means.
ACCESSES: Mapping[str, tuple[str, int, Access]] = {
    "WRITE_ONCE": (_ONCE, 2, Accesses._write),
    "smp_store_release": (_ORDERED, 2, Accesses._release),
    "smp_load_acquire": (_ORDERED, 1, Accesses._acquire),
    **dict.fromkeys(_EXCHANGES, (_ATOMIC, 3, Accesses._exchange)),
}
