# SPDX-License-Identifier: GPL-2.0-only
"""Theorems as Gallina: what the text says, what Coq accepts, and what it must not accept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.logic import (
    BV64,
    Term,
    bitvec_op,
    choose,
    compare,
    conj,
    const,
    extract,
    name,
    place,
    resize,
    same,
    show,
    value_of,
)  # fmt: skip
from model.program.procedure import If, Input, Place, Procedure, Set, Span
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.evidence.coq import compile as coq
from proofs.evidence.coq.certificate import RefutedError
from proofs.evidence.coq.checked import CoqOutcome, compile_claim, file_name, is_theorem, write_claim
from proofs.evidence.coq.lines import trace_lines
from proofs.evidence.coq.statement import state_claim, write_proof
from proofs.evidence.coq.values import identifiers
from proofs.solvers.obligation import Obligation
from tests.support.toy import claim, claims, hard

COQC = coq.find_coqc()
needs_coq = pytest.mark.skipif(COQC is None, reason="There is no coqc: no proof was checked by Coq.")

TINY = """\
(* reads_are_no_writes@tiny
   Reads are no writes. *)

From Coq Require Import NArith Bool.
From Stage2 Require Import Words Check.
Local Open Scope N_scope.
Local Open Scope bool_scope.

Record inputs := {
  is_read : bool; (* is_read *)
  vma_vm_flags : N; (* vma->vm_flags: 64 bits *)
}.

Definition theorem := forall i : inputs,
  (negb (same 64 (N.land (vma_vm_flags i) 2) 0)) = true ->
  ((is_read i) || (below 64 0 (vma_vm_flags i))) = true.
