# SPDX-License-Identifier: GPL-2.0-only
"""Branches and jumps, on top of a stub of the lowering."""

from __future__ import annotations

import pytest

from model.program.procedure import Block, Call, If, Leave, Statement, walk
from model.source.errors import Unsupported
from model.source.lowering.state.context import Context
from model.source.lowering.statements.conditionals import Branches
from model.source.types.values import integer
from tests.support.c.stub_lowering import StubLowering, context_of, operands_of, parse, statements_of


def branches_of(context: Context) -> Branches:
    return Branches(
        context, operands_of(context, {"1": integer(1), "(1)": integer(1)}), StubLowering(context)
    )


def events(body: list[Statement] | tuple[Statement, ...]) -> list[str]:
    return [s.effect for s in walk(tuple(body)) if isinstance(s, Call)]


def test_a_branch_has_two_sides() -> None:
    context = context_of()
    branches_of(context).branch(parse(context, "if (x) one(); else two();"))
    (branch,) = statements_of(context)
    assert isinstance(branch, If)
    assert (events(branch.then), events(branch.orelse)) == (["one();"], ["two();"])


def test_a_constant_condition_leaves_one_side() -> None:
    context = context_of()
    branches_of(context).branch(parse(context, "if (1) one(); else two();"))
    assert events(statements_of(context)) == ["one();"]


def test_a_case_falls_through_to_the_next() -> None:
    context = context_of()
    branches_of(context).switch(parse(context, "switch (x) { case 1: one(); default: two(); }"))
    (block,) = statements_of(context)
    assert isinstance(block, Block)
    assert events(block.body) == ["one();", "two();"]
    assert [type(s).__name__ for s in block.body] == ["Set", "If", "If"]


def test_a_jump_leaves_the_innermost_block_of_its_keyword() -> None:
    context = context_of()
    branches, node = branches_of(context), parse(context, "break;")
    with branches.jump_target("break", node), branches.jump_target("continue", node):
        branches.jump("break", node)
    (outer,) = statements_of(context)
    assert isinstance(outer, Block)
    (leave,) = [s for s in walk((outer,)) if isinstance(s, Leave)]
    assert leave.label == outer.label


def test_a_jump_outside_of_a_loop_is_refused() -> None:
    context = context_of()
    node = parse(context, "continue;")
    with (
        branches_of(context).jump_target("break", node),
        pytest.raises(Unsupported, match="continue outside of"),
    ):
        branches_of(context).jump("continue", node)
