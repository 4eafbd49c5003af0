# SPDX-License-Identifier: GPL-2.0-only
"""How are data written as JSON, so that two runs give the same bytes and nothing hides in a string?

Keys are sorted, the text is ASCII, and what is not printable (controls, marks of direction, halves of
characters) stands as an escape that is visible in the string itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofs.review.patches.text import printable


def json_text(data: Any) -> str:
    """The text of mappings, sequences, strings, whole numbers, truth values and None, and a newline."""
    return json.dumps(_visible(data), indent=1, sort_keys=True) + "\n"


def _visible(data: Any) -> Any:
    if isinstance(data, str):
        return printable(data, "\t\n")
    if isinstance(data, Mapping):
        return {printable(str(key), "\t\n"): _visible(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_visible(each) for each in data]
    return data
