# SPDX-License-Identifier: GPL-2.0-only
"""Tables of attributes: each row is true of every cell in it, and each cell is in one row."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterexamples.attributes import table
from counterexamples.attributes.input_classes import COLUMNS
from counterexamples.attributes.table import AttributesError, Cell
from counterexamples.bugs.bug import find_shape
from counterexamples.render.table import (
    Leaf,
    cell_of,
    merge_rows,
    render_attribute_table,
    render_changes,
    render_decision_table,
    render_wrong_rows,
)
from counterexamples.witness import InputValue, Witness, WitnessRun
from model.logic import FALSE, Term, value_of
from model.program.interpreter import Run, interpret
from proofs.run import main
from tests.support import trees

MERGED = table.compute_results(find_shape("v6.17"))
CELLS = list(MERGED)


def cell(*labels: str) -> Cell:
    """The cell of those labels."""
    found = []
    for column, label in zip(COLUMNS, labels, strict=True):
        found.append([answer.label for answer in column.classes].index(label))
    return tuple(found)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (("PFNMAP", "Normal", "beyond", "1/1", "write"), "NORMAL RWX"),
        (("PFNMAP", "Tagged", "beyond", "1/0", "write"), "-EFAULT"),
        (("PFNMAP", "Normal-NC", "beyond", "1/1", "read"), "DEVICE RW"),
        (("PFNMAP+ANYUC", "nGnRE", "beyond", "0/0", "read"), "NORMAL_NC RW"),
        (("PFNMAP", "nGnRnE", "beyond", "1/1", "exec"), "-ENOEXEC"),
        (("none", "Normal", "memory", "0/0", "exec"), "NORMAL RWX"),
        (("none", "Normal", "memory", "0/0", "read"), "NORMAL RW"),
        (("none", "Normal", "beyond", "0/0", "read"), None),  # only drivers map what is no memory
        (("PFNMAP", "Normal", "COW copy", "0/0", "read"), None),  # a shared mapping has no copies
        (("PFNMAP+COW", "Normal", "beyond", "1/1", "write"), None),  # the store makes a copy first
        (("PFNMAP+COW", "nGnRE", "COW copy", "1/1", "write"), "NORMAL RWX"),
    ],
)
def test_what_v6_17_gives(labels: tuple[str, ...], told: str | None) -> None:
    assert MERGED[cell(*labels)] == told


def test_no_cell_holds_pages_that_are_treated_differently() -> None:
    assert not [text for text in MERGED.values() if text is not None and " or " in text]


PAGES = list(table._every_page(find_shape("v6.17").constants))


def test_an_answer_s_values_make_it_and_no_other_answer_of_the_column() -> None:
    constants = find_shape("v6.17").constants
    for which, page in PAGES[:: len(PAGES) // 60]:
        known = {**constants, **page}
        for column, i in zip(COLUMNS, which, strict=True):
            held = [
                value_of(a.when, lambda t: known.get(str(t.data), 0), lambda _, __: 0)  # noqa: B023
                for a in column.classes
            ]
            assert held == [int(j == i) for j in range(len(held))], column.title


@pytest.mark.parametrize("name", ["v6.17", "v3", "v7.2.10"])
def test_every_cell_is_what_the_interpreter_does(name: str) -> None:
    procedure = find_shape(name)
    found = table.compute_results(procedure)
    for which, page in PAGES[::7]:
        run = interpret(procedure, table._inputs(procedure, page))

        def leaf(term: Term, run: Run = run) -> int:
            text = str(term.data)
            bound = procedure.symbols.get(text)
            given = procedure.constants.get(text, run.inputs.names.get(text, 0))
            return given if bound is None else run.value(bound)

        told = table.render_outcome(lambda t, leaf=leaf: value_of(t, leaf, lambda _, __: 0))  # type: ignore[misc]
        admitted = value_of(table._AFTERWARDS, leaf, lambda _, __: 0)
        assert not admitted or told in str(found[which]).split(" or ")


def every_row_is_true(leaves: dict[Cell, Leaf]) -> None:
    found = merge_rows(leaves)
    for which, leaf in leaves.items():
        told = [row.texts for row in found if row.has(which)]
        assert leaf is None or told == [leaf]


def test_every_row_of_a_table_is_true_of_all_its_cells() -> None:
    every_row_is_true({which: None if text is None else (text,) for which, text in MERGED.items()})


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_every_row_of_any_table_is_true(random, kinds) -> None:  # type: ignore[no-untyped-def]
    choices: list[Leaf] = [None, *((str(i),) for i in range(kinds))]
    by_part = {part: random.choice(choices) for part in product(*(range(3) for _ in COLUMNS))}
    every_row_is_true({which: by_part[tuple(i % 3 for i in which)] for which in CELLS})


def test_the_table_is_narrow_ascii_and_the_same_twice() -> None:
    text = render_attribute_table(find_shape("v6.17"))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 72
    assert text == render_attribute_table(find_shape("v6.17"))
    assert " PFNMAP+ANYUC uncached  no memory   any     data  NORMAL_NC RW" in text.splitlines()


V6_V9 = """\
 VMA flags    page_prot PFN class   FWB/DIC fault before     after
