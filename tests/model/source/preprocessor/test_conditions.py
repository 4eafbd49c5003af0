# SPDX-License-Identifier: GPL-2.0-only
"""Conditions of ``#if``: what they say, when they are unknown, and the configurations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.preprocessor.condition_syntax import parse_condition
from model.source.preprocessor.conditions import Conditionals, Stack, evaluate, normalise_condition
from model.source.preprocessor.profile import FOLDED_UP_TO, PAGES, Profile, ProfileError


@dataclass
class Given:
    """Names that are defined as numbers, names that are unknown; all others are undefined."""

    values: dict[str, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset({"U"})
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def is_defined(self, name: str, denied: bool) -> bool | None:
        self.asked.append((name, denied))
        return None if name in self.unknown else name in self.values

    def value(self, name: str) -> int | None:
        return None if name in self.unknown else self.values.get(name, 0)

    def call(self, text: str) -> int | None:
        return 1 if text == "__has_attribute(known)" else None


def value(condition: str, **values: int) -> int | None:
    return evaluate(condition, Given(values))


def stacks(*lines: str) -> list[Stack]:
    """The stack after each line of directives."""
    conditionals = Conditionals()
    found = []
    for line in lines:
        word, _, rest = line.partition(" ")
        conditionals.follow(word, rest)
        found.append(conditionals.stack())
    return found


# Expressions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("1", 1),
        ("0x10 == 16 && 010 == 8 && 0b11 == 3", 1),
        ("10UL + 5LL", 15),
        ("2 + 3 * 4 - 1", 13),
        ("(2 + 3) * 4 % 7", 6),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("1 << 4 | 1", 17),
        ("~0 & 6 ^ 1", 7),
        ("10 - 4 - 3", 3),
        ("1 ? 2 : 0 ? 3 : 4", 2),
        ("0 ? 2 : 0 ? 3 : 4", 4),
        ("!3 + 1", 1),
        ("3 > 2 == 1", 1),
        ("defined A && !defined(B)", 1),
        ("A > 3 && A<=5", 1),
        ("B", 0),
        ("+A", 5),
    ],
)
def test_an_expression_means_what_c_says(condition: str, expected: int) -> None:
    assert value(condition, A=5) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("U && 0", 0),
        ("0 && U", 0),
        ("U || 1", 1),
        ("1 || U", 1),
        ("U && 1", None),
        ("U || 0", None),
        ("!U", None),
        ("U == U", None),
        ("U ? 1 : 1", 1),
        ("U ? 1 : 2", None),
        ("defined(U) || defined(A)", 1),
        ("1 / 0", None),
        ("1 % 0", None),
        ("1 << 64", None),
        ("FOO(1, 2) > 1", None),
        ("FOO(x) && 0", 0),
        ("__has_attribute(known)", 1),
        ("__has_attribute(other)", None),
    ],
)
def test_what_is_unknown_stays_unknown_where_it_matters(condition: str, expected: int) -> None:
    assert value(condition, A=5) == expected


@pytest.mark.parametrize(
    "condition",
    ["", "1 +", "(1", "1)", "a b", "defined", "$", '"x"', "FOO(", "08", "1 ? 2", "!" * 999],
)
def test_what_is_no_expression_is_unknown(condition: str) -> None:
    assert value(condition) is None


def test_enabled_means_built_in_or_module() -> None:
    assert value("IS_ENABLED(CONFIG_X)", CONFIG_X=1) == 1
    assert value("IS_ENABLED(CONFIG_X)", CONFIG_X_MODULE=1) == 1
    assert value("IS_ENABLED(CONFIG_X)") == 0
    assert value("IS_BUILTIN(CONFIG_X)", CONFIG_X_MODULE=1) == 0
    assert value("IS_MODULE(CONFIG_X)", CONFIG_X_MODULE=1) == 1
    assert value("IS_REACHABLE(CONFIG_X)", CONFIG_X=1) == 1


def test_a_negation_tells_who_answers() -> None:
    names = Given()
    evaluate("defined(A) || !(defined(B) || !defined(C))", names)
    assert names.asked == [("A", False), ("B", True), ("C", False)]


@given(st.text(alphabet="()!&|<>=?:+-*/%~^ 019aA_xU'\"\\\n", max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert evaluate(text, Given({"a": 1})) is None or parse_condition(text) is not None


PYTHON: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "-": lambda a, b: a - b,
    "<": lambda a, b: int(a < b),
    "==": lambda a, b: int(a == b),
    "&&": lambda a, b: int(bool(a and b)),
    "||": lambda a, b: int(bool(a or b)),
}
expressions = st.recursive(
    st.integers(0, 99).map(lambda n: (str(n), n)),
    lambda e: st.tuples(e, st.sampled_from(sorted(PYTHON)), e).map(
        lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", PYTHON[t[1]](t[0][1], t[2][1]))
    ),
    max_leaves=12,
)


@given(expressions)
def test_values_agree_with_pythons(expression: tuple[str, int]) -> None:
    text, expected = expression
    assert value(text) == expected


# Stacks ---------------------------------------------------------------------------------------


def test_nested_conditions_stack_up_and_go() -> None:
    assert stacks("ifdef A", "ifndef B", "if C > 1", "endif", "endif", "endif") == [
        ("defined(A)",),
        ("defined(A)", "!defined(B)"),
        ("defined(A)", "!defined(B)", "C > 1"),
        ("defined(A)", "!defined(B)"),
        ("defined(A)",),
        (),
    ]


def test_later_branches_deny_the_earlier() -> None:
    assert stacks("if A == 1", "elif B", "elifdef C", "elifndef D", "else", "endif")[:-1] == [
        ("A == 1",),
        ("(!(A == 1)) && (B)",),
        ("(!(A == 1)) && (!(B)) && (defined(C))",),
        ("(!(A == 1)) && (!(B)) && (!defined(C)) && (!defined(D))",),
        ("(!(A == 1)) && (!(B)) && (!defined(C)) && (defined(D))",),
    ]


def test_a_plain_test_has_one_spelling() -> None:
    for line in ("ifndef X", "if !defined(X)", "if ! defined X", "if !defined( X )"):
        assert stacks(line) == [("!defined(X)",)]
        assert stacks(line, "else")[-1] == ("defined(X)",)


def test_unbalanced_directives_are_ignored() -> None:
    assert stacks("endif", "else", "elif X", "ifdef", "endif", "endif")[-1] == ()


def test_a_condition_is_told_without_comments_and_continuations() -> None:
    assert normalise_condition("A /* x */ && \\\n\t B // y") == "A && B"
    assert normalise_condition("A && \\\r\n B") == "A && B"


# Configurations -------------------------------------------------------------------------------


@pytest.mark.parametrize(("pages", "shift", "levels"), [("4K", 12, 4), ("16K", 14, 4), ("64K", 16, 3)])
def test_the_built_in_page_sizes(pages: str, shift: int, levels: int) -> None:
    profile = Profile.builtin(pages)
    assert profile.name == f"arm64 with {pages} pages" and profile.page_shift == shift
    assert profile.values["CONFIG_PGTABLE_LEVELS"] == levels
    assert profile.values[f"CONFIG_ARM64_{pages}_PAGES"] == 1
    assert profile.values["CONFIG_ARM64_PAGE_SHIFT"] == shift
    others = [f"CONFIG_ARM64_{other}_PAGES" for other in PAGES if other != pages]
    assert not profile.values.keys() & set(others) and profile.undefined >= set(others)


@pytest.mark.parametrize("pages", list(PAGES))
def test_every_level_agrees_with_the_address_bits(pages: str) -> None:
    """ARM64_HW_PGTABLE_LEVELS() of asm/pgtable-hwdef.h: (va_bits - 4) / (page_shift - 3)."""
    values = Profile.builtin(pages).values
    bits, shift = values["CONFIG_ARM64_VA_BITS"], values["CONFIG_PAGE_SHIFT"]
    assert isinstance(bits, int) and isinstance(shift, int)
    assert values["CONFIG_PGTABLE_LEVELS"] == (bits - 4) // (shift - 3)


@pytest.mark.parametrize("pages", list(PAGES))
def test_a_profile_does_not_contradict_itself(pages: str) -> None:
    profile = Profile.builtin(pages)
    assert not profile.values.keys() & profile.undefined
    assert set(FOLDED_UP_TO) <= profile.values.keys() | profile.undefined


def test_levels_are_folded_up_to_their_number() -> None:
    assert "__PAGETABLE_P4D_FOLDED" in Profile.builtin("4K").values
    assert "__PAGETABLE_PUD_FOLDED" in Profile.builtin("4K").undefined
    assert "__PAGETABLE_PUD_FOLDED" in Profile.builtin("64K").values
    assert "__PAGETABLE_PMD_FOLDED" in Profile.builtin("64K").undefined


def test_another_page_size_is_refused() -> None:
    with pytest.raises(ProfileError) as error:
        Profile.builtin("8K")
    assert str(error.value) == "'8K' is no page size of arm64; give one of 4K, 16K, 64K."


CONFIG = """#
# Automatically generated file; DO NOT EDIT.
CONFIG_ARM64=y
# CONFIG_KVM_X is not set
CONFIG_ARM64_16K_PAGES=y
CONFIG_FS=m
CONFIG_NAME="a \\"b\\""
CONFIG_HEX=0xdead000000000000
CONFIG_LOW=-3
CONFIG_NO=n
CONFIG_EMPTY=""
CONFIG_PGTABLE_LEVELS=4
"""


def config(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / ".config"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_config_file_is_read(tmp_path: Path, end: str) -> None:
    profile = Profile.from_config(config(tmp_path, CONFIG.replace("\n", end).encode()))
    values = profile.values
    assert profile.complete and profile.page_shift == 14
    assert values["CONFIG_ARM64"] == 1 and values["CONFIG_FS_MODULE"] == 1
    assert "CONFIG_FS" not in values and "CONFIG_NO" not in values
    assert values["CONFIG_NAME"] == '"a \\"b\\""' and values["CONFIG_EMPTY"] == '""'
    assert values["CONFIG_HEX"] == 0xDEAD000000000000 and values["CONFIG_LOW"] == -3
    assert values["__PAGETABLE_P4D_FOLDED"] == 1 and values["__KERNEL__"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"CONFIG_ARM64=y\nfoo\n", ":2: 'foo' is not a line of a kernel .config; expected"),
        (
            b"CONFIG_ARM64=yes\n",
            ":1: 'CONFIG_ARM64=yes' is not a line of a kernel .config; expected",
        ),
        (b'CONFIG_ARM64=y\nCONFIG_A="b\n', ":2: 'CONFIG_A=\"b' is not a line of a kernel .config"),
        (b"CONFIG_X86=y\n", ": does not set CONFIG_ARM64=y; give a .config for arm64."),
        (b"", ": does not set CONFIG_ARM64=y; give a .config for arm64."),
        (b"\xff\xfe", ": is not a text file; give a kernel .config."),
        (b"CONFIG_ARM64=y\n\0", ": is not a text file; give a kernel .config."),
    ],
)
def test_what_is_no_config_is_refused_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = config(tmp_path, content)
    with pytest.raises(ProfileError) as error:
        Profile.from_config(path)
    assert str(error.value).startswith(f"{path}{said}")


def test_a_config_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as error:
        Profile.from_config(tmp_path)
    assert str(error.value) == f"{tmp_path}: could not be read: Is a directory."
    with pytest.raises(ProfileError, match="could not be read: No such file or directory"):
        Profile.from_config(tmp_path / "no")


@given(st.binary(max_size=80))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = config(tmp_path_factory.getbasetemp(), b"CONFIG_ARM64=y\n" + data)
    try:
        assert Profile.from_config(path).values["CONFIG_ARM64"] is not None
    except ProfileError as error:
        assert str(error).endswith(".")
