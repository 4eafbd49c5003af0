# SPDX-License-Identifier: GPL-2.0-only
"""What readers of kernel C got wrong in silence, or could not read: each is read right, or refused.

Other traps have their tests beside what they are about: ``(phys_addr_t)(x)`` and ``-1`` in
test_lower_calls, pure calls there too, folded page-table levels in test_lower_statements, structs
and unions in test_lower_objects, least witnesses in test_minimise.
"""

from __future__ import annotations

import pytest

from model.program.interpreter import Inputs, interpret
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import ReturnValue, Target
from model.vocabulary.symbols import OUTCOMES
from tests.support.c.c_code import FILE, Lowered, lower, make_tree, refused

TYPES = """
typedef unsigned char u8; typedef unsigned int u32; typedef unsigned long u64; typedef u64 phys_addr_t;
typedef struct { u64 pte; } pte_t;
struct inner { u32 n; };
struct outer { u64 x; struct inner inner; };
"""


def value(f: Lowered, **inputs: int) -> int:
    return interpret(f.procedure, Inputs(inputs)).value(f.result)


# Spellings ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "cast", ["(u8)(x)", "(u8) (x)", "(u8 /* one byte */)(x)", "(\n\tu8\n)(x)", "((u8))(x)", "(u8)x"]
)
def test_a_cast_however_it_is_written(cast: str) -> None:
    assert value(lower(f"{TYPES}u64 f(u64 x) {{ return {cast}; }}"), x=0x1234) == 0x34


@pytest.mark.parametrize("text", ["x -1", "x-1", "x - 1", "x\n-1", "x - /* - */ 1", "-1 + x", "(-1) + x"])
def test_a_minus_and_a_number(text: str) -> None:
    assert value(lower(f"u64 f(u64 x) {{ return {text}; }}".replace("u64", "unsigned long")), x=8) == 7


@pytest.mark.parametrize(
    "word", ["__always_inline", "__pure", "__must_check", "noinline", "__attribute_const__", "__init"]
)
def test_an_annotated_function_is_inlined(word: str) -> None:
    f = lower(f"static {word} int g(int x) {{ return x + 1; }} int f(int x) {{ return g(x); }}")
    assert value(f, x=3) == 4
    assert not f.guesses


def test_an_annotated_pointer_is_one() -> None:
    f = lower(f"{TYPES}u64 f(u64 x) {{ u64 *p = (__force u64 *)&x; return *p; }}")
    assert value(f, x=5) == 5


@pytest.mark.parametrize("item", [".b = 2", ". b = 2", ". /* the second */ b = 2", ".\nb = 2"])
def test_a_designator_however_it_is_written(item: str) -> None:
    assert (
        value(
            lower(
                f"struct s {{ int a, b, c; }}; int f(void) {{ struct s s = {{ {item}, 3 }}; return s.b * 10 + s.c; }}"
            )
        )
        == 23
    )


@pytest.mark.parametrize(
    "label", ["1 ... 3", "1 /* to; { */ ... 3", '1 ... /* "three" */ 3', "1 ... // '\n3"]
)
def test_a_range_of_cases_however_it_is_written(label: str) -> None:
    f = lower(f"int f(int x) {{ switch (x) {{ case {label}: return 1; }} return 0; }}")
    assert [value(f, x=x) for x in (0, 1, 2, 3, 4)] == [0, 1, 1, 1, 0]


# Refused, not dropped -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        'asm("mov %0, #1" : "=r" (x));\n return x;',
        'asm volatile("dmb ish" ::: "memory");\n return x;',
        '__asm__ __volatile__("mov %0, #1" : "=r" (x));\n return x;',
        "s += *p; return 0;",
        "s |= (struct outer){ 1 }; return 0;",
        "return " + "9" * 5000 + ";",
        "return _Generic(x, int: 1, default: 2);",
        "return __builtin_choose_expr(x, 1, 2);",
        "s = x; return 0;",
        "x = s; return 0;",
        "return x ? s : *p;",
        "return &&l - &&m; l: m:;",
        "int a[3] = { [1] = 2 }; return a[1];",
        "return p->inner;",
        "auto int g(int y) { return y; } return g(x);",
    ],
    ids=lambda text: text[:30],
)
def test_what_is_not_read_is_refused_with_its_line(text: str) -> None:
    code = f"{TYPES}int f(int x, struct outer *p)\n{{\n\tstruct outer s = {{ 0 }};\n{text}\n}}\n"
    line = int(refused(code).split(":")[0])
    assert 1 <= line <= code.count("\n") + 1


def test_inline_assembly_in_a_macro_and_in_a_callee_is_refused() -> None:
    read_it = 'static u64 g(void) { u64 v; asm("mrs %0, x" : "=r" (v)); return v; }'
    assert refused(f"{TYPES}{read_it}\nu64 f(void) {{ return g(); }}")
    macro = '#define mrs() ({ u64 v; asm("mrs %0, x" : "=r" (v)); v; })'
    assert refused(f"{TYPES}{macro}\nu64 f(void) {{ return mrs(); }}")


@pytest.mark.parametrize("width", ["9" * 5000, "65", "0", "N + 1"])
def test_a_bit_field_of_no_plain_width_is_refused(width: str) -> None:
    assert "member a of struct s" in refused(
        f"struct s {{ unsigned long a:{width}; }}; int f(struct s *s) {{ return s->a; }}"
    )


