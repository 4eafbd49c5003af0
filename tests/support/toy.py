# SPDX-License-Identifier: GPL-2.0-only
"""A small fault path and claims about it, for the tests of the proving machinery.

It is written as bare statements, so that these tests depend on no shape and no front-end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.facts.assumed import Fact
from model.logic import BOOL, BV64, FALSE, BitVec, Sort, Term, bitvec_op, const, name, place, resize
from model.program.listing import number_lines
from model.program.procedure import Block, Call, If, Input, Leave, Origin, Place, Procedure, Set, Statement
from model.vocabulary.memory import (
    DEVICE,
    DIC,
    FWB,
    KVM_PGTABLE_PROT_DEVICE,
    KVM_PGTABLE_PROT_NORMAL_NC,
    KVM_PGTABLE_PROT_R,
    KVM_PGTABLE_PROT_W,
    KVM_PGTABLE_PROT_X,
    NORMAL,
    NORMAL_NC,
    PAGE_SIZE,
    PMD_SIZE,
    VM_ALLOW_ANY_UNCACHED,
    WRITABLE,
    beyond,
    exec_fault,
    host_pte_special,
    host_pte_writable,
    hva,
    is_cow_mapping,
    is_pfnmap_or_mixedmap,
    is_vma_cacheable,
    is_zero_pfn,
    kvm_supports_cacheable_pfnmap,
    logging_active,
    map_size,
    mapped,
    pfn_is_map_memory,
    pfn_valid,
    pfn_writable,
    returns,
    supports_pmd,
    vm_flags,
    write_fault,
)
from proofs.claims.claim import Claim
from proofs.theorems.expectation import Expectation, Verdict

MAP = "kvm_pgtable_stage2_map"
BV32 = BitVec(32)
ERRNO = {"EFAULT": 14, "ENOEXEC": 8}

CONSTANTS: Mapping[str, int] = {
    "VM_WRITE": 2, "VM_SHARED": 8, "VM_MAYWRITE": 0x20, "VM_PFNMAP": 0x400, "VM_MIXEDMAP": 1 << 28,
    "VM_MTE_ALLOWED": 1 << 33, "VM_ALLOW_ANY_UNCACHED": 1 << 39,
    "MT_NORMAL": 0, "MT_NORMAL_TAGGED": 1, "MT_NORMAL_NC": 2, "MT_DEVICE_nGnRnE": 3, "MT_DEVICE_nGnRE": 4,
    "PTE_ATTRINDX_MASK": 7 << 2,
    "KVM_PGTABLE_PROT_X": 1, "KVM_PGTABLE_PROT_W": 2, "KVM_PGTABLE_PROT_R": 4,
    "KVM_PGTABLE_PROT_DEVICE": 8, "KVM_PGTABLE_PROT_NORMAL_NC": 16,
    "PAGE_SIZE": 1 << 12, "PMD_SIZE": 1 << 21,
}  # fmt: skip

INPUTS: Sequence[Term] = (
    vm_flags, name("vm_page_prot", BV64), pfn_is_map_memory, pfn_writable, write_fault, exec_fault,
    logging_active, supports_pmd, hva, FWB, DIC,
)  # fmt: skip

WORDS: Mapping[str, Term] = {
    "mapped": place(f"{MAP}.called", BOOL),
    "prot": place(f"{MAP}.prot", BV64),
    "map_size": place(f"{MAP}.size", BV64),
    "ret": place("ret", BV32),
}


def _local(text: str, sort: Sort = BOOL) -> Term:
    return place(text, sort)


def _return(errno: int) -> Leave:
    return Leave("out", result="ret", value=const(-errno, BV32))


def _add(bits: Term) -> Set:
    return Set("prot", _local("prot", BV64) | bits)


def fault_path(test_hardware: bool = True) -> Procedure:
    """Like v6.17's user_mem_abort(); ``test_hardware=False`` forgets the test of FWB and DIC."""
    device, size = _local("s2_force_noncacheable"), _local("vma_pagesize", BV64)
    refuse: tuple[Statement, ...] = (If(~kvm_supports_cacheable_pfnmap, (_return(ERRNO["EFAULT"]),)),)
    body: tuple[Statement, ...] = (
        Set("s2_force_noncacheable", FALSE),
        Set("writable", pfn_writable),
        Set("vma_pagesize", PAGE_SIZE),
        If(supports_pmd & ~logging_active, (Set("vma_pagesize", PMD_SIZE),)),
        If(
            is_pfnmap_or_mixedmap & ~pfn_is_map_memory,
            (
                If(
                    is_vma_cacheable,
                    refuse if test_hardware else (),
                    (Set("s2_force_noncacheable", ~FALSE),),
                ),
            ),
            (If(logging_active & ~write_fault, (Set("writable", FALSE),)),),
        ),
        If(exec_fault & device, (_return(ERRNO["ENOEXEC"]),)),
        Set("prot", KVM_PGTABLE_PROT_R),
        If(_local("writable"), (_add(KVM_PGTABLE_PROT_W),)),
        If(exec_fault, (_add(KVM_PGTABLE_PROT_X),)),
        If(
            device,
            (
                If(
                    vm_flags.any(VM_ALLOW_ANY_UNCACHED),
                    (_add(KVM_PGTABLE_PROT_NORMAL_NC),),
                    (_add(KVM_PGTABLE_PROT_DEVICE),),
                ),
            ),
            (If(DIC, (_add(KVM_PGTABLE_PROT_X),)),),
        ),
        Call(MAP, (("size", size), ("prot", _local("prot", BV64)))),
        _return(0),
    )
    return procedure("merged" if test_hardware else "forgetful", (Block("out", body),))


