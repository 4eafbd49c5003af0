# SPDX-License-Identifier: GPL-2.0-only
"""Calls that leave the procedure and are observed: events, counted resources, and the end of the host."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import BOOL, FALSE, TRUE, Term, const, place
from model.program.procedure import Call, Place, Set
from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.types.ctypes import INT, ULONG
from model.source.types.syntax import Node
from model.source.types.values import Value, as_bitvec, sort_of

#: The block of the whole target function, which a path that ends there leaves.
END = "out of the target function"


@dataclass(frozen=True)
class Effects:
    """Emits the events of calls that have a contract."""

    context: Context
    operands: Operands
    prototypes: Prototypes

    def crash(self, node: Node, condition: Term) -> None:
        """The host stops if the condition holds."""
        objects = self.context.objects

        def stop() -> None:
            objects.emit(Call("BUG", (), self.context.span(node)))
            objects.leave(END, self.context.span(node))

        objects.fork(condition, stop, lambda: None, self.context.span(node))

    def count(self, node: Node, contract: Contract, values: list[Value]) -> None:
        """The call takes a resource, or gives it back."""
        resource, by = contract.counts
        if not resource:
            paths = [t.path for v in values for t in v.locations]
            resource = paths[0].replace("->", ".").rpartition(".")[2] if paths else "a lock"
        self._adjust_counter(node, f"({resource})", by)

    def _adjust_counter(self, node: Node, path: str, by: int) -> None:
        """Change a resource's counter, a 32-bit word that begins at 0, and note what was done."""
        objects, sort = self.context.objects, sort_of(INT)
        taken, given, again = f"{path} taken", f"{path} given back", f"{path} given back again"
        for place_of, initial in ((path, const(0, sort)), (taken, FALSE), (given, FALSE), (again, FALSE)):
            objects.counters[place_of] = None
            objects.places.setdefault(place_of, Place(initial.sort, initial))
        span = self.context.span(node)
        objects.emit(Set(path, place(path, sort) + const(by, sort), span))
        if by > 0:
            objects.emit(Set(taken, TRUE, span))
        else:
            objects.emit(Set(again, place(given, BOOL), span))
            objects.emit(Set(given, TRUE, span))

    def record(self, node: Node, name: str, contract: Contract, values: list[Value]) -> None:
        """The call is an event; locks held at that moment are among its arguments."""
        objects = self.context.objects
        declared = self.prototypes.signature(name)
        spelled = [p[2] for p in declared[1]] if declared is not None else []
        picked: list[tuple[str, Term]] = []
        for argument, t, which in contract.arguments:
            at = [i for i, s in enumerate(spelled) if s == t]
            if which >= len(at) or at[which] >= len(values):
                raise self.context.unsupported(node, f"{name} without its argument {argument} of type {t}")
            picked.append((argument, as_bitvec(values[at[which]], ULONG)))
        held = "(mmu_lock)"
        if contract.kind is not Kind.ANSWER and held in objects.places:
            picked.append(("mmu_lock", place(held, sort_of(INT))))
        known = [] if declared is None or len(declared[1]) != len(values) else declared[1]
        scope = {p: Slot(p, t, v) for (p, t, _), v in zip(known, values, strict=bool(known))}
        picked += [(argument, self._observe(node, argument, c, scope)) for argument, c in contract.observes]
        objects.counts.setdefault(name, 1)  # its locals, if it is read, are not its arguments
        objects.emit(Call(contract.event or name, tuple(picked), self.context.span(node)))

    def _observe(
        self, node: Node, argument: str, spellings: tuple[str, ...], parameters: dict[str, Slot]
    ) -> Term:
        """What an expression of the contract is at this moment, as 64 bits."""
        for c in spellings:
            scopes, self.context.scopes = (
                self.context.scopes,
                [*self.context.scopes, self.context.given, parameters],
            )
            try:
                text = self.context.text.expansion(node, c, f"what {argument} is")
                with self.context.objects.collect() as steps, self.context.at(text):
                    value = self.operands.scalar(self.context.types.parser.fragment(text))
            except Unsupported:
                continue
            finally:
                self.context.scopes = scopes
            for step in steps:
                self.context.objects.emit(step)
            return as_bitvec(value, ULONG)
        raise self.context.unsupported(node, f"an event whose {argument} is none of {', '.join(spellings)}")
