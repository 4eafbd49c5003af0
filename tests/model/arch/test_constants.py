# SPDX-License-Identifier: GPL-2.0-only
"""The tables of constants: what the numbers mean to each other, and what real trees say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from model.arch.arm64.constants import PAGES, V6_12, V6_19
from model.cache import default_directory
from model.source.index.index import Index
from model.source.kernel import read
from model.source.preprocessor.profile import Profile
from tests.support.trees import WANTED, tree

#: VM_MTE_ALLOWED was another bit, and VM_ALLOW_ANY_UNCACHED did not exist, before v6.9.
TABLES: Mapping[str, Mapping[str, int]] = {"6.12": V6_12, "7.2": V6_19, "7.3": V6_19}


@pytest.mark.parametrize("pages", PAGES)
@pytest.mark.parametrize("name", [n for n in WANTED if n in TABLES])
def test_a_tree_has_the_same_values(name: str, pages: str) -> None:
    of = tree(name)
    constants = read(
        of, Index.build(of, default_directory()), Profile.builtin(pages), pages, name
    ).procedure.constants
    table = {**TABLES[name], **PAGES[pages]}
    assert {n: v for n, v in table.items() if n in constants} == {
        n: constants[n] for n in table if n in constants
    }
    assert len(set(table) & set(constants)) > len(table) // 2


@pytest.mark.parametrize("table", [V6_12, V6_19], ids=["v6.12", "v6.19"])
def test_bits_are_different(table: Mapping[str, int]) -> None:
    for prefix in ("VM_", "KVM_PGTABLE_PROT_"):
        single = [v for n, v in table.items() if n.startswith(prefix) and v.bit_count() == 1]
        assert len(single) == len(set(single))


def test_sizes() -> None:
    assert {pages: sizes["PMD_SIZE"] >> 20 for pages, sizes in PAGES.items()} == {
        "4K": 2,
        "16K": 32,
        "64K": 512,
    }
    assert PAGES["4K"]["CONT_PTE_SIZE"] == 64 << 10
    for sizes in PAGES.values():
        ordered = [sizes[n] for n in ("PAGE_SIZE", "CONT_PTE_SIZE", "PMD_SIZE", "CONT_PMD_SIZE", "PUD_SIZE")]
        assert ordered == sorted(set(ordered))
