# SPDX-License-Identifier: GPL-2.0-only
"""Permissions of pages: no more than the host and the guest's own stage 2 grant."""

from __future__ import annotations

from model.logic import BV64, choose, const
from model.vocabulary.memory import (
    DIC,
    EXECUTABLE,
    KVM_NV_GUEST_MAP_SZ,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_PX,
    KVM_PGTABLE_PROT_UX,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    NORMAL,
    READABLE,
    WRITABLE,
    beyond,
    exec_fault,
    host_pte_writable,
    is_vma_cacheable,
    looked_up,
    lookup_writes,
    mapped,
    nested,
    nested_exec_el0,
    nested_exec_el1,
    nested_executable,
    nested_level,
    nested_readable,
    nested_writable,
    perm_fault,
    pfn_writable,
    prot,
    relaxed,
    relaxed_prot,
    write_fault,
)
from proofs.theorems.theorem import Theorem

writable_pages_are_what_the_lookup_said = Theorem(
    says="A page is mapped writable only if the pfn lookup said that it is writable.",
    given=(mapped, WRITABLE),
    then=pfn_writable,
    because=("user_mem_abort(): `if (writable) prot |= KVM_PGTABLE_PROT_W`",),
)

writable_pages_are_writable_in_the_host = Theorem(
    says="A page is mapped writable only if the host PTE is writable.",
    given=(mapped, WRITABLE),
    then=host_pte_writable,
    because=("bd2fae8da794: the lookup must report the PTE's permission, not the fault's",),
)

write_faults_are_answered_with_write_permission = Theorem(
    says="A page that is mapped for a write fault is writable, if the pfn lookup said so.",
    given=(mapped, write_fault, pfn_writable, ~nested),
    then=WRITABLE,
    because=(
        "a guest that faults for ever on a page it may write is as wrong as one that may write too much",
    ),
)

mapped_pages_are_readable = Theorem(
    says="Every page that is mapped is readable, unless the guest's own stage 2 forbids it.",
    given=(mapped, ~nested),
    then=READABLE,
    because=("user_mem_abort(): `prot = KVM_PGTABLE_PROT_R`",),
)

executable_pages_are_cacheable = Theorem(
    says="No page is mapped executable and Device, or executable and Normal-NC.",
    given=(mapped, EXECUTABLE),
    then=NORMAL,
    because=(
        "Arm ARM B2: fetches from Device are CONSTRAINED UNPREDICTABLE; stage2_set_prot_attr(): -EINVAL",
    ),
)

exec_faults_are_answered_with_exec_permission = Theorem(
    says="A page that is mapped for an exec fault is executable, unless the guest's own stage 2 forbids it.",
    given=(mapped, exec_fault, ~nested),
    then=EXECUTABLE,
    because=("user_mem_abort(): `if (exec_fault) prot |= KVM_PGTABLE_PROT_X`",),
)

exec_permission_is_never_added_with_a_noncacheable_type = Theorem(
    says="kvm_pgtable_stage2_relax_perms() is never asked for X together with Device or Normal-NC.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_X)),
    then=~relaxed_prot.any(KVM_PGTABLE_PROT_DEVICE | KVM_PGTABLE_PROT_NORMAL_NC),
    because=(
        "stage2_attr_walker() does not look at MemAttr: only the -ENOEXEC of the fault path prevents it",
    ),
)

exec_permission_is_added_beyond_memory_only_if_cacheable = Theorem(
    says="X is added to the entry of a PFNMAP or MIXEDMAP page that is not memory only if the VMA is "
    "cacheable.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_X), beyond),
    then=is_vma_cacheable,
    because=("relax_perms keeps the entry's type, which was chosen from the VMA",),
)

write_permission_is_added_only_if_the_lookup_said_so = Theorem(
    says="W is added to an entry only if the pfn lookup said that the page is writable.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_W)),
    then=pfn_writable,
    because=("user_mem_abort(): `if (writable) prot |= KVM_PGTABLE_PROT_W`",),
)

nested_pages_are_writable_only_if_the_guest_grants_it = Theorem(
    says="A shadow stage-2 entry is writable only if the guest's own stage 2 grants it.",
    given=(mapped, nested, WRITABLE),
    then=nested_writable,
    because=("user_mem_abort(): potentially reduce shadow S2 permissions to match the guest's own S2",),
)

nested_pages_are_readable_only_if_the_guest_grants_it = Theorem(
    says="A shadow stage-2 entry is readable only if the guest's own stage 2 grants it.",
    given=(mapped, nested, READABLE),
    then=nested_readable,
    because=("user_mem_abort(): potentially reduce shadow S2 permissions to match the guest's own S2",),
)

