# SPDX-License-Identifier: GPL-2.0-only
"""Series of our own to read: a small git repository that looks like Linux, and mails made from it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from model.source.trees.tree import Tree

MMU = "arch/arm64/kvm/mmu.c"
MAKEFILE = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n"
LINES = [f"int line_{number};\n" for number in range(1, 61)]
IDENTITY = {
    "GIT_AUTHOR_NAME": "Jörg Größe",
    "GIT_AUTHOR_EMAIL": "joerg@example.org",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "HOME": "/nonexistent",
}


def git(top: Path, *words: str, feed: bytes = b"") -> bytes:
    """The output of git with a name of its own; the test is reported as not run without git."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("not run: git is not installed")
    environment = {"PATH": str(Path(program).parent) + ":/usr/bin:/bin", **IDENTITY}
    done = subprocess.run(
        [program, *words], cwd=top, input=feed, capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def write(top: Path, files: dict[str, bytes | None]) -> None:
    """Write files, or delete those without content."""
    for name, data in files.items():
        place = top / name
        if data is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def commit(top: Path, message: str, files: dict[str, bytes | None]) -> None:
    write(top, files)
    git(top, "add", "-A")
    git(top, "commit", "-q", "--allow-empty", "-m", message)


def edited(*changes: tuple[int, str]) -> bytes:
    """The file MMU with the lines of these numbers replaced."""
    lines = list(LINES)
    for number, text in changes:
        lines[number - 1] = text
    return "".join(lines).encode()


def repository(top: Path) -> Path:
    """A repository with a base, tagged so, and three commits on it."""
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    commit(
        top, "base", {"Makefile": MAKEFILE.encode(), MMU: edited(), "mm/old.c": b"int a;\nint b;\nint c;\n"}
    )
    git(top, "tag", "base")
    first = {MMU: edited((10, "int ten; /* größer */\n")), "include/linux/new.h": b"#define NEW 1"}
    commit(top, "KVM: arm64: Größe first\n\nWhy it is so.\n\nFrom here on, more.\n\nSigned-off-by: J", first)
    commit(top, "mm: move", {"mm/old.c": None, "mm/moved.c": b"int a;\nint b;\nint c;\nint d;\n"})
    commit(
        top, "KVM: arm64: last", {MMU: edited((10, "int ten; /* größer */\n"), (40, "")), "mm/moved.c": None}
    )
    return top


def bare(tmp_path: Path, files: dict[str, bytes]) -> Tree:
    """A tree of files, without git."""
    top = tmp_path / "linux"
    write(top, {"arch/arm64/kvm/Makefile": b"", "Makefile": MAKEFILE.encode(), **files})
    return Tree.open(top)


def mail(subject: str, body: bytes = b"", *fields: str) -> bytes:
    """One mail."""
    head = [f"From: A U Thor <a@example.org>\nSubject: {subject}\nDate: Fri, 2 Jan 2026 03:04:05 +0000\n"]
    return ("".join(head) + "".join(f"{field}\n" for field in fields) + "\n").encode() + body


def mbox(*mails: bytes, sender: str = "mboxrd@z") -> bytes:
    """A mailbox as b4 writes it."""
    return b"".join(f"From {sender} Thu Jan  1 00:00:00 1970\n".encode() + text + b"\n" for text in mails)


def diff(name: str = MMU, old: str = "int line_10;", new: str = "int ten;", line: int = 10) -> bytes:
    """A diff of one line of the file MMU, with the context that it has there."""
    before = "".join(" " + text for text in LINES[line - 4 : line - 1])
    after = "".join(" " + text for text in LINES[line : line + 3])
    head = f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n"
    return f"{head}@@ -{line - 3},7 +{line - 3},7 @@\n{before}-{old}\n+{new}\n{after}".encode()


NOTE = b"Why.\n\n---\n one | 2 +-\n\n"
SIGNATURE = b"-- \n2.43.0\n\n_______\nlinux-arm-kernel mailing list\n"


def patch(subject: str, line: int = 10, *fields: str, new: str = "int ten;") -> bytes:
    """A mail with a patch of one line of the file MMU."""
    body = NOTE + diff(old=f"int line_{line};", new=new, line=line) + SIGNATURE
    return mail(subject, body, *fields)
