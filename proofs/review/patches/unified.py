# SPDX-License-Identifier: GPL-2.0-only
"""A parser of unified diffs as git and diff -u write them.

It is strict: a hunk must have the lines that its header states, the names of a file must agree, and what
is neither is refused, for a line that is dropped silently would change what is proved.  Linear in
the bytes of the diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proofs.review.patches import limits, paths
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import ADDED, CONTEXT, REMOVED, FileChange, Hunk, excerpt, split_lines

_HUNK = re.compile(
    rb"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(?: [^\n]*)?\r?\n?"
)
_EXTENDED = re.compile(
    rb"(index|old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to"
    rb"|similarity index|dissimilarity index) ([^\n]*?)\r?\n?"
)
_MODE = re.compile(rb"[0-7]{6}")
_NO_CONTENT = re.compile(rb"(?:Only in |Binary files |Files )[^\n]*")
SIGNATURES = (b"-- \n", b"--\n", b"-- ", b"--", b"---\n", b"---")


def read_diff(text: bytes) -> tuple[FileChange, ...]:
    """The files of a diff; text before, between and after them is passed over.

    Raises PatchError (without saying where the diff is from) for a diff that is damaged, combined,
    longer than the limits, or that names what is not inside a tree.
    """
    reader = _Reader(split_lines(text))
    found = []
    for change in reader.files():
        found.append(change)
        if len(found) > limits.FILES:
            raise PatchError(f"the diff changes more than {limits.FILES} files; give fewer at once")
    return tuple(found)


@dataclass
class _Reader:
    lines: list[bytes]
    at: int = 0
    hunks: int = 0
    begun: bool = field(default=False)

    def files(self) -> Iterator[FileChange]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith(b"diff --git "):
                yield self._git()
            elif line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
                raise self._wrong("is of the combined diff of a merge; give a diff against one parent")
            elif line.startswith(b"--- ") and self._next(1).startswith(b"+++ "):
                yield self._plain()
            elif line.startswith(b"@@ -"):
                raise self._wrong("is a hunk that belongs to no file")
            elif (
                self.begun and _NO_CONTENT.match(line) and line.rstrip().endswith((b" differ", b".c", b".h"))
            ):
                raise self._wrong("tells of a difference without what it is; use diff -uN or git diff")
            else:
                self.at += 1

    def _next(self, ahead: int = 0) -> bytes:
        return self.lines[self.at + ahead] if self.at + ahead < len(self.lines) else b""

    def _wrong(self, what: str, at: int | None = None) -> PatchError:
        at = self.at if at is None else at
        line = excerpt(self.lines[at]) if at < len(self.lines) else "the end"
        return PatchError(f"line {at + 1} of the diff, {line!r}, {what}")

    def _plain(self) -> FileChange:
        """A file of a diff without git's header: ``---``, ``+++`` and hunks."""
        self.begun = True
        start = self.at
        old, old_epoch = paths.parse_header_name(self._next(), git=False)
        new, new_epoch = paths.parse_header_name(self._next(1), git=False)
        self.at += 2
        if old is None and new is None:
            raise self._wrong("begins the diff of no file at all", start)
        if old is not None and new is not None and old != new:
            raise self._wrong(f"begins a diff of two files, {old} and {new}", start)
        hunks = self._hunks()
        if not hunks:
            raise self._wrong("begins the diff of a file, but no hunk follows", start)
        if len(hunks) == 1 and old_epoch and not hunks[0].old:
            old = None
        elif len(hunks) == 1 and new_epoch and not hunks[0].new:
            new = None
        return self._agreeing(FileChange(old, new, hunks), start)

    def _git(self) -> FileChange:
        """A file of a diff by git: its header, then hunks, a binary change, or nothing more."""
        self.begun = True
        start = self.at
        self.at += 1
        said: dict[bytes, bytes] = {}
        while found := _EXTENDED.fullmatch(self._next()):
            if found.group(1) in said:
                raise self._wrong("is said twice of one file")
            said[found.group(1)] = found.group(2)
            self.at += 1
        binary = self._next().startswith((b"Binary files ", b"GIT binary patch"))
        old, new = self._names(start, said)
        hunks: tuple[Hunk, ...] = ()
        if self._next().startswith(b"--- ") and self._next(1).startswith(b"+++ "):
            self._same_names(old, new)
            self.at += 2
            hunks = self._hunks()
            if not hunks:
                raise self._wrong("begins a file, but no hunk follows", start)
        elif binary:
            self.at += 1
        elif said.get(b"similarity index", b"100%") != b"100%":
            raise self._wrong("begins a file that is not all the same, but no hunk follows", start)
        old_mode, new_mode = self._modes(said)
        change = FileChange(old, new, hunks, old_mode, new_mode, b"copy from" in said, binary)
        return self._agreeing(change, start)

    def _names(self, start: int, said: dict[bytes, bytes]) -> tuple[str | None, str | None]:
        for verb in (b"rename", b"copy"):
            ends = said.get(verb + b" from"), said.get(verb + b" to")
            if ends[0] is not None and ends[1] is not None:
                return paths.check_name(paths.unquote(ends[0])), paths.check_name(paths.unquote(ends[1]))
            if ends != (None, None):
                raise self._wrong(f"says one end of a {verb.decode()} only", start)
        name = paths.parse_git_name(self.lines[start])
        if name is None:
            raise self._wrong("names two files, but neither a rename nor a copy follows", start)
        created, deleted = b"new file mode" in said, b"deleted file mode" in said
        if created and deleted:
            raise self._wrong("begins a file that is both made and deleted", start)
        return None if created else name, None if deleted else name

    def _same_names(self, old: str | None, new: str | None) -> None:
        """The ``---`` and ``+++`` lines say what the lines before them said."""
        for ahead, name in enumerate((old, new)):
            found, _ = paths.parse_header_name(self._next(ahead), git=True)
            if found != name:
                said = name or "/dev/null"
                raise self._wrong(f"names another file than the header of git, {said}", self.at + ahead)

    def _modes(self, said: dict[bytes, bytes]) -> tuple[str | None, str | None]:
        same = said.get(b"index", b"").partition(b" ")[2]
        old = said.get(b"old mode") or said.get(b"deleted file mode") or same
        new = said.get(b"new mode") or said.get(b"new file mode") or same
        for mode in (old, new):
            if mode and not _MODE.fullmatch(mode):
                raise self._wrong(f"follows the mode {excerpt(mode)!r}, which is none of git's")
        return old.decode() or None, new.decode() or None

    def _agreeing(self, change: FileChange, start: int) -> FileChange:
        """The change if its hunks are in order and a file that is made or deleted is so as a whole."""
        if change.old is None and any(hunk.old for hunk in change.hunks):
            raise self._wrong("begins a file that is made, but its hunks remove lines or have context", start)
        if change.new is None and any(hunk.new for hunk in change.hunks):
            raise self._wrong("begins a file that is deleted, but its hunks leave lines", start)
        modes = change.old_mode, change.new_mode
        if change.old == change.new and modes[0] == modes[1] and not (change.hunks or change.binary):
            raise self._wrong("begins a file that nothing happens to", start)
        end = 0
        for hunk in change.hunks:
            if hunk.old_start < end:
                raise self._wrong(f"begins a file whose hunk {excerpt(hunk.header)} comes too late", start)
            end = hunk.old_start + len(hunk.old)
        return change

    def _hunks(self) -> tuple[Hunk, ...]:
        found = []
        while self._next().startswith(b"@@ -"):
            found.append(self._hunk())
            self.hunks += 1
            if self.hunks > limits.HUNKS:
                raise PatchError(f"the diff has more than {limits.HUNKS} hunks; give fewer at once")
        following = self._next()
        if found and following[:1] in (CONTEXT, ADDED, REMOVED) and following not in SIGNATURES:
            starts_file = following.startswith(b"--- ") and self._next(1).startswith(b"+++ ")
            if not starts_file and (following[:1] != CONTEXT or following.strip()):
                raise self._wrong("follows a hunk whose header does not count it")
        return tuple(found)

    def _hunk(self) -> Hunk:
        header = self._next()
        numbers = _HUNK.fullmatch(header)
        if numbers is None:
            raise self._wrong("is not the header of a hunk, @@ -line,count +line,count @@")
        begun = self.at
        self.at += 1
        old_left, new_left = (int(count) if count else 1 for count in numbers.group(2, 4))
        lines: list[bytes] = []
        while old_left > 0 or new_left > 0:
            line = self._next()
            if line in (b"\n", b"\r\n"):  # mail programs cut spaces at the end of lines
                line = CONTEXT + line
            if line[:1] == b"\\" and lines:
                self._without_newline(lines)
                continue
            if line[:1] not in (CONTEXT, ADDED, REMOVED) or not line:
                raise self._wrong(f"comes before the {old_left} old and {new_left} new lines that are still"
                                  f" to follow in the hunk of line {begun + 1}")  # fmt: skip
            old_left -= line[:1] != ADDED
            new_left -= line[:1] != REMOVED
            lines.append(line if line.endswith(b"\n") else line + b"\n")
            self.at += 1
        if old_left or new_left:
            raise self._wrong("has more lines than its header counts", begun)
        if self._next()[:1] == b"\\" and lines:
            self._without_newline(lines)
        self._ends(lines, begun)
        start, new_start = int(numbers.group(1)), int(numbers.group(3))
        return Hunk(header.rstrip(b"\r\n"), start, new_start, tuple(lines))

    def _without_newline(self, lines: list[bytes]) -> None:
        """``\\ No newline at end of file``, in whichever language: the line before ends its file."""
        if not lines[-1].endswith(b"\n"):
            raise self._wrong("says a second time that there is no newline")
        lines[-1] = lines[-1][:-1]
        self.at += 1

    def _ends(self, lines: list[bytes], begun: int) -> None:
        """Only the last line of a side can have no newline."""
        for other in (ADDED, REMOVED):
            side = [line for line in lines if line[:1] != other]
            if any(not line.endswith(b"\n") for line in side[:-1]):
                raise self._wrong("begins a hunk with a line that has no newline before others", begun)
