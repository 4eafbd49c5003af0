# SPDX-License-Identifier: GPL-2.0-only
"""Calls that leave the procedure and are observed: events, counted resources, and the end of the host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model.logic import BOOL, BV64, FALSE, TRUE, Term, choose, const, place, same
from model.program.procedure import Call, Origin, Place, Set
from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.storage import Lvalue, Storage, object_at
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.types.ctypes import INT, ULONG, CType, Pointer, Struct
from model.source.types.syntax import Node
from model.source.types.values import Location, Value, as_bitvec, is_scalar, sort_of

Parameters = list[tuple[str, CType, str]]

#: The block of the whole target function, which a path that ends there leaves.
END = "out of the target function"


@dataclass(frozen=True)
class Effects:
    """Emits the events of calls that have a contract."""

    context: Context
    operands: Operands
    storage: Storage
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
        """The call is an event with all its arguments; mmu_lock's depth at that moment is one more."""
        objects = self.context.objects
        signature = self.prototypes.signature(name)
        parameters = signature[1] if signature is not None else []
        names = self._names(node, name, contract, parameters, len(values))
        recorded = [
            pair for own, v in zip(names, values, strict=True) for pair in self._recorded(own, v, node)
        ]
        held = "(mmu_lock)"
        if contract.kind is not Kind.ANSWER and held in objects.places:
            recorded.append(("mmu_lock", place(held, sort_of(INT))))
        known = parameters if len(parameters) == len(values) else []
        scope = {p: Slot(p, t, v) for (p, t, _), v in zip(known, values, strict=bool(known))}
        recorded += [(argument, self._observe(node, argument, c, scope)) for argument, c in contract.observes]
        objects.counts.setdefault(name, 1)  # its locals, if it is read, are not its arguments
        objects.emit(Call(contract.event or name, tuple(recorded), self.context.span(node)))

    def _names(
        self, node: Node, name: str, contract: Contract, parameters: Parameters, count: int
    ) -> list[str]:
        """What each argument is called: as the contract says, as the tree's declaration does, or by its number."""
        names = [p or f"argument {i + 1}" for i, (p, _, _) in enumerate(parameters)][:count]
        names += [f"argument {i + 1}" for i in range(len(names), count)]
        for argument, t, which in contract.arguments:
            at = [i for i, (_, _, spelled) in enumerate(parameters) if spelled == t]
            if which >= len(at) or at[which] >= count:
                raise self.context.unsupported(node, f"{name} without its argument {argument} of type {t}")
            names[at[which]] = argument
        return names

    def _recorded(self, name: str, value: Value, node: Node) -> Iterator[tuple[str, Term]]:
        """What an event has of an argument, as 64 bits: a number; the path of an object in memory; the
        members of a struct that is a local.  Where the answer is put is no part of a call."""
        if isinstance(value.type, Struct):
            yield from self._members(name, object_at(value.locations[0].path, value.type), node)
        elif not isinstance(value.type, Pointer) or not value.locations:
            yield name, as_bitvec(value, ULONG)
        elif len(value.locations) > 1 or self._is_memory(value.locations[0]):
            yield name, self._path_of(value)
        elif isinstance(value.type.target, Struct):
            yield from self._members(name, self.storage.pointed_at(value, node), node)

    def _is_memory(self, location: Location) -> bool:
        return location.behind or self.context.objects.begin(location.path) is None

    def _path_of(self, value: Value) -> Term:
        """An address; of an object in memory the one that its path has in every procedure."""
        objects, word = self.context.objects, as_bitvec(value, ULONG)
        for location in value.locations:
            if not location.behind and self._is_memory(location):
                there = objects.input(f"&{location.path}", BV64, Origin.GIVEN, "an address")
                word = choose(same(word, objects.address(location)), there, word)
        return word

    def _members(self, name: str, lvalue: Lvalue, node: Node) -> Iterator[tuple[str, Term]]:
        """Every scalar of an object."""
        if isinstance(lvalue.type, Struct):
            for member in self.context.types.all_members(lvalue.type):
                yield from self._members(f"{name}.{member}", self.storage.member(lvalue, member, node), node)
        elif is_scalar(lvalue.type):
            yield name, as_bitvec(self.storage.load(lvalue, node), ULONG)

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