"""


def test_only_changed_rows_are_told() -> None:
    text = render_changes(find_shape("v6"), find_shape("v9"))
    assert text.startswith(V6_V9)
    assert max(map(len, text.splitlines())) <= 72
    for line in text.splitlines()[1:-3]:
        assert line[50:60].split() != line[61:].split()
    assert " MIXEDMAP     cacheable no memory   1/1     data  DEVICE RW  NORMAL RWX" in text.splitlines()
    assert render_changes(find_shape("v6.17"), find_shape("v7.1")) == "No row differs between v6.17 and v7.1."


def witness_of(**values: int) -> Witness:
    procedure = find_shape("v6.17")
    words = {"ret": (1 << 32) - 14, "mapped": 0, "prot": 0}
    course = WitnessRun(procedure, (), words)
    return Witness(tuple(InputValue(n, 64, v, v, n) for n, v in values.items()), {"": course})


def test_the_row_of_a_witness_is_marked() -> None:
    flags = find_shape("v6.17").constants["VM_PFNMAP"]
    text = render_decision_table(find_shape("v6.17"), witness_of(vm_flags=flags, pfn=0x100))
    (marked,) = (line for line in text.splitlines() if line.startswith(">"))
    assert marked == ">MIXEDMAP,    cacheable no memory   not 1/1 any   -EFAULT"


def test_what_the_columns_do_not_tell_is_said() -> None:
    flags = find_shape("v6.17").constants["VM_PFNMAP"]
    given = witness_of(vm_flags=flags, pfn_is_map_memory=1)
    assert render_decision_table(find_shape("v6.17"), given).splitlines()[-1] == (
        "> The witness comes to: -EFAULT, as it has more than the columns tell."
    )


def test_a_witness_may_be_in_no_row() -> None:
    both = find_shape("v6.17").constants["VM_PFNMAP"] | find_shape("v6.17").constants["VM_MIXEDMAP"]
    assert cell_of(find_shape("v6.17"), witness_of(vm_flags=both)) is None
    text = render_decision_table(find_shape("v6.17"), witness_of(vm_flags=both))
    assert text.endswith("\nThe witness is in none of these rows.")


def test_what_is_no_fault_path_has_no_table() -> None:
    without = replace(find_shape("v6.17"), symbols={})
    with pytest.raises(AttributesError, match="has no ret"):
        render_attribute_table(without)


def test_a_word_that_cannot_have_its_value_is_refused() -> None:
    stuck = replace(find_shape("v6.17"), symbols={**find_shape("v6.17").symbols, "vma_found": FALSE})
    with pytest.raises(AttributesError, match="vma_found cannot be made 0x1 there"):
        render_attribute_table(stuck)


def test_a_real_kernel_has_the_table_of_its_shape() -> None:
    from model.cache import default_directory
    from model.source.index.index import Index
    from model.source.kernel import read
    from model.source.preprocessor.profile import Profile

    tree = trees.tree("7.3")
    index = Index.build(tree, default_directory())
    kernel = read(tree, index, Profile.builtin("4K"), "4K", "7.3").procedure
    assert render_changes(kernel, find_shape("v7.1")) == "No row differs between 7.3 and v7.1."


def test_the_door_prints_the_table_of_a_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--table", "v6.17"]) == 0
    out = capsys.readouterr().out
    assert out == f"v6.17\n{render_attribute_table(find_shape('v6.17'))}\n"


def test_the_door_compares_a_kernel_with_a_shape(capsys: pytest.CaptureFixture[str]) -> None:
    trees.tree("7.3")
    path = str(trees.find("7.3"))
    assert main(["--table", "v7.2.10", "--linux", path]) == 0
    assert "No row differs between v7.2.10 and 7.3." in capsys.readouterr().out
    assert main(["--table", "--linux", path, "--against", path]) == 0
    assert "No row differs between 7.3." in capsys.readouterr().out
    assert main(["--table", "--linux", path]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1:] == render_attribute_table(find_shape("v7.1")).splitlines()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--table", "v6.71"], "No model is called v6.71; the nearest name"),
        (["--table", "--linux", "proofs"], "proofs"),
    ],
)
def test_a_wrong_table_is_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert not told.out
    assert sentence in told.err


def test_a_mistake_is_told_by_the_rows_like_its_counterexample() -> None:
    flags = find_shape("v6").constants["VM_MIXEDMAP"]
    found = render_wrong_rows(find_shape("v9"), find_shape("v6"), witness_of(vm_flags=flags, write_fault=1))
    lines = found.splitlines()
    assert lines[0].split()[-2:] == ["right", "bug"]
    assert [line for line in lines if line.startswith(">")] == [
        ">MIXEDMAP     cacheable no memory   not 1/1 data  -EFAULT    DEVICE RW"
    ]
    assert all(line[1:9] == "MIXEDMAP" for line in lines[1:-4])
    assert lines[-1].startswith("Of other VMA flags ")


def test_a_mistake_that_changes_nothing_for_such_pages_has_no_table() -> None:
    assert render_wrong_rows(find_shape("v6.17"), find_shape("v7.1"), witness_of(pfn_is_map_memory=1)) == ""
    both = find_shape("v6.17").constants["VM_PFNMAP"] | find_shape("v6.17").constants["VM_MIXEDMAP"]
    assert render_wrong_rows(find_shape("v9"), find_shape("v6"), witness_of(vm_flags=both)) == ""
