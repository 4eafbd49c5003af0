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
from model.source.errors import Unsupported
from model.source.kernel import Kernel
from model.source.types.ctypes import Struct
from proofs.validation.differential.cgen.builtin_macros import MACROS
from proofs.validation.differential.cgen.c_procedure import (
    ARGUMENTS,
    EVENTS,
    Interface,
    interface,
    printed,
    quoted,
    tables,
)
from proofs.validation.differential.cgen.c_terms import HELPERS, Terms, Unprintable, mask
from proofs.validation.differential.cgen.callees import Callers, Operations
from proofs.validation.differential.cgen.dependencies import Pieces
from proofs.validation.differential.cgen.memory_layout import Wiring
from proofs.validation.differential.cgen.stubs import Stubs, the_ones

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
    """The files of one target; ``branches`` are where the procedure's branches stand, ``apart`` the
    sinks and places that are not compared, each with the reason, ``pointers`` the inputs that are;
    ``asked`` is C that speaks of what GCC missed."""

    compiled: str
    procedure: str
    program: str
    shared: Interface
    branches: tuple[Span, ...]
    apart: Mapping[str, str]
    pointers: tuple[str, ...] = ()
    asked: str = ""


def harness(kernel: Kernel, replaced: Mapping[str, bytes] | None = None, more: str = "") -> Harness:
    """The files for a target; ``replaced`` gives functions another text than the tree's, and
    ``more`` is C that speaks of what else is needed.

    Raises Unprintable for what cannot be compared, with the reason.
    """
    try:
        return _Maker(kernel, dict(replaced or {}), more).made()
    except (Unsupported, KeyError, ValueError, AssertionError, RecursionError) as error:
        raise Unprintable(f"the C for GCC could not be made: {type(error).__name__}: {error}") from error


