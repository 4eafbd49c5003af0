# SPDX-License-Identifier: GPL-2.0-only
"""The place of a hunk in a file.

It is the line that it states, or any other if that is one place only; exactly, or else with the white
space of its context lines ignored, or else with their comments ignored too.  Lines that a hunk removes
must always be as they are.  As in git apply, a hunk that begins at the first line must fit there, and
one without context after its change must fit at the end of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from model.source.preprocessor.annotations import COMMENT
from proofs.review.patches import limits
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import ADDED, CONTEXT, REMOVED, Hunk, excerpt, split_lines

EXACT, WHITE_SPACE, COMMENTS = "", "white space", "comments"
_TOKEN = re.compile(
    rb'"(?:\\.|[^"\\\n])*+"|\'(?:\\.|[^\'\\\n])*+\'|(?P<comment>' + COMMENT + rb")", re.DOTALL
)
_FIRST_END = re.compile(rb"/\*|\*/")
ALIKE = 200
"""How many places are looked at to tell where a hunk nearly fits."""


@dataclass(frozen=True, slots=True)
class PlacedHunk:
    """A hunk and where it went: ``line``, from 1, in the file ``name`` as it was before the patch.

    ``moved`` is how many lines that is below the stated place; ``ignoring`` what did not have to be
    the same in the context: nothing, white space, or comments and white space.
    """

    name: str
    hunk: Hunk
    line: int
    moved: int
    ignoring: str

    @property
    def how(self) -> str:
        """In words: exact, moved by N lines, ignoring white space, ignoring comments."""
        lines = f"moved by {self.moved} line{'s' if abs(self.moved) != 1 else ''}" if self.moved else ""
        ignoring = f"ignoring {self.ignoring}" if self.ignoring else ""
        return ", ".join(text for text in (lines, ignoring) if text) or "exact"


@dataclass
class WorkBudget:
    """How many more lines may be compared, and bytes of files kept."""

    left: int = limits.COMPARED
    room: int = limits.WRITTEN

    def spend(self, lines: int) -> None:
        self.left -= lines
        if self.left < 0:
            raise PatchError(f"to place its hunks, more than {limits.COMPARED} lines are to be compared")

    def keep(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise PatchError(f"the files that the patches change have more than {limits.WRITTEN} bytes")


class MisfitError(Exception):
    """A hunk has no place, or several; ``why`` follows its header in a sentence."""

    def __init__(self, hunk: Hunk, why: str) -> None:
        super().__init__(why)
        self.hunk, self.why = hunk, why


@dataclass
class _View:
    """The lines of a file with something ignored, and where each is."""

    ignoring: str
    lines: list[bytes]

    @cached_property
    def where(self) -> dict[bytes, list[int]]:
        places: dict[bytes, list[int]] = {}
        for at, line in enumerate(self.lines):
            places.setdefault(line, []).append(at)
        return places


@dataclass
class HunkPlacer:
    """A file that hunks are placed in, in their order; ``exactly`` forbids that anything is ignored."""

    name: str
    lines: Sequence[bytes]
    work: WorkBudget
    exactly: bool = False
    floor: int = 0
    drift: int = 0
    views: dict[str, _View] = field(default_factory=dict)

    def place(self, hunk: Hunk) -> PlacedHunk:
        """Where the next hunk goes.  Raises MisfitError, with the first differing line, or both places."""
        ways = (EXACT,) if self.exactly else (EXACT, WHITE_SPACE, COMMENTS)
        if not hunk.old and self.lines:
            raise MisfitError(hunk, "has no context to find its place by; make the diff with some")
        for ignoring in ways:
            places = self._places(hunk, ignoring)
            if len(places) > 1:
                first, second = sorted(at + 1 for at in places[:2])
                raise MisfitError(
                    hunk, f"fits at line {first} and at line {second}; it does not say which is meant"
                )
            if places:
                return self._accept(hunk, places[0], ignoring)
        raise MisfitError(hunk, self._difference(hunk))

    def _accept(self, hunk: Hunk, at: int, ignoring: str) -> PlacedHunk:
        self.floor = at + len(hunk.old)
        self.drift = at - _stated_index(hunk)
        return PlacedHunk(self.name, hunk, at + 1, self.drift, ignoring)

    def _places(self, hunk: Hunk, ignoring: str) -> list[int]:
        """The stated place, moved as the hunk before was, if it fits there, or else the first two it fits.

        If it fits at the stated place as well without being moved, these are the two.
        """
        view = self._view(ignoring)
        self.work.spend(len(hunk.lines))
        wanted = _normal_lines(hunk, ignoring)
        telling = [line for line, (marker, _) in zip(wanted, _old_lines(hunk), strict=True)
                   if line or marker == REMOVED or not ignoring]  # fmt: skip
        if not telling and hunk.old:
            return []
        last = len(self.lines) - len(wanted)
        bounds = range(self.floor, max(last, -1) + 1)
        if hunk.old_start <= 1:
            bounds = range(bounds.start, min(bounds.stop, 1))
        if hunk.lines[-1][:1] != CONTEXT:
            bounds = range(max(bounds.start, last), bounds.stop)
        stated = _stated_index(hunk)
        home = [at for at in dict.fromkeys((stated + self.drift, stated)) if at in bounds]
        fitting = [at for at in home if self._fits(hunk, wanted, view, at)]
        if stated + self.drift in fitting:
            return fitting
        return self._elsewhere(hunk, wanted, view, bounds)

    def _elsewhere(self, hunk: Hunk, wanted: list[bytes], view: _View, bounds: range) -> list[int]:
        found: list[int] = []
        if not wanted:
            return found
        rarest = min(range(len(wanted)), key=lambda at: (len(view.where.get(wanted[at], ())), at))
        for line in view.where.get(wanted[rarest], ()):
            self.work.spend(1)
            if line - rarest in bounds and self._fits(hunk, wanted, view, line - rarest):
                found.append(line - rarest)
                if len(found) == 2:
                    break
        return found

    def _fits(self, hunk: Hunk, wanted: list[bytes], view: _View, at: int) -> bool:
        for offset, line in enumerate(wanted):
            if view.lines[at + offset] != line:
                self.work.spend(offset + 1)
                return False
        self.work.spend(len(wanted) + 1)
        old = _old_lines(hunk)
        return all(self.lines[at + i] == line for i, (marker, line) in enumerate(old) if marker == REMOVED)

    def _view(self, ignoring: str) -> _View:
        if ignoring not in self.views:
            lines = self.lines if ignoring == EXACT else _normal(b"".join(self.lines), ignoring)
            self.work.spend(len(self.lines))
            self.views[ignoring] = _View(ignoring, list(lines))
        return self.views[ignoring]

    def _difference(self, hunk: Hunk) -> str:
        """The first line that differs where most lines of the hunk are as in the file."""
        view, old, stated = self._view(EXACT), hunk.old, _stated_index(hunk)
        starts = {max(self.floor, stated + self.drift)}
        for offset, line in enumerate(old):
            same = view.where.get(line, ())
            if line.strip() and len(starts) < ALIKE and len(same) < ALIKE:
                near = sorted(same, key=lambda at: abs(at - offset - stated))
                starts.update(at - offset for at in near[:5] if at - offset >= self.floor)
        self.work.spend(len(starts) * len(old))
        best = min(starts, key=lambda at: (-self._equal(old, at), abs(at - stated), at))
        for offset, line in enumerate(old):
            found = self.lines[best + offset] if best + offset < len(self.lines) else None
            if found != line:
                break
        else:
            side = "first line" if hunk.old_start <= 1 and best else "end of the file"
            return (
                f"would fit at line {best + 1}, but has no context on one side and so belongs at the {side}"
            )
        if found is None:
            return f"does not apply: line {best + offset + 1} should be {excerpt(line)!r}, but the file has ended"
        ends = "" if excerpt(found) != excerpt(line) else " with another end of line"
        return f"does not apply: line {best + offset + 1} should be {excerpt(line)!r}, but is {excerpt(found)!r}{ends}"

    def _equal(self, old: Sequence[bytes], at: int) -> int:
        return sum(line == there for line, there in zip(old, self.lines[at : at + len(old)], strict=False))


def _stated_index(hunk: Hunk) -> int:
    """The index of the first old line; of the line to insert before where there is none."""
    return hunk.old_start - 1 if hunk.old else hunk.old_start


def _old_lines(hunk: Hunk) -> list[tuple[bytes, bytes]]:
    return [(line[:1], line[1:]) for line in hunk.lines if line[:1] != ADDED]


def _normal_lines(hunk: Hunk, ignoring: str) -> list[bytes]:
    """The old lines as they are compared.  A hunk may begin inside of a comment: its end tells."""
    text = b"".join(hunk.old)
    if ignoring == EXACT:
        return list(hunk.old)
    first = _FIRST_END.search(text)
    if ignoring == COMMENTS and first and first.group() == b"*/":
        return _normal(b"/*" + text, ignoring)
    return _normal(text, ignoring)


def _normal(text: bytes, ignoring: str) -> list[bytes]:
    if ignoring == COMMENTS:
        text = _TOKEN.sub(_without_comment, text)
    return [b" ".join(line.split()) for line in split_lines(text)]


def _without_comment(token: re.Match[bytes]) -> bytes:
    return b" " + b"\n" * token.group().count(b"\n") if token["comment"] else token.group()
