# SPDX-License-Identifier: GPL-2.0-only
"""The hand-written fault paths: they read like the C, and their two meanings agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.arch.arm64.constants import PAGES
from model.arch.arm64.fault import OUTCOME_TERMS, at_pages, shapes
from model.arch.arm64.features import FEATURES
from model.logic import BOOL, BV64, FALSE, TRUE, Term, const, free_names, name, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import ProcedureError
from model.shape import Recorder, Shape, record
from model.vocabulary.memory import is_cow_mapping, vma_found, write_fault
from model.vocabulary.symbols import BV32, OUTCOMES, READ, VARYING

SHAPES = {s.name: s for s in shapes()}
every_shape = pytest.mark.parametrize("shape", shapes(), ids=lambda s: s.name)


@every_shape
def test_docstrings_say_what_is_left_out(shape: Shape) -> None:
    assert "Left out:" in shape.says
    assert shape.source == "arch/arm64/kvm/mmu.c:user_mem_abort"


@every_shape
def test_words_are_those_of_the_vocabulary(shape: Shape) -> None:
    procedure = shape.procedure
    assert set(OUTCOME_TERMS) <= set(procedure.symbols) <= set(OUTCOMES)
    for word, term in procedure.symbols.items():
        assert term.sort == OUTCOMES[word][0], word
    known = {**READ, **VARYING}
    for text, each in procedure.inputs.items():
        assert (each.sort, each.note) == known[text]


@every_shape
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_two_meanings_agree(shape: Shape, data: st.DataObject) -> None:
    procedure = at_pages(shape.procedure, data.draw(st.sampled_from(sorted(PAGES))))
    sizes = [v for k, v in procedure.constants.items() if k.endswith("_SIZE")]
    flags = [v for k, v in procedure.constants.items() if k.startswith("VM_")]
    likely = (
        st.sampled_from([0, *sizes]) | st.lists(st.sampled_from(flags)).map(sum) | st.integers(0, 2**64 - 1)
    )
    values = {
        text: data.draw(st.booleans() if each.sort is BOOL else likely) % (1 << max(1, each.sort.width))
        for text, each in procedure.inputs.items()
    }
    run = interpret(procedure, Inputs({**values, **procedure.constants}))
    result = meaning(shape.name, procedure.constants["PAGE_SHIFT"])
    leaf: Callable[[Term], int] = lambda t: values.get(str(t.data), 0)  # noqa: E731
    for word, term in procedure.symbols.items():
        assert value_of(result.bind(term), leaf, lambda t, a: 0) == run.value(term), word


@cache
def meaning(shape: str, page_shift: int) -> symbolic.Result:
    pages = next(p for p, sizes in PAGES.items() if sizes["PAGE_SHIFT"] == page_shift)
    return symbolic.run(at_pages(SHAPES[shape].procedure, pages))


@every_shape
def test_no_word_rests_on_a_local_that_was_not_set(shape: Shape) -> None:
    result = symbolic.run(shape.procedure)
    stand_ins = {str(t.data) for t in result.uninitialised.values()}
    for word, term in shape.procedure.symbols.items():
        assert stand_ins.isdisjoint(free_names(result.bind(term))), word


def test_listings_read_like_c() -> None:
    lines = [line.strip() for line in SHAPES["v9"].lines]
    at = lines.index("if ((vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) != 0 && !pfn_is_map_memory) {")
    assert lines[at : at + 17] == [
        "if ((vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) != 0 && !pfn_is_map_memory) {",
        "cacheable_pfnmap = false;",
        "if (is_cow_mapping(vm_flags)) {",
        "return -EINVAL;",
        "}",
        "if (is_vma_cacheable) {",
        "cacheable_pfnmap = true;",
        "}",
        "if (cacheable_pfnmap) {",
        "if (!kvm_supports_cacheable_pfnmap()) {",
        "return -EFAULT;",
        "}",
        "if (s2_force_noncacheable) {",
        "return -EINVAL;",
        "}",
        "} else {",
        "s2_force_noncacheable = true;",
    ]


def test_spans_point_at_their_lines() -> None:
    shape = SHAPES["v6.17"]
    run = interpret(shape.procedure, Inputs({**shape.procedure.constants, "vma_found": 0, "write_fault": 1}))
    step = run.steps[-2]
    assert (step.span.file, step.taken) == ("shape:v6.17", True)
    assert shape.lines[step.span.line - 1].strip() == "if (!vma_found) {"


def test_features_are_words() -> None:
    assert set(FEATURES) <= set(READ)


# The recorder ----------------------------------------------------------------------------------
def recorded(write: Callable[[Recorder], None]) -> Shape:
    return record(write, since="", source="", words={}, constants={})


def test_a_local_that_may_be_unset_is_an_error() -> None:
    def half(c: Recorder) -> None:
        with c.If(vma_found):
            c.x = TRUE
        c.Return(0)
        c.y = TRUE

    def reads_half(c: Recorder) -> None:
        with c.If(vma_found):
            c.x = TRUE
        with c.If(c.x):
            c.Return(0)

    recorded(half)
    with pytest.raises(ProcedureError, match=r"^x may be read before it is set, at if \(x\)\.$"):
        recorded(reads_half)


def test_a_local_that_was_never_set_is_an_error() -> None:
    def wrong(c: Recorder) -> None:
        c.Return(c.x)

    with pytest.raises(ProcedureError, match=r"^x is read before it is set\.$"):
        recorded(wrong)


def test_an_argument_is_set() -> None:
    def right(c: Recorder) -> None:
        c.Argument(pfn=const(1, BV64))
        with c.If(c.pfn == 1):
            c.Return(3)

    assert interpret(recorded(right).procedure, Inputs()).places["return"] == 3


def test_a_local_keeps_its_sort() -> None:
    def wrong(c: Recorder) -> None:
        c.x = TRUE
        c.x = const(1, BV32)

    with pytest.raises(ProcedureError, match=r"^x is a truth value, and is set to a word of 32 bits\.$"):
        recorded(wrong)


def test_else_stands_after_if() -> None:
    def wrong(c: Recorder) -> None:
        with c.Else():
            c.Return(0)

    with pytest.raises(
        ProcedureError,
        match=r"^Elif and Else stand directly after an If, and here is "
        r"none\.$",
    ):
        recorded(wrong)


def test_only_words_are_read() -> None:
    def wrong(c: Recorder) -> None:
        with c.If(name("vma_colour")):
            c.Return(0)

    with pytest.raises(
        ProcedureError,
        match=r"^vma_colour is neither a constant of this kernel nor a "
        "word that a",
    ):
        recorded(wrong)


def test_a_sink_that_is_never_called_leaves_its_words_false() -> None:
    def never(c: Recorder) -> None:
        c.Return(0)

    shape = record(never, since="", source="", words=OUTCOME_TERMS, constants={})
    assert shape.procedure.symbols["mapped"].key == FALSE.key
    assert value_of(shape.procedure.symbols["prot"], lambda t: 1, lambda t, a: 1) == 0


def test_elif_is_a_branch_of_the_if() -> None:
    def ladder(c: Recorder) -> None:
        with c.If(vma_found):
            c.x = const(1, BV32)
        with c.Elif(write_fault):
            c.x = const(2, BV32)
        with c.Elif(is_cow_mapping):
            c.x = const(3, BV32)
        with c.Else():
            c.x = const(4, BV32)
        c.Return(c.x)

    constants = {"VM_SHARED": 8, "VM_MAYWRITE": 32}
    shape = record(ladder, since="", source="", words={}, constants=constants)
    cases = ({"vma_found": 1, "write_fault": 1}, {"write_fault": 1}, {"vm_flags": 32}, {})
    runs = [interpret(shape.procedure, Inputs({**constants, **names})) for names in cases]
    assert [run.places["return"] for run in runs] == [1, 2, 3, 4]
