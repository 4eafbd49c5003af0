# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts about a kernel, told function by function: pure building of text, no printing.

Each target has a section with what it does, and in it its theorems by family; the verdict stands before
the theorem, a column for each page size, and why a theorem is refuted stands below it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from proofs.claims.claim import DEFAULT_PAGES
from proofs.claims.subject import ALL_THEOREMS, find_target, parse_subject, target_order
from proofs.reports import table
from proofs.reports.table import Report, VerdictTable, legend, letter
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus

#: Columns in which a text is wrapped.
WIDTH = 100

LEGEND = "P proved, R refuted, U unsupported; ! is not as declared, and is told below"


class Style(Enum):
    """What a line is, and so how it looks on a terminal."""

    HEAD = "the names of the columns"
    TITLE = "the name of a function"
    PLAIN = "what it does, and families"
    VERDICT = "a theorem, behind its verdicts"
    NOTE = "what is told below"


@dataclass(frozen=True)
class OutlineLine:
    """A line: how it looks, how far it is moved in, cells of verdicts, and a text that is wrapped
    below its own beginning."""

    style: Style
    indent: int
    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class FunctionOutline:
    """All lines; ``widths`` are those of the columns of cells."""

    lines: tuple[OutlineLine, ...]
    widths: tuple[int, ...]


def build_tables(found: Report) -> tuple[VerdictTable | FunctionOutline, ...]:
    """What is shown of a report: an outline of what is about functions of kernels, a table of the rest."""
    kernels = tuple(each for each in found.verdicts if parse_subject(each.claim.subject))
    rest = tuple(each for each in found.verdicts if not parse_subject(each.claim.subject))
    shown = [table.build_table(replace(found, verdicts=rest))] if rest or not kernels else []
    return (*([build_outline(replace(found, verdicts=kernels))] if kernels else []), *shown)


def build_outline(found: Report) -> FunctionOutline:
    """The verdicts by target, family and theorem.  Every claim must be about a function of a kernel."""
    columns = list(dict.fromkeys(_column(each) for each in found.verdicts))
    one = len(columns) == 1
    rows = [line for target in _targets(found) for line in _section(target, found.verdicts, columns)]
    cells = [line.cells for line in rows if line.cells]
    heads = [""] if one else _heads(columns)
    widths = tuple(max(map(len, column)) for column in zip(heads, *cells, strict=True))
    head = [] if one else [OutlineLine(Style.HEAD, 4, "theorem", tuple(heads))]
    foot = [] if one else [_blank(), OutlineLine(Style.NOTE, 0, legend(found.verdicts, LEGEND))]
    lines = (*head, *rows, *_lacking(found), *foot)
    return FunctionOutline(
        lines[1:] if one else lines, widths
    )  # the first is empty, and stands below a header alone


def render_text(shown: VerdictTable | FunctionOutline) -> str:
    """The outline, or a table, as text."""
    if isinstance(shown, VerdictTable):
        return table.render_text(shown)
    return "\n".join(text for line in shown.lines for text in wrap_line(line, shown.widths))


