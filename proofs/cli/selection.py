# SPDX-License-Identifier: GPL-2.0-only
"""What a command line asks for, as data, and how its patterns choose among names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

#: z3 decides; the decision diagrams are asked about what it proves.
DEFAULT_ENGINES = ("z3", "bdd")
#: Every engine; packages of the last two may not be installed.
ENGINES = ("z3", "bdd", "bitwuzla", "cvc5")


class SelectionError(Exception):
    """The command line asks for something that is not there; the text is a whole sentence."""


@dataclass(frozen=True)
class Selection:
    """What to prove and what to do with it.

    ``linux`` is a kernel tree, ``rev`` a revision if it is a git checkout, ``against`` and
    ``against_rev`` another to compare it with, ``config`` a file of
    Kconfig values, ``pages`` the page sizes.  ``theorem`` and ``shape`` are patterns (None: not
    given).  At most one of ``list_claims``, ``ledger``, ``show``, ``table`` ("" without a shape),
    ``explain`` and ``adequacy`` is set.  ``jobs`` is a number
    of processes and ``timeout`` a number of seconds for each claim; ``no_cache`` says that earlier
    runs are not to be believed, ``compiled`` that witnesses are also run by the compiled C; ``engines``
    are the names of those that have to agree.
    """

    linux: Path | None = None
    rev: str | None = None
    against: Path | None = None
    against_rev: str | None = None
    config: Path | None = None
    pages: tuple[str, ...] = ("4K",)
    theorem: str | None = None
    shape: str | None = None
    list_claims: bool = False
    ledger: bool = False
    show: str | None = None
    table: str | None = None
    explain: str | None = None
    adequacy: bool = False
    json: Path | None = None
    smt2: Path | None = None
    evidence: Path | None = None
    jobs: int = 1
    timeout: float = 30.0
    no_cache: bool = False
    compiled: bool = False
    engines: tuple[str, ...] = DEFAULT_ENGINES


def match_names(what: str, pattern: str | None, names: Iterable[str]) -> list[str]:
    """The names that a pattern matches (all, if there is no pattern), in their order.

    Raises SelectionError if there is none, with the nearest names.
    """
    known = list(dict.fromkeys(names))
    if pattern is None:
        return known
    found = [name for name in known if fnmatchcase(name, pattern)]
    if not found:
        raise SelectionError(f"No {what} is called {pattern}{_nearest(pattern, known)}")
    return found


def _nearest(pattern: str, names: Sequence[str]) -> str:
    near = get_close_matches(pattern, names, n=3, cutoff=0.5)
    if not near:
        return "; --list prints all names."
    return f"; the nearest {'name is' if len(near) == 1 else 'names are'} {', '.join(near)}."