def procedure(
    text: str, body: tuple[Statement, ...], loose: Sequence[Term] = (), words: Mapping[str, Term] = WORDS
) -> Procedure:
    """The statements as a procedure with the toy's words; ``loose`` are inputs of unknown origin."""
    _, numbered = number_lines(f"shape:{text}", body)
    inputs = {str(t.data): Input(t.sort) for t in INPUTS}
    inputs |= {str(t.data): Input(t.sort, Origin.HAVOC, "a call of nobody knows what") for t in loose}
    places = {
        "s2_force_noncacheable": Place(BOOL),
        "writable": Place(BOOL),
        "vma_pagesize": Place(BV64),
        "prot": Place(BV64),
        "ret": Place(BV32),
    }
    return Procedure(text, numbered, places, inputs, words, CONSTANTS)


FACTS: tuple[Fact, ...] = (
    Fact(
        "map_memory_is_valid",
        "Memory has a struct page.",
        pfn_is_map_memory >> pfn_valid,
        "arch/arm64/mm/init.c",
    ),
    Fact(
        "special_cow_pte_is_read_only",
        "A special PTE of a COW mapping is not writable.",
        (host_pte_special & is_cow_mapping) >> ~host_pte_writable,
        "mm/memory.c",
    ),
    Fact(
        "lookup_is_as_writable_as_the_pte",
        "The pfn lookup says writable only if the host PTE is.",
        pfn_writable >> host_pte_writable,
        "virt/kvm/kvm_main.c",
    ),
    Fact(
        "special_means_no_normal_page",
        "Special PTEs stand in PFNMAP and MIXEDMAP mappings, or for the zero page.",
        host_pte_special >> (is_pfnmap_or_mixedmap | is_zero_pfn),
        "mm/memory.c:vm_normal_page",
    ),
)

PROVED = Expectation(Verdict.PROVED)


def refuted(witness: Term | None = None) -> Expectation:
    """Expected to fail on inputs that satisfy the witness."""
    return Expectation(Verdict.REFUTED, witness, "a reason with a source")


THEOREMS: Mapping[str, tuple[tuple[Term, ...], Term]] = {
    "memory_is_normal": ((pfn_is_map_memory, mapped), NORMAL),
    "beyond_follows_the_vma": ((beyond, mapped), NORMAL == is_vma_cacheable),
    "beyond_needs_hardware": ((beyond, mapped, NORMAL), FWB & DIC),
    "all_needs_hardware": ((mapped, NORMAL), FWB & DIC),
    "nc_is_allowed": ((mapped, NORMAL_NC), vm_flags.any(VM_ALLOW_ANY_UNCACHED)),
    "never_both": ((mapped,), ~(DEVICE & NORMAL_NC)),
    "writable_on_the_host": ((mapped, WRITABLE), host_pte_writable),
    "special_cow_is_read_only": ((host_pte_special, is_cow_mapping, mapped), ~WRITABLE),
    "logging_maps_read_only": ((logging_active, ~write_fault, mapped), ~WRITABLE),
    "logging_maps_pages": ((logging_active, mapped), map_size == PAGE_SIZE),
    "efault_has_a_reason": ((returns(14),), beyond & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap),
    "efault_is_given": ((beyond & is_vma_cacheable & ~kvm_supports_cacheable_pfnmap,), returns(14)),
}

#: What the toy is expected to do, by theorem.
REFUTED: Mapping[str, Term] = {
    "all_needs_hardware": ~beyond & ~(FWB & DIC),
    "logging_maps_read_only": beyond,
}


def claim(
    theorem: str,
    path: Procedure,
    given: Sequence[Term],
    then: Term,
    expected: Expectation | None = PROVED,
    facts: tuple[Fact, ...] = FACTS,
) -> Claim:
    """One claim about one procedure."""
    says = theorem.replace("_", " ").capitalize() + "."
    return Claim(
        theorem=theorem,
        family="toy",
        subject=path.name,
        pages="",
        says=says,
        because=("a commit",),
        procedures={"": path},
        facts=facts,
        given=tuple(given),
        then=then,
        expected=expected,
    )


def hard() -> Claim:
    """A claim that is true, and that no solver proves in a moment: 2**61 - 1 is prime."""
    a, b = name("a", BV32), name("b", BV32)
    path = Procedure("hard", (), {}, {"a": Input(BV32), "b": Input(BV32)})
    product = bitvec_op("mul", resize(a, 64), resize(b, 64))
    return claim("a_prime_is_no_product", path, (a > 1, b > 1), product != (1 << 61) - 1, facts=())


def claims(path: Procedure | None = None) -> list[Claim]:
    """The toy's theorems asked of a procedure."""
    path = path or fault_path()
    expected = {t: refuted(REFUTED[t]) if t in REFUTED else PROVED for t in THEOREMS}
    return [claim(t, path, given, then, expected[t]) for t, (given, then) in THEOREMS.items()]
