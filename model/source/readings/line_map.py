# SPDX-License-Identifier: GPL-2.0-only
"""Maps lines of one tree to those of another that gives the same answers.

Where the answers are the same but for the lines of definitions, what is lowered is the same but for
lines, as long as the definitions of a file keep their order: lowering copies lines into what it makes
and compares them with each other, and does nothing else with them.  ``LineMap`` then translates them.

Trusted: that it does nothing else with them; tests compare with readings made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from model.source.readings.query_log import LoggedQuery, QueryLog


@dataclass(frozen=True)
class LineMap:
    """Where lines of one tree are in another: for each file in which any moved, the new line of each
    that was read."""

    lines: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def map_line(self, file: str, line: int) -> int:
        """The line in the other tree.  Raises KeyError for one that was not read.

        Where no definition is, line 1 stands for what our own tables say (``kernel.constants_of``).
        """
        known = self.lines.get(file)
        if known is None or (line == 1 and 1 not in known):
            return line
        return known[line]

    def map_text(self, text: str) -> str:
        """A text with each ``file:line`` in it as in the other tree.  Raises KeyError likewise."""
        for file in self.lines:
            if file in text:
                parts = re.split(rf"((?<![\w/.-]){re.escape(file)}:)(\d+)", text)
                parts[2::3] = [str(self.map_line(file, int(line))) for line in parts[2::3]]
                text = "".join(parts)
        return text

    def is_named_in(self, text: str) -> bool:
        """Whether a line that moved may be named in a text."""
        return any(f"{file}:" in text for file in self.lines)


def map_lines(again: QueryLog, logged: Iterable[LoggedQuery]) -> LineMap | None:
    """Put all queries to another view, in their order; None unless the answers are the same but for
    lines, and what was read of a file is in the same order there.

    ``again`` is a fresh log over that view.  Raises ValueError for what is no query.
    """
    lines: dict[str, dict[int, int]] = {}
    for each in logged:
        again.replay(each.query)
        now = again.queries.get(each.query)
        if now is None or now.answer != each.answer or len(now.lines) != len(each.lines):
            return None
        for (file, old, count), (_, new, _) in zip(each.lines, now.lines, strict=True):
            known = lines.setdefault(file, {})
            if any(known.setdefault(old + i, new + i) != new + i for i in range(count)):
                return None
    if not all(map(_keeps_order, lines.values())):
        return None
    return LineMap({file: known for file, known in lines.items() if any(a != b for a, b in known.items())})


def _keeps_order(lines: Mapping[int, int]) -> bool:
    """Whether of any two lines the same is the earlier one in both trees."""
    return all(one < other for one, other in pairwise(lines[line] for line in sorted(lines)))
