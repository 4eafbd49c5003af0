# SPDX-License-Identifier: GPL-2.0-only
"""Redundancy of the is_cow_mapping() test in a version of the series, theorem by theorem and input by input.

A version that has the test is compared with itself without it, on the same inputs.  For each
theorem that forbids something: on every input that the test refuses, the version without the test
keeps to the theorem.  And: which inputs are refused, and what becomes of them without the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from model.logic import TRUE, Term, conj, disj, same
from model.vocabulary.memory import (
    WRITABLE,
    beyond,
    cow_refused,
    exec_fault,
    is_cow_mapping,
    is_error_noslot_pfn,
    is_mixedmap,
    is_pfnmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    looked_up,
    mapped,
    marked_dirty,
    mmap_locked,
    pfn_is_map_memory,
    relaxed,
    sanitised,
    vma_found,
)
from proofs.theorems.fault.refusal import has_forbidden_tags, is_understood, undisturbed
from proofs.theorems.theorem import Region, Theorem, qualify
from proofs.theorems.versions.cow_conditions import Condition

#: The subject that has the test; the other one ("") is the same version without it.
CHECKED = "checked"

#: On these inputs the test strikes.
refused_by_the_test: Term = qualify(CHECKED, cow_refused)

#: What a theorem that forbids something speaks of: a kernel that refuses every fault satisfies it.
_EFFECTS = (mapped, relaxed, sanitised, marked_dirty)


def is_prohibition(theorem: Theorem) -> bool:
    """Whether the theorem is about an effect: refusing more can never break it."""
    return any(given.key == deed.key for given in theorem.given for deed in _EFFECTS)


def state_redundancy(name: str, theorem: Theorem) -> tuple[str, Theorem]:
    """State that the test is redundant for a theorem: the name and the theorem."""
    return f"cow_check_is_redundant_for_{name}", Theorem(
        says=f"On every input that the is_cow_mapping() test refuses, without it: {theorem.says}",
        given=(refused_by_the_test,),
        then=disj(*(~given for given in theorem.given), theorem.then),
        because=(
            "20250704140431.GH1410929@nvidia.com: is_cow_mapping() need not be tested",
            *theorem.because,
        ),
        not_assuming=theorem.not_assuming,
    )


def state_conditional_redundancy(condition: Condition, name: str, theorem: Theorem) -> tuple[str, Theorem]:
    """State the redundancy of the test for a theorem, under the condition."""
    longer, redundant = state_redundancy(name, theorem)
    says = f"{redundant.says} This holds {condition.says}."
    return f"{longer}_{condition.name}", replace(
        redundant, says=says, given=(*redundant.given, condition.holds)
    )


_has_vma = mmap_locked & vma_found
_has_pfn = looked_up & ~is_error_noslot_pfn

#: The inputs that each version's test refuses.
REFUSED: Mapping[str, Term] = {
    "v3": _has_vma & is_pfnmap & is_cow_mapping,
    "v6": _has_vma & is_pfnmap & is_cow_mapping,
    "v7": _has_vma & is_pfnmap & is_cow_mapping,
    "v8": _has_pfn & is_pfnmap & ~pfn_is_map_memory & is_cow_mapping,
    "v9": _has_pfn & beyond & is_cow_mapping,
}

_ATOMS: tuple[tuple[str, Term], ...] = (
    ("vma_found", _has_vma),
    ("pfn_found", _has_pfn),
    ("VM_PFNMAP", is_pfnmap),
    ("VM_MIXEDMAP", is_mixedmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("is_cow_mapping(vm_flags)", is_cow_mapping),
)


def state_refused_set(shape: str) -> tuple[str, Theorem, Region]:
    """State which inputs the test of a version refuses: an if-and-only-if, and a region to be printed."""
    theorem = Theorem(
        says="The is_cow_mapping() test refuses exactly the inputs of the printed formula.",
        given=(TRUE,),
        then=same(cow_refused, REFUSED[shape]),
        because=("20250310103008.3471-1-ankita@nvidia.com, v3; 20250621042111.3992-1-ankita@nvidia.com, v9",),
    )
    return "cow_check_refuses_exactly_its_set", theorem, Region("refused", _ATOMS, cow_refused)


_nothing_else_is_wrong = refused_by_the_test & undisturbed & is_understood

_OUTCOME_ATOMS: tuple[tuple[str, Term], ...] = (
    ("refused_for_cow_alone", _nothing_else_is_wrong),
    ("is_vma_cacheable", is_vma_cacheable),
    ("kvm_supports_cacheable_pfnmap()", kvm_supports_cacheable_pfnmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("exec_fault", exec_fault),
    ("tags_are_forbidden", has_forbidden_tags),
)

MAPPED_WITHOUT = Region("mapped", _OUTCOME_ATOMS, conj(_nothing_else_is_wrong, mapped | relaxed))

#: What becomes, without the test, of what it refuses: names, theorems, and the regions to be printed.
OUTCOMES_WITHOUT_TEST: tuple[tuple[str, Theorem, tuple[Region, ...]], ...] = (
    (
        "what_the_cow_check_refuses_is_refused_without_it",
        Theorem(
            says="What the is_cow_mapping() test refuses is refused without it as well.",
            given=(_nothing_else_is_wrong,),
            then=~mapped & ~relaxed,
            because=(
                "were it so, the test would be dead code; it is not, and the formula says what is mapped",
            ),
        ),
        (MAPPED_WITHOUT,),
    ),
    (
        "what_the_cow_check_refuses_is_not_mapped_writable_without_it",
        Theorem(
            says="Nothing that the is_cow_mapping() test refuses is mapped writable without it.",
            given=(refused_by_the_test,),
            then=~(mapped & WRITABLE),
            because=("the test's purpose: MAP_PRIVATE mappings of /dev/mem (comment in v9)",),
        ),
        (),
    ),
)
