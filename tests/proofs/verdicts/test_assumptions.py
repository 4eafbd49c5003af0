# SPDX-License-Identifier: GPL-2.0-only
"""Which assumptions are proved: the table names what exists, and a verdict that changes is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from model.facts import normal_page
from model.facts.assumed import FACTS
from model.source.contracts.common import common_contracts
from model.source.targets.functions import TARGETS
from model.vocabulary import memory
from proofs.claims.catalogue import theorems
from proofs.theorems.expectation import Verdict
from proofs.verdicts.assumptions import (
    ROWS,
    AssumptionKind,
    AssumptionRow,
    Assumptions,
    assumptions,
    render_text,
)
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support import toy

CONTRACTS = {"7.3": tuple(row.name for row in ROWS if row.sort is AssumptionKind.CONTRACT)}
FULLY = [row for row in ROWS if not row.left]


def proved(theorem: str, verdict: Verdict = Verdict.PROVED, pages: str = "") -> ClaimVerdict:
    claim = replace(toy.claims()[0], theorem=theorem, subject="7.3", pages=pages, facts=FACTS)
    return ClaimVerdict(claim, verdict, ExpectationStatus.EXPECTED)


def all_of(row: AssumptionRow) -> list[ClaimVerdict]:
    return [proved(theorem) for group in row.by for theorem in group]


def found(judged: Sequence[ClaimVerdict]) -> Assumptions:
    (one,) = assumptions(judged, CONTRACTS)
    return one


def is_trusted(row: AssumptionRow, among: Assumptions) -> bool:
    return row.name in among.facts + among.contracts


# The table ---------------------------------------------------------------------------------------
def test_every_name_exists() -> None:
    known = {
        AssumptionKind.FACT: {fact.name for fact in FACTS},
        AssumptionKind.CONTRACT: {
            *common_contracts(),
            *(name for target in TARGETS for name in target.contracts),
        },
        AssumptionKind.DEFINITION: {name for name in ("is_cow_mapping",) if hasattr(memory, name)}
        | {f"vm_{name}_page" for name in ("normal",) if hasattr(normal_page, name)},
    }
    assert [row.name for row in ROWS if row.name not in known[row.sort]] == []


def test_every_theorem_exists_and_is_of_a_function() -> None:
    of = {named.name: named.theorem.of for named in theorems()}
    assert [name for row in ROWS for group in row.by for name in group if not of.get(name)] == []


def test_no_assumption_is_in_the_table_twice() -> None:
    names = [(row.sort, row.name) for row in ROWS]
    assert len(set(names)) == len(names)


# Verdicts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("row", FULLY, ids=lambda row: row.name)
def test_an_assumption_is_discharged_if_all_its_theorems_are_proved(row: AssumptionRow) -> None:
    assert row.name in found(all_of(row)).discharged


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.PROVED])
def test_one_verdict_that_is_not_proved_is_seen(row: AssumptionRow, verdict: Verdict) -> None:
    for i, each in enumerate(all_of(row)):
        flipped = all_of(row)
        flipped[i] = replace(each, verdict=verdict)
        one = found(flipped)
        assert row.name not in one.discharged
        assert is_trusted(row, one) if len(row.by) == 1 else each.claim.theorem in one.partly[row.name]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_was_not_asked_discharges_nothing(row: AssumptionRow) -> None:
    assert is_trusted(row, found([proved("another_theorem")]))


def test_each_page_size_has_to_be_proved() -> None:
    both = [proved("memory_is_what_memblock_has"), proved("memory_is_what_memblock_has", pages="64K")]
    assert "pfn_is_map_memory" in found(both).discharged
    both[1] = replace(both[1], verdict=Verdict.TIMEOUT)
    assert "pfn_is_map_memory" in found(both).contracts


def test_what_no_kernel_uses_is_not_told() -> None:
    (one,) = assumptions([proved("memory_is_what_memblock_has")], {})
    assert "pfn_is_map_memory" not in (*one.discharged, *one.contracts)


def test_two_kernels_that_are_compared_discharge_nothing() -> None:
    one = proved("memory_is_what_memblock_has")
    beside = replace(one, claim=replace(one.claim, subject="7.2.13..7.3.4:pfn_is_map_memory"))
    assert assumptions([beside], CONTRACTS) == ()


def test_shapes_assume_no_contracts() -> None:
    assert assumptions([replace(proved("a"), claim=toy.claims()[0])], {}) == ()


def test_the_paragraph() -> None:
    one = Assumptions("7.3", ("a",), {"b": "the walk"}, (), ("c", "d"), ("c",))
    assert (
        render_text(one)
        == """\
Assumed of 7.3: discharged is what is proved of the function itself, facts and calls are trusted.
  discharged  a
  in part     b (left: the walk)
  facts       none
  calls       c, and 1 more (python -m proofs.fetch --coverage)"""
    )


def test_all_that_is_assumed_fits_on_a_page() -> None:
    lines = render_text(found([proved("memory_is_what_memblock_has")])).splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 110
