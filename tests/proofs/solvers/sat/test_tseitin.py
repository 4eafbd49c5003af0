# SPDX-License-Identifier: GPL-2.0-only
"""Clauses say what terms mean: each operator on every small input, and random terms beside z3."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Glucose4, Minisat22

from model.logic import BOOL, BitVec, Term, choose, conj, disj, free_names, name, same
from proofs.solvers.sat import tseitin
from proofs.solvers.sat.bitblast import BitBlaster
from proofs.solvers.sat.tseitin import TseitinEncoding
from tests.proofs.solvers.sat.test_bitblast import meant, of_two_words
from tests.support.solvers.solving import satisfiable
from tests.support.terms import Maker


def propagated(term: Term, inputs: list[dict[str, int]]) -> list[int]:
    """The values of the term that the clauses force, on each of the inputs."""
    gates = TseitinEncoding()
    bits = BitBlaster(gates).bits(term)
    found = []
    with Minisat22(bootstrap_with=[clause for clause in gates.clauses if len(clause) > 1]) as solver:
        for values in inputs:
            fixed = [v if values[text] >> bit & 1 else -v for (text, bit), v in gates.inputs.items()]
            allowed, trail = solver.propagate(assumptions=[1, *fixed])
            assert allowed, "an input that no gate's clauses allow"
            assert len(trail) == gates.variables, "a gate whose value the inputs do not force"
            true = set(trail)
            found.append(sum((bit in true) << i for i, bit in enumerate(bits)))
    return found


@pytest.mark.parametrize("width", [1, 2, 3])
def test_each_operator_on_words_is_exact_on_every_input(width: int) -> None:
    rows = list(product(range(1 << width), range(1 << width), (0, 1)))
    inputs = [dict(zip("abp", row, strict=True)) for row in rows]
    for term in of_two_words(width):
        assert propagated(term, inputs) == [meant(term, values) for values in inputs], term


def test_each_gate_is_exact_whatever_signs_and_constants_it_joins() -> None:
    p, q, r = (name(text, BitVec(1)) == 1 for text in "pqr")
    some = [p, ~p, q, ~q, r, ~r]
    inputs = [dict(zip("pqr", row, strict=True)) for row in product((0, 1), repeat=3)]
    for a, b, c in product(some, repeat=3):
        for term in (choose(a, b, c), conj(a, b, c), disj(a, b, c), same(a, same(b, c))):
            assert propagated(term, inputs) == [meant(term, values) for values in inputs], term


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_random_terms_are_satisfiable_if_and_only_if_z3_says_so(data: st.DataObject) -> None:
    term = Maker(data.draw, (1, 2, 3, 8)).term(BOOL, 4)
    gates = TseitinEncoding()
    literal = BitBlaster(gates).truth(term)
    with Glucose4(bootstrap_with=[*gates.clauses, (literal,)]) as solver:
        assert solver.solve() == satisfiable(term), free_names(term)


def test_the_clauses_depend_on_the_terms_alone() -> None:
    made = []
    for _ in range(2):
        gates = TseitinEncoding()
        for term in of_two_words(3):
            BitBlaster(gates).bits(term)
        made.append(gates.clauses)
    assert made[0] == made[1]


def test_too_many_gates_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tseitin, "MOST_GATES", 100)
    with pytest.raises(ValueError, match=r"The terms have more than 100 gates\."):
        BitBlaster(TseitinEncoding()).bits(name("a", BitVec(64)) + name("b", BitVec(64)))
