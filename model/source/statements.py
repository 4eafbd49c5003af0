# SPDX-License-Identifier: GPL-2.0-only
"""C statements, inlined functions and loops to the statements of a procedure.

``return``, ``break`` and a forward ``goto`` leave a block; a switch is a ladder with a flag for
falling through; a loop is any state its body may leave behind, then one arbitrary iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from model.logic import BOOL, FALSE, TRUE, Term, const, disj, is_false, is_true, negate, subterms
from model.procedure import NOWHERE, Block, If, Leave, Origin, Set, Span, Statement, walk
from model.source.calls import END, Calls
from model.source.contracts import Contract
from model.source.ctypes import BOOLEAN, VOID, CType, Pointer, Struct
from model.source.errors import Unsupported
from model.source.expressions import field_of
from model.source.objects import Objects, Slot, leaves
from model.source.text import Node, Text, text_of
from model.source.types import Types, function_declarator, text_at
from model.source.values import Target, Value, binary, convert, is_scalar

_INLINE_DEPTH = 24


class Statements(Calls):
    """Lowers function bodies; ``frame`` is the path prefix of the locals of the function at hand."""

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        super().__init__(types, objects, contracts)
        self.frame = ""
        self.result: CType = VOID
        self._labels: list[tuple[str, str, str]] = []  # kind, label, frame of the open loops and switches
        #: The gotos whose label was not met yet, each with the complaint to raise if it never is.
        self.gotos: list[tuple[str, Unsupported]] = []

    # Functions ------------------------------------------------------------------------------------
    def root(self, name: str, arguments: list[Value]) -> Term | None:
        """Lower a function whose caller is not read; its result's place, None for void."""
        found = self.view.function(name)
        assert found is not None
        text = replace(text_at(found), function=name)
        with self.objects.nested() as body:
            value = self._function(name, text, arguments, name)
            if value.type != VOID and value.term.op != "place":
                path = f"{name}.return"
                self.objects.declare(path, zero=False)
                self.objects.store(path, value.type, value, NOWHERE)
                value = self.objects.load(path, value.type)
        self.objects.emit(Block(END, tuple(body)))
        return None if value.type == VOID else value.term

    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value:
        found = self.view.function(name)
        assert found is not None
        via = (*self.text.via, f"{name}() called at {self.span(node)}")
        if sum(v.startswith(f"{name}() ") for v in via) > 2 or len(via) > _INLINE_DEPTH:
            raise self.text.unsupported(node, f"{name}, which calls itself or too deeply")
        self.objects.note("inlined", name, self.span(node))
        text = replace(text_at(found), function=name, via=via)
        return self._function(name, text, arguments, self.objects.unique(name))

    def _function(self, name: str, text: Text, arguments: list[Value], frame: str) -> Value:
        node = self.types.parser.function(text)
        result = self.types.result(node, text)
        parameters = self.types.parameters(function_declarator(node), text)
        saved = self.scopes, self.frame, self.result, self.gotos
        self.scopes, self.frame, self.result, self.gotos = [{}], frame, result, []
        try:
            with self.at(text):
                if len(parameters) != len(arguments):
                    raise text.unsupported(node, f"{name} called with {len(arguments)} arguments")
                body = field_of(node, "body")
                self._bind(node, parameters, arguments, body)
                return self._run(body)
        finally:
            self.scopes, self.frame, self.result, self.gotos = saved

    def _bind(self, node: Node, parameters: list[tuple[str, CType, str]], values: list[Value], body: Node) -> None:
        """Parameters become locals; one that is only ever read stands for its argument."""
        changed = _changed_names(body)
        for (name, t, _), value in zip(parameters, values, strict=True):
            path = f"{self.frame}.{name}"
            if isinstance(t, Struct):
                self.scopes[-1][name] = Slot(value.targets[0].whole if value.targets else path, t)
                continue
            steady = not any(s.op == "place" for s in subterms(value.term))
            if name not in changed and steady:
                self.scopes[-1][name] = Slot(path, t, convert(value, t))
                continue
            self.objects.declare(path, zero=False)
            self.scopes[-1][name] = Slot(path, t)
            self.objects.store(path, t, value, self.span(node.children[0]))

    def _run(self, body: Node) -> Value:
        """The body, and the value it returns."""
        only = [c for c in body.named_children if c.type != "comment"]
        if len(only) == 1 and only[0].type == "return_statement" and self.result != VOID:
            returned = [c for c in only[0].named_children if c.type != "comment"]
            if returned and is_scalar(self.result):
                return convert(self.rvalue(returned[0]), self.result)
        label, path = f"end of {self.frame}", f"{self.frame}.return"
        self.objects.declare(path, zero=False)
        with self.objects.nested() as inner:
            self.compound(body)
        self.objects.emit(Block(label, tuple(inner), self.span(body)))
        if self.gotos:
            raise self.gotos[0][1]
        if self.result == VOID:
            return Value(VOID, const(0, BOOL))
        return self.objects.load(path, self.result)

    # Statements -------------------------------------------------------------------------------------
    def compound(self, node: Node) -> None:
        """``{ ... }`` with a scope of its own."""
        self.scopes.append({})
        self.sequence(self.live(node.named_children))
        self.scopes.pop()

    def live(self, nodes: list[Node]) -> list[Node]:
        """The statements that the configuration leaves in."""
        kept: list[Node] = []
        for node in nodes:
            if node.type in ("preproc_ifdef", "preproc_if", "preproc_elif", "preproc_elifdef", "preproc_else"):
                kept.extend(self.live(self._branch_in_force(node)))
            elif node.type.startswith("preproc_"):
                raise self.text.unsupported(node, "a preprocessor directive in a function")
            elif node.type != "comment":
                kept.append(node)
        return kept

    def _branch_in_force(self, node: Node) -> list[Node]:
        orelse = node.child_by_field_name("alternative")
        if node.type == "preproc_else":
            return node.named_children
        tested = node.child_by_field_name("name") or node.child_by_field_name("condition")
        assert tested is not None
        written = text_of(tested)
        if node.type in ("preproc_ifdef", "preproc_elifdef"):
            defined = f"defined({written})"
            written = f"!{defined}" if node.children[0].type.endswith("ndef") else defined
        holds, _ = self.view.condition(written)
        self.objects.note("condition", f"#if {written}: {_told(holds)}", self.span(node))
        if holds is None:
            raise self.text.unsupported(node, f"#if {written}, which the configuration does not decide")
        if holds:
            return [c for c in node.named_children if c != tested and c != orelse]
        return [] if orelse is None else self._branch_in_force(orelse)

    def sequence(self, nodes: list[Node]) -> None:
        """Statements in order; what stands before a label is a block that a goto can leave."""
        for i in range(len(nodes) - 1, -1, -1):
            if nodes[i].type == "labeled_statement":
                self._labelled(nodes, i)
                return
        for node in nodes:
            self.statement(node)

    def _labelled(self, nodes: list[Node], i: int) -> None:
        label = f"{self.frame}:{text_of(field_of(nodes[i], 'label'))}"
        met = len(self.gotos)
        with self.objects.nested() as before:
            self.sequence(nodes[:i])
        self.gotos[met:] = [g for g in self.gotos[met:] if g[0] != label]
        self.objects.emit(Block(label, tuple(before), self.span(nodes[i])))
        rest = [c for c in nodes[i].named_children[1:] if c.type != "comment"]
        for node in self.live(rest) + nodes[i + 1 :]:
            self.statement(node)

    def statement(self, node: Node) -> None:
        """One statement."""
        match node.type:
            case "compound_statement":
                self.compound(node)
            case "declaration":
                self.declaration(node)
            case "expression_statement":
                for child in node.named_children:
                    if child.type != "comment":
                        self.rvalue_or_nothing(child)
            case "if_statement":
                self._if(node)
            case "switch_statement":
                self._switch(node)
            case "return_statement":
                self._return(node)
            case "break_statement":
                self.objects.emit(Leave(self._innermost("break", node), self.span(node)))
            case "continue_statement":
                self.objects.emit(Leave(self._innermost("continue", node), self.span(node)))
            case "goto_statement":
                self._goto(node)
            case "for_statement" | "while_statement" | "do_statement":
                self._loop(node)
            case "labeled_statement":
                self._labelled([node], 0)
            case ";":
                pass
            case _:
                raise self.text.unsupported(node, f"a statement of the form {node.type}")

    def rvalue_or_nothing(self, node: Node) -> None:
        """An expression for its side effects; a bare ``fallthrough`` has none."""
        if node.type == "identifier" and text_of(node) in ("fallthrough", "__fallthrough"):
            return
        self.rvalue(node)

    def statement_expression(self, node: Node) -> Value:
        """``({ ...; value; })``, or a statement that a macro made."""
        if node.type != "compound_statement":
            self.statement(node)
            return Value(VOID, const(0, BOOL))
        self.scopes.append({})
        nodes = self.live(node.named_children)
        self.sequence(nodes[:-1])
        last = nodes[-1] if nodes else None
        value = Value(VOID, const(0, BOOL))
        if last is not None and last.type == "expression_statement" and last.named_children:
            value = self.rvalue(last.named_children[0])
        elif last is not None:
            self.statement(last)
        self.scopes.pop()
        return value

    def declaration(self, node: Node) -> None:
        """Locals, each with its initialiser if it has one."""
        if any(c.type == "storage_class_specifier" and text_of(c) == "static" for c in node.children):
            raise self.text.unsupported(node, "a static local")
        spec = field_of(node, "type")
        automatic = text_of(spec) in ("auto", "__auto_type")
        for child in node.children_by_field_name("declarator"):
            value = child.child_by_field_name("value") if child.type == "init_declarator" else None
            declarator = field_of(child, "declarator") if child.type == "init_declarator" else child
            if automatic and value is not None:
                base: CType = self.typeof(value)
            elif spec.type == "macro_type_specifier" and text_of(field_of(spec, "name")) in ("typeof", "__typeof__"):
                base = self.typeof(spec.named_children[1])
            else:
                base = self.types.of_specifiers(node, self.text)
            name, t = self.types.declarator(declarator, base, self.text)
            self._local(name, t, value)

    def _local(self, name: str, t: CType, value: Node | None) -> None:
        path = f"{self.frame}.{name}"
        if path in self.objects.locals:
            path = self.objects.unique(f"{path}~")
        self.objects.declare(path, zero=False)
        if value is not None:
            self.initialise(path, t, value)
        self.scopes[-1][name] = Slot(path, t)

    # Branches ---------------------------------------------------------------------------------------
    def _if(self, node: Node) -> None:
        condition = self.condition(field_of(node, "condition"))
        then, orelse = field_of(node, "consequence"), node.child_by_field_name("alternative")
        span = self.text.span(node, _head(self.text, node, "if"))
        self.fork(condition, node, lambda: self._scoped(then), lambda: self._else(orelse), span)

    def _else(self, node: Node | None) -> None:
        if node is not None:
            for child in node.named_children:
                if child.type != "comment":
                    self._scoped(child)

    def _scoped(self, node: Node) -> None:
        self.scopes.append({})
        self.statement(node)
        self.scopes.pop()

    def fork(
        self, condition: Term, node: Node, then: Callable[[], None], orelse: Callable[[], None], span: Span
    ) -> None:
        """Emit both branches; afterwards a pointer may point to what either left in it."""
        if is_true(condition):
            then()
            return
        if is_false(condition):
            orelse()
            return
        objects = self.objects
        before, answers = dict(objects.pointers), dict(objects.answers)
        with objects.nested() as first:
            then()
        after_then, objects.pointers = objects.pointers, before
        answers_then, objects.answers = objects.answers, answers
        with objects.nested() as second:
            orelse()
        self._join(after_then)
        if leaves(second):
            objects.answers = answers_then
        elif not leaves(first):
            objects.answers = {b: max(answers_then.get(b, 0), n) for b, n in objects.answers.items()} | {
                b: n for b, n in answers_then.items() if b not in objects.answers
            }
        self.objects.emit(If(condition, tuple(first), tuple(second), span))

    def _join(self, other: dict[str, tuple[Target, ...]]) -> None:
        mine = self.objects.pointers
        for path in other.keys() | mine.keys():
            mine[path] = tuple(dict.fromkeys(other.get(path, ()) + mine.get(path, ())))

    def _switch(self, node: Node) -> None:
        subject = self.rvalue(field_of(node, "condition"))
        subject = self._kept(subject, node)
        label = self._label("break")
        cases = self.live(field_of(node, "body").named_children)
        tests = [self._case_test(subject, c) for c in cases]
        named = disj(*(t for t in tests if t is not None))
        flag = self.temporary("case reached", BOOLEAN)
        reached = self.objects.place(flag, BOOLEAN)
        with self.objects.nested() as body:
            self.objects.emit(Set(flag, FALSE, self.span(node)))
            for case, test in zip(cases, tests, strict=True):
                entered = negate(named) if test is None else test
                self._case(case, flag, disj(reached, entered))
        self._labels.pop()
        self.objects.emit(Block(label, tuple(body), self.span(node)))

    def _case(self, case: Node, flag: str, condition: Term) -> None:
        value = case.child_by_field_name("value")
        statements = [c for c in case.named_children if c != value and c.type != "comment"]

        def body() -> None:
            self.objects.emit(Set(flag, TRUE, self.span(case)))
            self.scopes.append({})
            self.sequence(self.live(statements))
            self.scopes.pop()

        span = self.text.span(case, "default:" if value is None else f"case {text_of(value)}:")
        self.fork(condition, case, body, lambda: None, span)

    def _case_test(self, subject: Value, case: Node) -> Term | None:
        if case.type != "case_statement" or (case.has_error and "..." in text_of(case).split(":")[0]):
            raise self.text.unsupported(case, "something in a switch that is no plain case")
        value = case.child_by_field_name("value")
        return None if value is None else binary("==", subject, self.rvalue(value)).term

    def _return(self, node: Node) -> None:
        returned = [c for c in node.named_children if c.type != "comment"]
        label, path, span = f"end of {self.frame}", f"{self.frame}.return", self.span(node)
        if not returned or self.result == VOID:
            for child in returned:
                self.rvalue(child)
            self.objects.emit(Leave(label, span))
            return
        value = self.rvalue(returned[0])
        if isinstance(self.result, Struct):
            self.copy_struct(node, path, value.targets[0], self.result)
            self.objects.emit(Leave(label, span))
            return
        converted = convert(value, self.result)
        self.objects.place(path, self.result)
        if isinstance(self.result, Pointer):
            known = self.objects.pointers.get(path, ())
            self.objects.pointers[path] = tuple(dict.fromkeys(known + converted.targets))
        self.objects.emit(Leave(label, span, path, converted.term))

    def _goto(self, node: Node) -> None:
        label = f"{self.frame}:{text_of(field_of(node, 'label'))}"
        self.gotos.append((label, self.text.unsupported(node, "a goto that goes backwards or into a block")))
        self.objects.emit(Leave(label, self.span(node)))

    # Loops ------------------------------------------------------------------------------------------
    def _loop(self, node: Node) -> None:
        test, body = node.child_by_field_name("condition"), field_of(node, "body")
        if node.type == "do_statement" and test is not None and text_of(test).strip("() \n") == "0":
            self._once(node, body)
            return
        first = node.child_by_field_name("initializer")
        if first is not None:
            self.declaration(first) if first.type == "declaration" else self.rvalue(first)
        self.objects.note("havoc", "a loop: any number of iterations, of which one is looked at", self.span(node))
        leave = self._label("break")
        with self.objects.nested() as iteration:
            self._iteration(node, test, body)
        self._labels.pop()
        targets = _written(iteration)
        self._scramble_places(node, targets)
        self.objects.emit(Block(leave, tuple(iteration), self.span(node)))
        self._scramble_places(node, targets)

    def _once(self, node: Node, body: Node) -> None:
        label = self._label("break")
        with self.objects.nested() as inner:
            self._scoped(body)
        self._labels.pop()
        self.objects.emit(Block(label, tuple(inner), self.span(node)))

    def _iteration(self, node: Node, test: Node | None, body: Node) -> None:
        condition = TRUE if test is None or node.type == "do_statement" else self.condition(test)
        update = node.child_by_field_name("update")

        def run() -> None:
            label = self._label("continue")
            with self.objects.nested() as inner:
                self._scoped(body)
            self._labels.pop()
            self.objects.emit(Block(label, tuple(inner), self.span(body)))
            if update is not None:
                self.rvalue(update)

        self.fork(condition, node, run, lambda: None, self.text.span(node, _head(self.text, node, "loop")))

    def _scramble_places(self, node: Node, targets: dict[str, Term]) -> None:
        """After some iterations the places that the body writes hold anything."""
        for path, term in targets.items():
            text = self.objects.unique(f"{path} in the loop")
            value = self.objects.input(text, term.sort, Origin.HAVOC, "after an unknown number of iterations")
            self.objects.emit(Set(path, value, self.span(node)))
            if path in self.objects.pointers:
                self.objects.pointers[path] = ()

    # Labels -----------------------------------------------------------------------------------------
    def _label(self, kind: str) -> str:
        label = self.objects.unique(f"{self.frame}:{kind}")
        self._labels.append((kind, label, self.frame))
        return label

    def _innermost(self, kind: str, node: Node) -> str:
        for found, label, frame in reversed(self._labels):
            if found == kind and frame == self.frame:
                return label
        raise self.text.unsupported(node, f"{kind} outside of a loop or switch")


def _told(holds: bool | None) -> str:
    return "not decided" if holds is None else "holds" if holds else "does not hold"


def _head(text: Text, node: Node, kind: str) -> str:
    """The line a branch is shown by: its condition without its body."""
    test = node.child_by_field_name("condition")
    written = " ".join(text_of(test).split()) if test is not None else "(...)"
    return f"{kind} {written}"


def _changed_names(body: Node) -> set[str]:
    """Names that are assigned, stepped or whose address is taken somewhere in the body."""
    names: set[str] = set()
    stack = [body]
    while stack:
        node = stack.pop()
        changed = None
        if node.type == "assignment_expression":
            changed = node.child_by_field_name("left")
        elif node.type in ("update_expression", "pointer_expression"):
            changed = node.child_by_field_name("argument")
        if changed is not None and changed.type == "identifier":
            names.add(text_of(changed))
        stack.extend(node.children)
    return names


def _written(body: list[Statement]) -> dict[str, Term]:
    found: dict[str, Term] = {}
    for statement in walk(tuple(body)):
        if isinstance(statement, Set):
            found[statement.target] = statement.value
        elif isinstance(statement, Leave) and statement.value is not None:
            continue
    return found

