# SPDX-License-Identifier: GPL-2.0-only
"""Past bugs: what is printed, what is written, and with which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import Bug, on_version
from counterexamples.bugs.trees import NO_TREE
from model.logic import TRUE
from model.vocabulary.memory import FWB
from proofs.bugs import main
from tests.support import trees

LOCK = "refused_with_mmap_lock_held"
IN_C = "memslots_were_accepted_and_then_refused"

TEXT = """\
refused_with_mmap_lock_held
Once,     The refusal of a COW mapping returned before
              mmap_read_unlock().
see       20250310103008.3471-1-ankita@nvidia.com,
              20250618065541.50049-1-ankita@nvidia.com
made in   the shape v3
refutes   mmap_lock_is_released
Let       vm_flags = VM_MAYWRITE | VM_PFNMAP without VM_SHARED,
              !perm_fault, vma_found, the callee succeeds (topup_ret =
              0), and all else is any.
Then      v3 calls mmap_read_lock(), returns -EINVAL.
because   line 1, if (perm_fault && !write_fault &&
              !exec_fault): not taken
          line 12, if (!vma_found): not taken
          line 66, if ((vm_flags & VM_PFNMAP) != 0): taken
          line 67, if (is_cow_mapping(vm_flags)): taken
          and 8 more, below.
However,  this was to hold: mmap_lock is released on every path that
              takes it.
Always,   in every counterexample: (vm_flags & VM_PFNMAP) != 0 &&
              is_cow_mapping(vm_flags) && (ret == -EINVAL) &&
              !mmap_unlocked.
So,       mmap_lock held for ever. The VMM's next mmap(), or its exit,
              waits for a lock that nobody will release.
              (Documentation/mm/process_addrs.rst)
Reached   by D2: /dev/dma_heap/system, 4K, mmap MAP_PRIVATE; it takes
              CONFIG_DMABUF_HEAPS_SYSTEM, access to /dev/dma_heap/system
              (drivers/dma-buf/heaps/system_heap.c: system_heap_mmap()).
              Also by D2, after a store; D3; D4; PCI resource,
              write-combining, after a store nearby; /dev/mem over
              NOMAP, after a store. With --out, repro.c gets the page of
              D2.
Kinds     counterexamples in 1 row of the 57 of the table of attributes,
              and others in no row.
