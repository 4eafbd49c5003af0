# SPDX-License-Identifier: GPL-2.0-only
"""Calls: contracts, pure functions, sinks, unknown calls, and calls through something that is no name."""

from __future__ import annotations

import pytest

from model.program.procedure import Call, walk
from model.source.contracts.contract import Contract, Kind
from tests.support.c.c_code import FILE, Lowered, lower, refused

PURE = Contract(Kind.PURE, "is pure", "here", type="int")
ANSWER = Contract(Kind.ANSWER, "answers", "here", type="int", result="answer", outs=(("bool", "flag"),))
SINK = Contract(
    Kind.EFFECT, "happens", "here", type="int", result="sink_ret", arguments=(("size", "u64", 0),)
)
CONTRACTS = {
    "pure": PURE,
    "ask": ANSWER,
    "sink": SINK,
    "quiet": Contract(Kind.NO_EFFECT, "does nothing", "here"),
    "stop": Contract(Kind.CRASH, "stops", "here", type="void"),
    "has_cap": Contract(Kind.CAPABILITY, "is there", "here", type="bool"),
    "take": Contract(Kind.COUNT, "takes", "here", counts=("", 1), type="void"),
    "drop": Contract(Kind.COUNT, "gives back", "here", counts=("", -1), type="void"),
    "flagged": Contract(Kind.EXPRESSION, "has the flag", "here", expression="!!(s->flags & 4)"),
}
HEAD = """
typedef unsigned long u64; typedef int spinlock_t;
struct s { u64 flags; spinlock_t lock; struct s *next; };
int sink(int ignored, u64 size); int unknown(int *p, int x); int other(void); void nothing(void);
struct s *find(int x); _Bool flagged(struct s *s); struct s whole(void);
static int one(int x) { return x + 1; }
static int two(int x) { return x * 2; }
static int (*pointer)(int);
#define PICK(f) (pick ? f : f ## _twice)
#define ONE one
#define DIRECT(f) f
static int one_twice(int x) { return (x + 1) * 2; }
"""


def code(text: str, parameters: str = "int x, int y") -> str:
    return f"{HEAD}int f({parameters}) {{ {text} }}\n"


def f(text: str, parameters: str = "int x, int y") -> Lowered:
    return lower(code(text, parameters), contracts=CONTRACTS)


# Contracts --------------------------------------------------------------------------------------
def test_a_pure_call_answers_alike_for_equal_arguments_and_not_for_others() -> None:
    a = f("int r = pure(x) == pure(x) && pure(x) == pure(y + 0); if (y) r += pure(x) == pure(y); return r;")
    assert a({("pure", (1,)): 5, ("pure", (2,)): 6}, x=1, y=1) == 2
    assert a({("pure", (1,)): 5, ("pure", (2,)): 6}, x=1, y=2) == 0


def test_a_pure_call_without_arguments_is_one_input() -> None:
    assert f("return pure() - pure();")(pure=7) == 0


def test_two_answers_are_two_inputs_also_if_a_path_left() -> None:
    a = f("int r = 0; do { if (x) { r = ask(); break; } r = 1; } while (0); return ask() * 100 + r;")
    assert [a.at({"x": x, "answer": 3, "answer#2": 4}) for x in (0, 1)] == [401, 403]
    a = lower(HEAD + "static int g(int x) { if (x) return ask(); return 0; }\n"
              "int f(int x) { return g(x) * 10 + ask(); }", contracts=CONTRACTS)  # fmt: skip
    assert a.at({"x": 1, "answer": 3, "answer#2": 4}) == 34


def test_answers_of_paths_that_exclude_each_other_share_a_name() -> None:
    a = f("if (x) return ask(); return ask() + 1;")
    assert list(a.procedure.inputs) == ["x", "y", "answer"]


def test_an_answer_is_no_parameter_of_the_same_name() -> None:
    assert f("return ask() - x;", "int x, int answer").at({"answer": 5, "answer (contract)": 7}) == 7


def test_an_answer_writes_through_pointers() -> None:
    a = f("_Bool b = 0; _Bool c = 0; int i = 5; ask(&b, x ? &b : &c, &i, 0); return b + c * 10 + i * 100;")
    assert a.at({"flag": 1, "flag#2": 1, "f.i written by the call": 9}) == 911
    assert f("ask(p); return *p;", "int *p").at({"p written by the call": 9}) == 9


def test_a_sink_is_told_its_arguments_as_it_declares_them() -> None:
    a = f("int r = 0; if (x < 0) r = sink(x, x); return r;")
    assert a.holds("f.r", x=-1, sink_ret=6) == 6
    (call,) = [s for s in _calls(a) if s.effect == "sink"]
    assert [(n, t.sort.width) for n, t in call.arguments] == [("ignored", 64), ("size", 64)]
    assert "sink without its argument size of type u64" in refused(code("return sink(x);"), contracts={
        "sink": Contract(Kind.EFFECT, "happens", "here", type="int", arguments=(("size", "u64", 1),))})  # fmt: skip


