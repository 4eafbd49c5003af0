# SPDX-License-Identifier: GPL-2.0-only
"""Whatever the C is, the front-end ends in a procedure or in Unsupported, and soon."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.cache import default_directory
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree, TreeError, overlay
from tests.support.c.c_code import FILE, lower, make_tree, refused
from tests.support.c.c_random import PRELUDE, Maker
from tests.support.trees import tree

FIXTURE = (
    PRELUDE.encode()
    + b"""
#define PAIR(a, b...) do { a; b; } while (0)
static int helper(struct whole *w, s32 *out, u64 n)
{
	struct part p = { .a = 1, .b = -2 };
	u32 i, sum = 0;

	for (i = 0; i < n; i++) {
		if (i == 3)
			continue;
		sum += p.b;
		if (sum > 10)
			goto out;
	}
	PAIR(p.a++, *out = sum);
out:
	return w->far ? twice(p.a) : -1;
}

int f(u64 x, struct whole *w, s32 *out)
{
	s32 *q = x ? out : &w->part.b, list[2] = { 1, 2 };

	switch (x & 7) {
	case 1:
		*q += list[1];
	default:
		w->part = made(x, list[0]);
		break;
	case 2: {
		typeof(x) y = CLAMP(x, 5);
		return (u8)(y) + ({ int z = x; z; });
	}
	}
	do { if (!x && w->flag) break; } while (0);
#ifdef CONFIG_MMU
	x = (w->x > 'a') ? helper(w, &list[0], x) : sizeof(x);
#endif
	return x ?: (s32)w->far->e;
}
"""
)
TOKENS = [b"(", b")", b"{", b"}", b";", b",", b"*", b"&", b"0", b"1", b"x", b"w", b"f", b"->", b".", b"=", b"==", b":",
          b"?", b"#", b"\n", b'"', b"'", b"/*", b"//", b"\\", b"goto out;", b"case 1:", b"return", b"typeof(", b"int ",
          b"struct part ", b"sizeof ", b"helper", b"made", b"[", b"]", b"-1", b"+", b"...", b"#if 1\n", b"#endif\n",
          b"static ", b"const ", b"\x00", b"\xff", b"\xc3\xa9", b"\r", b"L'x'", b"08", b"0x", b"1.0", b"do", b"out:"]  # fmt: skip

edit = st.tuples(
    st.integers(0, len(FIXTURE) - 1),
    st.integers(0, 12),
    st.sampled_from([b"", *TOKENS]) | st.binary(max_size=4),
)


def changed(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The text with some bytes replaced by others."""
    for at, length, new in edits:
        data = data[:at] + new + data[at + length :]
    return data


def ends(code: bytes, function: str) -> None:
    try:
        lowered = lower(code, function)
    except Unsupported as error:
        assert error.line >= 0
        assert error.construct
        return
    except AssertionError as error:
        assert "was not found" in str(error)
        return
    symbolic.run(lowered.procedure)


@settings(max_examples=150, derandomize=True, database=None, deadline=5000)
@given(st.lists(edit, min_size=1, max_size=3))
@example([(0, 0, b"")])
def test_a_changed_fixture_ends_in_a_procedure_or_is_refused(edits: list[tuple[int, int, bytes]]) -> None:
    ends(changed(FIXTURE, edits), "f")


@settings(max_examples=40, derandomize=True, database=None, deadline=5000)
@given(st.integers(0, 1 << 64), st.lists(edit, min_size=1, max_size=4))
def test_a_changed_random_function_ends_too(seed: int, edits: list[tuple[int, int, bytes]]) -> None:
    text, _, _ = Maker(seed).function("f")
    data = text.encode()
    moved = [(at % len(data), length, new) for at, length, new in edits]
    ends(PRELUDE.encode() + changed(data, moved), "f")


@pytest.mark.parametrize("name", ["6.12", "7.3"])
def test_a_changed_kernel_ends_too(name: str) -> None:
    original = tree(name)
    index, data = Index.build(original, default_directory()), original.read(FILE)
    start = data.index(b"user_mem_abort(")

    @settings(max_examples=8, derandomize=True, database=None, deadline=5000)
    @given(
        st.lists(
            st.tuples(st.integers(-6000, 9000), st.integers(0, 8), st.sampled_from(TOKENS)),
            min_size=1,
            max_size=2,
        )
    )
    def check(edits: list[tuple[int, int, bytes]]) -> None:
        _read(original, index, changed(data, [(start + at, length, new) for at, length, new in edits]))

    check()


def _read(original: Tree, index: Index, data: bytes) -> None:
    edited = overlay(original, {FILE: data})
    try:
        kernel = read(edited, index.rebuild(edited), Profile.builtin("4K"), "4K", "edited")
    except (Unsupported, NoEffect, TreeError) as error:
        assert str(error)
        return
    symbolic.run(kernel.procedure)


# Bounds -------------------------------------------------------------------------------------------
def nested(before: str, inside: str, after: str, depth: int) -> str:
    return before * depth + inside + after * depth


@pytest.mark.parametrize(
    "text",
    [
        "return " + nested("(", "x", ")", 5000) + ";",
        "return " + nested("!", "x", "", 5000) + ";",
        "return " + " + ".join(["x"] * 5000) + ";",
        nested("if (x) ", "x++;", "", 2000) + " return x;",
        nested("do ", "x++;", " while (0);", 2000) + " return x;",
        nested("if (x) ; else ", "x++;", "", 2000) + " return x;",
        "".join(f"l{i}: x++; " for i in range(2000)) + " return x;",
        "return " + nested("x ? x : (", "x", ")", 3000) + ";",
        "return " + nested("twice(", "x", ")", 2000) + ";",
        "return " + nested("CLAMP(", "x", ", 9)", 30) + ";",
    ],
    ids=lambda text: text[:24],
)
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    said = refused(f"{PRELUDE}int f(int x) {{ {text} }}")
    assert any(
        why in said
        for why in (
            "nested too deeply",
            "too deeply",
            "more than 40,000 expressions",
            "could not be parsed",
            "more than 100 labels",
        )
    )


def test_calls_that_grow_without_end_are_refused() -> None:
    calls = "static int g0(int x) { return x; }\n"
    calls += "".join(
        f"static int g{i}(int x) {{ return g{i - 1}(x) + g{i - 1}(x); }}\n" for i in range(1, 40)
    )
    assert "too deeply" in refused(f"{calls}int f(int x) {{ return g39(x); }}")
    assert "more than 40,000 expressions" in refused(f"{calls}int f(int x) {{ return g19(x); }}")


def test_a_long_function_is_no_deep_one() -> None:
    lines = "\n".join(f"if (x == {i}) y += x; x = x * 3 + y;" for i in range(400))
    f = lower(f"unsigned f(unsigned x, unsigned y) {{ {lines} return x; }}")
    x, y = 7, 1
    for i in range(400):
        y = (y + x if x == i else y) & 0xFFFFFFFF
        x = (x * 3 + y) & 0xFFFFFFFF
    assert interpret(f.procedure, Inputs({"x": 7, "y": 1})).value(f.result) == x


def test_a_tree_without_the_function_has_no_effect() -> None:
    made = make_tree("int f(void) { return 1; }")
    with pytest.raises(NoEffect):
        read(made, Index.build(made, None), Profile.builtin("4K"), "4K", "made")
