# SPDX-License-Identifier: GPL-2.0-only
"""What does the subject of a patch mail say before its text: [PATCH v9 3/12], Re:?"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEADING = re.compile(r"\s*(?:(re|fwd?|aw)\s*:|\[([^\]]*)\])\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\b([0-9]{1,4})/([0-9]{1,4})\b")
_REROLL = re.compile(r"(?:\b|PATCH)v([0-9]{1,3})(?![\w.])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject without what comes before it, and what that said."""

    text: str
    reply: bool
    patch: bool
    number: int | None
    total: int | None
    reroll: int


def read_subject(whole: str) -> Subject:
    """The subject without all that is in brackets, or a Re:, before it; a number beyond the total is none."""
    words, reply, at = [], False, 0
    while found := _LEADING.match(whole, at):
        reply = reply or found.group(1) is not None
        words.append(found.group(2) or "")
        at = found.end()
    prefix = " ".join(words)
    number, reroll = _NUMBER.search(prefix), _REROLL.search(prefix)
    counted = number is not None and 0 <= int(number.group(1)) <= int(number.group(2))
    return Subject(
        whole[at:].strip(),
        reply,
        "PATCH" in prefix.upper() or counted,
        int(number.group(1)) if number and counted else None,
        int(number.group(2)) if number and counted else None,
        int(reroll.group(1)) if reroll else 1,
    )
