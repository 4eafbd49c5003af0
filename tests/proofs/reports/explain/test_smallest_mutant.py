# SPDX-License-Identifier: GPL-2.0-only
"""The smallest mistake that breaks a theorem does break it; where there is none, that is said with a count."""

from __future__ import annotations

from dataclasses import replace

from counterexamples.mutation import generate_mutants
from model.logic import TRUE
from proofs.claims.claim import Claim
from proofs.reports.explain.smallest_mutant import Broken, breaking, can_be_asked
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Expectation, Verdict
from proofs.verdicts.prove import decided
from proofs.verdicts.verdict import Judged
from tests.support import toy

CLAIMS = {claim.theorem: claim for claim in toy.claims(toy.fault_path())}


def judged(claim: Claim) -> Judged:
    with Pool(1, 30.0) as pool:
        (found,) = decided(pool, [claim])
    return found


def broken(claim: Claim) -> Broken:
    found = judged(claim)
    assert can_be_asked(found)
    with Pool(1, 30.0) as pool:
        return breaking(pool, found)


def test_what_is_told_to_break_a_theorem_breaks_it() -> None:
    claim = CLAIMS["beyond_needs_hardware"]
    found = broken(claim)
    assert found.by is not None
    assert found.unknown == 0
    changed = replace(claim, subjects={"": found.by.procedure}, expected=None)
    assert judged(changed).verdict is Verdict.REFUTED
    assert found.told().startswith(f"It would fail if, in line {found.by.span.line}, `")
    assert broken(claim).told() == found.told()


def test_what_nothing_breaks_is_told_with_the_count() -> None:
    claim = replace(CLAIMS["beyond_needs_hardware"], then=TRUE, expected=Expectation(Verdict.PROVED))
    found = broken(claim)
    count = len(list(generate_mutants(claim.subjects[""])))
    assert (found.by, found.held, found.unknown) == (None, min(count, 96), max(count - 96, 0))
    assert found.told().startswith(f"None of {found.held} small changes makes it fail.")


def test_only_what_is_proved_of_one_procedure_can_be_broken() -> None:
    claim = CLAIMS["beyond_needs_hardware"]
    both = replace(claim, subjects={**claim.subjects, "other": toy.fault_path()})
    assert not can_be_asked(judged(both))
    forgetful = toy.claims(toy.fault_path(test_hardware=False))
    (fails,) = (each for each in forgetful if each.theorem == "beyond_needs_hardware")
    assert not can_be_asked(judged(fails))
