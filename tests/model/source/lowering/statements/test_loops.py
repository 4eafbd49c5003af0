# SPDX-License-Identifier: GPL-2.0-only
"""Loops: every behaviour of the C is one of the procedure's, for some values of what is not known."""

from __future__ import annotations

from model.logic import BOOL, BV64, Term, conj, const, place, substitute
from model.program import symbolic
from model.source.contracts.contract import Contract, Kind
from tests.support.c.c_code import Lowered, lower, refused
from tests.support.solvers.solving import satisfiable

HEAD = """
typedef unsigned long u64; typedef int spinlock_t;
int sink(u64 size); void nothing(void);
struct h { int *p; };
struct s { int flags; spinlock_t lock; struct s *next; };
"""
CONTRACTS = {
    "sink": Contract(Kind.EFFECT, "happens", "here", type="int", arguments=(("size", "u64", 0),)),
    "take": Contract(Kind.COUNT, "takes", "here", counts=("lock", 1), type="void"),
    "drop": Contract(Kind.COUNT, "gives back", "here", counts=("lock", -1), type="void"),
}


def f(text: str, parameters: str = "int x, int y") -> Lowered:
    return lower(f"{HEAD}int f({parameters}) {{ int i; {text} }}\n", contracts=CONTRACTS)


def may(lowered: Lowered, inputs: dict[str, int], **ends: int) -> bool:
    """Whether the function may end so: places by name, the result as ``result``."""
    result, known = symbolic.run(lowered.procedure), lowered.procedure.inputs

    def at(leaf: Term) -> Term:
        text = str(leaf.data)
        return const(inputs[text], known[text].sort) if text in inputs else leaf

    terms = [lowered.result if p == "result" else _place(lowered, p.replace("__", ".")) for p in ends]
    wanted = [
        substitute(result.bind(t), at) == const(v, t.sort) for t, v in zip(terms, ends.values(), strict=True)
    ]
    return satisfiable(conj(*wanted))


def _place(lowered: Lowered, text: str) -> Term:
    sink = {"sink.called": BOOL, "sink.again": BOOL, "sink.size": BV64}
    return place(text, sink[text]) if text in sink else lowered.procedure.read(text)


# What is kept and what is not ----------------------------------------------------------------------
def test_what_a_loop_writes_is_anything_and_the_rest_is_kept() -> None:
    a = f("for (i = 0; i < x; i++) y += 2; return y;")
    assert all(may(a, {"x": 3, "y": 4}, result=r) for r in (4, 10, 11))
    a = f("int z = 5; for (i = 0; i < x; i++) y += z; return z;")
    assert may(a, {}, result=5)
    assert not may(a, {}, result=6)


def test_a_later_iteration_may_return() -> None:
    a = f("for (i = 0; i < 3; i++) { if (i == 2) return y; y += 5; } return -1;")
    assert may(a, {"y": 1}, result=11)


def test_a_later_iteration_may_break_and_keeps_what_holds_there() -> None:
    a = f("for (i = 0; ; i++) { if (i == 2) break; y += 5; } return i;")
    assert may(a, {}, result=2)
    a = f("while (1) { x = y; if (x) break; y++; } return x == y;")
    assert may(a, {}, result=1)


def test_the_condition_of_do_while_has_its_effects() -> None:
    a = f("do { y = 1; } while (x-- > 0); return x;")
    assert may(a, {"x": 3}, result=0xFFFFFFFF)


def test_the_step_and_the_condition_have_their_effects() -> None:
    assert may(f("for (i = 0; i < 3; y++, i++) ; return y;"), {"y": 0}, result=3)
    assert may(f("while (y++ < 3) ; return y;"), {"y": 0}, result=4)


def test_a_loop_that_never_runs_changes_nothing() -> None:
    a = f("while (0) y = 1; for (; 0; ) y = 2; return y;")
    assert a(y=7) == 7
    assert not a.guesses


