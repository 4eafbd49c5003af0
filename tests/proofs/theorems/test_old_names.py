# SPDX-License-Identifier: GPL-2.0-only
"""Old names lead to theorems and models that there are; the new ones keep to the rules for names."""

from __future__ import annotations

import pytest

from model.kernels import KernelTable, KnownResult, Release, load_kernel_table
from proofs.claims.catalogue import make_claims, shapes, theorems
from proofs.claims.kernel.claims import use_current_names
from proofs.claims.relational.conformance import CONFORMANCE
from proofs.theorems.old_names import (
    MODELS,
    THEOREMS,
    current_claim,
    current_model,
    current_theorem,
    old_name_note,
)
from proofs.theorems.versions.cow_conditions import CONDITIONS

NAMES = {named.name for named in theorems()}
LEAF = "the_host_s_leaf_is_the_one_of_the_fault", "the_host_leaf_is_the_one_of_the_fault"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_names_are_short_and_have_no_mangled_possessives(name: str) -> None:
    assert len(name) <= 60
    assert "s" not in name.split("_")


def test_conditions_have_no_mangled_possessives() -> None:
    assert not [c.name for c in CONDITIONS if "s" in c.name.split("_")]


def test_old_names_lead_to_what_there_is() -> None:
    derived = {
        claim.theorem.removeprefix("cow_check_is_redundant_for_")
        for claim in make_claims(shapes("4K")).claims
    }
    assert set(THEOREMS.values()) <= NAMES | derived | {CONFORMANCE}
    assert not THEOREMS.keys() & (NAMES | derived)
    names = {shape.name for shape in shapes("4K")}
    assert set(MODELS.values()) <= names and not MODELS.keys() & names


@pytest.mark.parametrize("prefix", ["", "cow_check_is_redundant_for_", "no_case_of_"])
def test_derived_claims_are_renamed_with_their_theorem(prefix: str) -> None:
    old, new = LEAF
    assert current_theorem(prefix + old) == prefix + new
    assert current_theorem(prefix + new) == prefix + new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{LEAF[0]}@merged", f"{LEAF[1]}@v6.17"),
        (f"{LEAF[0]}@leaf_sized/16K", f"{LEAF[1]}@v7.2.10/16K"),
        (f"{LEAF[0]}@7.3:gmem_abort", f"{LEAF[1]}@7.3:gmem_abort"),
        ("*@before", "*@v6.16"),
        ("mmap_lock_is_released@split/64K", "mmap_lock_is_released@v7.1/64K"),
        ("mmap_lock_is_released@v7.1", "mmap_lock_is_released@v7.1"),
        (LEAF[0], LEAF[1]),
        ("*leaf*", "*leaf*"),
    ],
)
def test_claims_are_renamed_in_each_part(old: str, new: str) -> None:
    assert current_claim(old) == new


def test_a_user_is_told_of_an_old_name_alone() -> None:
    assert old_name_note("--shape", "v9", current_model("v9")) == ""
    assert old_name_note("--shape", "merged", current_model("merged")) == (
        "--shape: merged is an old name, which the next release no longer knows; it is called v6.17 now."
    )


def test_rows_of_kernels_may_have_old_names() -> None:
    release = Release("7.3", "7.3.4", "", {})
    rows = [KnownResult(name, ("7.3",), "a reason") for name in (*LEAF[:1], "lost_races_are_tried_again")]
    table, notes = use_current_names(KernelTable((release,), tuple(rows)))
    assert [row.theorem for row in table.known] == [LEAF[1], "lost_races_are_tried_again"]
    assert notes == (old_name_note("model/kernels.toml", *LEAF),)


def test_the_table_of_kernels_has_no_old_names() -> None:
    assert use_current_names(load_kernel_table()) == (load_kernel_table(), ())
