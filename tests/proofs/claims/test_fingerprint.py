# SPDX-License-Identifier: GPL-2.0-only
"""Whatever a verdict can depend on is in the key of what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.facts.assumed import Fact
from model.logic import FALSE, Term, name
from model.program.procedure import Block, If, Origin, Set, Statement
from proofs.claims.claim import Claim
from proofs.claims.fingerprint import Fingerprints
from proofs.claims.obligations import build_obligations
from proofs.solvers.smt.batch import batches
from proofs.theorems.expectation import Expectation, Verdict
from tests.support import toy
from tests.support.keeping import CLAIMS, recalled


# What makes another key ------------------------------------------------------------------------------
def changed(claim: Claim) -> Iterator[Claim]:
    """The claim with one thing changed that a verdict can depend on."""
    extra = name("extra")
    fact = claim.facts[0]
    yield replace(claim, theorem="another")
    yield replace(claim, subject="another")
    yield replace(claim, pages="64K")
    yield replace(claim, then=~claim.then)
    yield replace(claim, given=(*claim.given, extra))
    yield replace(claim, given=claim.given[:-1])
    yield replace(claim, facts=claim.facts[1:])
    yield replace(claim, facts=(replace(fact, holds=fact.holds | extra), *claim.facts[1:]))
    yield replace(claim, facts=(replace(fact, name="another"), *claim.facts[1:]))
    yield replace(claim, expected=None)
    yield replace(claim, expected=Expectation(Verdict.REFUTED))
    yield replace(claim, expected=Expectation(Verdict.REFUTED, extra))
    (subject, path), *_ = claim.procedures.items()
    yield replace(claim, procedures={"other": path})
    yield replace(claim, procedures={subject: path, "other": path})
    first = next(iter(path.inputs))
    loose = {**path.inputs, first: replace(path.inputs[first], origin=Origin.HAVOC)}
    for other in (
        replace(path, name="another"),
        replace(path, body=path.body[:-1]),
        replace(path, body=(Set("writable", FALSE), *path.body)),
        replace(path, inputs=loose),
        replace(path, symbols={**path.symbols, "mapped": FALSE}),
        replace(path, constants={**path.constants, "VM_PFNMAP": 0x800}),
        replace(path, places={**path.places, "ret": replace(path.places["ret"], initial=extra)}),
    ):
        yield replace(claim, procedures={subject: other})


def test_whatever_a_verdict_depends_on_is_in_the_key() -> None:
    claim = CLAIMS[0]
    every = [claim, *changed(claim)]
    prints = Fingerprints("this tool")
    assert len({prints.of(each) for each in every}) == len(every)


def moved(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements as they would be some lines further on."""
    found: list[Statement] = []
    for each in body:
        span = replace(each.span, line=each.span.line + 7, via=("called at f.c:9",))
        match each:
            case If(_, then, orelse):
                found.append(replace(each, then=moved(then), orelse=moved(orelse), span=span))
            case Block(_, inside):
                found.append(replace(each, body=moved(inside), span=span))
            case _:
                found.append(replace(each, span=span))
    return tuple(found)


def test_where_a_statement_is_written_decides_nothing() -> None:
    """What is asked of the solver is the same, so that the key may be."""
    path = toy.fault_path()
    elsewhere = toy.claims(replace(path, body=moved(path.body)))
    assert [str(s.span) for s in moved(path.body)] != [str(s.span) for s in path.body]
    assert batches(build_obligations(elsewhere)) == batches(build_obligations(CLAIMS))
    prints = Fingerprints("this tool")
    assert [prints.of(c) for c in elsewhere] == [prints.of(c) for c in CLAIMS]


def test_equal_claims_have_equal_keys_whoever_made_them() -> None:
    again = toy.claims(toy.fault_path())
    assert [Fingerprints("t").of(c) for c in CLAIMS] == [Fingerprints("t").of(c) for c in again]
    assert Fingerprints("t").of(CLAIMS[0]) != Fingerprints("u").of(CLAIMS[0])


def terms() -> st.SearchStrategy[Term]:
    leaves = st.sampled_from(sorted(toy.INPUTS, key=str)).filter(lambda t: t.sort.width == 0)
    combine: Callable[[st.SearchStrategy[Term]], st.SearchStrategy[Term]] = lambda inner: st.one_of(  # noqa: E731
        inner.map(lambda t: ~t), st.tuples(inner, inner).map(lambda p: p[0] & p[1])
    )
    return st.recursive(leaves, combine, max_leaves=5)


@given(given=st.lists(terms(), max_size=3), then=terms(), dropped=st.integers(0, len(toy.FACTS)))
def test_a_changed_claim_never_gets_the_old_one_s_answer(
    given: list[Term], then: Term, dropped: int, filled: Path
) -> None:
    """Other content has another key; only the very same content is answered."""
    for claim in CLAIMS[:4]:
        facts = tuple(fact for i, fact in enumerate(claim.facts) if i != dropped)
        other = replace(claim, given=tuple(given), then=then, facts=facts)
        same = [t.key for t in (*given, then)] == [t.key for t in (*claim.given, claim.then)]
        assert bool(recalled(filled, [other])) is (same and len(facts) == len(claim.facts))


def test_content_of_an_unknown_kind_is_an_error() -> None:
    odd = replace(CLAIMS[0], because=1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A float stands in a claim"):
        Fingerprints("this tool").of(odd)


def test_the_parts_of_a_value_do_not_run_together() -> None:
    prints = Fingerprints("this tool")
    values: list[object] = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        (("ab", "c"),),
        ("1",),
        (1,),
        (None,),
        ("None",),
        (),
    ]
    assert len({prints.content(value) for value in values}) == len(values)
    assert prints.content(Fact("a", "b", FALSE, "c")) != prints.content(Fact("a", "c", FALSE, "b"))
