# SPDX-License-Identifier: GPL-2.0-only
"""Tables, JSON and explanations: whole texts, the same every time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from proofs.claims.claim import Claim, Skipped
from proofs.reports import as_json, table
from proofs.reports.explain import claim as explain
from proofs.reports.table import Report
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, make_unsupported
from tests.support import toy
from tests.support.solvers.asking import ask, ask_closely

MERGED, FORGETFUL = toy.claims(), toy.claims(toy.fault_path(test_hardware=False))
SKIPPED = (Skipped("tags_are_sanitised", "merged", "merged has no sanitised."),)


def some(claims: Sequence[Claim], *theorems: str) -> list[Claim]:
    return [claim for claim in claims if claim.theorem in theorems]


def test_one_subject_is_a_row_for_each_claim() -> None:
    claims = some(MERGED, "never_both", "all_needs_hardware")
    assert (
        table.render_text(table.build_table(Report(tuple(ask(claims)))))
        == """\
verdict    claim                      reason

toy
REFUTED    all_needs_hardware@merged  a reason with a source
PROVED     never_both@merged"""
    )


def test_several_subjects_are_columns() -> None:
    names = ("never_both", "all_needs_hardware", "efault_has_a_reason", "efault_is_given")
    claims = [*some(MERGED, *names), *some(FORGETFUL, *names[:3])]
    found = Report((*ask(claims), make_unsupported(replace(claims[0], subject="linux-9"), "mmu.c:1: asm")))
    assert (
        table.render_text(table.build_table(found))
        == """\
theorem              merged  forgetful  linux-9

toy
all_needs_hardware   R       R!         U!
never_both           P       P          -
efault_has_a_reason  P       V!         -
efault_is_given      P       -          -

