# SPDX-License-Identifier: GPL-2.0-only
"""Where the is_cow_mapping() test is not redundant, and the condition under which it is.

Each row is proved twice: with the condition the test is redundant, and every counterexample without
it violates the condition.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.facts.blocks import consecutive, pfn_is_linear
from model.facts.normal_page import special
from model.logic import BV64, Term, const, same
from model.vocabulary.memory import (
    DIC,
    MT_NORMAL,
    PMD_SIZE,
    attr_index,
    cacheable,
    dirty_tracked,
    exec_fault,
    host_pte_prot,
    hva,
    is_vma_cacheable,
    kvm_has_mte,
    logging_active,
    other_is_cow_copy,
    page_is_cow_copy,
    perm_fault,
    pfn_is_map_memory,
    vm_page_prot,
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
        "special_pages_are_mapped_as_the_vma_says",
        ("v6", "v7"),
        "unless_noncacheable_memory",
        "unless the page is memory and the VMA is not cacheable",
        ~pfn_is_map_memory | is_vma_cacheable,
        _d3,
    ),
    Condition(
        "special_pages_are_mapped_as_the_vma_says",
        ("v3",),
        "unless_noncacheable_memory_or_tagged",
        "if the VMA is MT_NORMAL, or neither cacheable nor of memory",
        _known_to_v3 | (~pfn_is_map_memory & ~is_vma_cacheable) | (pfn_is_map_memory & is_vma_cacheable),
        _d3,
    ),
    Condition(
        "special_pages_are_cacheable_only_if_the_host_maps_them_so",
        _EVERY,
        "with_the_vma_attribute",
        "if the host PTE has vm_page_prot's class, unless the page is memory and the VMA is not cacheable",
        (~pfn_is_map_memory | is_vma_cacheable) & _same_class,
        "A driver's own protection, as without COW: D8, D9.",
    ),
    Condition(
        "normal_pages_are_mapped_as_the_host_maps_them",
        _EARLY,
        "in_cacheable_vmas",
        "if the VMA is cacheable",
        is_vma_cacheable,
        "D4: the COW copy of a page of a Device VMA is mapped Normal.",
    ),
    Condition(
        "pages_beyond_memory_are_cacheable_only_if_the_host_pte_is",
        _EVERY,
        "with_the_vma_attribute",
        "if the host PTE has vm_page_prot's class",
        _same_class,
        "A driver's own protection, as without COW: D8, D9.",
    ),
    Condition(
        "pages_beyond_memory_are_mapped_as_the_vma_says",
        ("v3",),
        "of_the_types_of_v3",
        "if the VMA is MT_NORMAL or not cacheable",
        _known_to_v3 | ~is_vma_cacheable,
        "v3 does not know MT_NORMAL_TAGGED.",
    ),
    Condition(
        "pages_of_a_cacheable_vma_are_mapped_cacheable",
        ("v3",),
        "of_the_types_of_v3",
        "if the page is memory or the VMA MT_NORMAL",
        pfn_is_map_memory | _known_to_v3,
        "v3 does not know MT_NORMAL_TAGGED.",
    ),
    Condition(
        "pages_of_a_noncacheable_vma_are_mapped_noncacheable",
        _EARLY,
        "beyond_memory",
        "if the page is not memory",
        ~pfn_is_map_memory,
        _d3,
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
        "guests_see_what_the_host_maps",
        _EVERY,
        "if_consecutive",
        "if the other page follows in physical as it does in virtual memory",
        consecutive,
        "A COW break replaced one of the block's pages, or the driver filled the VMA in several runs.",
    ),
    Condition(
        "guests_see_what_the_host_maps_in_vmas_filled_at_once",
        _EVERY,
        "until_a_cow_break",
        "until a COW break replaces one of the two pages",
        ~page_is_cow_copy & ~other_is_cow_copy,
        "This is what the test is needed for: the block shows the original of a page that was replaced, "
        "or what lies behind "
        "the copy. v8 and v9 refuse it only if the first page is not memory.",
    ),
    Condition(
        "nested_pages_are_executable_only_if_the_guest_grants_it",
        _EVERY,
        "unless_a_fetch_misses",
        "unless a fetch finds no shadow entry",
        ~exec_fault | perm_fault,
        "As without COW: a translation fault is not forwarded.",
    ),
    Condition(
        "reads_map_pages_read_only_while_logging",
        ("v9",),
        "if_special",
        "if the page is special",
        special,
        "A normal page of a VM_MIXEDMAP VMA, as without COW: D7.",
    ),
    Condition(
        "pages_of_a_tracked_memslot_are_mapped_one_by_one",
        _EVERY,
        "unless_a_ring_alone_keeps_the_log",
        "unless the dirty pages go to a ring alone",
        ~dirty_tracked | logging_active,
        "As without COW: memslot_is_logging() asks for dirty_bitmap.",
    ),
    Condition(
        "remapped_pages_are_of_vmas_that_allow_tags",
        _EVERY,
        "without_mte",
        "if the VM has no MTE",
        ~kvm_has_mte,
        "As without COW: permission faults are not tested.",
    ),
    Condition(
        "blocks_begin_at_aligned_pages",
        _EVERY,
        "if_linear",
        "if the pfn is the one that vm_pgoff says",
        pfn_is_linear,
        "A COW copy lies anywhere; so does what a driver put there that did not set vm_pgoff.",
    ),
    Condition(
        "blocks_of_a_pfnmap_vma_lie_in_it",
        _EVERY,
        "unless_the_first_page_faults",
        "unless the fault is on the block's first page",
        (hva & (PMD_SIZE - const(1, BV64))) != 0,
        "As without COW: ALIGN(hva, size) <= vma->vm_end asks nothing of an aligned hva.",
    ),
)


def find_condition(theorem: str, shape: str) -> Condition | None:
    """The condition under which the test is redundant there; None if it always is."""
    return next((c for c in CONDITIONS if c.theorem == theorem and shape in c.shapes), None)
