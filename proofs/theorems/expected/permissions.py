# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: permissions."""

from __future__ import annotations

from model.vocabulary.memory import exec_fault, nested_executable, perm_fault
from proofs.theorems.expectation import Table, exclude, expect_proved, expect_refuted, until

EXPECTED: Table = {
    "writable_pages_are_what_the_lookup_said": expect_proved(),
    "writable_pages_are_writable_in_the_host": expect_proved(),
    "write_faults_are_answered_with_write_permission": expect_proved(),
    "mapped_pages_are_readable": expect_proved(),
    "executable_pages_are_cacheable": expect_proved(),
    "exec_faults_are_answered_with_exec_permission": expect_proved(),
    "exec_permission_is_never_added_with_a_noncacheable_type": expect_proved(),
    "exec_permission_is_added_beyond_memory_only_if_cacheable": expect_proved(
        exclude("v6.16", reason="v6.16 adds X to the entries of memory alone: all else is device."),
    ),
    "write_permission_is_added_only_if_the_lookup_said_so": expect_proved(),
    "nested_pages_are_writable_only_if_the_guest_grants_it": expect_proved(),
    "nested_pages_are_readable_only_if_the_guest_grants_it": expect_proved(),
    "nested_pages_are_executable_only_if_the_guest_grants_it": expect_proved(
        expect_refuted(
            until("v6.17"),
            witness=exec_fault & ~perm_fault & ~nested_executable,
            reason="kvm_s2_handle_perm_fault() forwards permission faults alone; a fetch whose shadow "
            "entry is missing is a "
            "translation fault, and `if (exec_fault)` does not ask the guest's stage 2. "
            "adjust_nested_exec_perms() does, "
            "since v6.19.",
        )
    ),
    "nested_exec_permission_is_never_added_unless_granted": expect_proved(),
    "nested_pages_are_executable_at_el0_only_if_guest_grants_it": expect_proved(),
    "nested_pages_are_executable_at_el1_only_if_guest_grants_it": expect_proved(),
    "permissions_are_added_only_on_permission_faults": expect_proved(),
    "write_faults_add_write_permission": expect_proved(),
    "exec_faults_add_exec_permission": expect_proved(),
    "normal_pages_are_executable_at_once_with_dic": expect_proved(),
    "nested_pages_are_executable_at_once_with_dic": expect_proved(),
    "normal_entries_become_executable_at_once_with_dic": expect_proved(),
    "pages_are_executable_without_dic_only_for_fetches": expect_proved(),
    "exec_permission_is_added_without_dic_only_for_fetches": expect_proved(),
    "shadow_entries_keep_the_guest_level": expect_proved(),
    "permissions_are_added_without_the_guest_level": expect_proved(),
    "write_faults_look_up_pages_for_writing": expect_proved(),
    "other_faults_look_up_pages_for_reading": expect_proved(),
    "executable_pages_are_executable_at_el0_and_el1": expect_proved(),
    "exec_permission_is_added_at_el0_and_el1": expect_proved(),
    "nested_pages_are_executable_at_el0_if_the_guest_grants_it": expect_proved(),
    "nested_pages_are_executable_at_el1_if_the_guest_grants_it": expect_proved(),
    "nested_pages_are_readable_if_the_guest_grants_it": expect_proved(),
    "nested_write_faults_are_answered_with_write_permission": expect_proved(),
}
