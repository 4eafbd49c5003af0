# SPDX-License-Identifier: GPL-2.0-only
"""C expressions to values; what they do on the way becomes statements.

The operators are read here; names of macros and calls are handed to ``calls``.  Nothing is ever
guessed: a form that is not listed raises Unsupported with its place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from model.logic import BOOL as TRUTH
from model.logic import Term, conj, const, disj, is_const, is_true, negate, number, subterms
from model.procedure import If, Input, Leave, Origin, Set, Span
from model.source.ctypes import BOOLEAN, INT, LONG, UINT, ULONG, VOID, Array, CType, Int, Pointer, Struct
from model.source.objects import Objects, Slot
from model.source.text import Node, Text, text_of
from model.source.types import Types
from model.source.values import (
    Target,
    Value,
    as_bool,
    as_word,
    binary,
    convert,
    integer,
    is_scalar,
    select,
    truth,
    unary,
)

_ASSIGN = re.compile(r"(.*)=$")


@dataclass(frozen=True)
class Lvalue:
    """An object, or one of several by condition, and its type."""

    alternatives: tuple[tuple[Term | None, str], ...]
    type: CType


class Expressions(ABC):
    """Lowers expressions; ``text`` is the piece of C at hand, ``scopes`` the names in scope."""

    def __init__(self, types: Types, objects: Objects):
        self.types = types
        self.view = types.view
        self.objects = objects
        self.text = Text(b"", "", 0)
        self.scopes: list[dict[str, Slot]] = [{}]

    # What the layers above give ---------------------------------------------------------------
    @abstractmethod
    def call(self, node: Node) -> Value: ...

    @abstractmethod
    def macro_or_constant(self, node: Node, name: str) -> Value: ...

    @abstractmethod
    def statement_expression(self, node: Node) -> Value: ...

    # Context ------------------------------------------------------------------------------------
    @contextmanager
    def at(self, text: Text) -> Iterator[None]:
        """Nodes met inside belong to that text."""
        before, self.text = self.text, text
        try:
            yield
        finally:
            self.text = before

    def slot(self, name: str) -> Slot | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def span(self, node: Node) -> Span:
        return self.text.span(node)

    # Values ---------------------------------------------------------------------------------------
    def rvalue(self, node: Node) -> Value:
        """The value of an expression; side effects are emitted in order."""
        match node.type:
            case "number_literal":
                return self._number(node)
            case "char_literal":
                return integer(ord(text_of(node)[1:-1].encode().decode("unicode_escape")))
            case "string_literal" | "concatenated_string":
                return Value(Pointer(INT), const(0xFFFF_8000_0000_0000, ULONG_SORT))
            case "true" | "false":
                return Value(BOOLEAN, const(int(node.type == "true"), TRUTH))
            case "null":
                return Value(Pointer(VOID), const(0, ULONG_SORT))
            case "identifier":
                return self._identifier(node)
            case "parenthesized_expression":
                return self._parenthesized(node)
            case "compound_statement":
                return self.statement_expression(node)
            case "binary_expression":
                return self._binary(node)
            case "unary_expression":
                return unary(_operator(node), self.rvalue(_field(node, "argument")))
            case "conditional_expression":
                return self._conditional(node)
            case "assignment_expression":
                return self._assignment(node)
            case "update_expression":
                return self._update(node)
            case "comma_expression":
                self.rvalue(_field(node, "left"))
                return self.rvalue(_field(node, "right"))
            case "cast_expression":
                return self._cast(node)
            case "pointer_expression" if _operator(node) == "&":
                return self._address(node)
            case "field_expression" | "subscript_expression" | "pointer_expression":
                return self._load(self.lvalue(node))
            case "call_expression":
                return self.call(node)
            case "sizeof_expression":
                return self._sizeof(node)
            case "compound_literal_expression":
                return self._compound_literal(node)
            case _:
                raise self.text.unsupported(node, f"an expression of the form {node.type}")

    def in_order(self, nodes: list[Node]) -> list[Value]:
        """The values of several operands; one that a later operand could change is kept first."""
        values: list[Value] = []
        for node in nodes:
            with self.objects.nested() as body:
                value = self.rvalue(node)
            if body:
                values = [self._kept(v, node) if _reads_a_place(v) else v for v in values]
            for statement in body:
                self.objects.emit(statement)
            values.append(value)
        return values

    def condition(self, node: Node) -> Term:
        return as_bool(self.rvalue(node))

    def _parenthesized(self, node: Node) -> Value:
        inner = [c for c in node.named_children if c.type != "comment"]
        if len(inner) != 1:
            raise self.text.unsupported(node, "parentheses around no single expression")
        return self.rvalue(inner[0])

    def _number(self, node: Node) -> Value:
        written = text_of(node).lower().replace("'", "")
        found = re.fullmatch(r"(-?)(0x[0-9a-f]+|0b[01]+|\d+)([ul]*)", written)
        if found is None:
            raise self.text.unsupported(node, "a number that is not an integer")
        sign, digits, suffix = found.groups()
        octal = digits.startswith("0") and len(digits) > 1 and digits[1] not in "xb"
        value = int(digits, 8) if octal else int(digits, 0)
        result = integer(value, _literal_type(value, suffix, decimal=digits[0] != "0"))
        return unary("-", result) if sign else result

    def _identifier(self, node: Node) -> Value:
        name = text_of(node)
        slot = self.slot(name)
        if slot is None:
            if name in ("true", "false"):
                return Value(BOOLEAN, const(int(name == "true"), TRUTH))
            if name == "NULL":
                return Value(Pointer(VOID), const(0, ULONG_SORT))
            return self.macro_or_constant(node, name)
        if slot.value is not None:
            return slot.value
        return self.objects.load(slot.path, slot.type)

    # Operators ------------------------------------------------------------------------------------
    def _binary(self, node: Node) -> Value:
        op, left, right = _operator(node), _field(node, "left"), _field(node, "right")
        if op in ("&&", "||"):
            return self._short_circuit(node, op, left, right)
        a, b = self.in_order([left, right])
        if not is_scalar(a.type) or not is_scalar(b.type):
            raise self.text.unsupported(node, "an operator on something that is no scalar")
        if op in "+-" and (isinstance(a.type, Pointer | Array) or isinstance(b.type, Pointer | Array)):
            return self._pointer_arithmetic(node, op, a, b)
        return binary(op, a, b)

    def _pointer_arithmetic(self, node: Node, op: str, a: Value, b: Value) -> Value:
        """The address changes by an unknown stride; what it then points to is not known."""
        if isinstance(b.type, Pointer | Array):
            a, b = b, a
        stride = self._stride(a.type)
        if stride is None or isinstance(b.type, Pointer | Array):
            raise self.text.unsupported(node, "arithmetic on pointers")
        scaled = binary("*", convert(b, LONG), integer(stride, LONG))
        moved = binary(op, Value(ULONG, as_word(a, ULONG)), scaled)
        return Value(a.type, moved.term)

    def _stride(self, t: CType) -> int | None:
        """The size in bytes of what a pointer points to, for scalars and struct page."""
        target = t.target if isinstance(t, Pointer) else t.element if isinstance(t, Array) else VOID
        if isinstance(target, Int):
            return target.width // 8
        if isinstance(target, Struct):
            return 64 if target.tag == "page" else None
        return 8 if isinstance(target, Pointer) else 1

    def _short_circuit(self, node: Node, op: str, left: Node, right: Node) -> Value:
        a = self.condition(left)
        if is_const(a):
            return truth(a) if is_true(a) == (op == "||") else truth(self.condition(right))
        with self.objects.nested() as body:
            b = self.condition(right)
        if not body:
            return truth(conj(a, b) if op == "&&" else disj(a, b))
        result = self.temporary("condition", BOOLEAN)
        body.append(Set(result, b, self.span(right)))
        reached = a if op == "&&" else negate(a)
        self.objects.emit(Set(result, const(int(op == "||"), TRUTH), self.span(node)))
        self.objects.emit(If(reached, tuple(body), (), self.span(left)))
        return truth(self.objects.place(result, BOOLEAN))

    def _conditional(self, node: Node) -> Value:
        test = self.condition(_field(node, "condition"))
        then, orelse = node.child_by_field_name("consequence"), _field(node, "alternative")
        if then is None:
            raise self.text.unsupported(node, "`?:` without a middle")
        if is_const(test):
            return self.rvalue(then if is_true(test) else orelse)
        with self.objects.nested() as first:
            a = self.rvalue(then)
        with self.objects.nested() as second:
            b = self.rvalue(orelse)
        if not first and not second:
            return select(test, a, b)
        if a.type == VOID or b.type == VOID:
            self.objects.emit(If(test, tuple(first), tuple(second), self.span(node)))
            return Value(VOID, const(0, TRUTH))
        both = select(test, a, b)
        result = self.temporary("choice", both.type)
        for body, value in ((first, a), (second, b)):
            with self.objects.nested() as extra:
                self.objects.store(result, both.type, value, self.span(node))
            body.extend(extra)
        self.objects.emit(If(test, tuple(first), tuple(second), self.span(node)))
        return Value(both.type, self.objects.place(result, both.type), both.targets)

    def _assignment(self, node: Node) -> Value:
        left, right = _field(node, "left"), _field(node, "right")
        found = _ASSIGN.fullmatch(_operator(node))
        op = found.group(1) if found else ""
        target = self.lvalue(left)
        if isinstance(target.type, Struct):
            self._copy(node, target, right)
            return self._load(target)
        value = self.rvalue(right)
        if op:
            value = binary(op, self._load(target), value)
        self.store(target, value, node)
        return self._load(target)

    def store(self, target: Lvalue, value: Value, node: Node) -> None:
        self.objects.store_through(list(target.alternatives), target.type, value, self.span(node))

    def _copy(self, node: Node, target: Lvalue, right: Node) -> None:
        """A struct is copied member by member."""
        assert isinstance(target.type, Struct)
        source = self.rvalue(right)
        if len(target.alternatives) != 1 or len(source.targets) != 1:
            raise self.text.unsupported(node, "a struct copied through a pointer to one of several")
        self.copy_struct(node, target.alternatives[0][1], source.targets[0], target.type)

    def copy_struct(self, node: Node, path: str, source: Target, t: Struct) -> None:
        members = self.types.all_members(t)
        if not members:
            raise self.text.unsupported(node, f"a copy of {t}, whose members are not known")
        for name, member in members.items():
            if isinstance(member, Struct):
                self.copy_struct(node, f"{path}.{name}", Target(source.member(name)), member)
            elif is_scalar(member):
                value = self.objects.load(source.member(name), member)
                self.objects.store(f"{path}.{name}", member, value, self.span(node))

    def _update(self, node: Node) -> Value:
        target = self.lvalue(_field(node, "argument"))
        before = self._load(target)
        op = "+" if "++" in [c.type for c in node.children] else "-"
        if isinstance(before.type, Pointer):
            after = self._pointer_arithmetic(node, op, before, integer(1))
        else:
            after = binary(op, before, integer(1))
        prefix = node.children[0].type in ("++", "--")
        kept = None if prefix else self._kept(before, node)
        self.store(target, after, node)
        return self._load(target) if kept is None else kept

    def _kept(self, value: Value, node: Node) -> Value:
        """The value as it is now, whatever is stored to its object afterwards."""
        path = self.temporary("before", value.type)
        self.objects.store(path, value.type, value, self.span(node))
        return Value(value.type, self.objects.place(path, value.type), value.targets)

    def temporary(self, base: str, t: CType) -> str:
        """The path of a new object that the C does not name."""
        path = self.objects.unique(f"({base})")
        self.objects.declare(path, zero=False)
        return path

    # Pointers and types ---------------------------------------------------------------------------
    def _cast(self, node: Node) -> Value:
        t = self.types.of_descriptor(_field(node, "type"), self.text)
        return self.cast(self.rvalue(_field(node, "value")), t, node)

    def cast(self, value: Value, t: CType, node: Node) -> Value:
        if t == VOID or isinstance(t, Struct):
            return Value(t, value.term, value.targets)
        if not is_scalar(value.type):
            raise self.text.unsupported(node, "a cast of something that is no scalar")
        return convert(value, t)

    def _address(self, node: Node) -> Value:
        target = self.lvalue(_field(node, "argument"))
        targets = tuple(Target(path) for _, path in target.alternatives)
        if len(targets) != 1:
            raise self.text.unsupported(node, "the address of one of several objects")
        return Value(Pointer(target.type), self.objects.address(targets[0]), targets)

    def _sizeof(self, node: Node) -> Value:
        described = node.child_by_field_name("type")
        if described is not None:
            t = self.types.of_descriptor(described, self.text)
        else:
            with self.objects.nested():
                t = self.rvalue(_field(node, "value")).type
        if isinstance(t, Int | Pointer):
            return integer(t.width // 8 if isinstance(t, Int) else 8, ULONG)
        raise self.text.unsupported(node, f"the size of {t}")

    def _compound_literal(self, node: Node) -> Value:
        t = self.types.of_descriptor(_field(node, "type"), self.text)
        path = self.temporary("literal", t)
        self.initialise(path, t, _field(node, "value"))
        return self.objects.load(path, t)

    def initialise(self, path: str, t: CType, node: Node) -> None:
        """``T path = node;``, where node may be a list in braces."""
        if node.type != "initializer_list":
            value = self.rvalue(node)
            self.objects.declare(path, zero=False)
            if isinstance(t, Struct):
                if len(value.targets) != 1:
                    raise self.text.unsupported(node, "a struct initialised from one of several")
                self.copy_struct(node, path, value.targets[0], t)
            else:
                self.objects.store(path, t, value, self.span(node))
            return
        self.objects.declare(path, zero=True)
        items = [c for c in node.named_children if c.type != "comment"]
        if isinstance(t, Struct):
            self._initialise_struct(path, t, items)
        elif items and isinstance(t, Int | Pointer):
            self.initialise(path, t, items[0])
        elif items and [text_of(i) for i in items] != ["0"]:
            raise self.text.unsupported(node, f"an initialiser of {t}")

    def _initialise_struct(self, path: str, t: Struct, items: list[Node]) -> None:
        names = iter(self.types.all_members(t))
        for item in items:
            if item.type == "initializer_pair":
                designators = [c for c in item.named_children if c.type == "field_designator"]
                member, value = [text_of(d).lstrip(".") for d in designators], _field(item, "value")
            else:
                member, value = [next(names, "")], item
            inner: CType | None = t
            for name in member:
                inner = self.types.member(inner, name) if isinstance(inner, Struct) else None
            if inner is None or not member:
                raise self.text.unsupported(item, f"an initialiser of a member that {t} does not have")
            self.initialise(".".join([path, *member]), inner, value)

    # Objects ------------------------------------------------------------------------------------------
    def lvalue(self, node: Node) -> Lvalue:
        """The object that an expression designates."""
        match node.type:
            case "identifier":
                slot = self.slot(text_of(node))
                if slot is not None:
                    return Lvalue(((None, slot.path),), slot.type)
            case "parenthesized_expression":
                return self.lvalue([c for c in node.named_children if c.type != "comment"][0])
            case "field_expression":
                return self._member(node)
            case "pointer_expression" if _operator(node) == "*":
                return self._behind(node, self.rvalue(_field(node, "argument")))
            case "subscript_expression":
                return self._element(node)
            case "compound_literal_expression" | "call_expression":
                value = self.rvalue(node)
                if len(value.targets) == 1 and isinstance(value.type, Struct):
                    return Lvalue(((None, value.targets[0].whole),), value.type)
            case _:
                pass
        value = self.rvalue(node)
        if isinstance(value.type, Struct) and value.targets:
            return Lvalue(tuple((None, t.whole) for t in value.targets[:1]), value.type)
        raise self.text.unsupported(node, "an object that is not known")

    def _load(self, target: Lvalue) -> Value:
        return self.objects.load_through(list(target.alternatives), target.type)

    def _behind(self, node: Node, pointer: Value) -> Lvalue:
        target = pointer.type.target if isinstance(pointer.type, Pointer) else None
        if isinstance(pointer.type, Array):
            target = pointer.type.element
        if target is None or target == VOID:
            raise self.text.unsupported(node, "what a pointer without a type points to")
        guarded = self.objects.guards(self._known(pointer, node))
        return Lvalue(tuple((g, t.whole) for g, t in guarded), target)

    def _known(self, pointer: Value, node: Node) -> Value:
        """A pointer of unknown origin points to an object of its own, of which nothing is known."""
        if pointer.targets:
            return pointer
        path = self.objects.unique("unknown object")
        self.objects.note("havoc", f"what {text_of(node)} points to is not known", self.span(node))
        self.objects.inputs[path] = Input(ULONG_SORT, Origin.HAVOC, "an object of unknown origin")
        return Value(pointer.type, pointer.term, (Target(path, behind=True),))

    def _member(self, node: Node) -> Lvalue:
        field, base = text_of(_field(node, "field")), _field(node, "argument")
        if text_of(_field(node, "operator")) == "->":
            pointer = self.rvalue(base)
            struct = pointer.type.target if isinstance(pointer.type, Pointer) else None
            guarded = self.objects.guards(self._known(pointer, node))
            places = tuple((g, t.member(field)) for g, t in guarded)
        else:
            outer = self.lvalue(base)
            struct = outer.type
            places = tuple((g, f"{path}.{field}") for g, path in outer.alternatives)
        if not isinstance(struct, Struct):
            raise self.text.unsupported(node, "a member of something that is no struct")
        t = self.types.member(struct, field)
        if t is None:
            raise self.text.unsupported(node, f"member {field} of {struct}, which was not found")
        return Lvalue(places, t)

    def _element(self, node: Node) -> Lvalue:
        array, index = self.rvalue(_field(node, "argument")), self.rvalue(_field(node, "index"))
        element = array.type.element if isinstance(array.type, Array) else None
        if isinstance(array.type, Pointer):
            element = array.type.target
        if element is None or len(array.targets) != 1 or not is_const(as_word(index)):
            raise self.text.unsupported(node, "an element of an array at an index that is not constant")
        return Lvalue(((None, f"{array.targets[0].whole}[{number(as_word(index))}]"),), element)


ULONG_SORT = as_word(integer(0, ULONG)).sort


def _reads_a_place(value: Value) -> bool:
    return is_scalar(value.type) and any(t.op == "place" for t in subterms(value.term))


def _operator(node: Node) -> str:
    return text_of(_field(node, "operator"))


def _field(node: Node, name: str) -> Node:
    child = node.child_by_field_name(name)
    assert child is not None, f"{node.type} has no {name}"
    return child


def _literal_type(value: int, suffix: str, decimal: bool) -> Int:
    """C11 6.4.4.1: the first type that the literal fits."""
    unsigned = "u" in suffix
    for t in (INT, UINT, LONG, ULONG):
        if t.width == 32 and "l" in suffix:
            continue
        if (unsigned and t.signed) or (decimal and not unsigned and not t.signed):
            continue
        if value < 1 << (t.width - t.signed):
            return t
    return ULONG


field_of = _field
__all__ = ["ULONG_SORT", "Expressions", "Leave", "Lvalue", "field_of"]