def test_many_labels_are_refused_soon() -> None:
    labels = "".join(f"l{i}: x++; " for i in range(101))
    assert "more than 100 labels" in refused(f"int f(int x) {{ {labels} return x; }}")
    few = "".join(f"l{i}: x++; " for i in range(40))
    assert value(lower(f"int f(int x) {{ {few} return x; }}"), x=2) == 42


# A struct through a pointer to one of several -----------------------------------------------------
@pytest.mark.parametrize("x", [0, 1])
def test_a_struct_is_copied_from_one_of_several(x: int) -> None:
    f = lower(
        f"""{TYPES}
        u64 f(int x, struct outer *a, struct outer *b)
        {{
            struct outer *p = x ? a : b, copy = *p;
            p->x = 9; p->inner.n = 9;
            return copy.x * 100 + copy.inner.n;
        }}"""
    )
    inputs = {"x": x, "a": 1 << 40, "b": 2 << 40, "a->x": 1, "a->inner.n": 2, "b->x": 3, "b->inner.n": 4}
    assert value(f, **inputs) == (102 if x else 304)


def test_a_struct_from_one_of_several_is_an_argument_and_a_result() -> None:
    f = lower(
        f"""{TYPES}
        static u64 pte_val(pte_t pte) {{ return pte.pte; }}
        static pte_t get(pte_t *p) {{ return *p; }}
        u64 f(int x, pte_t *a)
        {{
            pte_t own = {{ 5 }}, *p = x ? a : &own;
            return pte_val(*p) + pte_val(get(p));
        }}"""
    )
    assert value(f, x=0, a=1 << 40) == 10
    assert value(f, **{"x": 1, "a": 1 << 40, "a->pte": 7}) == 14


def test_a_struct_through_a_computed_pointer_is_any() -> None:
    f = lower(f"{TYPES}u64 f(u64 x) {{ pte_t pte = *(pte_t *)x; return pte.pte; }}")
    assert f.guesses


def test_a_struct_with_a_union_is_not_copied_from_one_of_several() -> None:
    code = "struct s { union { int a; long b; }; }; long f(int x, struct s *a, struct s *b) { struct s s = *(x ? a : b); return s.b; }"
    assert "overlap" in refused(code)


# A target that is not whole -------------------------------------------------------------------------
TARGET = Target(
    "f", FILE, ("f_new", "f"), "a function of a test", {"ret": OUTCOMES["ret"]}, {"ret": ReturnValue()}
)


def outcome(code: str) -> str:
    made = make_tree(code)
    try:
        read(made, Index.build(made, None), Profile.builtin("4K"), "4K", "made", TARGET)
    except (NoEffect, Unsupported) as error:
        return f"{type(error).__name__}: {error}"
    return "a procedure"


@pytest.mark.parametrize("rest", ["", "int x", "int x)\n", "int x)\n{\n\tif (x) {\n\treturn x;\n}\n"])
def test_a_function_that_does_not_end_is_not_absent(rest: str) -> None:
    said = outcome(f"int g(int x) {{ return 1; }}\nint f({rest}")
    assert said.startswith(f"Unsupported: {FILE}:2: f(), which begins here")


@pytest.mark.parametrize(
    "code",
    [
        "int g(int x) { if (f(x)) { return 1; } return f(2); }",
        "int f(int x);\nint g(int x) { return 1; }",
        "/* int f(int x) { */",
        "#ifdef CONFIG_NOT_THERE\nint f(int x) { {\n#endif\n",
        "int my_f(int x) { {",
    ],
)
def test_a_function_that_is_only_named_is_absent(code: str) -> None:
    assert outcome(code).startswith("NoEffect")


def test_a_broken_function_matters_only_to_who_calls_it() -> None:
    broken = "static int h(int x) { return x +; }\n"
    assert outcome(f"{broken}int f(int x) {{ return 1; }}") == "a procedure"
    assert outcome(f"{broken}int f(int x) {{ return h(x); }}").startswith(f"Unsupported: {FILE}:1: ")
    assert outcome(f"int f(int x) {{ return 1; }}\n{broken}") == "a procedure"


@pytest.mark.parametrize("name", ["a" * 300 + ".h", ".", "..", "a\\b.h", "\x01", "/", "x/../../../../y.h"])
def test_what_cannot_be_included_is_not(name: str) -> None:
    assert outcome(f'#include "{name}"\nint f(int x) {{ return 1; }}') == "a procedure"


def test_numbers_in_conditions_do_not_grow_without_end() -> None:
    squares = "#define A0 999999999\n" + "".join(f"#define A{i + 1} (A{i} * A{i})\n" for i in range(14))
    assert (
        outcome(
            f"{squares}int f(int x)\n{{\n#if A1 == 999999998000000001\n\treturn 1;\n#endif\n\treturn 0;\n}}"
        )
        == "a procedure"
    )
    said = outcome(f"{squares}int f(int x)\n{{\n#if A14 > 1\n\treturn 1;\n#endif\n\treturn 0;\n}}")
    assert said.startswith(f"Unsupported: {FILE}:18: ") and "does not decide" in said


def test_a_comment_of_several_lines_moves_no_line() -> None:
    flags = "include/linux/page-flags.h"
    f = lower(
        "int f(void *p) { return PageReserved(p); }",
        headers={flags: "/* one\n * two\n */\nPAGEFLAG(Reserved, reserved, PF_ANY)\n"},
    )
    assert any(f"({flags}:4)" in what for _, what in f.ledger)
    assert outcome("/* one\n * two\n */\nint f(int x) { {").startswith(f"Unsupported: {FILE}:4: ")
