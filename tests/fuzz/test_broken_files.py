# SPDX-License-Identifier: GPL-2.0-only
"""A real tree with one file damaged: it matters to the targets that read the damaged part, and no other."""

from __future__ import annotations

import pytest

from model.cache import default_directory
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.trees.tree import Tree, overlay
from tests.fuzz.fuzz_reading import Reader, render_without_lines
from tests.fuzz.fuzz_tree import Fuzzer
from tests.support.trees import MMU, edited, tree

PGTABLE = "arch/arm64/kvm/hyp/pgtable.c"
HWDEF = "arch/arm64/include/asm/pgtable-hwdef.h"
BY_NAME = {target.name: target for target in TARGETS}


def outcome(changed: Tree, target: str = "user_mem_abort") -> Kernel | str:
    index = Index.build(changed, default_directory())
    try:
        return read(changed, index, Profile.builtin("4K"), "4K", "changed", BY_NAME[target])
    except (Unsupported, NoEffect) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(
    "broken", [b"", b"\x00\xff" * 1000, b"{" * 1000, b"static int stage2_set_prot_attr("]
)
def test_targets_of_another_file_are_read(broken: bytes) -> None:
    original = tree("6.12")
    whole, damaged = outcome(original), outcome(overlay(original, {PGTABLE: broken}))
    assert isinstance(whole, Kernel)
    assert isinstance(damaged, Kernel)
    assert render_without_lines(whole) == render_without_lines(damaged)
    assert isinstance(outcome(overlay(original, {PGTABLE: broken}), "stage2_set_prot_attr"), str)


def test_a_file_that_ends_inside_the_target_is_refused() -> None:
    original = tree("6.12")
    data = original.read(MMU)
    at = data.index(b"user_mem_abort(")
    line = data.count(b"\n", 0, at) + 1
    said = outcome(overlay(original, {MMU: data[: at + 2000]}))
    assert isinstance(said, str)
    assert said.startswith(f"Unsupported: {MMU}:{line}: user_mem_abort(), which begins here")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (MMU, "static int user_mem_abort(", "static void user_mem_abort("),
        (MMU, "static int user_mem_abort(", "static long user_mem_abort("),
        (MMU, "static int user_mem_abort(", "static pte_t user_mem_abort("),
        (HWDEF, "#define PUD_SIZE", "#define PUD_SIZES"),
        (HWDEF, "#define PMD_SIZE", "#define PMD_SIZE {"),
        ("include/vdso/page.h", "#define PAGE_SHIFT", "#define PAGE_SHIFT 0xffffffff +"),
    ],
)
def test_what_the_words_need_is_missing(file: str, old: str, new: str) -> None:
    original = tree("7.3" if "vdso" in file else "6.12")
    if not original.has(file) or original.read(file).count(old.encode()) != 1:
        pytest.skip(f"not run: {file} of this tree has no {old!r}")
    said = outcome(overlay(original, {file: original.read(file).replace(old.encode(), new.encode())}))
    assert isinstance(said, str)
    assert said.startswith("Unsupported: ")


def test_a_struct_is_not_added_to() -> None:
    new = "vma->vm_page_prot += phys_mem_access_prot("
    changed = edited("6.1", "drivers/char/mem.c", ("vma->vm_page_prot = phys_mem_access_prot(", new))
    assert "+= on a struct" in str(outcome(changed, "mmap_mem"))


@pytest.mark.parametrize("pages", ["16K", "64K"])
@pytest.mark.parametrize("name", ["6.1", "6.12", "7.3"])
def test_every_page_size_reads_all_targets(name: str, pages: str) -> None:
    at_hand = tree(name)
    index = Index.build(at_hand, default_directory())
    refused = []
    for target in TARGETS:
        try:
            read(at_hand, index, Profile.builtin(pages), pages, name, target)
        except Unsupported as error:
            refused.append(str(error))
        except NoEffect:
            continue
    assert refused == []


def test_cases_of_the_fuzzer_find_nothing() -> None:
    """Some of what `python -m tests.fuzz.fuzz_tree` does; the rest takes longer than a test may."""
    at_hand = tree("6.12")
    fuzzer = Fuzzer(Reader(at_hand, Index.build(at_hand, default_directory()), "4K"), seed=5)
    said = [text for number in range(12) for text in fuzzer.case(number)]
    assert any(text.startswith("= ") for text in said)
    assert [text for text in said if text.startswith("!") or text == "silent"] == []
