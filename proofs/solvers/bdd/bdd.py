# SPDX-License-Identifier: GPL-2.0-only
"""Reduced ordered binary decision diagrams with complement edges.

A bit is an *edge*: twice the number of a node, plus 1 if it means the opposite.  Node 0 is the truth
itself, so that edge 0 is true and edge 1 false, and an edge is true of some input unless it is 1.
The second edge of a node (its variable is 1) is never complemented, which makes equal functions equal
numbers.

Trusted: this file and ``blast``, for whatever is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from model.logic import Sort

#: The bit of an input: its name, and 0 for the lowest.
Variable = tuple[str, int]
#: The level of a node without a variable: below all others.
_END = 1 << 60


class TooLarge(Exception):  # noqa: N818  # it is no error: another engine is asked
    """The diagram has more nodes than it may have."""


class Bdd:
    """The gates of ``blast``, as nodes that are shared by all that is made.

    ``order`` are variables, the topmost first; those that are not in it come below, in the order in which
    they are met, the bits of a word from the highest.  Raises TooLarge for more than ``limit`` nodes.
    """

    true, false = 0, 1

    def __init__(self, order: Iterable[Variable] = (), limit: int = 200_000):
        self.limit = limit
        self.levels: dict[Variable, int] = {}
        self.level, self.low, self.high = [_END], [0], [0]
        self.nodes: dict[tuple[int, int, int], int] = {}
        self.known: dict[tuple[int, ...], int] = {}
        for variable in order:
            self.levels.setdefault(variable, len(self.levels))

    def variable(self, name: str, bit: int, sort: Sort) -> int:
        for each in reversed(range(max(sort.width, 1))):
            self.levels.setdefault((name, each), len(self.levels))
        return self._node(self.levels[name, bit], 1, 0)

    def is_full(self) -> bool:
        """Whether no node can be made any more."""
        return len(self.level) > self.limit

    def negate(self, a: int) -> int:
        return a ^ 1

    def _node(self, level: int, low: int, high: int) -> int:
        if low == high:
            return low
        sign = high & 1
        key = (level, low ^ sign, high ^ sign)
        found = self.nodes.get(key)
        if found is None:
            if len(self.level) > self.limit:
                raise TooLarge
            found = self.nodes[key] = len(self.level) << 1
            self.level.append(level)
            self.low.append(low ^ sign)
            self.high.append(high ^ sign)
        return found ^ sign

    def _below(self, edge: int, level: int) -> tuple[int, int]:
        """What the edge is where the variable of that level is 0, and where it is 1."""
        node = edge >> 1
        if self.level[node] != level:
            return edge, edge
        return self.low[node] ^ edge & 1, self.high[node] ^ edge & 1

    def conj(self, a: int, b: int) -> int:
        if a > b:
            a, b = b, a
        if a < 2:
            return a or b
        if a ^ b <= 1:
            return a if a == b else 1
        key = (a, b)
        found = self.known.get(key)
        if found is None:  # most of the time is spent here, so that nothing is called that need not be
            low, high, x, y = self.low, self.high, a >> 1, b >> 1
            level, other = self.level[x], self.level[y]
            a0, a1 = (low[x] ^ a & 1, high[x] ^ a & 1) if level <= other else (a, a)
            b0, b1 = (low[y] ^ b & 1, high[y] ^ b & 1) if other <= level else (b, b)
            zero, one = self.conj(a0, b0), self.conj(a1, b1)
            found = zero if zero == one else self._node(min(level, other), zero, one)
            self.known[key] = found
        return found

    def holds(self, edge: int, values: Mapping[int, int]) -> bool:
        """Whether the input satisfies the edge; a level that has no value is 0."""
        while edge > 1:
            low, high = self._below(edge, self.level[edge >> 1])
            edge = high if values.get(self.level[edge >> 1]) else low
        return edge == self.true

    def disj(self, a: int, b: int) -> int:
        return self.conj(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: int, b: int) -> int:
        return self.choose(a, b ^ 1, b)

    def choose(self, condition: int, then: int, orelse: int) -> int:
        c, t, e = (condition, then, orelse) if not condition & 1 else (condition ^ 1, orelse, then)
        if c == 0 or t == e:
            return t
        if t < 2 or t >> 1 == c >> 1:
            return self.disj(c, e) if t in (0, c) else self.conj(c ^ 1, e)
        if e < 2 or e >> 1 == c >> 1:
            return self.conj(c, t) if e in (1, c) else self.disj(c ^ 1, t)
        sign = t & 1
        key = (c, t ^ sign, e ^ sign)
        found = self.known.get(key)
        if found is None:
            c, t, e = key
            level = min(self.level[c >> 1], self.level[t >> 1], self.level[e >> 1])
            (c0, c1), (t0, t1), (e0, e1) = (self._below(x, level) for x in key)
            found = self.known[key] = self._node(level, self.choose(c0, t0, e0), self.choose(c1, t1, e1))
        return found ^ sign

    # What is asked of an edge ------------------------------------------------------------
    def all(self, edges: Iterable[int]) -> int:
        return reduce(self.conj, edges, self.true)

    def path(self, edge: int) -> dict[int, int]:
        """Values of levels that satisfy it: 0 wherever that can be, from the topmost down; levels that are
        missing do not matter.  Raises ValueError if there are none."""
        if edge == self.false:
            raise ValueError("No input satisfies the condition.")
        found: dict[int, int] = {}
        while edge > 1:
            level = self.level[edge >> 1]
            low, high = self._below(edge, level)
            found[level] = int(low == self.false)
            edge = high if low == self.false else low
        return found
