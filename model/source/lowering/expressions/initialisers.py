# SPDX-License-Identifier: GPL-2.0-only
"""C's initialisers: an expression, or a list in braces."""

from __future__ import annotations

from dataclasses import dataclass

from model.source.lowering.expressions.storage import Lvalue, Storage, object_at
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Begin
from model.source.types.ctypes import Array, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, children, text_of
from model.source.types.values import Value, decay, is_scalar


@dataclass(frozen=True)
class Initialisers:
    """Gives objects their first values."""

    context: Context
    storage: Storage
    lowering: Lowering

    def initialise(self, path: str, t: CType, node: Node) -> None:
        """``T path = node;``, where node may be a list in braces."""
        lvalue = object_at(path, t)
        if node.type == "initializer_list":
            self.context.objects.declare(path, Begin.ZERO)
            self._initialise_list(lvalue, children(node), node)
            return
        value = decay(self.lowering.rvalue(node))
        self.context.objects.declare(path)
        self.assign(lvalue, value, node)

    def assign(self, lvalue: Lvalue, value: Value, node: Node) -> None:
        """``object = value;`` where an object begins, a struct or a scalar."""
        if isinstance(lvalue.type, Struct):
            self.storage.copy(lvalue, value, node)
        elif is_scalar(lvalue.type) and is_scalar(value.type):
            self.storage.store(lvalue, value, node)
        else:
            raise self.context.unsupported(node, f"an initialiser of {lvalue.type}")

    def _initialise_list(self, to: Lvalue, items: list[Node], node: Node) -> None:
        """Members that are not listed are zero."""
        if isinstance(to.type, Struct):
            self._initialise_members(to, items)
        elif isinstance(to.type, Int | Pointer) and len(items) == 1:
            self._initialise_item(to, items[0])
        elif isinstance(to.type, Array) and not any(i.type == "initializer_pair" for i in items):
            for number, item in enumerate(items):
                self._initialise_item(
                    object_at(f"{to.alternatives[0][1].whole}[{number}]", to.type.element), item
                )
        elif items:
            raise self.context.unsupported(node, f"an initialiser of {to.type}")

    def _initialise_item(self, to: Lvalue, item: Node) -> None:
        if item.type == "initializer_list":
            self._initialise_list(to, children(item), item)
        else:
            self.assign(to, decay(self.lowering.rvalue(item)), item)

    def _initialise_members(self, to: Lvalue, items: list[Node]) -> None:
        assert isinstance(to.type, Struct)
        members = self.context.types.members_of(to.type)
        order, following = list(members), 0
        if [text_of(i) for i in items] == ["0"]:  # the first member, and so all of them, are zero
            return
        for item in items:
            if item.type == "initializer_pair":
                inner = self._designate(to, item)
                following = order.index(_field_name(children(item)[0])) + 1
                self._initialise_item(inner, self.context.child(item, "value"))
                continue
            if following >= len(order) or any(m.unions for m in members.values()):
                raise self.context.unsupported(item, f"an initialiser by position in {to.type}")
            self._initialise_item(self.storage.member(to, order[following], item), item)
            following += 1

    def _designate(self, to: Lvalue, item: Node) -> Lvalue:
        """The member that ``.a.b = ...`` names."""
        for designator in item.children_by_field_name("designator"):
            if designator.type != "field_designator" or not isinstance(to.type, Struct):
                raise self.context.unsupported(item, f"an initialiser of an element of {to.type}")
            to = self.storage.member(to, _field_name(designator), item)
        return to


def _field_name(designator: Node) -> str:
    """The name in ``.name``."""
    return text_of(children(designator)[-1])