def _calls(a: Lowered) -> list[Call]:
    return [s for s in walk(a.procedure.body) if isinstance(s, Call)]


def test_what_has_no_effect_has_no_value() -> None:
    assert f("quiet(x + one(x)); return x;")(x=1) == 1
    assert f("quiet(x++); return x;")(x=1) == 2  # the arguments of what prints are evaluated
    assert "an argument with an effect" in refused(code('return WARN(x, "%d", y = 3);'), contracts=CONTRACTS)
    assert ("trusted", "trace_it: a trace point changes nothing") in f("trace_it(x); return x;").ledger
    assert "a void where a number or a pointer is needed" in refused(
        code("return quiet(x);"), contracts=CONTRACTS
    )
    assert "a void where a number" in refused(code("if (quiet(x)) return 1; return 0;"), contracts=CONTRACTS)


def test_a_crash_ends_everything() -> None:
    a = lower(HEAD + "static int g(int x) { if (x) stop(); return 1; }\nint f(int x) { int r = g(x); sink(x, x); return r; }",
              contracts=CONTRACTS)  # fmt: skip
    assert a(x=0) == 1
    assert a.holds("f.r", x=0) == 1
    assert [s.effect for s in _calls(a)] == ["BUG", "sink"]


def test_a_capability_is_known_by_its_name() -> None:
    assert f("return has_cap(ARM64_HAS_X) && !has_cap(ARM64_HAS_Y);").at({"ARM64_HAS_X": 1}) == 1
    text = HEAD + "static int g(int cap) { return has_cap(cap); }\nint f(void) { return g(3); }"
    assert "a capability that is not written by its name" in refused(text, contracts=CONTRACTS)


def test_locks_are_counted() -> None:
    a = f("take(&s->lock); if (x) drop(&s->lock); drop(&s->lock); return 0;", "struct s *s, int x")
    assert [a.holds("(lock)", x=x) for x in (0, 1)] == [0, 0xFFFFFFFF]
    assert [a.holds("(lock) given back again", x=x) for x in (0, 1)] == [0, 1]


def test_a_count_that_is_told_is_a_sink_as_well() -> None:
    told = Contract(
        Kind.COUNT, "gives back", "here", counts=("refs", -1), type="void", arguments=(("size", "u64", 0),)
    )
    a = lower(HEAD + "int f(int x, u64 y) { if (x) sink(x, y); return 0; }", contracts={"sink": told})
    assert [a.holds("(refs)", x=x) for x in (0, 1)] == [0, 0xFFFFFFFF]
    assert [argument for call in _calls(a) for argument, _ in call.arguments] == ["ignored", "size"]
    named = Contract(Kind.COUNT, "takes", "here", counts=("refs", 1), type="void", event="taken")
    b = lower(HEAD + "int f(int x) { nothing(); return 0; }", contracts={"nothing": named})
    assert [s.effect for s in _calls(b)] == ["taken"]


def test_a_row_that_means_an_expression() -> None:
    assert f("return flagged(s);", "struct s *s").at({"s->flags": 4}) == 1
    other = {"flagged": Contract(Kind.EXPRESSION, "", "here", expression="!!(s->flags & 4)")}
    assert "other parameters than its contract knows" in refused(code("return flagged();"), contracts=other)


# Unknown calls ------------------------------------------------------------------------------------
def test_an_unknown_call_is_reported_and_answers_anything() -> None:
    a = f("return other() - other();")
    assert ("havoc", "other: nothing is known of it") in a.ledger
    assert a.guesses == ["other()", "other()#2"]


def test_an_unknown_call_may_write_all_that_it_can_reach() -> None:
    a = f("int a = 1, b = 2; unknown(&a, b); return a + b;")
    assert a.guesses == ["f.a after unknown()"]
    a = f("s->flags = 4; nothing(); return s->flags;", "struct s *s")
    assert a.guesses == ["s->flags after nothing()"]


def test_an_unknown_call_reaches_through_pointers_in_what_it_is_handed() -> None:
    text = HEAD.replace("struct s whole(void);", "struct h { int *p; }; void hand(struct h *h);")
    a = lower(text + "int f(void) { int c = 3; struct h h = { &c }; hand(&h); return c; }")
    assert a.guesses == ["f.c after hand()"]
    a = lower(text + "int f(struct h *m) { int c = 3; m->p = &c; nothing(); return c; }")
    assert a.guesses == ["f.c after nothing()"]
    a = lower(text + "int f(int x) { int c = 3; struct h h = { &c }; hand(&h); nothing(); return c; }")
    assert a.guesses == ["f.c after nothing()"]


