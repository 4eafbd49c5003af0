# SPDX-License-Identifier: GPL-2.0-only
"""Tables and outlines on a terminal.  Only this file imports rich, and only a terminal needs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from proofs.reports.functions import FunctionOutline, OutlineLine, Style, wrap_line
from proofs.reports.table import VerdictTable

_STYLES = {"P": "green", "PROVED": "green", "R": "yellow", "REFUTED": "yellow", "-": "dim"}
_LINES = {Style.HEAD: "bold", Style.TITLE: "bold", Style.PLAIN: "", Style.VERDICT: "", Style.NOTE: "dim"}


def print_tables(shown: Iterable[VerdictTable | FunctionOutline], stream: TextIO) -> None:
    """Print each, with an empty line between; what is not as expected is red."""
    console = Console(file=stream, highlight=False)
    for number, each in enumerate(shown):
        if number:
            console.print()
        if isinstance(each, VerdictTable):
            _table(each, console)
        else:
            _outline(each, console)


def _table(table: VerdictTable, console: Console) -> None:
    """A section for each family."""
    shown = RichTable(header_style="bold", box=None, pad_edge=False)
    for head in table.header:
        shown.add_column(head, overflow="fold")
    for section in table.sections:
        shown.add_row()
        shown.add_row(Text(section.title, style="bold"))
        for row in section.rows:
            shown.add_row(*(Text(text, style=_style(text, row)) for text in row))
    console.print(shown)
    for note in table.notes:
        console.print(Text(note, style="dim"))


def _style(text: str, row: tuple[str, ...]) -> str:
    wrong = (text.endswith("!") and len(text) <= len("P!")) or "!" in row
    return "bold red" if wrong else _STYLES.get(text, "")


def _outline(outline: FunctionOutline, console: Console) -> None:
    """Line by line, as the plain text is; the verdicts have colours."""
    for line in outline.lines:
        for text in wrap_line(line, outline.widths):
            console.print(_coloured(line, Text(text, style=_LINES[line.style])), soft_wrap=True)


def _coloured(line: OutlineLine, text: Text) -> Text:
    if line.style is Style.VERDICT:
        for cell in filter(None, dict.fromkeys(line.cells)):
            text.highlight_words([cell], "bold red" if cell.endswith("!") else _STYLES.get(cell, ""))
    return text