def test_continue_goes_on_with_the_step() -> None:
    assert may(
        f("for (i = 0; i < 3; y++, i++) { if (i < 3) continue; y = 50; } return y;"), {"y": 0}, result=3
    )


def test_every_loop_is_told() -> None:
    assert ("havoc", "a loop: any number of iterations, of which one is looked at") in f(
        "while (x) x--; return x;"
    ).ledger


# Pointers ---------------------------------------------------------------------------------------------
def test_a_pointer_set_in_a_loop_leads_anywhere() -> None:
    a = f("int a = 1, b = 2, r = 0, *p = &a; for (i = 0; i < x; i++) { r = *p; p = &b; } return r;")
    assert all(may(a, {"x": 2}, result=r) for r in (0, 1, 2))
    a = f("int a = 1, b = 2, *p = &a; for (i = 0; i < x; i++) { if (i == 1) return *p; p = &b; } return 0;")
    assert may(a, {"x": 2}, result=2)


def test_a_pointer_that_follows_another_leads_anywhere() -> None:
    text = "int a = 1, b = 2, c = 3, *p = &a, *q = &b; for (i = 0; i < x; i++) { *q = 7; q = p; p = &c; } return c;"
    assert "a write through a pointer of unknown origin" in refused(f"{HEAD}int f(int x) {{ int i; {text} }}")
    a = f("int a = 1, *p = &a, **q = &p; for (i = 0; i < x; i++) { a = 9; *q = &y; } return *p;")
    assert may(a, {"x": 1, "y": 4}, result=4)


def test_walking_a_list_reads_anything() -> None:
    a = f("while (s->next) s = s->next; return s->flags;", "struct s *s")
    assert may(a, {"s->flags": 1}, result=2)


# What happens outside ------------------------------------------------------------------------------------
def test_a_sink_in_a_loop_may_be_called_any_number_of_times() -> None:
    a = f("for (i = 0; i < x; i++) { if (i == 1) sink(i + 4); if (i == 2) return 5; } return 6;")
    assert all(may(a, {}, sink__called=c, result=6) for c in (0, 1))
    assert may(a, {"x": 3}, sink__called=1, sink__again=0, sink__size=5, result=5)
    b = f("for (i = 0; ; i++) { if (i == 2) return 5; sink(i); } return 6;")
    assert may(b, {}, sink__again=1, result=5)
    b = f("for (i = 0; i < x; i++) sink(i); return 6;")
    assert all(may(b, {"x": 3}, sink__called=1, sink__again=a, sink__size=2) for a in (0, 1))


def test_a_lock_in_a_loop_may_be_taken_any_number_of_times() -> None:
    a = f("for (i = 0; i < x; i++) { take(); if (i == 2) return 1; drop(); } return 2;")
    assert may(a, {"x": 3}, **{"(lock)": 1, "(lock) given back": 1, "result": 1})
    b = f("for (i = 0; i < x; i++) take(); return 2;")
    assert may(b, {"x": 3}, **{"(lock)": 3})


def test_an_unknown_call_in_a_loop_changes_memory_in_every_iteration() -> None:
    a = f(
        "for (i = 0; i < x; i++) { if (s->flags == 3) return -1; nothing(); } return s->flags & 15;",
        "struct s *s, int x",
    )
    assert may(a, {"x": 3, "s->flags": 0}, result=0xFFFFFFFF)
    assert may(a, {"x": 3, "s->flags": 0}, result=8)


def test_an_address_that_an_iteration_lets_out_is_known_to_calls_in_the_next() -> None:
    a = f("for (i = 0; i < x; i++) { y = 5; nothing(); if (y == 7) return 1; h->p = &y; } return 2;",
          "struct h *h, int x, int y")  # fmt: skip
    assert may(a, {"x": 3}, result=1)


def test_a_local_of_the_body_begins_anew() -> None:
    a = f("for (i = 0; i < x; i++) { struct s z = {}; z.flags += 3; if (z.flags != 3) return 1; } return 2;")
    assert not may(a, {}, result=1)
