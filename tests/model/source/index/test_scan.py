# SPDX-License-Identifier: GPL-2.0-only
"""What a C file defines, where, and under which conditions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.index.scan import Record, scan
from model.source.preprocessor.annotations import blank, code_of, outline_of

KINDS = {
    "macro": "m",
    "function": "f",
    "prototype": "p",
    "struct": "s",
    "typedef": "t",
    "enum": "n",
    "enumerator": "e",
    "include": "i",
}


def found(code: str, kind: str) -> list[str]:
    """The names of a kind, in the order of the file."""
    return [record.name for record in scan(code.encode()).records if record.kind == KINDS[kind]]


def text(code: str, kind: str, name: str) -> str:
    """The text of the only record of that kind and name."""
    (record,) = records(code, kind, name)
    return code.encode()[record.start : record.end].decode()


def records(code: str, kind: str, name: str) -> list[Record]:
    every = scan(code.encode()).records
    return [record for record in every if (record.kind, record.name) == (KINDS[kind], name)]


def conditions(code: str, kind: str, name: str) -> tuple[str, ...]:
    (record,) = records(code, kind, name)
    return scan(code.encode()).stacks[record.stack]


# Macros ---------------------------------------------------------------------------------------


def test_macros_with_and_without_parameters() -> None:
    code = "#define A 1\n # define B(x) x\n#define C (x)\n#\tdefine D\n#define E(a, b...) \\\n  a\nint x;\n"
    assert found(code, "macro") == ["A", "B", "C", "D", "E"]
    assert text(code, "macro", "E") == "#define E(a, b...) \\\n  a"


@pytest.mark.parametrize(
    "code",
    [
        "/*\n#define A 1\n*/",
        "// x \\\n#define A 1\n",
        'char *s = "\\\n#define A 1\\\n";',
        "#define B \\\n#define A 1\n",
        "int x; #define A 1\n",
        "/* x",
    ],
)
def test_what_only_looks_like_a_macro_is_none(code: str) -> None:
    assert "A" not in found(code, "macro")


def test_a_comment_does_not_hide_what_follows() -> None:
    code = "/* ' */ #define A 1\n#define B '\"'\n#define C '\\''\n"
    code += '#define D "/*"\n#define E 1 // */\n#define F 1'
    assert found(code, "macro") == ["A", "B", "C", "D", "E", "F"]
    assert found("#error don't\n#define A 1 /* can't */\n#define B 1\n", "macro") == ["A", "B"]


def test_a_comment_may_end_a_directive_lines_later() -> None:
    code = "#define A /* one\n two */ 3\n#define B 1\n"
    assert text(code, "macro", "A") == "#define A /* one\n two */ 3"
    assert found(code, "macro") == ["A", "B"]


def test_an_ifdef_inside_a_continued_macro_is_no_directive() -> None:
    code = "#define A \\\n#ifdef X \\\n 1\n#define B\n"
    assert conditions(code, "macro", "B") == ()


def test_line_ends_of_another_system() -> None:
    code = "#ifdef X\r\n#define A \\\r\n 1\r\n#endif\r\n#define B\r\n"
    assert text(code, "macro", "A").startswith("#define A \\\r\n 1")
    assert conditions(code, "macro", "A") == ("defined(X)",) and conditions(code, "macro", "B") == ()


def test_includes_are_told_apart() -> None:
    code = '#include <linux/mm.h>\n#include "trace.h"\n#include MACRO\n'
    assert found(code, "include") == ["linux/mm.h", '"trace.h"']


# Functions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "static inline int f(int a)\n{\n\treturn a;\n}",
        "static inline\nbool f(const struct x *y) { if (y) { while (1) { } } return 0; }",
        "int\nf ( void )\n{\n}",
        "struct x *f(int (*g)(int), char h[3])\n{ }",
        "static __always_inline u64 __pure f(void) __releases(x->lock)\n__acquires(a(b)) { return 1; }",
        "__printf(1, 2) void f(const char *x, ...) { }",
        "int f(void) { return \"}\"[0] + '}'; /* } */ }",
        "union x f(void) { struct y { int z; } w; }",
    ],
)
def test_a_function_runs_from_its_specifiers_to_its_brace(code: str) -> None:
    around = f"EXPORT_SYMBOL(x)\n\n{code}\n\nint after;\n"
    assert found(around, "function") == ["f"]
    assert text(around, "function", "f").split() == blank(code.encode()).decode().split() or (
        text(around, "function", "f").strip() == code.strip()
    )


@pytest.mark.parametrize(
    "code",
    [
        "static struct ops o = { .f = g(x) };",
        "SYSCALL_DEFINE1(f, int, a) { }",
        "static DEFINE_MUTEX(f);",
        "extern DECLARE_BITMAP(f, 3);",
        "int (*f)(int);",
        "int x = f(3);",
        "return f(3);",
        "typedef int (*f)(void);",
        "#define g int f(void) { }",
        "/* int f(void) { } */",
    ],
)
def test_what_only_looks_like_a_function_is_none(code: str) -> None:
    assert "f" not in found(code, "function") + found(code, "prototype")


def test_prototypes_with_their_semicolon() -> None:
    code = "extern int f(int a);\nvoid *g(size_t) __malloc __alloc_size(1);\nlong h\n(void) ;"
    assert found(code, "prototype") == ["f", "g", "h"]
    assert text(code, "prototype", "f") == "extern int f(int a);"


def test_a_brace_that_each_branch_opens_counts_once() -> None:
    code = "int f(int a)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (!a) {\n#endif\n\t}\n}\nint g(void) { }\n"
    assert found(code, "function") == ["f", "g"]
    assert text(code, "function", "f").endswith("\t}\n}")


def test_braces_for_another_language_do_not_count() -> None:
    code = '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void) { }\n#ifdef __cplusplus\n}\n#endif\n'
    assert found(code, "function") == ["f"]


def test_a_function_whose_head_is_conditional_is_not_guessed() -> None:
    code = "#ifdef A\nint f(int a)\n#else\nint f(void)\n#endif\n{ }\nint g(void) { }\n"
    assert found(code, "function") == ["g"]


def test_old_style_spacing_does_not_matter() -> None:
    assert found("int f (a) { } int\tg(b){}\nint\n*h(c)\n{ }", "function") == ["f", "g", "h"]


# Types ----------------------------------------------------------------------------------------


def test_structs_and_unions_by_tag_nested_ones_too() -> None:
    code = "struct a {\n\tstruct b { int x; } y;\n\tunion { int z; };\n} __packed;\nunion c { int d; };\n"
    assert found(code, "struct") == ["a", "b", "c"]
    assert text(code, "struct", "b") == "struct b { int x; }"
    assert text(code, "struct", "a").endswith("int z; };\n}")
    assert found("struct a;\nstruct b *c;\nstatic struct d e = { 1 };", "struct") == []


def test_a_struct_that_is_a_lock_is_one() -> None:
    code = b"context_lock_struct(mutex) {\n\tint owner;\n};\n"
    assert blank(code) == b"struct              mutex  {\n\tint owner;\n};\n"
    assert found(code.decode(), "struct") == ["mutex"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("typedef unsigned long a;", ["a"]),
        ("typedef struct { int x[2]; } a, *b;", ["a", "b"]),
        ("typedef struct t { int x; } __aligned(8) a ;", ["a"]),
        ("typedef int (*a)(int b, void (*c)(int));", ["a"]),
        ("typedef int a(struct b *c);", ["a"]),
        ("typedef int (a)(struct b *c);", ["a"]),
        ("typedef u64 a[4];", ["a"]),
        ("typedef __u16 __bitwise a;", ["a"]),
        ("typedef enum { X, Y } a;", ["a"]),
        ("struct typedef_x a;", []),
    ],
)
def test_typedefs(code: str, names: list[str]) -> None:
    assert found(code, "typedef") == names
    assert all(text(code, "typedef", name) == code for name in names)


def test_enumerators_with_their_enum() -> None:
    code = "enum e {\n\tA,\n\tB = F(1, X) | 2,\n\tC /* D, */,\n#ifdef Q\n\tE = ',',\n#endif\n\tG };\n"
    assert found(code, "enumerator") == ["A", "B", "C", "E", "G"]
    assert found(code, "enum") == ["e"]
    assert text(code, "enumerator", "C") == code[:-2]
    assert conditions(code, "enumerator", "E") == ("defined(Q)",)
    assert found("enum { A };", "enumerator") == ["A"] and found("enum e x;", "enumerator") == []


def test_enumerators_that_a_macro_of_the_file_makes() -> None:
    macro = "#define BIT_OF(n, v) VMA_ ## n ## _BIT = v\n"
    code = "enum {\n" + macro + "\tBIT_OF(READ, 0), BIT_OF(W, 1),\n\tX = F(1),\n};"
    assert found(code, "enumerator") == ["VMA_READ_BIT", "VMA_W_BIT", "X"]
    assert found("enum { FOR_ALL(f)\n\tLAST, OTHER(g) };", "enumerator") == ["LAST"]


# Conditions -----------------------------------------------------------------------------------


def test_conditions_nest_around_definitions() -> None:
    code = "#if A\n#define X\n#elif B\n#ifdef C\nint f(void) { }\n#endif\n"
    code += "#else\nstruct s { };\n#endif\n#define Y\n"
    assert conditions(code, "macro", "X") == ("A",)
    assert conditions(code, "function", "f") == ("(!(A)) && (B)", "defined(C)")
    assert conditions(code, "struct", "s") == ("(!(A)) && (!(B))",)
    assert conditions(code, "macro", "Y") == ()


def test_a_condition_may_run_over_lines_and_comments() -> None:
    code = "#if defined(A) && \\\n    defined(B) /* and\n more */\n#define X\n#endif\n"
    assert conditions(code, "macro", "X") == ("defined(A) && defined(B)",)


# Any bytes ---------------------------------------------------------------------------------


PIECES = """
__user __printf(1,2) x ( ) { } ; , " ' /* */ // \\ #define A #if #else #endif struct s enum typedef =
static int f(void) context_lock_struct(x) __attribute__((a))
"""
pieces = st.sampled_from([*PIECES.split(), " ", "\n", "\r\n", "\0", "\xff", "#define A ", "\n#if ", "enum {"])


@given(st.binary(max_size=200) | st.lists(pieces, max_size=40).map(lambda p: "".join(p).encode("latin-1")))
def test_any_bytes_are_scanned(data: bytes) -> None:
    for change in (blank, code_of, outline_of):
        changed = change(data)
        assert len(changed) == len(data)
    assert blank(data).count(b"\n") == data.count(b"\n") and blank(blank(data)) == blank(data)
    every = scan(data)
    assert all(0 <= r.start < r.end <= len(data) for r in every.records)
    assert all(r.name.encode("latin-1") in data[r.start : r.end] or r.kind == "e" for r in every.records)


FIXTURE = b"""#ifndef _G
#define _G
/* it's */ static __always_inline int f(int a)
{
#ifdef A
	if (a) {
#else
	if (!a) {
#endif
		return '{';
	}
}
enum e { A = 1, B };
typedef struct s { int x; } t;
#endif
"""


@given(st.lists(st.tuples(st.integers(0, len(FIXTURE) - 1), st.integers(0, 255)), max_size=4))
def test_a_damaged_file_is_scanned(damage: list[tuple[int, int]]) -> None:
    data = bytearray(FIXTURE)
    for place, byte in damage:
        data[place] = byte
    assert all(0 <= r.start < r.end <= len(data) for r in scan(bytes(data)).records)


names = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True)
bodies = st.sampled_from(["", "1", "(x)", '"#define Z"', "'\\''", "a \\\n b", "/* # */ 2", "{", "x // y"])


@given(st.lists(st.tuples(names, st.booleans(), bodies), max_size=12))
def test_every_macro_written_is_found(macros: list[tuple[str, bool, str]]) -> None:
    lines = [f"#define {name}{'(a)' if f else ''} {body}\n" for name, f, body in macros]
    assert found("".join(lines), "macro") == [name for name, _, _ in macros]


UNITS = [
    "{",
    "}",
    "(",
    "/*",
    '"',
    "'",
    "#if\n",
    "#elif\n",
    "{}",
    "{{}",
    "f(",
    "a ",
    "\\\n",
    "struct s {",
    "enum {",
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("after", ["", "}", "#endif\n", "f(a,", ")", "){}"])
def test_long_nonsense_takes_no_time(unit: str, after: str) -> None:
    began = time.process_time()
    nonsense = "#if\n" + unit * (100_000 // len(unit)) + after * (100_000 // max(len(after), 1))
    scan(nonsense.encode())
    assert time.process_time() - began < 5
