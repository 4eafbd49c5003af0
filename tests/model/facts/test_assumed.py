# SPDX-License-Identifier: GPL-2.0-only
"""The assumptions: they can all hold at once, each excludes something, and each is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from model.facts.assumed import FACTS
from model.facts.classes import CLASSES, PageClass, of_class
from model.facts.insertion import INSERTIONS, Insertion
from model.logic import TRUE, free_names
from model.vocabulary.symbols import OUTCOMES, READ, VARYING, WORLD
from proofs.theorems.expectation import Verdict
from tests.support.solvers.asking import as_expected, ask, by_theorem, fact

NAMES = [f.name for f in FACTS]

#: For each fact a claim that is decided otherwise without it (at 4K, if nothing else is said).
NEEDED_BY: Mapping[str, tuple[str, ...]] = {
    "core_mm_wrote_the_pte": ("pages_of_ordinary_vmas_are_normal", "core_mm"),
    "pages_have_known_classes": ("pages_of_ordinary_vmas_are_normal", "core_mm"),
    "no_bad_ptes": ("pages_of_ordinary_vmas_are_normal", "core_mm"),
    "pfnmap_vmas_get_no_pages": ("pages_of_a_shared_pfnmap_vma_are_special", "core_mm"),
    "cow_vmas_have_no_writable_special_ptes": (
        "special_pages_of_a_cow_mapping_are_never_mapped_writable",
        "v6.17",
    ),
    "other_cow_copies_are_in_cow_vmas": ("guests_see_what_the_host_maps_in_vmas_filled_at_once", "v7"),
    "normal_pages_have_the_vma_s_protection": (
        "normal_pages_are_mapped_as_the_host_maps_them",
        "v6.17",
    ),
    "zone_device_pages_are_mapped_cacheable": ("normal_pages_are_mapped_cacheable", "v6.17"),
    "users_map_memory_that_has_an_alias": (
        "pages_without_an_alias_are_cacheable_only_with_fwb_and_dic",
        "v6.17",
    ),
    "pages_have_physical_addresses": ("guests_see_what_the_host_maps", "v7.2.10", "16K"),
    "vmas_hold_their_addresses": ("blocks_of_a_pfnmap_vma_lie_in_it", "v6.17"),
    "lookup_says_writable_of_writable_ptes": ("writable_pages_are_writable_in_the_host", "v6.17"),
    "lookup_pins_normal_pages": ("pinned_pages_are_released", "v7"),
    "lookup_answers_with_the_host_s_page": ("guests_see_what_the_host_maps", "v7.2.10"),
    "host_leaves_are_blocks": ("guests_see_what_the_host_maps", "v7.2.10"),
    "walks_of_the_host_s_tables_are_never_invalid": ("does_something_else_there", "v3"),
    "hugetlb_pages_are_blocks": ("guests_see_what_the_host_maps", "v7.2.10"),
    "hugetlb_has_four_sizes": ("sizes_are_page_pmd_and_pud", "v6.17"),
    "pfnmap_memslots_never_log": ("reads_map_pages_read_only_while_logging", "v6.17"),
    "mte_vmas_are_of_pages": ("tags_are_sanitised_only_of_struct_pages", "v6.17"),
    "memslots_with_room_are_congruent": ("blocks_begin_at_the_same_offset_on_both_sides", "v6.17"),
    "guest_blocks_are_congruent": ("blocks_begin_at_the_same_offset_on_both_sides", "v6.17"),
    "guest_pages_are_no_smaller": ("sizes_are_page_pmd_and_pud", "v6.17"),
    "entries_have_table_sizes": ("efault_is_for_cacheability_or_tags", "v6.17"),
    "guest_faults_are_forwarded": ("nested_exec_permission_is_never_added_unless_granted", "v6.17"),
}


def test_all_facts_can_hold_at_once() -> None:
    claim = replace(by_theorem()["memory_is_mapped_cacheable"]["v6.17"], given=(TRUE,), then=TRUE)
    assert {f.name for f in claim.facts} == set(NAMES)
    assert ask([claim])[0].verdict is Verdict.PROVED


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_excludes_something_that_the_others_admit(name: str) -> None:
    claim = by_theorem()["memory_is_mapped_cacheable"]["v6.17"]
    others = tuple(f for f in claim.facts if f.name != name)
    assert ask([replace(claim, facts=others, given=(), then=fact(name).holds)])[0].verdict is Verdict.REFUTED


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_is_needed(name: str) -> None:
    theorem, shape, *pages = NEEDED_BY[name]
    claim = by_theorem(*pages)[theorem][shape]
    others = tuple(f for f in claim.facts if f.name != name)
    assert len(others) == len(claim.facts) - 1
    assert as_expected(claim)
    assert not as_expected(replace(claim, facts=others))


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_is_told(name: str) -> None:
    found = fact(name)
    assert found.says[0].isupper() or found.says.startswith("get_user_mapping_size()")
    assert found.says.endswith(".")
    assert found.source


def test_names_are_words() -> None:
    words = {*READ, *VARYING, *OUTCOMES, *WORLD}
    constants = by_theorem()["memory_is_mapped_cacheable"]["v7.1"].procedures[""].constants
    for each in FACTS:
        assert set(free_names(each.holds)) <= words | set(constants), each.name


@pytest.mark.parametrize("insertion", INSERTIONS, ids=lambda i: i.api)
def test_each_way_to_insert_a_page_can_be_taken(insertion: Insertion) -> None:
    claim = by_theorem()["pages_of_ordinary_vmas_are_normal"]["core_mm"]
    found = ask([replace(claim, given=(insertion.when,), then=~insertion.leaves)])[0]
    assert found.verdict is Verdict.REFUTED


@pytest.mark.parametrize("row", [r for r in CLASSES if r.looked_up], ids=lambda row: row.name)
def test_pages_of_each_class_can_be_found(row: PageClass) -> None:
    claim = by_theorem()["pages_of_ordinary_vmas_are_normal"]["core_mm"]
    without_alias = row.memory and not row.linear
    facts = tuple(
        f for f in claim.facts if not (without_alias and f.name == "users_map_memory_that_has_an_alias")
    )
    found = ask([replace(claim, facts=facts, given=(), then=~of_class(row))])[0]
    assert found.verdict is Verdict.REFUTED


@pytest.mark.parametrize("row", [r for r in CLASSES if not r.looked_up], ids=lambda row: row.name)
def test_classes_that_are_never_found_say_why(row: PageClass) -> None:
    assert row.note
