# SPDX-License-Identifier: GPL-2.0-only
"""C statements and functions to the statements of a procedure.

``return``, ``break`` and a forward ``goto`` leave a block; a function that is called becomes a part of
its caller, with locals under a name of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from model.logic import FALSE, Term, subterms
from model.program.procedure import NOWHERE, Block, Call, Span
from model.source.contracts.table import Contract
from model.source.errors import Unsupported
from model.source.lowering.calls.effects import END
from model.source.lowering.expressions.lvalues import object_at
from model.source.lowering.state.havoc import filled
from model.source.lowering.state.objects import Objects, Slot
from model.source.lowering.statements.loops import Loops
from model.source.lowering.statements.unrolling import changed_names, goes_to
from model.source.types.ctypes import VOID, CType, Function, Pointer, Struct
from model.source.types.parse_types import Types, function_declarator, text_at
from model.source.types.syntax import AUTOMATIC, Node, Text, children, text_of
from model.source.types.values import NOTHING, Location, Value, decayed, is_scalar

_INLINE_DEPTH = 24
#: Terms of at most so many parts stand for a parameter; larger ones are put into a local.
_SMALL = 8
#: Labels of one function body beyond which it is not read; the fault paths have at most 4.
_MOST_LABELS = 100
_FALLTHROUGH = ("fallthrough", "__fallthrough")


class Statements(Loops):
    """Lowers function bodies."""

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        super().__init__(types, objects, contracts)
        #: The gotos whose label was not met yet, each with the complaint to raise if it never is.
        self.gotos: list[tuple[str, Unsupported]] = []
        self.open_labels: frozenset[str] = frozenset()  # those that a goto inside goes back to
        self._latest: Unsupported | None = None

    # Functions ------------------------------------------------------------------------------------
    def lower_target(self, name: str, arguments: list[Value]) -> Term | None:
        """Lower a function whose caller is not read; its result's place, None for void.

        Raises Unsupported for what has no lowering.
        """
        found = self.view.function(name)
        if found is None:
            raise Unsupported("the tree", 0, f"{name}(), which is defined nowhere that is read")
        text = replace(text_at(found), function=name)
        try:
            with self.objects.nested() as body:
                value = self._function(name, text, arguments, self.objects.unique(name))
                if is_scalar(value.type) and value.term.op != "place":
                    path = f"{name}.return"
                    self.objects.declare(path)
                    self.objects.store(path, value.type, value, NOWHERE)
                    value = self.objects.load(path, value.type)
        except RecursionError:
            raise self._latest or Unsupported(text.file, text.line, f"{name}(), nested too deeply") from None
        self._note_choices()
        self.objects.emit(Block(END, filled(self.objects, body)))
        return value.term if is_scalar(value.type) else None

    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value:
        """A call of a function that is read."""
        found = self.view.function(name)
        if found is None:
            raise self.text.unsupported(node, f"{name}(), which is defined nowhere that is read")
        via = (*self.text.via, f"{name}() called at {self.span(node)}")
        if len(via) > _INLINE_DEPTH:
            raise self.text.unsupported(node, f"{name}, which calls itself or too deeply")
        self.types.rely(found)
        self.objects.note("inlined", name, self.span(node))
        text = replace(text_at(found), function=name, via=via)
        return self._function(name, text, arguments, self.objects.unique(name))

    def _note_choices(self) -> None:
        """Say which definitions were chosen without a reason, or under a condition that is not decided."""
        for found in self.types.relied.values():
            span = Span(found.file, found.line, found.name)
            for other in found.others:
                self.objects.note(
                    "trusted", f"{found.name}: the definition at {other} differs, and is not used", span
                )
            if not found.certain:
                self.objects.note(
                    "trusted", f"{found.name}: the configuration does not decide whether it holds", span
                )

    def _function(self, name: str, text: Text, arguments: list[Value], frame: str) -> Value:
        node = self.types.parser.function(text)
        result = self.types.result(node, text)
        parameters = self.types.parameters(function_declarator(node, text), text)
        saved = self.scopes, self.frame, self.result, self.gotos
        self.scopes, self.frame, self.result, self.gotos = [{}], frame, result, []
        try:
            with self.at(text):
                if len(parameters) != len(arguments):
                    raise text.unsupported(node, f"{name} called with {len(arguments)} arguments")
                body = text.child(node, "body")
                self._bind(node, parameters, arguments, body)
                return self._run(body)
        finally:
            self.scopes, self.frame, self.result, self.gotos = saved

    def _bind(
        self, node: Node, parameters: list[tuple[str, CType, str]], values: list[Value], body: Node
    ) -> None:
        """Parameters become locals; one that is only ever read stands for its argument."""
        changed = changed_names(body)
        for (name, t, _), value in zip(parameters, values, strict=True):
            path = f"{self.frame}.{name}"
            if is_scalar(t) and is_scalar(value.type) and name not in changed and _is_steady(value):
                self.scopes[-1][name] = Slot(path, t, self.objects.converted(value, t))
                continue
            self.objects.declare(path)
            self.scopes[-1][name] = Slot(path, t)
            self._assign(object_at(path, t), value, node)

    def _run(self, body: Node) -> Value:
        """The body, and the value it returns."""
        only = children(body)
        if len(only) == 1 and only[0].type == "return_statement" and is_scalar(self.result):
            returned = children(only[0])
            if len(returned) == 1:
                return self.objects.converted(self.scalar(returned[0]), self.result)
        path = f"{self.frame}.return"
        self.objects.declare(path)
        with self.objects.block(f"end of {self.frame}", self.span(body)):
            self.statement(body)
        if self.gotos:
            raise self.gotos[0][1]
        if is_scalar(self.result):
            return self.objects.load(path, self.result)
        return NOTHING if self.result == VOID else Value(self.result, FALSE, (Location(path),))

    # Statements -------------------------------------------------------------------------------------
    def statement(self, node: Node) -> None:
        """One statement."""
        self.count(node)
        self._latest = self.text.unsupported(node, "a statement that is nested too deeply, or calls that are")
        match node.type:
            case "compound_statement":
                self.scoped(children(node))
            case "declaration":
                self.declaration(node)
            case "expression_statement":
                for child in children(node):
                    if child.type != "identifier" or text_of(child) not in _FALLTHROUGH:
                        self.rvalue(child)
            case "if_statement":
                self.branch(node)
            case "switch_statement":
                self.switch(node)
            case "return_statement":
                self._return(node)
            case "break_statement":
                self.jump("break", node)
            case "continue_statement":
                self.jump("continue", node)
            case "goto_statement":
                self._goto(node)
            case "for_statement" | "while_statement" | "do_statement":
                self.loop(node)
            case "labeled_statement":
                self.sequence([node])
            case _:
                raise self.text.unsupported(node, f"a statement of the form {node.type}")

    def sequence(self, nodes: list[Node]) -> None:
        """Statements in order; what stands before a label is a block that a goto can leave."""
        self._run_through([part for node in nodes for part in _unlabelled(node)])

    def _run_through(self, nodes: list[Node]) -> None:
        labels = [i for i, node in enumerate(nodes) if node.type == "statement_identifier"]
        if len(labels) > _MOST_LABELS:
            raise self.text.unsupported(
                nodes[labels[0]], f"more than {_MOST_LABELS} labels in a row of statements"
            )
        if labels:
            last = labels[-1]
            label, met = f"{self.frame}:{text_of(nodes[last])}", len(self.gotos)
            with self.objects.block(label, self.span(nodes[last])):
                self._run_through(nodes[:last])
            self.gotos[met:] = [g for g in self.gotos[met:] if g[0] != label]
            name, nodes = nodes[last], nodes[last + 1 :]
            if any(goes_to(text_of(name), node) for node in nodes):
                self._again(name, label, nodes)
                return
        for node in self.live(nodes):
            self.statement(node)

    def _again(self, name: Node, label: str, nodes: list[Node]) -> None:
        """What stands behind a label that a goto goes back to: any state, and then the last time.

        A path that goes back is not the last time: it ends there, as the event ``goto LABEL``.
        """

        last, span = f"{label} for the last time", self.span(name)

        def once() -> None:
            with self.objects.block(f"{label} again", span):
                for node in self.live(nodes):
                    self.statement(node)
                self.objects.leave(last, span)

        said = f"goto {text_of(name)}: any number of times, of which the last is looked at"
        self.objects.note("havoc", said, span)
        before, self.open_labels = self.open_labels, self.open_labels | {label}
        with self.objects.block(last, span):
            self.repeated(name, once, lambda: self.objects.block(f"{label} from any state", span))
            if self.objects.flow.reached:
                self.objects.emit(Call(f"goto {text_of(name)}", (), span))
                self.objects.leave(END, span)
        self.open_labels = before

    def statement_expression(self, node: Node) -> Value:
        """``({ ...; value; })``."""
        with self.scope():
            parts = self.live(node.named_children)
            self.sequence(parts[:-1])
            if parts and parts[-1].type == "expression_statement" and children(parts[-1]):
                return self.rvalue(children(parts[-1])[0])
            self.sequence(parts[-1:])
        return NOTHING

    def _return(self, node: Node) -> None:
        returned = children(node)
        label, path, span = f"end of {self.frame}", f"{self.frame}.return", self.span(node)
        if returned and is_scalar(self.result):
            value = self.objects.converted(self.scalar(returned[0]), self.result)
            self.objects.place(path, self.result)
            if isinstance(self.result, Pointer):
                self.objects.flow.pointers[path] = value.locations
            self.objects.leave(label, span, path, value.term)
            return
        if returned:
            value = self.rvalue(returned[0])
            if isinstance(self.result, Struct):
                self.copy(object_at(path, self.result), value, node)
        self.objects.leave(label, span)

    def _goto(self, node: Node) -> None:
        label = f"{self.frame}:{text_of(self.text.child(node, 'label'))}"
        if label in self.open_labels:
            self.objects.leave(f"{label} again", self.span(node))
            return
        self.gotos.append((label, self.text.unsupported(node, "a goto that goes backwards or into a block")))
        self.objects.leave(label, self.span(node))

    # Declarations -----------------------------------------------------------------------------------
    def declaration(self, node: Node) -> None:
        """Locals, each with its initialiser if it has one."""
        spec = self.text.child(node, "type")
        for part in node.named_children:
            plain = part.type in ("type_qualifier", "comment") or text_of(part) in ("register", "auto")
            if not plain and part != spec and "declarator" not in part.type and part.type != "identifier":
                raise self.text.unsupported(node, f"a local declared with {text_of(part).split()[0]}")
        self.refuse_object(spec)
        if spec.child_by_field_name("body") is not None:
            raise self.text.unsupported(node, "a type that is defined inside a function")
        for child in node.children_by_field_name("declarator"):
            is_set = child.type == "init_declarator"
            declarator = self.text.child(child, "declarator") if is_set else child
            value = self.text.child(child, "value") if is_set else None
            name, t = self.types.declarator(declarator, self._base(node, spec, value), self.text)
            self._declare(name, t, declarator, value)

    def _base(self, node: Node, spec: Node, value: Node | None) -> CType:
        """The type that a declaration's specifiers name, or that of its value."""
        if text_of(spec) in AUTOMATIC and value is not None:
            with self.objects.probe():
                return decayed(self.rvalue(value)).type
        return self.types.of_specifiers(node, self.text)

    def _declare(self, name: str, t: CType, declarator: Node, value: Node | None) -> None:
        size = declarator.child_by_field_name("size")
        if isinstance(t, Function) or not name:
            raise self.text.unsupported(declarator, "a declaration of something that is no object")
        if size is not None:
            with self.objects.probe():
                if self.scalar(size).term.op != "const":
                    raise self.text.unsupported(declarator, "an array of a length that is not constant")
        path = f"{self.frame}.{name}"
        if path in self.objects.locals:
            path = self.objects.unique(f"{path}~")
        self.objects.declare(path)
        self.scopes[-1][name] = Slot(path, t)  # in scope in its own initialiser, too (C11 6.2.1)
        if value is not None:
            self.initialise(path, t, value)


def _unlabelled(node: Node) -> list[Node]:
    """A statement without its labels, and before it their names."""
    found: list[Node] = []
    while node.type == "labeled_statement":
        label, *rest = children(node)
        found.append(label)
        if len(rest) != 1:
            return found + rest
        node = rest[0]
    return [*found, node]


def _is_steady(value: Value) -> bool:
    """Whether the value stays what it is and is small enough to be repeated."""
    parts = list(subterms(value.term))
    return len(parts) <= _SMALL and not any(p.op == "place" for p in parts)
