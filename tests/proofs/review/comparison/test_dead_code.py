# SPDX-License-Identifier: GPL-2.0-only
"""Dead conditions, and the lines that a proof rests on, of a function small enough to see by eye."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.facts.assumed import Fact
from model.logic import BOOL, TRUE, BitVec, Term, conj, const, disj, name, place, same
from model.program.condition_probes import add_probes
from model.program.interpreter import Inputs, interpret
from model.program.line_havoc import havoc_lines
from model.program.procedure import Block, If, Input, Leave, Place, Procedure, Set, Span, Statement
from proofs.claims.claim import Claim
from proofs.review.comparison import dead_code, line_core
from proofs.theorems.expectation import Verdict
from proofs.theorems.theorem import qualify
from proofs.verdicts.finding import Finding
from tests.support.solvers.asking import ask, ask_closely, by_theorem
from tests.support.terms import procedure as random_procedure

P, Q, R = (name(text) for text in "pqr")
W = BitVec(8)
EFAULT, DONE = const(242, W), const(0, W)


def at(line: int, text: str) -> Span:
    return Span("mmu.c", line, text, "fault")


def procedure(*body: Statement) -> Procedure:
    return Procedure(
        "fault",
        (Block("fault", body),),
        {"ret": Place(W), "was_p": Place(BOOL)},
        {text: Input(BOOL) for text in "pqr"},
        {"ret": place("ret", W)},
    )


def leave(value: Term, line: int, text: str) -> Leave:
    return Leave("fault", at(line, text), "ret", value)


def found(body: Procedure, facts: tuple[Fact, ...] = ()) -> list[str]:
    asked = dead_code.claim_conditions("toy", body, facts)
    verdicts = {each.name: each.verdict for each in ask(dead_code.list_claims(asked))}
    return [each.render_text() for each in dead_code.find_dead(asked, verdicts)]


def test_a_test_behind_another_is_dead() -> None:
    body = procedure(
        If(P, (leave(EFAULT, 2, "return -EFAULT;"),), (), at(1, "if (p)")),
        If(conj(~P, Q), (leave(EFAULT, 4, "return -EFAULT;"),), (), at(3, "if (!p && q)")),
        If(disj(P, R), (Set("was_p", P, at(6, "was_p = p;")),), (), at(5, "if (p || r)")),
        leave(DONE, 7, "return 0;"),
    )
    assert found(body) == [
        "fault(): `!p` in `if (!p && q)` is never false where it decides.",
        "fault(): `p` in `if (p || r)` is never true where it decides.",
    ]


def test_a_dead_test_is_told_once_and_not_with_its_parts() -> None:
    inner = If(conj(P, Q), (leave(EFAULT, 3, "return -EFAULT;"),), (), at(2, "if (p && q)"))
    body = procedure(If(~P, (inner,), (), at(1, "if (!p)")), leave(DONE, 4, "return 0;"))
    assert found(body) == ["fault(): `if (p && q)` is never true where it decides."]


def test_what_is_never_come_to_never_decides() -> None:
    inner = If(Q, (leave(EFAULT, 3, "return -EFAULT;"),), (), at(2, "if (q)"))
    body = procedure(If(P, (inner,), (), at(1, "if (p)")), leave(DONE, 4, "return 0;"))
    never_p = Fact("never_p", "p never holds.", ~P, "a test")
    assert found(body, (never_p,)) == [
        "fault(): `if (p)` is never true where it decides.",
        "fault(): `if (q)` never decides.",
    ]


def test_nothing_is_dead_where_everything_decides() -> None:
    body = procedure(If(conj(P, Q), (leave(EFAULT, 2, "r"),), (), at(1, "if (p && q)")), leave(DONE, 3, "r"))
    assert found(body) == []


def test_inlined_code_is_dead_if_it_is_so_everywhere() -> None:
    def copy() -> If:
        return If(Q, (leave(EFAULT, 9, "return -EFAULT;"),), (), at(8, "if (q)"))

    once = procedure(If(Q, (copy(),), (copy(),), at(1, "if (q or what?)")), leave(DONE, 3, "return 0;"))
    assert not any("`if (q)`" in text for text in found(once))
    never = Fact("never_q", "q never holds.", ~Q, "a test")
    body = procedure(If(P, (copy(),), (copy(),), at(1, "if (p)")), leave(DONE, 3, "return 0;"))
    assert found(body, (never,)) == [
        "fault(): `if (q)` is never true where it decides (in all 2 places where it is inlined)."
    ]


# Lines --------------------------------------------------------------------------------------
CHECKED = procedure(
    Set("was_p", P, at(1, "was_p = p;")),
    If(Q, (leave(EFAULT, 3, "return -EFAULT;"),), (), at(2, "if (q)")),
    If(place("was_p", BOOL), (leave(EFAULT, 5, "return -EFAULT;"),), (), at(4, "if (was_p)")),
    leave(DONE, 6, "return 0;"),
)


def claim(given: Term, then: Term) -> Claim:
    return Claim(
        theorem="toy",
        family="toy",
        subject="toy",
        pages="",
        says="A toy.",
        because=("a test",),
        procedures={"": CHECKED},
        facts=(),
        given=(given,),
        then=then,
    )


RET = name("ret", W)


def lines_of(resting: line_core.LineClaim, finding: Finding) -> tuple[Span, ...] | None:
    """The lines that a proof needs; None if it is none."""
    answer = finding.verdict.answer
    proved = finding.verdict.verdict is Verdict.PROVED and answer is not None and answer.core is not None
    return resting.lines_of(answer.core) if proved else None


@pytest.mark.parametrize(
    ("given", "then", "lines"),
    [
        (Q, RET == EFAULT, [2, 3]),
        (conj(P, ~Q), RET == EFAULT, [1, 3, 4, 5]),  # whichever way line 2 goes
        (conj(~P, ~Q), RET == DONE, [1, 2, 4, 6]),
        (TRUE, disj(RET == DONE, RET == EFAULT), [3, 5, 6]),
    ],
)
def test_a_proof_rests_on_the_lines_that_it_needs(given: Term, then: Term, lines: list[int]) -> None:
    resting = line_core.add_line_facts(claim(given, then), havoc_lines(CHECKED))
    (finding,) = ask_closely([resting.claim])
    used = lines_of(resting, finding)
    assert used is not None and [span.line for span in used] == lines


@pytest.mark.parametrize(("touched", "verdict"), [((1, 4, 5, 6), Verdict.PROVED), ((2,), Verdict.REFUTED)])
def test_without_a_line_that_it_needs_there_is_no_proof(touched: tuple[int, ...], verdict: Verdict) -> None:
    asked = claim(Q, RET == EFAULT)
    half_open = havoc_lines(CHECKED, lambda span: span.line in touched)
    assert [line.span.line for line in half_open.lines] == list(touched)
    (judged,) = ask([line_core.restate_under_havoc(asked, half_open.procedure)])
    assert judged.verdict is verdict


def test_the_lines_of_a_shape() -> None:
    asked = by_theorem()["cacheable_pages_beyond_memory_without_fwb_and_dic_get_efault"]["v6.17"]
    resting = line_core.add_line_facts(asked, havoc_lines(asked.procedures[""]))
    (finding,) = ask_closely([resting.claim])
    used = lines_of(resting, finding)
    assert used is not None
    assert "if (!kvm_supports_cacheable_pfnmap())" in [span.text for span in used]
    assert "if (nested)" not in [span.text for span in used]


@given(st.data())
def test_watching_changes_nothing_that_a_procedure_does(data: st.DataObject) -> None:
    original = random_procedure(data.draw)
    values = {t: data.draw(st.integers(0, 1)) for t in original.inputs}
    inputs = Inputs(values | {f"unset {text}": 0 for text in original.places}, {})
    plain, noted = interpret(original, inputs), interpret(add_probes(original).procedure, inputs)
    assert {text: noted.places.get(text) for text in plain.places} == dict(plain.places)


@settings(max_examples=25)
@given(st.data())
def test_opened_lines_that_hold_make_the_procedure_that_was_opened(data: st.DataObject) -> None:
    made = random_procedure(data.draw)
    original = replace(made, symbols={text: place(text, each.sort) for text, each in made.places.items()})
    words = [name(text, each.sort) for text, each in made.places.items()]
    then = conj(*(same(word, qualify("original", word)) for word in words))
    asked = Claim(
        theorem="the_same",
        family="toy",
        subject="toy",
        pages="",
        says="",
        because=(),
        procedures={"": original, "original": original},
        facts=(),
        given=(TRUE,),
        then=then,
    )
    (judged,) = ask([line_core.add_line_facts(asked, havoc_lines(original)).claim])
    assert judged.verdict is Verdict.PROVED
