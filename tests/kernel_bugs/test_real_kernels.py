# SPDX-License-Identifier: GPL-2.0-only
"""Real kernels: every verdict is the one that is declared, and an edit of the C moves a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.functions.memslot import PREPARE
from model.source.trees.tree import Tree
from proofs.claims.claim import Claim
from proofs.claims.kernel.claims import make_tree_claims
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support.trees import MMU, WANTED, edited, tree

SPLIT = ("7.2", "7.3")


def claims(of: Tree, theorems: Iterable[str] = (), pages: str = "4K") -> list[Claim]:
    """The claims of these theorems about the fault path; with none named, all claims about all targets."""
    targets = (USER_MEM_ABORT, PREPARE) if theorems else TARGETS
    found = make_tree_claims(of, [(pages, Profile.builtin(pages))], targets)
    assert not found.unread, found.unread
    wanted = set(theorems)
    return [c for c in found.claims if not wanted or c.theorem in wanted]


def judged(of: Tree, theorems: Iterable[str] = (), pages: str = "4K") -> Iterator[ClaimVerdict]:
    asked = claims(of, theorems, pages)
    assert asked
    with Pool(1, 120.0) as pool:
        yield from decide_claims(pool, asked)


@pytest.mark.parametrize("pages", ["4K", "16K", "64K"])
@pytest.mark.parametrize("name", WANTED)
def test_every_verdict_is_as_declared(name: str, pages: str) -> None:
    wrong = [f"{j.name}: {j.verdict.value}. {j.why}" for j in judged(tree(name), pages=pages)
             if j.status is not ExpectationStatus.EXPECTED]  # fmt: skip
    assert wrong == []


def test_the_page_size_changes_addresses() -> None:
    sizes = {pages: claims(tree("6.12"), ["memory_is_mapped_cacheable"], pages)[0].procedures[""].constants["PMD_SIZE"]
             for pages in ("4K", "16K", "64K")}  # fmt: skip
    assert sizes == {"4K": 2 << 20, "16K": 32 << 20, "64K": 512 << 20}


# Edits: (trees, file, what is replaced, by what, a theorem that is then refuted) -----------------
BEYOND = "s2vi->vm_flags & (VM_PFNMAP | VM_MIXEDMAP) && !pfn_is_map_memory(s2vi->pfn)"
EMULATE, KVM_MMU = "arch/arm64/include/asm/kvm_emulate.h", "arch/arm64/include/asm/kvm_mmu.h"
NESTED = "arch/arm64/include/asm/kvm_nested.h"

EDITS = [
    (SPLIT, MMU, BEYOND, "s2vi->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)", "memory_is_mapped_cacheable"),
    (SPLIT, MMU, BEYOND, BEYOND.replace(" | VM_MIXEDMAP", ""), "pages_beyond_memory_are_mapped_as_the_vma_says"),
    (SPLIT, MMU, "if (!kvm_supports_cacheable_pfnmap()) {", "if (0) {",
     "pages_beyond_memory_are_cacheable_only_with_fwb_and_dic"),
    (SPLIT, MMU, "if (kvm_vcpu_trap_is_exec_fault(s2fd->vcpu) && s2vi->map_non_cacheable)\n\t\treturn -ENOEXEC;", "",
     "fetches_from_noncacheable_pages_get_enoexec"),
    (SPLIT, MMU, "case MT_NORMAL_NC:", "case MT_NORMAL_TAGGED:", "pages_beyond_memory_are_mapped_as_the_vma_says"),
    (SPLIT, MMU, "case MT_DEVICE_nGnRE:\n\t\treturn false;", "\t\treturn false;",
     "pages_beyond_memory_are_mapped_as_the_vma_says"),
    (SPLIT, KVM_MMU, "cpus_have_final_cap(ARM64_HAS_STAGE2_FWB) &&\n", "",
     "pages_beyond_memory_are_cacheable_only_with_fwb_and_dic"),
    (SPLIT, MMU, "return memslot->dirty_bitmap && !(memslot->flags & KVM_MEM_READONLY);", "return false;",
     "reads_map_memory_read_only_while_logging"),
    (SPLIT, MMU, "if (!kvm_s2_trans_writable(nested))", "if (kvm_s2_trans_writable(nested))",
     "nested_pages_are_writable_only_if_the_guest_grants_it"),
    (SPLIT, MMU, "prot &= ~KVM_PGTABLE_PROT_PX;", "", "nested_pages_are_executable_at_el1_only_if_guest_grants_it"),
    (SPLIT, NESTED, "\treturn trans->writable;", "\treturn trans->readable;",
     "nested_pages_are_writable_only_if_the_guest_grants_it"),
    (SPLIT, MMU, "pfn &= ~(PTRS_PER_PMD - 1);", "", "blocks_begin_at_aligned_pages"),
    (SPLIT, MMU, "if ((gpa_start & (map_size - 1)) != (uaddr_start & (map_size - 1)))\n\t\treturn false;", "",
     "blocks_begin_at_the_same_offset_on_both_sides"),
    (SPLIT, MMU, "(hva & ~(map_size - 1)) + map_size <= uaddr_end;", "true;", "blocks_have_room_in_the_memslot"),
    (SPLIT, MMU, "\t\treturn huge_page_shift(hstate_vma(vma));", "\t\treturn PUD_SHIFT;",
     "guests_see_what_the_host_maps"),
    (SPLIT, MMU, "mmu_invalidate_retry(kvm, s2vi->mmu_seq)", "false", "stale_pages_are_never_mapped"),
    (SPLIT, MMU, "if (!s2vi->mte_allowed)\n\t\t\treturn -EFAULT;", "", "tagged_pages_are_of_vmas_that_allow_tags"),
    (SPLIT, MMU, "kvm_release_page_unused(s2vi.page);", "", "pinned_pages_are_released"),
    (("6.12",), MMU, "return !pfn_is_map_memory(pfn);", "return false;", "fetches_from_noncacheable_pages_get_enoexec"),
    (("6.12",), MMU, "if (exec_fault && device)\n\t\treturn -ENOEXEC;", "", "executable_pages_are_cacheable"),
    (("6.12",), MMU, "} else if (logging_active && !write_fault) {", "} else if (logging_active && write_fault) {",
     "reads_map_memory_read_only_while_logging"),
    (("6.12",), MMU, "writable &= kvm_s2_trans_writable(nested);", "",
     "nested_pages_are_writable_only_if_the_guest_grants_it"),
    (("6.12",), MMU, "*ipap &= PMD_MASK;", "", "blocks_begin_at_aligned_guest_addresses"),
    (("6.12",), MMU, "kvm_set_pfn_dirty(pfn);\n\t\tmark_page_dirty_in_slot(kvm, memslot, gfn);", "",
     "pages_mapped_writable_are_marked_dirty"),
    (("6.12",), EMULATE, "\tif (kvm_vcpu_trap_is_iabt(vcpu))\n\t\treturn false;\n\n\treturn kvm_vcpu_dabt_iswrite",
     "\treturn !kvm_vcpu_dabt_iswrite", "reads_map_memory_read_only_while_logging"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "theorem"),
    [(name, *rest) for names, *rest in EDITS for name in names],
    ids=[f"{name}-{i}-{edit[-1]}" for i, edit in enumerate(EDITS) for name in edit[0]],
)
def test_an_edit_of_the_c_refutes_a_theorem(name: str, file: str, old: str, new: str, theorem: str) -> None:
    (found,) = judged(edited(name, file, (old, new)), [theorem])
    assert found.verdict is Verdict.REFUTED, found.why
    assert found.status is ExpectationStatus.UNEXPECTED


@pytest.mark.parametrize("name", SPLIT)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BEYOND, "!pfn_is_map_memory(s2vi->pfn) && s2vi->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)"),
        (f"if ({BEYOND}) {{", f"bool beyond = {BEYOND};\n\tif (beyond) {{"),
        ("case MT_NORMAL_NC:\n\tcase MT_DEVICE_nGnRnE:", "case MT_DEVICE_nGnRnE:\n\tcase MT_NORMAL_NC:"),
    ],
)
def test_spelling_moves_no_verdict(name: str, old: str, new: str) -> None:
    theorems = ["pages_beyond_memory_are_mapped_as_the_vma_says", "memory_is_mapped_cacheable",
                "pages_beyond_memory_are_cacheable_only_with_fwb_and_dic"]  # fmt: skip
    assert [j.status for j in judged(edited(name, MMU, (old, new)), theorems)] == [
        ExpectationStatus.EXPECTED
    ] * 3
