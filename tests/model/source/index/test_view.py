# SPDX-License-Identifier: GPL-2.0-only
"""What holds in the headers of every real kernel: read from trees that are here, never committed.

Trees are the folders of .kernels at the top of the repository and of those in $STAGE2_KERNELS.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_c

from model.source.index.index import Index
from model.source.index.view import View
from model.source.preprocessor.annotations import blank
from model.source.preprocessor.profile import PAGES, Profile
from model.source.trees.tree import Tree
from tests.support.trees import HERE, MMU, find

HWDEF = "arch/arm64/include/asm/pgtable-hwdef.h"


def names() -> list[object]:
    """The names of the trees on this machine."""
    folders = [HERE / ".kernels", *map(Path, os.environ.get("STAGE2_KERNELS", "").split(":"))]
    found = {place.name for folder in folders if folder.is_dir() for place in folder.iterdir()}
    return [*sorted(name for name in found if find(name) is not None)]


NONE = pytest.param(
    "", marks=pytest.mark.skip(reason="not run: there is no kernel tree; `make kernels` fetches some")
)


@pytest.fixture(params=names() or [NONE])
def place(request: pytest.FixtureRequest) -> Path:
    found = find(request.param)
    assert found is not None
    return found


@cache
def index(place: Path) -> Index:
    return Index.build(Tree.open(place))


@cache
def view(place: Path, pages: str = "4K") -> View:
    return index(place).view(Profile.builtin(pages), MMU)


FACTS = [
    (
        "macro",
        "VM_PFNMAP",
        "include/linux/mm.h",
        r"#define VM_PFNMAP\s+(0x0*400\b|INIT_VM_FLAG\(PFNMAP\))",
    ),
    (
        "macro",
        "VM_MTE",
        "include/linux/mm.h",
        r"VM_MTE\s+(VM_HIGH_ARCH_\d|BIT\(\d+\)|INIT_VM_FLAG\(MTE)",
    ),
    ("macro", "PAGE_SIZE", "", r"1, ?UL\) << (CONFIG_)?PAGE_SHIFT"),
    ("macro", "PMD_SHIFT", HWDEF, r"ARM64_HW_PGTABLE_LEVEL_SHIFT\(2\)"),
    ("macro", "PMD_SIZE", HWDEF, r"1, UL\) << PMD_SHIFT"),
    ("macro", "pgprot_val", "arch/arm64/include/asm/pgtable-types.h", r"\(\(x\)\.pgprot\)"),
    ("macro", "min", "include/linux/minmax.h", r"define min\(x, y\)\s"),
    ("macro", "ALIGN_DOWN", "", r"define ALIGN_DOWN\(x, a\)\s"),
    ("macro", "BIT", "include/vdso/bits.h", r"UL\(1\) << \(nr\)"),
    ("macro", "FIELD_GET", "include/linux/bitfield.h", r"define FIELD_GET\(_mask, _reg\)"),
    ("macro", "WARN_ON", "include/asm-generic/bug.h", r"define WARN_ON\(condition\) \(\{"),
    ("function", "user_mem_abort", MMU, r"^static int user_mem_abort\("),
    (
        "function",
        "memslot_is_logging",
        MMU,
        r"^static bool memslot_is_logging\(struct kvm_memory_slot",
    ),
    ("function", "huge_page_shift", "include/linux/hugetlb.h", r"return h->order \+ PAGE_SHIFT;"),
    ("function", "hstate_vma", "include/linux/hugetlb.h", r"return hstate_(inode|file)\("),
    ("function", "kvm_vcpu_dabt_iswrite", "arch/arm64/include/asm/kvm_emulate.h", r"ESR_ELx_WNR"),
    ("struct", "kvm_memory_slot", "include/linux/kvm_host.h", r"gfn_t base_gfn;"),
    ("struct", "vm_area_struct", "include/linux/mm_types.h", r"pgprot_t vm_page_prot;"),
    ("struct", "kvm_pgtable", "arch/arm64/include/asm/kvm_pgtable.h", r"^struct kvm_pgtable \{"),
    ("enum", "kvm_pgtable_prot", "arch/arm64/include/asm/kvm_pgtable.h", r"KVM_PGTABLE_PROT_R\b"),
    (
        "enumerator",
        "KVM_PGTABLE_PROT_X",
        "arch/arm64/include/asm/kvm_pgtable.h",
        r"^enum kvm_pgtable_prot",
    ),
    ("typedef", "kvm_pfn_t", "include/linux/kvm_types.h", r"^typedef hfn_t kvm_pfn_t;$"),
    (
        "typedef",
        "pgprot_t",
        "arch/arm64/include/asm/pgtable-types.h",
        r"_?t pgprot; \} pgprot_t",
    ),
    ("typedef", "u64", "include/asm-generic/int-ll64.h", r"^typedef __u64 u64;$"),
    ("typedef", "phys_addr_t", "include/linux/types.h", r"^typedef u64 phys_addr_t;$"),
    (
        "prototype",
        "kvm_pgtable_stage2_map",
        "arch/arm64/include/asm/kvm_pgtable.h",
        r"u64 phys, enum",
    ),
]


@pytest.mark.parametrize(("kind", "name", "file", "says"), FACTS, ids=lambda p: str(p)[:30])
def test_a_fact_of_every_kernel(place: Path, kind: str, name: str, file: str, says: str) -> None:
    found = getattr(view(place), kind)(name)
    assert found is not None and found.certain and not found.is_ambiguous
    assert file in ("", found.file)
    assert re.search(says, " ".join(found.text.decode().split())), found.text.decode()


NESTED = "arch/arm64/include/asm/kvm_nested.h"
EMULATE = "arch/arm64/include/asm/kvm_emulate.h"
SINCE = [
    ("function", "kvm_vma_is_cacheable", MMU, "static bool kvm_vma_is_cacheable", r"MT_NORMAL"),
    ("function", "kvm_s2_trans_writable", NESTED, "bool kvm_s2_trans_writable", r"return trans->writable;"),
    ("struct", "kvm_s2_trans", NESTED, "struct kvm_s2_trans {", r"unsigned long block_size; bool writable;"),
    (
        "function",
        "is_cow_mapping",
        "include/linux/mm.h",
        "bool is_cow_mapping(vm_f",
        r"VM_SHARED \| VM_MAYWRITE",
    ),
    (
        "function",
        "vma_is_cow_mapping",
        "include/linux/mm.h",
        "bool vma_is_cow_mapping",
        r"is_cow_mapping\(&vma",
    ),
    (
        "function",
        "kvm_vcpu_trap_is_permission_fault",
        EMULATE,
        "bool kvm_vcpu_trap_is_perm",
        r"esr_fsc_is_perm",
    ),
    (
        "macro",
        "kvm_has_mte",
        "arch/arm64/include/asm/kvm_host.h",
        "define kvm_has_mte(",
        r"system_supports_mte",
    ),
    ("enumerator", "VMA_PFNMAP_BIT", "include/linux/mm.h", "VMA_BIT(PFNMAP", r"VMA_BIT\(PFNMAP, 10\)"),
]


@pytest.mark.parametrize(("kind", "name", "file", "sign", "says"), SINCE, ids=lambda p: str(p)[:20])
def test_a_fact_of_the_kernels_that_have_it(
    place: Path, kind: str, name: str, file: str, sign: str, says: str
) -> None:
    found = getattr(view(place), kind)(name)
    tree = index(place).headers.tree
    assert (found is not None) == (tree.has(file) and sign in tree.read(file).decode())
    assert found is None or (found.file == file and found.certain and not found.is_ambiguous)
    assert found is None or re.search(says, " ".join(found.text.decode().split()))


@pytest.mark.parametrize("pages", ["4K", "16K"])
def test_an_unfolded_level_is_the_architectures(place: Path, pages: str) -> None:
    found = view(place, pages).macro("PUD_SHIFT")
    assert found is not None and found.file == HWDEF


def test_a_folded_level_is_the_generic_one(place: Path) -> None:
    for pages, level, header in (
        ("64K", "PUD", "pud"),
        ("4K", "P4D", "p4d"),
        ("16K", "P4D", "p4d"),
    ):
        found = view(place, pages).macro(f"{level}_SHIFT")
        assert found is not None and found.file == f"include/asm-generic/pgtable-no{header}.h"
    for pages in PAGES:
        found = view(place, pages).macro("PMD_SHIFT")
        assert found is not None and found.file == HWDEF


@pytest.mark.parametrize("pages", list(PAGES))
def test_the_page_shift_is_the_profiles(place: Path, pages: str) -> None:
    seen = view(place, pages)
    assert seen.condition(f"PAGE_SHIFT == {PAGES[pages].shift}")[0] is True
    assert seen.condition("PAGE_SHIFT == 13")[0] is False


def test_every_function_of_mmu_is_found_as_a_parser_finds_it(place: Path) -> None:
    data = blank(index(place).headers.tree.read(MMU))
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))
    nodes = [node for node in parser.parse(data).root_node.children if node.type == "function_definition"]
    found = {
        (record.start, record.end) for record in view(place).file(MMU).scan.records if record.kind == "f"
    }
    missed = [n for n in nodes if not n.has_error and (n.start_byte, n.end_byte) not in found]
    assert len(nodes) > 50 and not missed


def test_almost_every_condition_is_decided(place: Path) -> None:
    """What is unknown is calls in ``#if`` and the atomic fallbacks, which ask for one another."""
    seen, texts = view(place), set()
    for file in index(place).headers.files:
        texts |= {condition for stack in file.scan.stacks for condition in stack}
    unknown = [text for text in texts if seen.condition(text)[0] is None]
    assert len(texts) > 5000 and len(unknown) < len(texts) * 0.02
