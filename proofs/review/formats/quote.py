# SPDX-License-Identifier: GPL-2.0-only
"""The lines of a patch that a reply quotes: those that the findings are about, and few around them.

Of the hunks the first is taken that has a line of the line core of a broken theorem, then one with a line that
decided a finding, then one in a file that is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from counterexamples.render.as_json import printable
from model.program.procedure import Span
from model.source.targets.functions import TARGETS
from proofs.review.entries import list_entries
from proofs.review.patches.apply import is_read
from proofs.review.patches.patch import ADDED, CONTEXT, REMOVED, FileChange, Hunk, Patch, decode
from proofs.review.review import PatchReview, Status

#: Lines of a hunk before and after the one that is meant, at most.
AROUND = 12
CUT = "[ ... ]"


@dataclass(frozen=True)
class _HunkLine:
    """A line of a hunk, by its position."""

    change: FileChange
    hunk: Hunk
    position: int


def quote_hunk(review: PatchReview) -> list[str]:
    """The lines, ``> `` before each; none where the patch changes nothing that is read."""
    meant = next(_rank_lines(review), None)
    if meant is None:
        return []
    lines, at = meant.hunk.lines, meant.position
    first, last = max(at - AROUND, 0), min(at + AROUND + 1, len(lines))
    files = [f"--- {_render_name('a', meant.change.old)}", f"+++ {_render_name('b', meant.change.new)}"]
    shown = [*files, _render_line(meant.hunk.header), *map(_render_line, lines[first:last])]
    parts = [f"> {line}".rstrip() for line in shown]
    if first:
        parts.insert(len(files) + 1, CUT)
    before, after = _has_neighbours(review.patch, meant)
    return [*([CUT] if before else []), *parts, *([CUT] if after or last < len(lines) else [])]


def _rank_lines(review: PatchReview) -> Iterator[_HunkLine]:
    """The best first."""
    every = sorted(list_entries(review), key=lambda each: each.status is not Status.FAIL)
    for each in every:
        for span in each.core:
            yield from _find_line(review.patch, span, REMOVED)
    for each in every:
        if each.place is not None and each.status is not Status.PASS:
            yield from _find_line(review.patch, each.place, ADDED)
    files = {target.file for target in TARGETS}
    read = [change for change in review.patch.files if any(map(is_read, change.touches))]
    for change in sorted(read, key=lambda change: files.isdisjoint(change.touches)):
        for hunk in change.hunks:
            yield _HunkLine(change, hunk, _first_change(hunk))


def _find_line(patch: Patch, span: Span, side: bytes) -> Iterator[_HunkLine]:
    """The hunk that has that line of the old file (of which lines are REMOVED) or the new one (ADDED)."""
    for change in patch.files:
        if span.file != (change.old if side == REMOVED else change.new):
            continue
        for hunk in change.hunks:
            line = hunk.old_start if side == REMOVED else hunk.new_start
            for position, text in enumerate(hunk.lines):
                if text[:1] not in (CONTEXT, side):
                    continue
                if line == span.line:
                    yield _HunkLine(change, hunk, position)
                line += 1


def _first_change(hunk: Hunk) -> int:
    return next((i for i, line in enumerate(hunk.lines) if line[:1] != CONTEXT), 0)


def _has_neighbours(patch: Patch, meant: _HunkLine) -> tuple[bool, bool]:
    """Whether hunks stand before this one, and after it."""
    every = [(change, hunk) for change in patch.files for hunk in change.hunks]
    at = next(i for i, (_, hunk) in enumerate(every) if hunk is meant.hunk)
    return at > 0, at + 1 < len(every)


def _render_name(side: str, name: str | None) -> str:
    return "/dev/null" if name is None else printable(f"{side}/{name}")


def _render_line(line: bytes) -> str:
    return printable(decode(line.removesuffix(b"\n")), "\t")
