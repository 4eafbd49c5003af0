# SPDX-License-Identifier: GPL-2.0-only
"""Control flow of C: what is supported is exact, what is not is refused with its line."""

from __future__ import annotations

import pytest

from model.program.interpreter import UninitialisedError
from tests.support.c.c_code import lower, refused


def body(text: str, parameters: str = "int x, int y") -> str:
    return f"int f({parameters})\n{{\n{text}\n}}\n"


# switch ----------------------------------------------------------------------------------------
SWITCH = """
int f(int x)
{
	int r = 0;
	switch (x) {
	case 1: r += 1;
	default: r += 10;
	case 2:
	case 3: r += 100; break;
	case 4: { if (r == 0) break; r = 5; }
	case 5: return 7;
	}
	return r;
}
"""


def test_a_switch_falls_through_and_has_its_default_in_the_middle() -> None:
    f = lower(SWITCH)
    assert [f(x=x) for x in (1, 2, 3, 4, 5, 6, -1)] == [111, 100, 100, 0, 7, 110, 110]


def test_switches_nest_and_each_break_ends_its_own() -> None:
    f = lower(
        body("switch (x) { case 1: switch (y) { case 1: break; default: return 5; } return 6; } return 7;")
    )
    assert [f(x=1, y=1), f(x=1, y=2), f(x=2, y=1)] == [6, 5, 7]


def test_a_name_declared_in_one_case_is_in_scope_in_the_next() -> None:
    f = lower(body("int z = 9; switch (x) { case 1: ; int z = 1; case 2: z = 2; } return z;"))
    assert [f(x=1), f(x=2), f(x=3)] == [9, 9, 9]


def test_cases_are_converted_to_the_type_of_the_subject() -> None:
    f = lower("int f(unsigned x, _Bool b) { switch (x) { case -1: return 1; case 0x100000002UL: return 2; } "
              "switch (b) { case 1: return 3; } return 4; }")  # fmt: skip
    assert [f(x=0xFFFFFFFF), f(x=2), f(b=1), f()] == [1, 2, 3, 4]


def test_a_case_inside_a_block_is_refused() -> None:
    text = body("switch (x) {\ncase 1:\n\tif (y) {\ncase 2:\n\t\treturn 1;\n\t}\n}\nreturn 0;")
    assert refused(text) == "6: a statement of the form case_statement (`case 2: return 1;`)"


def test_a_range_of_cases_holds_both_its_ends() -> None:
    f = lower(body("switch (x) { case -1 ... 1 + 1: return 1; case 4 ... 4: return 2; default: return 3; }"))
    assert [f(x=x) for x in (-2, -1, 0, 2, 3, 4, 5)] == [3, 1, 1, 1, 3, 2, 3]
    f = lower("int f(unsigned x) { switch (x) { case 2 ... 5: return 1; } return 0; }")
    assert [f(x=x) for x in (1, 2, 5, 6, -1)] == [0, 1, 1, 0, 0]


def test_the_ends_of_a_range_must_be_constant() -> None:
    assert "a case that is not constant" in refused(body("switch (x) { case 1 ... y: return 1; } return 0;"))


def test_a_local_is_in_scope_in_its_own_initialiser() -> None:
    text = "struct s { int a; int b; int c; };\nint f(int x) { struct s s = { .b = x + 1, .c = s.b * 2 + s.a }; return s.c; }"
    assert lower(text)(x=4) == 10
    assert lower("int f(int x) { int y = (y = x, y + 1); return y; }")(x=4) == 5


def test_a_case_must_be_constant() -> None:
    assert refused(body("switch (x) { case y: return 1; }")).startswith("3: a case that is not constant")


def test_a_statement_before_the_first_case_is_refused() -> None:
    assert "before the first case" in refused(body("switch (x) { y = 1; case 1: return y; } return 0;"))


def test_break_inside_an_if_inside_a_case() -> None:
    f = lower(body("int r = 1; switch (x) { case 1: if (y) break; r = 2; case 2: r += 10; } return r;"))
    assert [f(x=1, y=1), f(x=1), f(x=2), f(x=3)] == [1, 12, 11, 1]


# goto ------------------------------------------------------------------------------------------
def test_a_goto_goes_forward_out_of_blocks_loops_and_switches() -> None:
    f = lower(body("int r = 0; if (x) { switch (y) { case 1: r = 1; goto out; } r = 2; goto last; } r = 3;\n"
                   "out: r += 10;\nlast: return r;"))  # fmt: skip
    assert [f(x=1, y=1), f(x=1, y=2), f(x=0)] == [11, 2, 13]


def test_labels_may_stand_together_and_before_nothing() -> None:
    f = lower(body("int r = 0; if (x) goto a; if (y) goto b; r = 1;\na:\nb: r += 10;\nunused: ;\nreturn r;"))
    assert [f(x=1), f(y=1), f()] == [10, 10, 11]


