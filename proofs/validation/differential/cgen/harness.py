# SPDX-License-Identifier: GPL-2.0-only
"""Three C files for one target of one tree: the tree's own C behind stubs, the procedure, and the program
that runs both.

Nothing in them is specific to a kernel: what they hold is what the front-end says it read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.logic import Term, free_names, subterms
from model.program import symbolic
from model.program.procedure import Origin, Span
from model.source.contracts.contract import Contract
from model.source.errors import Unsupported
from model.source.kernel import Kernel
from model.source.types.ctypes import Struct
from proofs.validation.differential.cgen.builtin_macros import MACROS
from proofs.validation.differential.cgen.c_procedure import (
    ARGUMENTS,
    EVENTS,
    Interface,
    find_interface,
    quote,
    write_procedure,
    write_tables,
)
from proofs.validation.differential.cgen.c_terms import HELPERS, TermWriter, Unprintable, mask
from proofs.validation.differential.cgen.callees import CallSites, FunctionPointers
from proofs.validation.differential.cgen.dependencies import Dependencies
from proofs.validation.differential.cgen.memory_layout import MemoryLayout
from proofs.validation.differential.cgen.stubs import Stubs, singleton_cases
from proofs.validation.differential.projection import project_onto

_RUNTIME = Path(__file__).parent / "runtime"
#: Values of which GCC's C and the procedure agree by construction: the stub hands out the same word.
_SHARED = ("__ffs(0)", "__fls(0)")
_PRELUDE = """\
typedef _Bool bool;
typedef unsigned char u8, __u8; typedef signed char s8, __s8;
typedef unsigned short u16, __u16; typedef short s16, __s16;
typedef unsigned int u32, __u32; typedef int s32, __s32;
typedef unsigned long u64, __u64; typedef long s64, __s64;
typedef unsigned long size_t, uintptr_t; typedef long ssize_t, ptrdiff_t;
#define NULL ((void *)0)
#define true ((bool)1)
#define false ((bool)0)
#define const
#define volatile
#define inline
#define __always_inline
#define __maybe_unused
#define noinline
#define XC_WORD(x) (_Generic((x), %s default: 0) ? 0 : (v[n++] = (xc_word)(x)))
"""


@dataclass(frozen=True)
class Harness:
    """The files of one target; ``branches`` are where the procedure's branches stand, ``uncompared`` the
    effects and places that are not compared, each with the reason, ``pointers`` the inputs that are;
    ``asked`` is C that speaks of what GCC missed."""

    compiled: str
    procedure: str
    program: str
    interface: Interface
    branches: tuple[Span, ...]
    uncompared: Mapping[str, str]
    pointers: tuple[str, ...] = ()
    asked: str = ""


def generate_harness(kernel: Kernel, replaced: Mapping[str, bytes] | None = None, more: str = "") -> Harness:
    """The files for a target; ``replaced`` gives functions another text than the tree's, and
    ``more`` is C that speaks of what else is needed.

    Raises Unprintable for what cannot be compared, with the reason.
    """
    try:
        return _Generator(kernel, dict(replaced or {}), more).generate()
    except (Unsupported, KeyError, ValueError, AssertionError, RecursionError) as error:
        raise Unprintable(f"the C for GCC could not be made: {type(error).__name__}: {error}") from error


class _Generator:
    def __init__(self, kernel: Kernel, replaced: dict[str, bytes], more: str):
        self.kernel, self.front = kernel, kernel.lowered.front
        self.objects = self.front.objects
        inlined = [e.what for e in kernel.ledger if e.how == "inlined"]
        given = {n for n, i in self.objects.inputs.items() if i.note == "a capability of the machine"}
        self.capabilities = given
        self.dependencies = Dependencies(
            self.front, dict.fromkeys(inlined), given, _used_contracts(kernel), replaced
        )
        self.function_pointers = FunctionPointers(
            self.front, self.dependencies.structs, self.dependencies.fields
        )
        declared = self.front.prototypes.signature(kernel.function)
        assert declared is not None
        parameters = {p: s for p, t, s in declared[1] if not isinstance(t, Struct)}
        self.call_sites = CallSites(self.front, parameters, self.dependencies.locals)
        self._collect_definitions(more)
        contracts = {name: self.dependencies.contract(name) for name in self.dependencies.stubs}
        self.memory = MemoryLayout(kernel, contracts, self.function_pointers)
        self.projection = project_onto({**self._member_contracts(), **contracts})
        self.procedure = self.projection.project(kernel.procedure)
        self.interface = find_interface(self.procedure, self._observed_places(), self.objects.inputs)
        self.uncompared = self._uncompared()

    def _member_contracts(self) -> dict[str, Contract]:
        """The contracts of what members of structs point to."""
        names = [name for name in self.function_pointers.names() if name in self.front.contracts]
        return {name: self.front.contracts[name] for name in names}

    def _stubs(self, interface: Interface) -> Stubs:
        contracts = {name: self.dependencies.contract(name) for name in self.dependencies.stubs}
        return Stubs(self.front, interface, self.function_pointers, self.call_sites, contracts)

    def _collect_definitions(self, asked: str) -> None:
        """All the C that is needed, until the stubs need no more."""
        more = (
            asked
            + " "
            + " ".join(f".{step}" for path in self.objects.places for step in re.findall(r"[\w]+", path))
        )
        while True:
            known = len(self.dependencies.stubs), len(self.dependencies.fields)
            self.dependencies.collect(self.kernel.function, more)
            interface = Interface({}, {}, [], {}, [])
            more = self._stubs(interface).types(list(self.dependencies.stubs))
            self.dependencies.collect(self.kernel.function, more)
            if (len(self.dependencies.stubs), len(self.dependencies.fields)) == known:
                return

    # What is compared ---------------------------------------------------------------------------------
    def _observed_places(self) -> list[str]:
        """The places that are looked at in the end, the returned value first."""
        result = self.kernel.lowered.result
        seen = [str(result.data)] if result is not None else []
        seen += list(self.objects.counters)
        if result is None:  # the members of a struct that is returned
            seen += [p for p in self.procedure.places if p.startswith(f"{self.kernel.function}.return.")]
        for path in self.memory.written(self.procedure):
            self.memory.lvalue(path)
            seen.append(path)
        return list(dict.fromkeys(seen))

    def _uncompared(self) -> dict[str, str]:
        """What depends on a value of which nothing is known."""
        ends = symbolic.run(self.procedure).places
        loose = {
            n
            for n, i in self.objects.inputs.items()
            if i.origin is Origin.HAVOC and not _is_same_by_construction(n)
        }
        parts = {
            f"{effect}.{part}": effect
            for effect, arguments in self.interface.arguments.items()
            for part in (*arguments, "called", "again")
        }
        apart: dict[str, str] = {}
        for path in [*self.interface.observed, *ends]:
            effect = parts.get(path, "")
            if path not in ends or (path not in self.interface.observed and not effect):
                continue
            on = sorted(loose & free_names(ends[path]).keys())
            if on:
                apart.setdefault(
                    effect or path, f"it depends on {on[0]}, of which the front-end knows nothing"
                )
        return apart

    # The files ------------------------------------------------------------------------------------------
    def generate(self) -> Harness:
        compiled = self._compiled_text()
        text, branches = write_procedure(self.procedure, self.interface)
        common = self._common(len(branches))
        return Harness(
            common + compiled,
            common + text,
            "#define _GNU_SOURCE\n#include <ctype.h>\n#include <setjmp.h>\n#include <signal.h>\n#include <stdio.h>\n"
            "#include <stdlib.h>\n#include <string.h>\n#include <sys/time.h>\n"
            + common
            + write_tables(self.kernel, self.interface, self.memory, self.capabilities, self.uncompared)
            + (_RUNTIME / "answers.c").read_text() + (_RUNTIME / "runtime.c").read_text(),
            self.interface,
            branches,
            self.uncompared,
            tuple(text for text in self.interface.inputs if text in self.memory.objects),
        )  # fmt: skip

    def _common(self, branches: int) -> str:
        numbers = {
            "INPUTS": len(self.interface.inputs), "VALUES": len(self.interface.observed), "EFFECTS": len(self.interface.effects),
            "BRANCHES": branches, "ARGUMENTS": ARGUMENTS, "EVENTS": EVENTS,
            "RETURNS": int(self.kernel.lowered.result is not None),
        }  # fmt: skip
        defines = "".join(f"#define XC_{name} {value}\n" for name, value in numbers.items())
        return defines + HELPERS + (_RUNTIME / "runtime.h").read_text()

    def _compiled_text(self) -> str:
        dependencies = self.dependencies
        stubs = self._stubs(self.interface)
        texts = {n: self._rename_if_stubbed(n, t) for n, t in dependencies.functions.items()}
        tags = [f"{kind} {tag};" for tag, kind in dependencies.tags.items() if kind != "enum"]
        unread = [
            f'#define {n}(...) (xc_stop("{n}(), which the procedure never calls"), 0)\nstatic int ({n})() {{ return {n}(); }}'
            for n in dependencies.unread
        ]
        flags = [stubs.flag(n, made.is_test, made.is_false) for n, made in dependencies.flags.items()]
        wired = self._write_memory_functions()
        return "\n".join([
            _PRELUDE % singleton_cases(self.front),
            *dict.fromkeys([*tags, *_forward_declarations(singleton_cases(self.front))]),
            *(f"#define {name}{text}" for name, text in MACROS.items()),
            *(f"#define {name} {value}" for name, value in dependencies.numbers.items()),
            *dependencies.macros.values(),
            *unread, *flags,
            *(f"#define {name}(...) (0)" for name in dependencies.traces),
            *dependencies.ordered_types,
            *dependencies.variables.values(),
            *(f"{_prototype(t)};" for t in texts.values()),
            *self.call_sites.write_globals(),
            stubs.text(dependencies.stubs),
            *texts.values(),
            *self.memory.declarations(set(dependencies.structs)),
            *([f"static {self._returned_struct()} xc_returned;"] if self._returned_struct() else []),
            "#undef const",
            wired,
        ])  # fmt: skip

    def _rename_if_stubbed(self, name: str, text: str) -> str:
        """A function that is a effect too keeps its body under another name."""
        if name not in self.dependencies.stubs:
            return text
        return re.sub(rf"\b{re.escape(name)}\b(?=\s*\()", f"xc_read_{name}", text, count=1)

    def _write_memory_functions(self) -> str:
        """The functions that set memory, call the target and look at the result."""
        terms = TermWriter(self._input, list(self.interface.functions).index)
        sets = [f"\t{lvalue} = {terms.write(initial)};" for lvalue, initial in self.memory.memory()]
        values = {
            parameter: self._argument(parameter, value.term, terms)
            for parameter, _, value in self.kernel.lowered.arguments
        }
        arguments = ", ".join(values.values())
        prefix = "xc_read_" if self.kernel.function in self.dependencies.stubs else ""
        call = f"{prefix}{self.kernel.function}({arguments});"
        result = self.kernel.lowered.result
        if result is not None:
            call = f"o->value[0] = (xc_word){call[:-1]} & {mask(result.sort)};"
        elif self._returned_struct():
            call = f"xc_returned = {call}"
        looks = [
            self._write_observation(i, path)
            for i, path in enumerate(self.interface.observed)
            if i or result is None
        ]
        clears = [
            f"\t__builtin_memset(xc_object{i}, 0, sizeof(xc_object{i}));"
            for i, target in enumerate(self.memory.objects)
            if self.memory.address(i, target).endswith(f"xc_object{i}")
        ]
        clears += [f"\t{line}" for line in self.memory.pointers_to_functions()]
        cases = [
            f"\tcase {i}: return {self.memory.address(i, t)};" for i, t in enumerate(self.memory.objects)
        ]
        sets += [f"\txc_given_{p} = ({t})({values[p]});" for p, t in self.call_sites.given.items()]
        return "\n".join([
            "xc_word xc_object(int object)\n{\n\tswitch (object) {", *cases, "\t}\n\treturn 0;\n}",
            "void xc_compiled(const xc_word *in, struct xc_outcome *o)\n{",
            *(f"\t{line}" for line in terms.lines),
            "\txc_begin(in, o);", *clears, *sets, f"\t{call}\n}}",
            "void xc_look(struct xc_outcome *o)\n{", *looks, "}\n",
        ])  # fmt: skip

    def _returned_struct(self) -> str:
        """The type of a struct that the target returns."""
        text = self.dependencies.functions[self.kernel.function]
        declared = self.front.prototypes.signature(self.kernel.function)
        if declared is None or not isinstance(declared[0], Struct):
            return ""
        head = text[: re.search(rf"\b{self.kernel.function}\b", text).start()]  # type: ignore[union-attr]
        return re.sub(r"\b(?:static|inline|extern)\b", "", head).strip()

    def _argument(self, parameter: str, term: Term, terms: TermWriter) -> str:
        if parameter in self.memory.structs:
            return f"xc_argument_{parameter}"
        if any(t.op == "place" for t in subterms(term)):
            raise Unprintable("an argument of the target that is read from memory")
        return terms.write(term)

    def _input(self, term: Term) -> str:
        return f"in[{self.interface.index(str(term.data))}]"

    def _write_observation(self, i: int, path: str) -> str:
        if path in self.objects.counters:
            name, _, what = path.partition(") ")
            member = {"": "now", "taken": "taken", "given back": "given", "given back again": "again"}[what]
            base = name if name.endswith(")") else f"{name})"
            return f"\to->value[{i}] = (unsigned)xc_resource({quote(base)})->{member};"
        sort = self.procedure.places[path].sort
        return f"\to->value[{i}] = (xc_word){self.memory.lvalue(path)[0]} & {mask(sort)};"


def _used_contracts(kernel: Kernel) -> list[str]:
    """The names of the contracts that were used."""
    return [e.what.partition(":")[0] for e in kernel.ledger if e.how == "trusted"]


def _is_same_by_construction(text: str) -> bool:
    return re.sub(r"#\d+\Z", "", text) in _SHARED


def _prototype(function: str) -> str:
    """A function's text up to its body."""
    return function[: function.index("{")].rstrip()


def _forward_declarations(ones: str) -> list[str]:
    return [f"struct {tag};" for tag in re.findall(r"struct (\w+) \*", ones)]
