# SPDX-License-Identifier: GPL-2.0-only
"""A Linux tree to read: a directory, a git commit, or either with files replaced."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.source.trees.tree import Tree, TreeError, Version, overlay

MAKEFILE = "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 7\nEXTRAVERSION = -rc2\nNAME = x\n"


def write(top: Path, files: dict[str, str]) -> Path:
    for rel, text in files.items():
        (top / rel).parent.mkdir(parents=True, exist_ok=True)
        (top / rel).write_text(text)
    return top


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    files = {
        "Makefile": MAKEFILE,
        "arch/arm64/kvm/mmu.c": "int a;\n",
        "include/linux/mm.h": "#if\n",
    }
    return write(tmp_path / "linux", files | {"include/linux/sub/x.h": "", "include/linux/y.c": ""})


def git(top: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *words], cwd=top, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(linux: Path) -> Path:
    git(linux, "init", "-q")
    git(linux, "add", "-A")
    git(linux, "commit", "-qm", "one")
    git(linux, "tag", "v6.12")
    write(linux, {"arch/arm64/kvm/mmu.c": "int b;\n"})
    git(linux, "commit", "-qam", "two")
    return linux


def refused(path: Path, rev: str | None = None) -> str:
    with pytest.raises(TreeError) as error:
        Tree.open(path, rev)
    return str(error.value).replace(str(path), "TREE")


# A directory ----------------------------------------------------------------------------------


def test_a_file_is_read_and_its_absence_told(linux: Path) -> None:
    tree = Tree.open(linux)
    assert tree.read("arch/arm64/kvm/mmu.c") == b"int a;\n"
    assert tree.read("./arch//arm64/kvm/mmu.c") == b"int a;\n"
    assert tree.has("include/linux") and tree.has("Makefile") and not tree.has("mm/mmap.c")
    with pytest.raises(TreeError) as error:
        tree.read("mm/mmap.c")
    assert str(error.value) == f"{linux}: has no file mm/mmap.c; is this the Linux you meant?"


def test_files_are_sorted_and_below_the_prefix(linux: Path) -> None:
    tree = Tree.open(linux)
    assert tree.files("include", ".h") == ("include/linux/mm.h", "include/linux/sub/x.h")
    assert tree.files("include/linux/sub/", "") == ("include/linux/sub/x.h",)
    assert tree.files("nothing", ".h") == ()


def test_the_version_is_the_makefiles(linux: Path) -> None:
    assert Tree.open(linux).version == Version(6, 12, 7, "6.12.7-rc2")
    assert str(Tree.open(linux).version) == "6.12.7-rc2"


def test_a_makefile_without_a_version_is_refused(linux: Path) -> None:
    write(linux, {"Makefile": "all:\n"})
    with pytest.raises(TreeError, match="Makefile states no VERSION and PATCHLEVEL; give the top"):
        _ = Tree.open(linux).version


def test_what_is_no_tree_is_refused_in_a_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path / "no") == ("TREE: there is no such directory; give the top of a Linux tree.")
    file = tmp_path / "file"
    file.write_text("")
    assert refused(file) == ("TREE: is not a directory; give the top of an unpacked Linux tree.")
    assert refused(tmp_path) == (
        "TREE: is a directory, but has no arch/arm64/kvm; give the top of a Linux tree."
    )


@pytest.mark.parametrize("rel", ["../x", "a/../../x", "/etc/passwd", "", "a\0b", "..\\x"])
def test_a_path_out_of_the_tree_is_refused(linux: Path, rel: str) -> None:
    for use in (Tree.open(linux).read, Tree.open(linux).has, Tree.open(linux).files):
        with pytest.raises(TreeError, match="is not a path inside a Linux tree"):
            use(rel)


def test_a_link_that_leads_out_is_refused_and_one_inside_is_read(linux: Path) -> None:
    (linux.parent / "secret").write_text("secret")
    (linux / "include/linux/out.h").symlink_to("../../../secret")
    (linux / "include/linux/in.h").symlink_to("mm.h")
    (linux / "up").symlink_to("..")
    tree = Tree.open(linux)
    assert tree.read("include/linux/in.h") == b"#if\n"
    assert not tree.has("include/linux/out.h") and not tree.has("up/secret")
    with pytest.raises(TreeError, match=r"out\.h: is a link that leads out of the tree"):
        tree.read("include/linux/out.h")
    with pytest.raises(TreeError, match="is behind a link that leads out of the tree"):
        tree.read("up/secret")
    assert tree.files("up", "") == ()


def test_what_is_no_regular_file_is_absent(linux: Path) -> None:
    os.mkfifo(linux / "include/linux/pipe.h")
    (linux / "include/linux/dangling.h").symlink_to("nowhere.h")
    tree = Tree.open(linux)
    for rel in ("include/linux", "include/linux/pipe.h", "include/linux/dangling.h", "Makefile/x"):
        assert tree.read_all([rel]) == {}


def test_content_is_read_once(linux: Path) -> None:
    tree = Tree.open(linux)
    assert tree.read("Makefile") == MAKEFILE.encode()
    (linux / "Makefile").write_text("changed")
    assert tree.read("Makefile") == MAKEFILE.encode()


@given(st.text(max_size=20))
def test_no_path_ever_leaves_the_tree(tmp_path_factory: pytest.TempPathFactory, rel: str) -> None:
    top = write(tmp_path_factory.getbasetemp() / "fixed", {"arch/arm64/kvm/a": "", "Makefile": ""})
    tree = Tree.open(top)
    try:
        assert tree.read(rel) == b""
    except TreeError as error:
        assert str(error).endswith((".", "?"))


# With files replaced --------------------------------------------------------------------------


def test_an_overlay_replaces_and_adds_and_leaves_the_rest(linux: Path) -> None:
    tree = Tree.open(linux)
    changed = overlay(tree, {"include/linux/mm.h": b"new", "include/kvm/new.h": b"more"})
    assert changed.read("include/linux/mm.h") == b"new" and tree.read("include/linux/mm.h") == b"#if\n"
    assert changed.has("include/kvm") and changed.has("include/kvm/new.h") and not tree.has("include/kvm")
    assert "include/kvm/new.h" in changed.files("include", ".h")
    assert changed.read_all(["include/kvm/new.h", "no"]) == {"include/kvm/new.h": b"more"}
    again = overlay(changed, {"include/linux/mm.h": b"newer"})
    assert again.read("include/linux/mm.h") == b"newer" and again.has("include/kvm/new.h")


def test_an_overlay_shares_what_was_read(linux: Path) -> None:
    tree = Tree.open(linux)
    tree.read("Makefile")
    (linux / "Makefile").unlink()
    assert overlay(tree, {}).read("Makefile") == MAKEFILE.encode()


def test_an_overlay_outside_the_tree_is_refused(linux: Path) -> None:
    with pytest.raises(TreeError, match="is not a path inside a Linux tree"):
        overlay(Tree.open(linux), {"../x": b""})


# A commit -------------------------------------------------------------------------------------


def test_a_commit_is_read_as_it_was(repository: Path) -> None:
    tree = Tree.open(repository, "v6.12")
    assert tree.read("arch/arm64/kvm/mmu.c") == b"int a;\n"
    assert Tree.open(repository, "HEAD").read("arch/arm64/kvm/mmu.c") == b"int b;\n"
    assert Tree.open(repository, git(repository, "rev-parse", "HEAD~1")).version.text == "6.12.7-rc2"
    assert tree.files("include", ".h") == ("include/linux/mm.h", "include/linux/sub/x.h")
    assert tree.has("include/linux") and not tree.has("include/lin")
    assert tree.where == f"{repository} at v6.12"
    both = ["include/linux/mm.h", "no", "include/linux/y.c"]
    assert tree.read_all(both) == {"include/linux/mm.h": b"#if\n", "include/linux/y.c": b""}


def test_a_bare_repository_serves(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    assert Tree.open(tmp_path / "bare.git", "v6.12").read("arch/arm64/kvm/mmu.c") == b"int a;\n"


def test_a_link_in_a_commit_is_not_followed(repository: Path) -> None:
    (repository / "include/linux/out.h").symlink_to("/etc/passwd")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "link")
    tree = Tree.open(repository, "HEAD")
    assert not tree.has("include/linux/out.h") and "include/linux/out.h" not in tree.files("include")


@pytest.mark.parametrize("rev", ["--output=x", "-h", "", "a\nb", "--help", "-"])
def test_a_revision_is_never_an_option(repository: Path, rev: str) -> None:
    before = sorted(repository.rglob("*"))
    expected = f"{rev!r} is not the name of a revision; give a tag, branch or commit."
    assert refused(repository, rev) == expected
    assert sorted(repository.rglob("*")) == before


def test_what_git_does_not_have_is_refused_in_a_sentence(repository: Path, tmp_path: Path) -> None:
    assert refused(repository, "v9.9") == (
        "TREE: git knows no commit 'v9.9' here; give a tag, branch or commit it has."
    )
    assert refused(repository, "HEAD:Makefile") == (
        "TREE: git knows no commit 'HEAD:Makefile' here; give a tag, branch or commit it has."
    )
    (tmp_path / "plain").mkdir()
    assert refused(tmp_path / "plain", "HEAD") == ("TREE: is not a git checkout; give one, or no revision.")
    git(repository, "rm", "-qr", "arch")
    git(repository, "commit", "-qm", "three")
    assert refused(repository, "HEAD").endswith(
        "is a commit, but has no arch/arm64/kvm; give the top of a Linux tree."
    )


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    expected = "git is not installed; install it, or give an unpacked tree."
    assert refused(repository, "HEAD") == expected


def test_the_environment_does_not_lead_git_elsewhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_WORK_TREE", "/nonexistent")
    assert Tree.open(repository, "v6.12").read("arch/arm64/kvm/mmu.c") == b"int a;\n"


def test_nothing_of_the_repository_is_run(repository: Path) -> None:
    ran = repository / "ran"
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "filter.x.smudge",
        "alias.cat-file",
    ):
        git(repository, "config", key, f"touch {ran}")
    write(repository, {".git/info/attributes": "* filter=x diff=x\n"})
    Tree.open(repository, "HEAD").read("Makefile")
    assert not ran.exists()
