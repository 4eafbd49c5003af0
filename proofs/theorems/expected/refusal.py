# SPDX-License-Identifier: GPL-2.0-only
"""Expected verdicts: refusals, and faults that are the guest's or the VMM's to take."""

from __future__ import annotations

from model.vocabulary.memory import (
    EINVAL,
    FWB,
    beyond,
    excl_atomic_fault,
    exec_fault,
    is_cow_mapping,
    is_mixedmap,
    is_negative,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    mapped,
    pfn_is_map_memory,
    relaxed,
    returns,
    thp_size,
    write_fault,
)
from proofs.theorems.expectation import Table, between, exclude, expect_proved, expect_refuted, since, until

_no_hardware = is_vma_cacheable & ~kvm_supports_cacheable_pfnmap
_cow_first = "The is_cow_mapping() test comes first and answers -EINVAL."

EXPECTED: Table = {
    "efault_is_for_cacheability_or_tags": expect_proved(),
    "cacheable_pages_beyond_memory_without_fwb_and_dic_get_efault": expect_proved(
        expect_refuted(
            "v6.16",
            witness=mapped | relaxed | exec_fault,
            reason="v6.16 maps them Device, and refuses a fetch by -ENOEXEC.",
        ),
        expect_refuted(
            "v3",
            witness=mapped | relaxed | exec_fault | returns(EINVAL) | (FWB & is_negative(thp_size)),
            reason="The answer was -EINVAL, what is not known to be cacheable is mapped Device, and FWB was "
            "enough.",
        ),
        expect_refuted(
            "v6",
            witness=mapped | relaxed | exec_fault | returns(EINVAL),
            reason="The answer was -EINVAL, and what is not known to be cacheable is mapped Device.",
        ),
        expect_refuted(
            between("v7", "v8"),
            witness=returns(EINVAL),
            reason="v7 answers -EINVAL; so does v8 for VM_MIXEDMAP and for COW.",
        ),
        expect_refuted("v9", witness=is_cow_mapping & returns(EINVAL), reason=_cow_first),
    ),
    "cacheable_pages_without_allowed_tags_get_efault": expect_proved(
        expect_refuted(
            between("v3", "v7"),
            witness=returns(EINVAL) & (is_cow_mapping | _no_hardware),
            reason="v3 to v7 refuse memory too, by -EINVAL, before they look at tags: "
            "aFLqiAyXZLoOTepi@arm.com.",
        ),
        expect_refuted(
            since("v7.1"),
            witness=excl_atomic_fault,
            reason="Since v7.0 an exclusive or atomic access to what does not support it is injected "
            "into the guest first.",
        ),
    ),
    "einval_is_never_the_answer": expect_proved(
        expect_refuted(
            between("v3", "v6"),
            witness=is_pfnmap & (is_cow_mapping | _no_hardware | is_vma_cacheable),
            reason="v3 and v6 refuse COW mappings of PFNs, and cacheable ones without FWB (v6: and DIC).",
        ),
        expect_refuted(
            "v7",
            witness=(is_pfnmap & is_cow_mapping) | _no_hardware,
            reason="v7: COW, or any cacheable VMA without FWB and DIC (aFLqiAyXZLoOTepi@arm.com).",
        ),
        expect_refuted(
            "v8",
            witness=beyond & ((is_pfnmap & is_cow_mapping) | (~is_pfnmap & is_vma_cacheable)),
            reason="v8: COW of VM_PFNMAP; and a cacheable VM_MIXEDMAP, which the test after the first "
            "one refuses (D7).",
        ),
        expect_refuted(
            "v9",
            witness=beyond & is_cow_mapping,
            reason="v9 refuses COW mappings of pages that are not memory: D3.",
        ),
    ),
    "enoexec_is_for_fetches_from_noncacheable_pages": expect_proved(
        expect_refuted(
            until("v6"),
            witness=exec_fault & ~pfn_is_map_memory & (is_vma_cacheable | ~is_pfnmap_or_mixedmap),
            reason="All that is not memory is device: a guest cannot execute from DAX (D5 to D7).",
        )
    ),
    "fetches_from_noncacheable_pages_get_enoexec": expect_proved(
        expect_refuted(between("v3", "v9"), witness=is_cow_mapping & returns(EINVAL), reason=_cow_first)
    ),
    "refused_faults_change_nothing": expect_proved(),
    "faults_that_are_not_refused_are_resolved": expect_proved(),
    "unexpected_reads_get_efault": expect_proved(
        expect_refuted(
            since("v7.1"),
            witness=~write_fault & ~exec_fault,
            reason="The test moved to the caller as a VM_WARN_ON_ONCE(), and the fault is resolved.",
        )
    ),
    "faults_without_a_vma_get_efault": expect_proved(),
    "failed_lookups_get_efault": expect_proved(),
    "poisoned_pages_are_answered_but_not_mapped": expect_proved(),
    "retries_are_not_told": expect_proved(),
    "faults_of_accepted_memslots_are_never_refused": expect_proved(
        expect_refuted(
            since("v6.17"),
            witness=is_mixedmap & ~is_pfnmap & _no_hardware & ~pfn_is_map_memory,
            reason="kvm_arch_prepare_memory_region() looks at VM_PFNMAP alone: D7, virtiofs DAX without "
            "FWB and DIC.",
        )
    ),
    "refused_memslots_would_fault": expect_proved(
        exclude("v6.16", reason="v6.16 refuses no memslot for cacheability."),
        expect_refuted(
            since("v6.17"),
            witness=is_pfnmap & pfn_is_map_memory,
            reason="The memslot check does not look at pfn_is_map_memory(): D2, a dma-buf heap's RAM.",
        ),
    ),
    "faults_without_memory_for_tables_are_told": expect_proved(),
    "permission_faults_need_no_memory_for_tables": expect_proved(),
    "permission_faults_without_a_split_need_no_memory_for_tables": expect_proved(
        expect_refuted(
            "v7.2.10",
            witness=logging_active & ~write_fault,
            reason="v7.3 takes memory for every fault while logging.",
        )
    ),
    "raced_faults_are_tried_again": expect_proved(),
    "lost_races_are_tried_again": expect_proved(),
    "what_is_refused_for_cow_gets_einval": expect_proved(),
    "failures_to_map_are_told": expect_proved(),
    "failures_to_add_permissions_are_told": expect_proved(),
    "noncacheable_pages_beyond_memory_never_get_efault": expect_proved(),
    "supported_accesses_without_allowed_tags_get_efault": expect_proved(),
    "faults_under_pkvm_get_memory_for_tables": expect_proved(
        expect_refuted(
            until("v7.1"),
            witness=is_protected_kvm_enabled & ~logging_active,
            reason="Up to v7.2 only a write fault while logging got memory; under pKVM it may be needed to "
            "collapse pages into a block.",
        )
    ),
    "poisoned_pages_are_told_to_the_vmm": expect_proved(),
    "only_poisoned_pages_are_told_to_the_vmm": expect_proved(),
    "poison_is_told_where_the_vmm_has_it": expect_proved(),
    "unsupported_exclusive_accesses_are_injected_into_the_guest": expect_proved(),
    "unsupported_exclusive_accesses_return_to_the_guest": expect_proved(),
    "unsupported_exclusive_accesses_map_nothing": expect_proved(),
    "unsupported_exclusive_accesses_add_no_permission": expect_proved(),
    "only_unsupported_exclusive_accesses_are_injected": expect_proved(),
    "injected_faults_return_to_the_guest": expect_proved(
        exclude(until("v6.17"), reason="Up to v6.19 nothing is injected here."),
    ),
}
