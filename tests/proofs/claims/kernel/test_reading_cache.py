# SPDX-License-Identifier: GPL-2.0-only
"""What was read of a function is taken again only for a tree that would give the same."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from model.cache import locate_file
from model.logic import BV64
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.readings.serialise import write_rows
from model.source.targets.functions import TARGETS
from model.source.targets.target import ExitValue, Target
from model.source.trees.tree import Tree, overlay
from proofs.claims.kernel import reading_cache
from proofs.claims.kernel.reading_cache import ReadingCache
from tests.support.c.c_code import FILE, make_tree
from tests.support.c.c_mutate import mutate_bytes, mutate_line, mutate_token, tokens_of

LINUX, ASM, NEAR = "include/linux/x.h", "arch/arm64/include/asm/x.h", "arch/arm64/kvm/x.h"
FILES = {
    FILE: """
#include <linux/x.h>
#include "x.h"

static int near(struct s *s) { return s->flags & NEAR_FLAGS; }

#ifdef WITH_MORE
static int more(int x) { return x + 2; }
#else
static int more(int x) { return x + 1; }
#endif

static int unread(int x) { return x - 1; }

static int f(struct s *s, u64 size)
{
	enum kind kind = size > PAGE_SIZE ? LARGE : SMALL;

	if (IS_ENABLED(CONFIG_KVM) && near(s))
		s->flags = more(kind);
#if LEVELS > 2
	s->flags |= LEVELS;
#endif
	while (size)
		size = unknown(size);
	switch (kind) {
	case SMALL:
		return 0;
	default:
		return -EINVAL;
	}
}

static int g(u64 size) { return size >> PAGE_SHIFT; }
""",
    NEAR: "#define NEAR_FLAGS (1 | ASM_FLAG)\nint unknown(u64 size);\n",
    LINUX: """
