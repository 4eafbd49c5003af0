# SPDX-License-Identifier: GPL-2.0-only
"""Macros: one step of expansion as C11 6.10.3 has it, and the text's meaning where it stands."""

from __future__ import annotations

import pytest

from model.program.procedure import Call, walk
from model.source.preprocessor.macros import (
    MacroError,
    expand_macros,
    split_at_commas,
    substitute_macro,
    tokenise,
)
from tests.support.c.c_code import lower, refused


def expand(parameters: tuple[str, ...] | None, body: str, *arguments: str, **objects: str) -> str:
    given = None if parameters is None else list(arguments)
    return substitute_macro("M", parameters, body, given, objects.get)


# One step ---------------------------------------------------------------------------------------
def test_tokens_keep_strings_numbers_and_spaces_whole() -> None:
    assert tokenise('a+1.5e-3 "b c\\"" \'d\' ...##') == [
        "a",
        "+",
        "1.5e-3",
        " ",
        '"b c\\""',
        " ",
        "'d'",
        " ",
        "...",
        "##",
    ]


@pytest.mark.parametrize(
    ("parameters", "body", "arguments", "expected"),
    [
        (None, "a b", [], "a b"),
        (("x",), "((x) + xx)", ["1 + 2"], "((1 + 2) + xx)"),
        (("x", "y"), "x ## y", ["a", "b"], "ab"),
        (("x",), "pre_ ## x ## _post", ["mid"], "pre_mid_post"),
        (("x",), "#x", ['a "b" \\n'], '"a \\"b\\" \\\\n"'),
        (("x", "..."), "f(x, __VA_ARGS__)", ["1", "2", "3"], "f(1, 2, 3)"),
        (("x", "args..."), "f(x, args)", ["1", "2", "3"], "f(1, 2, 3)"),
        (("x", "..."), "f(x, ##__VA_ARGS__)", ["1"], "f(1)"),
        (("x", "..."), "f(x, ## __VA_ARGS__)", ["1", "2"], "f(1, 2)"),
        (("x",), "x", [], ""),
        ((), "g()", [], "g()"),
        (("x",), "'x' \"x\" x", ["1"], "'x' \"x\" 1"),
    ],
)
def test_one_step(parameters: tuple[str, ...] | None, body: str, arguments: list[str], expected: str) -> None:
    assert expand(parameters, body, *arguments) == expected


def test_a_lone_name_of_an_object_macro_is_expanded_unless_it_is_pasted() -> None:
    assert expand(("x",), "x f_##x", "N", N="3") == "3 f_N"
    assert expand(("x",), "x", "N", N="M", M="4") == "4"
    assert expand(("x",), "x", "N", N="a + b") == "N"


def test_a_wrong_number_of_arguments_is_an_error() -> None:
    with pytest.raises(MacroError, match="^macro M takes 2 arguments, and 1 were given$"):
        expand(("x", "y"), "x y", "1")


# What a text means where it stands -----------------------------------------------------------------
def f(macros: str, text: str) -> str:
    return f"{macros}\nint f(int x, int y)\n{{ {text} }}\n"


def test_arguments_are_put_in_as_text() -> None:
    assert lower(f("#define TWICE(a) (a * 2)", "return TWICE(x + y);"))(x=1, y=2) == 5
    assert (
        lower(f("#define BOTH(a) ((a) + (a))", "int n = x; int r = BOTH(n++); return r * 10 + n;"))(x=1) == 33
    )


@pytest.mark.parametrize(
    ("macro", "use"),
    [
        ("#define SUM x + y", "return SUM * 2;"),
        ("#define SUM x + y", "return 2 - SUM;"),
        ("#define SUM x + y", "return !SUM;"),
        ("#define SUM x + y", "return (int)SUM;"),
        ("#define OR x | y", "return OR == 1;"),
        ("#define PICK x ? x : y", "return PICK + 1;"),
        ("#define PAIR x, y", "return y + ({ PAIR; }) * (1, PAIR + 1);"),
        ("#define INNER x + y\n#define OUTER INNER", "return OUTER * 2;"),
        ("#define ADD(a) a + 1", "return ADD(x) * 2;"),
    ],
)
def test_a_text_that_its_surroundings_tear_apart_is_refused(macro: str, use: str) -> None:
    assert "tear apart" in refused(f(macro, use))


