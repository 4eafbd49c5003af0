# SPDX-License-Identifier: GPL-2.0-only
"""What a name or a call means: an exact builtin, a row of the contracts, a macro, a function of
the tree that is inlined; if none of these, havoc, which the ledger reports.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace

from model.logic import BOOL, FALSE, TRUE, Term, apply, const, place
from model.procedure import Call, If, Leave, Origin, Place, Set
from model.source.builtins import BUILTINS, Builtin
from model.source.contracts import Contract, Kind
from model.source.ctypes import BOOLEAN, INT, LONG, ULONG, VOID, CType, Function, Int, Pointer, Struct
from model.source.expressions import ULONG_SORT, Expressions, field_of
from model.source.macros import MacroError, substitute_macro
from model.source.objects import Objects, Slot, sort_of
from model.source.scan import MADE_ELEMENT
from model.source.text import Node, Text, text_of
from model.source.types import Definition, Macro, Types, function_declarator, text_at
from model.source.values import Value, as_bool, as_word, convert, integer, is_scalar

END = "out of the root function"
_DEPTH = 60


class Calls(Expressions):
    """Expressions, and what names in them stand for."""

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        super().__init__(types, objects)
        self.contracts = contracts
        self.constants: dict[str, Value] = {}
        types.read_enum = self.read_enum

    @abstractmethod
    def live(self, nodes: list[Node]) -> list[Node]: ...

    @abstractmethod
    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value: ...

    # Names ----------------------------------------------------------------------------------------
    def macro_or_constant(self, node: Node, name: str) -> Value:
        """A name that is no local: an enumerator or a macro, a function, else a global object."""
        if name in self.constants:
            return self.constants[name]
        macro = self.view.macro(name)
        if macro is not None and macro.params is None:
            value = self.expand(node, name, macro, None)
            if value.term.op == "const" and not value.targets:
                self.constants[name] = value
            return value
        configured = self.view.profile.values.get(name)
        if isinstance(configured, int):
            return integer(configured)
        value_of_enum = self.enumerator(name)
        if value_of_enum is not None:
            return value_of_enum
        if name in self.contracts or self.view.function(name) or self.view.prototype(name):
            return Value(Pointer(Function(VOID)), const(0, ULONG_SORT))
        raise self.text.unsupported(node, f"{name} is defined nowhere that is read")

    def enumerator(self, name: str) -> Value | None:
        """The value of an enumeration constant; None if there is no such."""
        if name not in self.constants:
            found = self.view.enumerator(name)
            if found is None:
                return None
            self.read_enum(found)
        return self.constants.get(name)

    def read_enum(self, found: Definition) -> list[int]:
        """The values of an enum's constants, which are remembered under their names."""
        text = self._without_makers(text_at(found))
        with self.at(text):
            return self._read_enum(self.types.parser.declaration(text))

    def _without_makers(self, text: Text) -> Text:
        """An enum's text with the elements that macros make (``DECLARE_VMA_BIT(READ, 0),``) written out."""

        def written_out(element: re.Match[bytes]) -> bytes:
            macro = self.view.macro(element.group(1).decode())
            if macro is None or macro.params is None:
                return element.group(0)
            given = [a.strip() for a in element.group(2).decode().strip("()").split(",")]
            made = substitute_macro("", macro.params, macro.body.decode(), given, lambda _: None)
            return b" ".join(made.encode().split())

        return replace(text, data=MADE_ELEMENT.sub(written_out, text.data))

    def _read_enum(self, spec: Node) -> list[int]:
        """All constants of one enum; C gives those without a value the one before plus one."""
        body = spec.child_by_field_name("body")
        following = 0
        values: list[int] = []
        for child in self.live(body.named_children) if body is not None else []:
            if child.type != "enumerator":
                raise self.text.unsupported(child, "something in an enum that is no enumerator")
            value = child.child_by_field_name("value")
            if value is not None:
                number = self.rvalue(value)
                if number.term.op != "const":
                    raise self.text.unsupported(child, "an enumerator that is not constant")
                following = int(str(as_word(number, LONG).data))
            t = INT if following < 1 << 31 else LONG
            self.constants[text_of(field_of(child, "name"))] = integer(following, t)
            values.append(following)
            following = (following + 1) & ((1 << 64) - 1)
        return values

    # Macros -----------------------------------------------------------------------------------------
    def expand(self, node: Node, name: str, macro: Macro, arguments: list[str] | None) -> Value:
        """What a macro's text means where it stands."""
        if len(self.text.via) > _DEPTH or self.text.via.count(f"macro {name}") > 4:
            raise self.text.unsupported(node, f"macro {name}, which expands too deeply")
        parameters = macro.params
        if parameters is not None and macro.variadic is not None:
            parameters = (*parameters, f"{macro.variadic}...")
        try:
            text = substitute_macro(name, parameters, macro.body.decode(), arguments, self._object_body)
        except MacroError as error:
            raise self.text.unsupported(node, str(error)) from None
        if not text.strip():
            return Value(VOID, const(0, BOOL))
        expansion = self.text.expansion(node, text, f"macro {name}")
        with self.at(expansion):
            return self.fragment(self.types.parser.fragment(expansion))

    def fragment(self, node: Node) -> Value:
        """An expression, or a statement that a macro made."""
        if (
            (node.type.endswith("_statement")
            and node.type != "compound_statement")
            or node.type == "declaration"
        ):
            return self.statement_expression(node)
        return self.rvalue(node)

    def _object_body(self, name: str) -> str | None:
        macro = self.view.macro(name)
        return macro.body.decode() if macro is not None and macro.params is None else None

    # Calls ------------------------------------------------------------------------------------------
    def call(self, node: Node) -> Value:
        function, listed = field_of(node, "function"), field_of(node, "arguments")
        arguments = [c for c in listed.children if c.type not in ("(", ")", ",", "comment")]
        if function.type == "identifier" and self.slot(text_of(function)) is None:
            return self.call_by_name(node, text_of(function), arguments)
        cast = self._cast_type(function)
        if cast is not None:
            if len(arguments) != 1:
                raise self.text.unsupported(node, "a cast of a list")
            return self.cast(self.rvalue(arguments[0]), cast, node)
        return self._call_of_expression(node, function, arguments)

    def _cast_type(self, function: Node) -> CType | None:
        """``(type)(x)``, which the parser takes for a call."""
        if function.type != "parenthesized_expression" or len(function.named_children) != 1:
            return None
        inner = function.named_children[0]
        if inner.type == "identifier" and self.slot(text_of(inner)) is None:
            return self.types.named(text_of(inner))
        if inner.type == "call_expression" and text_of(field_of(inner, "function")) in _TYPEOF:
            return self.typeof(field_of(inner, "arguments").named_children[0])
        return None

    def typeof(self, node: Node) -> CType:
        """The type of an expression, which is not evaluated, or the type that is written there."""
        if node.type == "type_descriptor":  # the parser takes the name of an object for one of a type
            if self.slot(text_of(node)) is None:
                return self.types.of_descriptor(node, self.text)
            node = self.types.parser.fragment(self.text.expansion(node, text_of(node), "typeof"))
        with self.objects.nested():
            return self.rvalue(node).type

    def _call_of_expression(self, node: Node, function: Node, arguments: list[Node]) -> Value:
        """``(p ? f : g)(x)`` and ``MACRO(f)(x)``: every function it can be is called by name."""
        while function.type == "parenthesized_expression":
            function = function.named_children[0]
        if function.type == "conditional_expression":
            test = self.condition(field_of(function, "condition"))
            return self._either(
                node, test, field_of(function, "consequence"), field_of(function, "alternative"), arguments
            )
        if function.type == "identifier" and self.slot(text_of(function)) is None:
            return self.call_by_name(node, text_of(function), arguments)
        if function.type == "call_expression":
            inner = field_of(function, "function")
            macro = self.view.macro(text_of(inner)) if inner.type == "identifier" else None
            if macro is not None:
                return self._call_of_macro(node, function, text_of(inner), macro, arguments)
        raise self.text.unsupported(node, "a call through a pointer")

    def _call_of_macro(
        self, node: Node, function: Node, name: str, macro: Macro, arguments: list[Node]
    ) -> Value:
        given = [text_of(c) for c in field_of(function, "arguments").named_children]
        text = substitute_macro(name, macro.params, macro.body.decode(), given, self._object_body)
        expansion = self.text.expansion(node, text, f"macro {name}")
        made = self.types.parser.fragment(expansion)
        before = self.text
        with self.at(expansion):
            while made.type == "parenthesized_expression":
                made = made.named_children[0]
            if made.type != "conditional_expression":
                with self.at(before):
                    return self._call_of_expression(node, made, arguments)
            test = self.condition(field_of(made, "condition"))
        return self._either(
            node, test, field_of(made, "consequence"), field_of(made, "alternative"), arguments
        )

    def _either(self, node: Node, test: Term, first: Node, second: Node, arguments: list[Node]) -> Value:
        if test.op == "const":
            return self._call_of_expression(node, first if test.data else second, arguments)
        results: list[Value] = []
        bodies = []
        path, answers = "", dict(self.objects.answers)
        for function in (first, second):
            self.objects.answers = dict(answers)  # only one of the two is called
            with self.objects.nested() as body:
                value = self._call_of_expression(node, function, arguments)
                if is_scalar(value.type):
                    path = path or self.temporary("called", value.type)
                    self.objects.store(path, value.type, value, self.span(node))
            results.append(value)
            bodies.append(tuple(body))
        self.objects.emit(If(test, bodies[0], bodies[1], self.span(node)))
        return self.objects.load(path, results[0].type) if path else results[0]

    def call_by_name(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """In this order: builtin, contract, macro, inlined function, havoc."""
        if name in _TYPEOF:
            raise self.text.unsupported(node, "typeof where a value is needed")
        if name in BUILTINS:
            return self._builtin(node, BUILTINS[name], arguments)
        if name in self.contracts:
            return self._contract(node, name, self.contracts[name], arguments)
        if name.startswith("trace_"):
            self.objects.note("trusted", f"{name}: a trace point changes nothing", self.span(node))
            return Value(VOID, const(0, BOOL))
        macro = self.view.macro(name)
        if macro is not None and macro.params is not None:
            return self.expand(node, name, macro, [text_of(a) for a in arguments])
        if macro is not None:
            body = macro.body.decode().strip()
            if body.isidentifier():
                return self.call_by_name(node, body, arguments)
        if self.view.function(name) is not None:
            return self.inline(node, name, self.in_order(arguments))
        return self._havoc(node, name, arguments)

    def _builtin(self, node: Node, builtin: Builtin, arguments: list[Node]) -> Value:
        self.objects.note("modelled", f"{builtin.name}: {builtin.says}", self.span(node))
        if builtin.first_is_type:
            t = self._written_type(node, text_of(arguments[0]))
            values = [convert(v, t) for v in self.in_order(arguments[1:])]
        elif builtin.reads is not None:
            values = self.in_order(arguments[: builtin.reads])
        else:
            values = self.in_order(arguments)
        result = builtin.meaning(values)
        if result is None:
            raise self.text.unsupported(node, f"{builtin.name} of these arguments")
        if builtin.crashes:
            self._crash(node, as_bool(result))
            return Value(VOID, const(0, BOOL))
        return result

    def _written_type(self, node: Node, written: str) -> CType:
        """A type that stands alone in a text, as an argument of a macro."""
        text = Text(f"typedef {written} t;".encode(), self.text.file, self.text.line_of(node))
        declared = self.types.parser.declaration(text)
        base = self.types.of_specifiers(declared, text)
        return self.types.declarator(field_of(declared, "declarator"), base, text)[1]

    def _crash(self, node: Node, condition: Term) -> None:
        stop = (Call("BUG", (), self.span(node)), Leave(END, self.span(node)))
        self.objects.emit(If(condition, stop, (), self.span(node)))

    # Contracts --------------------------------------------------------------------------------------
    def _contract(self, node: Node, name: str, contract: Contract, arguments: list[Node]) -> Value:
        self.objects.note("trusted", f"{name}: {contract.says} ({contract.evidence})", self.span(node))
        if contract.kind is Kind.CAPABILITY:
            capability = text_of(arguments[0]).strip()
            note = "a capability of the machine"
            return Value(BOOLEAN, self.objects.input(capability, BOOL, Origin.GIVEN, note))
        if contract.kind is Kind.NO_EFFECT:
            return Value(VOID, const(0, BOOL))
        values = self.in_order(arguments)
        t = self._result_type(node, name, contract)
        match contract.kind:
            case Kind.CRASH:
                self._crash(node, TRUE)
            case Kind.PURE:
                return self._pure(name, contract, t, values)
            case Kind.COUNT:
                self._count(node, contract, values)
            case Kind.SINK:
                self._sink(node, name, contract, values)
                if contract.is_read and self.view.function(name) is not None:
                    return self.inline(node, name, values)
            case Kind.MEANS:
                return self._means(node, name, contract, values)
            case Kind.ANSWER:
                return self._answer(node, name, contract, t, values)
        if t == VOID:
            return Value(VOID, const(0, BOOL))
        return self.objects.fresh(contract.result or f"{name}()", t, Origin.CONTRACT, contract.says)

    def declared(self, name: str) -> tuple[CType, list[tuple[str, CType, str]]] | None:
        """What the tree says a function returns and takes."""
        found = self.view.function(name) or self.view.prototype(name)
        if found is None:
            return None
        text = text_at(found)
        node = self.types.parser.declaration(text)
        return self.types.result(node, text), self.types.parameters(function_declarator(node), text)

    def _result_type(self, node: Node, name: str, contract: Contract) -> CType:
        if contract.type:
            return self._written_type(node, contract.type)
        declared = self.declared(name)
        return INT if declared is None else declared[0]

    def _pure(self, name: str, contract: Contract, t: CType, values: list[Value]) -> Value:
        words = [as_word(v, ULONG) for v in values if isinstance(v.type, Int)]
        text = contract.result or name
        if not words:
            term = self.objects.input(text, sort_of(t), Origin.CONTRACT, contract.says)
            return Value(t, term, (self.objects.pointee(text, t),) if isinstance(t, Pointer) else ())
        return Value(t, apply(text, sort_of(t), *words))

    def _means(self, node: Node, name: str, contract: Contract, values: list[Value]) -> Value:
        """The row's own C expression, in the parameters that the tree declares."""
        declared = self.declared(name)
        if declared is None or len(declared[1]) != len(values):
            raise self.text.unsupported(node, f"{name} with other parameters than its contract knows")
        scope = {p: Slot(p, t, convert(v, t)) for (p, t, _), v in zip(declared[1], values, strict=True)}
        text = self.text.expansion(node, contract.means, f"contract {name}")
        scopes, self.scopes = self.scopes, [scope]
        with self.at(text):
            value = self.rvalue(self.types.parser.fragment(text))
        self.scopes = scopes
        return convert(value, declared[0])

    def _answer(self, node: Node, name: str, contract: Contract, t: CType, values: list[Value]) -> Value:
        if contract.arguments:
            self._sink(node, name, contract, values)
        for v in values:
            if isinstance(v.type, Pointer) and v.targets and not v.targets[0].behind:
                self._written(node, contract, v)
        if t == VOID:
            return Value(VOID, const(0, BOOL))
        return self.objects.fresh(contract.result or f"{name}()", t, Origin.CONTRACT, contract.says)

    def _written(self, node: Node, contract: Contract, pointer: Value) -> None:
        """What the call writes through a pointer to one of the caller's scalars."""
        assert isinstance(pointer.type, Pointer)
        t = pointer.type.target
        if not is_scalar(t):
            return
        named = dict(contract.outs)
        base = named.get(_spelled(t), f"{pointer.targets[0].path} written by the call")
        value = self.objects.fresh(base, t, Origin.CONTRACT, contract.says)
        for guard, target in self.objects.guards(pointer):
            self.objects.store_through([(guard, target.whole)], t, value, self.span(node))

    def _count(self, node: Node, contract: Contract, values: list[Value]) -> None:
        resource, by = contract.counts
        if not resource:
            paths = [t.path for v in values for t in v.targets]
            resource = paths[0].replace("->", ".").rpartition(".")[2] if paths else "a lock"
        self.count(node, resource, by)

    def count(self, node: Node, resource: str, by: int) -> None:
        """Change a resource's counter, a 32-bit word that begins at 0, and note what was done."""
        path, sort = f"({resource})", sort_of(INT)
        told = [f"{path} taken"] if by > 0 else [f"{path} given back again", f"{path} given back"]
        self.objects.places.setdefault(path, Place(sort, const(0, sort)))
        for flag in (f"{path} taken", f"{path} given back", f"{path} given back again"):
            self.objects.places.setdefault(flag, Place(BOOL, FALSE))
        self.objects.emit(Set(path, place(path, sort) + const(by, sort), self.span(node)))
        for flag in told:
            value = place(f"{path} given back", BOOL) if flag.endswith("again") else TRUE
            self.objects.emit(Set(flag, value, self.span(node)))

    def _sink(self, node: Node, name: str, contract: Contract, values: list[Value]) -> None:
        """The call is an event; locks held at that moment are among its arguments."""
        declared = self.declared(name)
        spelled = [p[2] for p in declared[1]] if declared is not None else []
        picked: list[tuple[str, Term]] = []
        for argument, t, which in contract.arguments:
            at = [i for i, s in enumerate(spelled) if s == t]
            if which >= len(at) or at[which] >= len(values):
                raise self.text.unsupported(node, f"{name} without its argument {argument} of type {t}")
            picked.append((argument, as_word(values[at[which]], ULONG)))
        held = "(mmu_lock)"
        if contract.kind is Kind.SINK and held in self.objects.places:
            picked.append(("mmu_lock", place(held, sort_of(INT))))
        self.objects.emit(Call(contract.event or name, tuple(picked), self.span(node)))

    # The rest ---------------------------------------------------------------------------------------
    def _havoc(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """A call of which nothing is known: any result, and any value in what it is handed."""
        declared = self.declared(name)
        if declared is None:
            raise self.text.unsupported(node, f"a call of {name}, which is declared nowhere that is read")
        values = self.in_order(arguments)
        self.objects.note("havoc", f"{name}: nothing is known of it", self.span(node))
        for v in values:
            if isinstance(v.type, Pointer) and v.targets and not v.targets[0].behind:
                self._scramble(node, v, name)
        if declared[0] == VOID:
            return Value(VOID, const(0, BOOL))
        return self.objects.fresh(f"{name}()", declared[0], Origin.HAVOC, f"what {name}() returns")

    def _scramble(self, node: Node, pointer: Value, name: str) -> None:
        assert isinstance(pointer.type, Pointer)
        t, note = pointer.type.target, f"what {name}() writes"
        for _, target in self.objects.guards(pointer):
            if is_scalar(t):
                self.objects.store(target.whole, t, self.objects.fresh(f"{name}() wrote", t, Origin.HAVOC, note),
                                   self.span(node))  # fmt: skip
            elif isinstance(t, Struct):
                for member, inner in self.types.all_members(t).items():
                    if is_scalar(inner):
                        value = self.objects.fresh(f"{name}() wrote", inner, Origin.HAVOC, note)
                        self.objects.store(target.member(member), inner, value, self.span(node))


_TYPEOF = ("typeof", "__typeof__", "typeof_unqual", "__auto_type")


def _spelled(t: CType) -> str:
    """A type as contracts spell those of out-parameters."""
    if t == BOOLEAN:
        return "bool"
    if isinstance(t, Pointer):
        return f"{_spelled(t.target)} *"
    return str(t)
