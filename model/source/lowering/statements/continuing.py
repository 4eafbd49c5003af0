# SPDX-License-Identifier: GPL-2.0-only
"""What an iteration of a loop may have done by its end, if it goes on to the next one.

What it does on a path that leaves the loop (``ret = -EINVAL; break;``) is not among it: no later
iteration finds that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from model.program.procedure import Block, Call, If, Leave, Set, Statement

Done = dict[int, Statement]


@dataclass
class _Paths:
    """The statements that some path to each label has run, by identity and in order."""

    arrived: dict[str, Done] = field(default_factory=dict)

    def run(self, body: Sequence[Statement], done: Done | None) -> Done | None:
        """After the body; None where no path gets to its end."""
        for statement in body:
            if done is None:
                return None
            done = self._step(statement, done)
        return done

    def _step(self, statement: Statement, done: Done) -> Done | None:
        match statement:
            case If(_, then, orelse):
                return _either(self.run(then, done), self.run(orelse, done))
            case Block(label, body):
                inside = self.run(body, done | {id(statement): replace(statement, body=())})
                return _either(inside, self.arrived.pop(label, None))
            case Leave(label):
                self.arrived[label] = self.arrived.get(label, {}) | done
                return None
            case Set() | Call():
                return done | {id(statement): statement}


def _either(one: Done | None, other: Done | None) -> Done | None:
    if one is None or other is None:
        return one if other is None else other
    return one | other


def continuing(iteration: Sequence[Statement]) -> list[Statement]:
    """The assignments, calls of sinks and blocks (these empty) on the paths to the end of the
    iteration."""
    done = _Paths().run(iteration, {})
    return [] if done is None else list(done.values())
