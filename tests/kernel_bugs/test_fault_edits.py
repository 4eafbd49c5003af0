# SPDX-License-Identifier: GPL-2.0-only
"""An edit of user_mem_abort() that is a bug refutes the theorem which speaks of it."""

from __future__ import annotations

import pytest

from model.source.preprocessor.profile import Profile
from model.source.targets.functions.fault import USER_MEM_ABORT
from proofs.claims.kernel.claims import claims_of
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import Standing
from tests.kernel_bugs.edits_user_mem_abort import EDITS
from tests.support.solvers.asking import ask
from tests.support.trees import MMU, edited


@pytest.mark.parametrize(
    ("name", "theorem", "edits"), EDITS, ids=[f"{edit[0]}-{i}-{edit[1]}" for i, edit in enumerate(EDITS)]
)
def test_an_edit_refutes_a_theorem(name: str, theorem: str, edits: tuple[tuple[str, str], ...]) -> None:
    found = claims_of(edited(name, MMU, *edits), [("4K", Profile.builtin("4K"))], [USER_MEM_ABORT])
    assert not found.unread
    (judged,) = ask([claim for claim in found.claims if claim.theorem == theorem])
    verdict, standing, why = judged.verdict, judged.standing, judged.why
    assert verdict is Verdict.REFUTED, why
    assert standing is Standing.OTHERWISE
