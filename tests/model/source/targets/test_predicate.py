# SPDX-License-Identifier: GPL-2.0-only
"""Conditions in C over words."""

from __future__ import annotations

import pytest

from model.logic import is_same
from model.source.targets.predicate import PredicateError, parse_predicate
from model.vocabulary import memory as m


def test_words_definitions_and_constants_are_known() -> None:
    written = "vm_flags & (VM_PFNMAP | VM_MIXEDMAP) && !pfn_is_map_memory"
    assert is_same(parse_predicate(written, "here"), m.is_pfnmap_or_mixedmap & ~m.pfn_is_map_memory)
    assert is_same(parse_predicate("is_cow_mapping", "here"), m.is_cow_mapping)


def test_numbers_have_c_s_types() -> None:
    assert is_same(parse_predicate("ret == -14", "here"), m.returns(m.EFAULT))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("vm_flag", "t.toml: `vm_flag` is no condition over the symbols of model/vocabulary/memory.py: "
                    "vm_flag is defined nowhere that is read (`vm_flag`)."),
        ("vm_flags &", "t.toml: `vm_flags &` is no condition over the symbols of model/vocabulary/memory.py: "
                       "a macro's text could not be parsed: vm_flags &."),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_told(written: str, told: str) -> None:
    with pytest.raises(PredicateError) as error:
        parse_predicate(written, "t.toml")
    assert str(error.value) == told
