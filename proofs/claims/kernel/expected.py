# SPDX-License-Identifier: GPL-2.0-only
"""What is expected of the claims about a kernel: PROVED, unless ``kernels.toml`` says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from model.kernels import Known, Release, Table, TableError
from model.logic import TRUE, Term, conj
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.predicate import PredicateError, parse
from model.source.targets.target import Target
from proofs.claims.catalogue import theorems
from proofs.claims.claim import Claim, Expectation, Verdict


@dataclass(frozen=True)
class Expected:
    """What the table declares of the claims about one release."""

    table: Table
    release: Release

    def of(self, claim: Claim, target: Target) -> Claim:
        """The claim with its expectation: PROVED unless the table says otherwise.  Of a theorem
        whose premises are known never to occur, just that is claimed."""
        known = self.table.of(claim.theorem, self.release, _named(claim, target))
        if known is None:
            return replace(claim, expected=Expectation(Verdict.PROVED))
        if not known.witness:
            return replace(
                claim,
                theorem=f"no_case_of_{claim.theorem}",
                says=f"The premises never occur of the theorem that says: {claim.says}",
                because=(known.reason,),
                given=(TRUE,),
                then=~conj(*claim.given),
                expected=Expectation(Verdict.PROVED),
            )
        return replace(claim, expected=Expectation(Verdict.REFUTED, _witness(known, target), known.reason))


def _named(claim: Claim, target: Target) -> str:
    """The target as the table names it: only where the theorem is of all fault paths, and not of the
    one that theorems were first about."""
    return "" if target is USER_MEM_ABORT or claim.theorem in _of_one_function() else target.name


@cache
def _of_one_function() -> frozenset[str]:
    """The theorems that are of one function, and leave no choice of it."""
    return frozenset(named.name for named in theorems() if named.theorem.of)


def _witness(known: Known, target: Target) -> Term:
    try:
        return parse(known.witness, f"model/kernels.toml, {known.theorem}", target.symbols)
    except PredicateError as error:
        raise TableError(str(error)) from None
