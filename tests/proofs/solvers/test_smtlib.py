# SPDX-License-Identifier: GPL-2.0-only
"""The SMT-LIB text: readable, the same every time, and accepted by a solver as it stands."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from model.logic import BitVec, SortError, name, smt_text
from proofs.claims.obligations import build_obligations
from proofs.solvers import smtlib
from proofs.solvers.engine import EngineError
from proofs.solvers.smt.z3 import start
from tests.support import toy

SMALL = toy.claim(
    "writable_on_the_host",
    toy.fault_path(),
    (name("pfn_writable"),),
    name("host_pte_writable"),
    facts=(toy.FACTS[2],),
)
TEXT = """\
; writable_on_the_host@merged
; Writable on the host.
; unsat: proved. sat: the model refutes it.
(set-logic QF_BV)
(declare-const |host_pte_writable| Bool)
(declare-const |pfn_writable| Bool)
(define-fun t2 () Bool (or (not |pfn_writable|) |host_pte_writable|))
; fact: The pfn lookup says writable only if the host PTE is.
; source: virt/kvm/kvm_main.c
(assert (! t2 :named |fact lookup_is_as_writable_as_the_pte|))
(assert (! |pfn_writable| :named |premise 1|))
; not the conclusion
(assert (! (not |host_pte_writable|) :named |denied|))
(check-sat)
"""


def test_the_text_of_a_claim() -> None:
    (made,) = build_obligations([SMALL])
    assert smtlib.render_claim(made) == TEXT


@pytest.mark.parametrize("claim", toy.claims(), ids=lambda c: c.theorem)
def test_any_solver_can_check_a_claim(claim: object) -> None:
    (made,) = build_obligations([claim])  # type: ignore[list-item]
    answer = start()(smtlib.render_claim(made).replace("(set-logic QF_BV)\n", ""))
    assert answer.strip() == ("sat" if made.hopeless else "unsat")


def test_the_text_is_the_same_every_time() -> None:
    texts = [[smtlib.render_claim(made) for made in build_obligations(toy.claims())] for _ in range(2)]
    assert texts[0] == texts[1]


def test_shared_terms_are_written_once() -> None:
    writer = smtlib.write_definitions(build_obligations(toy.claims()))
    bodies = [line.split(")", 1)[1] for line in writer.lines if line.startswith("(define-fun")]
    assert len(bodies) == len(set(bodies)) > 20
    names = [re.findall(r"define-fun (t\d+)", line) for line in writer.lines]
    assert all(a != b for a, b in combinations([n for n in names if n], 2))


def test_a_name_has_one_sort() -> None:
    narrow = toy.claim("t", toy.fault_path(), (), name("other", BitVec(8)) == 0, facts=())
    wide = toy.claim("u", toy.fault_path(), (), name("other", BitVec(16)) == 0, facts=())
    message = "^other is a word of 8 bits in one place and a word of 16 bits in another.$"
    with pytest.raises(SortError, match=message):
        smtlib.write_definitions([*build_obligations([narrow]), *build_obligations([wide])])


@pytest.mark.parametrize("text", ["a|b", "a\\b", "a\nb", "ä"])
def test_names_that_cannot_be_written(text: str) -> None:
    with pytest.raises(SortError, match="cannot be the name of an input: use printable ASCII without"):
        smt_text.symbol(text)


def test_kernel_names_can_be_written_and_read() -> None:
    texts = {"vma->vm_flags": 0x5, "a (b)": 1, "x": 7}
    engine = start()
    engine("".join(f"(declare-const {smt_text.symbol(t)} (_ BitVec 7))" for t in texts))
    engine(
        "".join(f"(assert (= {smt_text.symbol(t)} {smt_text.value_text(v, 7)}))" for t, v in texts.items())
    )
    engine("(check-sat)")
    assert smtlib.read_values(engine(f"(get-value ({' '.join(map(smt_text.symbol, texts))}))")) == texts


def test_values_are_read() -> None:
    assert smtlib.read_values("((|a b| #x0f)\n (c true) (d #b101))") == {"a b": 15, "c": 1, "d": 5}
    with pytest.raises(ValueError, match="^The solver's values cannot be read: "):
        smtlib.read_values("((a))")
    with pytest.raises(ValueError, match="^x is not a value of a truth value or word.$"):
        smtlib.read_values("((a x))")


def test_literals_are_read() -> None:
    assert smtlib.read_literals("(a (not b)\n (not\n |c d|) |e f|)") == [
        "a",
        "(not b)",
        "(not |c d|)",
        "|e f|",
    ]
    assert smtlib.read_literals("()") == []


def test_the_solver_s_complaints_are_errors() -> None:
    with pytest.raises(EngineError, match="unknown constant nonsense"):
        start()("(assert nonsense)")


def test_file_names() -> None:
    assert smtlib.file_name("a_b@linux-6.12.1/64K") == "a_b@linux-6.12.1.64K.smt2"
