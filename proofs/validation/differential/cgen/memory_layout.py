# SPDX-License-Identifier: GPL-2.0-only
"""The objects of the compiled C in which the inputs that are memory lie.

The front-end names an object by its path (``vcpu->arch.fault.esr_el2``).  What a pointer leads to is
an object of its own here too, and the pointer holds its address or is NULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from model.logic import Term
from model.program.procedure import Procedure, Set, walk
from model.source.contracts.contract import Contract, Kind
from model.source.kernel import Kernel
from model.source.lowering.state.objects import ALWAYS, LAST_STEP
from model.source.types.ctypes import VOID, CType, Function, Int, Pointer, Struct
from model.source.types.syntax import Text
from model.source.types.values import UNKNOWN
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.callees import FunctionPointers, stub_name

#: How many objects lie behind a pointer.
_SEVERAL = 4
_NUMBER = re.compile(r"#\d+\Z")


@dataclass
class MemoryLayout:
    """The objects of one target; ``objects`` maps the name of a pointer's target to what lies there."""

    kernel: Kernel
    contracts: Mapping[str, Contract]  # of the stubs
    function_pointers: FunctionPointers
    objects: dict[str, CType] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    structs: dict[str, Struct] = field(default_factory=dict)  # parameters that are structs
    spellings: dict[str, str] = field(default_factory=dict)  # the types of objects that a call hands out
    _resolving: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        front = self.kernel.lowered.front
        always = {name: Struct(tag) for tag, name in {**ALWAYS, **front.objects.roles}.items()}
        for parameter, t, value in self.kernel.lowered.arguments:
            if isinstance(t, Struct):
                self.structs[parameter] = t
            for target in value.locations:
                if isinstance(t, Pointer) and target.behind and target != UNKNOWN:
                    self.objects.setdefault(target.path, self._pointee_type(target.path, t.target))
        for name in self.contracts:
            for base, t in self._answer_pointers(name):
                for text in front.objects.inputs:
                    if _NUMBER.sub("", text) == base:
                        self.objects.setdefault(text, t)
        for text in front.objects.inputs:
            if text in always:
                self.objects[text] = always[text]
        for path, targets in front.objects.initial_targets.items():
            for target in targets:
                if target.behind and target != UNKNOWN and target.path not in self.objects:
                    pointed = self._pointee(path)
                    if pointed is not None:
                        self.objects[target.path] = pointed

    def _answer_pointers(self, name: str) -> Iterator[tuple[str, CType]]:
        """The inputs that a stub's pointers are, and what each points to."""
        front = self.kernel.lowered.front
        contract = self.contracts[name]
        declared = front.prototypes.signature(name)
        where = Text(b"", "a contract", 1)
        t = (
            front.types.parse_type_name(contract.type, where)
            if contract.type
            else declared[0]
            if declared
            else VOID
        )
        if isinstance(t, Pointer):
            plain = name if contract.kind is Kind.PURE else f"{name}()"
            yield contract.result or plain, t.target
        for scalar_type, base in contract.outs:
            if scalar_type.endswith("*"):
                written = front.types.parse_type_name(scalar_type, where)
                assert isinstance(written, Pointer)
                yield base, written.target
        for text in front.objects.inputs:  # `*p` of the caller's pointer p
            for _, t, spelling in (
                declared[1] if declared is not None and contract.kind is Kind.ANSWER else ()
            ):
                if (
                    text.endswith(" written by the call")
                    and isinstance(t, Pointer)
                    and isinstance(t.target, Pointer)
                ):
                    kind = front.objects.shapes.get(f"*{text}", "")
                    if not isinstance(t.target.target, Struct) or str(t.target.target) == kind:
                        self.spellings[text] = spelling.rstrip("* ")
                        yield text, t.target.target

    def _pointee(self, path: str) -> CType | None:
        """What the pointer at a path points to; None for what is no memory here."""
        try:
            t = self.lvalue(path)[1]
        except Unprintable:
            return None
        if not isinstance(t, Pointer):
            return None
        return self._pointee_type(path, t.target)

    def _pointee_type(self, path: str, target: CType) -> CType:
        """What a pointer leads to; of a ``void *`` what it was taken to be."""
        seen = self.kernel.lowered.front.objects.shapes.get(f"*{path}", "")
        if target == VOID and seen.startswith("struct "):
            return Struct(seen.removeprefix("struct "))
        return target

    # Paths ------------------------------------------------------------------------------------------
    def number(self, target: str) -> int:
        """The number of the object behind a pointer."""
        if target not in self.objects:
            raise Unprintable(f"what {target} leads to has no known type")
        self.used.add(target)
        return list(self.objects).index(target)

    def lvalue(self, path: str) -> tuple[str, CType]:
        """The C for the object at a path, and its type."""
        if path.startswith("*"):
            return f"xc_object{self.number(path[1:])}[0]", self.objects[path[1:]]
        step = LAST_STEP.search(path)
        if step is None or path == f"{self.kernel.function}.return":
            return self._variable(path)
        prefix, text = path[: step.start()], step.group()
        if text.startswith("["):
            return self._element(prefix, text)
        if text.startswith("->"):
            outer, t = f"xc_object{self.number(prefix)}[0]", self.objects[prefix]
        else:
            outer, t = self.lvalue(prefix)
        name = text.lstrip("->.")
        inner = self.kernel.lowered.front.types.member(t, name) if isinstance(t, Struct) else None
        if inner is None:
            raise Unprintable(f"{path}, of which no member was found")
        return f"{outer}.{name}", inner

    def _element(self, prefix: str, index: str) -> tuple[str, CType]:
        if prefix in self.objects and int(index[1:-1]) < _SEVERAL:
            return f"xc_object{self.number(prefix)}{index}", self.objects[prefix]
        outer, t = self.lvalue(prefix)
        element = getattr(t, "element", None)
        if element is None:
            raise Unprintable(f"{prefix}{index}, which is no element of an array")
        return f"{outer}{index}", element

    def _variable(self, path: str) -> tuple[str, CType]:
        for name, slot in self.kernel.lowered.front.objects.variables.items():
            if slot.path == path:
                return name, slot.type
        if path in self.structs:
            return f"xc_argument_{path}", self.structs[path]
        if path == f"{self.kernel.function}.return":
            declared = self.kernel.lowered.front.prototypes.signature(self.kernel.function)
            assert declared is not None
            return "xc_returned", declared[0]
        raise Unprintable(f"{path} is no memory")

    def address(self, i: int, target: str) -> str:
        """The address of an object: of a function that of its stub."""
        name = self.function_pointers.member_at(target, self.objects)
        is_stub = isinstance(self.objects[target], Function) and name
        return f"(xc_word){stub_name(name) if is_stub else f'xc_object{i}'}"

    def pointers_to_functions(self) -> Iterator[str]:
        """The members that point to functions, each set to its stub."""
        for i, (target, t) in enumerate(self.objects.items()):
            if isinstance(t, Struct) and target in self.used:
                for member, inner in self.function_pointers.members(t):
                    if isinstance(inner, Pointer) and isinstance(inner.target, Function):
                        yield f"xc_object{i}[0].{member} = (void *){stub_name(f'{t.tag}.{member}')};"

    # What is written ------------------------------------------------------------------------------
    def memory(self) -> Iterator[tuple[str, Term]]:
        """The memory that is read before it is written, as C, and the input that it holds."""
        objects = self.kernel.lowered.front.objects
        for path, place in objects.places.items():
            if place.initial is not None and objects.begin(path) is None:
                yield self.lvalue(path)[0], place.initial

    def written(self, procedure: Procedure) -> Iterator[str]:
        """The numbers in memory that the procedure writes."""
        objects = self.kernel.lowered.front.objects
        targets = dict.fromkeys(s.target for s in walk(procedure.body) if isinstance(s, Set))
        for path in targets:
            if path in objects.places and objects.begin(path) is None and path not in objects.initial_targets:
                yield path

    def declarations(self, known_structs: set[str]) -> Iterator[str]:
        """The objects that pointers lead to; what is never looked into is some bytes."""
        for parameter in self.structs:
            yield f"static {self._parameter_type(parameter)} xc_argument_{parameter};"
        for i, (target, t) in enumerate(self.objects.items()):
            if isinstance(t, Function) and self.function_pointers.member_at(target, self.objects):
                continue
            whole = target in self.used and t != VOID and not isinstance(t, Function)
            if whole and isinstance(t, Struct) and not t.tag.startswith("<") and t.tag not in known_structs:
                whole = False
            if not whole:
                yield f"static unsigned long xc_object{i}[64];"
                continue
            yield f"static {self._object_type(target, t)} xc_object{i}[{_SEVERAL}];"

    def _object_type(self, target: str, t: CType) -> str:
        if isinstance(t, Struct) and not t.tag.startswith("<"):
            found = self.kernel.lowered.front.view.struct(t.tag)
            kind = "union" if found is not None and found.text.startswith(b"union") else "struct"
            return f"{kind} {t.tag}"
        for path, targets in self.kernel.lowered.front.objects.initial_targets.items():
            if any(each.path == target for each in targets):
                return f"__typeof__(*{self.lvalue(path)[0]})"
        if _NUMBER.sub("", target) in self.spellings:
            return self.spellings[_NUMBER.sub("", target)]
        if any(target == parameter for parameter, _, _ in self.kernel.lowered.arguments):
            return self._parameter_type(target)
        return scalar_type(t)

    def _parameter_type(self, parameter: str) -> str:
        """The type of a parameter of the target, without its stars."""
        declared = self.kernel.lowered.front.prototypes.signature(self.kernel.function)
        assert declared is not None
        return next(s for name, _, s in declared[1] if name == parameter).rstrip("* ")


def scalar_type(t: CType) -> str:
    """A scalar type as C."""
    if isinstance(t, Pointer):
        return "void *"
    if not isinstance(t, Int):
        raise Unprintable(f"an object of type {t}")
    return "bool" if t.is_bool else f"{'s' if t.signed else 'u'}{t.width}"
