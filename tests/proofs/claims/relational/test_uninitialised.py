# SPDX-License-Identifier: GPL-2.0-only
"""Locals that are read before they are set, in C of our own."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from model.logic import is_same, resize
from model.program import symbolic
from model.program.renaming import rename_locals
from model.source.contracts.common import common_contracts
from model.source.contracts.contract import Contract, Kind
from model.source.kernel import Kernel, Lowered
from model.source.targets.functions.leaf import SET_PROT_ATTR
from model.source.trees.tree import Version
from proofs.claims.relational.uninitialised import make_uninitialised_claim
from proofs.theorems.expectation import Verdict
from tests.support.c.c_code import lower
from tests.support.solvers.asking import ask

SET = "int f(int a) { int x = 3; if (a) x = 1; return x; }"
UNSET = "int f(int a) { int x; if (a) x = 1; return x; }"
UNUSED = "int f(int a) { int x; if (a) x = 1; return a ? x : 2; }"
CRASHING = "int f(int a) { int x; if (!a) BUG(); else x = 1; return x; }"
OUT = "void g(int *p) { *p = 1; } int f(int a) { int x; if (a) g(&x); return a && x; }"


def verdict(code: str) -> Verdict:
    lowered = lower(code, contracts=common_contracts())
    procedure = replace(lowered.procedure, symbols={"answer": lowered.result})
    kernel = Kernel(
        Version(7, 3, 0, "7.3.0"), "4K", SET_PROT_ATTR, "f", procedure, (), (), lambda: cast(Lowered, None)
    )
    return ask([make_uninitialised_claim("f", kernel)])[0].verdict


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (SET, Verdict.PROVED),
        (UNSET, Verdict.REFUTED),
        (UNUSED, Verdict.PROVED),
        (CRASHING, Verdict.PROVED),
        (OUT, Verdict.PROVED),
    ],
)
def test_a_local_that_matters_before_it_is_set_is_told(code: str, expected: Verdict) -> None:
    assert verdict(code) is expected


def test_other_names_for_locals_change_nothing_but_what_was_unset() -> None:
    lowered = lower(SET)
    one = replace(lowered.procedure, symbols={"answer": lowered.result})
    two = rename_locals(one)
    assert is_same(
        symbolic.run(one).bind(one.symbols["answer"]), symbolic.run(two).bind(two.symbols["answer"])
    )
    assert one.places.keys() & two.places.keys() == set()


def test_the_locals_of_a_sink_that_is_read_are_not_its_arguments() -> None:
    sink = Contract(Kind.EFFECT, "happens", "here", arguments=(("n", "int", 0),), is_inlined=True)
    lowered = lower(
        "int s(int n) { n = n + 1; return n; } int f(int a) { return s(a); }", contracts={"s": sink}
    )
    result = symbolic.run(lowered.procedure)
    assert is_same(result.places["s.n"], resize(lowered.procedure.input("a"), 64, signed=True))
