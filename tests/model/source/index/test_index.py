# SPDX-License-Identifier: GPL-2.0-only
"""Which definition is in force: precedence, conditions, and what a choice rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.source.index import headers
from model.source.index.definitions import Reliance, SourceLine
from model.source.index.index import Index
from model.source.index.scan import Scan, scan
from model.source.index.view import View
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree, TreeError, overlay

ASM = "arch/arm64/include/asm/x.h"
LINUX = "include/linux/x.h"
GENERIC = "include/asm-generic/x.h"
MMU = "arch/arm64/kvm/mmu.c"
FOUR_K = Profile.builtin("4K")
COMPLETE = Profile("test", {"CONFIG_A": 1, "CONFIG_N": 3, "CONFIG_T": '"t"'}, complete=True)


def tree(top: Path, files: dict[str, str]) -> Tree:
    for rel, text in {"Makefile": "", MMU: "", **files}.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)
    return Tree.open(top)


def view(top: Path, files: dict[str, str], profile: Profile = COMPLETE) -> View:
    return Index.build(tree(top, files)).view(profile, MMU if MMU in files else None)


def body(seen: View, name: str) -> str | None:
    macro = seen.macro(name)
    return None if macro is None else macro.body.decode()


# What is told of a definition -----------------------------------------------------------------


def test_a_definition_has_its_place_and_its_text(tmp_path: Path) -> None:
    code = "\n/* x */\n#ifdef CONFIG_A\nstatic __always_inline int f(void)\n{\n}\n#endif\n"
    found = view(tmp_path, {LINUX: code}).function("f")
    assert found is not None and found.place == SourceLine(LINUX, 4) and str(found.place) == f"{LINUX}:4"
    assert code[found.start : found.end] == "static __always_inline int f(void)\n{\n}"
    assert found.text.decode().split() == ["static", "int", "f(void)", "{", "}"]
    assert found.conditions == ("defined(CONFIG_A)",)
    assert found.certain and not found.is_ambiguous and found.others == ()


def test_each_kind_is_asked_for_by_name(tmp_path: Path) -> None:
    code = "struct a { int b; };\nunion c { int d; };\ntypedef int e;\nenum f { G, H };\nint i(void);\n"
    seen = view(tmp_path, {LINUX: code})
    found = [seen.struct("a"), seen.struct("c"), seen.typedef("e"), seen.prototype("i")]
    assert [one and one.line for one in found] == [1, 2, 3, 5]
    enum, whole = seen.enumerator("H"), seen.enum("f")
    assert enum is not None and whole is not None and enum.text == whole.text == b"enum f { G, H }"
    assert [seen.macro("a"), seen.function("i"), seen.struct("e"), seen.typedef("f")] == [None] * 4


@pytest.mark.parametrize(
    ("line", "params", "variadic", "replaced"),
    [
        ("#define X", None, None, ""),
        ("#define X (a)", None, None, "(a)"),
        ("#define X(a) (a)", ("a",), None, "(a)"),
        ("#define X() 1", (), None, "1"),
        ("#  define X(a,  b) a /* c */ + b // d", ("a", "b"), None, "a         + b"),
        ("#define X(a, ...) f(a, __VA_ARGS__)", ("a",), "__VA_ARGS__", "f(a, __VA_ARGS__)"),
        ("#define X(args...) f(args)", (), "args", "f(args)"),
        ("#define X(a, \\\n b) \\\n  a \\\n b", ("a", "b"), None, "a    b"),
        ("#define X (__force u8)a", None, None, "(        u8)a"),
    ],
)
def test_macros_are_taken_apart(
    tmp_path: Path, line: str, params: tuple[str, ...] | None, variadic: str | None, replaced: str
) -> None:
    found = view(tmp_path, {LINUX: line + "\n"}).macro("X")
    assert found is not None and (found.params, found.variadic) == (params, variadic)
    assert found.body.decode() == replaced
    assert line[found.body_start :][: len(replaced)].split()[:1] == replaced.split()[:1] or (
        replaced.startswith("(  ")
    )


def test_answers_are_remembered(tmp_path: Path) -> None:
    seen = view(tmp_path, {LINUX: "#define X 1\n"})
    assert seen.macro("X") is seen.macro("X") and seen.macro("Y") is seen.macro("Y") is None


# Precedence -----------------------------------------------------------------------------------


def test_the_first_tier_that_has_one_wins(tmp_path: Path) -> None:
    tiers = [MMU, ASM, "arch/arm64/include/uapi/asm/x.h", LINUX, "include/kvm/x.h"]
    tiers += ["include/uapi/linux/x.h", "include/vdso/x.h", "include/asm-generic/y.h"]
    files = {rel: f"#define X {number}\n" for number, rel in enumerate(tiers)}
    files[LINUX] += "#include <asm-generic/y.h>\n"
    for number, rel in enumerate(tiers):
        assert body(view(tmp_path / str(number), files), "X") == str(number)
        del files[rel]
        if rel == LINUX:
            files["include/linux/z.h"] = "#include <asm-generic/y.h>\n"


def test_what_conditions_exclude_is_dropped(tmp_path: Path) -> None:
    dead = "#ifdef CONFIG_B\n#define X 1\n#elif CONFIG_N > 3\n#define X 2\n#endif\n"
    assert body(view(tmp_path, {ASM: dead, LINUX: "#define X 3\n"}), "X") == "3"


def test_quoted_includes_come_after_the_file(tmp_path: Path) -> None:
    code = '#include "near.h"\n#include "no.h"\n#include "../out.h"\n#define A 1\n'
    near = '#include "nearer.h"\n#include "near.h"\n#define A 2\n#define B 2\n'
    place = "arch/arm64/kvm/"
    files = {MMU: code, place + "near.h": near, place + "nearer.h": "#define B 3\n#define C 3\n"}
    seen = view(tmp_path, files | {ASM: "#define C 4\n"})
    assert [body(seen, name) for name in "ABC"] == ["1", "2", "3"]


def test_one_whose_conditions_are_known_is_preferred(tmp_path: Path) -> None:
    unknown = "#if F(1, 2)\n#define X 1\n#define Y 1\n#endif\n"
    seen = view(tmp_path, {"include/linux/a.h": unknown, "include/linux/b.h": "#define X 2\n"})
    assert body(seen, "X") == "2"
    only = seen.macro("Y")
    assert only is not None and not only.certain and not only.is_ambiguous


def test_several_that_differ_are_told(tmp_path: Path) -> None:
    files = {"include/linux/a.h": "#define X 1\n", "include/linux/b.h": "\n#define X 2\n"}
    seen = view(tmp_path, files | {"include/linux/c.h": "#define  X   1\n"})
    found = seen.macro("X")
    assert found is not None and found.body == b"1"
    assert found.is_ambiguous and found.others == (SourceLine("include/linux/b.h", 2),)


def test_a_fallback_gives_way_in_its_own_tier(tmp_path: Path) -> None:
    fallback = "#ifndef X\n#define X 1\n#endif\n#ifndef X\n#define X 2\n#endif\n"
    assert body(view(tmp_path / "a", {LINUX: fallback}), "X") == "1"
    seen = view(tmp_path / "b", {LINUX: fallback, "include/linux/z.h": "#define X 3\n"})
    found = seen.macro("X")
    assert found is not None and found.body == b"3" and not found.is_ambiguous


def test_a_generic_header_counts_only_if_it_is_included(tmp_path: Path) -> None:
    files = {ASM: "", GENERIC: "#define X 1\n"}
    assert body(view(tmp_path / "a", files), "X") is None
    assert body(view(tmp_path / "b", {ASM: "#include <asm-generic/x.h>\n", GENERIC: files[GENERIC]}), "X")
    assert body(view(tmp_path / "c", {LINUX: "#include <asm/x.h>\n", GENERIC: files[GENERIC]}), "X")
    chain = {LINUX: "#include <asm/x.h>\n", GENERIC: "#include <asm-generic/y.h>\n"}
    chain |= {"include/uapi/asm-generic/y.h": "#define X 1\n"}
    assert body(view(tmp_path / "d", chain), "X") == "1"


def test_folded_levels_come_from_their_own_headers(tmp_path: Path) -> None:
    files = {
        ASM: "#if CONFIG_PGTABLE_LEVELS > 3\n#define PUD_SHIFT 30\n#endif\n"
        "#include <asm-generic/pgtable-nopud.h>\n",
        "include/asm-generic/pgtable-nopud.h": "#define PUD_SHIFT P4D_SHIFT\n",
        LINUX: "#ifndef __PAGETABLE_PUD_FOLDED\n#define F 0\n#else\n#define F 1\n#endif\n",
    }
    index = Index.build(tree(tmp_path, files))
    seen = {pages: index.view(Profile.builtin(pages)) for pages in ("4K", "64K")}
    assert [body(one, "PUD_SHIFT") for one in seen.values()] == ["30", "P4D_SHIFT"]
    assert [body(one, "F") for one in seen.values()] == ["0", "1"]


# Conditions on macros -------------------------------------------------------------------------


def test_an_include_guard_holds(tmp_path: Path) -> None:
    guarded = "#ifndef _X_H\n#define _X_H\n#define X 1\n#endif\n"
    other = "#ifdef _X_H\n#define Y 1\n#endif\n#ifndef _X_H\n#define Z 1\n#endif\n"
    seen = view(tmp_path, {LINUX: guarded, "include/linux/y.h": other})
    assert body(seen, "X") == body(seen, "Y") == "1"


def test_a_generic_version_gives_way_to_the_architectures(tmp_path: Path) -> None:
    generic = "#ifndef __HAVE_F\nint f(void) { return 1; }\n#endif\n"
    generic += "#ifndef g\nint g(void) { return 1; }\n#define g g\n#endif\n"
    seen = view(tmp_path / "a", {ASM: "#define __HAVE_F\n#define g g\n", LINUX: generic})
    assert seen.function("f") is seen.function("g") is None
    seen = view(tmp_path / "b", {LINUX: generic})
    assert seen.function("f") is not None and seen.function("g") is not None


def test_a_condition_on_a_macros_value(tmp_path: Path) -> None:
    files = {ASM: "#define SHIFT (CONFIG_N + 9)\n#define CAST ((u32)1)\n#define AC(x) x\n"}
    files[LINUX] = (
        "#if SHIFT == 12\n#define A 1\n#endif\n#if CAST\n#define B 1\n#endif\n#if NOTHING + 1\n"
        "#define C 1\n#endif\n#if AC(1)\n#define D 1\n#endif\n#if CONFIG_T\n#define E 1\n#endif\n"
    )
    seen = view(tmp_path, files)
    found = [seen.macro(name) for name in "ABCDE"]
    assert [one and one.certain for one in found] == [True, False, True, False, False]


def test_a_circle_is_unknown_whatever_was_asked_before(tmp_path: Path) -> None:
    code = "#ifndef B\n#define A 1\n#endif\n#ifndef A\n#define B 1\n#endif\n#if A\n#define C\n#endif\n"
    index = Index.build(tree(tmp_path, {LINUX: code}))
    answers = []
    for order in ("ABC", "CBA", "BCA"):
        seen = index.view(COMPLETE)
        found = {name: seen.macro(name) for name in order}
        answers.append({name: one and one.certain for name, one in sorted(found.items())})
    assert answers[0] == answers[1] == answers[2] == {"A": False, "B": False, "C": False}


def test_a_long_chain_of_macros_ends(tmp_path: Path) -> None:
    chain = "".join(f"#ifdef M{n + 1}\n#define M{n}\n#endif\n" for n in range(300))
    found = view(tmp_path, {LINUX: chain + "#define M300\n"}).macro("M0")
    assert found is not None and not found.certain


def test_an_expression_too_deep_is_unknown(tmp_path: Path) -> None:
    deep = "#if " + " + ".join(["A"] * 5000) + "\n#define X 1\n#endif\n"
    found = view(tmp_path, {LINUX: deep}).macro("X")
    assert found is not None and not found.certain


# What a choice rests on -----------------------------------------------------------------------


def test_every_name_relied_on_is_told(tmp_path: Path) -> None:
    code = (
        "#if defined(CONFIG_KVM) && !defined(CONFIG_NEVER_HEARD) && defined(Y) && Z == 0\n#define X\n#endif\n"
    )
    files = {LINUX: code, ASM: "#ifdef CONFIG_ARM64\n#define Y\n#endif\n"}
    found = view(tmp_path, files, FOUR_K).macro("X")
    assert found is not None and found.relied == (
        Reliance("CONFIG_ARM64", "1", "profile"),
        Reliance("CONFIG_KVM", "1", "profile"),
        Reliance("CONFIG_NEVER_HEARD", "undefined", "unlisted"),
        Reliance("Y", "defined", "tree"),
        Reliance("Z", "undefined", "absent"),
    )


def test_under_a_whole_config_nothing_is_unlisted(tmp_path: Path) -> None:
    found = view(tmp_path, {LINUX: "#ifndef CONFIG_B\n#define X\n#endif\n"}).macro("X")
    assert found is not None and found.relied == (Reliance("CONFIG_B", "undefined", "profile"),)


def test_what_excluded_the_others_is_told_too(tmp_path: Path) -> None:
    files = {ASM: "#ifdef CONFIG_B\n#define X 1\n#endif\n", LINUX: "#define X 2\n"}
    found = view(tmp_path, files).macro("X")
    assert found is not None and [one.name for one in found.relied] == ["CONFIG_B"]


# The branches inside a text -------------------------------------------------------------------


def test_the_branches_inside_are_decided(tmp_path: Path) -> None:
    code = "int f(void)\n{\n#ifdef CONFIG_A /* x\n */\n\treturn 1;\n#else\n\treturn 2;\n#endif\n}\n"
    seen = view(tmp_path, {MMU: code})
    found = seen.function("f")
    assert found is not None
    left = seen.compile_text(found)
    assert left.text.split() == b"int f(void) { return 1; }".split() and left.certain
    assert len(left.text) == len(found.text)
    assert [one.name for one in left.relied] == ["CONFIG_A"]


def test_a_branch_that_is_unknown_stays(tmp_path: Path) -> None:
    seen = view(tmp_path, {MMU: "struct s {\n#if F(1, 2)\n\tint a;\n#endif\n};\n"})
    found = seen.struct("s")
    assert found is not None
    assert not seen.compile_text(found).certain and seen.compile_text(found).text == found.text


def test_the_conditions_of_the_front_end_are_answered(tmp_path: Path) -> None:
    seen = view(tmp_path, {LINUX: ""})
    assert seen.condition("defined(CONFIG_A) /* x */ && \\\n CONFIG_N == 3")[0] is True
    assert seen.condition("CONFIG_B")[0] is False
    assert seen.condition("F(1, 2)")[0] is None


# Trees that change -------------------------------------------------------------


def test_a_patched_tree_scans_only_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = tree(tmp_path, {LINUX: "#define X 1\n", ASM: "#define Y 1\n"})
    index = Index.build(plain)
    scanned: list[bytes] = []

    def noted(data: bytes) -> Scan:
        scanned.append(data)
        return scan(data)

    monkeypatch.setattr(headers, "scan", noted)
    patched = index.rebuild(overlay(plain, {LINUX: b"#define X 2\n", "include/kvm/n.h": b"#define N\n"}))
    assert sorted(scanned) == [b"#define N\n", b"#define X 2\n"]
    seen = patched.view(COMPLETE)
    assert [body(seen, name) for name in "XYN"] == ["2", "1", ""]
    assert body(index.view(COMPLETE), "X") == "1"


def test_a_file_under_study_that_is_absent_is_told(tmp_path: Path) -> None:
    index = Index.build(tree(tmp_path, {}))
    with pytest.raises(TreeError, match=r"has no file mm/memory\.c"):
        index.view(COMPLETE, "mm/memory.c")
