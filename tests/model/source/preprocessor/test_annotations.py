# SPDX-License-Identifier: GPL-2.0-only
"""Annotations are blanked, and nothing else is, and no offset moves."""

from __future__ import annotations

import pytest

from model.source.preprocessor.annotations import ALONE, WITH_ARGUMENTS, blank


def test_annotations_are_blanked_and_offsets_kept() -> None:
    code = b"static __always_inline int f(void __user *p) __releases(a->b(c)) __acquires(x);\n"
    blanked = blank(code)
    assert len(blanked) == len(code)
    assert blanked.split() == b"static int f(void *p) ;".split()
    assert blanked.index(b"int f") == code.index(b"int f")


@pytest.mark.parametrize(
    "code",
    [
        b'x("__user __printf(1, 2)");',
        b"/* __user */ // __force",
        b"int my__user, __user_x, x__force, noinline_x;",
        b"#define __user",
        b"#define __printf(a, b) x",
        b"#ifndef __always_inline\n#if defined(__packed)\n#undef __pure\n",
        b"__free(kfree) __cleanup(f) __acquire(x); __release(y);",
        b"__aligned;",
        b"c = '\"'; __u32 a; d = '\"';",
    ],
)
def test_what_is_no_annotation_is_left(code: bytes) -> None:
    assert blank(code) == code


def test_the_body_of_a_macro_is_blanked() -> None:
    assert blank(b"#define F(x) ((__force u32)(x))") == b"#define F(x) ((        u32)(x))"


def test_a_continued_line_stays_continued() -> None:
    assert blank(b"__printf(1, \\\n 2) x") == b"            \\\n    x"


def test_no_word_is_in_both_lists() -> None:
    assert not ALONE & WITH_ARGUMENTS
