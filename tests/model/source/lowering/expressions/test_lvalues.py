# SPDX-License-Identifier: GPL-2.0-only
"""What the memory management's C needs: variables of a file, members and functions that macros make,
structs that calls return, bit searches, loops that count, and a goto that tries again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.program.procedure import Call, Origin, walk
from model.source.contracts.contract import Contract, Kind
from tests.support.c.c_code import lower, refused, view_of

WORDS = st.integers(0, (1 << 64) - 1)
FLAGS = "include/linux/page-flags.h"


def f(text: str, parameters: str = "int x, int y", result: str = "int") -> str:
    return f"{result} f({parameters})\n{{ {text} }}\n"


# Variables --------------------------------------------------------------------------------------
def test_a_variable_holds_any_value_under_its_name() -> None:
    a = lower(
        "static _Bool allow;\nextern long start, *others;\n" + f("return allow ? start : -1;", result="long")
    )
    assert [a(allow=1, start=7), a(allow=0, start=7)] == [7, -1]
    assert {n: i.origin for n, i in a.procedure.inputs.items() if n in ("allow", "start")} == {
        "allow": Origin.GIVEN,
        "start": Origin.GIVEN,
    }


def test_a_variable_of_the_file_goes_before_that_of_a_header() -> None:
    headers = {"include/linux/a.h": "extern long start;\nextern int here;\n"}
    view = view_of("static int here;\n" + f("return here;"), headers)
    found, other = view.variable("here"), view.variable("start")
    assert found is not None and (found.file, found.line) == ("arch/arm64/kvm/mmu.c", 1)
    assert other is not None and (other.file, other.line) == ("include/linux/a.h", 1)


def test_an_initialiser_counts_only_if_the_variable_is_const() -> None:
    code = "static const int fixed = 4 + 1; static int loose = 5;\n" + f("return fixed * 10 + loose;")
    assert lower(code)(loose=2) == 52


def test_the_initialiser_of_a_constant_does_not_see_locals() -> None:
    code = "enum { A = 3 };\nstatic const int fixed = A;\n" + f("int A = x; return fixed + A;")
    assert lower(code)(x=10) == 13


def test_a_variable_is_written_and_has_an_address_and_members() -> None:
    code = "struct s { int a; int b; };\nstatic struct s ops = { .a = 1 };\nstatic int n;\n"
    a = lower(code + f("int *p = &n; struct s *q = &ops; *p = x; q->b = y; return n * 10 + ops.b + ops.a;"))
    assert a.at({"x": 3, "y": 4, "ops.a": 100}) == 134


def test_a_variable_named_like_an_input_is_another() -> None:
    assert (
        lower(
            "static int size;\nstatic int g(void) { return size; }\n" + f("return g() - size;", "int size")
        ).at({"size": 5, "size (variable)": 9})
        == 4
    )


def test_a_volatile_variable_is_refused() -> None:
    assert "n, which is volatile" in refused("extern volatile int n;\n" + f("return n;"))


def test_a_local_hides_a_variable() -> None:
    assert lower("static int n;\n" + f("int n = 1; return n + x;"))(x=2, n=50) == 3


def test_an_unknown_call_may_write_a_variable() -> None:
    a = lower("static int n; void g(void);\n" + f("n = 1; g(); return n;"))
    assert a.guesses == ["n after g()"]


# The scanner --------------------------------------------------------------------------------------
@pytest.mark.parametrize("depth", [8, 9, 10, 40])
def test_a_body_is_found_however_deep_its_braces(depth: int) -> None:
    body = "{ int hidden; x++; " * depth + "}" * depth
    view = view_of("int last;\n" + f(f"{body} return x;") + "int next;\n")
    assert view.function("f") is not None
    assert [view.variable(n) is not None for n in ("last", "hidden", "next")] == [True, False, True]


@pytest.mark.parametrize(
    "text", ["struct n;", "typedef int n;", "int n(void);", "n;", "return n;", "MACRO(n);", "enum n;"]
)
def test_what_is_no_variable(text: str) -> None:
    assert view_of(text + "\n").variable("n") is None


# Types that macros make ----------------------------------------------------------------------------
def test_a_type_may_be_a_macro() -> None:
    code = "#define pgoff_t unsigned long\n#define loop_t loop_t\nstruct s { pgoff_t off; };\n"
    assert (
        lower(code + f("pgoff_t n = x; return (n >> 63) + (s->off >> 63);", "int x, struct s *s"))(x=-1) == 1
    )
    assert "a type that is defined nowhere" in refused(code + f("loop_t n = x; return 0;"))


BITMAP = """
#define BITS(n) (((n) + 63) / 64)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS(bits)]
typedef struct {
	DECLARE_BITMAP(words, 64);
} flags_t;
struct many {
	DECLARE_BITMAP(words, 1024);
};
struct vma { int a; flags_t flags; };
static flags_t with(flags_t flags, int count, const int *bits)
{
	int i;
	for (i = 0; i < count; i++)
		flags.words[bits[i] / 64] |= 1UL << (bits[i] % 64);
	return flags;
}
#define COUNT_ARGS(X...) counted
#define make(...) with((flags_t) { }, COUNT_ARGS(__VA_ARGS__), (const int []) { __VA_ARGS__ })
"""


def test_a_bitmap_that_a_macro_declares_is_copied_and_set() -> None:
    code = BITMAP + f(
        "flags_t m = make(1, 5, 9); v->flags = m; return v->flags.words[0] + m.words[0];", "struct vma *v"
    )
    a = lower(code)
    assert a() == 2 * (2 + 32 + 512)
    assert not a.guesses


def test_a_long_array_is_not_copied() -> None:
    code = BITMAP + f("struct many a = *s; return a.words[0];", "struct many *s")
    assert "whose array words is not short" in refused(code)


def test_an_object_that_a_macro_names() -> None:
    code = "struct s { int __a; };\n#define PRIVATE(p, m) ((p)->m)\n"
    assert (
        lower(code + f("PRIVATE(s, __a) |= x; return s->__a;", "int x, struct s *s")).at(
            {"x": 2, "s->__a": 5}
        )
        == 7
    )


# Calls -----------------------------------------------------------------------------------------------
STRUCTS = "typedef struct { unsigned long pgprot; } pgprot_t; pgprot_t prot(int x); pgprot_t other(int x);\n"


def test_a_call_may_return_a_struct_of_which_nothing_is_known() -> None:
    rows = {"prot": Contract(Kind.ANSWER, "answers", "here")}
    a = lower(STRUCTS + f("return prot(x).pgprot + other(x).pgprot;", result="unsigned long"), contracts=rows)
    assert a.at({"prot().pgprot": 3, "other().pgprot": 4}) == 7
    assert a.guesses == ["other().pgprot"]
    assert a.procedure.inputs["prot().pgprot"].origin is Origin.CONTRACT


def test_an_answer_fills_the_members_that_its_contract_names() -> None:
    head = "struct args { int address; int pfn; struct { int bits; } prot; };\nint look(struct args *a);\n"
    outs = (("struct args.pfn", "found"), ("struct args.prot", "prot"))
    rows = {"look": Contract(Kind.ANSWER, "answers", "here", result="ret", outs=outs)}
    text = (
        "struct args a = { .address = x }; int r = look(&a); return r ? r : a.address + a.pfn + a.prot.bits;"
    )
    assert lower(head + f(text), contracts=rows).at({"x": 1, "found": 20, "prot.bits": 300}) == 321


PAGE_FLAGS = """
PAGEFLAG(Reserved, reserved, PF_NO_COMPOUND)
	__SETPAGEFLAG(Reserved, reserved, PF_NO_COMPOUND)
