# SPDX-License-Identifier: GPL-2.0-only
"""Two trees beside each other: shapes stand for what was read of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from model.arch.arm64.fault import shapes
from model.kernels import TableError
from model.logic import BV64, is_same, is_true, name, place
from model.program.procedure import Input, Place, Procedure, Set
from model.source.errors import Unsupported
from model.source.kernel import Kernel, Lowered, NoEffect
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.functions.leaf import SET_PROT_ATTR
from model.source.targets.target import Target
from model.source.trees.tree import Version
from model.vocabulary.memory import map_size, mapped, prot
from proofs.claims.claim import Claim
from proofs.claims.kernel import reading_cache, two_trees
from proofs.claims.relational.equivalence import ReadTarget, compare_functions
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.theorems.observable import Observable
from proofs.theorems.theorem import qualify
from proofs.verdicts.region import find_formula
from tests.support.solvers.asking import ask

SHAPES = {shape.name: shape.procedure for shape in shapes()}


def kernel(procedure: Procedure, target: Target) -> Kernel:
    """A procedure as if it had been read."""
    return Kernel(
        Version(7, 3, 0, "7.3.0"), "4K", target, target.name, procedure, (), (), lambda: cast(Lowered, None)
    )


class Trees:
    """Stands for what opens, indexes and reads trees: a tree is the name of a shape."""

    def __init__(self) -> None:
        self.indexed: list[str] = []

    def open(self, path: Path, rev: str | None) -> SimpleNamespace:
        return SimpleNamespace(version=path.name)

    def build(self, tree: SimpleNamespace, cache: Path) -> str:
        self.indexed.append(tree.version)
        return f"index of {tree.version}"

    def read(
        self, tree: SimpleNamespace, index: str, profile: object, pages: str, name: str, target: Target
    ) -> Kernel:
        assert index == f"index of {tree.version}"
        if target is not USER_MEM_ABORT:
            raise NoEffect("A shape stands for user_mem_abort() alone.")
        assert name == tree.version
        if name not in SHAPES:
            raise Unsupported("f.c", 3, "asm")
        return kernel(SHAPES[name], target)


@pytest.fixture
def trees(monkeypatch: pytest.MonkeyPatch) -> Trees:
    found = Trees()
    for what in ("Tree", "Index"):
        monkeypatch.setattr(two_trees, what, found)
    monkeypatch.setattr(reading_cache, "read", found.read)
    return found


def compared(first: str, second: str, *pages: str) -> dict[str, Claim]:
    found = two_trees.compare_trees(Path(first), None, Path(second), None, pages, None)
    return {c.name: c for c in found.claims}


def test_a_tree_is_indexed_once_whatever_the_page_sizes(trees: Trees) -> None:
    claims = compared("v9", "v6.17", "4K", "16K", "64K")
    assert trees.indexed == ["v9", "v6.17"]
    assert [n for n in claims if n.startswith("the_same_answer")] == [
        "the_same_answer@v9..v6.17",
        "the_same_answer@v9..v6.17/16K",
        "the_same_answer@v9..v6.17/64K",
    ]


def test_what_differs_is_found_and_told(trees: Trees) -> None:
    claims = compared("v9", "v6.17", "4K")
    judged = {each.claim.theorem: each.verdict for each in ask(list(claims.values()))}
    assert judged["the_same_answer"] is Verdict.REFUTED  # v9 refuses COW mappings
    assert judged["the_same_relaxed_permissions"] is Verdict.PROVED
    everything = claims["the_same_in_everything@v9..v6.17"]
    region = replace(everything.regions[0], atoms=everything.regions[0].atoms[3:6])  # fewer are faster
    with Pool(1, 30.0) as pool:
        told = find_formula(pool, everything, region)
    assert told == "only where !(pfn_is_map_memory(pfn))"


def test_the_same_tree_does_the_same(trees: Trees) -> None:
    claims = compared("v7.1", "v7.1", "4K")
    assert {each.verdict for each in ask(list(claims.values()))} == {Verdict.PROVED}


def test_a_region_that_no_condition_limits_is_a_sentence(trees: Trees) -> None:
    region = compared("v9", "v6.17", "4K")["the_same_in_everything@v9..v6.17"].regions[0]
    assert f"{region.says} {region.always}" == (
        "they differ on some input whatever these conditions are: perm_fault, exec_fault, logging_active, "
        "vm_flags & VM_PFNMAP, pfn_is_map_memory(pfn), is_vma_cacheable, kvm_has_mte(kvm), nested"
    )


def test_a_tree_that_cannot_be_read_is_told(trees: Trees) -> None:
    with pytest.raises(TableError, match=r"^v99 cannot be compared: f\.c:3: "):
        compared("v9", "v99", "4K")


LEAF = Procedure(
    "leaf",
    (Set("*ptep", name("prot", BV64)),),
    {"*ptep": Place(BV64, name("*ptep", BV64))},
    {"prot": Input(BV64), "*ptep": Input(BV64)},
    {"asked_prot": name("prot", BV64), "new_leaf": place("*ptep", BV64)},
)


def test_other_functions_are_compared_by_what_they_are_given_and_do() -> None:
    other = replace(LEAF, body=(Set("*ptep", name("prot", BV64) | 4),))
    for two, verdict in ((LEAF, Verdict.PROVED), (other, Verdict.REFUTED)):
        read: tuple[ReadTarget, ReadTarget] = (kernel(LEAF, SET_PROT_ATTR), kernel(two, SET_PROT_ATTR))
        found = compare_functions("1..2", "4K", {SET_PROT_ATTR.name: read})
        assert [each.verdict for each in ask(list(found.claims))] == [verdict]


def test_a_function_that_one_tree_lacks_or_that_is_not_read_is_told() -> None:
    known = kernel(LEAF, SET_PROT_ATTR)
    lacking = compare_functions("1..2", "4K", {SET_PROT_ATTR.name: (known, NoEffect("It has none."))})
    assert (lacking.claims, lacking.skipped[0].reason) == ((), "It has none.")
    unread = compare_functions("1..2", "4K", {SET_PROT_ATTR.name: (Unsupported("f.c", 3, "asm"), known)})
    assert list(unread.unread) == ["the_same_in_everything@1..2:stage2_set_prot_attr"]
    assert unread.claims[0].expected is None


def test_an_observable_means_something_only_when_it_happened() -> None:
    observable = Observable((map_size, prot), mapped)
    other = qualify("other", mapped)
    expected = (mapped & other) >> (
        (map_size == qualify("other", map_size)) & (prot == qualify("other", prot))
    )
    assert is_same(observable.agrees_with("other"), expected)
    assert is_true(Observable((), mapped).agrees_with("other"))
    assert is_same(Observable((mapped,)).agrees_with("other"), mapped == other)
