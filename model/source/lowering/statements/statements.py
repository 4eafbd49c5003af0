# SPDX-License-Identifier: GPL-2.0-only
"""C statements to the statements of a procedure: ``return``, ``break`` and a forward ``goto`` leave a block."""

from __future__ import annotations

from dataclasses import dataclass

from model.program.procedure import Call
from model.source.lowering.calls.effects import END
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.storage import Storage, object_at
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.statements.conditionals import Branches
from model.source.lowering.statements.declarations import Declarations
from model.source.lowering.statements.loops import Loops
from model.source.lowering.statements.unrolling import goes_to
from model.source.types.ctypes import Pointer, Struct
from model.source.types.syntax import Node, children, text_of
from model.source.types.values import NOTHING, Value, is_scalar

#: Labels of one function body beyond which it is not read; the fault paths have at most 4.
_MOST_LABELS = 100
_FALLTHROUGH = ("fallthrough", "__fallthrough")


@dataclass(frozen=True)
class Statements:
    """Lowers statements by their form."""

    context: Context
    operands: Operands
    storage: Storage
    branches: Branches
    loops: Loops
    declarations: Declarations
    lowering: Lowering

    # Statements -------------------------------------------------------------------------------------
    def statement(self, node: Node) -> None:
        """One statement."""
        self.context.count(node)
        self.context.latest = self.context.text.unsupported(
            node, "a statement that is nested too deeply, or calls that are"
        )
        match node.type:
            case "compound_statement":
                self.branches.block(children(node))
            case "declaration":
                self.declarations.declare(node)
            case "expression_statement":
                for child in children(node):
                    if child.type != "identifier" or text_of(child) not in _FALLTHROUGH:
                        self.lowering.rvalue(child)
            case "if_statement":
                self.branches.branch(node)
            case "switch_statement":
                self.branches.switch(node)
            case "return_statement":
                self._return(node)
            case "break_statement":
                self.branches.jump("break", node)
            case "continue_statement":
                self.branches.jump("continue", node)
            case "goto_statement":
                self._goto(node)
            case "for_statement" | "while_statement" | "do_statement":
                self.loops.loop(node)
            case "labeled_statement":
                self.sequence([node])
            case _:
                raise self.context.unsupported(node, f"a statement of the form {node.type}")

    def sequence(self, nodes: list[Node]) -> None:
        """Statements in order; what stands before a label is a block that a goto can leave."""
        self._lower_labelled([part for node in nodes for part in _split_labels(node)])

    def _lower_labelled(self, nodes: list[Node]) -> None:
        labels = [i for i, node in enumerate(nodes) if node.type == "statement_identifier"]
        if len(labels) > _MOST_LABELS:
            raise self.context.unsupported(
                nodes[labels[0]], f"more than {_MOST_LABELS} labels in a row of statements"
            )
        if labels:
            last = labels[-1]
            label, met = f"{self.context.frame.path}:{text_of(nodes[last])}", len(self.context.frame.gotos)
            with self.context.objects.block(label, self.context.span(nodes[last])):
                self._lower_labelled(nodes[:last])
            self.context.frame.gotos[met:] = [g for g in self.context.frame.gotos[met:] if g[0] != label]
            name, nodes = nodes[last], nodes[last + 1 :]
            if any(goes_to(text_of(name), node) for node in nodes):
                self._loop_back(name, label, nodes)
                return
        for node in self.branches.active(nodes):
            self.statement(node)

    def _loop_back(self, name: Node, label: str, nodes: list[Node]) -> None:
        """What stands behind a label that a goto goes back to: any state, and then the last time.

        A path that goes back is not the last time: it ends there, as the event ``goto LABEL``.
        """
        objects = self.context.objects

        last, span = f"{label} for the last time", self.context.span(name)

        def once() -> None:
            with objects.block(f"{label} again", span):
                for node in self.branches.active(nodes):
                    self.statement(node)
                objects.leave(last, span)

        note = f"goto {text_of(name)}: any number of times, of which the last is looked at"
        objects.note("havoc", note, span)
        before, self.context.frame.open_labels = (
            self.context.frame.open_labels,
            self.context.frame.open_labels | {label},
        )
        with objects.block(last, span):
            self.loops.repeat(name, once, lambda: objects.block(f"{label} from any state", span))
            if objects.flow.reached:
                objects.emit(Call(f"goto {text_of(name)}", (), span))
                objects.leave(END, span)
        self.context.frame.open_labels = before

    def statement_expression(self, node: Node) -> Value:
        """``({ ...; value; })``."""
        with self.context.scope():
            parts = self.branches.active(node.named_children)
            self.sequence(parts[:-1])
            if parts and parts[-1].type == "expression_statement" and children(parts[-1]):
                return self.lowering.rvalue(children(parts[-1])[0])
            self.sequence(parts[-1:])
        return NOTHING

    def _return(self, node: Node) -> None:
        objects = self.context.objects
        returned = children(node)
        label, path, span = (
            f"end of {self.context.frame.path}",
            f"{self.context.frame.path}.return",
            self.context.span(node),
        )
        if returned and is_scalar(self.context.frame.result):
            value = objects.convert(self.operands.scalar(returned[0]), self.context.frame.result)
            objects.place(path, self.context.frame.result)
            if isinstance(self.context.frame.result, Pointer):
                objects.flow.pointers[path] = value.locations
            objects.leave(label, span, path, value.term)
            return
        if returned:
            value = self.lowering.rvalue(returned[0])
            if isinstance(self.context.frame.result, Struct):
                self.storage.copy(object_at(path, self.context.frame.result), value, node)
        objects.leave(label, span)

    def _goto(self, node: Node) -> None:
        label = f"{self.context.frame.path}:{text_of(self.context.child(node, 'label'))}"
        if label in self.context.frame.open_labels:
            self.context.objects.leave(f"{label} again", self.context.span(node))
            return
        self.context.frame.gotos.append(
            (label, self.context.text.unsupported(node, "a goto that goes backwards or into a block"))
        )
        self.context.objects.leave(label, self.context.span(node))


def _split_labels(node: Node) -> list[Node]:
    """A statement without its labels, and before it their names."""
    found: list[Node] = []
    while node.type == "labeled_statement":
        label, *rest = children(node)
        found.append(label)
        if len(rest) != 1:
            return found + rest
        node = rest[0]
    return [*found, node]
