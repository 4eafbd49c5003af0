# SPDX-License-Identifier: GPL-2.0-only
"""Equivalence of each version with the one before it, but for the inputs that are named here.

Both run on the same inputs, and everything in ``proofs.theorems.observable`` is compared.
Permissions and types are compared by what they grant, since the bits of ``enum kvm_pgtable_prot``
moved in v6.19, and addresses by the page, where kvm_pgtable_stage2_map() begins anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.logic import BOOL, TRUE, Term, conj, name, place
from model.program.edit import mark_branch
from model.program.procedure import Procedure
from model.vocabulary.memory import (
    DEVICE,
    DIC,
    EINVAL,
    EXECUTABLE,
    FWB,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    MT_NORMAL,
    NORMAL_NC,
    PAGE_SHIFT,
    READABLE,
    WRITABLE,
    attr_index,
    beyond,
    excl_atomic_fault,
    exec_fault,
    is_cow_mapping,
    is_error_noslot_pfn,
    is_negative,
    is_pfnmap,
    is_protected_kvm_enabled,
    is_vma_cacheable,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    looked_up,
    map_addr,
    mapped,
    mmap_locked,
    mmu_invalidated,
    nested,
    perm_fault,
    pfn_is_map_memory,
    prot,
    relaxed,
    relaxed_addr,
    relaxed_prot,
    thp_size,
    topup_ret,
    vm_page_prot,
    vma_found,
)
from proofs.theorems.fault.refusal import has_forbidden_tags, is_understood
from proofs.theorems.observable import EVERYTHING, Observable
from proofs.theorems.theorem import Theorem, qualify

#: The older of two versions; the newer one is the subject "".
OLDER = "older"

_BITS = (KVM_PGTABLE_PROT_W, KVM_PGTABLE_PROT_X, KVM_PGTABLE_PROT_DEVICE, KVM_PGTABLE_PROT_NORMAL_NC)
_GRANTS = (READABLE, WRITABLE, EXECUTABLE, DEVICE, NORMAL_NC)
#: These are compared by their parts.
_MINOR = frozenset({prot.key, relaxed_prot.key, map_addr.key, relaxed_addr.key})


def _without_minor(observable: Observable) -> Observable:
    return replace(observable, terms=tuple(what for what in observable.terms if what.key not in _MINOR))


_observables: tuple[Observable, ...] = (
    *map(_without_minor, EVERYTHING),
    Observable((*_GRANTS, map_addr >> PAGE_SHIFT), mapped),
    Observable((*(relaxed_prot.any(bit) for bit in _BITS), relaxed_addr >> PAGE_SHIFT), relaxed),
)

#: Everything observable is the same.
do_the_same: Term = conj(*(observable.agrees_with(OLDER) for observable in _observables))


@dataclass(frozen=True)
class VersionStep:
    """From the version ``older`` to ``newer``: they differ only on the inputs ``differs``, and, if
    ``exact``, on all of them; ``says`` is that as a sentence, and ``because`` what made it so."""

    older: str
    newer: str
    differs: Term
    says: str
    because: str
    exact: bool = True


_has_vma = mmap_locked & vma_found
_has_pfn = looked_up & ~is_error_noslot_pfn
_refused_cow = is_pfnmap & is_cow_mapping
_mt_normal = attr_index(vm_page_prot) == MT_NORMAL
_no_hardware = ~kvm_supports_cacheable_pfnmap
#: A page stops being device: a fetch from it is no longer refused, and it gets another type.
_becomes_normal = ~pfn_is_map_memory & (exec_fault | ~mmu_invalidated)
#: Memory is refused late.
_becomes_refused = pfn_is_map_memory & ~mmu_invalidated

STEPS: tuple[VersionStep, ...] = (
    VersionStep(
        "v6.16",
        "v3",
        (_has_vma & _refused_cow)
        | (
            qualify(OLDER, _has_pfn)
            & is_pfnmap
            & ~is_cow_mapping
            & _mt_normal
            & (_becomes_normal | (_becomes_refused & ~FWB))
        ),
        "v3 refuses COW mappings of PFNs, maps the others Normal if they are MT_NORMAL, and refuses "
        "those without FWB.",
        "20250310103008.3471-1-ankita@nvidia.com",
    ),
    VersionStep(
        "v3",
        "v6",
        _has_pfn
        & is_pfnmap
        & (
            (is_vma_cacheable & ~_mt_normal & (_becomes_normal | (_becomes_refused & _no_hardware)))
            | (_mt_normal & FWB & ~DIC & ~mmu_invalidated)
        ),
        "v6 knows the other cacheable types as well, MT_NORMAL_TAGGED first of all, and asks for DIC.",
        "20250523154445.3779-1-ankita@nvidia.com",
    ),
    VersionStep(
        "v6",
        "v7",
        _has_pfn & ~is_pfnmap & is_vma_cacheable & (_becomes_normal | (_becomes_refused & _no_hardware)),
        "v7 does with every cacheable VMA what v6 does with VM_PFNMAP: DAX becomes Normal, and memory "
        "is refused.",
        "20250618065541.50049-1-ankita@nvidia.com; aFLqiAyXZLoOTepi@arm.com",
    ),
    VersionStep(
        "v7",
        "v8",
        (_has_vma & _refused_cow)
        | (
            _has_pfn
            & ~_refused_cow
            & is_vma_cacheable
            & ((beyond & (~is_pfnmap | _no_hardware)) | (~beyond & _no_hardware & ~mmu_invalidated))
        ),
        "v8 looks at pages beyond memory alone, answers them by -EFAULT, and refuses cacheable VM_MIXEDMAP.",
        "20250620120946.2991-1-ankita@nvidia.com",
    ),
    VersionStep(
        "v8",
        "v9",
        _has_pfn & beyond & ~is_pfnmap & (is_cow_mapping ^ is_vma_cacheable),
        "v9 refuses COW of VM_MIXEDMAP as well, and no longer refuses it for being cacheable.",
        "20250621042111.3992-1-ankita@nvidia.com",
    ),
    VersionStep(
        "v9",
        "v6.17",
        _has_pfn & beyond & is_cow_mapping,
        "What was merged has no is_cow_mapping() test, and does the same otherwise: the other tests "
        "that went were dead.",
        "20250705071717.5062-1-ankita@nvidia.com; 0c67288e0c8b",
    ),
    VersionStep(
        "v6.17",
        "v7.1",
        ~is_understood
        | excl_atomic_fault
        | nested
        | (beyond & ((is_vma_cacheable & _no_hardware) | exec_fault))
        | (has_forbidden_tags & (mmu_invalidated | is_negative(thp_size))),
        "The split form resolves reads, injects exclusive and atomic faults, asks the guest for X, "
        "releases the page of every "
        "refusal, and refuses tags before it asks whether to try again.",
        "5f9466b50c1b, v6.18; adjust_nested_exec_perms(), v6.19; v7.0; the refactoring of v7.1",
        exact=False,
    ),
    VersionStep(
        "v7.1",
        "v7.2.10",
        is_pfnmap
        | (beyond & ~is_vma_cacheable)
        | (perm_fault & (topup_ret != 0) & (logging_active | is_protected_kvm_enabled)),
        "VM_PFNMAP VMAs and pages that are not cacheable are sized from the host's leaf, and more "
        "faults get table memory.",
        "71cc2c67fb8f",
        exact=False,
    ),
)


def state_step_theorems(step: VersionStep) -> list[tuple[str, Theorem]]:
    """State that the two versions do the same elsewhere, and differ there."""
    older = step.older
    same_elsewhere = Theorem(
        says=f"{step.newer} does what {older} does, except: {step.says}",
        given=(~step.differs,),
        then=do_the_same,
        because=(step.because,),
    )
    other_there = Theorem(
        says=f"On every such input {step.newer} does something else than {older}: {step.says}",
        given=(step.differs,),
        then=~do_the_same,
        because=(step.because,),
    )
    found = [("does_what_the_version_before_does_elsewhere", same_elsewhere)]
    return [*found, ("does_something_else_there", other_there)] if step.exact else found


#: Of v8 and v9, true of the runs in which the marked test strikes.
_strikes = name("test_strikes")
_s2_force_noncacheable = place("s2_force_noncacheable", BOOL)


@dataclass(frozen=True)
class DeadTest:
    """A test, by its guard, that answers -EINVAL in these versions and never strikes in the last."""

    name: str
    shapes: tuple[str, ...]
    guard: Term
    says: str


_THREAD = "20250704140431.GH1410929@nvidia.com; aFLfT_c4Fcxt8euY@arm.com: is this test dead?"

DEAD_TESTS: tuple[DeadTest, ...] = (
    DeadTest(
        "the_test_inside_cacheable_pfnmap_is_dead",
        ("v8", "v9"),
        _s2_force_noncacheable,
        "The first test of s2_force_noncacheable after its initialisation never strikes.",
    ),
    DeadTest(
        "the_test_before_enoexec_is_dead",
        ("v8", "v9"),
        is_vma_cacheable & _s2_force_noncacheable,
        "The test `is_vma_cacheable && s2_force_noncacheable` never strikes.",
    ),
)


def state_dead_test(test: DeadTest, procedure: Procedure) -> tuple[Procedure, Theorem]:
    """The version with the test marked, and the theorem that it never strikes."""
    marked = mark_branch(procedure, test.guard, str(_strikes.data), answering=-EINVAL)
    return marked, Theorem(says=test.says, given=(TRUE,), then=~_strikes, because=(_THREAD,))
