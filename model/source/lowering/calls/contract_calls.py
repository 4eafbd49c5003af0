# SPDX-License-Identifier: GPL-2.0-only
"""Calls that are not read but have a contract: what it says of their result, and of what they write."""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import BOOL, TRUE, apply
from model.program.procedure import Call, Origin
from model.source.contracts.contract import Contract, Kind
from model.source.lowering.calls.effects import Effects
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.calls.unknown_calls import unknown_struct
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.storage import Lvalue, Storage
from model.source.lowering.lowering import Lowering
from model.source.lowering.state.context import Context
from model.source.lowering.state.havoc import havoc
from model.source.lowering.state.objects import Begin, Slot
from model.source.types.ctypes import BOOLEAN, INT, ULONG, VOID, CType, Pointer, Struct
from model.source.types.syntax import Node, text_of
from model.source.types.values import NOTHING, UNKNOWN, Value, as_bitvec, convert, is_scalar, sort_of


@dataclass(frozen=True)
class ContractCalls:
    """Lowers calls by their contracts."""

    context: Context
    operands: Operands
    storage: Storage
    prototypes: Prototypes
    effects: Effects
    lowering: Lowering

    def call(self, node: Node, name: str, contract: Contract, arguments: list[Node]) -> Value:
        """The call of a function that has a contract."""
        objects = self.context.objects
        objects.note("trusted", f"{name}: {contract.says} ({contract.evidence})", self.context.span(node))
        if contract.kind is Kind.NO_EFFECT:
            self.operands.in_order(arguments)
            return NOTHING
        if contract.is_instruction:
            return self._instruction(node, name, arguments)
        if contract.kind is Kind.CAPABILITY:
            return self._capability(node, arguments)
        if contract.is_trampoline and arguments:
            name, arguments = text_of(arguments[0]), arguments[1:]
            contract = self.context.contracts.get(name, contract)
        values = self._convert_arguments(node, name, arguments)
        t = self._result_type(node, name, contract)
        match contract.kind:
            case Kind.CRASH:
                self.effects.crash(node, TRUE)
            case Kind.PURE:
                return self._apply_pure(name, contract, t, values)
            case Kind.COUNT:
                self.effects.record(node, name, contract, values)
                self.effects.count(node, contract, values)
            case Kind.EFFECT:
                self.effects.record(node, name, contract, values)
                if contract.havocs_pointees:
                    havoc(
                        objects,
                        f"{name}()",
                        [t for v in values for t in v.locations],
                        self.context.span(node),
                    )
                if contract.is_inlined and self.context.view.function(name) is not None:
                    return self.lowering.inline(node, name, values)
            case Kind.EXPRESSION:
                return self._evaluate_expression(node, name, contract, values)
            case Kind.ANSWER:
                self._write_pointees(node, name, contract, values)
        if t == VOID:
            return NOTHING
        if isinstance(t, Struct):
            return unknown_struct(objects, contract.result or f"{name}()", t, Begin.ANSWER)
        return objects.fresh(contract.result or f"{name}()", t, Origin.CONTRACT, contract.says)

    def _instruction(self, node: Node, name: str, arguments: list[Node]) -> Value:
        """An event whose name has the words of the assembler that are its arguments."""
        written = " ".join([name, *(text_of(argument).strip() for argument in arguments)])
        self.context.objects.emit(Call(written, (), self.context.span(node)))
        return NOTHING

    def _convert_arguments(self, node: Node, name: str, arguments: list[Node]) -> list[Value]:
        """The arguments, converted to what the tree's declaration takes if it is a function's."""
        values = self.operands.in_order(arguments)
        declared = self.prototypes.signature(name)
        if declared is None or len(declared[1]) != len(values):
            return values
        pairs = zip(values, declared[1], strict=True)
        return [
            self.context.objects.convert(v, t) if is_scalar(v.type) and is_scalar(t) else v
            for v, (_, t, _) in pairs
        ]

    def _capability(self, node: Node, arguments: list[Node]) -> Value:
        """A property of the machine, under the name that is written as the argument."""
        name = text_of(arguments[0]).strip() if len(arguments) == 1 else ""
        if not name.isidentifier() or self.context.slot(name) is not None:
            raise self.context.unsupported(node, "a capability that is not written by its name")
        note = "a capability of the machine"
        return Value(BOOLEAN, self.context.objects.input(name, BOOL, Origin.GIVEN, note))

    def _result_type(self, node: Node, name: str, contract: Contract) -> CType:
        if contract.type:
            return self.context.types.parse_type_name(contract.type, self.context.beside(node))
        declared = self.prototypes.signature(name)
        return INT if declared is None else declared[0]

    def _apply_pure(self, name: str, contract: Contract, t: CType, values: list[Value]) -> Value:
        """Equal arguments give equal answers, wherever the call stands.

        A pointer counts by its address, unless it leads to an object that there is one of.
        """
        words = [as_bitvec(v, ULONG) for v in values if not self._is_singleton(v)]
        text = contract.result or name
        if words:
            return Value(t, apply(text, sort_of(t), *words), (UNKNOWN,) if isinstance(t, Pointer) else ())
        term = self.context.objects.input(text, sort_of(t), Origin.CONTRACT, contract.says)
        return Value(t, term, (self.context.objects.pointee(text, t),) if isinstance(t, Pointer) else ())

    def _is_singleton(self, value: Value) -> bool:
        """Whether this is a pointer to the VM, the vCPU, the memslot or the task that runs."""
        t = value.type
        if not isinstance(t, Pointer) or not isinstance(t.target, Struct):
            return False
        return t.target.tag == "task_struct" or self.context.objects.pointee("", t).path != ""

    def _evaluate_expression(self, node: Node, name: str, contract: Contract, values: list[Value]) -> Value:
        """The contract's own C expression, in the parameters that the tree declares."""
        declared = self.prototypes.signature(name)
        if declared is None or len(declared[1]) != len(values):
            raise self.context.unsupported(node, f"{name} with other parameters than its contract knows")
        scope = {p: Slot(p, t, convert(v, t)) for (p, t, _), v in zip(declared[1], values, strict=True)}
        text = self.context.text.expansion(node, contract.expression, f"contract {name}")
        value = self.operands.evaluate(text, [scope])
        return convert(value, declared[0])

    def _write_pointees(self, node: Node, name: str, contract: Contract, values: list[Value]) -> None:
        """What the call writes through pointers to scalars."""
        self.effects.record(node, name, contract, values)
        named = dict(contract.outs)
        for v in values:
            if isinstance(v.type, Pointer) and v.locations and is_scalar(v.type.target):
                t = v.type.target
                base = named.get(_spell_type(t), f"{v.locations[0].path} written by the call")
                self.storage.store(
                    self.storage.pointed_at(v, node),
                    self.context.objects.fresh(base, t, Origin.CONTRACT, contract.says),
                    node,
                )
            elif isinstance(v.type, Pointer) and isinstance(v.type.target, Struct):
                self._write_members(node, contract, v, v.type.target)

    def _write_members(self, node: Node, contract: Contract, pointer: Value, struct: Struct) -> None:
        """What the call writes to the members of a struct that its contract names (``struct tag.member``)."""
        for written, base in contract.outs:
            name = written.removeprefix(f"{struct}.")
            if name != written and self.context.types.member(struct, name) is not None:
                self._write_all(
                    self.storage.member(self.storage.pointed_at(pointer, node), name, node),
                    base,
                    contract,
                    node,
                )

    def _write_all(self, lvalue: Lvalue, base: str, contract: Contract, node: Node) -> None:
        """The object, and every part of it, becomes any value."""
        if isinstance(lvalue.type, Struct):
            for name in self.context.types.all_members(lvalue.type):
                self._write_all(self.storage.member(lvalue, name, node), f"{base}.{name}", contract, node)
        elif is_scalar(lvalue.type):
            self.storage.store(
                lvalue, self.context.objects.fresh(base, lvalue.type, Origin.CONTRACT, contract.says), node
            )
        else:
            raise self.context.unsupported(node, f"an answer of type {lvalue.type}")


def _spell_type(t: CType) -> str:
    """A type as contracts spell those of out-parameters."""
    if t == BOOLEAN:
        return "bool"
    if isinstance(t, Pointer):
        return f"{_spell_type(t.target)} *"
    return str(t)
