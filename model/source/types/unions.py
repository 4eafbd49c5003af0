# SPDX-License-Identifier: GPL-2.0-only
"""The use of union members: which alternatives are used, and which unions are written.

Members that overlap are separate places here.  That is right as long as only one of them is used; if
none is ever written the others are inputs of which nothing is known; else the use is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

#: The unions that a member lies in, outermost first, each with the number of the alternative.
Chain = tuple[tuple[str, int], ...]
_Union = tuple[str, str]  # the path of the struct that holds it, and where its body stands


@dataclass
class Unions:
    """``members``: by path of a member, its unions and alternatives; ``used``: the alternatives
    that were used, in the order in which they were met; ``written``: the unions that were."""

    members: dict[str, tuple[tuple[_Union, int], ...]] = field(default_factory=dict)
    used: dict[_Union, tuple[int, ...]] = field(default_factory=dict)
    written: frozenset[_Union] = frozenset()

    def copy(self) -> Unions:
        """The same, to be changed on its own."""
        return Unions(dict(self.members), dict(self.used), self.written)

    def use(self, struct: str, member: str, chain: Chain) -> None:
        """The member at path ``member``, of the struct at path ``struct``, is used."""
        if not chain:
            return
        self.members[member] = tuple(((struct, where), number) for where, number in chain)
        for union, number in self.members[member]:
            used = self.used.get(union, ())
            self.used[union] = used if number in used else (*used, number)

    def write(self, paths: Iterable[str]) -> None:
        """The object at the first path, which lies in those at the others, is written."""
        self.written |= {union for path in paths for union, _ in self.members.get(path, ())}

    def is_mixed(self, paths: Iterable[str]) -> bool:
        """Whether the object lies in a union that is written and used as more than one alternative."""
        unions = [union for path in paths for union, _ in self.members.get(path, ())]
        return any(union in self.written and len(self.used[union]) > 1 for union in unions)

    def is_later_alternative(self, paths: Iterable[str]) -> bool:
        """Whether the object lies in an alternative that was not the first to be used."""
        return any(
            self.used[union][0] != number for path in paths for union, number in self.members.get(path, ())
        )
