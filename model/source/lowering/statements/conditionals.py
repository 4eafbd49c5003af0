# SPDX-License-Identifier: GPL-2.0-only
"""Branches: if, switch, the jumps out of a loop or switch, and the preprocessor's inside a function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from model.logic import FALSE, TRUE, Term, conj, disj, is_const, negate
from model.program.procedure import Set
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.types.ctypes import BOOLEAN, Int, promote
from model.source.types.syntax import RANGE, Node, children, text_of
from model.source.types.values import Value, apply_binary, convert

_CONDITIONALS = ("preproc_ifdef", "preproc_if", "preproc_elif", "preproc_elifdef", "preproc_else")


@dataclass(frozen=True)
class Branches:
    """Lowers branches."""

    context: Context
    operands: Operands
    lowering: Lowering

    # Jumps ------------------------------------------------------------------------------------------
    @contextmanager
    def jump_target(self, keyword: str, node: Node) -> Iterator[None]:
        """``break`` or ``continue`` inside goes on behind what is emitted inside."""
        frame, objects = self.context.frame, self.context.objects
        label, before = objects.unique(f"{frame.path}:{keyword}"), frame.jumps
        frame.jumps = (*before, (keyword, label))
        try:
            with objects.block(label, self.context.span(node)):
                yield
        finally:
            frame.jumps = before

    def jump(self, keyword: str, node: Node) -> None:
        """``break;``, ``continue;``."""
        for found, label in reversed(self.context.frame.jumps):
            if found == keyword:
                self.context.objects.leave(label, self.context.span(node))
                return
        raise self.context.unsupported(node, f"{keyword} outside of a loop or switch")

    # if ---------------------------------------------------------------------------------------------
    def branch(self, node: Node) -> None:
        """``if (c) ... else ...``."""
        tested, then = self.context.child(node, "condition"), self.context.child(node, "consequence")
        orelse = node.child_by_field_name("alternative")
        span = self.context.text.span(node, f"if {' '.join(text_of(tested).split())}")
        condition = self.operands.condition(tested)
        self.context.objects.fork(condition, lambda: self.block([then]),
                          lambda: self.block([] if orelse is None else children(orelse)), span)  # fmt: skip

    def block(self, nodes: list[Node]) -> None:
        """Statements with a scope of their own."""
        with self.context.scope():
            self.lowering.sequence(self.active(nodes))

    # switch -----------------------------------------------------------------------------------------
    def switch(self, node: Node) -> None:
        """A ladder of cases, with a flag that is set once one of them was entered."""
        objects = self.context.objects
        subject = self.operands.scalar(self.context.child(node, "condition"))
        if not isinstance(subject.type, Int):
            raise self.context.unsupported(node, "a switch over a pointer")
        subject = convert(subject, promote(subject.type))  # no case is looked at once one was entered
        cases = self.active(children(self.context.child(node, "body")))
        tests = [self._case_condition(subject, case) for case in cases]
        if sum(test is None for test in tests) > 1:
            raise self.context.unsupported(node, "a switch with more than one default")
        named = disj(*(test for test in tests if test is not None))
        flag = objects.temporary("case reached")
        reached = objects.place(flag, BOOLEAN)
        with self.context.scope(), self.jump_target("break", node):
            objects.emit(Set(flag, FALSE, self.context.span(node)))
            for case, test in zip(cases, tests, strict=True):
                self._case(case, flag, disj(reached, negate(named) if test is None else test))

    def _case_condition(self, subject: Value, case: Node) -> Term | None:
        """Whether the subject is that of the case; None for ``default``."""
        if case.type != "case_statement":
            raise self.context.unsupported(case, "a statement before the first case of a switch")
        written = case.child_by_field_name("value")
        if written is None:
            return None
        if written.type == "conditional_expression" and RANGE in text_of(written):
            first = self._case_constant(subject, self.context.child(written, "condition"), case)
            last = self._case_constant(subject, self.context.child(written, "alternative"), case)
            return conj(apply_binary(">=", subject, first).term, apply_binary("<=", subject, last).term)
        return apply_binary("==", subject, self._case_constant(subject, written, case)).term

    def _case_constant(self, subject: Value, written: Node, case: Node) -> Value:
        """The constant of a case, in the type of the subject."""
        value = self.operands.scalar(written)
        if not is_const(value.term) or not isinstance(value.type, Int) or not isinstance(subject.type, Int):
            raise self.context.unsupported(case, "a case that is not constant")
        return convert(value, subject.type)

    def _case(self, case: Node, flag: str, condition: Term) -> None:
        written = case.child_by_field_name("value")
        statements = [c for c in children(case) if c != written]

        def body() -> None:
            self.context.objects.emit(Set(flag, TRUE, self.context.span(case)))
            self.lowering.sequence(self.active(statements))

        head = "default:" if written is None else f"case {text_of(written)}:"
        self.context.objects.fork(condition, body, lambda: None, self.context.text.span(case, head))

    # #if --------------------------------------------------------------------------------------------
    def active(self, nodes: list[Node]) -> list[Node]:
        """The statements that the configuration leaves in."""
        active: list[Node] = []
        for node in nodes:
            if node.type in _CONDITIONALS:
                active.extend(self.active(self._in_force(node)))
            elif node.type.startswith("preproc_"):
                raise self.context.unsupported(node, "a preprocessor directive in a function")
            elif node.type != "comment":
                active.append(node)
        return active

    def _in_force(self, node: Node) -> list[Node]:
        """What the branch of an ``#if`` that holds contains."""
        if node.type == "preproc_else":
            return node.named_children
        tested = node.child_by_field_name("name") or self.context.child(node, "condition")
        orelse = node.child_by_field_name("alternative")
        written = text_of(tested)
        if node.type in ("preproc_ifdef", "preproc_elifdef"):
            negated = node.children[0].type.endswith("ndef")
            written = f"!defined({written})" if negated else f"defined({written})"
        holds, _ = self.context.view.condition(written)
        if holds is None:
            raise self.context.unsupported(node, f"#if {written}, which the configuration does not decide")
        answer = "holds" if holds else "does not hold"
        self.context.objects.note("condition", f"#if {written}: {answer}", self.context.span(node))
        if holds:
            return [c for c in node.named_children if c not in (tested, orelse)]
        return [] if orelse is None else self._in_force(orelse)
