# SPDX-License-Identifier: GPL-2.0-only
"""Scenarios: each is a page that can be, of one class; and which of them the mistakes are reached by."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from counterexamples.scenarios.programs import DISPUTED, SCENARIOS
from counterexamples.scenarios.reach import MADE_ON, NO_SCENARIO, OBSTACLES, Reach, find_scenarios, obstacle
from counterexamples.scenarios.scenario import Scenario, Values, inputs
from model.arch.arm64.constants import PAGES, V6_12
from model.cache import default_directory
from model.facts.assumed import FACTS
from model.facts.classes import CLASSES, of_class
from model.logic import FALSE, TRUE, value_of
from model.source.index.index import Index
from model.vocabulary.memory import is_mixedmap, is_pfnmap, other_is_cow_copy, vm_page_prot
from proofs.claims.past_bugs import apply_edit, make_c_claim, make_shape_claim
from proofs.reports.explain.reachability import find_reach
from tests.support import trees
from tests.support.solvers.asking import ask, ask_closely

BY_NAME = {each.name: each for each in SCENARIOS}
SHAPES = {name: bug for name, bug in bugs().items() if isinstance(bug.where, OnShape)}
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)


def test_names_are_of_one_scenario_each() -> None:
    assert len(BY_NAME) == len(SCENARIOS)
    assert {each.name for each in DISPUTED} <= BY_NAME.keys()


@each_scenario
def test_the_facts_admit_it(scenario: Scenario) -> None:
    values = {**V6_12, **PAGES["4K"], **scenario.values, "map_size": 1 << 12, "lookup_gfn": 0}
    for fact in FACTS:
        assert value_of(fact.holds, lambda t: values.get(str(t.data), 0), lambda t, a: 0), fact.name


@each_scenario
def test_it_is_of_one_class(scenario: Scenario) -> None:
    """Classes of which the kernel's predicates say the same are one to it."""
    (named,) = (row for row in CLASSES if row.name == scenario.page)
    assert named.looked_up and scenario.holds(of_class(named))
    fits = [row for row in CLASSES if row.looked_up and scenario.holds(of_class(row))]
    assert {(row.valid, row.page, row.memory, row.linear, row.zero) for row in fits} == {
        (named.valid, named.page, named.memory, named.linear, named.zero)
    }


@each_scenario
def test_memblock_says_the_same_of_it(scenario: Scenario) -> None:
    assert scenario.values["in_memblock"] == scenario.values["pfn_is_map_memory"]


@each_scenario
def test_nothing_stands_in_its_way(scenario: Scenario) -> None:
    assert [reason for term, reason in OBSTACLES if scenario.holds(term)] == []


@each_scenario
def test_it_says_how_and_where_to_read_it(scenario: Scenario) -> None:
    assert scenario.call and scenario.takes and scenario.source
    assert not {scenario.call[-1], scenario.takes[-1]} & {".", ","}
    assert "the same" not in scenario.call


# Putting a scenario in the place of a witness ----------------------------------------------------
WITNESS = {"pfn": 6, "other_index": 3, "other_pfn": 1, "hva": 0x3000, "vm_start": 0x1000, "vm_flags": 1 << 28}


def test_the_page_is_the_scenario_s_and_the_rest_is_the_witness_s() -> None:
    first = next(iter(inputs(BY_NAME["memfd"], WITNESS)))
    assert first["vm_flags"] == BY_NAME["memfd"].values["vm_flags"]
    assert (first["pfn"], first["other_pfn"], first["hva"]) == (6, 1, 0x3000)


def test_pfns_of_a_range_follow_each_other() -> None:
    for values in inputs(BY_NAME["D11"], WITNESS):
        assert values["other_pfn"] == values["pfn"] + 3
    nearby = BY_NAME["PCI resource, write-combining, after a store nearby"]
    assert next(iter(inputs(nearby, WITNESS)))["other_pfn"] == 1


def test_a_cow_mapping_keeps_its_first_pfn() -> None:
    first = next(iter(inputs(BY_NAME["D3"], WITNESS)))
    assert first["vm_pgoff"] == 6 - 2
    assert "vm_pgoff" not in next(iter(inputs(BY_NAME["D11"], WITNESS)))


def test_hardware_and_addresses_are_tried() -> None:
    tried = list(inputs(BY_NAME["memfd"], {"hva": 5}))
    assert {(v.get("ARM64_HAS_STAGE2_FWB", 0), v["hva"]) for v in tried} == {
        (0, 5),
        (1, 5),
        (0, 1 << 32),
        (1, 1 << 32),
    }


def test_reaching_asks_of_every_scenario_and_keeps_the_order() -> None:
    def fails(values: Values) -> bool:
        return values["vm_flags"] == BY_NAME["D3"].values["vm_flags"] and bool(values["host_pte_special"])

    found = find_scenarios({}, fails)
    assert [each.name for each in found] == [
        "D2",
        "D3",
        "PCI resource, write-combining, after a store nearby",
    ]
    assert [each.name for each in find_scenarios({}, fails, other_is_cow_copy)] == [found[-1].name]
    assert find_scenarios({}, fails, FALSE) == ()


