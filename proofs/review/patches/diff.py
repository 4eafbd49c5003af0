# SPDX-License-Identifier: GPL-2.0-only
"""What does a diff say?  Files, and in each the hunks, as bytes.

Trusted: nothing; these are data that ``proofs.review.patches.unified`` read and checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from proofs.review.patches.text import decoded, printable

SYMBOLIC_LINK = "120000"
SUBMODULE = "160000"
CONTEXT, REMOVED, ADDED = b" ", b"-", b"+"
NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Adjacent lines of a file, before and after.

    ``old_start`` and ``new_start`` are as in the header: the number of the first line, from 1, or the
    number of the line before where a side is empty.  Each of ``lines`` has its marker first and its
    newline last, unless it is the end of a file that has none there.
    """

    header: bytes
    old_start: int
    new_start: int
    lines: tuple[bytes, ...]

    @property
    def old(self) -> tuple[bytes, ...]:
        """The lines before, without markers."""
        return tuple(line[1:] for line in self.lines if line[:1] != ADDED)

    @property
    def new(self) -> tuple[bytes, ...]:
        """The lines after, without markers."""
        return tuple(line[1:] for line in self.lines if line[:1] != REMOVED)

    @property
    def text(self) -> str:
        """The hunk for quoting: its header and lines, with nothing unprintable but tabs and newlines."""
        lines = (line if line.endswith(b"\n") else line + b"\n" + NO_NEWLINE.encode() for line in self.lines)
        return printable(decoded(b"".join((self.header, b"\n", *lines))), "\t\n")

    def reversed(self) -> Hunk:
        """The hunk that undoes this one."""
        swap = {ADDED: REMOVED, REMOVED: ADDED, CONTEXT: CONTEXT}
        lines = tuple(swap[line[:1]] + line[1:] for line in self.lines)
        return replace(self, old_start=self.new_start, new_start=self.old_start, lines=lines)


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a diff does to one file.

    ``old`` is None where the file is made and ``new`` where it is deleted; they differ where it is
    renamed or, with ``copied``, copied.  Modes are git's, octal, None where the diff states none.
    The content of a ``binary`` change is not kept.
    """

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    old_mode: str | None = None
    new_mode: str | None = None
    copied: bool = False
    binary: bool = False

    @property
    def name(self) -> str:
        """The file after the change, or before it where it is deleted."""
        name = self.new if self.new is not None else self.old
        assert name is not None
        return name

    @property
    def special(self) -> bool:
        """Whether the file is, or becomes, a symbolic link or a submodule."""
        return not {self.old_mode, self.new_mode}.isdisjoint({SYMBOLIC_LINK, SUBMODULE})

    @property
    def touches(self) -> tuple[str, ...]:
        """The files that are not the same after it."""
        kept = self.old if self.copied else None
        return tuple(sorted({name for name in (self.old, self.new) if name is not None and name != kept}))

    def reversed(self) -> FileChange:
        """The change that undoes this one, but for that a copy is not deleted."""
        hunks = tuple(hunk.reversed() for hunk in self.hunks)
        return replace(
            self,
            old=self.new,
            new=self.old,
            hunks=hunks,
            old_mode=self.new_mode,
            new_mode=self.old_mode,
        )
