# SPDX-License-Identifier: GPL-2.0-only
"""C's operators: what they compute, and in which order their operands have their effects."""

from __future__ import annotations

import re
from collections.abc import Callable

from model.logic import BOOL, Term, choose, const, is_const, is_true
from model.program.procedure import If, Origin, Set, Statement
from model.source.lowering.expressions.lvalues import signed_value
from model.source.lowering.expressions.structs import Structs
from model.source.lowering.state.flow import joined
from model.source.lowering.state.objects import parents
from model.source.types.ctypes import BOOLEAN, LONG, ULONG, VOID, Array, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, text_of
from model.source.types.values import (
    NOTHING,
    UNKNOWN,
    Value,
    as_bool,
    as_word,
    binary,
    convert,
    decayed,
    integer,
    is_scalar,
    meeting,
    select,
    sort_of,
    truth,
    unary,
)

_ASSIGN = re.compile(r"(.*)=")
#: The sizes of structs in bytes: include/linux/mm_types.h, on 64 bits without debugging aids.
_SIZES = {"page": 64}


class Operators(Structs):
    """Lowers expressions that are made of others."""

    # Arithmetic and comparison --------------------------------------------------------------------
    def combined(self, node: Node, op: str, a: Value, b: Value) -> Value:
        """``a op b`` of two values."""
        if not is_scalar(a.type) or not is_scalar(b.type):
            raise self.text.unsupported(node, "an operator on something that is no number or pointer")
        pointers = isinstance(a.type, Pointer) + isinstance(b.type, Pointer)
        if not pointers or (op in ("==", "!=") and not _one_inside_another(a, b)):
            return binary(op, a, b)
        if pointers == 1 and (op == "+" or (op == "-" and isinstance(a.type, Pointer))):
            return self._moved(op, a, b)
        if op in ("<", "<=", ">", ">=") and all(t.behind for v in (a, b) for t in v.locations):
            return binary(op, a, b)
        raise self.text.unsupported(node, f"{op} on pointers")

    def _moved(self, op: str, a: Value, b: Value) -> Value:
        """A pointer and an integer that is added to it or taken from it."""
        pointer, by = (a, b) if isinstance(a.type, Pointer) else (b, a)
        assert isinstance(pointer.type, Pointer)
        if is_const(by.term) and signed_value(by) == 0:
            return pointer
        size = self.size(pointer.type.target)
        if size is None or not all(t.behind for t in pointer.locations):
            text, note = self.objects.unique("(computed address)"), "where the compiler put an object"
            term = self.objects.input(text, sort_of(ULONG), Origin.HAVOC, note)
        else:
            step = as_word(binary("*", convert(by, LONG), integer(size, LONG)))
            term = as_word(binary(op, Value(ULONG, pointer.term), Value(ULONG, step)))
        if not is_const(by.term):
            return Value(pointer.type, term, (UNKNOWN,))
        steps = signed_value(by) if op == "+" else -signed_value(by)
        return self._stepped(pointer, steps, term)

    def _stepped(self, pointer: Value, steps: int, computed: Term) -> Value:
        """A pointer moved by a known number of objects; ``computed`` where its address has no name."""
        targets = tuple(dict.fromkeys(t.moved(steps) for t in pointer.locations))
        if UNKNOWN in targets or not targets:
            return Value(pointer.type, computed, targets)
        if len(targets) == 1 and targets[0].behind:
            return Value(pointer.type, self.objects.addresses.setdefault(targets[0], computed), targets)
        *others, (_, last) = self.objects.guards(pointer)
        term = self.objects.address(last.moved(steps))
        for guard, t in reversed(others):
            assert guard is not None
            term = choose(guard, self.objects.address(t.moved(steps)), term)
        return Value(pointer.type, term, targets)

    def size(self, t: CType) -> int | None:
        """The size of a type in bytes, as GCC gives it; None where it is not known."""
        if isinstance(t, Int):
            return next(size for size in (1, 2, 4, 8) if t.width <= 8 * size)
        if isinstance(t, Struct):
            return _SIZES.get(t.tag)
        return 8 if isinstance(t, Pointer) else None if isinstance(t, Array) else 1

    def unary(self, node: Node) -> Value:
        """``!``, ``~``, ``-``, ``+``."""
        op = text_of(self.text.child(node, "operator"))
        value = self.scalar(self.text.child(node, "argument"))
        if op != "!" and not isinstance(value.type, Int):
            raise self.text.unsupported(node, f"{op} on a pointer")
        return unary(op, value)

    # Conditions -------------------------------------------------------------------------------------
    def short_circuit(self, node: Node, op: str) -> Value:
        """``a && b``, ``a || b``."""
        right = self.text.child(node, "right")

        def rest() -> Value:
            return truth(self.condition(right))

        def decided() -> Value:
            return truth(const(int(op == "||"), BOOL))

        test = self.condition(self.text.child(node, "left"))
        first, second = (rest, decided) if op == "&&" else (decided, rest)
        return self.either(node, test, first, second)

    def conditional(self, node: Node) -> Value:
        """``c ? a : b``, and GCC's ``a ?: b``."""
        then, orelse = node.child_by_field_name("consequence"), self.text.child(node, "alternative")
        tested = self.scalar(self.text.child(node, "condition"))
        if then is None:
            same = self.kept(tested, node)
            return self.either(node, as_bool(same), lambda: same, lambda: self.rvalue(orelse))
        test = as_bool(tested)
        if is_const(test):
            taken, other = (then, orelse) if is_true(test) else (orelse, then)
            value = decayed(self.rvalue(taken))
            return convert(value, meeting(value.type, self.type_of(other)))
        return self.either(node, test, lambda: self.rvalue(then), lambda: self.rvalue(orelse))

    def either(
        self, node: Node, test: Term, first: Callable[[], Value], second: Callable[[], Value]
    ) -> Value:
        """The value of one of two expressions, of which only that one has its effects."""
        if is_const(test):
            return first() if is_true(test) else second()
        objects = self.objects
        before = objects.flow.copy()
        with objects.nested() as one:
            a = decayed(first())
        after, objects.flow = objects.flow, before
        with objects.nested() as two:
            b = decayed(second())
        objects.flow = joined([after, objects.flow], objects.untouched)
        if is_scalar(a.type) and is_scalar(b.type):
            if not one and not two:
                return select(test, a, b)
            return self._chosen(node, test, (a, tuple(one)), (b, tuple(two)))
        if VOID not in (a.type, b.type):
            raise self.text.unsupported(node, "a choice between structs")
        objects.emit(If(test, tuple(one), tuple(two), self.span(node)))
        return NOTHING

    def _chosen(
        self,
        node: Node,
        test: Term,
        one: tuple[Value, tuple[Statement, ...]],
        two: tuple[Value, tuple[Statement, ...]],
    ) -> Value:
        """Two scalars and the statements that make them: each branch puts its own into a new object."""
        (a, first), (b, second) = one, two
        both, span = select(test, a, b), self.span(node)
        is_truth = a.term.sort == BOOL == b.term.sort
        t: CType = BOOLEAN if is_truth else both.type
        path = self.temporary("condition" if is_truth else "choice")
        place = self.objects.place(path, t)
        self.objects.emit(
            If(
                test,
                (*first, Set(path, convert(a, t).term, span)),
                (*second, Set(path, convert(b, t).term, span)),
                span,
            )
        )
        if isinstance(t, Pointer):
            self.objects.flow.pointers[path] = both.locations
        return Value(both.type, place, both.locations)

    # Assignment -------------------------------------------------------------------------------------
    def assignment(self, node: Node) -> Value:
        """``a = b``, ``a += b``."""
        left, right = self.text.child(node, "left"), self.text.child(node, "right")
        found = _ASSIGN.fullmatch(text_of(self.text.child(node, "operator")))
        op = found.group(1) if found else ""
        target = self.lvalue(left)
        if isinstance(target.type, Struct):
            if op:
                raise self.text.unsupported(node, f"{op}= on a {target.type}")
            self.copy(target, self.rvalue(right), node)
        else:
            value = self.scalar(right)
            if op:
                value = self.combined(node, op, decayed(self.load(target, node)), value)
            self.store(target, value, node)
        return self.load(target, node)

    def update(self, node: Node) -> Value:
        """``a++``, ``--a``."""
        target = self.lvalue(self.text.child(node, "argument"))
        before = self.load(target, node)
        op = "+" if "++" in [c.type for c in node.children] else "-"
        prefix = node.children[0].type in ("++", "--")
        kept = before if prefix else self.kept(before, node)
        self.store(target, self.combined(node, op, before, integer(1)), node)
        return self.load(target, node) if prefix else kept


def _one_inside_another(a: Value, b: Value) -> bool:
    """Whether the pointers may lead to an object and a part of it, which have one address in C."""
    return any(
        x != y and (x.whole in parents(y.whole) or y.whole in parents(x.whole))
        for x in a.locations
        for y in b.locations
        if not x.behind and not y.behind
    )