@pytest.mark.parametrize(
    ("macro", "use", "expected"),
    [
        ("#define SUM x + y", "return SUM;", 12),
        ("#define SUM x + y", "return SUM + 1;", 13),
        ("#define SUM x + y", "return 1 + (SUM);", 13),
        ("#define SUM x + y", "return SUM << 1;", 24),
        ("#define MUL x * y", "return 1 + MUL;", 33),
        ("#define NEG -x", "return 2 * NEG;", -16),
        ("#define SET z = 3", "int z; SET; return z;", 3),
        ("#define INNER (x + y)\n#define OUTER INNER", "return OUTER * 2;", 24),
        ("#define MINUS_ONE -1", "return x - MINUS_ONE;", 9),
        ("#define EMPTY", "EMPTY; return 1;", 1),
        ("#define WITH_SEMICOLON z = 3;", "int z; WITH_SEMICOLON; return z;", 3),
        ("#define COMMENTED 5 /* five */ // really", "return COMMENTED;", 5),
        ("#define SELF SELF\nenum { SELF = 6 };", "return SELF;", 6),
        ("#define g(a) g(a + 1)\nstatic int g(int a) { return a; }", "return g(x);", 9),
        ("#define g g\nstatic int g(int a) { return a; }", "return g(x);", 8),
        ("#define MAX(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })",
         "return MAX(x, MAX(y, 9)) * 2;", 18),
        ("#define DECLARE(n) int n = 7", "DECLARE(z); return z;", 7),
        ("#define ONCE(a) do { a; } while (0)", "int z; if (x) ONCE(z = 2); else ONCE(z = 3); return z;", 2),
    ],
)  # fmt: skip
def test_what_a_text_means(macro: str, use: str, expected: int) -> None:
    assert lower(f(macro, use))(x=8, y=4) == expected


def test_a_text_of_two_statements_is_refused() -> None:
    assert "no single expression or statement: x = 1; y = 2" in refused(
        f("#define TWO x = 1; y = 2", "TWO; return y;")
    )
    assert "no single expression" in refused(f("#define TWO(a) g(a); h(a)", "if (x) TWO(x); return y;"))


def test_a_hanging_if_made_by_a_macro_is_refused() -> None:
    macro = "#define CHECK(a) if (a) return 2"
    assert lower(f(macro, "CHECK(x); return y;"))(x=1) == 2
    assert "could be torn apart" in refused(f(macro, "if (y) CHECK(x); else y = 3; return y;"))


def test_what_a_macro_made_is_shown_as_it_is_written() -> None:
    macros = "#define INNER(a) BUG_ON((a) > 3)\n#define OUTER(a) INNER(a + 1)"
    lowered = lower(f(macros, "OUTER(x); return x;"))
    (call,) = [s for s in walk(lowered.procedure.body) if isinstance(s, Call)]
    assert (call.span.text, call.span.line) == ("OUTER(x)", 4)
    assert call.span.via == ("macro OUTER", "macro INNER")


def test_a_macro_that_changes_a_parameter() -> None:
    text = f("#define SET(a) a = 3", "return g(x);").replace(
        "int f", "static int g(int p) { SET(p); return p; }\nint f"
    )
    assert "a parameter that is changed inside a macro" in refused(text)


def test_a_constant_that_depends_on_a_local_is_not_remembered() -> None:
    text = "#define N (n)\nstatic int g(int n) { return N; }\nint f(void) { return g(1) * 10 + g(2); }"
    assert lower(text)() == 12


