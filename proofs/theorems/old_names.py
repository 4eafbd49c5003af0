# SPDX-License-Identifier: GPL-2.0-only
"""Old names of theorems and models, which are understood for one release after a renaming.

A claim that is derived of a theorem is renamed with it: its name is a prefix and the theorem's name.
"""

from __future__ import annotations

from collections.abc import Mapping

#: What stands before a theorem's name in the name of a claim that is derived of it.
PREFIXES = ("cow_check_is_redundant_for_", "no_case_of_")

#: Theorems, the old name first.
THEOREMS: Mapping[str, str] = {
    "cacheable_pages_of_a_pfnmap_vma_are_mapped_by_the_host_s_block": (
        "cacheable_pfnmap_pages_in_a_host_block_are_mapped_by_a_block"
    ),
    "dev_mem_s_type_is_of_what_is_mapped": "dev_mem_type_is_that_of_what_is_mapped",
    "exec_permission_is_never_added_beyond_memory_unless_cacheable": (
        "exec_permission_is_added_beyond_memory_only_if_cacheable"
    ),
    "fault_paths_are_given_the_memslot_s_address": "fault_paths_are_given_the_memslot_address",
    "faults_beyond_the_guest_s_space_are_aborts": "faults_beyond_the_guest_address_space_are_aborts",
    "faults_of_the_guest_s_own_making_are_never_resolved": "faults_of_the_guest_hypervisor_are_never_resolved",
    "faults_of_the_guest_s_own_tables_are_handed_to_it": "faults_of_the_guest_tables_are_handed_to_the_guest",
    "fetches_from_devices_are_the_guest_s": "fetches_from_devices_are_aborts_in_the_guest",
    "fetches_from_outside_memslots_are_the_guest_s": "fetches_from_outside_memslots_are_aborts_in_the_guest",
    "memslots_are_looked_up_where_the_guest_s_tables_allow": "memslots_are_looked_up_where_the_guest_tables_allow",
    "nested_hugetlb_pages_are_mapped_as_large_as_the_guest_s_block_allows": (
        "hugetlb_under_a_guest_pud_is_as_large_as_the_memslot_allows"
    ),
    "nested_pages_are_executable_at_el0_only_if_the_guest_grants_it": (
        "nested_pages_are_executable_at_el0_only_if_guest_grants_it"
    ),
    "nested_pages_are_executable_at_el1_only_if_the_guest_grants_it": (
        "nested_pages_are_executable_at_el1_only_if_guest_grants_it"
    ),
    "nested_pages_that_the_host_maps_by_a_block_are_mapped_by_a_block": (
        "nested_pages_in_a_host_block_are_mapped_by_a_block"
    ),
    "nothing_is_mapped_if_the_walk_of_the_host_s_tables_failed": (
        "nothing_is_mapped_if_the_walk_of_host_tables_failed"
    ),
    "pages_beyond_memory_are_cacheable_only_if_the_host_maps_them_so": (
        "pages_beyond_memory_are_cacheable_only_if_the_host_pte_is"
    ),
    "pages_beyond_memory_are_cacheable_only_if_the_host_maps_them_so_with_the_vma_s_attribute": (
        "pages_beyond_memory_are_cacheable_only_if_the_host_pte_is_with_the_vma_attribute"
    ),
    "pages_with_the_vma_s_attribute_are_not_upgraded": "pages_with_the_vma_attribute_are_not_upgraded",
    "permission_faults_that_split_nothing_need_no_memory_for_tables": (
        "permission_faults_without_a_split_need_no_memory_for_tables"
    ),
    "permissions_are_added_without_the_guest_s_level": "permissions_are_added_without_the_guest_level",
    "ranges_are_flushed_unless_the_guest_cannot_write_past_the_cache": (
        "ranges_are_flushed_if_the_guest_can_write_past_the_cache"
    ),
    "registers_are_never_mapped_by_pkvm_s_host": "registers_are_never_mapped_by_the_pkvm_host",
    "shadow_entries_keep_the_guest_s_level": "shadow_entries_keep_the_guest_level",
    "special_pages_are_cacheable_only_if_the_host_maps_them_so_with_the_vma_s_attribute": (
        "special_pages_are_cacheable_only_if_the_host_maps_them_so_with_the_vma_attribute"
    ),
    "the_kernel_behaves_as_its_shape": "the_kernel_behaves_as_its_model",
    "the_host_s_leaf_is_the_one_of_the_fault": "the_host_leaf_is_the_one_of_the_fault",
    "unsupported_exclusive_accesses_are_the_guest_s": "unsupported_exclusive_accesses_are_injected_into_the_guest",
}

#: Models, the old name first.
MODELS: Mapping[str, str] = {"before": "v6.16", "merged": "v6.17", "split": "v7.1", "leaf_sized": "v7.2.10"}


def current_theorem(name: str) -> str:
    """The name that the theorem, or the claim derived of it, has now; a pattern is left as it is."""
    prefix = next((p for p in PREFIXES if name.startswith(p)), "")
    return prefix + THEOREMS.get(name.removeprefix(prefix), name.removeprefix(prefix))


def current_model(name: str) -> str:
    """The name that the model has now; a pattern is left as it is."""
    return MODELS.get(name, name)


def current_claim(name: str) -> str:
    """The name that the claim has now, ``THEOREM@SUBJECT`` or ``THEOREM@SUBJECT/PAGES``; each part may be a
    pattern, which is left as it is."""
    theorem, at, subject = name.partition("@")
    model, slash, pages = subject.partition("/")
    return f"{current_theorem(theorem)}{at}{current_model(model)}{slash}{pages}"


def old_name_note(option: str, old: str, new: str) -> str:
    """The sentence for a user who has named something by an old name; "" for any other name."""
    if old == new:
        return ""
    return f"{option}: {old} is an old name, which the next release no longer knows; it is called {new} now."
