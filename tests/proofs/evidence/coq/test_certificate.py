# SPDX-License-Identifier: GPL-2.0-only
"""Certificates for Coq: what they rest on, how they are written, and that every theorem of four families has one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.claims.claim import Claim
from proofs.claims.load import load_claims, select_claims
from proofs.claims.obligations import build_obligations
from proofs.cli.selection import Selection
from proofs.evidence.coq import compile as coq
from proofs.evidence.coq.certificate import Clause, CoqStep, SatisfiableError, certify, find_core, refute
from proofs.evidence.coq.checked import CoqOutcome, compile_claim, is_theorem, write_claim
from proofs.evidence.coq.formulas import Var
from proofs.evidence.coq.packed import pack_steps
from proofs.evidence.coq.statement import narrow_to_core, state_claim, write_proof
from proofs.evidence.coq.values import NotCovered
from proofs.evidence.search import sat
from proofs.solvers.obligation import Obligation
from tests.support.toy import claims

COQC = coq.find_coqc()
needs_coq = pytest.mark.skipif(COQC is None, reason="There is no coqc: no proof was checked by Coq.")

FAMILIES = ("memory_type", "cow", "permissions", "refusal")


def follows(known: dict[int, Clause], hints: Sequence[int], clause: Clause) -> bool:
    """Whether the clause follows by unit propagation, as Check.v does it."""
    true = {-x for x in clause}
    for hint in hints:
        left = [x for x in known[hint] if -x not in true]
        if len(left) != 1:
            return not left
        true.add(left[0])
    return False


literals = st.integers(-6, 6).filter(bool)


@given(st.lists(st.lists(literals, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=40))
def test_clauses_are_refuted_if_and_only_if_they_cannot_all_be_true(clauses: list[Clause]) -> None:
    possible = any(
        all(any((x > 0) == values[abs(x) - 1] for x in c) for c in clauses)
        for values in product([False, True], repeat=6)
    )
    try:
        learnt = refute(clauses)
    except SatisfiableError:
        assert possible
        return
    assert not possible
    known = dict(enumerate(clauses))
    for number, each in learnt.items():
        assert follows(known, each.hints, each.clause)
        known[number] = each.clause
    assert list(learnt.values())[-1].clause == ()


# What a claim rests on -----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def merged() -> list[tuple[Claim, Obligation]]:
    """The theorems of the model of v6.17, with what has to be decided."""
    wanted = Selection(shape="v6.17")
    found = [c for c in select_claims(wanted, load_claims(wanted).claims) if is_theorem(c)]
    return list(zip(found, build_obligations(found), strict=True))


def test_facts_that_play_no_part_are_left_out_of_the_text_and_the_others_are_needed() -> None:
    for claim in filter(is_theorem, claims()):
        (whole,) = build_obligations([claim])
        small = narrow_to_core(state_claim(claim, whole), whole)
        assert [t.key for t in (*small.given, small.then)] == [t.key for t in (*whole.given, whole.then)]
        names = [fact.name for fact in small.facts]
        assert [fact.name for fact in whole.facts if fact.name in names] == names
        text = state_claim(claim, small)
        first = len(text.hypotheses) - len(small.given)
        assert find_core(text.values, text.hypotheses, text.goal) >= {*text.hypotheses[:first]}


def test_every_theorem_of_four_families_has_a_certificate(merged: list[tuple[Claim, Obligation]]) -> None:
    some = [each for each in merged if each[0].family in FAMILIES]
    assert {claim.family for claim, _ in some} == set(FAMILIES)
    for claim, obligation in some[::6]:
        assert write_claim(claim, obligation).text, claim.name


def test_without_a_sat_solver_nothing_is_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sat, "explain_missing", lambda: "There is no SAT solver.")
    toy = next(c for c in claims() if c.theorem == "memory_is_normal")
    found = write_claim(toy, *build_obligations([toy]))
    assert (found.outcome, found.why) == (CoqOutcome.NOT_COVERED, "no certificate: There is no SAT solver.")


def test_too_large_a_number_is_told() -> None:
    with pytest.raises(NotCovered, match="larger numbers"):
        pack_steps([CoqStep(((True, Var("V", 1 << 16, 0)),), Var("V", 1 << 16, 0))])


# Coq ----------------------------------------------------------------------------------------------
@needs_coq
@pytest.mark.parametrize(
    "theorem",
    [
        "memory_is_mapped_cacheable", "special_pages_of_a_cow_mapping_are_never_mapped_writable",
        "mapped_pages_are_readable", "unexpected_reads_get_efault",
    ],
)  # fmt: skip
def test_coq_checks_a_theorem_of_each_family(
    theorem: str, merged: list[tuple[Claim, Obligation]], prepared: Path
) -> None:
    (each,) = [(claim, obligation) for claim, obligation in merged if claim.theorem == theorem]
    assert COQC is not None
    found = compile_claim(write_claim(*each), COQC, prepared, 60.0)
    assert (found.outcome, found.why) == (CoqOutcome.CHECKED, "")


@needs_coq
def test_what_is_unpacked_is_what_was_packed(prepared: Path) -> None:
    """The reader in Packed.v gives the steps that were written."""
    toy = next(c for c in claims() if c.theorem == "memory_is_normal")
    (obligation,) = build_obligations([toy])
    found = state_claim(toy, narrow_to_core(state_claim(toy, obligation), obligation))
    steps = certify(found.values, found.hypotheses, found.goal).steps
    text = write_proof(found) + f"Lemma same : steps = [\n{'; '.join(map(_written, steps))}]%list.\n"
    text += "Proof. vm_compute. reflexivity. Qed.\n"
    assert COQC is not None
    assert coq.compile_text(COQC, prepared, "packed_and_back.v", text, 60.0) == coq.CompilerResult(True)


def _written(step: CoqStep) -> str:
    clause = "; ".join(f"({'true' if sign else 'false'}, {var})" for sign, var in step.clause)
    if step.gate is None:
        return f"By_clauses [{clause}] [{'; '.join(map(str, step.hints))}]%positive"
    return f"By_gate ({step.gate}) {'true' if step.chained else 'false'} [{clause}]"


@needs_coq
def test_coq_refuses_any_certificate_that_lost_a_step(prepared: Path) -> None:
    toy = next(c for c in claims() if c.theorem == "memory_is_normal")
    (obligation,) = build_obligations([toy])
    text, steps = write_proof(state_claim(toy, obligation)), "Packed.unpacked codes."
    assert text.count(steps) == 1
    assert COQC is not None
    for name, tampered in {
        "first": "tl (Packed.unpacked codes)",
        "last": "removelast (Packed.unpacked codes)",
    }.items():
        changed = text.replace(steps, f"List.{tampered}.")
        assert not coq.compile_text(COQC, prepared, f"lost_{name}.v", changed, 60.0).accepted
