# SPDX-License-Identifier: GPL-2.0-only
"""Stubs in C for the calls that have a contract: answers come from the vector of inputs, and effects are
recorded, under the names that the procedure has for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from model.source.contracts.contract import Contract, Kind
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import ALWAYS
from model.source.types.ctypes import VOID, CType, Int, Pointer, Struct
from model.source.types.parse_types import text_at
from model.source.types.syntax import Node, Text, text_of
from model.source.types.values import is_scalar, sort_of
from proofs.validation.differential.cgen.c_procedure import Interface
from proofs.validation.differential.cgen.c_terms import Unprintable, mask
from proofs.validation.differential.cgen.callees import CallSites, FunctionPointers, stub_name

_MOST = 8
_BARE = re.compile(r"(?<![\w.>])[A-Za-z_]\w*")


@dataclass(frozen=True)
class Stubs:
    """Writes the stubs of one target."""

    front: FrontEnd
    interface: Interface
    function_pointers: FunctionPointers
    call_sites: CallSites
    contracts: Mapping[str, Contract] = field(default_factory=dict)  # the contract of each name

    def text(self, names: Iterable[str]) -> str:
        """The stubs of these names, and of the members that point to functions."""
        lines = [line for name in names for line in self._stub(name, self.contracts[name])]
        lines += [line for name in self.function_pointers.names() for line in self._operation(name)]
        return "\n".join([*lines, *self._macros(names)]) + "\n"

    def _macros(self, names: Iterable[str]) -> Iterator[str]:
        """The macros that pass the stubs what they observe; they come behind all stubs."""
        for name in names:
            contract, declared = self.contracts[name], self.front.prototypes.signature(name)
            if declared is not None and not contract.is_trampoline and self._signature(name):
                if (
                    contract.kind is Kind.ANSWER
                    and not contract.observes
                    and not self._writes_unnamed(contract, declared[1])
                ):
                    continue
                if contract.kind in (Kind.EFFECT, Kind.ANSWER):
                    yield self.call_sites.write_macro(
                        name, contract, [(p, s) for p, _, s in declared[1]], False
                    )
        for name in self.function_pointers.names():
            declared = self.front.prototypes.signature(name)
            if name in self.front.contracts and declared is not None and self.front.contracts[name].observes:
                listed = [(p or f"xc_p{i}", s) for i, (p, _, s) in enumerate(declared[1])]
                yield self.call_sites.write_macro(
                    name.rpartition(".")[2], self.front.contracts[name], listed, True
                )

    def types(self, names: Iterable[str]) -> str:
        """The C types and expressions that the stubs speak of, for the search of what they need."""
        parts: list[str] = []
        for name in self.function_pointers.names():
            declared, contract = self.front.prototypes.signature(name), self.front.contracts.get(name)
            if declared is not None:
                parts += [self.function_pointers.result(name), *(s for _, _, s in declared[1])]
                parts += self._sees(contract, [p for p, _, _ in declared[1]]) if contract is not None else []
        for name in names:
            contract = self.contracts[name]
            if (
                contract.kind in (Kind.NO_EFFECT, Kind.CAPABILITY, Kind.COUNT, Kind.CRASH)
                or contract.is_order_only
            ) and not contract.is_recorded_by_stubs:
                continue
            declared = self.front.prototypes.signature(name)
            parts += [contract.type, contract.expression, *self._signature(name)]
            parts += self._sees(contract, [p for p, _, _ in declared[1]] if declared is not None else [])
        return " ; ".join(parts)

    def _sees(self, contract: Contract, parameters: list[str]) -> list[str]:
        """What the contract sees, without the names that are declared in functions."""
        known = {*parameters, *self.call_sites.given, *self.call_sites.scopes}
        chosen = " ; ".join(c for _, c in self.call_sites.visible_values(contract, parameters))
        return [_BARE.sub(lambda m: "" if m.group() in known else m.group(), chosen)]

    def _stub(self, name: str, contract: Contract) -> Iterator[str]:
        if contract.is_trampoline and name in self.front.contracts:
            yield f"#define {name}(f, ...) f(__VA_ARGS__)"
            return
        if contract.is_order_only or contract.is_instruction:
            yield f"#define {name}(...) (0)"
            return
        match contract.kind:
            case Kind.NO_EFFECT:
                parameters = "" if name in ("fallthrough", "__fallthrough") else "(...)"
                yield f"#define {name}{parameters} (0)"
            case Kind.CAPABILITY:
                yield f"#define {name}(x) ((bool)xc_answer_named(#x))"
            case Kind.CRASH:
                yield f"#define {name}(...) xc_stop(0)"
            case Kind.COUNT if not contract.is_recorded_by_stubs:
                resource, by = contract.counts
                told = f'"({resource})"' if resource else "0"
                yield f"#define {name}(x, ...) ((void)(x), xc_count({told}, #x, {by}))"
            case _:
                yield from self._function(name, contract)

    # Functions --------------------------------------------------------------------------------------
    def _signature(self, name: str) -> list[str]:
        """The result's type, then each parameter's, as they are written; [] where the tree has none."""
        found = self.front.view.function(name) or self.front.view.prototype(name)
        if found is None:
            return []
        text = text_at(found)
        node = self.front.types.parser.declaration(text)
        declared = self.front.prototypes.signature(name)
        assert declared is not None
        return [_result(node, text), *(spelled for _, _, spelled in declared[1])]

    def _function(self, name: str, contract: Contract) -> Iterator[str]:
        signature = self._signature(name)
        if not signature:
            yield from self._macro(name, contract)
            return
        declared = self.front.prototypes.signature(name)
        assert declared is not None
        t = declared[0]
        if contract.type:
            t = self.front.types.parse_type_name(contract.type, Text(b"", "a contract", 1))
        result = contract.type or signature[0]
        names = [f"a{i}" for i in range(len(declared[1]))]
        if contract.kind is Kind.EXPRESSION:
            names = [parameter for parameter, _, _ in declared[1]]
        listed = ", ".join(f"{s} {n}" for s, n in zip(signature[1:], names, strict=True)) or "void"
        body = self._body(name, contract, t, result, [(t, s) for _, t, s in declared[1]])
        yield f"static {result} {name}({listed})\n{{\n{body}}}"

    def _body(
        self, name: str, contract: Contract, t: CType, result: str, parameters: list[tuple[CType, str]]
    ) -> str:
        if contract.kind is Kind.EXPRESSION:
            return f"\treturn {contract.expression};\n"
        if contract.kind is Kind.PURE:
            words = "".join(f" XC_WORD(a{i});" for i in range(len(parameters)))
            return f"\txc_word v[{_MOST}]; int n = 0;{words}\n\treturn ({result}){self._pure(contract.result or name, t)};\n"
        lines = [self._event(name, contract, parameters)]
        if contract.kind is Kind.COUNT:
            lines.append(f'xc_count("({contract.counts[0]})", "", {contract.counts[1]});')
        if contract.kind is Kind.ANSWER:
            lines += list(self._outs(name, contract, parameters))
        if contract.is_inlined and self.front.view.function(name) is not None:
            call = f"xc_read_{name}({', '.join(f'a{i}' for i in range(len(parameters)))})"
            lines.append(f"return {call};" if t != VOID else f"{call};")
        elif isinstance(t, Struct):
            lines += self._answer_struct(contract.result or f"{name}()", t, result)
        elif t != VOID:
            lines.append(f"return ({result}){self._answer(contract.result or f'{name}()')};")
        return "".join(f"\t{line}\n" for line in lines if line)

    def _answer_struct(self, base: str, t: Struct, result: str) -> Iterator[str]:
        """A struct that is returned, each member an answer.  It is answered once."""
        if any(text.startswith(f"{base}#2.") for text in self.interface.inputs):
            raise Unprintable(f"{base} answers several structs, whose order a stub does not know")
        yield f"{result} xc_struct;"
        yield "__builtin_memset(&xc_struct, 0, sizeof(xc_struct));"
        yield from self._fill("xc_struct", base, t)
        yield "return xc_struct;"

    def _operation(self, name: str) -> Iterator[str]:
        """The stub that a member points to."""
        declared, contract = self.front.prototypes.signature(name), self.front.contracts.get(name)
        if declared is None:
            raise Unprintable(f"{name}, a pointer to a function whose parameters are not found")
        written = self.function_pointers.result(name)
        listed = ", ".join(f"{s} a{i}" for i, (_, _, s) in enumerate(declared[1])) or "void"
        t = declared[0]
        if contract is None:
            body = f'\treturn ({written})xc_answer_named("{name}()");\n' if is_scalar(t) else ""
        elif contract.kind is Kind.COUNT:
            body = f'\txc_count("({contract.counts[0]})", "", {contract.counts[1]});\n'
        elif contract.kind is Kind.NO_EFFECT or contract.is_order_only:
            body = "\treturn 0;\n" if is_scalar(t) else ""
        else:
            body = self._body(name, contract, t, written, [(t, s) for _, t, s in declared[1]])
        yield f"static {written} {stub_name(name)}({listed})\n{{\n{body}}}"

    def flag(self, name: str, is_test: bool, is_false: bool) -> str:
        """A test or a change of a flag of a page or folio."""
        if not is_test or is_false:
            return f"#define {name}(...) (0)"
        return f'#define {name}(...) ((bool)xc_answer_named("{name}()"))'

    def _macro(self, name: str, contract: Contract) -> Iterator[str]:
        """A stub for what the tree has as a macro only: the result's type is the contract's, or int."""
        result = contract.type or "int"
        t = self.front.types.parse_type_name(result, Text(b"", "a contract", 1))
        if contract.kind is Kind.EXPRESSION or contract.outs or contract.arguments or contract.is_inlined:
            raise Unprintable(f"{name} has a contract with parameters, and no declaration in the tree")
        macro = self.front.view.macro(name)
        takes = self.interface.functions.get(contract.result or name)
        if macro is not None and macro.params is not None and macro.variadic is None:
            takes = len(macro.params)
        names = ["..."] if takes is None else [f"a{i}" for i in range(takes)]
        if contract.kind is Kind.PURE and names != ["..."]:
            words = "".join(f" XC_WORD({n});" for n in names)
            made = (
                f"xc_word v[{_MOST}]; int n = 0;{words} ({result}){self._pure(contract.result or name, t)};"
            )
        elif contract.kind is Kind.PURE:
            made = f"xc_word v[{_MOST}]; int n = 0; ({result}){self._pure(contract.result or name, t)};"
        else:
            given = ", ".join(names).replace("...", "##__VA_ARGS__")
            made = f"xc_evaluated(0, {given}); {self._event(name, contract, [])}".replace(", )", ")")
            made += (
                f" ({result}){self._answer(contract.result or f'{name}()')};" if t != VOID else " (void)0;"
            )
        yield f"#define {name}({', '.join(names)}) ({{ {made} }})"

    # Parts ------------------------------------------------------------------------------------------
    def _pure(self, text: str, t: CType) -> str:
        """The value of a pure function of ``v[0]`` to ``v[n]``."""
        if text in self.interface.functions:
            number = list(self.interface.functions).index(text)
            return f"(xc_function({number}, n, v) & {mask(sort_of(t))})"
        if text in self.interface.inputs:
            return f'((void)v, (void)n, xc_input_named("{text}"))'
        return "xc_function(-1, n, v)"  # the procedure makes no use of it

    def _answer(self, base: str) -> str:
        return f'xc_answer_named("{base}")'

    def _outs(self, name: str, contract: Contract, parameters: list[tuple[CType, str]]) -> Iterator[str]:
        """What an answer writes through its pointers to scalars."""
        named = dict(contract.outs)
        for i, (t, _) in enumerate(parameters):
            if not isinstance(t, Pointer) or not is_scalar(t.target):
                continue
            base = named.get(_contract_type(t.target))
            answer = (
                f'xc_answer_named("{base}")' if base is not None else f"xc_answer_written(xc_written[{i}])"
            )
            # Behind a NULL that is written is nothing; a run that is given one and writes there is left out.
            is_object = f'(xc_written[{i}] ? strcmp(xc_written[{i}], "NULL") : !!a{i})'
            guard = f"if ({f'a{i}' if base is not None else is_object}) "
            yield f"{guard}*a{i} = (__typeof__(*a{i})){answer};"
        for i, (t, _) in enumerate(parameters):
            if isinstance(t, Pointer) and isinstance(t.target, Struct):
                yield from self._fill_struct(f"a{i}", t.target, contract)

    def _writes_unnamed(self, contract: Contract, parameters: list[tuple[str, CType, str]]) -> bool:
        """Whether an answer writes through a pointer to a scalar that the contract has no name for."""
        named = dict(contract.outs)
        targets = [t.target for _, t, _ in parameters if isinstance(t, Pointer) and is_scalar(t.target)]
        return any(_contract_type(target) not in named for target in targets)

    def _fill_struct(self, pointer: str, struct: Struct, contract: Contract) -> Iterator[str]:
        """What an answer writes to the members of a struct."""
        for written, base in contract.outs:
            member = written.removeprefix(f"{struct}.")
            t = self.front.types.member(struct, member) if member != written else None
            if t is not None:
                yield from self._fill(f"{pointer}->{member}", base, t)

    def _fill(self, lvalue: str, base: str, t: CType) -> Iterator[str]:
        if isinstance(t, Struct):
            for name, inner in self.front.types.all_members(t).items():
                yield from self._fill(f"{lvalue}.{name}", f"{base}.{name}", inner)
        elif base in self.interface.inputs:
            yield f"{lvalue} = {self._answer(base)};"

    def _event(self, name: str, contract: Contract, parameters: list[tuple[CType, str]]) -> str:
        """The C that records a call which has an effect."""
        if not contract.is_recorded_by_stubs:
            return ""
        event = contract.event or name
        if event not in self.interface.effects:
            return f'xc_stop("{event} happened, which the procedure never lets happen");'
        spelled = [s for _, s in parameters]
        values = {"mmu_lock": 'xc_held("(mmu_lock)")'}
        for argument, t, which in contract.arguments:
            values[argument] = f"(xc_word)a{[i for i, s in enumerate(spelled) if s == t][which]}"
        values |= {argument: f"xc_seen[{i}]" for i, (argument, _) in enumerate(contract.observes)}
        names = self.interface.arguments[event]
        listed = ", ".join(values.get(argument, "0") for argument in names) or "0"
        given = sum(1 << i for i, argument in enumerate(names) if argument in values)
        number = list(self.interface.effects).index(event)
        return f"xc_step(); xc_happened(xc_o, {number}, {given}UL, {len(names)}, (xc_word[]){{{listed}}});"


def _result(node: Node, text: Text) -> str:
    """The result's type of a function definition or prototype, as it is written."""
    spec, stars = text.child(node, "type"), ""
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type != "function_declarator":
        stars += "*" if inner.type == "pointer_declarator" else ""
        inner = inner.child_by_field_name("declarator")
    return f"{text_of(spec)} {stars}".strip()


def _contract_type(t: CType) -> str:
    """A type as contracts spell those of out-parameters."""
    if isinstance(t, Int) and t.is_bool:
        return "bool"
    return f"{_contract_type(t.target)} *" if isinstance(t, Pointer) else str(t)


def singleton_cases(front: FrontEnd) -> str:
    """The part of a ``_Generic`` that knows pointers to objects of which there is one."""
    tags = dict.fromkeys([*ALWAYS, *front.objects.roles, "task_struct"])
    return "".join(f"struct {tag} *: 1, " for tag in tags)
