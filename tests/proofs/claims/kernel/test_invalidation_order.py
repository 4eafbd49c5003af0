# SPDX-License-Identifier: GPL-2.0-only
"""What mmu_invalidate_retry() compares with must be older than what was looked up."""

from __future__ import annotations

import pytest

from model.logic import BOOL, BV64, FALSE, TRUE, name, place
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Block, Call, If, Input, Leave, Place, Procedure, Set, Statement
from proofs.claims.kernel.invalidation_order import add_invalidations

COUNT = "kvm->mmu_invalidate_seq"
KEEP = Set("seq", place(COUNT, BV64))
LET_GO = Set("(mmap_lock) given back", TRUE)
LOOK_UP = Call("pfn lookup", ())
RETRY = Call("mmu_invalidate_retry", (("seq", place("seq", BV64)),))


def asked(*body: Statement) -> Procedure:
    """The procedure, which is asked while others count."""
    places = {
        COUNT: Place(BV64, name(COUNT, BV64)),
        "seq": Place(BV64),
        "(mmap_lock) given back": Place(BOOL, FALSE),
    }
    return add_invalidations(Procedure("f", body, places, {COUNT: Input(BV64)}))


def compared(*body: Statement) -> tuple[int, int]:
    """What was compared, and the count at first, where it grows from 5 to 6."""
    procedure = asked(*body)
    run = interpret(procedure, Inputs({COUNT: 5, f"{COUNT} later": 6}))
    return int(run.value(procedure.symbols["(compared with)"])), int(
        run.value(procedure.symbols["(counted)"])
    )


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ((KEEP, LET_GO, LOOK_UP, RETRY), 5),
        ((LET_GO, KEEP, LOOK_UP, RETRY), 6),
        ((LOOK_UP, KEEP, RETRY), 6),
        ((Block("out", (If(TRUE, (LOOK_UP, Leave("out"))),)), KEEP, RETRY), 6),
    ],
)
def test_a_count_that_is_read_too_late_is_another_one(body: tuple[Statement, ...], seen: int) -> None:
    assert compared(*body) == (seen, 5)


def test_a_count_that_is_never_read_is_free() -> None:
    procedure = add_invalidations(Procedure("f", (RETRY,), {"seq": Place(BV64)}, {}))
    assert COUNT in procedure.inputs
