# SPDX-License-Identifier: GPL-2.0-only
"""A patch and a series of patches as data: files, hunks, lines; and their bytes as text for a person.

Trusted: nothing; ``proofs.review.patches.unified`` and ``series`` read and check these data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from counterexamples.render.as_json import printable

KNOWN = re.compile(
    r"(us-)?ascii|utf-?8|iso-?8859-?\d{1,2}|latin-?\d|windows-125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030"
    r"|big5|euc-(jp|kr)|shift_jis|iso-2022-jp"
)
"""The charsets that are accepted.  Others either decode slowly (idna) or are none (rot13)."""

SHOWN = 120
"""Characters of a line that a sentence quotes."""


def decode(data: bytes, charset: str = "utf-8") -> str:
    """The text of bytes in the stated charset if that is true, else in UTF-8, else in Latin-1."""
    stated = charset.lower().strip()
    for name in (stated, "utf-8"):
        if KNOWN.fullmatch(name):
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return data.decode("latin-1")


def excerpt(line: bytes | str) -> str:
    """A line for a sentence: printable, without its end, and not too long."""
    text = printable((decode(line) if isinstance(line, bytes) else line).rstrip("\r\n"), "\t")
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def split_lines(data: bytes) -> list[bytes]:
    """The lines with their ends.  Only a newline ends one: a carriage return is part of a line."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


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
        return printable(decode(b"".join((self.header, b"\n", *lines))), "\t\n")

    def invert(self) -> Hunk:
        """The hunk that undoes this one."""
        swap = {ADDED: REMOVED, REMOVED: ADDED, CONTEXT: CONTEXT}
        lines = tuple(swap[line[:1]] + line[1:] for line in self.lines)
        return replace(self, old_start=self.new_start, new_start=self.old_start, lines=lines)


@dataclass(frozen=True, slots=True)
class FileChange:
    """The change of one file by a diff.

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

    def invert(self) -> FileChange:
        """The change that undoes this one, but for that a copy is not deleted."""
        hunks = tuple(hunk.invert() for hunk in self.hunks)
        return replace(
            self,
            old=self.new,
            new=self.old,
            hunks=hunks,
            old_mode=self.new_mode,
            new_mode=self.old_mode,
        )


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, or with no ``files`` a cover letter.

    ``number`` of ``total`` is None where the subject has none; ``reroll`` is 9 for v9, and 1 where it says
    none.  What the mail or the file does not state is None.  ``where`` names it in messages.
    """

    where: str
    subject: str
    number: int | None = None
    total: int | None = None
    reroll: int = 1
    author: str | None = None
    date: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    commit: str | None = None
    message: str = ""
    files: tuple[FileChange, ...] = ()

    @property
    def touches(self) -> tuple[str, ...]:
        """The files that are not the same after it, sorted."""
        return tuple(sorted({name for change in self.files for name in change.touches}))


@dataclass(frozen=True, slots=True)
class Series:
    """Patches in the order in which they apply; ``notes`` are sentences that the caller is to show.

    ``passed_over`` counts the mails without a diff: replies and the like.
    """

    where: str
    patches: tuple[Patch, ...]
    cover: Patch | None = None
    notes: tuple[str, ...] = ()
    passed_over: int = 0
