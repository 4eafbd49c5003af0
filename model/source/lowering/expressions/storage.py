# SPDX-License-Identifier: GPL-2.0-only
"""Loads from, stores to, and copies of the objects that lvalues designate.

A pointer leads to one of the objects that were seen to be put into it; a pointer of another origin
leads to an object of its own, and what it leads to once it was computed is not known: reading
there gives any value, writing there is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import FALSE, Term, choose, is_const
from model.program.procedure import Origin
from model.source.lowering.expressions.operands import Operands, signed_value
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Begin, parents
from model.source.types.ctypes import ULONG, VOID, Array, CType, Function, Int, Pointer, Struct
from model.source.types.syntax import Node
from model.source.types.values import UNKNOWN, Location, Value, is_scalar, sort_of

Alternatives = tuple[tuple[Term | None, Location], ...]

#: How many elements an array may have that is copied with its struct.
_LONGEST = 8


@dataclass(frozen=True)
class Lvalue:
    """An object, or the first of several whose condition holds, and its type."""

    alternatives: Alternatives
    type: CType


def object_at(path: str, t: CType) -> Lvalue:
    """The object of that path."""
    return Lvalue(((None, Location(path)),), t)


@dataclass(frozen=True)
class Storage:
    """Reads and writes objects through lvalues."""

    context: Context
    operands: Operands

    # What a pointer or a member designates ------------------------------------------------------
    def pointed_at(self, pointer: Value, node: Node, index: int = 0) -> Lvalue:
        """What a pointer points to, or what lies so many objects further on."""
        target = pointer.type.target if isinstance(pointer.type, Pointer) else VOID
        if target == VOID or isinstance(target, Function):
            raise self.context.unsupported(node, f"what a {pointer.type} points to")
        found = tuple((guard, t.offset_by(index)) for guard, t in self.context.objects.guards(pointer))
        for _, t in found:
            self._check_shape(t, target, node)
        return Lvalue(found or ((None, UNKNOWN),), target)

    def _check_shape(self, target: Location, t: CType, node: Node) -> None:
        """Refuse an object that is used as one of another type."""
        if target != UNKNOWN and self.context.objects.shapes.setdefault(target.whole, _shape(t)) != _shape(t):
            raise self.context.unsupported(node, f"{target.whole} used as {t}, which is not its type")

    def member(self, outer: Lvalue, field: str, node: Node) -> Lvalue:
        """A member of a struct or union."""
        assert isinstance(outer.type, Struct)
        t = self.context.types.member(outer.type, field)
        if t is None:
            raise self.context.unsupported(node, f"member {field} of {outer.type}, which was not found")
        name, unions = self.context.types.unions_of(outer.type, field)
        found: list[tuple[Term | None, Location]] = []
        for guard, target in outer.alternatives:
            path = target.member(name)
            self.context.objects.unions.use(target.whole, path, unions)
            found.append((guard, UNKNOWN if target == UNKNOWN else Location(path)))
        return Lvalue(tuple(found), t)

    # Reading and writing ------------------------------------------------------------------------
    def load(self, lvalue: Lvalue, node: Node) -> Value:
        """The value of an object; a struct is where it lies, an array leads to its first element."""
        if not is_scalar(lvalue.type):
            return self._aggregate(lvalue, node)
        *others, (_, last) = lvalue.alternatives
        value = self._load(last, lvalue.type, node)
        for guard, target in reversed(others):
            assert guard is not None
            other = self._load(target, lvalue.type, node)
            targets = tuple(dict.fromkeys(other.locations + value.locations))
            value = Value(lvalue.type, choose(guard, other.term, value.term), targets)
        return value

    def _aggregate(self, lvalue: Lvalue, node: Node) -> Value:
        if len(lvalue.alternatives) != 1 or lvalue.alternatives[0][1] == UNKNOWN:
            if isinstance(lvalue.type, Struct):
                return self.copy_struct(lvalue, node)
            raise self.context.unsupported(node, f"one of several objects of type {lvalue.type}, as a whole")
        target = lvalue.alternatives[0][1]
        if isinstance(lvalue.type, Array):
            first = Location(f"{target.whole}[0]")
            return Value(lvalue.type, self.context.objects.address(first), (first,))
        return Value(lvalue.type, FALSE, (target,))

    def _load(self, target: Location, t: CType, node: Node) -> Value:
        objects = self.context.objects
        if target == UNKNOWN:
            objects.note("havoc", "what a computed pointer leads to is not known", self.context.span(node))
            path = objects.unique("(unknown)")
            objects.declare(path, Begin.ANY)
            return objects.load(path, t)
        self._check_place(target.whole, t, node)
        return objects.load(target.whole, t)

    def _check_place(self, path: str, t: CType, node: Node) -> None:
        """Refuse a place of another width, and overlapping members of a union."""
        made = self.context.objects.places.get(path)
        if made is not None and made.sort != sort_of(t):
            raise self.context.unsupported(node, f"{path} used as a {t}, which is not its type")
        if self.context.objects.unions.is_mixed(parents(path)):
            raise self.context.unsupported(node, f"{path}, which lies in a union used in more than one way")

    def store(self, lvalue: Lvalue, value: Value, node: Node) -> None:
        """The object takes the value, converted to its type."""
        objects, span = self.context.objects, self.context.span(node)
        saved = self.operands.snapshot(value, node) if len(lvalue.alternatives) > 1 else value
        for _, target in lvalue.alternatives:
            if target == UNKNOWN:
                raise self.context.unsupported(node, "a write through a pointer of unknown origin")
            objects.unions.write(parents(target.whole))
            self._check_place(target.whole, lvalue.type, node)
        *others, (_, last) = lvalue.alternatives

        def write(rest: Alternatives) -> None:
            if not rest:
                return objects.store(last.whole, lvalue.type, saved, span)
            guard, target = rest[0]
            assert guard is not None
            return objects.fork(
                guard,
                lambda: objects.store(target.whole, lvalue.type, saved, span),
                lambda: write(rest[1:]),
                span,
            )

        write(tuple(others))

    def address_of(self, lvalue: Lvalue, node: Node) -> Value:
        """``&object``."""
        *others, (_, last) = lvalue.alternatives
        term = self._address(last)
        for guard, target in reversed(others):
            assert guard is not None
            term = choose(guard, self._address(target), term)
        for _, target in lvalue.alternatives:
            self._check_shape(target, lvalue.type, node)
        return Value(Pointer(lvalue.type), term, tuple(dict.fromkeys(t for _, t in lvalue.alternatives)))

    def _address(self, target: Location) -> Term:
        objects = self.context.objects
        if target != UNKNOWN:
            return objects.address(target)
        unknown = objects.unique("(address of an unknown object)")
        return objects.input(unknown, sort_of(ULONG), Origin.HAVOC, "an object of unknown origin")

    # Structs as a whole -------------------------------------------------------------------------
    def copy(self, to: Lvalue, value: Value, node: Node) -> None:
        """``object = struct;``, member by member."""
        if not isinstance(to.type, Struct) or value.type != to.type or len(value.locations) != 1:
            raise self.context.unsupported(node, f"a {to.type} made from a {value.type}")
        if len(to.alternatives) != 1:
            raise self.context.unsupported(node, "a struct stored through a pointer to one of several")
        source = Lvalue(((None, value.locations[0]),), to.type)
        if source != to:
            self._copy_members(to, source, node)

    def copy_struct(self, lvalue: Lvalue, node: Node) -> Value:
        """A copy of the one of several structs that a pointer leads to, member by member."""
        path = self.context.objects.temporary("copy")
        self._copy_members(object_at(path, lvalue.type), lvalue, node)
        return Value(lvalue.type, FALSE, (Location(path),))

    def _copy_members(self, to: Lvalue, source: Lvalue, node: Node) -> None:
        assert isinstance(to.type, Struct)
        members = self.context.types.members_of(to.type)
        if not members or any(m.unions for m in members.values()):
            raise self.context.unsupported(
                node, f"a copy of {to.type}, whose members are not known or overlap"
            )
        for name, t in self.context.types.all_members(to.type).items():
            inner, value = self.member(to, name, node), self.member(source, name, node)
            if isinstance(t, Struct):
                self._copy_members(inner, value, node)
            elif isinstance(t, Array) and is_scalar(t.element):
                for number in range(self._length(to.type, name, node)):
                    part, other = self._element(inner, number, node), self._element(value, number, node)
                    self.store(part, self.load(other, node), node)
            elif is_scalar(t):
                self.store(inner, self.load(value, node), node)
            else:
                raise self.context.unsupported(node, f"a copy of {to.type}, which holds an array")

    def _element(self, array: Lvalue, number: int, node: Node) -> Lvalue:
        """An element of an array that is a member."""
        assert isinstance(array.type, Array)
        if len(array.alternatives) != 1 or array.alternatives[0][1] == UNKNOWN:
            raise self.context.unsupported(node, "an array in one of several structs")
        return object_at(f"{array.alternatives[0][1].whole}[{number}]", array.type.element)

    def _length(self, struct: Struct, name: str, node: Node) -> int:
        """How many elements an array has that is a member."""
        found = self.context.types.length(struct, name)
        number: int | None = None
        if found is not None:
            with self.context.outside(found[1]):
                value = self.operands.scalar(found[0])
                number = signed_value(value) if is_const(value.term) else None
        if number is None or not 0 < number <= _LONGEST:
            raise self.context.unsupported(node, f"a copy of {struct}, whose array {name} is not short")
        return number


def _shape(t: CType) -> str:
    """What two types that may stand for each other have in common: the width of scalars."""
    if isinstance(t, Int):
        return "bool" if t.is_bool else f"{t.width} bits"
    if isinstance(t, Array):
        return f"array of {_shape(t.element)}"
    return "64 bits" if isinstance(t, Pointer) else str(t)
