# SPDX-License-Identifier: GPL-2.0-only
"""Is the is_cow_mapping() test of a series version redundant?  Asked pointwise, theorem by theorem.

A version that has the test is compared with itself without it, on the same inputs.  For each
theorem that forbids something: on every input that the test refuses, the version without the test
keeps to the theorem.  And: which inputs are refused, and what becomes of them without the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.logic import TRUE, WORD64, Term, conj, const, disj, same
from model.memory import (
    DIC,
    MT_NORMAL,
    PMD_SIZE,
    WRITABLE,
    attr_index,
    beyond,
    cacheable,
    cow_refused,
    exec_fault,
    host_pte_prot,
    hva,
    is_cow_mapping,
    is_error_noslot_pfn,
    is_mixedmap,
    is_pfnmap,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    looked_up,
    mapped,
    marked_dirty,
    mmap_locked,
    other_is_cow_copy,
    page_is_cow_copy,
    perm_fault,
    pfn_is_map_memory,
    relaxed,
    sanitised,
    vm_page_prot,
    vma_found,
)
from model.mm.blocks import consecutive, pfn_is_linear
from model.mm.normal_page import special
from proofs.claim import Region, about
from proofs.theorem import Theorem
from proofs.theorems.refusal import has_forbidden_tags, is_understood, undisturbed

#: The subject that has the test; the other one ("") is the same version without it.
CHECKED = "checked"

#: On these inputs the test strikes.
refused_by_the_test: Term = about(CHECKED, cow_refused)

#: What a theorem that forbids something speaks of: a kernel that refuses every fault satisfies it.
_DEEDS = (mapped, relaxed, sanitised, marked_dirty)


def forbids(theorem: Theorem) -> bool:
    """Whether the theorem is about something that was done: refusing more can never break it."""
    return any(given.key == deed.key for given in theorem.given for deed in _DEEDS)


def redundancy(name: str, theorem: Theorem) -> tuple[str, Theorem]:
    """That the test is redundant for a theorem, and how that is called."""
    return f"cow_check_is_redundant_for_{name}", Theorem(
        says=f"On every input that the is_cow_mapping() test refuses, without it: {theorem.says}",
        given=(refused_by_the_test,),
        then=disj(*(~given for given in theorem.given), theorem.then),
        because=("20250704140431.GH1410929@nvidia.com: is_cow_mapping() need not be tested", *theorem.because),
        not_assuming=theorem.not_assuming,
    )


@dataclass(frozen=True)
class Condition:
    """Where the test is not redundant for ``theorem`` in these ``shapes``, it is under the condition
    ``holds``: every counterexample violates it.  ``name`` is appended to the claim's name, ``says``
    to its sentence, and ``reason`` says what happens otherwise."""

    theorem: str
    shapes: tuple[str, ...]
    name: str
    says: str
    holds: Term
    reason: str


_EARLY, _LATE = ("v3", "v6", "v7"), ("v8", "v9")
_EVERY = (*_EARLY, *_LATE)
_same_class = same(cacheable(host_pte_prot), is_vma_cacheable)
_known_to_v3 = attr_index(vm_page_prot) == MT_NORMAL
_d3 = "D3, D12: memory that /dev/mem maps MAP_PRIVATE and Normal-NC is mapped Normal without the test."
_v3_fwb = "v3 asks for FWB and not for DIC, and its test kept COW mappings from it."

CONDITIONS: tuple[Condition, ...] = (
    Condition(
        "special_pages_are_mapped_as_the_vma_says", ("v6", "v7"), "unless_noncacheable_memory",
        "unless the page is memory and the VMA is not cacheable", ~pfn_is_map_memory | is_vma_cacheable, _d3,
    ),
    Condition(
        "special_pages_are_mapped_as_the_vma_says", ("v3",), "unless_noncacheable_memory_or_tagged",
        "if the VMA is MT_NORMAL, or neither cacheable nor of memory",
        _known_to_v3 | (~pfn_is_map_memory & ~is_vma_cacheable) | (pfn_is_map_memory & is_vma_cacheable), _d3,
    ),
    Condition(
        "special_pages_are_cacheable_only_if_the_host_maps_them_so", _EVERY, "with_the_vma_s_attribute",
        "if the host PTE has vm_page_prot's class, unless the page is memory and the VMA is not cacheable",
        (~pfn_is_map_memory | is_vma_cacheable) & _same_class, "A driver's own protection, as without COW: D8, D9.",
    ),
    Condition(
        "pages_beyond_memory_are_cacheable_only_if_the_host_maps_them_so", _EVERY, "with_the_vma_s_attribute",
        "if the host PTE has vm_page_prot's class", _same_class, "A driver's own protection, as without COW: D8, D9.",
    ),
    Condition(
        "pages_beyond_memory_are_mapped_as_the_vma_says", ("v3",), "of_the_types_of_v3",
        "if the VMA is MT_NORMAL or not cacheable", _known_to_v3 | ~is_vma_cacheable, "v3 does not know MT_NORMAL_TAGGED.",
    ),
    Condition(
        "pages_of_a_cacheable_vma_are_mapped_cacheable", ("v3",), "of_the_types_of_v3",
        "if the page is memory or the VMA MT_NORMAL", pfn_is_map_memory | _known_to_v3, "v3 does not know MT_NORMAL_TAGGED.",
    ),
    Condition(
        "pages_of_a_noncacheable_vma_are_mapped_noncacheable", _EARLY, "beyond_memory",
        "if the page is not memory", ~pfn_is_map_memory, _d3,
    ),
    *(
        Condition(theorem, ("v3",), "with_dic", "if the host has DIC", DIC, _v3_fwb)
        for theorem in (
            "pages_beyond_memory_are_cacheable_only_with_fwb_and_dic",
            "pages_outside_memory_are_cacheable_only_with_fwb_and_dic",
            "pages_without_an_alias_are_cacheable_only_with_fwb_and_dic",
        )
    ),
    Condition(
        "guests_see_what_the_host_maps", _EVERY, "if_consecutive",
        "if the other page follows in physical as it does in virtual memory", consecutive,
        "A COW break replaced one of the block's pages, or the driver filled the VMA in several runs.",
    ),
    Condition(
        "guests_see_what_the_host_maps_in_vmas_filled_at_once", _EVERY, "until_a_cow_break",
        "until a COW break replaces one of the two pages", ~page_is_cow_copy & ~other_is_cow_copy,
        "This is what the test is needed for: the block shows the original of a page that was replaced, or what lies behind "
        "the copy. v8 and v9 refuse it only if the first page is not memory.",
    ),
    Condition(
        "nested_pages_are_executable_only_if_the_guest_grants_it", _EVERY, "unless_a_fetch_misses",
        "unless a fetch finds no shadow entry", ~exec_fault | perm_fault, "As without COW: a translation fault is not forwarded.",
    ),
    Condition(
        "reads_map_pages_read_only_while_logging", ("v9",), "if_special",
        "if the page is special", special, "A normal page of a VM_MIXEDMAP VMA, as without COW: D7.",
    ),
    Condition(
        "remapped_pages_are_of_vmas_that_allow_tags", _EVERY, "without_mte",
        "if the VM has no MTE", ~kvm_has_mte, "As without COW: permission faults are not tested.",
    ),
    Condition(
        "blocks_begin_at_aligned_pages", _EVERY, "if_linear",
        "if the pfn is the one that vm_pgoff says", pfn_is_linear,
        "A COW copy lies anywhere; so does what a driver put there that did not set vm_pgoff.",
    ),
    Condition(
        "blocks_of_a_pfnmap_vma_lie_in_it", _EVERY, "unless_the_first_page_faults",
        "unless the fault is on the block's first page", (hva & (PMD_SIZE - const(1, WORD64))) != 0,
        "As without COW: ALIGN(hva, size) <= vma->vm_end asks nothing of an aligned hva.",
    ),
)  # fmt: skip


def condition(theorem: str, shape: str) -> Condition | None:
    """The condition under which the test is redundant there; None if it always is."""
    return next((c for c in CONDITIONS if c.theorem == theorem and shape in c.shapes), None)


def under(condition: Condition, name: str, theorem: Theorem) -> tuple[str, Theorem]:
    """The redundancy of the test for a theorem, under the condition."""
    longer, redundant = redundancy(name, theorem)
    says = f"{redundant.says} This holds {condition.says}."
    return f"{longer}_{condition.name}", replace(redundant, says=says, given=(*redundant.given, condition.holds))


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
    ("the VMA was found", _has_vma),
    ("the pfn was found", _has_pfn),
    ("VM_PFNMAP", is_pfnmap),
    ("VM_MIXEDMAP", is_mixedmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("is_cow_mapping(vm_flags)", is_cow_mapping),
)


def refused_set(shape: str) -> tuple[str, Theorem, Region]:
    """Which inputs the version's test refuses: an if-and-only-if, and a region to be told."""
    theorem = Theorem(
        says="The is_cow_mapping() test refuses exactly the inputs of the printed formula.",
        given=(TRUE,),
        then=same(cow_refused, REFUSED[shape]),
        because=("the posts; series.md",),
    )
    return "cow_check_refuses_exactly_its_set", theorem, Region("refused by the test", _ATOMS, cow_refused)


_nothing_else_is_wrong = refused_by_the_test & undisturbed & is_understood

_FATE: tuple[tuple[str, Term], ...] = (
    ("the test strikes, and nothing else is wrong", _nothing_else_is_wrong),
    ("the VMA is cacheable", is_vma_cacheable),
    ("FWB and DIC", kvm_supports_cacheable_pfnmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("an exec fault", exec_fault),
    ("MTE, and the VMA may have no tags", has_forbidden_tags),
)

MAPPED_WITHOUT = Region("mapped without the test", _FATE, conj(_nothing_else_is_wrong, mapped | relaxed))

#: What becomes, without the test, of what it refuses: names, theorems, and what is to be told of them.
FATES: tuple[tuple[str, Theorem, tuple[Region, ...]], ...] = (
    (
        "what_the_cow_check_refuses_is_refused_without_it",
        Theorem(
            says="What the is_cow_mapping() test refuses is refused without it as well.",
            given=(_nothing_else_is_wrong,),
            then=~mapped & ~relaxed,
            because=("were it so, the test would be dead code; it is not, and the formula says what is mapped",),
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