"""


def ran(
    arguments: list[str], load: Callable[[], Mapping[str, Bug]] = bugs, kernels: Path = Path("none")
) -> int:
    """The exit code."""
    try:
        return main(arguments, load, kernels)
    except SystemExit as error:
        return int(str(error.code))


def changed(**changes: object) -> Callable[[], Mapping[str, Bug]]:
    """One mistake alone, and declared otherwise."""
    return lambda: {LOCK: replace(bugs()[LOCK], **changes)}  # type: ignore[arg-type]


def test_a_bug_is_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--bug", LOCK]) == 0
    told = capsys.readouterr().out
    assert told.startswith(TEXT)
    assert "          * 67    taken      if (is_cow_mapping(vm_flags))\n" in told
    assert "\nBug       v8 (-) and what is made of it (+):\n@@" in told
    assert max(map(len, told.splitlines())) <= 72
    assert told.endswith("\n\n1 bug: 1 found.\n")


def test_a_table_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--bug", "mmap_lock*", "--format", "table"]) == 2
    assert ran(["--bug", "*_leaked_the_page", "--format", "table"]) == 0
    header, *rows, empty, last = capsys.readouterr().out.splitlines()
    assert header.split() == ["bug", "see", "refutes", "so"]
    assert [row.split()[0] for row in rows] == [
        "refusals_leaked_the_page",
        "fetches_from_dax_leaked_the_page",
    ]
    assert [row.split()[-1] for row in rows] == ["found", "found"]
    assert (empty, last) == ("", "2 bugs: 2 found.")


def test_json_is_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--bug", LOCK, "--format", "json"]) == 0
    first = capsys.readouterr().out
    assert ran(["--bug", LOCK, "--format", "json"]) == 0
    assert capsys.readouterr().out == first
    (mistake,) = json.loads(first)["mistakes"]
    assert mistake["name"] == LOCK
    assert mistake["state"] == "found"
    assert mistake["theorem_says"] == "mmap_lock is released on every path that takes it."
    assert {"name": "vma_found", "width": 0, "value": "0x1", "mask": "0x1"} in mistake["counterexample"][
        "values"
    ]


def test_what_is_found_is_written(tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert ran(["--bug", LOCK, "--out", str(tmp_path / out)]) == 0
    files = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    folder = Path("mmap_lock_is_released", LOCK)
    assert sorted(files) == [
        Path(out) / folder / name
        for out in ("one", "two")
        for name in ("counterexample.txt", "repro.c", "witness.json")
    ]
    for name in ("counterexample.txt", "repro.c", "witness.json"):
        assert files[Path("one") / folder / name] == files[Path("two") / folder / name]
    assert files[Path("one") / folder / "counterexample.txt"].startswith(TEXT)
    assert json.loads(files[Path("one") / folder / "witness.json"])["theorem"] == "mmap_lock_is_released"


def test_the_program_is_of_the_scenario_that_is_told(tmp_path: Path) -> None:
    assert ran(["--bug", LOCK, "--out", str(tmp_path)]) == 0
    (program,) = tmp_path.rglob("repro.c")
    assert program.read_text().startswith(
        "// SPDX-License-Identifier: GPL-2.0-only\n/*\n * D2: /dev/dma_heap/system"
    )


def test_what_no_program_reaches_has_a_reason_and_no_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(["--bug", "normal_tagged_did_not_count", "--out", str(tmp_path)]) == 0
    assert "Reached   by no known program. MT_NORMAL_TAGGED takes PROT_MTE" in capsys.readouterr().out
    assert {path.name for path in tmp_path.rglob("*.*")} == {"counterexample.txt", "witness.json"}
    (kept,) = tmp_path.rglob("witness.json")
    mistake = json.loads(kept.read_text())
    assert mistake["reached_by"] == []
    assert mistake["reached_by_none_because"].startswith("MT_NORMAL_TAGGED takes PROT_MTE")


def test_the_list_proves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--list"]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if not line.startswith(" ")] == list(bugs())
    assert (
        "(20250310103008.3471-1-ankita@nvidia.com; kvm_arch_prepare_memory_region() of 7.2 or 7.3)"
        in " ".join(told.split())
    )


def test_what_is_made_in_c_is_not_run_without_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--bug", IN_C, "--format", "table"]) == 3
    assert capsys.readouterr().out.splitlines()[-1] == f"1 bug: 1 not run. Not run: {NO_TREE}"


def test_what_is_made_in_c_is_run_with_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    path = trees.find("7.2")
    if path is None:
        pytest.skip("not run: there is no kernel tree 7.2; `make kernels` fetches it")
    assert ran(["--bug", IN_C, "--linux", str(path)]) == 0
    told = capsys.readouterr().out
    assert "made in   kvm_arch_prepare_memory_region() of 7.2\n" in told
    assert "arch/arm64/kvm/mmu.c:" in told
    assert max(map(len, told.splitlines())) <= 72


def test_a_tree_of_another_release_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_tree(tmp_path, "4.19")
    assert ran(["--bug", IN_C, "--linux", str(tmp_path), "--format", "table"]) == 3
    told = "Not run: some of the bugs in C cannot be made in 4.19."
    assert capsys.readouterr().out.splitlines()[-1] == f"1 bug: 1 not run. {told}"


def test_a_text_that_is_not_there_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_tree(tmp_path, "7.2")
    assert ran(["--bug", IN_C, "--linux", str(tmp_path), "--format", "json"]) == 3
    (mistake,) = json.loads(capsys.readouterr().out)["mistakes"]
    assert mistake["state"] == "not run"
    assert mistake["why"].endswith(" 0 times, and once is meant; this bug can be made in 7.2, 7.3.")


def make_tree(top: Path, release: str) -> None:
    """A Linux tree with nothing in it."""
    major, minor = release.split(".")
    files = {
        "Makefile": f"VERSION = {major}\nPATCHLEVEL = {minor}\nSUBLEVEL = 0\n",
        trees.MMU: "",
        "include/x.h": "",
    }
    for rel, text in files.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)


def test_a_bug_that_is_missed_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--format", "table"], changed(where=on_version("v8", right="v8"))) == 1
    assert "\nrefused_with_mmap_lock_held: missed: Expected was REFUTED.\n" in capsys.readouterr().out


def test_a_bug_that_is_found_otherwise_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran([], changed(witness=FWB)) == 1
    told = capsys.readouterr().out
    assert "\nBut       found otherwise: It is refuted in another way than" in told
    assert told.endswith("1 bug: 1 found otherwise.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--bug", "refusals_leaked"],
            "No bug is called refusals_leaked; the nearest name is refusals_leaked_the_page.",
        ),
        (["--linux", "nowhere"], "nowhere: there is no such directory; give the top of a Linux tree."),
        (["--out", "nowhere/else"], "--out: nowhere is not a directory, so else cannot be written into it."),
    ],
)
def test_a_wrong_command_line_exits_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == f"python -m proofs.bugs: error: {told}"


def test_a_bug_that_is_declared_wrongly_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran([], changed(refutes="all_is_well", witness=TRUE)) == 2
    told = (
        "refused_with_mmap_lock_held: no theorem is called all_is_well; `proofs.run --list` has their names."
    )
    assert capsys.readouterr().err.splitlines()[-1] == f"python -m proofs.bugs: error: {told}"


def test_a_file_in_the_way_exits_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mmap_lock_is_released").write_text("")
    assert ran(["--bug", LOCK, "--out", str(tmp_path)]) == 2
    assert "error: A file could not be written: " in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["mmap_lock_is_released"]


def test_what_a_bug_changed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--bug", "every_device_was_normal_nc"]) == 0
    told = capsys.readouterr().out.splitlines()
    table = told[told.index("Changed   here (the row of the counterexample has a >):") + 1 :]
    assert table[:2] == [
        " VMA flags    page_prot PFN class   FWB/DIC fault right      bug",
        ">none, COW,   uncached  no memory   any     data  DEVICE RW  NORMAL_NC",
    ]


def test_mutants_of_what_is_no_tree_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(["--mutants", "--linux", str(tmp_path)]) == 2
    assert "give the top of a Linux tree" in capsys.readouterr().err