class _Maker:
    def __init__(self, kernel: Kernel, replaced: dict[str, bytes], more: str):
        self.kernel, self.front = kernel, kernel.lowered.front
        self.objects = self.front.objects
        inlined = [e.what for e in kernel.ledger if e.how == "inlined"]
        given = {n for n, i in self.objects.inputs.items() if i.note == "a capability of the machine"}
        self.capabilities = given
        self.pieces = Pieces(self.front, dict.fromkeys(inlined), given, _met(kernel), replaced)
        self.operations = Operations(self.front, self.pieces.structs, self.pieces.fields)
        declared = self.front.prototypes.declared(kernel.function)
        assert declared is not None
        parameters = {p: s for p, t, s in declared[1] if not isinstance(t, Struct)}
        self.callers = Callers(self.front, parameters, self.pieces.locals)
        self._gather(more)
        rows = {name: self.pieces.row(name) for name in self.pieces.stubs}
        self.wiring = Wiring(kernel, rows, self.operations)
        self.procedure = kernel.procedure
        self.shared = interface(self.procedure, self._seen(), self.objects.inputs)
        self.apart = self._apart()

    def _stubs(self, shared: Interface) -> Stubs:
        rows = {name: self.pieces.row(name) for name in self.pieces.stubs}
        return Stubs(self.front, shared, self.operations, self.callers, rows)

    def _gather(self, asked: str) -> None:
        """All the C that is needed, until the stubs need no more."""
        more = (
            asked
            + " "
            + " ".join(f".{step}" for path in self.objects.places for step in re.findall(r"[\w]+", path))
        )
        while True:
            known = len(self.pieces.stubs), len(self.pieces.fields)
            self.pieces.gather(self.kernel.function, more)
            shared = Interface({}, {}, [], {}, [])
            more = self._stubs(shared).types(list(self.pieces.stubs))
            self.pieces.gather(self.kernel.function, more)
            if (len(self.pieces.stubs), len(self.pieces.fields)) == known:
                return

    # What is compared ---------------------------------------------------------------------------------
    def _seen(self) -> list[str]:
        """The places that are looked at in the end, the returned value first."""
        result = self.kernel.lowered.result
        seen = [str(result.data)] if result is not None else []
        seen += list(self.objects.counters)
        if result is None:  # the members of a struct that is returned
            seen += [p for p in self.procedure.places if p.startswith(f"{self.kernel.function}.return.")]
        for path in self.wiring.written(self.procedure):
            self.wiring.lvalue(path)
            seen.append(path)
        return list(dict.fromkeys(seen))

    def _apart(self) -> dict[str, str]:
        """What depends on a value of which nothing is known."""
        ends = symbolic.run(self.procedure).places
        loose = {n for n, i in self.objects.inputs.items() if i.origin is Origin.HAVOC and not _is_shared(n)}
        parts = {
            f"{sink}.{part}": sink
            for sink, arguments in self.shared.arguments.items()
            for part in (*arguments, "called", "again")
        }
        apart: dict[str, str] = {}
        for path in [*self.shared.seen, *ends]:
            sink = parts.get(path, "")
            if path not in ends or (path not in self.shared.seen and not sink):
                continue
            on = sorted(loose & free_names(ends[path]).keys())
            if on:
                apart.setdefault(sink or path, f"it depends on {on[0]}, of which the front-end knows nothing")
        return apart

    # The files ------------------------------------------------------------------------------------------
    def made(self) -> Harness:
        compiled = self._compiled()
        text, branches = printed(self.procedure, self.shared)
        common = self._common(len(branches))
        return Harness(
            common + compiled,
            common + text,
            "#define _GNU_SOURCE\n#include <ctype.h>\n#include <setjmp.h>\n#include <signal.h>\n#include <stdio.h>\n"
            "#include <stdlib.h>\n#include <string.h>\n#include <sys/time.h>\n"
            + common
            + tables(self.kernel, self.shared, self.wiring, self.capabilities, self.apart)
            + (_RUNTIME / "answers.c").read_text() + (_RUNTIME / "runtime.c").read_text(),
            self.shared,
            branches,
            self.apart,
            tuple(text for text in self.shared.inputs if text in self.wiring.objects),
        )  # fmt: skip

    def _common(self, branches: int) -> str:
        numbers = {
            "INPUTS": len(self.shared.inputs), "VALUES": len(self.shared.seen), "SINKS": len(self.shared.sinks),
            "BRANCHES": branches, "ARGUMENTS": ARGUMENTS, "EVENTS": EVENTS,
            "RETURNS": int(self.kernel.lowered.result is not None),
        }  # fmt: skip
        defines = "".join(f"#define XC_{name} {value}\n" for name, value in numbers.items())
        return defines + HELPERS + (_RUNTIME / "runtime.h").read_text()

    def _compiled(self) -> str:
        pieces = self.pieces
        stubs = self._stubs(self.shared)
        texts = {n: self._renamed(n, t) for n, t in pieces.functions.items()}
        tags = [f"{kind} {tag};" for tag, kind in pieces.tags.items() if kind != "enum"]
        unread = [
            f'#define {n}(...) (xc_stop("{n}(), which the procedure never calls"), 0)\nstatic int ({n})() {{ return {n}(); }}'
            for n in pieces.unread
        ]
        flags = [stubs.flag(n, made.is_test, made.is_false) for n, made in pieces.flags.items()]
        wired = self._wired()
        return "\n".join([
            _PRELUDE % the_ones(self.front),
            *dict.fromkeys([*tags, *_forward(the_ones(self.front))]),
            *(f"#define {name}{text}" for name, text in MACROS.items()),
            *(f"#define {name} {value}" for name, value in pieces.numbers.items()),
            *pieces.macros.values(),
            *unread, *flags,
            *(f"#define {name}(...) (0)" for name in pieces.traces),
            *pieces.ordered_types,
            *pieces.variables.values(),
            *(f"{_header(t)};" for t in texts.values()),
            *self.callers.globals(),
            stubs.text(pieces.stubs),
            *texts.values(),
            *self.wiring.declarations(set(pieces.structs)),
            *([f"static {self._returned()} xc_returned;"] if self._returned() else []),
            "#undef const",
            wired,
        ])  # fmt: skip

    def _renamed(self, name: str, text: str) -> str:
        """A function that is a sink too keeps its body under another name."""
        if name not in self.pieces.stubs:
            return text
        return re.sub(rf"\b{re.escape(name)}\b(?=\s*\()", f"xc_read_{name}", text, count=1)

    def _wired(self) -> str:
        """The functions that set memory, call the target and look at the result."""
        terms = Terms(self._input, list(self.shared.functions).index)
        sets = [f"\t{lvalue} = {terms.of(initial)};" for lvalue, initial in self.wiring.memory()]
        values = {
            parameter: self._argument(parameter, value.term, terms)
            for parameter, _, value in self.kernel.lowered.arguments
        }
        arguments = ", ".join(values.values())
        prefix = "xc_read_" if self.kernel.function in self.pieces.stubs else ""
        call = f"{prefix}{self.kernel.function}({arguments});"
        result = self.kernel.lowered.result
        if result is not None:
            call = f"o->value[0] = (xc_word){call[:-1]} & {mask(result.sort)};"
        elif self._returned():
            call = f"xc_returned = {call}"
        looks = [self._look(i, path) for i, path in enumerate(self.shared.seen) if i or result is None]
        clears = [
            f"\t__builtin_memset(xc_object{i}, 0, sizeof(xc_object{i}));"
            for i, target in enumerate(self.wiring.objects)
            if self.wiring.address(i, target).endswith(f"xc_object{i}")
        ]
        clears += [f"\t{line}" for line in self.wiring.pointers_to_functions()]
        cases = [
            f"\tcase {i}: return {self.wiring.address(i, t)};" for i, t in enumerate(self.wiring.objects)
        ]
        sets += [f"\txc_given_{p} = ({t})({values[p]});" for p, t in self.callers.given.items()]
        return "\n".join([
            "xc_word xc_object(int object)\n{\n\tswitch (object) {", *cases, "\t}\n\treturn 0;\n}",
            "void xc_compiled(const xc_word *in, struct xc_outcome *o)\n{",
            *(f"\t{line}" for line in terms.lines),
            "\txc_begin(in, o);", *clears, *sets, f"\t{call}\n}}",
            "void xc_look(struct xc_outcome *o)\n{", *looks, "}\n",
        ])  # fmt: skip

    def _returned(self) -> str:
        """The type of a struct that the target returns."""
        text = self.pieces.functions[self.kernel.function]
        declared = self.front.prototypes.declared(self.kernel.function)
        if declared is None or not isinstance(declared[0], Struct):
            return ""
        head = text[: re.search(rf"\b{self.kernel.function}\b", text).start()]  # type: ignore[union-attr]
        return re.sub(r"\b(?:static|inline|extern)\b", "", head).strip()

    def _argument(self, parameter: str, term: Term, terms: Terms) -> str:
        if parameter in self.wiring.structs:
            return f"xc_argument_{parameter}"
        if any(t.op == "place" for t in subterms(term)):
            raise Unprintable("an argument of the target that is read from memory")
        return terms.of(term)

    def _input(self, term: Term) -> str:
        return f"in[{self.shared.index(str(term.data))}]"

    def _look(self, i: int, path: str) -> str:
        if path in self.objects.counters:
            name, _, what = path.partition(") ")
            member = {"": "now", "taken": "taken", "given back": "given", "given back again": "again"}[what]
            base = name if name.endswith(")") else f"{name})"
            return f"\to->value[{i}] = (unsigned)xc_resource({quoted(base)})->{member};"
        sort = self.procedure.places[path].sort
        return f"\to->value[{i}] = (xc_word){self.wiring.lvalue(path)[0]} & {mask(sort)};"


def _met(kernel: Kernel) -> list[str]:
    """The names of the contracts that were used."""
    return [e.what.partition(":")[0] for e in kernel.ledger if e.how == "trusted"]


def _is_shared(text: str) -> bool:
    return re.sub(r"#\d+\Z", "", text) in _SHARED


def _header(function: str) -> str:
    """A function's text up to its body."""
    return function[: function.index("{")].rstrip()


def _forward(ones: str) -> list[str]:
    return [f"struct {tag};" for tag in re.findall(r"struct (\w+) \*", ones)]