"""


def tiny() -> Claim:
    flags, read = name("vma->vm_flags", BV64), name("is_read")
    path = Procedure("tiny", (), {}, {"vma->vm_flags": Input(BV64), "is_read": Input(read.sort)})
    return claim("reads_are_no_writes", path, [flags.any(2)], read | (flags > 0), facts=())


def made(wanted: Claim) -> Obligation:
    (found,) = build_obligations([wanted])
    return found


def toy(theorem: str) -> Claim:
    return next(c for c in claims() if c.theorem == theorem)


def text_of(wanted: Claim) -> str:
    return write_proof(state_claim(wanted, made(wanted)))


def said(directory: Path, file: str, text: str) -> coq.CompilerResult:
    assert COQC is not None
    return coq.compile_text(COQC, directory, file, text, 60.0)


# The text -----------------------------------------------------------------------------------------
def test_a_claim_reads_as_a_record_definitions_and_a_theorem() -> None:
    assert state_claim(tiny(), made(tiny())).text == TINY


def test_the_text_is_the_same_each_time() -> None:
    assert [text_of(c) for c in claims()[:2]] == [text_of(c) for c in claims()[:2]]


def test_words_of_the_theorem_name_the_definitions() -> None:
    text = state_claim(toy("memory_is_normal"), made(toy("memory_is_normal"))).text
    assert "Definition mapped (i : inputs) : bool := " in text
    assert "Definition prot (i : inputs) : N := " in text
    assert (
        "(* Memory has a struct page. (arch/arm64/mm/init.c) *)\nDefinition fact_map_memory_is_valid " in text
    )


def test_definitions_are_called_as_the_places_of_the_c_and_tell_its_lines() -> None:
    span = Span("arch/arm64/kvm/mmu.c", 7, "shift = flags & 2", "f")
    flags, shift = name("flags", BV64), place("shift", BV64)
    check = If(shift > 1, (Set("shift", const(4, BV64), span),))
    path = Procedure(
        "f", (Set("shift", flags & 2, span), check), {"shift": Place(BV64)}, {"flags": Input(BV64)},
        symbols={"the_shift": shift},
    )  # fmt: skip
    each = claim("small", path, (), name("the_shift", BV64) < 5, facts=())
    assert (
        "(* arch/arm64/kvm/mmu.c:7: shift = flags & 2 *)\n"
        "Definition shift (i : inputs) : N := N.land (flags i) 2.\n"
        "(* arch/arm64/kvm/mmu.c:7: shift = flags & 2 *)\n"
        "Definition the_shift (i : inputs) : N := if (below 64 1 (shift i)) then 4 else (shift i).\n"
    ) in state_claim(each, made(each), trace_lines(path)).text


@given(st.lists(st.text(max_size=8), max_size=6, unique=True))
def test_identifiers_are_all_different_and_can_be_written(texts: list[str]) -> None:
    found = identifiers(texts, ["mapped"])
    assert len({*found.values(), "mapped"}) == len(texts) + 1
    assert all(each.isidentifier() and each.isascii() and each[0] != "_" for each in found.values())


def test_an_identifier_does_not_hide_what_the_text_says() -> None:
    assert identifiers(["N", "same", "v7", "vma->vm_flags", "vma.vm_flags"]) == {
        "N": "N_2", "same": "same_2", "v7": "x_v7",
        "vma->vm_flags": "vma_vm_flags", "vma.vm_flags": "vma_vm_flags_2",
    }  # fmt: skip


def test_what_rests_on_a_product_is_not_covered() -> None:
    found = write_claim(hard(), made(hard()))
    assert (found.outcome, found.why) == (
        CoqOutcome.NOT_COVERED, "it rests on the value of times, of which Check.v knows nothing"
    )  # fmt: skip


def test_a_refuted_claim_has_no_certificate() -> None:
    refuted_ones = [c for c in claims() if not is_theorem(c)]
    assert len(refuted_ones) == 2
    for each in refuted_ones:
        with pytest.raises(RefutedError):
            text_of(each)
        assert write_claim(each, made(each)).outcome is CoqOutcome.FAILED


# Coq ----------------------------------------------------------------------------------------------
@needs_coq
@pytest.mark.parametrize("theorem", ["memory_is_normal", "logging_maps_pages", "efault_has_a_reason"])
def test_coq_accepts_theorems_without_axioms(theorem: str, prepared: Path) -> None:
    each = toy(theorem)
    assert COQC is not None
    found = compile_claim(write_claim(each, made(each)), COQC, prepared, 60.0)
    assert (found.outcome, found.why) == (CoqOutcome.CHECKED, "")


@needs_coq
def test_coq_refuses_a_theorem_that_lost_a_premise(prepared: Path) -> None:
    text = text_of(tiny())
    premise = "  (negb (same 64 (N.land (vma_vm_flags i) 2) 0)) = true ->\n"
    assert text.count(premise) == 1
    assert not said(prepared, "lost.v", text.replace(premise, "")).accepted
    assert said(prepared, "whole.v", text).accepted


@needs_coq
def test_coq_refuses_another_conclusion(prepared: Path) -> None:
    text = text_of(tiny())
    said_so = "  ((is_read i) || (below 64 0 (vma_vm_flags i))) = true."
    assert text.count(said_so) == 1
    assert not said(prepared, "other.v", text.replace(said_so, "  (is_read i) = true.")).accepted


@needs_coq
def test_coq_refuses_a_certificate_of_nothing(prepared: Path) -> None:
    text, steps = text_of(tiny()), "Packed.unpacked codes."
    assert text.count(steps) == 1
    assert not said(prepared, "empty.v", text.replace(steps, "[].")).accepted
    assert not said(prepared, "bold.v", text.replace(steps, "[By_clauses [] [1; 2]%positive].")).accepted


@needs_coq
def test_an_axiom_is_told_and_not_accepted(prepared: Path) -> None:
    text = "Axiom a : False.\nTheorem t : False.\nProof. exact a. Qed.\nPrint Assumptions t.\n"
    found = said(prepared, "axiom.v", text)
    assert not found.accepted
    assert found.why.startswith("the theorem rests on axioms")


@needs_coq
def test_what_takes_too_long_is_not_covered(prepared: Path) -> None:
    each = toy("memory_is_normal")
    assert COQC is not None
    found = compile_claim(write_claim(each, made(each)), COQC, prepared, 0.001)
    assert (found.outcome, found.why) == (CoqOutcome.NOT_COVERED, "coqc did not end within 0.001 s")


@needs_coq
def test_words_mean_what_the_operators_mean(prepared: Path) -> None:
    """The library's operators on a few numbers, against the plain meaning."""
    examples = {
        "plus 8 200 100": 44, "minus 8 1 2": 255, "complement 4 5": 10, "shifted_left 8 129 1": 2,
        "shifted_right 8 0x1ff 4": 15, "bits 7 4 0xabc": 11, "sign_extended 4 8 9": 0xF9, "sign_extended 4 8 7": 7,
        "word 8 0x1ff": 0xFF, "N.b2n (same 8 1 257)": 1, "N.b2n (below 8 256 1)": 1, "N.b2n (at_most 8 2 1)": 0,
        "N.b2n (signed_below 8 255 1)": 1, "N.b2n (signed_below 8 1 255)": 0, "N.b2n (signed_at_most 8 128 127)": 1,
    }  # fmt: skip
    trace_lines = [f"  {text} = {value} /\\" for text, value in examples.items()]
    text = "From Coq Require Import NArith.\nFrom Stage2 Require Import Words.\nOpen Scope N_scope.\n"
    text += (
        "Theorem t :\n" + "\n".join(trace_lines) + " True.\nProof. repeat split. Qed.\nPrint Assumptions t.\n"
    )
    assert said(prepared, "words.v", text) == coq.CompilerResult(True)


