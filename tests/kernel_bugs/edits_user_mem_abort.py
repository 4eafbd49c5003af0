# SPDX-License-Identifier: GPL-2.0-only
"""Edits of user_mem_abort(), each of which is a bug: a lost dirty page, a race, a guest that faults for ever.

Each stands with the tree, the theorem that is then refuted, and what is replaced by what.
"""

from __future__ import annotations

_RELEASE = "kvm_release_faultin_page(kvm, s2vi->page, !!ret, writable);"
_UNLOCK = f"{_RELEASE}\n\tkvm_fault_unlock(kvm);"
_PROT = "kvm_is_write_fault(s2fd->vcpu) ? FOLL_WRITE : 0"
_POISON = "kvm_send_hwpoison_signal(s2fd->hva, __ffs(s2vi->vma_pagesize));"
_INJECT = "kvm_inject_dabt_excl_atomic(s2fd->vcpu, kvm_vcpu_get_hfar(s2fd->vcpu));"
_COUNT = "\ts2vi->mmu_seq = kvm->mmu_invalidate_seq;\n"
_FOUND = "\tif (unlikely(is_error_noslot_pfn(s2vi->pfn))) {"
_RELAX = "\tif (mapping_size == perm_fault_granule) {"
_REFUSE = "kvm_release_faultin_page(s2fd->vcpu->kvm, s2vi->page, true, false);"
_DIRTY = "kvm_set_pfn_dirty(pfn);"
_WRITABLE = "\tif (writable)\n\t\tprot |= KVM_PGTABLE_PROT_W;"

#: (tree, a theorem that is then refuted, what is replaced and by what)
EDITS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("7.3", "write_faults_look_up_pages_for_writing", ((_PROT, "0"),)),
    ("7.3", "other_faults_look_up_pages_for_reading", ((_PROT, "FOLL_WRITE"),)),
    ("7.3", "poisoned_pages_are_told_to_the_vmm", ((_POISON, ""),)),
    ("7.3", "poison_is_told_where_the_vmm_has_it", ((_POISON, _POISON.replace("s2fd->hva", "s2fd->fault_ipa")),)),
    ("7.3", "only_poisoned_pages_are_told_to_the_vmm", (("== KVM_PFN_ERR_HWPOISON) {", "!= KVM_PFN_ERR_HWPOISON) {"),)),
    ("7.3", "pages_mapped_writable_are_dirty_in_the_host", ((_RELEASE, _RELEASE.replace("writable", "false")),)),
    ("7.3", "pages_made_writable_are_dirty_in_the_host", ((_RELEASE, _RELEASE.replace("!!ret", "true")),)),
    ("7.3", "pages_are_dirty_in_the_host_only_if_writable", ((_RELEASE, _RELEASE.replace("!!ret", "false")),)),
    (
        "7.3",
        "pages_in_use_are_released_under_mmu_lock",
        ((_UNLOCK, f"kvm_fault_unlock(kvm);\n\t{_RELEASE}"),),
    ),
    ("7.3", "pages_in_use_are_released_under_mmu_lock", ((_REFUSE, _REFUSE.replace("true", "false")),)),
    (
        "7.3",
        "pages_are_mapped_under_mmu_lock",
        ((_RELAX, f"\tkvm_fault_unlock(kvm);\n{_RELAX}"), (_UNLOCK, _RELEASE)),
    ),
    (
        "7.3",
        "permissions_are_added_under_mmu_lock",
        ((_RELAX, f"\tkvm_fault_unlock(kvm);\n{_RELAX}"), (_UNLOCK, _RELEASE)),
    ),
    ("7.3", "pages_that_were_looked_up_are_released", ((_REFUSE, ""),)),
    ("7.3", "pages_that_were_looked_up_are_released", (("kvm_release_page_unused(s2vi.page);", ""),)),
    (
        "7.3",
        "the_page_that_is_written_to_is_marked_dirty",
        (("gfn_to_gpa(get_canonical_gfn(s2fd, s2vi))", "gfn_to_gpa(s2vi->gfn)"),),
    ),
    (
        "7.3",
        "the_host_leaf_is_the_one_of_the_fault",
        (("get_user_mapping_size(kvm, hva);", "get_user_mapping_size(kvm, *gfnp << PAGE_SHIFT);"),),
    ),
    ("7.3", "the_vma_is_the_one_of_the_fault", (("vma_lookup(current->mm, s2fd->hva)", "vma_lookup(current->mm, s2fd->fault_ipa)"),)),
    ("7.3", "faults_under_pkvm_get_memory_for_tables", ((" ||\n\t    is_protected_kvm_enabled()) {", ") {"),)),
    ("7.3", "unsupported_exclusive_accesses_are_injected_into_the_guest", ((_INJECT, ""),)),
    ("7.3", "unsupported_exclusive_accesses_return_to_the_guest", ((f"{_INJECT}\n\t\treturn 1;", f"{_INJECT}\n\t\treturn -EFAULT;"),)),
    ("7.3", "unsupported_exclusive_accesses_map_nothing", ((f"{_INJECT}\n\t\treturn 1;", _INJECT),)),
    ("7.3", "only_unsupported_exclusive_accesses_are_injected", (("if (esr_fsc_is_excl_atomic_fault(", "if (!esr_fsc_is_excl_atomic_fault("),)),
    (
        "7.3",
        "pages_beyond_memory_are_mapped_writable_even_while_logging",
        (("s2vi->map_writable && (s2vi->device ||\n\t\t\t\t   !memslot", "s2vi->map_writable && (!memslot"),),
    ),
    ("7.3", "nested_pages_are_executable_at_el1_if_the_guest_grants_it", (("prot &= ~KVM_PGTABLE_PROT_UX;", "prot &= ~KVM_PGTABLE_PROT_X;"),)),
    ("7.3", "invalidations_are_counted_before_the_page_is_looked_up", ((_COUNT, ""),)),
    (
        "7.3",
        "invalidations_are_counted_before_the_page_is_looked_up",
        ((_COUNT, ""), (_FOUND, f"{_COUNT.replace('kvm->', 's2fd->vcpu->kvm->')}{_FOUND}")),
    ),
    (
        "6.12",
        "invalidations_are_counted_before_the_page_is_looked_up",
        (
            (
                "\tmmu_seq = vcpu->kvm->mmu_invalidate_seq;\n\tmmap_read_unlock(current->mm);\n",
                "\tmmap_read_unlock(current->mm);\n\tmmu_seq = vcpu->kvm->mmu_invalidate_seq;\n",
            ),
        ),
    ),
    ("6.12", "pages_mapped_writable_are_dirty_in_the_host", ((_DIRTY, ""),)),
    (
        "6.12",
        "pages_are_dirty_in_the_host_only_if_writable",
        ((_DIRTY, ""), (_WRITABLE, f"\tif (writable) {{\n\t\tprot |= KVM_PGTABLE_PROT_W;\n\t\t{_DIRTY}\n\t}}")),
    ),
    ("6.12", "write_faults_look_up_pages_for_writing", (("write_fault, &writable, NULL);", "false, &writable, NULL);"),)),
    ("6.12", "the_page_that_is_written_to_is_marked_dirty", (("gfn = ipa >> PAGE_SHIFT;\n\tmte_allowed", "gfn = fault_ipa >> PAGE_SHIFT;\n\tmte_allowed"),)),
)  # fmt: skip
