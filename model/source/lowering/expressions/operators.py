# SPDX-License-Identifier: GPL-2.0-only
"""C's operators: what they compute, and in which order their operands have their effects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from model.logic import BOOL, Term, choose, const, is_const, is_true
from model.program.procedure import If, Origin, Set, Statement
from model.source.lowering.expressions.casts import size_of
from model.source.lowering.expressions.lvalues import Lvalues
from model.source.lowering.expressions.operands import Operands, signed_value
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.flow import join_flows
from model.source.lowering.state.objects import parents
from model.source.types.ctypes import BOOLEAN, LONG, ULONG, VOID, CType, Int, Pointer, Struct
from model.source.types.syntax import Node, text_of
from model.source.types.values import (
    NOTHING,
    UNKNOWN,
    Value,
    apply_binary,
    apply_unary,
    as_bitvec,
    as_bool,
    conditional_type,
    convert,
    decay,
    integer,
    is_scalar,
    select,
    sort_of,
    truth,
)

_ASSIGN = re.compile(r"(.*)=")


@dataclass(frozen=True)
class Operators:
    """Lowers expressions that are made of others."""

    context: Context
    operands: Operands
    storage: Storage
    lvalues: Lvalues
    lowering: Lowering

    # Arithmetic and comparison --------------------------------------------------------------------
    def combine(self, node: Node, op: str, a: Value, b: Value) -> Value:
        """``a op b`` of two values."""
        if not is_scalar(a.type) or not is_scalar(b.type):
            raise self.context.unsupported(node, "an operator on something that is no number or pointer")
        pointers = isinstance(a.type, Pointer) + isinstance(b.type, Pointer)
        if not pointers or (op in ("==", "!=") and not _one_inside_another(a, b)):
            return apply_binary(op, a, b)
        if pointers == 1 and (op == "+" or (op == "-" and isinstance(a.type, Pointer))):
            return self._offset(op, a, b)
        if op in ("<", "<=", ">", ">=") and all(t.behind for v in (a, b) for t in v.locations):
            return apply_binary(op, a, b)
        raise self.context.unsupported(node, f"{op} on pointers")

    def _offset(self, op: str, a: Value, b: Value) -> Value:
        """A pointer and an integer that is added to it or taken from it."""
        pointer, by = (a, b) if isinstance(a.type, Pointer) else (b, a)
        assert isinstance(pointer.type, Pointer)
        if is_const(by.term) and signed_value(by) == 0:
            return pointer
        size = size_of(pointer.type.target)
        if size is None or not all(t.behind for t in pointer.locations):
            text, note = self.context.objects.unique("(computed address)"), "where the compiler put an object"
            term = self.context.objects.input(text, sort_of(ULONG), Origin.HAVOC, note)
        else:
            step = as_bitvec(apply_binary("*", convert(by, LONG), integer(size, LONG)))
            term = as_bitvec(apply_binary(op, Value(ULONG, pointer.term), Value(ULONG, step)))
        if not is_const(by.term):
            return Value(pointer.type, term, (UNKNOWN,))
        steps = signed_value(by) if op == "+" else -signed_value(by)
        return self._offset_by_constant(pointer, steps, term)

    def _offset_by_constant(self, pointer: Value, steps: int, computed: Term) -> Value:
        """A pointer moved by a known number of objects; ``computed`` where its address has no name."""
        objects = self.context.objects
        targets = tuple(dict.fromkeys(t.offset_by(steps) for t in pointer.locations))
        if UNKNOWN in targets or not targets:
            return Value(pointer.type, computed, targets)
        if len(targets) == 1 and targets[0].behind:
            return Value(pointer.type, objects.addresses.setdefault(targets[0], computed), targets)
        *others, (_, last) = objects.guards(pointer)
        term = objects.address(last.offset_by(steps))
        for guard, t in reversed(others):
            assert guard is not None
            term = choose(guard, objects.address(t.offset_by(steps)), term)
        return Value(pointer.type, term, targets)

    def unary(self, node: Node) -> Value:
        """``!``, ``~``, ``-``, ``+``."""
        op = text_of(self.context.child(node, "operator"))
        value = self.operands.scalar(self.context.child(node, "argument"))
        if op != "!" and not isinstance(value.type, Int):
            raise self.context.unsupported(node, f"{op} on a pointer")
        return apply_unary(op, value)

    # Conditions -------------------------------------------------------------------------------------
    def short_circuit(self, node: Node, op: str) -> Value:
        """``a && b``, ``a || b``."""
        right = self.context.child(node, "right")

        def rest() -> Value:
            return truth(self.operands.condition(right))

        def decided() -> Value:
            return truth(const(int(op == "||"), BOOL))

        test = self.operands.condition(self.context.child(node, "left"))
        first, second = (rest, decided) if op == "&&" else (decided, rest)
        return self.either(node, test, first, second)

    def conditional(self, node: Node) -> Value:
        """``c ? a : b``, and GCC's ``a ?: b``."""
        then, orelse = node.child_by_field_name("consequence"), self.context.child(node, "alternative")
        tested = self.operands.scalar(self.context.child(node, "condition"))
        if then is None:
            same = self.operands.snapshot(tested, node)
            return self.either(node, as_bool(same), lambda: same, lambda: self.lowering.rvalue(orelse))
        test = as_bool(tested)
        if is_const(test):
            taken, other = (then, orelse) if is_true(test) else (orelse, then)
            value = decay(self.lowering.rvalue(taken))
            return convert(value, conditional_type(value.type, self.operands.type_of(other)))
        return self.either(
            node, test, lambda: self.lowering.rvalue(then), lambda: self.lowering.rvalue(orelse)
        )

    def either(
        self, node: Node, test: Term, first: Callable[[], Value], second: Callable[[], Value]
    ) -> Value:
        """The value of one of two expressions, of which only that one has its effects."""
        if is_const(test):
            return first() if is_true(test) else second()
        objects = self.context.objects
        before = objects.flow.copy()
        with objects.collect() as one:
            a = decay(first())
        after, objects.flow = objects.flow, before
        with objects.collect() as two:
            b = decay(second())
        objects.flow = join_flows([after, objects.flow], objects.initial_targets)
        if is_scalar(a.type) and is_scalar(b.type):
            if not one and not two:
                return select(test, a, b)
            return self._merge_branches(node, test, (a, tuple(one)), (b, tuple(two)))
        if VOID not in (a.type, b.type):
            raise self.context.unsupported(node, "a choice between structs")
        objects.emit(If(test, tuple(one), tuple(two), self.context.span(node)))
        return NOTHING

    def _merge_branches(
        self,
        node: Node,
        test: Term,
        one: tuple[Value, tuple[Statement, ...]],
        two: tuple[Value, tuple[Statement, ...]],
    ) -> Value:
        """Two scalars and the statements that make them: each branch puts its own into a new object."""
        objects = self.context.objects
        (a, first), (b, second) = one, two
        both, span = select(test, a, b), self.context.span(node)
        is_truth = a.term.sort == BOOL == b.term.sort
        t: CType = BOOLEAN if is_truth else both.type
        path = objects.temporary("condition" if is_truth else "choice")
        place = objects.place(path, t)
        objects.emit(
            If(
                test,
                (*first, Set(path, convert(a, t).term, span)),
                (*second, Set(path, convert(b, t).term, span)),
                span,
            )
        )
        if isinstance(t, Pointer):
            objects.flow.pointers[path] = both.locations
        return Value(both.type, place, both.locations)

    # Assignment -------------------------------------------------------------------------------------
    def assignment(self, node: Node) -> Value:
        """``a = b``, ``a += b``."""
        left, right = self.context.child(node, "left"), self.context.child(node, "right")
        found = _ASSIGN.fullmatch(text_of(self.context.child(node, "operator")))
        op = found.group(1) if found else ""
        target = self.lvalues.lvalue(left)
        if isinstance(target.type, Struct):
            if op:
                raise self.context.unsupported(node, f"{op}= on a {target.type}")
            self.storage.copy(target, self.lowering.rvalue(right), node)
        else:
            value = self.operands.scalar(right)
            if op:
                value = self.combine(node, op, decay(self.storage.load(target, node)), value)
            self.storage.store(target, value, node)
        return self.storage.load(target, node)

    def update(self, node: Node) -> Value:
        """``a++``, ``--a``."""
        target = self.lvalues.lvalue(self.context.child(node, "argument"))
        before = self.storage.load(target, node)
        op = "+" if "++" in [c.type for c in node.children] else "-"
        prefix = node.children[0].type in ("++", "--")
        result = before if prefix else self.operands.snapshot(before, node)
        self.storage.store(target, self.combine(node, op, before, integer(1)), node)
        return self.storage.load(target, node) if prefix else result


def _one_inside_another(a: Value, b: Value) -> bool:
    """Whether the pointers may lead to an object and a part of it, which have one address in C."""
    return any(
        x != y and (x.whole in parents(y.whole) or y.whole in parents(x.whole))
        for x in a.locations
        for y in b.locations
        if not x.behind and not y.behind
    )