FOLIO_FLAG(swapbacked, FOLIO_HEAD_PAGE)
#ifdef CONFIG_NOT_THERE
PAGEFLAG(HWPoison, hwpoison, PF_ANY)
#else
PAGEFLAG_FALSE(HWPoison, hwpoison)
#endif
/* PAGEFLAG(Commented, commented, PF_ANY) */
"""


@pytest.mark.parametrize("test", ["PageReserved", "folio_test_reserved", "folio_test_swapbacked"])
def test_a_test_that_a_macro_makes_answers_anything(test: str) -> None:
    a = lower(f(f"return {test}(p) ? 5 : 6;", "void *p"), headers={FLAGS: PAGE_FLAGS})
    assert [a.at({f"{test}()": 1}), a.at({f"{test}()": 0})] == [5, 6]
    assert any(FLAGS in what and "FLAG()" in what for _, what in a.ledger)


def test_a_flag_that_the_configuration_leaves_out_is_never_set() -> None:
    a = lower(f("SetPageReserved(p); return PageHWPoison(p) + 1;", "void *p"), headers={FLAGS: PAGE_FLAGS})
    assert a() == 1


@pytest.mark.parametrize("call", ["PageCommented(p)", "PageReservedx(p)", "folio_test_Reserved(p)"])
def test_a_test_that_no_macro_makes_is_refused(call: str) -> None:
    assert "declared nowhere" in refused(f(f"return {call};", "void *p"), headers={FLAGS: PAGE_FLAGS})


# Bits ------------------------------------------------------------------------------------------------
@given(WORDS)
def test_bit_searches(word: int) -> None:
    low = word & 0xFFFF_FFFF
    for suffix, value, width in (("", low, 32), ("l", word, 64), ("ll", word, 64)):
        found = SEARCHES[suffix]
        assert found[2](x=word) == (value & -value).bit_length()
        if value:
            assert found[0](x=word) == width - value.bit_length()
            assert found[1](x=word) == (value & -value).bit_length() - 1


SEARCHES = {
    suffix: [
        lower(f(f"return __builtin_{name}{suffix}(x);", "unsigned long x")) for name in ("clz", "ctz", "ffs")
    ]
    for suffix in ("", "l", "ll")
}
NOSPEC = lower(f("return array_index_nospec(x, y);", "unsigned long x, unsigned long y", "unsigned long"))


@given(WORDS, WORDS)
def test_an_index_beyond_the_size_becomes_zero(index: int, size: int) -> None:
    assert NOSPEC(x=index, y=size) & ((1 << 64) - 1) == (index if index < size else 0)


# Loops -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("loop", "result"),
    [
        ("for (int i = 0; i < 4; i++) r += i * 10;", 60),
        ("int i; for (i = 3; i >= 0; i--) { if (i == 1) continue; r += i; } r += 100 * i;", -95),
        ("int i; for (i = 0; i < 9; ++i) { if (i == 5) break; r++; } r += 100 * i;", 505),
        ("for (int i = 0; i < 0; i++) r = 7;", 0),
        ("for (int i = 0; i < 3; i++) for (int j = 0; j < i; j++) r++;", 3),
    ],
)
def test_a_loop_that_counts_between_constants_is_exact(loop: str, result: int) -> None:
    a = lower(f(f"int r = 0; {loop} return r;"))
    assert a() == result
    assert not a.guesses


@pytest.mark.parametrize(
    "loop",
    [
        "for (int i = 0; i < x; i++) r++;",
        "for (int i = 0; i < 4; i++) { r++; i += y; }",
        "for (int i = 0; i < 1000; i++) r++;",
        "for (int i = x; i < 4; i++) r++;",
        "int i, *p = &i; for (i = 0; i < 4; i++) { r++; *p += y; }",
    ],
)
def test_any_other_loop_is_over_approximated(loop: str) -> None:
    assert lower(f(f"int r = 0; {loop} return r;")).guesses


RETRY = "int n = 0;\nretry:\nn++;\nif (ask(x) == -11)\n\tgoto retry;\nreturn n > 0 ? 8 : 9;"
ASK = {"ask": Contract(Kind.ANSWER, "answers", "here", type="int", result="answer")}


def test_a_goto_backwards_is_any_number_of_times_and_then_the_last() -> None:
    a = lower("int ask(int x);\n" + f(RETRY), contracts=ASK)
    assert a.at({"answer": 0, "f.n in the loop": 4}) == 8
    assert a.at({"answer": 0, "f.n in the loop": -9 & 0xFFFF_FFFF}) == 9
    assert any(isinstance(s, Call) and s.effect == "goto retry" for s in walk(a.procedure.body))
    assert ("havoc", "goto retry: any number of times, of which the last is looked at") in a.ledger


def test_a_path_that_goes_back_ends_there() -> None:
    rows = ASK | {"sink": Contract(Kind.EFFECT, "happens", "here", type="void")}
    text = RETRY.replace("return", "sink(); return")
    a = lower("int ask(int x);\nvoid sink(void);\n" + f(text), contracts=rows)
    again = [
        sum(isinstance(s, Call) and s.effect == n for s in walk(a.procedure.body))
        for n in ("sink", "goto retry")
    ]
    assert again == [1, 1]


def test_what_a_path_that_goes_back_wrote_is_not_known() -> None:
    text = "int n = 0;\nretry:\nif (ask(x) == -11) {\n\tn = 5;\n\tgoto retry;\n}\ny = 3;\nreturn n;"
    a = lower("int ask(int x);\n" + f(text), contracts=ASK)
    assert a.guesses == ["f.n in the loop"]
