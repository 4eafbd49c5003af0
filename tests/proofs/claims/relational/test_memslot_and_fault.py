# SPDX-License-Identifier: GPL-2.0-only
"""A memslot is registered and then faulted on: both functions speak of the same VMA."""

from __future__ import annotations

import pytest

from model.logic import BV64, FALSE, TRUE, Term, choose, const, free_names
from model.program.procedure import Input, Procedure
from model.vocabulary.memory import EINVAL, memslot_refused, vm_flags
from model.vocabulary.symbols import BV32
from proofs.claims.claim import Claim
from proofs.claims.relational.memslot_and_fault import WORD, add_registration, is_about_registration
from proofs.theorems.expectation import Verdict
from tests.support import toy
from tests.support.solvers.asking import ask

_PFNMAP = const(0x400, BV64)
_HOLDS = ("checks_vmas", "fits", "looks_for_vmas", "vma_found")
_FAILS = ("has_gmem", "logs_dirty_pages", "vm_is_protected")


def prepare(refuses: Term, looks: Term = TRUE) -> Procedure:
    """A registration that refuses the VMA on that condition, and looks for VMAs on another."""
    answer = choose(refuses, const(-EINVAL, BV32), const(0, BV32))
    words = {"answer": answer, **dict.fromkeys(_HOLDS, TRUE), **dict.fromkeys(_FAILS, FALSE)}
    words["looks_for_vmas"] = looks
    return Procedure("prepare", (), {}, {"vm_flags": Input(BV64)}, words, toy.CONSTANTS)


def claim() -> Claim:
    """Of a VMA whose memslot was not refused, a fault finds no VM_PFNMAP."""
    path = Procedure("fault", (), {}, {"vm_flags": Input(BV64)}, constants=toy.CONSTANTS)
    return toy.claim("accepted", path, (~memslot_refused,), ~vm_flags.any(_PFNMAP), facts=())


@pytest.mark.parametrize(
    ("registration", "verdict"),
    [
        (prepare(vm_flags.any(_PFNMAP)), Verdict.PROVED),
        (prepare(FALSE), Verdict.REFUTED),
        (prepare(TRUE), Verdict.VACUOUS),
        (prepare(vm_flags.any(_PFNMAP), looks=FALSE), Verdict.VACUOUS),
    ],
    ids=["refuses what it must", "refuses nothing", "refuses everything", "looks at nothing"],
)
def test_a_fault_rests_on_what_registration_says(registration: Procedure, verdict: Verdict) -> None:
    assert is_about_registration(claim())
    (found,) = ask([add_registration(claim(), registration)])
    assert found.verdict is verdict, found.why


def test_the_word_is_replaced_wherever_it_stands() -> None:
    told = add_registration(claim(), prepare(FALSE))
    assert not is_about_registration(told)
    assert WORD in free_names(*claim().given)