def test_what_was_never_read_before_is_changed_too() -> None:
    a = f("if (x) nothing(); return s->flags;", "struct s *s, int x")
    assert a.at({"x": 0, "s->flags": 5, "s->flags after nothing()": 6}) == 5
    assert a.at({"x": 1, "s->flags": 5, "s->flags after nothing()": 6}) == 6


def test_a_pointer_after_an_unknown_call_leads_anywhere() -> None:
    assert "a write through a pointer of unknown origin" in refused(
        code(
            "int a = 1; s->next = (struct s *)&x; nothing(); s->next->flags = 1; return 0;",
            "struct s *s, int x",
        )
    )
    a = f("find(x)->flags == 1; return find(x)->flags;")
    assert a.guesses == ["(unknown)#2"]


def test_an_unknown_call_that_returns_a_struct_may_return_any() -> None:
    assert f("return whole().flags;").guesses == ["whole().flags"]


# Through something that is no name ---------------------------------------------------------------------
def test_a_call_of_one_of_two_functions() -> None:
    a = f("return (x ? one : two)(y);")
    assert [a(x=1, y=5), a(x=0, y=5)] == [6, 10]
    a = f("int n = 0; (x ? one : two)(n++); return n;")
    assert a() == 1


def test_a_call_of_what_a_macro_names() -> None:
    a = f("return PICK(one)(x) + DIRECT(one)(x) + ONE(x);", "int x, int pick")
    assert [a(x=1, pick=1), a(x=1, pick=0)] == [6, 8]


@pytest.mark.parametrize("text", ["return p(x);", "return (*p)(x);", "return (y ? p : one)(x);"])
def test_a_call_through_a_pointer_may_answer_anything(text: str) -> None:
    assert f(text, "int x, int y, int (*p)(int)").guesses


def test_a_function_in_a_condition_is_there() -> None:
    assert f("return one ? 1 : 2;")() == 1


# What the parser takes for a call ------------------------------------------------------------------------
def test_a_cast_in_two_pairs_of_parentheses() -> None:
    assert f("return (u64)(x) >> 60;")(x=-1) == 15
    assert f("unsigned char c = 255; return (typeof(c))(x) + ((u64)-1 > 0);")(x=257) == 2


def test_a_cast_of_what_a_postfix_operator_makes_is_refused() -> None:
    assert "a cast of what a postfix operator makes" in refused(
        code("return (u64)(s)->flags;", "struct s *s")
    )


def test_a_product_that_the_parser_takes_for_a_cast_is_refused() -> None:
    assert "the name of an object where the parser sees a type" in refused(code("return (x * (x, y)) + 1;"))


def test_operands_are_evaluated_from_the_left() -> None:
    assert f("int z = x; return z * 10 + ({ z = 5; z; });")(x=2) == 25
    assert f("int z = x; return one(z) * 10 + two(({ z = 5; z; })) + z;")(x=2) == 45


def test_a_minus_is_part_of_the_number_only_where_one_begins() -> None:
    assert f("return x -1 + -1 - -1;")(x=5) == 4


# How deep -----------------------------------------------------------------------------------------------
def test_a_wrong_number_of_arguments_is_refused() -> None:
    assert "one called with 2 arguments" in refused(code("return one(x, y);"))
    assert "min of these arguments" in refused(code("return *min(p, p);", "int *p"))
    assert "min of 1 arguments" in refused(code("return min(x);"))
    assert refused(f"#define M(a, b) a\n{code('return M(x);')}").endswith("(`M(x)`)")


def test_the_place_of_a_refusal_is_that_of_the_reached_code() -> None:
    headers = {"include/linux/x.h": '\nstatic inline int deep(int x)\n{\n\tasm("nop");\n\treturn x;\n}\n'}
    text = "int f(int x) { return deep(x); }"
    assert refused(text, headers=headers).startswith("4: an expression of the form gnu_asm_expression")
    assert FILE not in headers


def test_a_definition_that_was_chosen_without_a_reason_is_told() -> None:
    headers = {
        "include/linux/a.h": "#define N 1\nstruct t { int a; };\n",
        "include/linux/b.h": "#define N 2\n",
    }
    told = {
        what for how, what in lower("int f(void) { return N; }", headers=headers).ledger if how == "trusted"
    }
    assert told == {"N: the definition at include/linux/b.h:1 differs, and is not used"}
    headers = {"include/linux/a.h": "#if UNKNOWN(1)\n#define N 1\n#endif\n"}
    told = {
        what for how, what in lower("int f(void) { return N; }", headers=headers).ledger if how == "trusted"
    }
    assert told == {"N: the configuration does not decide whether it holds"}
