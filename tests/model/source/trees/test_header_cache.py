# SPDX-License-Identifier: GPL-2.0-only
"""What was found in headers is kept; damage, lies, locks and size of the cache do no harm."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model import cache as database
from model.source.index import headers
from model.source.index.index import Index
from model.source.preprocessor.profile import Profile
from model.source.trees import header_cache
from model.source.trees.tree import Tree, overlay

ASM = "arch/arm64/include/asm/x.h"
LINUX = "include/linux/x.h"
COMPLETE = Profile("test", {"CONFIG_A": 1}, complete=True)


def tree(top: Path, files: dict[str, str]) -> Tree:
    for rel, text in {"arch/arm64/kvm/mmu.c": "", **files}.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)
    return Tree.open(top)


FILES = {LINUX: "#ifdef CONFIG_A\n#define X 1\n#endif\n", ASM: "struct s { int a; };\n"}


def kept(directory: Path) -> Path:
    return database.locate_file(directory)


def answers(linux: Tree, directory: Path) -> list[object]:
    seen = Index.build(linux, directory).view(COMPLETE)
    return [seen.macro("X"), seen.struct("s"), seen.macro("Y")]


def test_the_cache_answers_without_scanning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "new" / "cache"
    first = answers(linux, directory)
    monkeypatch.setattr(headers, "scan", lambda data: pytest.fail("scanned again"))
    assert answers(linux, directory) == first and first[0] is not None and first[2] is None


def test_another_content_is_not_taken_for_the_same(tmp_path: Path) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "cache"
    answers(linux, directory)
    found = Index.build(overlay(linux, {LINUX: b"#define X 2\n"}), directory).view(COMPLETE).macro("X")
    assert found is not None and found.body == b"2"


@pytest.mark.parametrize("damage", [b"", b"not a database at all", b"\0" * 5000, b"SQLite format 3\0junk"])
def test_a_damaged_cache_is_rebuilt(tmp_path: Path, damage: bytes) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "cache"
    first = answers(linux, directory)
    kept(directory).write_bytes(damage)
    assert answers(linux, directory) == first
    assert answers(linux, directory) == first


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cache SET body = '['",
        "UPDATE cache SET body = x'00'",
        "UPDATE cache SET seal = NULL",
        "DROP TABLE cache",
        "ALTER TABLE cache RENAME COLUMN key TO other",
    ],
)
def test_a_cache_that_was_changed_is_found_out(tmp_path: Path, change: str) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "cache"
    first = answers(linux, directory)
    with sqlite3.connect(kept(directory)) as connection:
        connection.execute(change)
    connection.close()
    assert answers(linux, directory) == first
    assert answers(linux, directory) == first


@pytest.mark.parametrize(
    "lie",
    [
        "[",
        "\0",
        "[[],[],[]]",
        '[[["m","X",-9,999999,7]],[[]],[0],[0]]',
        '[[["z","X",0,9,0]],[[]],[0],[0]]',
    ],
)
def test_a_cache_that_lies_is_found_out(tmp_path: Path, lie: str) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "cache"
    first = answers(linux, directory)
    rows = header_cache.load(
        directory, headers.FORMAT, map(headers.digest_of, map(str.encode, FILES.values()))
    )
    assert len(rows) == len(FILES)
    lies = {digest: header_cache.ScanEntry(entry.keys, lie) for digest, entry in rows.items()}
    header_cache.store(directory, headers.FORMAT, lies)
    assert answers(linux, directory) == first
    assert answers(linux, directory) == first


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    linux = tree(tmp_path / "linux", FILES)
    (tmp_path / "file").write_text("")
    assert answers(linux, tmp_path / "file")[0] is not None
    kept(tmp_path).mkdir()
    assert answers(linux, tmp_path)[0] is not None


def test_a_cache_that_another_holds_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linux, directory = tree(tmp_path / "linux", FILES), tmp_path / "cache"
    answers(linux, directory)
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    connection = sqlite3.connect(kept(directory), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    assert answers(linux, directory)[0] is not None
    connection.close()
    assert kept(directory).exists()


def test_a_cache_grown_too_large_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "cache"
    entry = header_cache.ScanEntry("mX", json.dumps([]))
    header_cache.store(directory, 1, {"a": entry})
    monkeypatch.setattr(database, "LARGEST", 1)
    header_cache.store(directory, 1, {"b": entry})
    assert header_cache.load(directory, 1, ["a", "b"]) == {"b": entry}


def test_several_runs_share_a_cache(tmp_path: Path) -> None:
    files = {f"include/linux/h{n}.h": f"#define X{n} {n}\n" * 50 for n in range(100)}
    tree(tmp_path / "linux", files)

    def build(_: int) -> int:
        return len(Index.build(Tree.open(tmp_path / "linux"), tmp_path / "cache").headers.files)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(build, range(12))) == {100}
    assert not list((tmp_path / "cache").glob("*-journal"))


def test_the_cache_of_this_machine_has_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert database.default_directory() == Path("/somewhere/stage2-proofs/index")