def wrap_line(line: OutlineLine, widths: Sequence[int]) -> list[str]:
    """The line as one or more lines of text."""
    cells = "".join(cell.ljust(width + 2) for cell, width in zip(line.cells, widths, strict=False))
    begin = " " * line.indent + cells
    told = textwrap.wrap(
        line.text,
        WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [each.rstrip() for each in told] or [""]


def _blank() -> OutlineLine:
    return OutlineLine(Style.PLAIN, 0, "")


def _column(judged: ClaimVerdict) -> str:
    """The kernel and the page size."""
    about = parse_subject(judged.claim.subject)
    assert about is not None
    return about.kernel + (f"/{judged.claim.pages}" if judged.claim.pages else "")


def _heads(columns: Sequence[str]) -> list[str]:
    """The names of the columns: page sizes, where they are all of one kernel."""
    parted = [column.partition("/") for column in columns]
    if len({kernel for kernel, _, _ in parted}) > 1:
        return list(columns)
    return [pages or DEFAULT_PAGES for _, _, pages in parted]


def _target(subject: str) -> str:
    about = parse_subject(subject)
    assert about is not None
    return about.target


def _targets(found: Report) -> list[str]:
    """The targets of which something is told, in the order of the table of targets."""
    return sorted(
        {_target(each.claim.subject) for each in found.verdicts}, key=lambda name: (target_order(name), name)
    )


def _section(target: str, judged: Sequence[ClaimVerdict], columns: Sequence[str]) -> Iterator[OutlineLine]:
    """One function: its name, its file, what it does, and its theorems."""
    known = find_target(target)
    about = dict.fromkeys(each.claim.subject for each in judged if _target(each.claim.subject) == target)
    names = " ".join(f"@{subject}" for subject in about)  # what stands behind a theorem in a claim's name
    yield _blank()
    yield OutlineLine(
        Style.TITLE, 0, f"{target}()  {known.file}  {names}" if known else f"{target}()  {names}"
    )
    if known:
        yield OutlineLine(Style.PLAIN, 2, known.says)
    families: dict[str, dict[str, dict[str, ClaimVerdict]]] = {}
    for each in judged:
        if _target(each.claim.subject) == target:
            family = families.setdefault(each.claim.family, {})
            family.setdefault(each.claim.theorem, {})[_column(each)] = each
    for name, theorems in families.items():
        yield _blank()
        yield OutlineLine(Style.PLAIN, 2, name)
        for theorem, found in theorems.items():
            yield from _theorem(theorem, found, columns)


def _theorem(name: str, found: dict[str, ClaimVerdict], columns: Sequence[str]) -> Iterator[OutlineLine]:
    """A theorem with its verdicts, and each reason that there is to tell."""
    one = len(columns) == 1
    cells = tuple(_cell(found[column], one) if column in found else "" for column in columns)
    yield OutlineLine(Style.VERDICT, 4, name, cells)
    for reason in dict.fromkeys(filter(None, map(_reason, found.values()))):
        yield OutlineLine(Style.NOTE, 4, reason, ("",) * len(columns))


def _cell(judged: ClaimVerdict, in_full: bool) -> str:
    """A verdict as a word or as one letter, marked if it is not as declared."""
    mark = "" if judged.status is ExpectationStatus.EXPECTED else "!"
    return (judged.word if in_full else letter(judged)) + mark


def _reason(judged: ClaimVerdict) -> str:
    """Why a theorem is refuted, or decided otherwise than declared.  Why a function is not read is
    told once, below."""
    if judged.verdict is Verdict.UNSUPPORTED:
        return ""
    compiled = f"({judged.compiled})" if judged.compiled else ""
    if judged.status is not ExpectationStatus.EXPECTED:
        return f"{judged.why} {compiled}".strip()
    expected = judged.claim.expected
    reason = expected.reason if expected and judged.verdict is Verdict.REFUTED else ""
    return f"{reason} {compiled}".strip()


def _lacking(found: Report) -> Iterator[OutlineLine]:
    """The functions that the tree does not have, and those to which no theorem applies."""
    reasons = dict.fromkeys(each.reason for each in found.skipped if each.theorem == ALL_THEOREMS)
    told = [f"Not read: {' '.join(reasons)}"] if reasons else []
    asked = {each.claim.subject for each in found.verdicts}
    left = dict.fromkeys(
        s.subject for s in found.skipped if s.theorem != ALL_THEOREMS and parse_subject(s.subject)
    )
    idle = [subject for subject in left if subject not in asked]
    if idle and not found.not_run:
        told.append(f"No theorem applies to {', '.join(idle)}.")
    for text in told:
        yield _blank()
        yield OutlineLine(Style.NOTE, 0, text)