def test_a_goto_out_of_a_loop_keeps_what_holds_there() -> None:
    f = lower(body("for (x = 0; ; x++) { y = 5; goto out; }\ny = 6;\nout: return y;"))
    assert f(y=1) == 5


def test_a_goto_back_over_another_label_is_refused() -> None:
    text = body("retry:\nx--;\nother:\nif (x)\n\tgoto retry;\nreturn 0;")
    assert refused(text) == "7: a goto that goes backwards or into a block (`goto retry;`)"


def test_a_goto_into_a_block_is_refused() -> None:
    text = body("if (x)\n\tgoto in;\nif (y) {\nin:\n\treturn 1;\n}\nreturn 0;")
    assert refused(text) == "4: a goto that goes backwards or into a block (`goto in;`)"


def test_a_goto_to_no_label_is_refused() -> None:
    assert "a goto that goes backwards" in refused(body("goto nowhere; return 0;"))


def test_a_computed_goto_is_refused() -> None:
    assert refused(body("void *p = &&out; goto *p; out: return 0;")).startswith(
        "3: the parser could not read"
    )


# Branches -----------------------------------------------------------------------------------------
def test_the_right_side_of_and_has_its_effects_only_if_it_is_reached() -> None:
    f = lower(body("int n = 0; if (x && n++ == 0 && y) n += 10; if (x || n++) n += 100; return n;"))
    assert [f(), f(x=1), f(x=1, y=1)] == [1, 101, 111]


def test_a_conditional_expression_has_the_effects_of_one_side() -> None:
    f = lower(body("int n = 0, r = x ? (n = 1, y) : (n = 2, -y); return r * 10 + n;"))
    assert [f(x=1, y=3), f(x=0, y=3)] == [31, -28]


def test_a_conditional_expression_without_a_middle_evaluates_once() -> None:
    f = lower(body("int n = x; int r = n++ ?: y; return r * 10 + n;"))
    assert [f(x=2, y=7), f(x=0, y=7)] == [23, 71]


def test_an_increment_in_an_argument_happens_once() -> None:
    f = lower("static int g(int a) { return a * 2; }\nint f(int x) { int r = g(x++); return r * 100 + x; }")
    assert f(x=3) == 604


def test_constant_conditions_keep_the_type_of_both_sides() -> None:
    f = lower("_Bool f(void) { return (1 ? -1 : 0U) > 0; }")
    assert f() == 1


def test_if_inside_a_function_follows_the_configuration() -> None:
    text = body("int r = 0;\n#ifdef CONFIG_MMU\nr += 1;\n#else\nr += 2;\n#endif\n#if !defined(CONFIG_MMU)\nr += 4;\n"
                "#elif defined(CONFIG_KASAN)\nr += 8;\n#else\nr += 16;\n#endif\n#ifndef CONFIG_ARM64\nr += 32;\n#endif\n"
                "return r;")  # fmt: skip
    f = lower(text)
    assert f() == 17
    assert {e for e in f.ledger if e[0] == "condition"} == {
        ("condition", "#if defined(CONFIG_MMU): holds"),
        ("condition", "#if !defined(CONFIG_MMU): does not hold"),
        ("condition", "#if defined(CONFIG_KASAN): does not hold"),
        ("condition", "#if !defined(CONFIG_ARM64): does not hold"),
    }


def test_folded_levels_of_page_tables_depend_on_the_page_size() -> None:
    text = body("#ifndef __PAGETABLE_PMD_FOLDED\nreturn 1;\n#endif\nreturn 2;")
    assert [lower(text, pages=pages)() for pages in ("4K", "16K", "64K")] == [1, 1, 1]
    text = body("#ifdef __PAGETABLE_PUD_FOLDED\nreturn 1;\n#endif\nreturn 2;")
    assert [lower(text, pages=pages)() for pages in ("4K", "64K")] == [2, 1]


def test_an_undecided_condition_is_refused() -> None:
    assert refused(body("#if FOO(3) > x\nreturn 1;\n#endif\nreturn 2;")) == (
        "3: #if FOO(3) > x, which the configuration does not decide (`#if FOO(3) > x return 1; #endif`)"
    )


def test_a_definition_inside_a_function_is_refused() -> None:
    assert "a preprocessor directive in a function" in refused(body("#define N 3\nreturn N;"))


# Scopes -------------------------------------------------------------------------------------------
def test_inner_names_hide_outer_ones_until_their_block_ends() -> None:
    f = lower(body("int z = 1; { int z = 2; x += z; } for (int z = 5; ; ) break; return x + z;"))
    assert f(x=100) == 103


