# SPDX-License-Identifier: GPL-2.0-only
"""Trees from Debian: what is fetched, kept, refused and told. No test uses the network."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.trees import apt, debian
from model.source.trees.apt import Unavailable
from model.source.trees.debian import (
    CONTENTS,
    MARKER,
    FetchedTree,
    TreeFetcher,
    TreeRequest,
    UnavailableTree,
    is_within,
    parse_request,
)
from tests.support.debian import NEW, OLD, SIX, FakeDebian, package, plant

numbers = st.integers(0, 99).map(str)
VERSION = re.compile(r"(\d+\.\d+)(=\1([.~][0-9ab.~+]+)?-[0-9ab.~+]+)?")
releases = st.lists(numbers, min_size=1, max_size=3).map(".".join)


@pytest.fixture
def shop(tmp_path: Path) -> TreeFetcher:
    return TreeFetcher(tmp_path / "kernels", tmp_path / "cache", lambda text: None, run=FakeDebian([OLD]))


def obtain(shop: TreeFetcher, run: FakeDebian, *versions: str) -> tuple[FetchedTree | UnavailableTree, ...]:
    return replace(shop, run=run).fetch_all(map(parse_request, versions))


def only_tree(came: tuple[FetchedTree | UnavailableTree, ...]) -> FetchedTree:
    (tree,) = came
    assert isinstance(tree, FetchedTree), tree
    return tree


def only_reason(came: tuple[FetchedTree | UnavailableTree, ...]) -> str:
    (missing,) = came
    assert isinstance(missing, UnavailableTree), missing
    return missing.reason


def test_a_tree_is_fetched_whole(shop: TreeFetcher) -> None:
    tree = only_tree(obtain(shop, FakeDebian([OLD]), "7.2"))
    assert tree == FetchedTree(TreeRequest("7.2"), shop.dest / "7.2", "7.2.9", OLD)
    assert all((tree.path / name).exists() for name in (*CONTENTS, MARKER))
    assert sorted(path.name for path in shop.dest.iterdir()) == [".lock", "7.2"]
    kept = sorted(path.name for path in shop.cache.iterdir())
    assert kept == ["apt", "debs", "index.json", "lock"]


def test_a_complete_tree_asks_for_nothing(shop: TreeFetcher) -> None:
    first = obtain(shop, FakeDebian([OLD]), "7.2")
    nothing = FakeDebian([])
    assert obtain(shop, nothing, "7.2") == first
    assert nothing.calls == []


def test_a_second_clone_uses_the_cache_without_network(shop: TreeFetcher, tmp_path: Path) -> None:
    obtain(shop, FakeDebian([OLD]), "7.2")
    offline = FakeDebian([], offline=True)
    tree = only_tree(obtain(replace(shop, dest=tmp_path / "second"), offline, "7.2"))
    assert (tree.path, tree.package) == (tmp_path / "second/7.2", OLD)
    assert offline.calls == ["dpkg-deb", "tar"]


def test_a_damaged_package_in_the_cache_is_fetched_again(shop: TreeFetcher, tmp_path: Path) -> None:
    obtain(shop, FakeDebian([OLD]), "7.2")
    (kept,) = (shop.cache / "debs").iterdir()
    kept.write_bytes(b"x" * OLD.size)
    again = FakeDebian([OLD])
    only_tree(obtain(replace(shop, dest=tmp_path / "second"), again, "7.2"))
    assert "download" in again.calls
    assert apt.is_intact(kept, OLD)


def test_a_damaged_package_that_debian_has_no_more_gives_way_to_the_newer(shop: TreeFetcher) -> None:
    tree = only_tree(obtain(shop, FakeDebian([OLD]), "7.2"))
    (kept,) = (shop.cache / "debs").iterdir()
    kept.write_bytes(b"x" * OLD.size)
    shutil.rmtree(tree.path)
    assert only_tree(obtain(shop, FakeDebian([NEW]), "7.2")).package == NEW


def test_a_download_with_another_hash_is_refused(shop: TreeFetcher) -> None:
    assert only_reason(obtain(shop, FakeDebian([OLD], served=b"bad"), "7.2")) == (
        "Linux 7.2 cannot be had: what was downloaded for linux-source-7.2 7.2.9-1"
        " has another SHA256 than apt's lists."
        f" An unpacked Linux 7.2 source tree put at {shop.dest}/7.2 serves as well."
    )
    assert not list(shop.cache.rglob("*.deb"))
    assert only_tree(obtain(shop, FakeDebian([OLD]), "7.2")).package == OLD


def test_an_interrupted_unpack_is_not_a_tree(shop: TreeFetcher) -> None:
    def interrupted(command: Sequence[str], folder: Path) -> str:
        if command[0] == "tar":
            (folder / "mm").mkdir()
            raise KeyboardInterrupt
        return FakeDebian([OLD])(command, folder)

    with pytest.raises(KeyboardInterrupt):
        replace(shop, run=interrupted).fetch_all([TreeRequest("7.2")])
    assert [path.name for path in shop.dest.iterdir()] == [".lock"]


def test_what_a_killed_run_left_is_cleaned_up(shop: TreeFetcher) -> None:
    plant(shop.dest / ".unpacking-killed/tree", "7.2.9")
    only_tree(obtain(shop, FakeDebian([OLD]), "7.2"))
    assert sorted(path.name for path in shop.dest.iterdir()) == [".lock", "7.2"]


def test_a_damaged_tree_of_ours_is_made_anew(shop: TreeFetcher) -> None:
    tree = only_tree(obtain(shop, FakeDebian([OLD]), "7.2"))
    shutil.rmtree(tree.path / "drivers")
    assert only_tree(obtain(shop, FakeDebian([]), "7.2")) == tree
    assert (tree.path / "drivers/char/mem.c").exists()


def test_a_tree_put_there_by_hand_is_used_and_never_replaced(shop: TreeFetcher) -> None:
    plant(shop.dest / "7.2", "7.2.5")
    nothing = FakeDebian([])
    tree = only_tree(obtain(replace(shop, refresh=True), nothing, "7.2"))
    assert (tree.release, tree.package, nothing.calls) == ("7.2.5", None, [])


def test_a_wrong_tree_put_there_by_hand_is_refused_and_kept(shop: TreeFetcher) -> None:
    plant(shop.dest / "7.2", "7.1.5")
    place = shop.dest / "7.2"
    assert only_reason(obtain(shop, FakeDebian([OLD]), "7.2")) == (
        f"Linux 7.2 cannot be had: {place} is there but is Linux 7.1.5."
        f" An unpacked Linux 7.2 source tree put at {place} serves as well."
    )
    (place / "Makefile").unlink()
    assert "is there but lacks Makefile." in only_reason(obtain(shop, FakeDebian([OLD]), "7.2"))
    assert (place / "mm").exists()


def test_refresh_takes_the_newer_one_and_drops_the_older_package(shop: TreeFetcher) -> None:
    obtain(shop, FakeDebian([OLD]), "7.2")
    refreshing = replace(shop, refresh=True)
    assert only_tree(obtain(refreshing, FakeDebian([NEW]), "7.2")).release == "7.2.13"
    assert [path.name.split("_")[1] for path in (shop.cache / "debs").iterdir()] == ["7.2.13-1"]
    same = FakeDebian([NEW])
    assert only_tree(obtain(refreshing, same, "7.2")).package == NEW
    assert "download" not in same.calls


def test_refresh_without_network_keeps_what_is_there_and_says_so(shop: TreeFetcher) -> None:
    obtain(shop, FakeDebian([OLD]), "7.2")
    said: list[str] = []
    refreshing = replace(shop, refresh=True, say=said.append)
    assert only_tree(obtain(refreshing, FakeDebian([], offline=True), "7.2")).package == OLD
    assert said[-1] == (
        "linux-source-7.2 7.2.9-1 is kept, and no newer one could be looked for:"
        " apt-get failed: no route to mirror."
    )


def test_an_exact_version_has_its_own_folder(shop: TreeFetcher) -> None:
    run = FakeDebian([NEW, OLD])
    newest, exact = obtain(shop, run, "7.2", "7.2=7.2.9-1")
    assert isinstance(newest, FetchedTree)
    assert isinstance(exact, FetchedTree)
    assert (newest.path.name, newest.package) == ("7.2", NEW)
    assert (exact.path.name, exact.package) == ("7.2.9", OLD)
    assert run.calls.count("update") == 1
    nothing = FakeDebian([])
    assert only_tree(obtain(replace(shop, refresh=True), nothing, "7.2=7.2.9-1")) == exact
    assert nothing.calls == []


def test_another_package_of_the_same_release_takes_its_place(shop: TreeFetcher) -> None:
    other = package("7.2", "7.2.9-2")
    obtain(shop, FakeDebian([OLD]), "7.2=7.2.9-1")
    assert only_tree(obtain(shop, FakeDebian([other]), "7.2=7.2.9-2")).package == other


def test_a_release_candidate_is_of_the_release_it_leads_to(tmp_path: Path) -> None:
    plant(tmp_path, "7.2.0")
    assert debian.check_tree(tmp_path, parse_request("7.2=7.2~rc5-1")) == "7.2.0"


def test_a_package_without_source_is_refused(shop: TreeFetcher) -> None:
    def hollow(command: Sequence[str], folder: Path) -> str:
        return "" if command[0] == "dpkg-deb" else FakeDebian([OLD])(command, folder)

    reason = only_reason(replace(shop, run=hollow).fetch_all([TreeRequest("7.2")]))
    assert re.search(r"/debs/\S+\.deb holds no usr/src/linux-source-\*\.tar\.\*\. An ", reason)


def test_one_missing_version_does_not_stop_the_others(shop: TreeFetcher) -> None:
    missing, tree = obtain(shop, FakeDebian([SIX]), "7.2", "6.1")
    assert isinstance(tree, FetchedTree)
    assert isinstance(missing, UnavailableTree)
    assert missing.reason == (
        "Linux 7.2 cannot be had: linux-source-7.2 is in none of the suites trixie-backports, sid."
        f" An unpacked Linux 7.2 source tree put at {shop.dest}/7.2 serves as well."
    )


def test_lists_that_cannot_be_read_are_not_asked_for_twice(shop: TreeFetcher) -> None:
    offline = FakeDebian([SIX], offline=True)
    came = obtain(shop, offline, "6.1", "6.12")
    assert all(isinstance(each, UnavailableTree) for each in came)
    assert offline.calls.count("update") == 1


def test_without_apt_a_sentence_says_what_to_do(
    shop: TreeFetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert only_reason(replace(shop, run=apt.run_tool).fetch_all([TreeRequest("7.2")])) == (
        "Linux 7.2 cannot be had: apt-get is not on PATH."
        f" An unpacked Linux 7.2 source tree put at {shop.dest}/7.2 serves as well."
    )


def test_a_place_that_cannot_be_written_is_told(shop: TreeFetcher) -> None:
    shop.dest.write_text("a file, not a folder")
    assert only_reason(obtain(shop, FakeDebian([OLD]), "7.2")) == (
        f"Linux 7.2 cannot be had: {shop.dest}: File exists."
        f" An unpacked Linux 7.2 source tree put at {shop.dest}/7.2 serves as well."
    )


def test_a_run_waits_for_another_and_uses_what_that_made(shop: TreeFetcher) -> None:
    waiting = threading.Event()
    waits = replace(shop, say=lambda text: waiting.set() if "another run" in text else None)
    shop.cache.mkdir()
    run = FakeDebian([OLD])
    thread = threading.Thread(target=obtain, args=(waits, run, "7.2"))
    with (shop.cache / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread.start()
        assert waiting.wait(20)
        thread.join(0.1)
        assert thread.is_alive()
        plant(shop.dest / "7.2", "7.2.9")
    thread.join()
    assert run.calls == []


@pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and shutil.which("xz")), reason="dpkg-deb or xz is not on PATH"
)
@pytest.mark.parametrize("suffix", ["xz", "gz"])
def test_a_real_package_is_unpacked(shop: TreeFetcher, tmp_path: Path, suffix: str) -> None:
    plant(tmp_path / "linux-source-7.2", "7.2.9")
    (tmp_path / "linux-source-7.2/kernel").mkdir()
    (tmp_path / "deb/usr/src").mkdir(parents=True)
    (tmp_path / "deb/DEBIAN").mkdir()
    control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n"
    (tmp_path / "deb/DEBIAN/control").write_text(control)
    archive = f"deb/usr/src/linux-source-7.2.tar.{suffix}"
    subprocess.run(["tar", "-caf", archive, "linux-source-7.2"], cwd=tmp_path, check=True)
    subprocess.run(["dpkg-deb", "-Znone", "-b", "deb", "x.deb"], cwd=tmp_path, check=True)
    tree = replace(shop, run=apt.run_tool)._unpack(tmp_path / "x.deb", tmp_path)
    assert debian.check_tree(tree, TreeRequest("7.2")) == "7.2.9"
    assert not (tree / "kernel").exists()


def test_a_machine_of_another_distribution_has_no_mirror(shop: TreeFetcher) -> None:
    def elsewhere(command: Sequence[str], folder: Path) -> str:
        certain = "Origin: Debian" in command
        return "" if certain else "main\tmirror:/ubuntu\tnoble\t/nowhere:1\n"

    reason = only_reason(replace(shop, run=elsewhere).fetch_all([TreeRequest("7.2")]))
    assert "the apt configuration of this machine names no Debian mirror." in reason


@given(st.tuples(numbers, numbers).map(".".join), releases)
def test_versions_read_back_as_written(line: str, point: str) -> None:
    for text in (
        line,
        f"{line}={line}.{point}-1~bpo13+1",
        f"{line}={line}-1",
        f"{line}={line}~rc1-1",
    ):
        wanted = parse_request(text)
        assert str(wanted) == text
        assert (wanted.folder == line) == (not wanted.exact)


@given(st.text(alphabet="0123456789.=-~+/ \nab"))
def test_any_other_version_is_refused_in_a_sentence(text: str) -> None:
    refusal = re.escape(
        f"{text!r} is not a kernel version: write a line of releases such as 7.2,"
        " or a line and one of its Debian package versions such as 7.2=7.2.9-1~bpo13+1."
    )
    with pytest.raises(ValueError, match=refusal) if not VERSION.fullmatch(text) else nullcontext():
        assert str(parse_request(text)) == text


@given(releases, releases)
def test_within_compares_whole_numbers(release: str, part: str) -> None:
    parts = part.split(".")
    assert is_within(release, part) == (release.split(".")[: len(parts)] == parts)


def test_a_makefile_without_a_version_is_refused() -> None:
    assert debian.parse_makefile_version("# x\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\n") == "6.1.7"
    with pytest.raises(Unavailable, match=r"^its Makefile does not set VERSION, PATCHLEVEL and SUB"):
        debian.parse_makefile_version("VERSION = 6\nSUBLEVEL = 1\n")


@pytest.mark.parametrize("text", ["", "[]", '{"7.2": 1}', '{"7.2": {"name": "x"}}', "\xff"])
def test_a_damaged_index_counts_as_empty(text: str, tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(text, encoding="latin-1")
    assert debian.read_packages(tmp_path / "index.json") == {}
