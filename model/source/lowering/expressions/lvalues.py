# SPDX-License-Identifier: GPL-2.0-only
"""Which object does a C expression designate, and what does it hold?

A pointer leads to one of the objects that were seen to be put into it; a pointer of another origin
leads to an object of its own, and what it leads to once it was computed is not known: reading
there gives any value, writing there is refused.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.logic import FALSE, Term, choose, is_const, number, signed
from model.program.procedure import Origin
from model.source.lowering.expressions.variables import Variables
from model.source.lowering.state.objects import Begin, parents
from model.source.types.ctypes import ULONG, VOID, Array, CType, Function, Int, Pointer, Struct
from model.source.types.syntax import Node, text_of
from model.source.types.values import UNKNOWN, Location, Value, as_word, decayed, is_scalar, sort_of

Alternatives = tuple[tuple[Term | None, Location], ...]


@dataclass(frozen=True)
class Lvalue:
    """An object, or the first of several whose condition holds, and its type."""

    alternatives: Alternatives
    type: CType


def object_at(path: str, t: CType) -> Lvalue:
    """The object of that path."""
    return Lvalue(((None, Location(path)),), t)


class Lvalues(Variables):
    """Lowers expressions that designate objects."""

    def lvalue(self, node: Node) -> Lvalue:
        """The object that an expression designates."""
        match node.type:
            case "identifier" if self.slot(text_of(node)) is not None:
                return self._local(node)
            case "identifier" if self.is_variable(node):
                return self._variable(node)
            case "parenthesized_expression":
                return self.lvalue(self.text.inner(node))
            case "field_expression":
                return self._member(node)
            case "pointer_expression" if text_of(self.text.child(node, "operator")) == "*":
                return self.pointed_at(decayed(self.rvalue(self.text.child(node, "argument"))), node)
            case "subscript_expression":
                return self._element(node)
            case _:
                made = self.made_object(node)
                if made is not None:
                    return made
                value = self.rvalue(node)
        if isinstance(value.type, Struct) and len(value.locations) == 1:
            return Lvalue(((None, value.locations[0]),), value.type)
        raise self.text.unsupported(node, "an expression where an object is needed")

    def _local(self, node: Node) -> Lvalue:
        slot = self.slot(text_of(node))
        if slot is None or slot.value is not None:
            raise self.text.unsupported(node, "a parameter that is changed inside a macro")
        return object_at(slot.path, slot.type)

    @abstractmethod
    def made_object(self, node: Node) -> Lvalue | None:
        """The object that a macro's text designates; None where no macro stands for one."""

    @abstractmethod
    def is_variable(self, node: Node) -> bool:
        """Whether a name that is no local is a variable of the file or of a header."""

    def _variable(self, node: Node) -> Lvalue:
        found = self.variable(node, text_of(node))
        if found is None:
            raise self.text.unsupported(node, "a name where an object is needed")
        return object_at(found.path, found.type)

    def pointed_at(self, pointer: Value, node: Node, index: int = 0) -> Lvalue:
        """What a pointer points to, or what lies so many objects further on."""
        target = pointer.type.target if isinstance(pointer.type, Pointer) else VOID
        if target == VOID or isinstance(target, Function):
            raise self.text.unsupported(node, f"what a {pointer.type} points to")
        found = tuple((guard, t.moved(index)) for guard, t in self.objects.guards(pointer))
        for _, t in found:
            self._expect(t, target, node)
        return Lvalue(found or ((None, UNKNOWN),), target)

    def _expect(self, target: Location, t: CType, node: Node) -> None:
        """Refuse an object that is used as one of another type."""
        if target != UNKNOWN and self.objects.shapes.setdefault(target.whole, _shape(t)) != _shape(t):
            raise self.text.unsupported(node, f"{target.whole} used as {t}, which is not its type")

    def _member(self, node: Node) -> Lvalue:
        base = self.text.child(node, "argument")
        if text_of(self.text.child(node, "operator")) == "->":
            outer = self.pointed_at(decayed(self.rvalue(base)), node)
        else:
            outer = self.lvalue(base)
        if not isinstance(outer.type, Struct):
            raise self.text.unsupported(node, "a member of something that is no struct")
        return self.member(outer, text_of(self.text.child(node, "field")), node)

    def member(self, outer: Lvalue, field: str, node: Node) -> Lvalue:
        """A member of a struct or union."""
        assert isinstance(outer.type, Struct)
        t = self.types.member(outer.type, field)
        if t is None:
            raise self.text.unsupported(node, f"member {field} of {outer.type}, which was not found")
        name, unions = self.types.unions_of(outer.type, field)
        found: list[tuple[Term | None, Location]] = []
        for guard, target in outer.alternatives:
            path = target.member(name)
            self.objects.unions.meet(target.whole, path, unions)
            found.append((guard, UNKNOWN if target == UNKNOWN else Location(path)))
        return Lvalue(tuple(found), t)

    def _element(self, node: Node) -> Lvalue:
        array, index = self.in_order([self.text.child(node, "argument"), self.text.child(node, "index")])
        if not isinstance(array.type, Pointer):
            array, index = index, array
        if not isinstance(index.type, Int) or not is_const(index.term):
            raise self.text.unsupported(node, "an element of an array at an index that is not constant")
        return self.pointed_at(array, node, signed_value(index))

    def in_order(self, nodes: list[Node]) -> list[Value]:
        """The values of several operands; one that a later operand could change is kept first."""
        values: list[Value] = []
        for node in nodes:
            with self.objects.nested() as body:
                value = decayed(self.rvalue(node))
            if body:
                values = [self.kept(v, node) for v in values]
            for statement in body:
                self.objects.emit(statement)
            values.append(value)
        return values

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
                return self.gathered(lvalue, node)
            raise self.text.unsupported(node, f"one of several objects of type {lvalue.type}, as a whole")
        target = lvalue.alternatives[0][1]
        if isinstance(lvalue.type, Array):
            first = Location(f"{target.whole}[0]")
            return Value(lvalue.type, self.objects.address(first), (first,))
        return Value(lvalue.type, FALSE, (target,))

    @abstractmethod
    def gathered(self, lvalue: Lvalue, node: Node) -> Value:
        """A copy of the one of several structs that a pointer leads to."""

    def _load(self, target: Location, t: CType, node: Node) -> Value:
        if target == UNKNOWN:
            self.objects.note("havoc", "what a computed pointer leads to is not known", self.span(node))
            path = self.objects.unique("(unknown)")
            self.objects.declare(path, Begin.ANY)
            return self.objects.load(path, t)
        self._check(target.whole, t, node)
        return self.objects.load(target.whole, t)

    def _check(self, path: str, t: CType, node: Node) -> None:
        """Refuse a place of another width, and overlapping members of a union."""
        made = self.objects.places.get(path)
        if made is not None and made.sort != sort_of(t):
            raise self.text.unsupported(node, f"{path} used as a {t}, which is not its type")
        if self.objects.unions.is_mixed(parents(path)):
            raise self.text.unsupported(node, f"{path}, which lies in a union used in more than one way")

    def store(self, lvalue: Lvalue, value: Value, node: Node) -> None:
        """The object takes the value, converted to its type."""
        objects, span = self.objects, self.span(node)
        kept = self.kept(value, node) if len(lvalue.alternatives) > 1 else value
        for _, target in lvalue.alternatives:
            if target == UNKNOWN:
                raise self.text.unsupported(node, "a write through a pointer of unknown origin")
            objects.unions.write(parents(target.whole))
            self._check(target.whole, lvalue.type, node)
        *others, (_, last) = lvalue.alternatives

        def write(rest: Alternatives) -> None:
            if not rest:
                return objects.store(last.whole, lvalue.type, kept, span)
            guard, target = rest[0]
            assert guard is not None
            return objects.fork(
                guard,
                lambda: objects.store(target.whole, lvalue.type, kept, span),
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
            self._expect(target, lvalue.type, node)
        return Value(Pointer(lvalue.type), term, tuple(dict.fromkeys(t for _, t in lvalue.alternatives)))

    def _address(self, target: Location) -> Term:
        if target != UNKNOWN:
            return self.objects.address(target)
        unknown = self.objects.unique("(address of an unknown object)")
        return self.objects.input(unknown, sort_of(ULONG), Origin.HAVOC, "an object of unknown origin")


def signed_value(index: Value) -> int:
    """The number that a constant of an integer type is."""
    assert isinstance(index.type, Int)
    word = as_word(index)
    return signed(number(word), word.sort.width) if index.type.signed else number(word)


def _shape(t: CType) -> str:
    """What two types that may stand for each other have in common: the width of scalars."""
    if isinstance(t, Int):
        return "bool" if t.is_bool else f"{t.width} bits"
    if isinstance(t, Array):
        return f"array of {_shape(t.element)}"
    return "64 bits" if isinstance(t, Pointer) else str(t)
