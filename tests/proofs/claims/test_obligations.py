# SPDX-License-Identifier: GPL-2.0-only
"""Claims become terms over inputs alone, and models become inputs that replay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.logic import BOOL, TRUE, Term, apply, is_same, name, place, same, subterms
from model.program.procedure import Call, If, Input, Origin, Procedure, Set
from proofs.claims.claim import Claim
from proofs.claims.obligations import build_obligations
from proofs.theorems.expectation import Verdict
from proofs.theorems.theorem import qualify
from tests.support import toy
from tests.support.solvers.asking import ask
from tests.support.terms import INPUTS, PLACES, Maker, procedure

W = toy.BV32
PFN, OTHER = name("pfn", W), name("other_pfn", W)


def is_memory(pfn: Term) -> Term:
    return apply("pfn_is_map_memory", BOOL, pfn)


def functional(then: Term, *given: Term) -> Claim:
    path = Procedure("functional", (), {}, {"pfn": Input(W), "other_pfn": Input(W)})
    return toy.claim("functions_are_functions", path, given, then, facts=())


def test_equal_arguments_give_equal_values() -> None:
    alike = functional(same(is_memory(PFN), is_memory(OTHER)), PFN == OTHER)
    apart = functional(same(is_memory(PFN), is_memory(OTHER)))
    nested = functional(same(is_memory(PFN + OTHER), is_memory(OTHER + PFN)))
    (first,), (second,), (third,) = ask([alike]), ask([apart]), ask([nested])
    assert [each.verdict for each in (first, second, third)] == [
        Verdict.PROVED,
        Verdict.REFUTED,
        Verdict.PROVED,
    ]


def test_applications_are_inputs_of_readable_names() -> None:
    (made,) = build_obligations([functional(is_memory(PFN))])
    assert set(made.inputs) == {"pfn_is_map_memory(pfn)"}
    assert not any(t.op == "apply" for t in subterms(made.then))
    long = is_memory(PFN + PFN + PFN + PFN + PFN + PFN + PFN + PFN + PFN + PFN + PFN + PFN)
    (made,) = build_obligations([functional(long)])
    assert set(made.inputs) == {"pfn_is_map_memory(...) #1"}


def test_an_argument_that_shares_much_is_not_written_out() -> None:
    shared = PFN
    for _ in range(200):  # 2**200 leaves, if they were told apart
        shared = shared + shared
    (made,) = build_obligations([functional(is_memory(shared))])
    assert set(made.inputs) == {"pfn_is_map_memory(...) #1"}


def test_a_model_gives_functions_their_values() -> None:
    (made,) = build_obligations([functional(is_memory(PFN + 1))])
    inputs = made.concrete({"pfn": 0xFFFFFFFF, "pfn_is_map_memory(pfn + 1)": 1})
    assert inputs.functions == {("pfn_is_map_memory", (0,)): 1}


def test_procedures_are_run_once_for_all_claims() -> None:
    made = build_obligations(toy.claims())
    assert len({id(o.facts[0].holds) for o in made}) == 1


def test_inputs_of_unknown_origin_come_last() -> None:
    loose = name("a_loop", BOOL)
    body = (If(loose, (Set("writable", TRUE),)), Call(toy.MAP, (("prot", name("vm_flags", toy.BV64)),)))
    words = {"w": place("writable", BOOL)}
    path = toy.procedure("loose", body, [loose], words)
    (made,) = build_obligations([toy.claim("t", path, (name("zebra"),), name("w"), facts=())])
    assert list(made.inputs) == ["zebra", "a_loop", "unset writable"]
    assert made.loose == ("a_loop", "unset writable")
    assert made.unset == ("unset writable",)
    assert path.inputs["a_loop"].origin is Origin.HAVOC


def test_two_procedures_on_the_same_inputs() -> None:
    one, two = toy.fault_path(), toy.fault_path(test_hardware=False)
    claim = toy.claim(
        "both_answer_alike", one, (), same(name("ret", W), qualify("two", name("ret", W))), facts=()
    )
    pair = Claim(**{**vars(claim), "procedures": {"": one, "two": two}})
    (judged,) = ask([pair])
    assert judged.verdict is Verdict.REFUTED
    assert (
        judged.answer
        and not judged.answer.refuted["ARM64_HAS_STAGE2_FWB"] & judged.answer.refuted["ARM64_HAS_CACHE_DIC"]
    )


@given(st.data())
def test_the_solver_s_models_replay_on_random_procedures(data: st.DataObject) -> None:
    path = procedure(data.draw)
    maker = Maker(data.draw, widths=(4,))
    places = [name(text, sort) for text, sort in PLACES.items()]
    words = {text: place(text, sort) for text, sort in PLACES.items()}
    path = Procedure(path.name, path.body, path.places, {**path.inputs}, words)

    def leaf(m: Maker, sort: object) -> Term:
        choices = [p for p in places if p.sort == sort] + [name(t, s) for t, s in INPUTS.items() if s == sort]
        return m.pick(choices)

    outcome = Maker(data.draw, widths=(4,), leaf=leaf)
    claim = toy.claim("anything", path, (outcome.term(BOOL, 1),), outcome.term(BOOL, 2), facts=())
    (judged,) = ask([claim])
    assert judged.verdict in (Verdict.PROVED, Verdict.REFUTED, Verdict.VACUOUS), judged.why
    assert maker.number(0) == 0


def test_constants_are_values() -> None:
    (made,) = build_obligations(
        [toy.claim("t", toy.fault_path(), (), name("VM_PFNMAP", toy.BV64) == 0x400, facts=())]
    )
    assert is_same(made.then, TRUE)