@needs_coq
@pytest.mark.parametrize(("a", "b"), [(0x0123456789ABCDEF, 200), ((1 << 64) - 3, 1 << 63)])
def test_terms_mean_in_gallina_what_they_mean_here(a: int, b: int, prepared: Path) -> None:
    """Every operator that has a text, on definite inputs: Coq computes what ``model.logic`` computes."""
    x, y, low = name("a", BV64), name("b", BV64), resize(name("a", BV64), 8)
    words = [
        x & y, x | y, x ^ y, ~x, x + y, x - y, y - x, x << 3, x >> 5, bitvec_op("mul", x, const(8, BV64)), bitvec_op("mul", x, y),
        bitvec_op("shl", x, y), bitvec_op("lshr", x, y & 63),
        resize(low, 64), resize(low, 64, signed=True), extract(40, 7, x), choose(x < y, x, y),
    ]  # fmt: skip
    truths = [x < y, x <= y, x == y, compare("slt", x, y), compare("sle", y, x), (x < y) == (y < x)]
    values = {"a": a, "b": b}

    def leaf(term: Term) -> int:
        return values[str(term.data)]

    def call(term: Term, _: list[int]) -> int:
        raise AssertionError(show(term))

    then = conj(*(same(t, const(value_of(t, leaf, call), t.sort)) for t in [*words, *truths]))
    path = Procedure("all", (), {}, {text: Input(BV64) for text in values})
    each = claim("all_operators", path, (), then, facts=())
    text = state_claim(each, made(each)).text
    text += f"Theorem t : theorem_at {{| a := {a}; b := {b} |}}.\nProof. vm_compute. reflexivity. Qed.\n"
    text = text.replace("Definition theorem := forall i : inputs,", "Definition theorem_at (i : inputs) :=")
    assert said(prepared, f"all_{b % 7}.v", text + "Print Assumptions t.\n") == coq.CompilerResult(True)


def test_a_file_of_coq_has_an_identifier_for_a_name() -> None:
    assert file_name("a@7.3:gmem_abort/16K") == "a_7_3_gmem_abort_16K.v"