def test_an_obstacle_is_told_or_that_there_is_none() -> None:
    assert obstacle(lambda term: term is OBSTACLES[1][0]) == OBSTACLES[1][1]
    assert obstacle(lambda term: False) == NO_SCENARIO
    assert all(reason.endswith(".") for _, reason in OBSTACLES)


# The mistakes ------------------------------------------------------------------------------------
#: What reaches a mistake, as is known of the commits; other scenarios may too.
REACHED = {
    "zone_device_pages_were_devices": {"D5", "D6", "D7"},
    "mixedmap_was_not_looked_at": {"D7"},
    "refusals_leaked_the_page": {"D7"},
    "cow_mappings_were_refused": {"D3"},
    "forgot_the_hardware": {"D8", "D9", "D10"},
    "nomap_memory_was_memory": {"/dev/mem over NOMAP"},
    "any_cacheable_vma_was_refused": {"anonymous memory", "memfd", "D10"},
    "private_file_mappings_had_tags": {"private file"},
    "cow_copies_were_taken_for_blocks": {"D2, after a store", "D4"},
    "pfnmap_vmas_were_contiguous": {"D1", "udmabuf"},
}
#: What does not reach it.
NOT_REACHED = {
    "zone_device_pages_were_devices": {"anonymous memory", "D2", "D11"},
    "mixedmap_was_not_looked_at": {"D5", "D10"},
    "cow_mappings_were_refused": {"D2", "D4", "PCI resource", "private file"},
    "forgot_the_hardware": {"D2", "D3", "D11", "anonymous memory"},
    "nomap_memory_was_memory": {"PCI resource", "D10", "D1"},
    "any_cacheable_vma_was_refused": {"D1", "D3", "D11", "D12"},
    "private_file_mappings_had_tags": {"anonymous memory", "memfd", "D5"},
    "every_pfnmap_pte_was_writable": {"anonymous memory, only read", "D4", "PCI resource"},
    "cow_copies_were_taken_for_blocks": {"D2", "D3", "D10"},
    "pfnmap_vmas_were_contiguous": {"memfd", "D5", "D7"},
}
#: No known program gets there.
NOWHERE = {"normal_tagged_did_not_count": OBSTACLES[0][1]}


@pytest.fixture(scope="module")
def reached() -> Mapping[str, Reach]:
    """How each mistake on a shape is reached."""
    found = ask_closely([make_shape_claim(name, bug) for name, bug in SHAPES.items()])
    return {
        f.verdict.claim.subject: find_reach(f.verdict, MADE_ON.get(f.verdict.claim.subject, TRUE))
        for f in found
    }


def test_every_mistake_is_reached_or_it_is_said_why_not(reached: Mapping[str, Reach]) -> None:
    assert {name: each.why for name, each in reached.items() if not each.scenarios} == NOWHERE
    assert all(not each.why for each in reached.values() if each.scenarios)
    assert reached.keys() == SHAPES.keys()


@pytest.mark.parametrize("name", REACHED)
def test_what_is_known_to_reach_it_does(name: str, reached: Mapping[str, Reach]) -> None:
    assert {each.name for each in reached[name].scenarios} >= REACHED[name]


@pytest.mark.parametrize("name", NOT_REACHED)
def test_what_cannot_reach_it_does_not(name: str, reached: Mapping[str, Reach]) -> None:
    assert {each.name for each in reached[name].scenarios} & NOT_REACHED[name] == set()


#: Of mistakes in C: some that reach them, and some that do not.
IN_C = {
    "nomap_memory_was_map_memory": ({"/dev/mem over NOMAP"}, {"memfd", "PCI resource", "D10"}),
    "pfnmap_pages_were_said_writable": ({"D2", "D3"}, {"anonymous memory", "D4", "D7"}),
    "memslots_were_accepted_and_then_refused": ({"D2", "D10"}, {"D7", "D11", "anonymous memory"}),
    "memslots_of_private_files_had_tags": ({"private file"}, {"memfd", "anonymous memory"}),
}


@pytest.mark.parametrize("name", IN_C)
def test_mistakes_in_c_are_reached_as_well(name: str) -> None:
    bug, tree = bugs()[name], trees.tree("7.3")
    made = apply_edit(name, bug, tree)
    (found,) = ask_closely([make_c_claim(name, bug, made, Index.build(made, default_directory()))])
    names = {each.name for each in find_reach(found.verdict, MADE_ON.get(name, TRUE)).scenarios}
    does, does_not = IN_C[name]
    assert names >= does
    assert names & does_not == set()


def test_names_in_these_tables_are_known() -> None:
    assert {n for names in (*REACHED.values(), *NOT_REACHED.values()) for n in names} <= BY_NAME.keys()
    assert MADE_ON.keys() <= bugs().keys()


def test_a_verdict_without_a_counterexample_is_reached_by_nothing() -> None:
    (judged,) = ask([make_shape_claim("forgot_dic", SHAPES["forgot_dic"])])
    assert find_reach(judged) == Reach()


def test_words_of_the_page_can_be_asked() -> None:
    assert BY_NAME["D7"].holds(is_mixedmap & ~is_pfnmap & (vm_page_prot == 0))
