# SPDX-License-Identifier: GPL-2.0-only
"""What GCC makes of a procedure printed as C is what the interpreter makes of the procedure."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model.logic import BOOL, BitVec, Sort, Term, apply, bitvec_op, evaluate, name
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Input, Place, Procedure, Set
from proofs.validation.differential.cgen import harness
from proofs.validation.differential.cgen.c_procedure import (
    ARGUMENTS,
    EVENTS,
    Interface,
    find_interface,
    write_procedure,
)
from proofs.validation.differential.cgen.c_terms import HELPERS, TermWriter, Unprintable, mask
from tests.support import terms

PROCEDURES = 150
SEEN = ("p", "q", "x", "y", "sink.called", "sink.again", "sink.flag", "sink.word")


class Event(ctypes.Structure):
    _fields_ = (("effect", ctypes.c_int), ("given", ctypes.c_ulong), ("argument", ctypes.c_ulong * ARGUMENTS))


class Outcome(ctypes.Structure):
    _fields_ = (
        ("value", ctypes.c_ulong * (len(SEEN) + 1)),
        ("events", ctypes.c_int),
        ("lost", ctypes.c_int),
        ("event", Event * EVENTS),
        ("trouble", ctypes.c_char_p),
    )


def library(folder: Path, functions: str, values: int = len(SEEN)) -> ctypes.CDLL:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("not run: there is no gcc to compile with")
    numbers = {
        "INPUTS": 99,
        "VALUES": values,
        "EFFECTS": 1,
        "BRANCHES": 4000,
        "ARGUMENTS": ARGUMENTS,
        "EVENTS": EVENTS,
    }
    defines = "".join(f"#define XC_{n} {value}\n" for n, value in numbers.items())
    header = (Path(harness.__file__).parent / "runtime" / "runtime.h").read_text()
    support = """
unsigned char xc_branches[2 * XC_BRANCHES + 2];
xc_word xc_function(int function, int n, const xc_word *a) { return function * 5 + n + 3 * a[0]; }
void xc_happened(struct xc_outcome *o, int effect, xc_word given, int n, const xc_word *a)
{
	if (o->events < XC_EVENTS) {
		o->event[o->events].effect = effect;
		o->event[o->events].given = given;
		for (int i = 0; i < n; i++)
			o->event[o->events].argument[i] = a[i];
		o->events++;
	}
}
"""
    source, made = folder / "printed.c", folder / "printed.so"
    source.write_text(defines + HELPERS + header + support + functions)
    command = [gcc, "-std=gnu11", "-w", "-O1", "-shared", "-fPIC", str(source), "-o", str(made)]
    subprocess.run(command, check=True, timeout=120)
    return ctypes.CDLL(str(made))


def drawn(count: int) -> list[tuple[Procedure, list[dict[str, int]]]]:
    """The same random procedures in every run, each with inputs to run it on."""
    made: list[tuple[Procedure, list[dict[str, int]]]] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate], deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        procedure = terms.procedure(data.draw)
        maker = terms.Maker(data.draw)
        made.append((procedure, [maker.values(terms.INPUTS) for _ in range(4)]))

    collect()
    return made


def interfaced(procedure: Procedure) -> Interface:
    return find_interface(procedure, [p for p in SEEN if p in procedure.places or "." in p], procedure.inputs)


def called(shared: Interface, term: Term, values: list[int]) -> int:
    """The pure function that the library has."""
    number = list(shared.functions).index(str(term.data)) * 5 + len(values) + 3 * values[0]
    return number & int(mask(term.sort).removesuffix("UL"), 16)


class Known(Inputs):
    """Inputs whose pure functions are the library's."""

    shared: Interface

    def call(self, application: Term, arguments: list[int]) -> int:
        return called(self.shared, application, arguments)


def test_gcc_does_what_the_interpreter_does(tmp_path: Path) -> None:
    made = drawn(PROCEDURES)
    texts = [
        write_procedure(p, interfaced(p))[0].replace("xc_procedure(", f"xc_procedure{i}(")
        for i, (p, _) in enumerate(made)
    ]
    compiled = library(tmp_path, "\n".join(texts))
    events = 0
    for i, (procedure, vectors) in enumerate(made):
        shared = interfaced(procedure)
        for names in vectors:
            inputs = Known({**names, **{f"unset {p}": 0 for p in procedure.places}})
            object.__setattr__(inputs, "shared", shared)
            run = interpret(procedure, inputs)
            words = (ctypes.c_ulong * 99)(*(names[text] for text in shared.inputs))
            did = Outcome()
            compiled[f"xc_procedure{i}"](words, ctypes.byref(did))
            assert {p: did.value[k] for k, p in enumerate(shared.observed)} == {
                p: run.places.get(p, 0) for p in shared.observed
            }
            steps = [s for s in run.steps if s.effect]
            assert did.events == min(len(steps), EVENTS)
            for k, step in enumerate(steps[:EVENTS]):
                order = list(shared.arguments[step.effect])
                assert [did.event[k].argument[order.index(a)] for a, _ in step.arguments] == [
                    v for _, v in step.arguments
                ]
            events += did.events
    assert events > PROCEDURES // 4


@pytest.mark.parametrize("width", [1, 7, 8, 31, 32, 63, 64])
def test_every_operator_at_its_edges(width: int, tmp_path: Path) -> None:
    """Of the extreme words of a width, GCC computes what the terms mean."""
    sort, a, b = BitVec(width), name("a", BitVec(width)), name("b", BitVec(width))
    places = {op: Place(sort) for op in terms.WORD_OPS}
    body = tuple(Set(op, bitvec_op(op, a, b)) for op in terms.WORD_OPS)
    procedure = Procedure("operators", body, places, {"a": Input(sort), "b": Input(sort)})
    shared = find_interface(procedure, list(places), procedure.inputs)
    compiled = library(tmp_path, write_procedure(procedure, shared)[0], len(places))
    top = (1 << width) - 1
    words = sorted(
        {0, 1, 2 & top, top, top >> 1, (top >> 1) + 1 & top, 5 & top, width & top, (width - 1) & top}
    )
    for x in words:
        for y in words:
            did = (ctypes.c_ulong * 4096)()
            compiled.xc_procedure((ctypes.c_ulong * 2)(x, y), did)
            for k, op in enumerate(places):
                assert did[k] == evaluate(op, sort, 0, (sort, sort), [x, y]), (op, x, y)


def test_what_is_wider_than_a_word_is_refused() -> None:
    shared = TermWriter(lambda t: "in[0]", lambda text: 0)
    with pytest.raises(Unprintable, match="wider than a machine word"):
        shared.write(bitvec_op("add", name("a", BitVec(65)), name("b", BitVec(65))))


def test_an_application_is_cut_to_its_width() -> None:
    made = TermWriter(lambda t: "in[0]", lambda text: 3)
    made.write(apply("f", BOOL, name("a", Sort(64))))
    assert made.lines == ["const xc_word t0 = xc_function(3, 1, (xc_word[]){in[0]}) & 0x1UL;"]