typedef unsigned long u64;
enum kind { SMALL, LARGE = 4 };
struct s {
	int flags;
#ifdef CONFIG_NUMA
	int node;
#endif
};
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#ifndef PAGE_SHIFT
#define PAGE_SHIFT CONFIG_PAGE_SHIFT
#endif
#define EINVAL 22
""",
    ASM: "#define ASM_FLAG 2\n#define LEVELS CONFIG_PGTABLE_LEVELS\n",
}
WORDS = {"flags": (BV64, "")}
F = Target("f", FILE, ("f",), "", WORDS, {"flags": ExitValue(("s->flags",))})
G = Target("g", FILE, ("g",), "", {}, {})
PROFILE = Profile.builtin("4K")


def tree_of(files: Mapping[str, str]) -> Tree:
    return make_tree(files[FILE], {rel: text for rel, text in files.items() if rel != FILE})


def told(kernel: Kernel) -> object:
    """All that a reading says."""
    return write_rows(kernel.procedure), kernel.function, kernel.ledger, kernel.digests, str(kernel.version)


def fresh(tree: Tree, target: Target = F, profile: Profile = PROFILE) -> object:
    try:
        return told(read(tree, Index.build(tree), profile, "4K", "toy", target))
    except (Unsupported, NoEffect) as error:
        return f"{type(error).__name__}: {error}"


def again(
    directory: Path | None,
    tree: Tree,
    target: Target = F,
    tool: str = "this tool",
    profile: Profile = PROFILE,
) -> tuple[object, bool]:
    """What is read with what was kept, and whether it was taken from there."""
    with ReadingCache(directory, tree, Index.build(tree), profile, "4K", lambda: tool, (F, G)) as reader:
        try:
            found = told(reader.read("toy", target))
        except (Unsupported, NoEffect) as error:
            return f"{type(error).__name__}: {error}", False
    return found, target.name in reader.hits


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    for target in (F, G):
        found, taken = again(tmp_path, tree_of(FILES), target)
        assert not taken and found == fresh(tree_of(FILES), target)
    return tmp_path


# The same, and not the same -----------------------------------------------------------------------
def test_the_same_tree_is_not_read_twice(filled: Path) -> None:
    for target in (F, G):
        assert again(filled, tree_of(FILES), target) == (fresh(tree_of(FILES), target), True)


def test_nothing_is_taken_by_another_tool_under_another_configuration_or_for_another_target(
    filled: Path,
) -> None:
    tree = tree_of(FILES)
    assert again(filled, tree, tool="another") == (fresh(tree), False)
    other = replace(PROFILE, values={**PROFILE.values, "CONFIG_PAGE_SHIFT": 14})
    assert again(filled, tree, profile=other) == (fresh(tree, profile=other), False)
    assert fresh(tree, profile=other) != fresh(tree)
    twin = replace(F, bindings={"flags": ExitValue(("s->flags + 1",))})
    assert again(filled, tree, twin)[0] == fresh(tree, twin) != fresh(tree)


def test_without_a_directory_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert again(None, tree_of(FILES)) == (fresh(tree_of(FILES)), False)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (LINUX, "", "#define WITH_MORE\n"),  # the condition found that it is not defined
        (LINUX, "", "#define unknown(size) 0\n"),  # a call of what is no macro
        (ASM, "", "#define PAGE_SHIFT 13\n"),  # before which another definition stands back
        (LINUX, "int flags;", "long flags;"),
        (NEAR, "1 |", "2 |"),
        (ASM, "ASM_FLAG 2", "ASM_FLAG 4"),
        (FILE, "x + 1", "x + 3"),
        (LINUX, "LARGE = 4", "LARGE = 5"),
        (FILE, "static int unread", "static int unknown(u64 x) { return 0; }\nstatic int unread"),
    ],
)
def test_what_a_reading_rests_on_is_noticed(filled: Path, file: str, old: str, new: str) -> None:
    text = FILES[file].replace(old, new, 1) if old else new + FILES[file]
    changed = tree_of({**FILES, file: text})
    assert fresh(changed) != fresh(tree_of(FILES))
    assert again(filled, changed) == (fresh(changed), False)
    assert again(filled, changed) == (fresh(changed), True)
    assert again(filled, tree_of(FILES)) == (fresh(tree_of(FILES)), True)


def test_a_new_header_is_noticed(filled: Path) -> None:
    changed = tree_of({**FILES, "arch/arm64/include/asm/new.h": "#define WITH_MORE\n"})
    assert fresh(changed) != fresh(tree_of(FILES))
    assert again(filled, changed) == (fresh(changed), False)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FILE, "x - 1", "x - 2"),
        (FILE, "static int unread", "\n\n/* more */\nstatic int unread"),
        (FILE, "static int near", "\n\n\nstatic int near"),
        (LINUX, "enum kind", "struct other { int a; };\n\nenum kind"),
        (NEAR, "int unknown", "#define OTHER 1\nint unknown"),
        (LINUX, "", "#define OTHER 1\n"),
    ],
)
def test_a_reading_is_taken_for_a_tree_that_differs_elsewhere(
    filled: Path, file: str, old: str, new: str
) -> None:
    text = FILES[file].replace(old, new, 1) if old else new + FILES[file]
    changed = tree_of({**FILES, file: text})
    for _ in range(2):
        assert again(filled, changed) == (fresh(changed), True)


def test_a_function_that_changes_leaves_the_others(filled: Path) -> None:
    changed = tree_of({**FILES, FILE: FILES[FILE].replace("return 0;", "/* none */\n\t\treturn 1;")})
    assert again(filled, changed, G) == (fresh(changed, G), True)
    assert again(filled, changed, F) == (fresh(changed, F), False)
    assert fresh(changed, G) != fresh(tree_of(FILES), G)  # on other lines


def test_definitions_that_change_places_are_read_again(filled: Path) -> None:
    text = FILES[FILE]
    near = "static int near(struct s *s) { return s->flags & NEAR_FLAGS; }\n"
    assert near in text
    changed = tree_of(
        {**FILES, FILE: text.replace(near, "\n").replace("static int g(", f"{near}static int g(")}
    )
    assert again(filled, changed) == (fresh(changed), False)


def test_the_front_end_of_a_reading_that_was_taken_is_there(filled: Path) -> None:
    tree = tree_of(FILES)
    with ReadingCache(filled, tree, Index.build(tree), PROFILE, "4K", lambda: "this tool", (F, G)) as reader:
        kernel = reader.read("toy", F)
    assert reader.hits == {"f"}
    assert kernel.lowered.front.view.function("near") is not None
    assert kernel.lowered is kernel.lowered


# Random changes -------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_the_reading_is_that_of_the_tree_at_hand(filled: Path, seed: int) -> None:
    random, met = Random(seed), Counter[bool]()
    for _ in range(30):
        rel = random.choice((FILE, FILE, LINUX, ASM, NEAR))
        data = FILES[rel].encode()
        kind = random.randrange(4)
        if kind == 0:
            at = data.index(b"\n", random.randrange(len(data) - 1)) + 1
            data = data[:at] + b"\n" * random.randint(1, 3) + data[at:]
        else:
            make = (mutate_line, mutate_bytes)[kind - 1] if kind < 3 else None
            change = make(random, data, 0, len(data)) if make else mutate_token(random, data, tokens_of(data))
            data = change.apply_to(data)
        changed = overlay(tree_of(FILES), {rel: data})
        for target in (F, G):
            found, taken = again(filled, changed, target)
            assert found == fresh(changed, target), (seed, rel, data)
            met[taken] += 1
    assert met[True] > 10 and met[False] > 5


READING, TREE = "kind LIKE 'reading%'", "kind LIKE 'tree%'"


# Damage ---------------------------------------------------------------------------------------------
def test_no_damage_of_any_byte_changes_a_reading(filled: Path, tmp_path: Path) -> None:
    truth = fresh(tree_of(FILES), G)
    file = locate_file(filled)
    data = file.read_bytes()
    for offset in (*range(0, 100, 9), *range(100, len(data), len(data) // 60)):
        file.write_bytes(data[:offset] + bytes([data[offset] ^ 0xFF]) + data[offset + 1 :])
        assert again(filled, tree_of(FILES), G)[0] == truth


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE cache SET body = x'00' WHERE {READING}",
        f"UPDATE cache SET body = 'text' WHERE {READING}",
        f"UPDATE cache SET body = x'00', seal = NULL WHERE {READING}",
        f"UPDATE cache SET body = (SELECT body FROM cache WHERE {READING} ORDER BY number DESC LIMIT 1) "
        f"WHERE {READING}",
        f"UPDATE cache SET body = (SELECT body FROM cache WHERE {TREE} ORDER BY number DESC LIMIT 1) "
        f"WHERE {TREE}",
        f"UPDATE cache SET label = label || ' ' WHERE {READING}",
        f"UPDATE cache SET key = key || ' ' WHERE {READING}",
        f"DELETE FROM cache WHERE {READING}",
        "DROP TABLE cache",
        "ALTER TABLE cache RENAME TO other",
    ],
)
def test_rows_of_another_kind_are_not_seen(filled: Path, change: str) -> None:
    with sqlite3.connect(locate_file(filled)) as connection:
        connection.execute(change)
    connection.close()
    assert again(filled, tree_of(FILES))[0] == fresh(tree_of(FILES))
    assert again(filled, tree_of(FILES)) == (fresh(tree_of(FILES)), True)


def test_the_oldest_readings_go(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_cache, "MOST", 1)
    changed = tree_of({**FILES, FILE: FILES[FILE].replace("x + 1", "x + 9")})
    assert again(filled, changed)[1] is False
    assert again(filled, changed)[1] is True
    assert again(filled, tree_of(FILES))[1] is False


def test_every_target_has_a_name_of_its_own() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)