nested_pages_are_executable_only_if_the_guest_grants_it = Theorem(
    says="A shadow stage-2 entry is executable only if the guest's own stage 2 grants it.",
    given=(mapped, nested, EXECUTABLE),
    then=nested_executable,
    because=("comment, v6.12 to v6.18: for exec faults we'd only reach this point if the guest allowed it",),
)

nested_exec_permission_is_never_added_unless_granted = Theorem(
    says="X is added to a shadow stage-2 entry only if the guest's own stage 2 grants it.",
    given=(relaxed, nested, relaxed_prot.any(KVM_PGTABLE_PROT_X)),
    then=nested_executable,
    because=(
        "kvm_s2_handle_perm_fault(): a permission fault that the guest's stage 2 explains is forwarded",
    ),
)

nested_pages_are_executable_at_el0_only_if_guest_grants_it = Theorem(
    says="A shadow stage-2 entry is executable at EL0 only if the guest's own stage 2 grants it.",
    given=(mapped, nested, prot.any(KVM_PGTABLE_PROT_UX)),
    then=nested_exec_el0,
    because=("adjust_nested_exec_perms(), since v6.19",),
)

nested_pages_are_executable_at_el1_only_if_guest_grants_it = Theorem(
    says="A shadow stage-2 entry is executable at EL1 only if the guest's own stage 2 grants it.",
    given=(mapped, nested, prot.any(KVM_PGTABLE_PROT_PX)),
    then=nested_exec_el1,
    because=("adjust_nested_exec_perms(), since v6.19",),
)

permissions_are_added_only_on_permission_faults = Theorem(
    says="kvm_pgtable_stage2_relax_perms() is called for permission faults only.",
    given=(relaxed,),
    then=perm_fault,
    because=("user_mem_abort(): `if (fault_is_perm && vma_pagesize == fault_granule)`",),
)

write_faults_add_write_permission = Theorem(
    says="A permission that is added for a write fault has W, if the pfn lookup said so.",
    given=(relaxed, write_fault, pfn_writable, ~nested),
    then=relaxed_prot.any(KVM_PGTABLE_PROT_W),
    because=("a guest that faults for ever on a page it may write",),
)

exec_faults_add_exec_permission = Theorem(
    says="A permission that is added for an exec fault has X, unless the guest's own stage 2 forbids it.",
    given=(relaxed, exec_fault, ~nested),
    then=relaxed_prot.any(KVM_PGTABLE_PROT_X),
    because=("user_mem_abort(): `if (exec_fault) prot |= KVM_PGTABLE_PROT_X`",),
)

normal_pages_are_executable_at_once_with_dic = Theorem(
    says="With DIC, a page that is mapped Normal is executable, whatever the fault was.",
    given=(mapped, NORMAL, DIC, ~nested),
    then=EXECUTABLE,
    because=(
        "user_mem_abort(): `else if (cpus_have_final_cap(ARM64_HAS_CACHE_DIC)) prot |= KVM_PGTABLE_PROT_X`",
    ),
)

nested_pages_are_executable_at_once_with_dic = Theorem(
    says="The same of a shadow stage 2, if the guest's own stage 2 grants it.",
    given=(mapped, NORMAL, DIC, nested_executable),
    then=EXECUTABLE,
    because=("user_mem_abort(), up to v6.18: `(!nested || kvm_s2_trans_executable(nested))`",),
)

normal_entries_become_executable_at_once_with_dic = Theorem(
    says="With DIC, a permission that is added to a Normal page has X, whatever the fault was.",
    given=(relaxed, ~relaxed_prot.any(KVM_PGTABLE_PROT_DEVICE | KVM_PGTABLE_PROT_NORMAL_NC), DIC, ~nested),
    then=relaxed_prot.any(KVM_PGTABLE_PROT_X),
    because=(
        "user_mem_abort(): `else if (cpus_have_final_cap(ARM64_HAS_CACHE_DIC)) prot |= KVM_PGTABLE_PROT_X`",
    ),
)

pages_are_executable_without_dic_only_for_fetches = Theorem(
    says="Without DIC, a page is mapped executable only for an exec fault.",
    given=(mapped, EXECUTABLE, ~DIC),
    then=exec_fault,
    because=("arm64 cleans the instruction cache when X is first asked for: invalidate_icache_guest_page()",),
)

exec_permission_is_added_without_dic_only_for_fetches = Theorem(
    says="Without DIC, X is added to an entry only for an exec fault.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_X), ~DIC),
    then=exec_fault,
    because=("arm64 cleans the instruction cache when X is first asked for: invalidate_icache_guest_page()",),
)

