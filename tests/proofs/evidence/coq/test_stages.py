# SPDX-License-Identifier: GPL-2.0-only
"""Products with a constant and shifts by a word, in stages for Coq: they mean what the operators mean, and Coq
accepts no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.logic import BV64, BitVec, Term, bitvec_op, const, free_names, name, resize, show, value_of
from model.program.procedure import Input, Procedure
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.evidence.coq import compile as coq
from proofs.evidence.coq.certificate import RefutedError, certify
from proofs.evidence.coq.checked import CoqOutcome, compile_claim, is_refuted, write_claim
from proofs.evidence.coq.statement import CoqStatement, state_claim, write_proof
from proofs.solvers.obligation import Obligation
from tests.support.toy import claim

COQC = coq.find_coqc()
needs_coq = pytest.mark.skipif(COQC is None, reason="There is no coqc: no proof was checked by Coq.")


def asked(given_: list[Term], then: Term) -> tuple[Claim, Obligation]:
    """A claim over some inputs, and what has to be decided for it."""
    inputs = {text: Input(sort) for text, sort in free_names(then, *given_).items()}
    each = claim("staged", Procedure("staged", (), {}, inputs), given_, then, facts=())
    (obligation,) = build_obligations([each])
    return each, obligation


def said(directory: Path, file: str, text: str) -> coq.CompilerResult:
    assert COQC is not None
    return coq.compile_text(COQC, directory, file, text, 60.0)


def is_true(statement: CoqStatement) -> bool:
    try:
        certify(statement.values, statement.hypotheses, statement.goal)
    except RefutedError:
        return False
    return True


# What they mean -----------------------------------------------------------------------------------
@settings(max_examples=60)
@given(st.sampled_from([1, 3, 8, 13]), st.sampled_from(["shl", "lshr", "mul"]), st.data())
def test_stages_have_the_value_of_the_operator_and_no_other(width: int, op: str, data: st.DataObject) -> None:
    """On definite inputs the gates leave one value, that of ``model.logic``."""
    sort = BitVec(width)
    most = (1 << width) - 1
    values = st.integers(0, most) | st.integers(0, min(width, most))
    inputs = {text: data.draw(values) for text in "ab"}
    a, b = name("a", sort), name("b", sort)
    made = bitvec_op(op, a, const(inputs["b"], sort) if op == "mul" else b)

    def leaf(term: Term) -> int:
        return inputs[str(term.data)]

    def call(term: Term, _: list[int]) -> int:
        raise AssertionError(show(term))

    value = value_of(made, leaf, call)
    here = [a == inputs["a"], b == inputs["b"]]
    right, wrong = (asked(here, made == each) for each in (value, value ^ 1))
    assert is_true(state_claim(*right))
    assert not is_true(state_claim(*wrong))


def test_no_shift_rests_on_what_is_not_known_and_a_counterexample_is_one() -> None:
    a, b = name("a", BV64), name("b", BV64)
    each, obligation = asked([b < 70], bitvec_op("shl", a, b) >= a)
    found = state_claim(each, obligation)
    assert found.opaque == ()
    with pytest.raises(RefutedError) as refuted:
        certify(found.values, found.hypotheses, found.goal)
    assert is_refuted(obligation, found.witness(refuted.value.values))


# Coq ----------------------------------------------------------------------------------------------
def page_of_a_level() -> tuple[Claim, Obligation]:
    """The size of what an entry maps, by its level: the bits of the address that the walk leaves."""
    level, size = name("a", BV64), name("b", BV64)
    nine = bitvec_op("mul", const(9, BV64), const(4, BV64) - level)
    shifted = bitvec_op("shl", const(1, BV64), nine + 3)
    known = (
        (level == 1) & (size == 1 << 30) | (level == 2) & (size == 1 << 21) | (level == 3) & (size == 1 << 12)
    )
    return asked([known], shifted == size)


def test_the_statement_says_times_and_shifted_left_by() -> None:
    text = state_claim(*page_of_a_level()).text
    assert "(times 64 (minus 64 4 (a i)) 9)" in text
    assert "shifted_left_by 64 1 " in text
    assert "Stages" not in text


@needs_coq
def test_coq_accepts_a_shift_by_a_product(prepared: Path) -> None:
    assert COQC is not None
    found = compile_claim(write_claim(*page_of_a_level()), COQC, prepared, 60.0)
    assert (found.outcome, found.why) == (CoqOutcome.CHECKED, "")


@needs_coq
@pytest.mark.parametrize("op", ["shl", "lshr"])
def test_coq_accepts_that_a_shift_that_is_too_far_gives_nothing(op: str, prepared: Path) -> None:
    a, b = name("a", BitVec(13)), name("b", BitVec(13))
    assert COQC is not None
    whole = write_claim(*asked([b >= 13], bitvec_op(op, a, b) == 0))
    assert compile_claim(whole, COQC, prepared, 60.0).outcome is CoqOutcome.CHECKED
    assert write_claim(*asked([b >= 12], bitvec_op(op, a, b) == 0)).outcome is CoqOutcome.FAILED


@needs_coq
@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Stages.left_by_stages 64", "Stages.right_by_stages 64"),
        ("Stages.left_by_stages 64", "Stages.left_by_stages 32"),
        ("(f_equal W (Stages.left_by_stages 64", "(eq_refl (W (Stages.left_stage 64"),
        ("Stages.times_by_stages 64", "Stages.left_by_stages 64"),
        (" 9)) (conj", " 10)) (conj"),
    ],
)
def test_coq_refuses_another_reason_for_what_a_shift_is(text: str, instead: str, prepared: Path) -> None:
    whole = write_proof(state_claim(*page_of_a_level()))
    assert whole.count(text) == 1
    assert not said(prepared, "another_reason.v", whole.replace(text, instead)).accepted


@needs_coq
@pytest.mark.parametrize("size", ["0x200000", "0x40000000"])
def test_coq_refuses_another_size_for_the_same_certificate(size: str, prepared: Path) -> None:
    whole = write_proof(state_claim(*page_of_a_level()))
    head, proof = whole.split("(* The certificate")
    assert head.count(size) == 1
    changed = head.replace(size, "0x400000") + "(* The certificate" + proof
    assert not said(prepared, f"size_{size}.v", changed).accepted


@needs_coq
def test_what_stages_are_rests_on_no_axiom(prepared: Path) -> None:
    text = (
        "From Coq Require Import NArith.\nFrom Stage2 Require Import Words Stages.\nOpen Scope N_scope.\n"
        "Theorem t : (left_stage 8 129 9 4 = 0 /\\ right_stage 8 129 6 3 = 2 /\\ times_stage 8 29 9 4 = 5) /\\\n"
        "  forall w a b, times w a b = times_stage w a b (N.to_nat (N.size b)) /\\\n"
        "  shifted_left_by w a b = (if below w b w then left_stage w a b (stages w) else 0) /\\\n"
        "  shifted_right_by w a b = (if below w b w then right_stage w a b (stages w) else 0).\n"
        "Proof. repeat split; [apply times_by_stages | apply left_by_stages | apply right_by_stages]. Qed.\n"
        "Print Assumptions t.\n"
    )
    assert said(prepared, "stages_ok.v", text) == coq.CompilerResult(True)


def test_what_is_shorter_than_a_word_is_widened_and_then_multiplied() -> None:
    """A product of two words is still one of which nothing is known."""
    a, b = name("a", BitVec(8)), name("b", BitVec(8))
    each, obligation = asked([], bitvec_op("mul", resize(a, 16), resize(b, 16)) <= 255 * 255)
    assert state_claim(each, obligation).opaque == ("times",)
    assert write_claim(each, obligation).outcome is CoqOutcome.NOT_COVERED
