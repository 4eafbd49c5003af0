# SPDX-License-Identifier: GPL-2.0-only
"""What holds in the headers of every real kernel: read from trees that are here, never committed.

Trees are the folders of .kernels at the top of the repository and of $STAGE2_KERNELS.
"""

from __future__ import annotations

import os
import re
import time
from functools import cache
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_c

from model.source.blank import blank
from model.source.index import Index, View
from model.source.profile import PAGES, Profile
from model.source.tree import Tree

MMU = "arch/arm64/kvm/mmu.c"
HWDEF = "arch/arm64/include/asm/pgtable-hwdef.h"


def trees() -> list[Path]:
    """The Linux trees on this machine, by name."""
    folders = [Path(__file__).parent.parent / ".kernels"]
    folders += [Path(os.environ["STAGE2_KERNELS"])] if "STAGE2_KERNELS" in os.environ else []
    found = [place for folder in folders if folder.is_dir() for place in folder.iterdir()]
    return sorted(place for place in found if (place / "arch/arm64/kvm/mmu.c").is_file())


NONE = pytest.param(
    None, marks=pytest.mark.skip(reason="no Linux tree in .kernels or STAGE2_KERNELS")
)


@pytest.fixture(params=trees() or [NONE], ids=lambda place: place.name if place else "no tree")
def place(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


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
        r"ptea?val_t pgprot; \} pgprot_t",
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
    assert found is not None and found.certain and not found.ambiguous
    assert file in ("", found.file)
    assert re.search(says, " ".join(found.text.decode().split())), found.text.decode()


SINCE = [
    ("function", "kvm_vma_is_cacheable", MMU, r"MT_NORMAL"),
    (
        "function",
        "kvm_s2_trans_writable",
        "arch/arm64/include/asm/kvm_nested.h",
        r"return trans->writable;",
    ),
    (
        "struct",
        "kvm_s2_trans",
        "arch/arm64/include/asm/kvm_nested.h",
        r"unsigned long block_size; bool writable;",
    ),
    ("function", "is_cow_mapping", "include/linux/mm.h", r"VM_SHARED \| VM_MAYWRITE"),
    (
        "function",
        "vma_is_cow_mapping",
        "include/linux/mm.h",
        r"vma_flags_is_cow_mapping\(&vma->flags\)",
    ),
    (
        "function",
        "kvm_vcpu_trap_is_permission_fault",
        "arch/arm64/include/asm/kvm_emulate.h",
        r"esr_fsc_is_perm",
    ),
    ("macro", "kvm_has_mte", "arch/arm64/include/asm/kvm_host.h", r"system_supports_mte\(\)"),
    ("enumerator", "VMA_PFNMAP_BIT", "include/linux/mm.h", r"DECLARE_VMA_BIT\(PFNMAP, 10\)"),
]


@pytest.mark.parametrize(("kind", "name", "file", "says"), SINCE, ids=lambda p: str(p)[:30])
def test_a_fact_of_the_kernels_that_have_it(
    place: Path, kind: str, name: str, file: str, says: str
) -> None:
    found = getattr(view(place), kind)(name)
    text = index(place).headers.tree.read(file).decode()
    has_it = re.search(rf"(?:bool|struct|define) {name}\b|DECLARE_VMA_BIT\(PFNMAP", text)
    assert (found is not None) == (
        has_it is not None and (kind != "enumerator" or "VMA_BIT(PFNMAP" in text)
    )
    assert found is None or found.file == file and found.certain and not found.ambiguous
    assert found is None or re.search(says, " ".join(found.text.decode().split()))


@pytest.mark.parametrize(("pages", "level", "file"), [("4K", "PUD", HWDEF), ("16K", "PUD", HWDEF)])
def test_an_unfolded_level_is_the_architectures(
    place: Path, pages: str, level: str, file: str
) -> None:
    found = view(place, pages).macro(f"{level}_SHIFT")
    assert found is not None and found.file == file


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
    nodes = [
        node for node in parser.parse(data).root_node.children if node.type == "function_definition"
    ]
    found = {
        (record.start, record.end)
        for record in view(place).file(MMU).scanned.records
        if record.kind == "f"
    }
    missed = [n for n in nodes if not n.has_error and (n.start_byte, n.end_byte) not in found]
    assert len(nodes) > 50 and not missed


def test_almost_every_condition_is_decided(place: Path) -> None:
    """What is unknown is calls in ``#if`` and the atomic fallbacks, which ask for one another."""
    seen, texts = view(place), set()
    for file in index(place).headers.files:
        texts |= {condition for stack in file.scanned.stacks for condition in stack}
    unknown = [text for text in texts if seen.condition(text)[0] is None]
    assert len(texts) > 5000 and len(unknown) < len(texts) * 0.02


def test_a_second_build_is_quick(place: Path, tmp_path: Path) -> None:
    tree = Tree.open(place)
    Index.build(tree, tmp_path)
    began = time.process_time()
    again = Index.build(Tree.open(place), tmp_path)
    assert again.view(Profile.builtin("4K")).macro("VM_PFNMAP") is not None
    assert time.process_time() - began < 1
