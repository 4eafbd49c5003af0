# SPDX-License-Identifier: GPL-2.0-only
"""Every counterexample is told in the fixed grammar, in at most 12 lines of 72 columns, and nothing that
matters is dropped without being counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from counterexamples.render import prose, trace
from counterexamples.render.diff import render_diff
from counterexamples.witness import Witness
from model.arch.arm64.fault import shapes
from proofs.claims.claim import Claim
from proofs.claims.load import load_claims
from proofs.claims.past_bugs import make_shape_claim
from proofs.cli.selection import Selection
from proofs.theorems.expectation import Verdict
from tests.support.solvers.asking import ask_closely

GRAMMAR = re.compile(r"Let (Then (because )?)+However,")


def asked() -> list[Claim]:
    """The claims that are declared to fail, of shapes and of mistakes on shapes."""
    known = [claim for claim in load_claims(Selection()).claims if claim.expected and _refuted(claim)]
    made = [make_shape_claim(name, bug) for name, bug in bugs().items() if isinstance(bug.where, OnShape)]
    return [*known, *made]


def _refuted(claim: Claim) -> bool:
    return claim.expected is not None and claim.expected.verdict is Verdict.REFUTED


@pytest.fixture(scope="module")
def told() -> Sequence[tuple[Claim, Witness]]:
    every = asked()
    names = {each.subject for each in every}
    # All bugs, and of the shapes some.
    some = [each for i, each in enumerate(every) if i % 40 == 0 or each.subject in bugs()]
    assert len(names) > 20
    found = []
    for each in ask_closely(some):
        assert each.counterexample is not None
        found.append((each.verdict.claim, each.counterexample))
    return found


def test_it_is_short_and_in_the_grammar(told: Sequence[tuple[Claim, Witness]]) -> None:
    for claim, witness in told:
        lines = prose.render_counterexample(witness, claim.says).splitlines()
        assert len(lines) <= 12, claim.name
        assert max(map(len, lines)) <= 72, claim.name
        labels = " ".join(line.split()[0] for line in lines if not line.startswith(" "))
        assert GRAMMAR.fullmatch(labels), claim.name
        assert lines[-1].endswith((".", "...")), claim.name


def test_what_does_not_fit_is_counted_and_stands_below(told: Sequence[tuple[Claim, Witness]]) -> None:
    for claim, witness in told:
        text = " ".join(prose.render_counterexample(witness, claim.says).split())
        items = prose.let_phrases(witness)
        told_items = (re.escape(item.text.replace("\0", " ")) for item in items)
        shown = [
            item for item, each in zip(items, told_items, strict=True) if re.search(f"[ ,] ?{each},", text)
        ]
        (left,) = re.findall(r"(?:and )?(\d+) more, below; all else is any\.", text) or ["0"]
        assert sum(item.inputs for item in items) - sum(item.inputs for item in shown) == int(left), (
            claim.name
        )
        below = " ".join(trace.render_trace(witness).split())
        for value in (v for v in witness.values if v.mask):
            assert value.name in below


def test_every_branch_is_told_or_counted(told: Sequence[tuple[Claim, Witness]]) -> None:
    for claim, witness in told:
        if len(witness.runs) > 1:
            continue
        (course,) = witness.runs.values()
        branches = [step for step in course.steps if step.taken is not None]
        text = prose.render_counterexample(witness, claim.says)
        shown = len(re.findall(r": (?:not )?taken$", text, re.MULTILINE))
        (left,) = re.findall(r"(?:and|of) (\d+) (?:more|branches), below\.$", text, re.MULTILINE) or ["0"]
        assert shown + int(left) == len(branches), claim.name
        below = trace.render_trace(witness)
        assert len(re.findall(r"^[T ].{9}[* ] \d+ +(?:not )?taken", below, re.MULTILINE)) == len(branches)


def test_the_trace_is_narrow(told: Sequence[tuple[Claim, Witness]]) -> None:
    for claim, witness in told:
        assert max(map(len, trace.render_trace(witness).splitlines())) <= 72, claim.name


def test_a_mistake_stands_beside_what_is_right() -> None:
    where = bugs()["forgot_the_hardware"].where
    assert isinstance(where, OnShape)
    lines = render_diff(where.right, where.procedure).splitlines()
    assert [line.split() for line in lines if line.startswith("-")] == [
        ["-", "if", "(!kvm_supports_cacheable_pfnmap())", "{"],
        ["-", "return", "-EFAULT;"],
        ["-", "}"],
    ]
    assert not [line for line in lines if line.startswith("+")]
    assert max(map(len, lines)) <= 72
    assert render_diff(where.right, where.right) == ""


def test_every_mistake_on_a_shape_can_be_seen() -> None:
    for name, bug in bugs().items():
        if isinstance(bug.where, OnShape):
            lines = render_diff(bug.where.right, bug.where.procedure).splitlines()
            assert lines or bug.where.believed, name
            assert max(map(len, lines), default=0) <= 72, name
    merged = next(each for each in shapes() if each.name == "v6.17")
    assert render_diff(merged.procedure, merged.procedure) == ""
