# SPDX-License-Identifier: GPL-2.0-only
"""What calls do that are not read: exact builtins, the rows of the contracts, and unknown calls."""

from __future__ import annotations

from abc import abstractmethod

from model.logic import BOOL, FALSE, TRUE, Term, apply, choose, const, place
from model.program.procedure import Call, Origin, Place, Set
from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.lowering.builtins import Builtin
from model.source.lowering.calls.prototypes import Declared
from model.source.lowering.expressions.lvalues import Lvalue
from model.source.lowering.state.havoc import forget
from model.source.lowering.state.objects import Begin, Slot
from model.source.types.ctypes import BOOLEAN, INT, ULONG, VOID, CType, Pointer, Struct
from model.source.types.syntax import Node, Text, text_of
from model.source.types.values import (
    NOTHING,
    UNKNOWN,
    Location,
    Value,
    as_bool,
    as_word,
    convert,
    is_scalar,
    sort_of,
)

END = "out of the target function"


class Effects(Declared):
    """Lowers calls whose meaning is given here."""

    @abstractmethod
    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value: ...

    # Builtins ---------------------------------------------------------------------------------------
    def builtin(self, node: Node, builtin: Builtin, arguments: list[Node]) -> Value:
        """The call of an exact builtin."""
        self.objects.note("modelled", f"{builtin.name}: {builtin.says}", self.span(node))
        fits = builtin.takes is None or len(arguments) in builtin.takes
        if not fits or not arguments:
            raise self.text.unsupported(node, f"{builtin.name} of {len(arguments)} arguments")
        if builtin.first_is_type:
            t = self.types.written(text_of(arguments[0]), self._beside(node))
            values = [self.objects.converted(v, t) for v in self.scalars(arguments[1:])]
        elif builtin.peeks:
            with self.objects.probe():
                values = self.scalars(arguments)
        else:
            values = self.scalars(arguments[: builtin.reads])
            self.unread(node, arguments[len(values) :])
        result = builtin.meaning(values)
        if result is None:
            raise self.text.unsupported(node, f"{builtin.name} of these arguments")
        if builtin.crashes:
            self._crash(node, as_bool(result))
            return NOTHING
        return self._defined(builtin, values[0], result) if builtin.undefined_at_zero else result

    def _defined(self, builtin: Builtin, value: Value, result: Value) -> Value:
        """The result, but of 0 anything."""
        note = f"{builtin.name}(0), which C leaves undefined"
        anything = self.objects.fresh(f"{builtin.name}(0)", result.type, Origin.HAVOC, note)
        return Value(result.type, choose(as_bool(value), result.term, anything.term))

    def scalars(self, nodes: list[Node]) -> list[Value]:
        """The values of several operands, all of them numbers or pointers."""
        values = self.in_order(nodes)
        for node, value in zip(nodes, values, strict=True):
            if not is_scalar(value.type):
                raise self.text.unsupported(node, f"a {value.type} where a number or a pointer is needed")
        return values

    def unread(self, node: Node, arguments: list[Node]) -> Value:
        """A call whose arguments are not evaluated, which must not matter."""
        waiting = list(arguments)
        while waiting:
            part = waiting.pop()
            if part.type in ("assignment_expression", "update_expression"):
                raise self.text.unsupported(node, "an argument with an effect in a call that is not read")
            waiting += part.named_children
        return NOTHING

    def _crash(self, node: Node, condition: Term) -> None:
        """The host stops if the condition holds."""

        def stop() -> None:
            self.objects.emit(Call("BUG", (), self.span(node)))
            self.objects.leave(END, self.span(node))

        self.objects.fork(condition, stop, lambda: None, self.span(node))

    # Contracts --------------------------------------------------------------------------------------
    def contract(self, node: Node, name: str, contract: Contract, arguments: list[Node]) -> Value:
        """The call of a function that has a row in the contracts."""
        self.objects.note("trusted", f"{name}: {contract.says} ({contract.evidence})", self.span(node))
        if contract.kind is Kind.NO_EFFECT:
            return self.unread(node, arguments)
        if contract.kind is Kind.CAPABILITY:
            return self._capability(node, arguments)
        if contract.is_trampoline and arguments:
            name, arguments = text_of(arguments[0]), arguments[1:]
            contract = self.contracts.get(name, contract)
        values = self._handed(node, name, arguments)
        t = self._result_type(node, name, contract)
        match contract.kind:
            case Kind.CRASH:
                self._crash(node, TRUE)
            case Kind.PURE:
                return self._pure(name, contract, t, values)
            case Kind.COUNT:
                if contract.is_event:
                    self._sink(node, name, contract, values)
                self._count(node, contract, values)
            case Kind.EFFECT:
                self._sink(node, name, contract, values)
                if contract.havocs_pointees:
                    forget(
                        self.objects, f"{name}()", [t for v in values for t in v.locations], self.span(node)
                    )
                if contract.is_inlined and self.view.function(name) is not None:
                    return self.inline(node, name, values)
            case Kind.EXPRESSION:
                return self._means(node, name, contract, values)
            case Kind.ANSWER:
                self._answer(node, name, contract, values)
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct):
            return self.struct_answered(contract.result or f"{name}()", t, Begin.ANSWER)
        return self.objects.fresh(contract.result or f"{name}()", t, Origin.CONTRACT, contract.says)

    def _handed(self, node: Node, name: str, arguments: list[Node]) -> list[Value]:
        """The arguments, converted to what the tree's declaration takes if it is a function's."""
        values = self.in_order(arguments)
        declared = self.declared(name)
        if declared is None or len(declared[1]) != len(values):
            return values
        pairs = zip(values, declared[1], strict=True)
        return [
            self.objects.converted(v, t) if is_scalar(v.type) and is_scalar(t) else v
            for v, (_, t, _) in pairs
        ]

    def _capability(self, node: Node, arguments: list[Node]) -> Value:
        """A property of the machine, under the name that is written as the argument."""
        name = text_of(arguments[0]).strip() if len(arguments) == 1 else ""
        if not name.isidentifier() or self.slot(name) is not None:
            raise self.text.unsupported(node, "a capability that is not written by its name")
        note = "a capability of the machine"
        return Value(BOOLEAN, self.objects.input(name, BOOL, Origin.GIVEN, note))

    def _result_type(self, node: Node, name: str, contract: Contract) -> CType:
        if contract.type:
            return self.types.written(contract.type, self._beside(node))
        declared = self.declared(name)
        return INT if declared is None else declared[0]

    def _beside(self, node: Node) -> Text:
        """A text that is not in the tree, for what stands at the node."""
        return self.text.expansion(node, "", "a type")

    def _pure(self, name: str, contract: Contract, t: CType, values: list[Value]) -> Value:
        """Equal arguments give equal answers, wherever the call stands.

        A pointer counts by its address, unless it leads to an object that there is one of.
        """
        words = [as_word(v, ULONG) for v in values if not self._is_the_one(v)]
        text = contract.result or name
        if words:
            return Value(t, apply(text, sort_of(t), *words), (UNKNOWN,) if isinstance(t, Pointer) else ())
        term = self.objects.input(text, sort_of(t), Origin.CONTRACT, contract.says)
        return Value(t, term, (self.objects.pointee(text, t),) if isinstance(t, Pointer) else ())

    def _is_the_one(self, value: Value) -> bool:
        """Whether this is a pointer to the VM, the vCPU, the memslot or the task that runs."""
        t = value.type
        if not isinstance(t, Pointer) or not isinstance(t.target, Struct):
            return False
        return t.target.tag == "task_struct" or self.objects.pointee("", t).path != ""

    def _means(self, node: Node, name: str, contract: Contract, values: list[Value]) -> Value:
        """The row's own C expression, in the parameters that the tree declares."""
        declared = self.declared(name)
        if declared is None or len(declared[1]) != len(values):
            raise self.text.unsupported(node, f"{name} with other parameters than its contract knows")
        scope = {p: Slot(p, t, convert(v, t)) for (p, t, _), v in zip(declared[1], values, strict=True)}
        text = self.text.expansion(node, contract.expression, f"contract {name}")
        scopes, self.scopes = self.scopes, [scope]
        try:
            with self.at(text):
                value = self.scalar(self.types.parser.fragment(text))
        finally:
            self.scopes = scopes
        return convert(value, declared[0])

    def struct_answered(self, base: str, t: Struct, begin: Begin) -> Value:
        """A struct that a call returns, of which nothing is known."""
        path = self.objects.unique(base)
        self.objects.declare(path, begin)
        return Value(t, FALSE, (Location(path),))

    def _answer(self, node: Node, name: str, contract: Contract, values: list[Value]) -> None:
        """What the call writes through pointers to scalars."""
        if contract.is_event:
            self._sink(node, name, contract, values)
        named = dict(contract.outs)
        for v in values:
            if isinstance(v.type, Pointer) and v.locations and is_scalar(v.type.target):
                t = v.type.target
                base = named.get(_spelled(t), f"{v.locations[0].path} written by the call")
                self.store(
                    self.pointed_at(v, node),
                    self.objects.fresh(base, t, Origin.CONTRACT, contract.says),
                    node,
                )
            elif isinstance(v.type, Pointer) and isinstance(v.type.target, Struct):
                self._members_answered(node, contract, v, v.type.target)

    def _members_answered(self, node: Node, contract: Contract, pointer: Value, struct: Struct) -> None:
        """What the call writes to the members of a struct that its contract names (``struct tag.member``)."""
        for written, base in contract.outs:
            name = written.removeprefix(f"{struct}.")
            if name != written and self.types.member(struct, name) is not None:
                self._fill(self.member(self.pointed_at(pointer, node), name, node), base, contract, node)

    def _fill(self, lvalue: Lvalue, base: str, contract: Contract, node: Node) -> None:
        """The object, and every part of it, holds anything."""
        if isinstance(lvalue.type, Struct):
            for name in self.types.all_members(lvalue.type):
                self._fill(self.member(lvalue, name, node), f"{base}.{name}", contract, node)
        elif is_scalar(lvalue.type):
            self.store(lvalue, self.objects.fresh(base, lvalue.type, Origin.CONTRACT, contract.says), node)
        else:
            raise self.text.unsupported(node, f"an answer of type {lvalue.type}")

    # Resources and sinks ------------------------------------------------------------------------------
    def _count(self, node: Node, contract: Contract, values: list[Value]) -> None:
        resource, by = contract.counts
        if not resource:
            paths = [t.path for v in values for t in v.locations]
            resource = paths[0].replace("->", ".").rpartition(".")[2] if paths else "a lock"
        self._change(node, f"({resource})", by)

    def _change(self, node: Node, path: str, by: int) -> None:
        """Change a resource's counter, a 32-bit word that begins at 0, and note what was done."""
        objects, sort = self.objects, sort_of(INT)
        taken, given, again = f"{path} taken", f"{path} given back", f"{path} given back again"
        for place_of, initial in ((path, const(0, sort)), (taken, FALSE), (given, FALSE), (again, FALSE)):
            objects.counters[place_of] = None
            objects.places.setdefault(place_of, Place(initial.sort, initial))
        span = self.span(node)
        objects.emit(Set(path, place(path, sort) + const(by, sort), span))
        if by > 0:
            objects.emit(Set(taken, TRUE, span))
        else:
            objects.emit(Set(again, place(given, BOOL), span))
            objects.emit(Set(given, TRUE, span))

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
        if contract.kind is not Kind.ANSWER and held in self.objects.places:
            picked.append(("mmu_lock", place(held, sort_of(INT))))
        known = [] if declared is None or len(declared[1]) != len(values) else declared[1]
        scope = {p: Slot(p, t, v) for (p, t, _), v in zip(known, values, strict=bool(known))}
        picked += [(argument, self._seen(node, argument, c, scope)) for argument, c in contract.observes]
        self.objects.counts.setdefault(name, 1)  # its locals, if it is read, are not its arguments
        self.objects.emit(Call(contract.event or name, tuple(picked), self.span(node)))

    def _seen(
        self, node: Node, argument: str, spellings: tuple[str, ...], parameters: dict[str, Slot]
    ) -> Term:
        """What an expression of the row is at this moment, as 64 bits."""
        for c in spellings:
            scopes, self.scopes = self.scopes, [*self.scopes, self.given, parameters]
            try:
                text = self.text.expansion(node, c, f"what {argument} is")
                with self.objects.nested() as steps, self.at(text):
                    value = self.scalar(self.types.parser.fragment(text))
            except Unsupported:
                continue
            finally:
                self.scopes = scopes
            for step in steps:
                self.objects.emit(step)
            return as_word(value, ULONG)
        raise self.text.unsupported(node, f"a sink whose {argument} is none of {', '.join(spellings)}")

    # Unknown calls ------------------------------------------------------------------------------------
    def unknown(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """A call of which nothing is known: any result, and anything in what it can reach."""
        declared = self.declared(name)
        if declared is None:
            raise self.text.unsupported(node, f"a call of {name}, which is declared nowhere that is read")
        return self.unknown_result(node, name, declared[0], arguments)

    def unknown_result(self, node: Node, name: str, t: CType, arguments: list[Node]) -> Value:
        """The same, where the type of its result is known."""
        values = self.in_order(arguments)
        self.objects.note("havoc", f"{name}: nothing is known of it", self.span(node))
        forget(self.objects, f"{name}()", [t for v in values for t in v.locations], self.span(node))
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct):
            return self.struct_answered(f"{name}()", t, Begin.ANY)
        if not is_scalar(t):
            raise self.text.unsupported(node, f"a call of {name}, which returns a {t}")
        answer = self.objects.fresh(f"{name}()", t, Origin.HAVOC, f"what {name}() returns")
        made_here = [target.path == answer.term.data for target in answer.locations]
        return Value(t, answer.term, (UNKNOWN,) if any(made_here) else answer.locations)


def _spelled(t: CType) -> str:
    """A type as contracts spell those of out-parameters."""
    if t == BOOLEAN:
        return "bool"
    if isinstance(t, Pointer):
        return f"{_spelled(t.target)} *"
    return str(t)