P proved, R refuted as declared, - not asked; ! is not as expected, and is told below"""
    )


def test_the_summary_tells_what_does_not_apply_from_what_was_not_read() -> None:
    claim = replace(some(MERGED, "never_both")[0], subject="7.3")
    left = (
        Skipped("a", "7.3:gmem_abort", "7.3:gmem_abort has no vm_flags."),
        Skipped("b", "7.3:gmem_abort", "7.3:gmem_abort has no vm_flags."),
        Skipped("the theorems", "7.3:pkvm_mem_abort", "there is no such function."),
    )
    judged = tuple(ask([claim]))
    assert table.summary(Report(judged, left, 3)).endswith("; 2 do not apply; 1 function not read; 3 not run")
    assert table.summary(Report(judged, left[:1])).endswith("; 1 does not apply; 0 not run")
    assert table.render_listing([], left).splitlines()[1:] == [
        "a@7.3:gmem_abort: does not apply, since 7.3:gmem_abort has no vm_flags.",
        "b@7.3:gmem_abort: does not apply, since 7.3:gmem_abort has no vm_flags.",
        "the theorems@7.3:pkvm_mem_abort: not read, since there is no such function.",
    ]


def test_names_that_are_too_wide_are_numbered() -> None:
    claims = [
        replace(c, subject=f"a_shape_with_a_long_name_{i}")
        for i in range(5)
        for c in some(MERGED, "never_both")
    ]
    text = table.render_text(table.build_table(Report(tuple(ask(claims))))).splitlines()
    assert text[0] == "theorem     1  2  3  4  5"
    assert text[5] == "columns: " + ", ".join(f"{i + 1} a_shape_with_a_long_name_{i}" for i in range(5))


def test_page_sizes_are_columns_of_their_own() -> None:
    (claim,) = some(MERGED, "never_both")
    found = ask([claim, replace(claim, pages="64K")])
    assert table.build_table(Report(tuple(found))).header == ("theorem", "merged", "merged/64K")


def test_the_summary() -> None:
    (judged,) = ask(some(MERGED, "never_both"))
    assert table.summary(Report((judged,), SKIPPED, 3)) == (
        "1 claim: 1 proved, all as expected; 1 not asked; 3 not run"
    )
    every = [replace(judged, verdict=v, status=s) for v, s in (
        (Verdict.PROVED, ExpectationStatus.EXPECTED), (Verdict.REFUTED, ExpectationStatus.UNEXPECTED),
        (Verdict.TIMEOUT, ExpectationStatus.UNDECIDED), (Verdict.DISAGREE, ExpectationStatus.DISAGREE),
    )]  # fmt: skip
    assert table.summary(Report(tuple(every))) == (
        "4 claims: 1 proved, 1 refuted, 1 timeout, 1 disagree, 1 on which solver and interpreter disagree, "
        "1 otherwise than expected, 1 undecided; 0 not asked; 0 not run"
    )
    assert table.summary(Report(())) == "0 claims: none, all as expected; 0 not asked; 0 not run"


# JSON --------------------------------------------------------------------------------------------
def document(claims: Sequence[Claim]) -> str:
    findings = ask_closely(claims)
    return as_json.render_json(Report(tuple(f.verdict for f in findings), SKIPPED, 2, ("A note.",)), findings)


def test_the_document() -> None:
    data = json.loads(document(FORGETFUL))
    assert list(data) == sorted(data)
    assert {k: v for k, v in data.items() if k != "claims"} == {
        "schema": 1, "exit_code": 1, "not_run": 2, "notes": ["A note."], "assumptions": [],
        "not_asked": [{"theorem": "tags_are_sanitised", "subject": "merged", "reason": "merged has no sanitised."}],
        "summary": "12 claims: 7 proved, 4 refuted, 1 vacuous, 3 otherwise than expected, 1 undecided; "
        "1 not asked; 2 not run",
    }  # fmt: skip
    claims = {claim["theorem"]: claim for claim in data["claims"]}
    assert [c["name"] for c in data["claims"]] == sorted(c.name for c in FORGETFUL)
    wrong = claims["beyond_needs_hardware"]
    assert (wrong["verdict"], wrong["standing"], wrong["why"]) == (
        "REFUTED",
        "otherwise",
        "Expected was PROVED.",
    )
    assert wrong["expected"] == {"verdict": "PROVED", "reason": "", "witness": None}
    values = {v["name"]: (v["value"], v["mask"]) for v in wrong["counterexample"]["values"]}
    assert values == {
        "ARM64_HAS_STAGE2_FWB": ("0x0", "0x1"),
        "pfn_is_map_memory": ("0x0", "0x1"),
        "vm_flags": ("0x400", "0x400"),
        "vm_page_prot": ("0x0", "0x18"),
    }
    course = wrong["counterexample"]["courses"][""]
    assert course["words"] == {"mapped": "0x1", "prot": "0x4", "map_size": "0x1000", "ret": "0x0"}
    assert course["steps"][0] == {
        "file": "shape:forgetful", "line": 7, "function": "", "taken": True,
        "text": "if ((vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) != 0 && !pfn_is_map_memory)",
    }  # fmt: skip
    assert course["steps"][-1]["arguments"] == {"size": "0x1000", "prot": "0x4"}
    proved = claims["special_cow_is_read_only"]
    assert proved["facts_used"] == ["special_cow_pte_is_read_only", "lookup_is_as_writable_as_the_pte"]
    assert proved["example"] and proved["counterexample"] is None
    assert (claims["efault_has_a_reason"]["verdict"], claims["efault_has_a_reason"]["example"]) == (
        "VACUOUS",
        None,
    )


def test_the_document_is_the_same_every_time() -> None:
    assert document(FORGETFUL) == document(list(reversed(FORGETFUL)))


# One claim ---------------------------------------------------------------------------------------
def test_an_explanation() -> None:
    (claim,) = some(MERGED, "special_cow_is_read_only")
    (finding,) = ask_closely([claim])
    assert (
        explain.explain(finding)
        == """\
