# SPDX-License-Identifier: GPL-2.0-only
"""Loops iteration by iteration: those that count between constants, and what one iteration may repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from model.logic import is_const, is_true
from model.program.procedure import Block, Call, If, Leave, Set, Statement
from model.source.lowering.expressions.operands import Operands, signed_value
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Slot
from model.source.lowering.statements.conditionals import Branches
from model.source.types.ctypes import Int
from model.source.types.syntax import Node, text_of
from model.source.types.values import Location, apply_binary, convert, integer

Done = dict[int, Statement]

#: How many iterations are written out at most.
_MOST_ITERATIONS = 16


@dataclass(frozen=True)
class Unrolling:
    """Lowers ``for (i = 0; i < 4; i++)``, each iteration by itself, exactly."""

    context: Context
    operands: Operands
    branches: Branches

    def unroll(self, node: Node) -> bool:
        """Lower the loop, whose initialiser was lowered, if it counts between constants; else say no."""
        objects = self.context.objects
        slot, numbers = self._counter_values(node)
        if slot is None or not isinstance(slot.type, Int) or not numbers:
            return False
        note = f"a loop of {len(numbers) - 1} iterations, each by itself"
        objects.note("modelled", note, self.context.span(node))
        body = self.context.child(node, "body")
        name = text_of(self.context.child(self.context.child(node, "update"), "argument"))
        with self.branches.jump_target("break", node):
            for number in numbers[:-1]:
                value = integer(number, slot.type)
                objects.store(slot.path, slot.type, value, self.context.span(node))
                with self.context.scope(), self.branches.jump_target("continue", node):
                    self.context.scopes[-1][name] = replace(slot, value=value)
                    self.branches.block([body])
            objects.store(slot.path, slot.type, integer(numbers[-1], slot.type), self.context.span(node))
        return True

    def _counter_values(self, node: Node) -> tuple[Slot | None, list[int]]:
        """The counter, the numbers that it is in the iterations, and then the one that ends the loop."""
        update, test = node.child_by_field_name("update"), node.child_by_field_name("condition")
        counter = update.child_by_field_name("argument") if update is not None else None
        if update is None or update.type != "update_expression" or counter is None or test is None:
            return None, []
        name, first = text_of(counter), self._initial_value(node, text_of(counter))
        slot = self.context.slot(name) if counter.type == "identifier" else None
        changed = changed_names(self.context.child(node, "body")) | changed_names(test)
        if slot is None or slot.value is not None or not isinstance(slot.type, Int) or name in changed:
            return None, []
        if Location(slot.path) in self.context.objects.addresses:  # a pointer may change it
            return None, []
        if first is None:
            return None, []
        step = 1 if "++" in [c.type for c in update.children] else -1
        return slot, self._values_until(test, name, slot, first, step)

    def _values_until(self, test: Node, name: str, slot: Slot, first: int, step: int) -> list[int]:
        """The numbers from the first on, until the condition is false."""
        assert isinstance(slot.type, Int)
        value, numbers = integer(first, slot.type), [first]
        with self.context.scope(), self.context.objects.probe() as body:
            while len(numbers) <= _MOST_ITERATIONS:
                self.context.scopes[-1][name] = replace(slot, value=value)
                holds = self.operands.condition(test)
                if body or not is_const(holds):
                    break
                if not is_true(holds):
                    return numbers
                value = convert(apply_binary("+", value, integer(step)), slot.type)
                numbers.append(signed_value(value))
        return []

    def _initial_value(self, node: Node, name: str) -> int | None:
        """The constant that the loop's initialiser gives its only counter."""
        start = node.child_by_field_name("initializer")
        if start is None:
            return None
        declared = start.children_by_field_name("declarator") if start.type == "declaration" else [start]
        target = declared[0].child_by_field_name("declarator" if start.type == "declaration" else "left")
        written = declared[0].child_by_field_name("value" if start.type == "declaration" else "right")
        if len(declared) != 1 or target is None or text_of(target) != name or written is None:
            return None
        if written.type == "initializer_list" or (
            start.type != "declaration" and "=" not in _operators(start)
        ):
            return None
        with self.context.objects.probe():
            value = self.operands.scalar(written)
        return signed_value(value) if is_const(value.term) and isinstance(value.type, Int) else None


def _operators(node: Node) -> list[str]:
    return [c.type for c in node.children]


def goes_to(label: str, node: Node) -> bool:
    """Whether a goto inside goes to that label."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        name = part.child_by_field_name("label") if part.type == "goto_statement" else None
        if name is not None and text_of(name) == label:
            return True
        waiting += part.named_children
    return False


def changed_names(body: Node) -> set[str]:
    """Names that are assigned, stepped or whose address is taken somewhere in the body."""
    names: set[str] = set()
    waiting = [body]
    while waiting:
        node = waiting.pop()
        changed = None
        if node.type == "assignment_expression":
            changed = node.child_by_field_name("left")
        elif node.type == "update_expression" or (node.children[:1] and node.children[0].type == "&"):
            changed = node.child_by_field_name("argument")
        while changed is not None and changed.type == "parenthesized_expression" and changed.named_children:
            changed = changed.named_children[0]
        if changed is not None and changed.type == "identifier":
            names.add(text_of(changed))
        waiting.extend(node.children)
    return names


# What a further iteration finds -------------------------------------------------------------------
@dataclass
class _Execution:
    """The statements that some path to each label has run, by identity and in order."""

    arrived: dict[str, Done] = field(default_factory=dict)

    def run(self, body: Sequence[Statement], done: Done | None) -> Done | None:
        """After the body; None where no path gets to its end."""
        for statement in body:
            if done is None:
                return None
            done = self._step(statement, done)
        return done

    def _step(self, statement: Statement, done: Done) -> Done | None:
        match statement:
            case If(_, then, orelse):
                return _either(self.run(then, done), self.run(orelse, done))
            case Block(label, body):
                inside = self.run(body, done | {id(statement): replace(statement, body=())})
                return _either(inside, self.arrived.pop(label, None))
            case Leave(label):
                self.arrived[label] = self.arrived.get(label, {}) | done
                return None
            case Set() | Call():
                return done | {id(statement): statement}


def _either(one: Done | None, other: Done | None) -> Done | None:
    if one is None or other is None:
        return one if other is None else other
    return one | other


def repeated_statements(iteration: Sequence[Statement]) -> list[Statement]:
    """The assignments, events and blocks (these empty) on the paths to the end of the
    iteration."""
    done = _Execution().run(iteration, {})
    return [] if done is None else list(done.values())
