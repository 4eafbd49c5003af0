# SPDX-License-Identifier: GPL-2.0-only
"""Nothing in a theorem is there for show: without any premise, or any part of a conclusion, some
verdict is another one.  So every theorem has a false sibling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from model.facts.assumed import Fact
from model.facts.blocks import block_is_in_the_vma
from model.facts.normal_page import normal
from model.logic import BV64, FALSE, TRUE, Term, conj, const, is_same
from model.program.edit import drop_guard, remove_test
from model.program.procedure import Procedure
from model.shape import MAP, RELAX
from model.vocabulary.memory import (
    NORMAL,
    PAGE_SHIFT,
    beyond,
    cacheable,
    exec_fault,
    has_linear_map,
    has_struct_page,
    host_pte_prot,
    is_hwpoison_pfn,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    map_phys,
    map_ret,
    map_size,
    mapped,
    mmu_invalidated,
    mmu_locked,
    pfn_is_map_memory,
    relax_ret,
    relaxed,
    ret,
    sanitised_pfn,
    sanitised_size,
)
from model.vocabulary.symbols import BV32
from proofs.claims.catalogue import theorems
from proofs.claims.claim import Claim
from proofs.theorems.expectation import Verdict
from tests.support.mutants import adding, argued, replaced, returning_after, uncalled
from tests.support.solvers.asking import as_expected, ask, by_theorem, fact

PREMISES = [(n.name, i) for n in theorems("") for i in range(len(n.theorem.given))]
ZERO = const(0, BV64)
EFAULT = const(-14, BV32)


@pytest.mark.parametrize(("theorem", "premise"), PREMISES)
def test_every_premise_is_needed(theorem: str, premise: int) -> None:
    for claim in examples(theorem):
        given = claim.given[:premise] + claim.given[premise + 1 :]
        if not as_expected(replace(claim, given=given or (TRUE,))):
            return
    pytest.fail(f"{theorem}: no verdict changes without its premise {premise}; leave it out.")


def examples(theorem: str) -> Iterator[Claim]:
    claims = by_theorem()[theorem]
    if theorem in ALSO:
        also = replace(claims["v6.17"], procedures={"": ALSO[theorem](claims["v6.17"].procedures[""])})
        assert as_expected(also)
        yield also
    yield from claims.values()


#: Kernels in which a premise is needed that every shape fulfils: an edit of `v6.17`.
ALSO: Mapping[str, Callable[[Procedure], Procedure]] = {
    "all_pages_of_a_block_are_sanitised": lambda p: returning_after(p, "sanitise_mte_tags", map_ret),
    "tags_of_noncacheable_pages_are_left_alone": lambda p: returning_after(p, "sanitise_mte_tags", map_ret),
}

#: For each part of a conclusion, a kernel in which that part alone fails: an edit of `v6.17`.
MUTANTS: Mapping[str, tuple[tuple[Term, Callable[[Procedure], Procedure]], ...]] = {
    "enoexec_is_for_fetches_from_noncacheable_pages": (
        (exec_fault, lambda p: drop_guard(p, exec_fault, answering=-8)),
        (beyond, lambda p: drop_guard(p, ~pfn_is_map_memory)),
        (~is_vma_cacheable, lambda p: replaced(p, is_vma_cacheable, FALSE)),
    ),
    "refused_faults_change_nothing": (
        (~mapped, lambda p: replaced(p, map_ret, EFAULT)),
        (~relaxed, lambda p: replaced(p, relax_ret, EFAULT)),
    ),
    "poisoned_pages_are_answered_but_not_mapped": (
        (ret == 0, lambda p: remove_test(p, is_hwpoison_pfn)),
        (~mapped, lambda p: adding(p, is_hwpoison_pfn, MAP)),
        (~relaxed, lambda p: adding(p, is_hwpoison_pfn, RELAX)),
    ),
    "stale_pages_are_never_mapped": (
        (mmu_locked, lambda p: uncalled(p, "kvm_fault_lock")),
        (~mmu_invalidated, lambda p: remove_test(p, mmu_invalidated)),
    ),
    "stale_entries_are_never_relaxed": (
        (mmu_locked, lambda p: uncalled(p, "kvm_fault_lock")),
        (~mmu_invalidated, lambda p: remove_test(p, mmu_invalidated)),
    ),
    "all_pages_of_a_block_are_sanitised": (
        ((sanitised_pfn << PAGE_SHIFT) == map_phys, lambda p: argued(p, "sanitise_mte_tags", "pfn", ZERO)),
        (sanitised_size == map_size, lambda p: argued(p, "sanitise_mte_tags", "size", ZERO)),
    ),
}

#: Definitions of several parts that are one word of the vocabulary.
ONE_WORD = (
    NORMAL,
    kvm_supports_cacheable_pfnmap,
    block_is_in_the_vma,
    is_vma_cacheable,
    cacheable(host_pte_prot),
)

#: The parts of one more conclusion, with the fact that is needed for each and what else it says.
ORDINARY = "pages_of_ordinary_vmas_are_normal"
FACTS_FOR: tuple[tuple[Term, str, Term], ...] = (
    (normal, "no_bad_ptes", TRUE),
    (has_struct_page, "pages_have_known_classes", has_linear_map),
    (has_linear_map, "pages_have_known_classes", has_struct_page),
)


def test_every_conclusion_of_several_parts_has_mutants() -> None:
    words = {word.key for word in ONE_WORD}
    several = {n.name for n in theorems("") if n.theorem.then.op == "and" and n.theorem.then.key not in words}
    assert several == {*MUTANTS, ORDINARY}


@pytest.mark.parametrize(
    ("theorem", "part"), [(t, i) for t, edits in MUTANTS.items() for i in range(len(edits))]
)
def test_every_part_of_a_conclusion_is_needed(theorem: str, part: int) -> None:
    claim = by_theorem()[theorem]["v6.17"]
    edit = MUTANTS[theorem][part][1]
    check_part(
        replace(claim, procedures={"": edit(claim.procedures[""])}), [p for p, _ in MUTANTS[theorem]], part
    )


@pytest.mark.parametrize("part", range(len(FACTS_FOR)))
def test_every_part_of_what_ordinary_pages_are_is_needed(part: int) -> None:
    claim = by_theorem()[ORDINARY]["core_mm"]
    _, missing, instead = FACTS_FOR[part]
    facts = tuple(f for f in claim.facts if f.name not in (missing, "users_map_memory_that_has_an_alias"))
    weaker = Fact("instead", "What the missing fact says, but for one thing.", instead, fact(missing).source)
    check_part(replace(claim, facts=(*facts, weaker)), [p for p, _, _ in FACTS_FOR], part)


def check_part(wrong: Claim, parts: list[Term], part: int) -> None:
    """The claim is refuted, and without that part of its conclusion it is proved."""
    assert is_same(conj(*parts), wrong.then)
    assert ask([wrong])[0].verdict is Verdict.REFUTED
    rest = parts[:part] + parts[part + 1 :]
    assert ask([replace(wrong, then=conj(*rest))])[0].verdict is Verdict.PROVED
