# SPDX-License-Identifier: GPL-2.0-only
"""The sorts of terms: truth values, and bit-vectors of a width."""

from __future__ import annotations

from dataclasses import dataclass


class SortError(TypeError):
    """An operator was given a term of the wrong sort or width."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What values a term takes: ``width`` bits, or a truth value where ``width`` is 0."""

    width: int

    def __str__(self) -> str:
        return f"word of {self.width} bits" if self.width else "truth value"


BOOL = Sort(0)


def BitVec(width: int) -> Sort:  # noqa: N802  # reads as the sort that it makes
    """The sort of machine words of ``width`` bits."""
    if width < 1:
        raise SortError(f"A word has at least one bit, and {width} were asked for.")
    return Sort(width)


BV64 = Sort(64)

#: What a term means as a number: False and True for truth values, an unsigned int for words.
Value = int