shadow_entries_keep_the_guest_level = Theorem(
    says="What is mapped notes the level of the guest's own stage-2 entry in a shadow stage 2, and "
    "nothing elsewhere.",
    given=(mapped,),
    then=(prot & KVM_NV_GUEST_MAP_SZ) == choose(nested, nested_level & KVM_NV_GUEST_MAP_SZ, const(0, BV64)),
    because=("arch/arm64/kvm/nested.c: kvm_encode_nested_level(), for TLBI by a larger size",),
)

permissions_are_added_without_the_guest_level = Theorem(
    says="No level of the guest's own stage 2 is added to an entry as a permission.",
    given=(relaxed,),
    then=(relaxed_prot & KVM_NV_GUEST_MAP_SZ) == 0,
    because=("user_mem_abort(): drop the SW bits in favour of those stored in the PTE",),
)

write_faults_look_up_pages_for_writing = Theorem(
    says="A write fault looks up a page that may be written.",
    given=(looked_up, write_fault),
    then=lookup_writes,
    because=(
        "__kvm_faultin_pfn(): without FOLL_WRITE a COW mapping is not broken, and the guest faults for ever",
    ),
)

other_faults_look_up_pages_for_reading = Theorem(
    says="A fault that is no write looks up a page that need not be written.",
    given=(looked_up, ~write_fault),
    then=~lookup_writes,
    because=("FOLL_WRITE breaks COW: a read would copy the zero page and what KSM has merged",),
)

executable_pages_are_executable_at_el0_and_el1 = Theorem(
    says="What is mapped executable is executable at EL0 and at EL1, unless the guest's own stage 2 says "
    "otherwise.",
    given=(mapped, EXECUTABLE, ~nested),
    then=(prot & KVM_PGTABLE_PROT_X) == KVM_PGTABLE_PROT_X,
    because=("enum kvm_pgtable_prot, since v6.19: KVM_PGTABLE_PROT_X is PX and UX",),
)

exec_permission_is_added_at_el0_and_el1 = Theorem(
    says="X is added at EL0 and at EL1, unless the guest's own stage 2 says otherwise.",
    given=(relaxed, relaxed_prot.any(KVM_PGTABLE_PROT_X), ~nested),
    then=(relaxed_prot & KVM_PGTABLE_PROT_X) == KVM_PGTABLE_PROT_X,
    because=("enum kvm_pgtable_prot, since v6.19: KVM_PGTABLE_PROT_X is PX and UX",),
)

#: What is handed to the page-table code, be it a new entry or a permission; and whether it is to execute.
_handed = choose(mapped, prot, relaxed_prot)
_is_normal = ~_handed.any(KVM_PGTABLE_PROT_DEVICE | KVM_PGTABLE_PROT_NORMAL_NC)
_executes = (mapped | relaxed) & (exec_fault | (DIC & _is_normal))

nested_pages_are_executable_at_el0_if_the_guest_grants_it = Theorem(
    says="For a fetch, or at once with DIC, an entry becomes executable at EL0 if the "
    "guest's own stage 2 grants it.",
    given=(_executes, nested_exec_el0),
    then=_handed.any(KVM_PGTABLE_PROT_UX),
    because=("adjust_nested_exec_perms(), since v6.19; a guest that may fetch must not fault for ever",),
)

nested_pages_are_executable_at_el1_if_the_guest_grants_it = Theorem(
    says="For a fetch, or at once with DIC, an entry becomes executable at EL1 if the "
    "guest's own stage 2 grants it.",
    given=(_executes, nested_exec_el1),
    then=_handed.any(KVM_PGTABLE_PROT_PX),
    because=("adjust_nested_exec_perms(), since v6.19; a guest that may fetch must not fault for ever",),
)

nested_pages_are_readable_if_the_guest_grants_it = Theorem(
    says="What is mapped is readable if the guest's own stage 2 grants it.",
    given=(mapped, nested_readable),
    then=READABLE,
    because=("adjust_nested_fault_perms(); a guest that may read must not fault for ever",),
)

nested_write_faults_are_answered_with_write_permission = Theorem(
    says="An entry becomes writable for a write fault if the lookup and the guest's own stage 2 grant it.",
    given=(mapped | relaxed, write_fault, pfn_writable, nested_writable),
    then=_handed.any(KVM_PGTABLE_PROT_W),
    because=("adjust_nested_fault_perms(); a guest that may write must not fault for ever",),
)
