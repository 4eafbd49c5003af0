# SPDX-License-Identifier: GPL-2.0-only
"""What kinds of outcome does the picture of input classes tell apart, each by a letter and a colour?"""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """The letter in a cell, and what it means."""

    NORMAL = "N", "NORMAL"
    NORMAL_NC = "C", "NORMAL_NC"
    DEVICE = "D", "DEVICE"
    BOTH = "B", "DEVICE and NORMAL_NC at once"
    EFAULT = "F", "refused: -EFAULT"
    ENOEXEC = "X", "refused: -ENOEXEC"
    ERROR = "E", "another error"
    NOTHING = "0", "nothing is mapped, and no error"
    SEVERAL = "*", "several, by what the classes do not tell apart"
    NEVER = "-", "cannot occur"

    @property
    def letter(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1]

    @property
    def colour(self) -> str:
        """The class in the style sheet."""
        return "o-" + self.name.lower().replace("_", "-")


_BY_WORD = {
    "NORMAL": Outcome.NORMAL,
    "NORMAL_NC": Outcome.NORMAL_NC,
    "DEVICE": Outcome.DEVICE,
    "DEVICE+NC": Outcome.BOTH,
    "-EFAULT": Outcome.EFAULT,
    "-ENOEXEC": Outcome.ENOEXEC,
}


def outcome(text: str | None) -> Outcome:
    """The kind of an entry of ``counterexamples.attributes.table.Results``: what is mapped, else the errno."""
    if text is None:
        return Outcome.NEVER
    found = {_one(part) for part in text.split(" or ")}
    return found.pop() if len(found) == 1 else Outcome.SEVERAL


def _one(text: str) -> Outcome:
    word = text.replace(",", " ").split()[0]
    if word in _BY_WORD:
        return _BY_WORD[word]
    return Outcome.ERROR if word.startswith("-") else Outcome.NOTHING
