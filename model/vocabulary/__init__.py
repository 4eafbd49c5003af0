# SPDX-License-Identifier: GPL-2.0-only
"""The symbols of the functions that are read besides the fault path: one module a subject.

Each module has its table ``WORDS`` (name -> sort, and what the word is in the C) and the words as
terms.  ``model.source.targets`` says which C expression of a kernel each word is; a theorem says by
``of`` which function it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.logic import Sort, Term, name

Symbols = Mapping[str, tuple[Sort, str]]


def symbol(words: Symbols, text: str) -> Term:
    """The word of a table as a term."""
    return name(text, words[text][0])
