# SPDX-License-Identifier: GPL-2.0-only
"""The trusted folders that docs/trust.md names are there, and about as long as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| [^|]+ \| `([^`|]+)` \| (\d+) \|$", (TOP / "docs/trust.md").read_text(), re.MULTILINE)


def count_lines(path: Path) -> int:
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return sum(len(file.read_text().splitlines()) for file in files)


def test_the_page_names_what_is_trusted() -> None:
    assert len(ROWS) >= 16


@pytest.mark.parametrize(("place", "lines"), ROWS)
def test_a_trusted_folder_is_about_as_long_as_the_page_says(place: str, lines: str) -> None:
    """Within a tenth: a page that is further off is to be written anew."""
    assert abs(count_lines(TOP / place) - int(lines)) <= int(lines) / 10
