# SPDX-License-Identifier: GPL-2.0-only
"""How C is spelled makes no difference: names of locals, the order of `&&`, a condition in a local."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.cache import default_directory
from model.logic import Term, disj, negate, same, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure
from model.source.index.index import Index
from model.source.kernel import Kernel, read
from model.source.preprocessor.profile import Profile
from tests.support.c.c_code import FILE, Lowered, lower
from tests.support.c.c_random import PRELUDE, WHOLE, Maker, Style
from tests.support.solvers.solving import satisfiable
from tests.support.trees import edited, tree

STYLES = (Style.RENAMED, Style.SWAPPED, Style.HOISTED)
PLAIN = """
enum prot { R = 1, W = 2, X = 4, DEVICE = 8 };
struct fault { unsigned long flags; int perms; _Bool write, exec, mapped; };
static _Bool is_device(unsigned long flags, _Bool ram) { return flags & 0x400 && !ram; }
static int resize(long *size, unsigned long flags) { if (flags & 1) { *size = 4096; return -1; } return 0; }
int f(struct fault *fault, _Bool ram, long size)
{
	_Bool device = is_device(fault->flags, ram), writable = fault->flags & 2;
	enum prot prot = R;
	int ret = resize(&size, fault->flags);
	if (device && fault->exec)
		return -8;
	if (fault->write && !writable) { ret = -14; goto out; }
	switch (fault->perms & 3) { case 1: prot |= W; case 2: prot |= X; break; default: prot |= device ? DEVICE : 0; }
	fault->mapped = 1;
out:
	return ret ? ret : size > 4096 && writable ? prot + 100 : prot;
}
"""
SPELLED = [
    [("device", "is_it"), ("writable", "w"), ("ret", "answer"), ("answerurn", "return")],
    [("device && fault->exec", "fault->exec && device"), ("fault->write && !writable", "!writable && fault->write"),
     ("flags & 0x400 && !ram", "!ram && flags & 0x400"), ("size > 4096 && writable", "writable && 4096 < size")],
    [("if (device && fault->exec)", "_Bool refused = device && fault->exec;\n\tif (refused)"),
     ("return flags & 0x400 && !ram;", "_Bool r; r = !ram; if (!(flags & 0x400)) r = 0; return r;")],
    [("if (fault->write && !writable) { ret = -14; goto out; }", "if (!(fault->write && !writable)) ; else { ret = -14; goto out; }"),
     ("case 1: prot |= W; case 2: prot |= X; break;", "case 2: prot |= X; break; case 1: prot |= X | W; break;")],
]  # fmt: skip


def outcomes(lowered: Lowered, places: tuple[str, ...]) -> list[Term]:
    """What a function leaves behind, over its inputs; a place that it never met holds its input."""
    result = symbolic.run(lowered.procedure)
    known = [p for p in places if p in lowered.procedure.places]
    return [result.bind(t) for t in (lowered.result, *(lowered.procedure.read(p) for p in known))]


def can_differ(a: list[Term], b: list[Term]) -> bool:
    """Whether the solver finds inputs on which two lists of terms differ."""
    return satisfiable(disj(*(negate(same(x, y)) for x, y in zip(a, b, strict=True))))


@pytest.mark.parametrize("edits", SPELLED, ids=["renamed", "swapped", "hoisted", "turned around"])
def test_the_solver_finds_no_difference(edits: list[tuple[str, str]]) -> None:
    text = PLAIN
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    places = ("fault->mapped",)
    assert not can_differ(outcomes(lower(PLAIN), places), outcomes(lower(text), places))


def test_the_solver_would_find_a_difference() -> None:
    wrong = lower(PLAIN.replace("fault->write && !writable", "fault->write && writable"))
    assert can_differ(outcomes(lower(PLAIN), ()), outcomes(wrong, ()))


@settings(max_examples=25, derandomize=True, database=None, deadline=None)
@given(st.integers(0, 1 << 64))
def test_random_functions_do_the_same_in_every_style(seed: int) -> None:
    places = ("*out", *WHOLE)
    made = [lower(PRELUDE + Maker(seed, style).function("f")[0]) for style in (Style.PLAIN, *STYLES)]
    random = Random(seed)
    for _ in range(3):
        values = {n: random.getrandbits(64) >> random.choice((0, 56, 63)) for n in made[0].procedure.inputs}
        found = [_run(lowered, values, places) for lowered in made]
        met = set.intersection(*(set(each) for each in found))
        assert "result" in met
        for place in met:
            assert len({each[place] for each in found}) == 1, place


def _run(lowered: Lowered, values: dict[str, int], places: tuple[str, ...]) -> dict[str, int]:
    """The result, and what the places hold that are reached at all."""
    inputs = lowered.procedure.inputs
    names = {n: v & ((1 << max(inputs[n].sort.width, 1)) - 1) for n, v in values.items() if n in inputs}
    run = interpret(lowered.procedure, Inputs(names))
    met = [p for p in places if p in lowered.procedure.places]
    return {"result": run.value(lowered.result)} | {p: run.value(lowered.procedure.read(p)) for p in met}


# Real kernels -------------------------------------------------------------------------------------
RENAMED = {
    "6.12": (
        "user_mem_abort",
        ("vma_pagesize", "vma_shift", "logging_active", "writable", "s2_force_noncacheable"),
    ),
    "7.3": ("kvm_s2_fault_map", ("mapping_size", "perm_fault_granule", "writable", "pgt")),
}


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_locals_of_a_kernel_may_have_any_name(name: str) -> None:
    function, names = RENAMED[name]
    text = tree(name).read(FILE).decode()
    start = text.index(f"static int {function}(")
    body = text[start : text.index("\n}\n", start)]
    changed = body
    for local in names:
        changed = re.sub(rf"(?<![\w.>]){local}\b", f"{local}_renamed", changed)
    assert changed != body
    assert words(_kernel(name)) == words(_kernel(name, (body, changed)))


def _kernel(name: str, *edits: tuple[str, str]) -> Kernel:
    made = edited(name, FILE, *edits)
    return read(made, Index.build(made, default_directory()), Profile.builtin("4K"), "4K", "kernel")


def words(kernel: Kernel) -> dict[str, list[int]]:
    """The values of every word on some random inputs."""
    result = symbolic.run(kernel.procedure)
    return {
        word: _values(kernel.procedure, result.bind(term)) for word, term in kernel.procedure.symbols.items()
    }


def _values(procedure: Procedure, term: Term) -> list[int]:
    return [value_of(term, lambda leaf, run=run: _any(leaf, run), lambda t, args, run=run: _answer(t, args, run))
            for run in range(25)]  # fmt: skip


def _any(leaf: Term, run: int) -> int:
    return Random(f"{leaf.data} {run}").getrandbits(max(leaf.sort.width, 1))


def _answer(application: Term, arguments: list[int], run: int) -> int:
    return Random(f"{application.data} {arguments} {run}").getrandbits(max(application.sort.width, 1))