def test_two_blocks_have_objects_of_their_own() -> None:
    f = lower(body("{ int z = 1; x += z; } { int z; if (y) z = 5; x += z; } return x;"))
    assert f(x=10, y=1) == 16
    with pytest.raises(UninitialisedError, match=r"f\.z~ is read before it is set"):
        f(x=10)


def test_an_unset_local_is_an_error_and_a_symbol() -> None:
    f = lower(body("int z; if (x) z = 3; return z;"))
    assert f(x=1) == 3
    with pytest.raises(UninitialisedError, match=r"f\.z is read before it is set"):
        f()
    assert f.at({"unset f.z": 8}) == 8


def test_a_recursive_function_is_refused_unless_it_ends_by_itself() -> None:
    assert "which calls itself or too deeply" in refused("int f(int x) { return x ? f(x - 1) : 0; }")
    assert lower("int f(int x) { return x; }\nint g(int x) { return f(f(f(x))); }", "g")(x=4) == 4
    assert (
        lower("static int g(int n) { if (n) return g(n - 1); return 7; }\nint f(void) { return g(1); }")()
        == 7
    )


def test_a_function_that_calls_itself_once_has_two_frames() -> None:
    f = lower("int f(int x) { int y = x + 1; if (x < 0) return 1; if (0) return f(y); return y; }")
    assert f(x=5) == 6


# Statements ---------------------------------------------------------------------------------------
def test_do_while_zero_is_left_by_break_and_by_continue() -> None:
    f = lower(body("do { if (x) break; y++; if (y == 2) continue; y += 10; } while (0); return y;"))
    assert [f(x=1, y=5), f(y=5), f(y=1)] == [5, 16, 2]


def test_continue_in_do_while_zero_stays_in_the_loop_around_it() -> None:
    f = lower(body("for (;;) { do { continue; } while (0); return 3; } return 4;"))
    assert f() == 3


def test_statement_expressions_have_a_value_and_a_scope() -> None:
    f = lower(body("int r = ({ int x = y * 2; x += 1; x; }); return r + x;"))
    assert f(x=100, y=3) == 107


def test_typeof_evaluates_nothing() -> None:
    f = lower(body("typeof(x) z = 5; auto w = z; __auto_type v = w; unsigned char c = 255; typeof(c) d = c + 1;"
                   "return x + z + v + d + sizeof(y++);"))  # fmt: skip
    assert f(x=100, y=1) == 114


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('asm volatile("nop");', "3: an expression of the form gnu_asm_expression"),
        ('asm("mov %0, %1" : "=r"(x) : "r"(y));', "3: an expression of the form gnu_asm_expression"),
        ('asm goto("b %l0" :::: out); out: ;', "3: an expression of the form gnu_asm_expression"),
        ('register int z asm("x0");', "3: a local declared with asm"),
        ("static int z;", "3: a local declared with static"),
        ("extern int z; x = z;", "3: a local declared with extern"),
        ("struct s { int a; } z;", "3: a type that is defined inside a function"),
        ("enum { A, B } z;", "3: a type that is defined inside a function"),
        ("typedef int t;", "3: a statement of the form type_definition"),
        ("int g(int z) { return z; }", "3: a statement of the form function_definition"),
        ("int z[x];", "3: an array of a length that is not constant"),
        ("float z;", "3: a type that is defined nowhere that is read"),
        ("x = 1.5;", "3: a number that is no integer"),
        ("x = nothing;", "3: nothing is defined nowhere that is read"),
        ("nothing(x);", "3: a call of nothing, which is declared nowhere that is read"),
        ("break;", "3: break outside of a loop or switch"),
        ("continue;", "3: continue outside of a loop or switch"),
        ("x = (y, );", "3: the parser could not read this"),
        ("int *z __free(kfree) = 0;", "3: the parser could not read this"),
        ("int z __attribute__((cleanup(g))) = 1;", "3: the parser could not read this"),
        (
            "int __attribute__((__cleanup__(g))) z = 1;",
            "3: a local declared with __attribute__((__cleanup__(g)))",
        ),
        ("x = _Generic(x, int: 1);", "3: an expression of the form generic_expression"),
    ],
)
def test_what_has_no_lowering_is_refused_with_its_line(text: str, why: str) -> None:
    assert refused(body(text + "\nreturn x;")).startswith(why)


def test_a_parse_error_matters_only_where_it_is_reached() -> None:
    broken = "static int g(int x) { return x +; }\n"
    assert lower(broken + body("return 1; x = 2;"))() == 1
    assert refused(broken + body("return g(x);")).startswith("1: the parser could not read this")


def test_annotations_do_not_hide_a_function() -> None:
    text = ("static __always_inline __must_check int g(int __force x) __must_hold(y) { return (__force int)x; }\n"
            "static inline int __pure h(int x) { return x + 1; }\n")  # fmt: skip
    assert lower(text + body("return g(x) + h(y);"))(x=1, y=2) == 4
