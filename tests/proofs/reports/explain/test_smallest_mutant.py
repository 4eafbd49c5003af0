# SPDX-License-Identifier: GPL-2.0-only
"""The smallest mistake that breaks a theorem does break it; where there is none, that is said with a count."""

from __future__ import annotations

from dataclasses import replace

from counterexamples.mutation import generate_mutants
from model.logic import TRUE
from proofs.claims.claim import Claim
from proofs.reports.explain.smallest_mutant import BreakingMutant, find_breaking_mutant, is_breakable
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Expectation, Verdict
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import ClaimVerdict
from tests.support import toy

CLAIMS = {claim.theorem: claim for claim in toy.claims(toy.fault_path())}


def judged(claim: Claim) -> ClaimVerdict:
    with Pool(1, 30.0) as pool:
        (found,) = decide_claims(pool, [claim])
    return found


def broken(claim: Claim) -> BreakingMutant:
    found = judged(claim)
    assert is_breakable(found)
    with Pool(1, 30.0) as pool:
        return find_breaking_mutant(pool, found)


def test_what_is_told_to_break_a_theorem_breaks_it() -> None:
    claim = CLAIMS["beyond_needs_hardware"]
    found = broken(claim)
    assert found.by is not None
    assert found.unknown == 0
    changed = replace(claim, procedures={"": found.by.procedure}, expected=None)
    assert judged(changed).verdict is Verdict.REFUTED
    assert found.render_text().startswith(f"It would fail if, in line {found.by.span.line}, `")
    assert broken(claim).render_text() == found.render_text()


def test_what_nothing_breaks_is_told_with_the_count() -> None:
    claim = replace(CLAIMS["beyond_needs_hardware"], then=TRUE, expected=Expectation(Verdict.PROVED))
    found = broken(claim)
    count = len(list(generate_mutants(claim.procedures[""])))
    assert (found.by, found.held, found.unknown) == (None, min(count, 96), max(count - 96, 0))
    assert found.render_text().startswith(f"None of {found.held} small changes makes it fail.")


def test_only_what_is_proved_of_one_procedure_can_be_broken() -> None:
    claim = CLAIMS["beyond_needs_hardware"]
    both = replace(claim, procedures={**claim.procedures, "other": toy.fault_path()})
    assert not is_breakable(judged(both))
    forgetful = toy.claims(toy.fault_path(test_hardware=False))
    (fails,) = (each for each in forgetful if each.theorem == "beyond_needs_hardware")
    assert not is_breakable(judged(fails))
