# SPDX-License-Identifier: GPL-2.0-only
"""Witnesses read in kernel words, in a fixed grammar, and name the branches that decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterexamples.kernel_words import reading
from counterexamples.render import prose
from counterexamples.witness import InputValue, Witness, first_difference
from model.logic import name
from model.program.interpreter import Run, Step
from model.program.procedure import Span
from model.vocabulary.memory import is_cow_mapping, kvm_supports_cacheable_pfnmap
from proofs.claims.claim import Claim
from proofs.verdicts.finding import Finding
from tests.support import toy
from tests.support.solvers.asking import ask_closely

FORGETFUL = toy.fault_path(test_hardware=False)
CLAIMS = {claim.theorem: claim for claim in toy.claims(FORGETFUL)}


def finding(claim: Claim) -> Finding:
    (found,) = ask_closely([claim])
    return found


def witness(claim: Claim) -> Witness:
    found = finding(claim).counterexample
    assert found is not None
    return found


def test_the_text_of_a_counterexample() -> None:
    claim = CLAIMS["beyond_needs_hardware"]
    assert (
        prose.render_counterexample(witness(claim), claim.says)
        == """\
Let       vm_flags = VM_PFNMAP, vm_page_prot = MT_NORMAL,
              !pfn_is_map_memory, !ARM64_HAS_STAGE2_FWB, and all else is
              any.
Then      forgetful calls kvm_pgtable_stage2_map(size = PAGE_SIZE,
              prot = KVM_PGTABLE_PROT_R), returns 0.
because   line 8, if (((vm_page_prot & PTE_ATTRINDX_MASK) >> 2) != ... &
              PTE_ATTRINDX_MASK) >> 2) != MT_DEVICE_nGnRE): taken
          and 1 more, below.
However,  this was to hold: Beyond needs hardware."""
    )


def test_the_text_of_an_example_of_two_procedures() -> None:
    claim = CLAIMS["efault_is_given"]
    both = replace(claim, procedures={"": FORGETFUL, "merged": toy.fault_path()}, then=~name("merged:mapped"))
    found = finding(replace(both, given=(name("mapped"), *claim.given), expected=None)).example
    assert found is not None
    text = prose.render_example(found)
    assert "Then      forgetful calls kvm_pgtable_stage2_map(" in text
    assert "Then      merged calls nothing that is asked about, returns -EFAULT." in text


def test_only_the_branches_that_a_value_decided_are_told() -> None:
    steps = witness(CLAIMS["beyond_needs_hardware"]).runs[""].steps
    assert [step.span.line for step in steps if not step.effect] == [7, 8]


def test_only_the_calls_that_the_claim_speaks_of_are_told() -> None:
    steps = witness(replace(CLAIMS["efault_is_given"], then=name("ret", toy.BV32) == 1)).runs[""].steps
    assert [step.effect for step in steps if step.effect] == []


def test_the_first_difference_of_two_runs() -> None:
    first, second = Step(Span("f", 1, ""), True), Step(Span("f", 2, ""), False)
    inputs = toy.CONSTANTS and None
    run = Run(inputs, (first, second), {})  # type: ignore[arg-type]
    assert first_difference(run, run) is None
    assert first_difference(run, replace(run, steps=(first, replace(second, taken=True)))) == 1
    assert first_difference(run, replace(run, steps=(first,))) is None


@pytest.mark.parametrize(
    ("word", "value", "text"),
    [
        ("vm_flags", 0x420, "VM_MAYWRITE | VM_PFNMAP"),
        ("vm_flags", 0x1, "0x1"),
        ("vm_flags", 0, "0"),
        ("prot", 0b10101, "KVM_PGTABLE_PROT_X | KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_NORMAL_NC"),
        ("vm_page_prot", 3 << 2, "MT_DEVICE_nGnRnE"),
        ("host_pte_prot", 7 << 2 | 1, "AttrIndx 7 (no kernel's)"),
        ("map_size", 1 << 21, "PMD_SIZE"),
        ("map_size", 0x3000, "0x3000"),
        ("ret", (1 << 32) - 14, "-EFAULT"),
        ("ret", (1 << 32) - 9999, "-9999"),
        ("ret", 1, "1"),
        ("hva", 0x7000, "0x7000"),
    ],
)
def test_readings(word: str, value: int, text: str) -> None:
    assert reading(word, 64, value, toy.CONSTANTS) == text


def test_flags_of_several_bits_come_before_their_parts() -> None:
    constants = {
        "KVM_PGTABLE_PROT_PX": 1,
        "KVM_PGTABLE_PROT_UX": 2,
        "KVM_PGTABLE_PROT_X": 3,
        "KVM_PGTABLE_PROT_W": 4,
    }
    assert reading("prot", 64, 7, constants) == "KVM_PGTABLE_PROT_X | KVM_PGTABLE_PROT_W"
    assert reading("prot", 64, 6, constants) == "KVM_PGTABLE_PROT_UX | KVM_PGTABLE_PROT_W"


@pytest.mark.parametrize(
    ("value", "mask", "text"),
    [
        (0x400, 0x408, "vma->vm_flags = VM_PFNMAP without VM_SHARED"),
        (0, 0x10000400, "vma->vm_flags without VM_PFNMAP | VM_MIXEDMAP"),
        (0x408, 0x408, "vma->vm_flags = VM_SHARED | VM_PFNMAP"),
        (0x408, 0x400, "vma->vm_flags = VM_PFNMAP"),
        (0, 1, "vma->vm_flags without 0x1"),
    ],
)
def test_flags_that_must_not_be_set_are_named(value: int, mask: int, text: str) -> None:
    each = InputValue("vma->vm_flags", 64, value, mask, "vm_flags")
    assert prose.render_value(each, toy.CONSTANTS) == text


def test_formulas_use_the_kernel_s_names() -> None:
    assert prose.render_term(is_cow_mapping & ~kvm_supports_cacheable_pfnmap) == (
        "is_cow_mapping(vm_flags) && !kvm_supports_cacheable_pfnmap()"
    )
