# SPDX-License-Identifier: GPL-2.0-only
"""Does the condition of an ``#if`` hold in this tree, under this configuration?

What a condition says of CONFIG names and of the compiler is answered by the profile; what it says
of macros by the tree: a macro is defined if some definition of it is in force.

The order of a translation unit is not followed.  What defines X only where X is not yet defined is
left out where the question is whether X is *not* defined; that makes include guards and fallback
definitions come out as in a compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from model.source.conditions import Stack, evaluate, number
from model.source.definitions import Reliance, macro_parts
from model.source.headers import SourceFile
from model.source.profile import Profile
from model.source.scan import MACRO, Record

Answer = tuple[bool | None, frozenset[Reliance]]
"""Whether something holds, None where that is unknown; and the names this rests on."""

Number = tuple[int | None, frozenset[Reliance]]

DEEPEST = 40
"""Macros that may be looked into for the sake of one another; beyond, the answer is unknown."""

_T = TypeVar("_T")
_Candidates = Callable[[str], Iterable[list[tuple[SourceFile, Record]]]]


class Answers:
    """Answers about conditions, each worked out once.

    Two macros may each be defined only where the other is (not).  Inside such a circle the answer
    is "unknown", and what was answered on the way is not remembered, so that no answer depends on
    what was asked before.
    """

    def __init__(self, profile: Profile, candidates: _Candidates) -> None:
        self._profile = profile
        self._candidates = candidates
        self._known: dict[tuple[str, str], tuple[int | None, frozenset[Reliance]]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._circles: set[tuple[str, str]] = set()
"""placeholder"""
