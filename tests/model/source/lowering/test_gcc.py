# SPDX-License-Identifier: GPL-2.0-only
"""What GCC computes is what both meanings of the lowered procedure compute, on random functions.

x86-64 has the integer widths of arm64; ``-funsigned-char -fwrapv`` do the rest.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model.logic import BOOL, Sort, Term, conj, const, same, signed, substitute, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.source.errors import Unsupported
from tests.support.c.c_code import Lowered, lower_in, view_of
from tests.support.c.c_random import PRELUDE, TYPES, WHOLE, Maker, Parameter
from tests.support.solvers.solving import satisfiable

FUNCTIONS, LOOPS = 150, 30
RUNS = 6
_WORDS = (0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1,
          1 << 63, (1 << 64) - 1, (1 << 64) - 5)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A random function, and the words it is run on: parameters, then WHOLE, then ``*out``."""

    name: str
    text: str
    result: str
    parameters: tuple[Parameter, ...]
    inputs: tuple[tuple[int, ...], ...]


@cache
def cases(count: int, loops: bool = False) -> tuple[Case, ...]:
    """The same functions in every run."""
    made: list[Case] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate], deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.integers(0, 1 << 64))
    def collect(seed: int) -> None:
        name, maker = f"f{len(made)}", Maker(seed, loops=loops)
        text, result, parameters = maker.function(name)
        made.append(Case(name, text, result, parameters, tuple(_inputs(maker) for _ in range(RUNS))))

    collect()
    return tuple(made)


def _inputs(maker: Maker) -> tuple[int, ...]:
    return tuple(maker.pick(_WORDS) + maker.number(3) & (1 << 64) - 1 for _ in range(4 + len(WHOLE)))


def wrapper(case: Case) -> str:
    """C that runs the function on words and gives words back."""
    first = len(case.parameters)
    sets = "".join(f"{place} = in[{first + i}]; " for i, place in enumerate(WHOLE))
    gets = "".join(f"res[{2 + i}] = {place}; " for i, place in enumerate(WHOLE))
    given_ = ", ".join(f"in[{i}]" for i in range(first))
    return (
        f"void run_{case.name}(const u64 *in, u64 *res) {{ struct part far = {{}}; struct whole of = {{}}, *w = &of;\n"
        f"s32 out = in[{first + len(WHOLE)}]; w->far = &far; {sets}\n"
        f"res[0] = {case.name}({given_}, w, &out); res[1] = out; {gets}}}\n"
    )


def compiled(made: Sequence[Case], folder: Path) -> ctypes.CDLL:
    """A library of all functions and their wrappers."""
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("not run: there is no gcc to compare with")
    source, library = folder / "random.c", folder / "random.so"
    source.write_text(PRELUDE + "".join(c.text + wrapper(c) for c in made))
    flags = [
        "-std=gnu11",
        "-w",
        "-O1",
        "-fwrapv",
        "-funsigned-char",
        "-fno-strict-aliasing",
        "-shared",
        "-fPIC",
    ]
    subprocess.run([gcc, *flags, str(source), "-o", str(library)], check=True, timeout=120)
    return ctypes.CDLL(str(library))


def native(library: ctypes.CDLL, case: Case, words: tuple[int, ...]) -> list[int]:
    """The result, ``*out`` and WHOLE, each as the 64-bit word that C converts it to."""
    given_ = (ctypes.c_uint64 * len(words))(*words)
    results = (ctypes.c_uint64 * (2 + len(WHOLE)))()
    library[f"run_{case.name}"](given_, results)
    return list(results)


def as_input(word: int, sort: Sort) -> int:
    return int(word != 0) if sort is BOOL else word & ((1 << sort.width) - 1)


#: Of the places: whether C widens them with their sign.
SIGNED = {
    "*out": True,
    "w->part.b": True,
    "w->part.d": True,
    "w->small": True,
    "w->far->b": True,
    "w->far->d": True,
}


