# SPDX-License-Identifier: GPL-2.0-only
"""Single and atomic accesses, calls through members, and what reaches further than its arguments."""

from __future__ import annotations

import pytest

from model.program.procedure import Call, walk
from model.source.contracts.contract import Contract, Kind
from tests.support.c.c_code import lower, refused

OPS = """
typedef unsigned long u64; typedef unsigned char u8;
typedef _Bool (*asked_t)(u64 addr, u64 size);
struct ops { void (*clean)(void *addr, u64 size); void *(*to_virt)(u64 phys); int (*other)(int *p); };
struct table { struct ops *ops; asked_t asked; u64 flags; };
struct ops *find_ops(void); int ask(int *p); int walk(int *p); void flush(u64 addr);
"""
CONTRACTS = {
    "ops.clean": Contract(
        Kind.EFFECT, "cleans", "here", arguments=(("addr", "void *", 0), ("size", "u64", 0))
    ),
    "ops.to_virt": Contract(Kind.PURE, "is the address", "here", result="to_virt"),
    "table.asked": Contract(Kind.ANSWER, "says", "here", result="asked"),
    "call_far": Contract(Kind.EFFECT, "calls", "here", type="void", is_trampoline=True),
    "walk": Contract(Kind.EFFECT, "walks", "here", result="walked", havocs_pointees=True),
    "weigh": Contract(Kind.PURE, "weighs", "here", type="int"),
}


def test_write_once_and_its_kin_store() -> None:
    f = lower(
        "int f(int *p, int x) { WRITE_ONCE(*p, x + 1); smp_store_release(p, *p * 2); return smp_load_acquire(p); }"
    )
    assert f(x=4) == 10
    assert "WRITE_ONCE of 1 arguments" in refused("int f(int *p) { WRITE_ONCE(*p); return 0; }")


def test_cmpxchg_stores_only_over_the_old_value_which_may_be_any() -> None:
    f = lower("int f(int *p, int x) { int r = cmpxchg(p, 3, x) == 3; return r * 100 + *p; }")
    assert f.at({"cmpxchg()": 3, "x": 7}) == 107
    assert f.at({"cmpxchg()": 5, "x": 7}) == 5


def test_cmpxchg_compares_with_the_old_value_as_it_was() -> None:
    f = lower("int f(int *p) { return cmpxchg(p, *p, 9) * 10 + *p; }")
    assert f.at({"cmpxchg()": 2, "*p": 2}) == 29
    assert f.at({"cmpxchg()": 4, "*p": 2}) == 44


def test_a_member_that_is_called_has_the_contract_of_its_type() -> None:
    f = lower(OPS + "void f(struct table *t, u64 pa, int n) { struct ops *o = t->ops; if (o->clean) o->clean(o->to_virt(pa), n); }",
              contracts=CONTRACTS)  # fmt: skip
    (call,) = [s for s in walk(f.procedure.body) if isinstance(s, Call)]
    assert (call.effect, [(n, t.sort.width) for n, t in call.arguments]) == (
        "ops.clean", [("addr", 64), ("size", 64)])  # fmt: skip
    assert "to_virt" in str(call.arguments[0][1])


def test_a_member_of_a_typedef_and_of_an_expression() -> None:
    f = lower(
        OPS + "int f(struct table *t, u64 a) { return t->asked && t->asked(a, a + 1); }", contracts=CONTRACTS
    )
    assert [f.at({"t->asked": p, "asked": 1}) for p in (0, 5)] == [0, 1]
    text = OPS + "void f(u64 a) { find_ops()->clean(0, a); }"
    assert "a call through a pointer that an effect finds" in refused(text, contracts=CONTRACTS)


@pytest.mark.parametrize("called", ["t->ops->other(&x)", "(*t->ops->other)(&x)"])
def test_a_member_without_a_contract_may_do_anything(called: str) -> None:
    f = lower(
        f"{OPS}int f(struct table *t) {{ int x = 1; int r = {called}; return r + x; }}", contracts=CONTRACTS
    )
    assert ("havoc", "ops.other: nothing is known of it") in f.ledger
    assert len(f.guesses) == 2


def test_a_function_that_is_handed_on_is_the_event() -> None:
    f = lower(OPS + "void f(u64 a) { call_far(flush, a); }", contracts=CONTRACTS)
    assert [s.effect for s in walk(f.procedure.body) if isinstance(s, Call)] == ["flush"]


def test_a_sink_that_reaches_may_write_to_locals() -> None:
    f = lower(OPS + "int f(void) { int x = 1; int y = 2; walk(&x); return x * 10 + y; }", contracts=CONTRACTS)
    assert f.guesses == ["f.x after walk()"]


def test_a_pure_call_tells_pointers_apart_but_for_the_one_vm() -> None:
    head = OPS + "struct kvm { int x; };\n"
    f = lower(
        head + "int f(struct table *t, struct table *u) { return weigh(t) - weigh(u); }", contracts=CONTRACTS
    )
    assert f.at({"t": 1, "u": 2}, {("weigh", (1,)): 7, ("weigh", (2,)): 3}) == 4
    f = lower(
        head + "int f(struct kvm *a, struct kvm *b) { return weigh(a) - weigh(b); }", contracts=CONTRACTS
    )
    assert f.at({"weigh": 5}) == 0
