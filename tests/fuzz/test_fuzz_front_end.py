# SPDX-License-Identifier: GPL-2.0-only
"""Whatever stands in the file of a target: a procedure, "no sink" or "unsupported" with file and line.

What bounds the time are the front-end's own limits; an example that none of them stops hangs the test.
"""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from model.source.contracts.contract import Contract, Kind
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import EffectArgument, ReturnValue, Target
from model.vocabulary.symbols import OUTCOMES
from tests.fuzz.fuzz_reading import render_without_lines
from tests.support.c.c_code import FILE, make_tree
from tests.support.c.c_mutate import ODD, mutate_bytes, mutate_line, mutate_token, tokens_of
from tests.support.c.c_random import PRELUDE, Maker

SINK = Contract(Kind.EFFECT, "is told", "this file", arguments=(("value", "int", 0),))
TARGET = Target(
    "f",
    FILE,
    ("f",),
    "a function of a test",
    {"ret": OUTCOMES["ret"], "prot": OUTCOMES["prot"]},
    {"ret": ReturnValue(), "prot": EffectArgument("sink", "value")},
    ("sink",),
    {"sink": SINK},
)
PLAIN = (
    PRELUDE
    + """
#define PAIR(a, b...) do { a; b; } while (0)
#ifdef CONFIG_MMU
#define DEFAULT 4
#else
#define DEFAULT 8
#endif
void sink(int value);
static u8 unused(struct whole *w) { return w->x ? w->small : DEFAULT; }
int f(u64 x, struct whole *w, s32 *out)
{
	/* what is told */
	struct part p = { .a = 1, .b = DEFAULT };
	switch (x & 7) {
	case 1 ... 3:
		p.b += 2;	// and on
		break;
	default:
		mix(&w->part, x);
	}
	for (u32 i = 0; i < x; i++)
		if (odd(i))
			goto out;
	PAIR(p.a++, *out = (u8)(x));
out:
	sink(CLAMP(p.b, 9));
	return w->far ? step(out, p.a) : -1;
}
"""
)
TOKENS = [t.text for t in tokens_of(PLAIN.encode())]
quick = settings(max_examples=60, derandomize=True, database=None, deadline=None,
                 suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
seeds = st.integers(0, 1 << 32)


def render_outcome(code: bytes) -> str:
    """What a file comes to: the digest of its procedure, or why it has none."""
    made = make_tree(code)
    try:
        kernel = read(made, Index.build(made, None), Profile.builtin("4K"), "4K", "made", TARGET)
    except NoEffect as error:
        return f"no sink: {error}"
    except Unsupported as error:
        assert error.file
        assert error.line >= 1
        assert error.construct
        return f"unsupported: {error}"
    assert isinstance(kernel, Kernel)
    return render_without_lines(kernel)


def ends(code: bytes) -> str:
    """What a file comes to, twice the same."""
    first = render_outcome(code)
    assert render_outcome(code) == first
    return first


def test_the_plain_file_has_a_procedure() -> None:
    assert " " not in ends(PLAIN.encode())


@quick
@given(st.binary(max_size=400))
@example(b"int f(")
def test_any_bytes(data: bytes) -> None:
    ends(data)
    ends(b"int f(int x)\n{\n" + data + b"\n}\n")


@quick
@given(st.lists(st.sampled_from([*TOKENS, *ODD]), max_size=60))
def test_any_tokens(tokens: list[bytes]) -> None:
    text = b" ".join(tokens)
    ends(
        PRELUDE.encode()
        + b"int f(u64 x, struct whole *w, s32 *out)\n{\n"
        + text
        + b"\nsink(x); return 0; }\n"
    )


@settings(quick, max_examples=20)
@given(seeds)
def test_any_function_of_the_grammar(seed: int) -> None:
    function, _, _ = Maker(seed, loops=seed % 2 == 0).function("f")
    said = ends(f"{PRELUDE}{function}".encode())
    assert said.startswith(("no sink", "unsupported"))  # nothing is told there
    ends(f"{PRELUDE}void sink(int value);\n{function}".replace("out: ", "out: sink(1); ", 1).encode())


@quick
@given(st.integers(0, len(PLAIN)))
def test_a_file_that_ends_too_early(length: int) -> None:
    said = ends(PLAIN.encode()[:length])
    if "\nint f(" in PLAIN[:length]:
        assert not said.startswith("no sink")  # the function is there, if not whole


@quick
@given(seeds, st.booleans(), st.integers(1, 3))
def test_a_damaged_file(seed: int, lines: bool, times: int) -> None:
    random, data = Random(seed), PLAIN.encode()
    for _ in range(times):
        data = (mutate_line if lines else mutate_bytes)(random, data, 0, len(data)).apply_to(data)
    ends(data)


@settings(quick, max_examples=20)
@given(seeds)
def test_what_is_not_reached_does_not_matter(seed: int) -> None:
    data = PLAIN.encode()
    start = data.index(b"{", data.index(b"unused(")) + 1
    inside = tokens_of(data, start, data.index(b"}", start))
    assert render_outcome(
        mutate_token(Random(seed), data, inside, balanced=True).apply_to(data)
    ) == render_outcome(data)


@settings(quick, max_examples=20)
@given(seeds)
def test_spelling_does_not_matter(seed: int) -> None:
    """White space, comments, line ends and continued lines between tokens change nothing."""
    random, data = Random(seed), PLAIN.encode()
    body = data.index(b"{", data.index(b"int f(u64"))
    out, at = [data[:body]], body
    for token in tokens_of(data, body):
        out.append(data[at : token.at])
        out.append(random.choice((b"", b" ", b' /* { ; " */ ', b"\n", b"\t", b" \\\n", b" // } '\n")))
        out.append(token.text)
        at = token.end
    assert render_outcome(b"".join([*out, data[at:]])) == render_outcome(data)
    assert render_outcome(data.replace(b"\n", b"\r\n")) == render_outcome(data)


# What is large ------------------------------------------------------------------------------------
N = 10_000
LARGE = {
    "parentheses": "int f(int x) { sink(" + "(" * N + "x" + ")" * N + "); return 0; }",
    "blocks": "int f(int x) { sink(x); " + "{" * N + "x++;" + "}" * N + " return 0; }",
    "open braces": "int f(int x) { sink(x); " + "{" * N,
    "sums": "int f(int x) { sink(" + "+".join(["x"] * N) + "); return 0; }",
    "choices": "int f(int x) { sink(" + "x ? " * N + "x" + " : 1" * N + "); return 0; }",
    "else if": "int f(int x) { sink(x); " + "if (x) {} else " * N + "; return 0; }",
    "initialisers": "struct s { int a; }; int f(int x) { sink(x); struct s s = " + "{" * N + "1" + "}" * N + "; return 0; }",
    "structs": "struct s " + "{ struct " * N + "{ int a; } x;" + "} y;" * N + " int f(struct s *s) { sink(s->a); return 0; }",
    "#if around": "#if 1\n" * N + "int f(int x) { sink(x); return 0; }\n" + "#endif\n" * N,
    "#if inside": "int f(int x) {\n" + "#if 1\n" * 2000 + "sink(x);\n" + "#endif\n" * 2000 + "return 0; }",
    "#elif": "#if 0\n" + "#elif 0\n" * N + "#else\nint f(int x) { sink(x); return 0; }\n#endif\n",
    "a condition": "#if " + "(" * N + "1" + ")" * N + "\nint f(int x) { sink(x); return 0; }\n#endif\n",
    "pointers": "int f(int " + "*" * N + "x) { sink(1); return 0; }",
    "typedefs": "typedef int t0;\n" + "".join(f"typedef t{i} t{i + 1};\n" for i in range(3000)) + "int f(t3000 x) { sink(x); return 0; }",
    "enums": "enum e0 { E0 };\n" + "".join(f"enum e{i + 1} {{ E{i + 1} = E{i} + 1 }};\n" for i in range(3000)) + "int f(int x) { sink(E3000); return 0; }",
    "constants": "static const int v0 = 1;\n" + "".join(f"static const int v{i + 1} = v{i};\n" for i in range(3000)) + "int f(int x) { sink(v3000); return 0; }",
    "calls": "int g0(int x) { return x; }\n" + "".join(f"int g{i + 1}(int x) {{ return g{i}(x); }}\n" for i in range(3000)) + "int f(int x) { sink(g3000(x)); return 0; }",
    "macros in a row": "".join(f"#define M{i} M{i + 1}\n" for i in range(3000)) + "#define M3000 1\nint f(int x) { sink(M3000); sink(M0); return 0; }",
    "macros that double": "".join(f"#define M{i}(x) M{i + 1}(x, x)\n" for i in range(40)) + "#define M40(x) 1\nint f(int x) { sink(M0(x)); return 0; }",
    "a macro in itself": "#define A B\n#define B A\nint f(int x) { sink(A); return 0; }",
    "a function in itself": "int f(int x) { sink(x); return f(x); }",
    "a type in itself": "struct s { struct s s; }; int f(struct s *p) { sink(1); struct s q = *p; return 0; }",
    "goto": "int f(int x) { sink(x); " + "".join(f"if (x == {i}) goto l{i}; " for i in range(N)) + "".join(f"l{i}: x++; " for i in range(N)) + " return 0; }",
    "a number": "int f(int x) { sink(" + "9" * N + "); return 0; }",
    "a bit-field": "struct s { int a:" + "9" * N + "; }; int f(struct s *s) { sink(s->a); return 0; }",
    "a number in #if": "#define A0 " + "9" * 18 + "\n" + "".join(f"#define A{i + 1} (A{i} * A{i})\n" for i in range(15)) + "#if A15\n#endif\n#if A14 > 1\nint f(int x) { sink(x); return 0; }\n#endif\n",
    "a long line": "int f(int x) { sink(x); " + "x = x + 1; " * N + " return 0; }",
    "a long name": "int f(int " + "x" * N * 10 + ") { sink(" + "x" * N * 10 + "); return 0; }",
    "continued lines": "int f(int x) { sink(x" + "\\\n" * N + "); return 0; }",
    "a comment": "int f(int x) { /*" + "/* " * N + "*/ sink(x); return 0; }",
    "quotes": "int f(int x) { sink(x); " + '"' * (N + 1) + "; return 0; }",
    "arguments": "#define A(x, ...) sink(x)\nint f(int x) { A(" + ", ".join(["x"] * N) + "); return 0; }",
    "an include that is none": '#include "' + "a" * 300 + '.h"\n#include "."\n#include "a\\b.h"\nint f(int x) { sink(x); return 0; }',
    "a case of many": "int f(int x) { switch (x) { case 0 ... 1000000000: sink(x); } return 0; }",
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_ends(name: str) -> None:
    said = render_outcome(f"void sink(int value);\n{LARGE[name]}".encode())
    assert "no function" not in said or name in (
        "#elif",
        "a condition",
        "pointers",
        "a number in #if",
        "#if around",
    )


def test_the_parser_survives_what_is_very_deep() -> None:
    """tree-sitter has no limit that ends the process: 100,000 levels, in a process of their own."""
    code = """
from model.source.errors import Unsupported
from tests.support.c.c_code import lower
for before, after in (("(", ")"), ("{", "}"), ("x ? (", ") : 1"), ("({", ";})"), ("-", ""), ("x[", "]")):
    try:
        lower("int f(int x) { return " + before * 100_000 + "x" + after * 100_000 + "; }")
    except (Unsupported, AssertionError) as error:
        assert "was not found" in str(error) or error.line >= 1
print("survived")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "survived\n"), done.stderr[-2000:]
