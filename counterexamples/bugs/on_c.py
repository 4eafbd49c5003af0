# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes that no shape can say, re-created by an edit of a kernel's own C."""

from __future__ import annotations

from counterexamples.bugs.bug import Bug, OnC
from counterexamples.bugs.harm import Harm
from model.source.targets.functions.fault import MMU
from model.vocabulary.guest_abort import in_a_walk, slot_writable
from model.vocabulary.host import in_memblock, said, said_writable, tells_writable
from model.vocabulary.memory import (
    VM_SHARED,
    host_pte_writable,
    is_pfnmap,
    is_vma_cacheable,
    is_zero_pfn,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    mte_allowed,
    perm_fault,
    vm_flags,
    write_fault,
)

_NEW = ("7.2", "7.3")
_ALL = ("6.1", "6.12", *_NEW)

nomap_memory_was_map_memory = Bug(
    says="What is memory was asked of pfn_valid(), which is true of NOMAP memory.",
    cites=("873ba463914c",),
    where=OnC(
        _ALL,
        "pfn_is_map_memory",
        "arch/arm64/mm/init.c",
        (("return memblock_is_map_memory(addr);", "return pfn_valid(pfn);"),),
    ),
    refutes="memory_is_what_memblock_has",
    witness=said ^ in_memblock,
    harm=Harm.CACHEABLE_MMIO,
)

pfnmap_pages_were_said_writable = Bug(
    says="The lookup of a VM_PFNMAP page said writable whatever the PTE was.",
    cites=("bd2fae8da794",),
    where=OnC(
        _NEW,
        "hva_to_pfn_remapped",
        "virt/kvm/kvm_main.c",
        (("kvm_resolve_pfn(kfp, NULL, &args, args.writable)", "kvm_resolve_pfn(kfp, NULL, &args, true)"),),
    ),
    refutes="remapped_pages_are_said_writable_as_their_pte_is",
    witness=tells_writable & said_writable & ~host_pte_writable,
    harm=Harm.WRITE_TO_READ_ONLY,
)

memslots_were_accepted_and_then_refused = Bug(
    says="Faults were refused for cacheability, and the memslot had been accepted.",
    cites=("20250310103008.3471-1-ankita@nvidia.com",),
    where=OnC(
        _NEW,
        "kvm_arch_prepare_memory_region",
        MMU,
        (("if (kvm_vma_is_cacheable(vma) && !kvm_supports_cacheable_pfnmap())", "if (0)"),),
    ),
    refutes="memslots_over_cacheable_pfnmap_need_fwb_and_dic",
    witness=is_pfnmap & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap,
    harm=Harm.LATE_REFUSAL,
)

memslots_of_private_files_had_tags = Bug(
    says="Registration asked for VM_SHARED in the place of VM_MTE_ALLOWED.",
    cites=("c911f0d46879",),
    where=OnC(
        ("6.12", *_NEW),
        "kvm_arch_prepare_memory_region",
        MMU,
        (("kvm_has_mte(kvm) && !kvm_vma_mte_allowed(vma)", "kvm_has_mte(kvm) && vma->vm_flags & VM_SHARED"),),
    ),
    refutes="memslots_of_guests_with_mte_are_over_vmas_that_allow_tags",
    witness=kvm_has_mte & ~mte_allowed & ~vm_flags.any(VM_SHARED),
    harm=Harm.FOREIGN_TAGS,
)

walks_of_fetches_were_no_writes = Bug(
    says="A fetch whose stage-1 walk must write its table was taken for no write, and never became one.",
    cites=("c4ad98e4b72c",),
    where=OnC(
        _NEW,
        "user_mem_abort",
        "arch/arm64/include/asm/kvm_emulate.h",
        (
            (
                "return kvm_vcpu_trap_is_permission_fault(vcpu);",
                "return kvm_vcpu_trap_is_permission_fault(vcpu) && !kvm_vcpu_trap_is_iabt(vcpu);",
            ),
        ),
    ),
    refutes="write_faults_are_answered_with_write_permission",
    witness=write_fault & perm_fault & logging_active,
    harm=Harm.ENDLESS_FAULT,
)

the_zero_page_was_tagged = Bug(
    says="The tags of the zero page, which is mapped for reads of anonymous memory, were cleared for a guest, "
    "and it was noted as tagged.",
    cites=("f620d66af316", "2986a6257405"),
    where=OnC(_NEW, "sanitise_mte_tags", MMU, (("if (is_zero_pfn(pfn)) {", "if (0) {"),)),
    refutes="zero_pages_are_never_tagged",
    witness=is_zero_pfn & kvm_has_mte,
    harm=Harm.ZERO_PAGE_TAGGED,
)

every_walk_was_a_write = Bug(
    says="Every fault of a stage-1 walk was taken for a write, so that page tables in a read-only memslot "
    "were never mapped.",
    cites=("406504c7b040",),
    where=OnC(
        ("6.12", *_NEW),
        "kvm_handle_guest_abort",
        "arch/arm64/include/asm/kvm_emulate.h",
        (("return kvm_vcpu_trap_is_permission_fault(vcpu);", "return true;"),),
    ),
    refutes="faults_on_memslots_are_resolved",
    witness=in_a_walk & ~perm_fault & ~slot_writable,
    harm=Harm.NEEDLESS_ABORT,
)
