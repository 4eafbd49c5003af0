# SPDX-License-Identifier: GPL-2.0-only
"""A table on a terminal.  Only this file imports rich, and only a terminal needs it."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from proofs.report import Table

_STYLES = {"P": "green", "PROVED": "green", "R": "yellow", "REFUTED": "yellow", "-": "dim"}


def put(table: Table, stream: TextIO) -> None:
    """Print the table, a section for each family; what is not as expected is red."""
    console = Console(file=stream, highlight=False)
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
