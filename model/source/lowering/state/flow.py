# SPDX-License-Identifier: GPL-2.0-only
"""What is known at the point of the C that lowering has come to.

Terms need no such state: they read places, which hold what the statements before put there.  But
which objects a pointer may point to, and which answers of calls are used up, is followed along
every path, and joined where paths meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from model.source.types.values import Location

Locations = tuple[Location, ...]


@dataclass
class Flow:
    """``pointers``: what the pointers that were set may point to, by path; ``answers``: how many
    answers of a call were given, by its name; ``reached``: whether any path comes here."""

    pointers: dict[str, Locations] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    reached: bool = True

    def copy(self) -> Flow:
        """The same, to be changed on its own."""
        return Flow(dict(self.pointers), dict(self.answers), self.reached)


def join_flows(flows: Sequence[Flow], initial_targets: Mapping[str, Locations]) -> Flow:
    """Where several paths meet; ``initial_targets`` says what a pointer that was not set points to.

    Paths that exclude each other may share the names of answers, so the largest number counts.
    """
    met = [f for f in flows if f.reached]
    if len(met) < 2:
        return met[0] if met else flows[0]
    pointers: dict[str, Locations] = {}
    for path in dict.fromkeys(p for f in met for p in f.pointers):
        each = [f.pointers.get(path, initial_targets.get(path, ())) for f in met]
        pointers[path] = tuple(dict.fromkeys(t for targets in each for t in targets))
    names = dict.fromkeys(n for f in met for n in f.answers)
    return Flow(pointers, {n: max(f.answers.get(n, 0) for f in met) for n in names})
