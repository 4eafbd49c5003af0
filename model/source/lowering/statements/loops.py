# SPDX-License-Identifier: GPL-2.0-only
"""Loops: any state that some iterations may leave behind, then the last iteration, or none.

Every behaviour of the C is one of the result's, for some values of the inputs that stand for the
state: they hold what was there before the iteration that leaves the loop, or before the condition
that was false.  What the loop does not write, it keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from model.logic import BOOL, TRUE, Sort, Term, is_false
from model.program.procedure import Block, Call, If, Origin, Set, Statement, walk
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.havoc import havoc
from model.source.lowering.state.objects import parents
from model.source.lowering.statements.conditionals import Branches
from model.source.lowering.statements.declarations import Declarations
from model.source.lowering.statements.unrolling import Unrolling, repeated_statements
from model.source.types.syntax import Node, text_of
from model.source.types.values import UNKNOWN

_NOTE = "after an unknown number of iterations"


@dataclass(frozen=True)
class _Writes:
    """What an iteration writes: places, calls of events, and whether all memory."""

    places: dict[str, Sort]
    events: dict[str, Call]
    memory: bool


@dataclass(frozen=True)
class Loops:
    """Lowers loops."""

    context: Context
    operands: Operands
    branches: Branches
    unrolling: Unrolling
    declarations: Declarations
    lowering: Lowering

    def loop(self, node: Node) -> None:
        """``for``, ``while``, ``do``."""
        if node.type == "do_statement" and self._is_never(self.context.child(node, "condition")):
            with self.branches.jump_target("break", node), self.branches.jump_target("continue", node):
                self.branches.block([self.context.child(node, "body")])
            return
        with self.context.scope():
            first = node.child_by_field_name("initializer")
            if first is not None and first.type == "declaration":
                self.declarations.declare(first)
            elif first is not None:
                self.lowering.rvalue(first)
            if not self.unrolling.unroll(node):
                note = "a loop: any number of iterations, of which one is looked at"
                self.context.objects.note("havoc", note, self.context.span(node))
                self.repeat(
                    node, lambda: self._iteration(node), lambda: self.branches.jump_target("break", node)
                )

    def _is_never(self, test: Node) -> bool:
        with self.context.objects.probe():
            return is_false(self.operands.condition(test))

    def repeat(
        self, node: Node, once: Callable[[], None], around: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """``once`` any number of times, inside of a block of its own.

        An iteration is read twice: first to see which pointers it sets, which then lead anywhere,
        and which locals it lets out of sight.
        """
        objects, before = self.context.objects, frozenset(self.context.objects.locals)
        with objects.probe() as body:
            with around():
                once()
            pointers, escaped = self._pointers_among(self._collect_writes(body, before)), objects.escaped
        objects.flow.pointers |= dict.fromkeys(pointers, (UNKNOWN,))
        objects.escaped |= escaped
        with around():
            with objects.collect() as iteration:
                once()
            if not self._pointers_among(self._collect_writes(iteration, before)) <= pointers:
                raise self.context.unsupported(node, "a loop that sets other pointers in later iterations")
            self._havoc_writes(node, self._collect_writes(repeated_statements(iteration), before))
            for statement in iteration:
                objects.emit(statement)

    def _pointers_among(self, written: _Writes) -> frozenset[str]:
        return frozenset(p for p in written.places if p in self.context.objects.initial_targets)

    def _iteration(self, node: Node) -> None:
        """One iteration from any state, entered if the condition holds there."""
        test, update = node.child_by_field_name("condition"), node.child_by_field_name("update")

        def run() -> None:
            with self.branches.jump_target("continue", node):
                self.branches.block([self.context.child(node, "body")])
            after = test if node.type == "do_statement" else update
            if after is not None:
                self.lowering.rvalue(after)

        first = TRUE if test is None or node.type == "do_statement" else self.operands.condition(test)
        head = "loop" if test is None else f"loop {' '.join(text_of(test).split())}"
        self.context.objects.fork(first, run, lambda: None, self.context.text.span(node, head))

    def _collect_writes(self, body: list[Statement], before: frozenset[str]) -> _Writes:
        """What the iteration writes but for the locals that begin in it."""
        own = self.context.objects.locals.keys() - before
        places: dict[str, Sort] = {}
        events: dict[str, Call] = {}
        memory = False
        for statement in walk(tuple(body)):
            if isinstance(statement, Set) and own.isdisjoint(parents(statement.target)):
                places[statement.target] = statement.value.sort
            elif isinstance(statement, Call):
                events[statement.effect] = statement
            elif isinstance(statement, Block):
                memory = memory or statement.label in self.context.objects.havocked
        return _Writes(places, events, memory)

    def _havoc_writes(self, node: Node, written: _Writes) -> None:
        """Some iterations ran: what they write is havoc, and their events may have happened."""
        objects = self.context.objects
        span = self.context.span(node)
        for path, sort in written.places.items():
            objects.emit(Set(path, self._unknown(f"{path} in the loop", sort), span))
        if written.memory:
            havoc(objects, "the loop", (), span)
        for event, call in written.events.items():
            for _ in range(2):  # a second call shows in ``EVENT.again``
                objects.emit(
                    If(
                        self._unknown(f"{event} in the loop", BOOL),
                        (self._with_unknown_arguments(call),),
                        (),
                        span,
                    )
                )

    def _unknown(self, text: str, sort: Sort) -> Term:
        return self.context.objects.input(self.context.objects.unique(text), sort, Origin.HAVOC, _NOTE)

    def _with_unknown_arguments(self, call: Call) -> Call:
        """The call of an event in another iteration, with any arguments."""
        arguments = tuple(
            (a, self._unknown(f"{call.effect}.{a} in the loop", t.sort)) for a, t in call.arguments
        )
        return Call(call.effect, arguments, call.span, seen=False)
