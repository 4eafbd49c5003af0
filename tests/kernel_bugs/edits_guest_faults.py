# SPDX-License-Identifier: GPL-2.0-only
"""Edits of the fault's caller, where the fault is the guest's own, and of tags, each of which is a bug."""

from __future__ import annotations

_ABORT, _SANITISE, _MMU = "kvm_handle_guest_abort", "sanitise_mte_tags", "arch/arm64/kvm/mmu.c"
_SIZE_FAULT = "kvm_inject_size_fault(vcpu);\n\t\t\treturn 1;"
_LIMIT = "fault_ipa >= BIT_ULL(get_kvm_ipa_limit())"
_GUEST_LIMIT = "fault_ipa >= BIT_ULL(VTCR_EL2_IPA(vcpu->arch.hw_mmu->vtcr))"
_RACED = "if (ret == -EAGAIN) {\n\t\t\tret = 1;\n\t\t\tgoto out_unlock;\n\t\t}\n"
_WALK = "ret = kvm_walk_nested_s2(vcpu, fault_ipa, &nested_trans);\n"
_PERM = "ret = kvm_s2_handle_perm_fault(vcpu, &nested_trans);\n\t\tif (ret) {"
_BY_WALK = "if (kvm_vcpu_abt_iss1tw(vcpu)) {"

#: (tree, target, file, function that is edited, what is replaced, by what, a theorem that is then refuted)
EDITS = tuple(
    (tree, target, _MMU, target, old, new, theorem)
    for tree, target, old, new, theorem in (
        ("7.3", _ABORT, _LIMIT, "0", "faults_beyond_the_machine_are_size_faults"),
        ("6.12", _ABORT, _LIMIT, "0", "faults_beyond_the_machine_are_size_faults"),
        ("7.3", _ABORT, _LIMIT, _LIMIT.replace(">=", ">"), "faults_beyond_the_machine_are_size_faults"),
        ("7.3", _ABORT, _LIMIT, "1", "size_faults_are_for_addresses_beyond_the_machine"),
        ("7.3", _ABORT, _SIZE_FAULT, "return 1;", "faults_beyond_the_machine_are_size_faults"),
        ("7.3", _ABORT, _SIZE_FAULT, "kvm_inject_size_fault(vcpu);", "size_faults_are_for_addresses_beyond_the_machine"),
        ("7.3", _ABORT, _GUEST_LIMIT, "0", "faults_beyond_the_guest_address_space_are_aborts"),
        ("7.3", _ABORT, _GUEST_LIMIT, "1", "aborts_are_for_what_cannot_be_mapped_or_emulated"),
        ("7.3", _ABORT, _RACED, "", "walks_that_raced_are_made_again"),
        ("7.3", _ABORT, _WALK, f"{_WALK}\t\tret = 0;\n", "memslots_are_looked_up_where_the_guest_tables_allow"),
        ("6.12", _ABORT, _WALK, f"{_WALK}\t\tret = 0;\n", "faults_of_the_guest_tables_are_handed_to_the_guest"),
        ("7.3", _ABORT, _PERM, _PERM.replace("(ret)", "(0)"), "faults_of_the_guest_tables_are_handed_to_the_guest"),
        ("7.3", _ABORT, _PERM, _PERM.replace("(ret)", "(1)"), "faults_are_handed_to_the_guest_only_by_its_own_tables"),
        ("7.3", _ABORT, _BY_WALK, "if (0) {", "accesses_that_cannot_be_emulated_are_aborts"),
        ("7.3", _ABORT, _BY_WALK, "if (1) {", "aborts_are_for_what_cannot_be_mapped_or_emulated"),
        ("7.3", _ABORT, "if (ret == -ENOEXEC)\n\t\tret = kvm_inject_sea_iabt(vcpu, kvm_vcpu_get_hfar(vcpu));",
         "if (ret == -ENOEXEC)\n\t\tret = 1;", "fetches_from_outside_memslots_are_aborts_in_the_guest"),
        ("7.3", _ABORT, "!esr_fsc_is_translation_fault(esr) &&\n", "", "translation_faults_look_for_a_memslot"),
        ("7.3", _SANITISE, "if (is_zero_pfn(pfn)) {", "if (0) {", "zero_pages_are_never_tagged"),
        ("7.3", _SANITISE, "if (!kvm_has_mte(kvm))\n\t\treturn;", "", "pages_of_guests_without_mte_are_left_alone"),
        ("7.3", _SANITISE, "if (try_page_mte_tagging(page)) {", "if (1) {", "pages_are_noted_whose_tags_were_cleared"),
        ("6.1", _SANITISE, "if (!page_mte_tagged(page)) {", "if (page_mte_tagged(page)) {", "tags_in_use_are_never_cleared"),
        ("6.12", _SANITISE, "set_page_mte_tagged(page);", "", "pages_without_tags_are_given_cleared_ones"),
        ("6.12", _SANITISE, "mte_clear_page_tags(page_address(page));", "", "pages_are_noted_whose_tags_were_cleared"),
        ("6.12", _SANITISE, "mte_clear_page_tags(page_address(page));", "mte_clear_page_tags(page_address(page + 1));",
         "pages_are_noted_whose_tags_were_cleared"),
    )
)  # fmt: skip
