# SPDX-License-Identifier: GPL-2.0-only
"""Edits of real functions: a bug refutes the theorem that is about it, a respelling none."""

from __future__ import annotations

import re

import pytest

from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.trees.tree import Tree, overlay
from proofs.claims.kernel import claims
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.kernel_bugs import (
    edits_core_mm,
    edits_guest_faults,
    edits_ioremap,
    edits_lookup,
    edits_mmu,
    edits_pgtable,
    edits_user_mem_abort,
)
from tests.support.solvers.asking import ask
from tests.support.trees import edited, tree

PGTABLE, MMU, LOOKUP = "arch/arm64/kvm/hyp/pgtable.c", "arch/arm64/kvm/mmu.c", "virt/kvm/kvm_main.c"
EDITS = (
    *edits_pgtable.EDITS,
    *edits_mmu.EDITS,
    *edits_core_mm.EDITS,
    *edits_guest_faults.EDITS,
    *edits_ioremap.EDITS,
    *edits_lookup.EDITS,
)


def replaced(name: str, file: str, function: str, old: str, new: str) -> Tree:
    """The tree with a text replaced that stands once in the function."""
    original = tree(name)
    text = original.read(file).decode()
    for found in re.finditer(rf"^[\w *]*\b{function}\(", text, re.MULTILINE):
        end = text.find("\n}", found.start()) + 2
        if ";" in text[found.start() : text.find("{", found.start())]:
            continue  # a declaration
        body = text[found.start() : end]
        assert body.count(old) == 1, f"{function}() of {name} has {old!r} {body.count(old)} times"
        changed = text[: found.start()] + body.replace(old, new) + text[end:]
        return overlay(original, {file: changed.encode()})
    raise AssertionError(f"{file} of {name} has no {function}()")


def judged(of: Tree, target: str, theorem: str = "") -> list[ClaimVerdict]:
    """The verdicts on one target; the others are not read."""
    targets = [r for r in TARGETS if r.name == target]
    found = claims.make_tree_claims(of, [("4K", Profile.builtin("4K"))], targets)
    assert not found.unread, found.unread
    with Pool(1, 60.0) as pool:
        return list(decide_claims(pool, [c for c in found.claims if theorem in ("", c.theorem)]))


@pytest.mark.parametrize(
    ("name", "target", "file", "function", "old", "new", "theorem"),
    EDITS,
    ids=[f"{edit[0]}-{i}-{edit[-1]}" for i, edit in enumerate(EDITS)],
)
def test_a_bug_refutes_a_theorem(
    name: str,
    target: str,
    file: str,
    function: str,
    old: str,
    new: str,
    theorem: str,
) -> None:
    (found,) = judged(replaced(name, file, function, old, new), target, theorem)
    assert found.verdict is Verdict.REFUTED, found.why
    assert found.status is ExpectationStatus.UNEXPECTED


SET, WRITE, CLEAR = "stage2_set_prot_attr", "stage2_map_walker_try_leaf", "stage2_unmap_walker"
ABORT, PREPARE, GMEM = "kvm_handle_guest_abort", "kvm_arch_prepare_memory_region", "gmem_abort"
_READ = "\tif (prot & KVM_PGTABLE_PROT_R)\n\t\tattr |= KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R;\n"
_FLUSH = "need_flush = !cpus_have_final_cap(ARM64_HAS_STAGE2_FWB);"

