# SPDX-License-Identifier: GPL-2.0-only
"""The counterexample of every claim that is declared to fail, of every shape, and of every mistake of the past that
is made in one, is told in the fixed grammar, in at most 12 lines of 72 columns."""

from __future__ import annotations

import re

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from counterexamples.render import prose, trace
from proofs.claims.claim import Claim
from proofs.claims.past_bugs import make_shape_claim
from proofs.theorems.expectation import Verdict
from tests.support.solvers.asking import ask_closely, by_theorem

GRAMMAR = re.compile(r"Let (Then (because )?)+However,")
#: Parts of the claims, so that processes share them.
PARTS = 12


def refutable() -> list[Claim]:
    known = [
        claim
        for claims in by_theorem().values()
        for claim in claims.values()
        if claim.expected is not None and claim.expected.verdict is Verdict.REFUTED
    ]
    made = [make_shape_claim(name, bug) for name, bug in bugs().items() if isinstance(bug.where, OnShape)]
    return [*known, *made]


@pytest.mark.parametrize("part", range(PARTS))
def test_it_is_short_and_in_the_grammar(part: int) -> None:
    for found in ask_closely(refutable()[part::PARTS]):
        claim, witness = found.verdict.claim, found.counterexample
        assert witness is not None, claim.name
        lines = prose.render_counterexample(witness, claim.says).splitlines()
        assert len(lines) <= 12, claim.name
        assert max(map(len, lines)) <= 72, claim.name
        labels = " ".join(line.split()[0] for line in lines if not line.startswith(" "))
        assert GRAMMAR.fullmatch(labels), claim.name
        assert max(map(len, trace.render_trace(witness).splitlines())) <= 72, claim.name
