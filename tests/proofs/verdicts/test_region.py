# SPDX-License-Identifier: GPL-2.0-only
"""Regions as formulas: minimal, checked against their truth table, and refused where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.facts.assumed import Fact
from model.logic import FALSE, TRUE, Term, name
from model.vocabulary.memory import beyond, is_vma_cacheable, kvm_supports_cacheable_pfnmap, returns
from proofs.solvers.smt.pool import Pool
from proofs.theorems.theorem import Region
from proofs.verdicts.region import FormulaError, Row, find_formula, minimise_formula
from tests.support import toy

LABELS = ("a", "b", "c == 1")


def said(text: str, row: Row) -> bool:
    """What a formula over LABELS says of a row."""
    python = text.replace("c == 1", "c").replace("||", "or").replace("&&", "and").replace("!", "not ")
    values = dict(zip("abc", row, strict=True), always=True, never=False)
    return bool(eval(python, {}, values))


@settings(deadline=None)  # the first run imports sympy
@given(st.lists(st.sampled_from([True, False, None]), min_size=8, max_size=8))
def test_a_formula_says_what_the_table_says(table: list[bool | None]) -> None:
    rows = dict(zip(product((False, True), repeat=3), table, strict=True))
    text = minimise_formula(LABELS, rows.__getitem__)
    assert all(said(text, row) is value for row, value in rows.items() if value is not None)


@pytest.mark.parametrize(
    ("holds", "text"),
    [
        (lambda r: True, "always"),
        (lambda r: False, "never"),
        (lambda r: None, "never"),
        (lambda r: r[0], "a"),
        (lambda r: not r[2], "!(c == 1)"),
        (lambda r: r[0] and not r[1], "a && !(b)"),
        (lambda r: r[2] or (r[0] and r[1]), "(a && b) || c == 1"),
        (lambda r: True if r[0] and r[1] else None if r[0] else False, "a"),
    ],
)
def test_small_formulas(holds: Callable[[Row], bool | None], text: str) -> None:
    assert minimise_formula(LABELS, holds) == text


def test_the_text_does_not_depend_on_the_order_of_sets() -> None:
    code = (
        "from proofs.verdicts.region import minimise_formula\n"
        "print(minimise_formula('abcdef', lambda r: sum(r) in (2, 3) or r[0] != r[5]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


ATOMS = (
    ("PFNMAP or MIXEDMAP and not memory", beyond),
    ("is_vma_cacheable", is_vma_cacheable),
    ("kvm_supports_cacheable_pfnmap()", kvm_supports_cacheable_pfnmap),
)


def told(term: Term, atoms: tuple[tuple[str, Term], ...] = ATOMS, facts: tuple[Fact, ...] = toy.FACTS) -> str:
    claim = toy.claim("t", toy.fault_path(), (), term, facts=facts)
    with Pool(1, 30.0) as pool:
        return find_formula(pool, claim, Region("-EFAULT", atoms, term))


def test_the_refused_set() -> None:
    assert told(returns(14)) == (
        "PFNMAP or MIXEDMAP and not memory && is_vma_cacheable && !(kvm_supports_cacheable_pfnmap())"
    )


def test_rows_that_the_facts_exclude_do_not_matter() -> None:
    never = Fact("hardware", "All machines have it.", kvm_supports_cacheable_pfnmap, "nowhere")
    assert told(returns(14), facts=(never,)) == "never"
    cacheable = Fact("cacheable", "All VMAs are.", is_vma_cacheable, "nowhere")
    assert told(returns(14), facts=(cacheable,)) == (
        "PFNMAP or MIXEDMAP and not memory && !(kvm_supports_cacheable_pfnmap())"
    )


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        (TRUE, "they differ on some input whatever is_vma_cacheable is"),
        (FALSE, "they differ never"),
        (returns(14), "they differ only where is_vma_cacheable"),
    ],
)
def test_a_region_is_told_as_a_sentence(term: Term, sentence: str) -> None:
    atoms = (("is_vma_cacheable", is_vma_cacheable),)
    always = "on some input whatever is_vma_cacheable is"
    region = Region("they differ", atoms, term, projected=True, where="only where ", always=always)
    claim = toy.claim("t", toy.fault_path(), (), term)
    with Pool(1, 30.0) as pool:
        assert f"{region.says} {find_formula(pool, claim, region)}" == sentence


def test_conditions_that_do_not_determine_the_region() -> None:
    message = (
        r"^-EFAULT: holds on some inputs with PFNMAP or MIXEDMAP and not memory && is_vma_cacheable, "
        r"and not on others\.$"
    )
    with pytest.raises(FormulaError, match=message):
        told(returns(14), ATOMS[:2])


def test_a_formula_has_few_conditions() -> None:
    atoms = tuple((str(i), name(f"x{i}")) for i in range(9))
    with pytest.raises(FormulaError, match=r"^-EFAULT: a formula is over at most 8 conditions, not 9\.$"):
        told(returns(14), atoms)