def test_an_enum_has_the_type_that_its_constants_need() -> None:
    text = ("enum big { A = 1UL << 40, B = 1 }; enum neg { C = -1, D }; enum small { E, F = 5, G };\n"
            "#define MADE(n) M_ ## n = n\nenum made { MADE(4), LAST };\n"
            "int f(enum big b, enum neg n, enum small s) "
            "{ return (b == A) + 2 * (n < 0) + 4 * (s - 1 < 0) + 8 * (C < 0) + 16 * (G == 6) + 32 * (LAST == 5) + 64 * D; }")  # fmt: skip
    a = lower(text)
    assert a(b=1 << 40, n=-1) == 1 + 2 + 8 + 16 + 32
    assert [a.procedure.inputs[p].sort.width for p in "bns"] == [64, 32, 32]


def test_macros_that_grow_without_end_are_refused() -> None:
    doubled = "#define D0(a) a + a\n" + "\n".join(f"#define D{i}(a) D{i - 1}(a + a)" for i in range(1, 40))
    assert "characters" in refused(f(doubled, "return D39(x);"))
    nested = "#define N0 1\n" + "\n".join(f"#define N{i} (N{i - 1} + x)" for i in range(1, 70))
    assert "expands too deeply" in refused(f(nested, "return N69;"))
    wide = "#define W0 x\n" + "\n".join(f"#define W{i} (W{i - 1} + W{i - 1})" for i in range(1, 40))
    assert "more than 40,000 expressions" in refused(f(wide, "return W39;"))
    assert "expands too deeply" in refused(f("#define A(x) B(x)\n#define B(x) A(x)", "return A(x);"))


# Lists and the configuration ----------------------------------------------------------------------
FLAGS = """
#define BIT(n) (1 << (n))
#define ONE_FLAG(set, f) set, (f), (f)
#define PENDING ONE_FLAG(iflags, BIT(4))
#define GET(v, set, f, m) ((v)->set & (m))
#define get_flag(v, ...) GET((v), __VA_ARGS__)
#define UNPACK(set, f, m) f
#define unpack_flag(...) UNPACK(__VA_ARGS__)
struct v { int iflags; };
"""


def test_an_argument_that_expands_to_a_list_is_split_again() -> None:
    assert lower(f"{FLAGS}int f(struct v *v) {{ return get_flag(v, PENDING); }}")(v__iflags=0x35) == 16
    assert lower(f"{FLAGS}int f(void) {{ return unpack_flag(PENDING); }}")() == 16
    assert (
        lower(f"{FLAGS}int f(struct v *v) {{ return get_flag(v, ONE_FLAG(iflags, 2)); }}")(v__iflags=7) == 2
    )


def test_a_name_with_a_meaning_stays_in_a_list() -> None:
    text = "#define PAIR(a) a, READ_ONCE(a)\n#define SUM2(a, b) ((a) + (b))\n#define SUM(...) SUM2(__VA_ARGS__)\n"
    assert lower(f"{text}int f(int x) {{ return SUM(PAIR(x)); }}")(x=4) == 8


def test_splitting_at_commas_minds_parentheses_and_strings() -> None:
    assert split_at_commas('f(a, b), "c,d", [e, f]') == ["f(a, b)", ' "c,d"', " [e, f]"]
    meant = {"P": (("a",), "a, a"), "Q": (None, "P(1), Q"), "F": (("a",), "a")}
    assert expand_macros("Q", meant.get) == "1, 1, Q"
    assert expand_macros("F + F (P(2))", meant.get) == "F + 2, 2"


@pytest.mark.parametrize(
    ("test", "holds"),
    [("IS_ENABLED(CONFIG_KVM)", 1), ("IS_BUILTIN(CONFIG_KVM)", 1), ("IS_MODULE(CONFIG_KVM)", 0),
     ("IS_ENABLED(CONFIG_OF_NOBODY)", 0), ("__is_defined(YES)", 1), ("__is_defined(NO)", 0)],
)  # fmt: skip
def test_the_configuration_is_asked_in_expressions(test: str, holds: int) -> None:
    f = lower(f"#define YES 1\nint f(void) {{ return {test}; }}")
    assert f() == holds
    assert any(how == "condition" for how, _ in f.ledger)
