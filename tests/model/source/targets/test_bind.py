# SPDX-License-Identifier: GPL-2.0-only
"""The words of a target: each kind of binding, and which spelling is taken, on a small function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product

import pytest

from model.logic import BOOL, BV64, BitVec, Sort, Term, name, place, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import ANSWER, Call, If, Input, Procedure
from model.source.contracts.contract import Contract, Kind
from model.source.index.index import Index
from model.source.kernel import read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import (
    Binding,
    Conjunction,
    EffectArgument,
    EntryValue,
    ExitValue,
    InputSymbol,
    LocalValue,
    LockState,
    Occurrence,
    ResourceCount,
    ReturnValue,
    Target,
)
from tests.support.c.c_code import FILE, make_tree

CODE = """
typedef unsigned long u64;
struct s { int flags; u64 size; };
int sink(u64 size);
void take(void);
static int twice(int x) { if (x < 0) return -1; return 2 * x; }
int f(struct s *s, int x)
{
    int mine = x + 1;
    take();
    if (x > 5) {
        s->size = 64;
        sink(s->size + 1);
    }
    s->flags = 3;
    return mine;
}
"""
ROWS = {
    "sink": Contract(
        Kind.EFFECT,
        "happens",
        "here",
        type="int",
        arguments=(("size", "u64", 0),),
        observes=(("flags", ("s->nothing", "s->flags")),),
    ),
    "take": Contract(Kind.COUNT, "takes", "here", counts=("lock", 1), type="void"),
}


def bound(means: Mapping[str, tuple[Sort, Binding]]) -> Procedure:
    """The function with these words."""
    words = {word: (sort, "") for word, (sort, _) in means.items()}
    target = Target("f", FILE, ("f",), "", words, {word: b for word, (_, b) in means.items()}, contracts=ROWS)
    tree = make_tree(CODE)
    return read(tree, Index.build(tree, None), Profile.builtin("4K"), "4K", "toy", target).procedure


def value(sort: Sort, binding: Binding, **inputs: int) -> int:
    """The word on these inputs; both meanings of the procedure must give it."""
    procedure = bound({"word": (sort, binding)})
    names = {text.replace("__", "->"): n for text, n in inputs.items()}
    run = interpret(procedure, Inputs(names))
    found = run.value(procedure.symbols["word"])
    term = symbolic.run(procedure).bind(procedure.symbols["word"])
    assert value_of(term, lambda t: names.get(str(t.data), 0), run.inputs.call) == found
    return found


@pytest.mark.parametrize(
    ("sort", "binding", "few", "many"),
    [
        (BV64, EntryValue(("s->size",)), 7, 7),
        (BV64, ExitValue(("s->size",)), 7, 64),
        (BOOL, EntryValue(("s->flags",)), 1, 1),
        (BitVec(32), ExitValue(("s->flags",)), 3, 3),
        (BOOL, Occurrence("sink"), 0, 1),
        (BOOL, Occurrence("sink", seen=True), 0, 1),
        (BOOL, Occurrence("nobody"), 0, 0),
        (BV64, EffectArgument("sink", "size"), 0, 65),
        (BV64, EffectArgument("sink", "flags"), 0, 9),
        (BV64, EffectArgument("nobody", "size"), 0, 0),
        (BOOL, LockState("lock", "taken"), 1, 1),
        (BOOL, LockState("lock", "given back"), 0, 0),
        (BOOL, LockState("other", "taken"), 0, 0),
        (BitVec(32), ResourceCount("lock"), 1, 1),
        (BitVec(32), ResourceCount("other"), 0, 0),
        (BitVec(32), ReturnValue(), 2, 10),
        (BitVec(32), InputSymbol("x"), 1, 9),
        (BitVec(32), LocalValue(("none", "mine")), 2, 10),
        (BOOL, Conjunction(Occurrence("sink"), LockState("lock", "taken")), 0, 1),
        (BV64, EntryValue(("twice(x)",)), 2, 18),
    ],
)
def test_a_word_is_what_its_binding_says(sort: Sort, binding: Binding, few: int, many: int) -> None:
    given = {"s__size": 7, "s__flags": 9}
    assert (value(sort, binding, x=1, **given), value(sort, binding, x=9, **given)) == (few, many)


def test_the_first_spelling_that_the_tree_knows_is_taken() -> None:
    assert value(BV64, EntryValue(("s->gone", "gone(x)", "s->size", "x")), s__size=7, x=1) == 7


def test_a_number_keeps_its_sign() -> None:
    assert value(BV64, EntryValue(("x",)), x=0xFFFFFFFF) == 0xFFFFFFFFFFFFFFFF
    assert value(BV64, EntryValue(("(unsigned int)x",)), x=0xFFFFFFFF) == 0xFFFFFFFF


def test_a_word_that_the_tree_does_not_know_is_unbound() -> None:
    means: dict[str, tuple[Sort, Binding]] = {
        "gone": (BV64, EntryValue(("s->gone", "gone(x)"))),
        "local": (BV64, LocalValue(("none",))),
        "both": (BOOL, Conjunction(Occurrence("sink"), LocalValue(("none",)))),
        "x": (BV64, EntryValue(("x",))),
    }
    assert set(bound(means).symbols) - {ANSWER} == {"x"}


def _named(names: Mapping[str, int], leaf: Term) -> int:
    return names[str(leaf.data)]


@pytest.mark.parametrize("calls", [*product((None, False, True), repeat=2)])
def test_a_call_is_seen_if_the_last_one_is(calls: tuple[bool | None, ...]) -> None:
    body = tuple(
        If(name(f"c{i}", BOOL), (Call("sink", (), seen=seen),))
        for i, seen in enumerate(calls)
        if seen is not None
    )
    procedure = Procedure("calls", body, {}, {f"c{i}": Input(BOOL) for i in range(len(calls))})
    seen = place("sink.seen", BOOL)
    for taken in product((0, 1), repeat=len(calls)):
        names = {f"c{i}": n for i, n in enumerate(taken)}
        made = [bool(s) for s, n in zip(calls, taken, strict=True) if n and s is not None]
        assert interpret(procedure, Inputs(names)).value(seen) == (made[-1] if made else False)
        if body:
            term = symbolic.run(procedure).bind(seen)
            assert value_of(term, partial(_named, names), Inputs().call) == (made[-1] if made else False)
