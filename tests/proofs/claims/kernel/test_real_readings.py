# SPDX-License-Identifier: GPL-2.0-only
"""Real functions that were read once are read again only where a change touches what they rest on."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.cache import default_directory
from model.source.index.index import Index
from model.source.kernel import Kernel, read
from model.source.preprocessor.profile import Profile
from model.source.readings.serialise import write_rows
from model.source.targets.functions import TARGETS
from model.source.trees.tree import Tree, overlay
from proofs.claims.kernel.reading_cache import ReadingCache
from tests.support.trees import MMU, tree

PROFILE = Profile.builtin("4K")
WANTED = ("sanitise_mte_tags", "kvm_phys_addr_ioremap", "pfn_is_map_memory")
READ = [target for target in TARGETS if target.name in WANTED]


def told(kernel: Kernel) -> object:
    return write_rows(kernel.procedure), kernel.function, kernel.ledger, kernel.digests


def taken(directory: Path, linux: Tree, index: Index) -> set[str]:
    """The targets that were not read again; each is as if it had been."""
    with ReadingCache(directory, linux, index, PROFILE, "4K", lambda: "this tool") as reader:
        for target in READ:
            found = told(reader.read("7.3", target))
            assert found == told(read(linux, index, PROFILE, "4K", "7.3", target))
    return reader.hits


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(tree("7.3"), default_directory())


def test_a_change_is_read_and_nothing_else(index: Index, tmp_path: Path) -> None:
    original = tree("7.3")
    assert len(READ) == len(WANTED)
    assert taken(tmp_path, original, index) == set()
    assert taken(tmp_path, original, index) == set(WANTED)
    data = original.read(MMU)
    at = data.index(b"sanitise_mte_tags(")
    body = data.index(b"\n{\n", at) + 3
    for new, again in (
        (data[:body] + b"\n\n\n\tpfn++;\n" + data[body:], {"sanitise_mte_tags"}),
        (b"\n\n/* longer */\n" + data, set()),
    ):
        changed = overlay(original, {MMU: new})
        assert taken(tmp_path, changed, index.rebuild(changed)) == set(WANTED) - again


def test_a_macro_that_becomes_defined_is_noticed(index: Index, tmp_path: Path) -> None:
    original, header = tree("7.3"), "arch/arm64/include/asm/memory.h"
    taken(tmp_path, original, index)
    shadowed = original.read(header) + b"\n#define ___GFP_ZERO_BIT 3\n"  # an enumerator of gfp_types.h
    changed = overlay(original, {header: shadowed})
    assert taken(tmp_path, changed, index.rebuild(changed)) == set(WANTED) - {"kvm_phys_addr_ioremap"}
