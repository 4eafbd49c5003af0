# SPDX-License-Identifier: GPL-2.0-only
"""Definite assignment: a hand-written procedure reads no local before it is set.

Every path is followed; conditions are not evaluated, so what is only ever read under the condition
under which it was set counts as unset.
"""

from __future__ import annotations

from model.logic import subterms
from model.program.procedure import Block, Call, If, Leave, ProcedureError, Set, Statement, own_terms


def check_definite_assignment(body: tuple[Statement, ...], arguments: frozenset[str] = frozenset()) -> None:
    """Raise ProcedureError where a local other than an argument may be read before it is set."""
    _flow(body, arguments, {})


def _flow(
    body: tuple[Statement, ...], known: frozenset[str], left: dict[str, list[frozenset[str]]]
) -> frozenset[str] | None:
    """The locals that are set on every path through the body; None if no path goes on."""
    for statement in body:
        _check(statement, known)
        match statement:
            case Set(target):
                known |= {target}
            case If(_, then, orelse):
                ends = [e for e in (_flow(then, known, left), _flow(orelse, known, left)) if e is not None]
                if not ends:
                    return None
                known = frozenset.intersection(*ends)
            case Block(label, inner):
                end = _flow(inner, known, left)
                ends = left.pop(label, []) + ([] if end is None else [end])
                if not ends:
                    return None
                known = frozenset.intersection(*ends)
            case Leave(label):
                left.setdefault(label, []).append(known)
                return None
            case Call():
                pass
    return known


def _check(statement: Statement, known: frozenset[str]) -> None:
    for term in own_terms(statement):
        for t in subterms(term):
            if t.op == "place" and t.data not in known:
                told = statement.span.text or str(term)
                raise ProcedureError(f"{t.data} may be read before it is set, at {told}.")
