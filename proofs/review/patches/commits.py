# SPDX-License-Identifier: GPL-2.0-only
"""The patches between two commits of a git checkout.

One for each commit, as git format-patch writes them.  Nothing of the repository is run (no hook, no
external diff, no textconv, no signature program) and nothing is fetched; its configuration does not
change the output, and that of the user and the system is not read.

Trusted: git.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import IO

from counterexamples.render.as_json import printable
from proofs.review.patches import limits
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import Series, decode, excerpt
from proofs.review.patches.series import parse_series

SETTINGS = (
    *(
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.attributesFile=/dev/null",
        "protocol.allow=never",
    ),
    *("diff.noprefix=false", "diff.mnemonicPrefix=false", "diff.suppressBlankEmpty=false"),
    *("diff.interHunkContext=0", "log.showSignature=false", "log.mailmap=false"),
    *("format.useAutoBase=false", "format.encodeEmailHeaders=true"),
    *("format.noprefix=false", "diff.ignoreSubmodules=none", "diff.submodule=short"),
)
OUTPUT = (
    *("--stdout", "--numbered", "--subject-prefix=PATCH", "--no-signature", "--no-attach", "--no-thread"),
    *(
        "--no-cover-letter",
        "--no-notes",
        "--no-base",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "-O/dev/null",
    ),
    *("--no-to", "--no-cc", "--no-add-header"),
    *("-U3", "-M", "--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/", "--full-index"),
)


def read_commits(top: str | Path, between: str) -> Series:
    """The commits of a range ``A..B``, without its merges, oldest first.

    Raises PatchError where that is no range of commits that the checkout has, where it is empty or too
    long, or where git does not answer in time.
    """
    place, where = Path(top), f"{top}: {printable(between)}"
    old, dots, new = between.partition("..")
    if not dots or not old or not new or new.startswith(".") or not between.isprintable() or " " in between:
        raise PatchError(f"{printable(between)!r} is no range of commits; give one as A..B.")
    ends = [_commit(place, rev, where) for rev in (old, new)]
    exact = f"{ends[0]}..{ends[1]}"
    merges = int(_run_git(place, where, "rev-list", "--count", "--merges", exact))
    count = int(_run_git(place, where, "rev-list", "--count", "--no-merges", exact))
    if count == 0:
        raise PatchError(f"{where}: there is no commit between these two; is their order right?")
    if count > limits.MAILS:
        raise PatchError(
            f"{where}: has {count} commits, more than the {limits.MAILS} that are read; give fewer."
        )
    found = parse_series(_run_git(place, where, "format-patch", *OUTPUT, exact), where)
    if merges:
        said = "what a merge itself changes is in no patch"
        note = f"{where}: the range has {merges} merge{'s' if merges > 1 else ''}; {said}."
        return replace(found, notes=(note, *found.notes))
    return found


def _commit(top: Path, rev: str, where: str) -> str:
    """The full name of a commit.  Raises PatchError where git does not know it."""
    unknown = f"git knows no commit {printable(rev)!r} here"
    if rev.startswith("-"):
        raise PatchError(f"{where}: {unknown}; give a tag, branch or commit it has.")
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    return (
        _run_git(top, where, *words, complaint=f"{unknown}; give a tag, branch or commit it has")
        .decode()
        .strip()
    )


def _run_git(top: Path, where: str, *words: str, complaint: str = "") -> bytes:
    """The output of a git command that changes nothing, if it is not too long and comes in time."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}
    quiet = {
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    command = ["git", "-C", str(top), *settings, "--no-replace-objects", "--no-pager", *words]
    try:
        with tempfile.TemporaryFile() as said:
            output, code, late = _run_within_limits(command, {**kept, **alone, **quiet}, said)
            said.seek(0)
            first = said.read(10_000)
    except FileNotFoundError as error:
        raise PatchError("git is not installed; install it, or give the patches as files.") from error
    except (OSError, ValueError) as error:
        raise PatchError(f"{where}: git could not be started there.") from error
    if late:
        raise PatchError(f"{where}: git took more than {limits.GIT_SECONDS} seconds; give fewer commits.")
    if len(output) > limits.BYTES:
        raise PatchError(f"{where}: the patches have more than {limits.BYTES} bytes; give fewer commits.")
    if code != 0:
        raise PatchError(f"{where}: {complaint or _complaint(first)}.")
    return output


def _run_within_limits(
    command: list[str], environment: dict[str, str], said: IO[bytes]
) -> tuple[bytes, int, bool]:
    """The output of a command, its exit code, and whether its time was over; ``said`` gets its complaints."""
    ended = threading.Event()
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
    ) as process:

        def end() -> None:
            ended.set()
            process.kill()

        timer = threading.Timer(limits.GIT_SECONDS, end)
        timer.start()
        try:
            output = process.stdout.read(limits.BYTES + 1) if process.stdout else b""
            if len(output) > limits.BYTES:
                process.kill()
            return output, process.wait(), ended.is_set()
        finally:
            timer.cancel()


def _complaint(said: bytes) -> str:
    first = excerpt(decode(said).partition("\n")[0])
    if "dubious ownership" in first:
        return "the checkout belongs to another user, so git refuses it; give the patches as files"
    return f"git could not read it: {first}"
