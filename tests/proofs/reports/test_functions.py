# SPDX-License-Identifier: GPL-2.0-only
"""What is told of a kernel: function by function, whole texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from model.source.targets.functions import TARGETS
from proofs.claims.claim import Claim, Skipped
from proofs.claims.subject import KernelFunction, parse_subject
from proofs.reports import functions, table
from proofs.reports.table import Report
from proofs.verdicts.verdict import ExpectationStatus, make_unsupported
from tests.support import toy
from tests.support.solvers.asking import ask

MERGED, FORGETFUL = toy.claims(), toy.claims(toy.fault_path(test_hardware=False))
LACKING = (
    Skipped("the theorems", "7.3:pkvm_mem_abort", "The file has no function pkvm_mem_abort()."),
    Skipped("a_theorem", "7.3:gmem_abort", "7.3:gmem_abort has no vm_flags."),
)


def of(subject: str, claims: Sequence[Claim], *theorems: str, pages: str = "") -> list[Claim]:
    return [replace(c, subject=subject, pages=pages) for c in claims if c.theorem in theorems]


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("7.3", KernelFunction("7.3", "user_mem_abort")),
        ("7.3:gmem_abort", KernelFunction("7.3", "gmem_abort")),
        ("v6.17", None),
        ("7.2.9..7.3.4", KernelFunction("7.2.9..7.3.4", "user_mem_abort")),
        ("7.2.9..7.3.4:gmem_abort", KernelFunction("7.2.9..7.3.4", "gmem_abort")),
        ("7.3:", None),
    ],
)
def test_what_a_subject_is(subject: str, about: KernelFunction | None) -> None:
    assert parse_subject(subject) == about


def test_a_section_for_each_function_in_the_order_of_the_targets() -> None:
    claims = [
        *of("7.3:is_cow_mapping", MERGED, "never_both"),
        *of("7.3", MERGED, "never_both", "all_needs_hardware"),
    ]
    text = functions.render_text(functions.build_outline(Report(tuple(ask(claims)), LACKING)))
    assert (
        text
        == """\
user_mem_abort()  arch/arm64/kvm/mmu.c  @7.3
  maps the page of a memslot that is backed by the VMM's address space

  toy
    REFUTED  all_needs_hardware
             a reason with a source
    PROVED   never_both

is_cow_mapping()  mm/memory.c  @7.3:is_cow_mapping
  says whether a write to a private mapping makes a copy

  toy
    PROVED   never_both

Not read: The file has no function pkvm_mem_abort().

No theorem applies to 7.3:gmem_abort."""
    )
    filtered = Report(tuple(ask(claims)), LACKING, not_run=1)
    assert functions.render_text(functions.build_outline(filtered)).endswith(
        "\n\nNot read: The file has no function pkvm_mem_abort()."
    )


def test_a_column_for_each_page_size_and_no_row_of_dashes() -> None:
    claims = [
        *of("7.3", MERGED, "never_both", "efault_is_given"),
        *of("7.3", FORGETFUL, "never_both", "beyond_needs_hardware", pages="64K"),
    ]
    unread = make_unsupported(of("7.3:gmem_abort", MERGED, "never_both", pages="64K")[0], "mmu.c:1: asm")
    assert (
        functions.render_text(functions.build_outline(Report((*ask(claims), unread))))
        == """\
    4K  64K  theorem

user_mem_abort()  arch/arm64/kvm/mmu.c  @7.3
  maps the page of a memslot that is backed by the VMM's address space

  toy
    P   P    never_both
    P        efault_is_given
        R!   beyond_needs_hardware
             Expected was PROVED.

gmem_abort()  arch/arm64/kvm/mmu.c  @7.3:gmem_abort
  maps the page of a memslot that is backed by a guest_memfd

  toy
        U!   never_both

P proved, R refuted, U unsupported; ! is not as declared, and is told below"""
    )


def test_no_line_is_wider_than_it_may_be() -> None:
    reason = "the host maps it so, " * 20
    name = "no_case_of_pages_beyond_memory_are_cacheable_only_if_the_host_pte_is"
    claims = [
        replace(c, theorem=name) for p in ("", "16K", "64K") for c in of("7.3", MERGED, "never_both", pages=p)
    ]
    judged = [replace(each, why=reason, status=ExpectationStatus.UNEXPECTED) for each in ask(claims)]
    lines = functions.render_text(functions.build_outline(Report(tuple(judged)))).splitlines()
    assert max(map(len, lines)) <= functions.WIDTH
    assert sum(reason[:12] in line for line in lines) > 1


def test_shapes_beside_a_kernel_have_a_table_of_their_own() -> None:
    claims = [*of("7.3", MERGED, "never_both"), *MERGED]
    kernel, shapes = functions.build_tables(Report(tuple(ask(claims))))
    assert functions.render_text(kernel).startswith("user_mem_abort()")
    assert functions.render_text(shapes) == table.render_text(table.build_table(Report(tuple(ask(MERGED)))))
    assert functions.build_tables(Report(())) == (table.build_table(Report(())),)


def test_every_target_says_what_it_does() -> None:
    assert [target.name for target in TARGETS if not target.says or target.says.endswith(".")] == []
