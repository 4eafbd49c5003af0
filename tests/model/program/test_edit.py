# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a procedure mean exactly one guard, or none is made."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.arch.arm64.fault import shapes
from model.logic import BOOL, FALSE, TRUE, Term, name, place
from model.program.edit import drop_guard, mark_branch, negate_guard, remove_test, replace_term
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure, ProcedureError
from model.vocabulary.memory import (
    EINVAL,
    excl_atomic_fault,
    is_cow_mapping,
    is_vma_cacheable,
    kvm_has_mte,
    kvm_supports_cacheable_pfnmap,
    perm_fault,
    pfn_is_map_memory,
    pfn_valid,
    vm_flags,
)

SHAPES = {s.name: s.procedure for s in shapes()}
FORCED = place("s2_force_noncacheable", BOOL)
#: A COW mapping of a PFN that is not memory, which the VMM may read: MAP_PRIVATE of a BAR.
BAR = {"vma_found": 1, "vm_flags": 0x420, "vm_page_prot": 3 << 2, "pfn": 5, "vm_end": 1 << 40}


def answer(procedure: Procedure, **names: int) -> int:
    return interpret(procedure, Inputs({**procedure.constants, **BAR, **names})).places["return"] - (1 << 32)


def mapped(procedure: Procedure, **names: int) -> bool:
    return bool(
        interpret(procedure, Inputs({**procedure.constants, **BAR, **names})).value(
            procedure.symbols["mapped"]
        )
    )


def test_without_removes_the_test() -> None:
    assert answer(SHAPES["v9"]) == -EINVAL
    assert mapped(remove_test(SHAPES["v9"], is_cow_mapping))


def test_without_finds_a_guard_inside_a_conjunction() -> None:
    assert answer(SHAPES["v7"]) == -EINVAL
    assert mapped(remove_test(SHAPES["v7"], is_cow_mapping))


def test_without_keeps_the_else_branch() -> None:
    edited = remove_test(SHAPES["v6.17"], is_vma_cacheable)
    cacheable = {"vm_page_prot": 0}
    assert not mapped(SHAPES["v6.17"], **cacheable)
    assert mapped(edited, **cacheable)


def test_dropped_keeps_the_rest_of_the_condition() -> None:
    edited = drop_guard(SHAPES["v7"], is_cow_mapping)
    assert answer(edited, vm_flags=0x408) == -EINVAL
    assert mapped(edited, vm_flags=0x8)


def test_negated() -> None:
    edited = negate_guard(SHAPES["v7"], is_cow_mapping)
    assert mapped(edited)
    assert answer(edited, vm_flags=0x408) == -EINVAL


def test_mark_tells_where_the_guard_struck() -> None:
    procedure = SHAPES["v9"]
    for flags, struck in ((0x420, 1), (0x408, 0), (0x20, 0)):
        run = interpret(procedure, Inputs({**procedure.constants, **BAR, "vm_flags": flags}))
        assert run.value(procedure.symbols["cow_refused"]) == struck


def test_answering_chooses_among_tests_of_the_same_guard() -> None:
    marked = mark_branch(SHAPES["v8"], is_vma_cacheable & FORCED, "struck", answering=-EINVAL)
    mixed = {"vm_flags": 1 << 28, "vm_page_prot": 0}
    run = interpret(marked, Inputs({**marked.constants, **BAR, **mixed}))
    assert run.value(marked.symbols["struck"]) == 1


@pytest.mark.parametrize(
    ("shape", "guard", "told"),
    [
        (
            "v6.17",
            is_cow_mapping,
            r"\(vm_flags & \(VM_SHARED \| VM_MAYWRITE\)\) == VM_MAYWRITE` .* and "
            "0 have it",
        ),
        ("v6.17", excl_atomic_fault, "`excl_atomic_fault` .* and 0 have it"),
        ("v6.17", perm_fault, "and 3 have it"),
        ("v6.17", kvm_has_mte & pfn_is_map_memory, "and 0 have it"),
        ("v9", FORCED, "`s2_force_noncacheable` .* and 2 have it"),
    ],
)
def test_a_guard_that_is_not_in_one_place_is_an_error(shape: str, guard: object, told: str) -> None:
    pattern = rf"^{shape}: the guard .*{told}; name a guard that stands in one place\.$"
    with pytest.raises(ProcedureError, match=pattern):
        remove_test(SHAPES[shape], guard)  # type: ignore[arg-type]


def test_what_is_edited_stays_as_it_was() -> None:
    before = SHAPES["v6.17"].body
    negate_guard(SHAPES["v6.17"], ~kvm_supports_cacheable_pfnmap)
    assert SHAPES["v6.17"].body is before


def test_instead_puts_another_term_in_the_place_of_one() -> None:
    made = replace_term(SHAPES["v6.16"], pfn_is_map_memory, pfn_valid)
    assert mapped(made, pfn_valid=1, exec_fault=1)
    assert answer(made, pfn_is_map_memory=1, exec_fault=1) == -8
    assert "pfn_valid" in made.inputs and "pfn_valid" not in SHAPES["v6.16"].inputs


def test_instead_finds_a_conjunction_within_a_longer_one() -> None:
    made = replace_term(SHAPES["v7"], is_vma_cacheable & ~kvm_supports_cacheable_pfnmap, FALSE)
    cacheable = {"vm_page_prot": 0, "pfn_is_map_memory": 1, "vm_flags": 0}
    assert answer(SHAPES["v7"], **cacheable) == -EINVAL
    assert mapped(made, **cacheable)


@pytest.mark.parametrize(
    ("meant", "other", "told"),
    [
        (excl_atomic_fault, TRUE, "`excl_atomic_fault` was looked for in exactly one statement, and 0 have it; "
         "name a term that stands in one place."),
        (perm_fault, TRUE, "`perm_fault` was looked for in exactly one statement, and 5 have it; name a term that "
         "stands in one place."),
        (is_vma_cacheable, vm_flags, "put a term of the same sort in its place."),
        (is_vma_cacheable, name("no_such_word"), "no_such_word is no word that could be read here."),
    ],
)  # fmt: skip
def test_a_term_that_cannot_be_replaced_is_an_error(meant: Term, other: Term, told: str) -> None:
    with pytest.raises(ProcedureError, match=rf"^v6.17: .*{re.escape(told)}$"):
        replace_term(SHAPES["v6.17"], meant, other)


@given(
    st.fixed_dictionaries({w: st.integers(0, 1) for w in ("pfn_is_map_memory", "exec_fault", "perm_fault")})
)
def test_a_term_of_the_same_value_changes_nothing(names: dict[str, int]) -> None:
    made = replace_term(SHAPES["v6.16"], pfn_is_map_memory, pfn_valid)
    same = {**names, "pfn_valid": names["pfn_is_map_memory"], "write_fault": 1 - names["exec_fault"]}
    assert answer(made, **same) == answer(SHAPES["v6.16"], **same)
    assert mapped(made, **same) == mapped(SHAPES["v6.16"], **same)
