# SPDX-License-Identifier: GPL-2.0-only
"""Structs as a whole: copying them, and C's initialisers."""

from __future__ import annotations

from model.logic import FALSE, is_const
from model.source.lowering.expressions.lvalues import Lvalue, Lvalues, object_at, signed_value
from model.source.lowering.state.objects import Begin
from model.source.types.ctypes import Array, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, children, text_of
from model.source.types.values import UNKNOWN, Location, Value, decayed, is_scalar

#: How many elements an array may have that is copied with its struct.
_LONGEST = 8


class Structs(Lvalues):
    """Lowers copies and initialisers of objects with members."""

    def copy(self, to: Lvalue, value: Value, node: Node) -> None:
        """``object = struct;``, member by member."""
        if not isinstance(to.type, Struct) or value.type != to.type or len(value.locations) != 1:
            raise self.text.unsupported(node, f"a {to.type} made from a {value.type}")
        if len(to.alternatives) != 1:
            raise self.text.unsupported(node, "a struct stored through a pointer to one of several")
        source = Lvalue(((None, value.locations[0]),), to.type)
        if source != to:
            self._copy_members(to, source, node)

    def gathered(self, lvalue: Lvalue, node: Node) -> Value:
        """A copy of the one of several structs that a pointer leads to, member by member."""
        path = self.temporary("copy")
        self._copy_members(object_at(path, lvalue.type), lvalue, node)
        return Value(lvalue.type, FALSE, (Location(path),))

    def _copy_members(self, to: Lvalue, source: Lvalue, node: Node) -> None:
        assert isinstance(to.type, Struct)
        members = self.types.members_of(to.type)
        if not members or any(m.unions for m in members.values()):
            raise self.text.unsupported(node, f"a copy of {to.type}, whose members are not known or overlap")
        for name, t in self.types.all_members(to.type).items():
            inner, value = self.member(to, name, node), self.member(source, name, node)
            if isinstance(t, Struct):
                self._copy_members(inner, value, node)
            elif isinstance(t, Array) and is_scalar(t.element):
                for number in range(self._length(to.type, name, node)):
                    part, other = self._part(inner, number, node), self._part(value, number, node)
                    self.store(part, self.load(other, node), node)
            elif is_scalar(t):
                self.store(inner, self.load(value, node), node)
            else:
                raise self.text.unsupported(node, f"a copy of {to.type}, which holds an array")

    def _part(self, array: Lvalue, number: int, node: Node) -> Lvalue:
        """An element of an array that is a member."""
        assert isinstance(array.type, Array)
        if len(array.alternatives) != 1 or array.alternatives[0][1] == UNKNOWN:
            raise self.text.unsupported(node, "an array in one of several structs")
        return object_at(f"{array.alternatives[0][1].whole}[{number}]", array.type.element)

    def _length(self, struct: Struct, name: str, node: Node) -> int:
        """How many elements an array has that is a member."""
        found = self.types.length(struct, name)
        number: int | None = None
        if found is not None:
            with self.outside(found[1]):
                value = self.scalar(found[0])
                number = signed_value(value) if is_const(value.term) else None
        if number is None or not 0 < number <= _LONGEST:
            raise self.text.unsupported(node, f"a copy of {struct}, whose array {name} is not short")
        return number

    def initialise(self, path: str, t: CType, node: Node) -> None:
        """``T path = node;``, where node may be a list in braces."""
        lvalue = object_at(path, t)
        if node.type == "initializer_list":
            self.objects.declare(path, Begin.ZERO)
            self._listed(lvalue, children(node), node)
            return
        value = decayed(self.rvalue(node))
        self.objects.declare(path)
        self._assign(lvalue, value, node)

    def _assign(self, lvalue: Lvalue, value: Value, node: Node) -> None:
        if isinstance(lvalue.type, Struct):
            self.copy(lvalue, value, node)
        elif is_scalar(lvalue.type) and is_scalar(value.type):
            self.store(lvalue, value, node)
        else:
            raise self.text.unsupported(node, f"an initialiser of {lvalue.type}")

    def _listed(self, to: Lvalue, items: list[Node], node: Node) -> None:
        """Members that are not listed are zero."""
        if isinstance(to.type, Struct):
            self._members_listed(to, items)
        elif isinstance(to.type, Int | Pointer) and len(items) == 1:
            self._item(to, items[0])
        elif isinstance(to.type, Array) and not any(i.type == "initializer_pair" for i in items):
            for number, item in enumerate(items):
                self._item(object_at(f"{to.alternatives[0][1].whole}[{number}]", to.type.element), item)
        elif items:
            raise self.text.unsupported(node, f"an initialiser of {to.type}")

    def _item(self, to: Lvalue, item: Node) -> None:
        if item.type == "initializer_list":
            self._listed(to, children(item), item)
        else:
            self._assign(to, decayed(self.rvalue(item)), item)

    def _members_listed(self, to: Lvalue, items: list[Node]) -> None:
        assert isinstance(to.type, Struct)
        members = self.types.members_of(to.type)
        order, following = list(members), 0
        if [text_of(i) for i in items] == ["0"]:  # the first member, and so all of them, are zero
            return
        for item in items:
            if item.type == "initializer_pair":
                inner = self._designated(to, item)
                following = order.index(_field(children(item)[0])) + 1
                self._item(inner, self.text.child(item, "value"))
                continue
            if following >= len(order) or any(m.unions for m in members.values()):
                raise self.text.unsupported(item, f"an initialiser by position in {to.type}")
            self._item(self.member(to, order[following], item), item)
            following += 1

    def _designated(self, to: Lvalue, item: Node) -> Lvalue:
        """The member that ``.a.b = ...`` names."""
        for designator in item.children_by_field_name("designator"):
            if designator.type != "field_designator" or not isinstance(to.type, Struct):
                raise self.text.unsupported(item, f"an initialiser of an element of {to.type}")
            to = self.member(to, _field(designator), item)
        return to


def _field(designator: Node) -> str:
    """The name in ``.name``."""
    return text_of(children(designator)[-1])