claim       special_cow_is_read_only@merged
says        Special cow is read only.
given       host_pte_special
            is_cow_mapping(vm_flags)
            mapped
then        (prot & KVM_PGTABLE_PROT_W) == 0
because     a commit
expected    PROVED
verdict     PROVED, as expected.
facts used  special_cow_pte_is_read_only: A special PTE of a COW mapping is not writable.
            [mm/memory.c]
            lookup_is_as_writable_as_the_pte: The pfn lookup says writable only if the host PTE is.
            [virt/kvm/kvm_main.c]
offered     map_memory_is_valid, special_means_no_normal_page

The premises hold, for example:

Let       vm_flags = VM_MAYWRITE without VM_SHARED,
              vm_page_prot = MT_NORMAL_NC, host_pte_special,
              !exec_fault, and all else is any.
Then      merged calls kvm_pgtable_stage2_map(size = PAGE_SIZE,
              prot = KVM_PGTABLE_PROT_R | KVM_PGTABLE_PROT_DEVICE),
              returns 0.
because   line 8, if (((vm_page_prot & PTE_ATTRINDX_MASK) >> 2) != ... &
              PTE_ATTRINDX_MASK) >> 2) != MT_DEVICE_nGnRE): not taken
          line 18, if (exec_fault && s2_force_noncacheable): not taken
          and 2 more, below.

What stands behind the proof:

    fact      special_cow_pte_is_read_only [mm/memory.c]
    fact      lookup_is_as_writable_as_the_pte [virt/kvm/kvm_main.c]
    z3's answer `unsat`, and model.program.symbolic's reading of the procedure"""
    )


def finding(verdict: Verdict, standing: ExpectationStatus, why: str) -> Finding:
    return Finding(ClaimVerdict(MERGED[0], verdict, standing, why), None, None)


def test_what_is_unexpected_is_told_in_full() -> None:
    (wrong,) = ask_closely(some(FORGETFUL, "beyond_needs_hardware"))
    text = explain.render_unexpected_claim(wrong)
    assert text.startswith("beyond_needs_hardware@forgetful: REFUTED. Expected was PROVED.\n\nLet       ")
    assert "\nHowever,  this was to hold: Beyond needs hardware.\n\nInputs    " in text
    assert max(map(len, text.splitlines()[1:])) <= 72
    late = finding(Verdict.TIMEOUT, ExpectationStatus.UNDECIDED, "Nothing was decided within 1 seconds.")
    assert (
        explain.render_unexpected_claim(late)
        == "memory_is_normal@merged: TIMEOUT. Nothing was decided within 1 seconds."
    )


def test_what_could_not_be_read_is_told_once() -> None:
    claims = [replace(c, subject="7.3:gmem_abort") for c in some(MERGED, "never_both", "all_needs_hardware")]
    unread = [Finding(make_unsupported(c, "mmu.c:1: asm."), None, None) for c in claims]
    other = Finding(make_unsupported(replace(claims[0], pages="64K"), "mmu.c:1: asm."), None, None)
    late = finding(Verdict.TIMEOUT, ExpectationStatus.UNDECIDED, "Nothing was decided within 1 seconds.")
    assert explain.render_unexpected([unread[0], late, unread[1], other]) == [
        "7.3:gmem_abort: UNSUPPORTED. mmu.c:1: asm; 2 theorems about it have no answer.",
        "memory_is_normal@merged: TIMEOUT. Nothing was decided within 1 seconds.",
        f"{claims[0].theorem}@7.3:gmem_abort/64K: UNSUPPORTED. mmu.c:1: asm.",
    ]


def test_the_list() -> None:
    claims = [*some(MERGED, "never_both", "all_needs_hardware"), replace(MERGED[0], expected=None)]
    assert (
        table.render_listing(claims, SKIPPED)
        == """\
all_needs_hardware@merged  REFUTED
never_both@merged          PROVED
memory_is_normal@merged    no expectation

tags_are_sanitised@merged: not asked, since merged has no sanitised."""
    )