def widened(value: int, width: int, is_signed: bool) -> int:
    return (signed(value, width) if is_signed and width else value) & ((1 << 64) - 1)


def ours(
    lowered: Lowered, result: symbolic.Result, case: Case, words: tuple[int, ...]
) -> tuple[list[int], list[int]]:
    """The same of the procedure, by the interpreter and by the terms of the solver."""
    named = dict(zip([*(p.name for p in case.parameters), *WHOLE, "*out"], words, strict=True))
    inputs = lowered.procedure.inputs
    names = {n: as_input(w, inputs[n].sort) for n, w in named.items() if n in inputs}
    run = interpret(lowered.procedure, Inputs(names))
    width, is_signed = TYPES[case.result]
    found: tuple[list[int], list[int]] = ([], [])
    for term in _ends(lowered):
        how = is_signed if term is lowered.result else SIGNED.get(str(term.data), False)
        values = (run.value(term), _solved(result.bind(term), names))
        for each, value in zip(found, values, strict=True):
            each.append(widened(value, term.sort.width, how))
    return found


def _ends(lowered: Lowered) -> list[Term]:
    """The result, and what is held in the end by the places that the procedure has."""
    places = [p for p in ("*out", *WHOLE) if p in lowered.procedure.places]
    return [lowered.result, *(lowered.procedure.read(p) for p in places)]


def _solved(term: Term, names: dict[str, int]) -> int:
    return value_of(term, lambda leaf: names.get(str(leaf.data), 0), lambda t, _: 0)


def test_gcc_agrees_on_random_functions(tmp_path: Path) -> None:
    made = cases(FUNCTIONS)
    library = compiled(made, tmp_path)
    view = view_of(PRELUDE + "".join(case.text for case in made))
    for case in made:
        lowered = lower_in(view, case.name)
        known, result = _known(lowered), symbolic.run(lowered.procedure)
        for words in case.inputs:
            expected = native(library, case, words)
            want = [expected[i] for i in known]
            assert ours(lowered, result, case, words) == (want, want), (case.text, words, known)


def _known(lowered: Lowered) -> list[int]:
    """Which of the words that ``native`` gives the procedure has."""
    return [0, *(1 + i for i, p in enumerate(("*out", *WHOLE)) if p in lowered.procedure.places)]


# Loops --------------------------------------------------------------------------------------------
def test_what_gcc_computes_is_among_what_a_loop_may_do(tmp_path: Path) -> None:
    """For some values of the inputs that stand for what is not known, the terms give GCC's words."""
    made = cases(LOOPS, loops=True)
    library = compiled(made, tmp_path)
    view, decided = view_of(PRELUDE + "".join(case.text for case in made)), 0
    for case in made:
        try:
            lowered = lower_in(view, case.name)
        except Unsupported as error:
            assert "of unknown origin" in error.construct or "used in more than one way" in error.construct
            continue
        decided += any(how == "havoc" for how, _ in lowered.ledger)
        for words in case.inputs[:2]:
            assert _possible(lowered, case, words, native(library, case, words)), (case.text, words)
    assert decided > LOOPS // 4


def _possible(lowered: Lowered, case: Case, words: tuple[int, ...], expected: list[int]) -> bool:
    result = symbolic.run(lowered.procedure)
    inputs = lowered.procedure.inputs
    named = dict(zip([*(p.name for p in case.parameters), *WHOLE, "*out"], words, strict=True))

    def at(leaf: Term) -> Term:
        text = str(leaf.data)
        return const(as_input(named[text], inputs[text].sort), leaf.sort) if text in named else leaf

    pairs = zip(_ends(lowered), (expected[i] for i in _known(lowered)), strict=True)
    wanted = conj(
        *(same(substitute(result.bind(t), at), const(as_input(w, t.sort), t.sort)) for t, w in pairs)
    )
    return satisfiable(wanted)
