# SPDX-License-Identifier: GPL-2.0-only
"""The part of a procedure that the compiled C is compared with: the effects and arguments that its stubs record.

Locks, barriers and other calls that only the order of events shows are not recorded by the stubs, nor are
arguments that no contract names; ``count_left_out`` says of how many calls and arguments that is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from model.program.procedure import Call, Procedure, Statement, walk
from model.program.rewrite import Descend, rewrite
from model.source.contracts.contract import Contract

#: What every effect records of the locks.
_SNAPSHOT = "mmu_lock"


@dataclass(frozen=True)
class Projection:
    """The arguments that are recorded of each effect."""

    recorded: Mapping[str, frozenset[str]]

    def keep(self, call: Call) -> Iterable[Call]:
        """The call with its recorded arguments; nothing if it is not recorded."""
        names = self.recorded.get(call.effect)
        if names is None:
            return ()
        return (replace(call, arguments=tuple((a, t) for a, t in call.arguments if a in names)),)

    def project(self, procedure: Procedure) -> Procedure:
        """The procedure with what is recorded."""

        def visit(statement: Statement, descend: Descend) -> Iterable[Statement]:
            return self.keep(statement) if isinstance(statement, Call) else (descend(statement),)

        return replace(procedure, body=rewrite(procedure.body, visit))

    def count_left_out(self, procedure: Procedure) -> tuple[int, int]:
        """How many calls of the procedure are not recorded, and how many arguments of the others."""
        calls = [s for s in walk(procedure.body) if isinstance(s, Call)]
        kept = [(call, each) for call in calls for each in self.keep(call)]
        return len(calls) - len(kept), sum(len(call.arguments) - len(each.arguments) for call, each in kept)


def project_onto(contracts: Mapping[str, Contract]) -> Projection:
    """What stubs of these contracts record."""
    recorded: dict[str, frozenset[str]] = {"BUG": frozenset()}
    for name, contract in contracts.items():
        if contract.is_recorded_by_stubs:
            arguments = {a for a, _, _ in contract.arguments} | {a for a, _ in contract.observes}
            effect = contract.event or name
            recorded[effect] = recorded.get(effect, frozenset()) | arguments | {_SNAPSHOT}
    return Projection(recorded)
