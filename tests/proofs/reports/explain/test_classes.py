# SPDX-License-Identifier: GPL-2.0-only
"""How many kinds of counterexamples there are: what the solver says of rows is what their runs show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterexamples.attributes.input_classes import FLAGS
from counterexamples.bugs import bugs
from counterexamples.bugs.bug import OnShape
from counterexamples.render.table import AttributeRow
from model.logic import FALSE, TRUE
from model.vocabulary.memory import is_cow_mapping, is_mixedmap, is_pfnmap, write_fault
from proofs.claims.claim import Claim
from proofs.claims.past_bugs import make_shape_claim
from proofs.reports.explain.classes import Kinds, count_kinds
from proofs.solvers.smt.pool import Pool

NAME = "every_device_was_normal_nc"
ANYUC = [answer.label for answer in FLAGS.classes].index("PFNMAP+ANYUC")


def claim() -> Claim:
    return make_shape_claim(NAME, bugs()[NAME])


def found(asked: Claim) -> Kinds:
    where = bugs()[NAME].where
    assert isinstance(where, OnShape)
    with Pool(1, 30.0) as pool:
        return count_kinds(pool, asked, where.procedure)


def test_the_rows_are_those_whose_runs_break_the_theorem() -> None:
    kinds_found = found(claim())
    assert len(kinds_found.refuting) == 4
    for row in kinds_found.refuting:
        assert row.texts[0].startswith("NORMAL_NC")
        assert row.answers[0] != (ANYUC,)
    assert kinds_found.open_rows == 0
    assert kinds_found.elsewhere  # VM_PFNMAP and VM_MIXEDMAP at once


def test_a_premise_may_leave_no_other_kind() -> None:
    asked = claim()
    private = replace(asked, given=(*asked.given, is_pfnmap & ~is_mixedmap, is_cow_mapping, ~write_fault))
    assert (
        found(private).render_summary()
        == "unique: every counterexample is in one row of the table of attributes."
    )
    assert found(replace(asked, then=TRUE)).render_summary() == (
        "counterexamples in no row of the 31 of the table of attributes."
    )
    assert found(replace(asked, given=(FALSE,))).refuting == ()


@pytest.mark.parametrize(
    ("count", "elsewhere", "undecided", "told"),
    [
        (1, False, 0, "unique: every counterexample is in one row of the table of attributes."),
        (1, False, 2, "counterexamples in 1 row of the 31 of the table of attributes. 2 more are undecided."),
        (1, True, 0, "counterexamples in 1 row of the 31 of the table of attributes, and others in no row."),
        (2, False, 0, "counterexamples in 2 rows of the 31 of the table of attributes."),
    ],
)
def test_how_many_is_a_sentence(count: int, elsewhere: bool, undecided: int, told: str) -> None:
    rows = (AttributeRow((), (), ()),) * count
    assert Kinds(rows, 31, elsewhere, undecided).render_summary() == told