#: (target, file, function, what is replaced, by what): the same behaviour, spelled otherwise.
SPELLINGS = (
    (SET, PGTABLE, SET, _READ, "\tattr |= prot & KVM_PGTABLE_PROT_R ? KVM_PTE_LEAF_ATTR_LO_S2_S2AP_R : 0;\n"),
    (SET, PGTABLE, "stage2_set_xn_attr", "if (px && ux)", "if (ux && px)"),
    (SET, PGTABLE, "stage2_set_xn_attr", "*attr &= ~KVM_PTE_LEAF_ATTR_HI_S2_XN;\n", ""),
    (WRITE, PGTABLE, WRITE, "if (!data->annotation)\n\t\tnew = kvm_init_valid_leaf_pte(phys, data->attr, ctx->level);\n"
     "\telse\n\t\tnew = data->pte_annot;", "if (data->annotation)\n\t\tnew = data->pte_annot;\n"
     "\telse\n\t\tnew = kvm_init_valid_leaf_pte(phys, data->attr, ctx->level);"),
    (WRITE, PGTABLE, "stage2_map_walker_phys_addr", "phys + (ctx->addr - ctx->start)", "ctx->addr - ctx->start + phys"),
    (WRITE, PGTABLE, WRITE, "if (!stage2_try_break_pte(ctx, data->mmu))",
     "bool broken = stage2_try_break_pte(ctx, data->mmu);\n\tif (!broken)"),
    (CLEAR, PGTABLE, CLEAR, _FLUSH, "if (!cpus_have_final_cap(ARM64_HAS_STAGE2_FWB))\n\t\t\tneed_flush = true;"),
    (CLEAR, PGTABLE, "stage2_pte_cacheable", "kvm_pte_valid(pte) && memattr == KVM_S2_MEMATTR(pgt, NORMAL)",
     "memattr == KVM_S2_MEMATTR(pgt, NORMAL) && kvm_pte_valid(pte)"),
    ("stage2_flush_walker", PGTABLE, "stage2_flush_walker", "kvm_pte_follow(ctx->old, mm_ops)",
     "mm_ops->phys_to_virt(kvm_pte_to_phys(ctx->old))"),
    ("stage2_attr_walker", PGTABLE, "stage2_attr_walker", "pte &= ~data->attr_clr;\n\tpte |= data->attr_set;",
     "pte = (pte & ~data->attr_clr) | data->attr_set;"),
    (PREPARE, MMU, PREPARE, "hva = min(reg_end, vma->vm_end);",
     "hva = vma->vm_end < reg_end ? vma->vm_end : reg_end;"),
    (PREPARE, MMU, PREPARE, "if (!vma)\n\t\t\tbreak;", "if (vma == NULL)\n\t\t\tbreak;"),
    (ABORT, MMU, ABORT, "if (ret == 0)\n\t\tret = 1;", "if (!ret)\n\t\tret = 1;"),
    (ABORT, MMU, ABORT, "kvm_is_error_hva(hva) || (write_fault && !writable)",
     "(!writable && write_fault) || kvm_is_error_hva(hva)"),
    (GMEM, MMU, GMEM, "return ret != -EAGAIN ? ret : 0;", "if (ret == -EAGAIN)\n\t\tret = 0;\n\treturn ret;"),
    ("hva_to_pfn_slow", LOOKUP, "hva_to_pfn_slow", "!(flags & FOLL_WRITE) && kfp->map_writable &&",
     "kfp->map_writable && !(flags & FOLL_WRITE) &&"),
)  # fmt: skip


@pytest.mark.parametrize(("target", "file", "function", "old", "new"), SPELLINGS)
def test_spelling_moves_no_verdict(target: str, file: str, function: str, old: str, new: str) -> None:
    found = judged(replaced("7.3", file, function, old, new), target)
    assert found
    assert [j.name for j in found if j.status is not ExpectationStatus.EXPECTED] == []


@pytest.mark.parametrize(
    ("name", "theorem", "edits"),
    edits_user_mem_abort.EDITS,
    ids=[f"{edit[0]}-{i}-{edit[1]}" for i, edit in enumerate(edits_user_mem_abort.EDITS)],
)
def test_an_edit_of_the_fault_path_refutes_a_theorem(
    name: str, theorem: str, edits: tuple[tuple[str, str], ...]
) -> None:
    found = claims.make_tree_claims(
        edited(name, MMU, *edits), [("4K", Profile.builtin("4K"))], [USER_MEM_ABORT]
    )
    assert not found.unread
    (answer,) = ask([claim for claim in found.claims if claim.theorem == theorem])
    assert answer.verdict is Verdict.REFUTED, answer.why
    assert answer.status is ExpectationStatus.UNEXPECTED
