# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes in refusing a fault: for nothing, with a lock held, or with a page kept."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, find_shape, on_edit, on_version
from counterexamples.bugs.harm import Harm
from model.program.edit import remove_test
from model.vocabulary.memory import (
    EFAULT,
    EINVAL,
    beyond,
    exec_fault,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    mmap_unlocked,
    mmu_locked,
    page_pinned,
    pfn_is_map_memory,
    returns,
)

# Both have another mistake besides, the refusal of COW mappings, which is taken out.
_v7, _v8 = find_shape("v7"), find_shape("v8")
_v7_without_cow = remove_test(_v7, is_pfnmap & is_cow_mapping)
_v8_without_cow = remove_test(_v8, is_cow_mapping)

any_cacheable_vma_was_refused = Bug(
    says="Without FWB and DIC every cacheable VMA was refused, that of ordinary memory as well.",
    cites=("20250618065541.50049-1-ankita@nvidia.com", "aFLqiAyXZLoOTepi@arm.com"),
    where=on_edit(_v7_without_cow, right=find_shape("v6.17")),
    refutes="einval_is_never_the_answer",
    witness=is_vma_cacheable & ~kvm_supports_cacheable_pfnmap & mmu_locked,
    harm=Harm.NEEDLESS_REFUSAL,
)

cacheable_mixedmap_was_refused = Bug(
    says="Only VM_PFNMAP might be cacheable, and the test after that refused a cacheable VM_MIXEDMAP VMA.",
    cites=("20250620120946.2991-1-ankita@nvidia.com",),
    where=on_edit(_v8_without_cow, right=find_shape("v6.17")),
    refutes="einval_is_never_the_answer",
    witness=beyond & is_mixedmap & ~is_pfnmap & is_vma_cacheable & ~mmu_locked,
    harm=Harm.NEEDLESS_REFUSAL,
)

cow_mappings_were_refused = Bug(
    says="A COW mapping of pages that are not memory was refused, though none of them can be a COW copy.",
    cites=("20250621042111.3992-1-ankita@nvidia.com", "20250704140431.GH1410929@nvidia.com"),
    where=on_version("v9", right="v6.17"),
    refutes="einval_is_never_the_answer",
    witness=beyond & is_cow_mapping & ~mmu_locked,
    harm=Harm.NEEDLESS_REFUSAL,
)

refused_with_mmap_lock_held = Bug(
    says="The refusal of a COW mapping returned before mmap_read_unlock().",
    cites=("20250310103008.3471-1-ankita@nvidia.com", "20250618065541.50049-1-ankita@nvidia.com"),
    where=on_version("v3", right="v8"),
    refutes="mmap_lock_is_released",
    witness=is_pfnmap & is_cow_mapping & returns(EINVAL) & ~mmap_unlocked,
    harm=Harm.LOCK_HELD,
)

refusals_leaked_the_page = Bug(
    says="The early -EFAULT did not release the page that the lookup had pinned.",
    cites=("5f9466b50c1b",),
    where=on_version("v6.17", right="v7.1"),
    refutes="pinned_pages_are_released",
    witness=page_pinned & beyond & ~kvm_supports_cacheable_pfnmap & returns(EFAULT),
    harm=Harm.PAGE_LEAK,
)

fetches_from_dax_leaked_the_page = Bug(
    says="The -ENOEXEC of a fetch from a page that is not memory did not release it, and DAX pages are pinned.",
    cites=("5f9466b50c1b", "216887f79d98"),
    where=on_version("v6.16", right="v7.1"),
    refutes="pinned_pages_are_released",
    witness=page_pinned & exec_fault & ~pfn_is_map_memory & ~returns(EFAULT),
    harm=Harm.PAGE_LEAK,
)
