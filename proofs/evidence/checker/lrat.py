# SPDX-License-Identifier: GPL-2.0-only
"""The check of LRAT certificates: that no assignment satisfies some clauses.

A clause is a tuple of literals: a variable's number, negative for "not".  A step (number, clause, hints)
adds a clause; its hints are numbers of clauses that are there.  If an assignment satisfied these and no
literal of the new clause, its literals would be false, and each hint in turn has at most one literal that
is not known to be false; that one is true.  A hint that has none left is the contradiction: so the new
clause holds wherever the others do.  If it is empty, nothing satisfies the clauses.  Trusted: this file,
for what a certificate proves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Clause = tuple[int, ...]
Step = tuple[int, Clause, tuple[int, ...]]


class RejectedError(ValueError):
    """What is wrong, as a sentence."""


def derive(clauses: Mapping[int, Clause], steps: Iterable[Step]) -> dict[int, Clause]:
    """What the steps add to the clauses, by number: it holds wherever they do.  Raises RejectedError."""
    added: dict[int, Clause] = {}
    for number, clause, hints in steps:
        if number in clauses or number in added:
            raise RejectedError(f"Step {number} uses a number that is taken.")
        false = dict.fromkeys(clause, True)
        for hint in hints:
            known = added[hint] if hint in added else clauses.get(hint)
            if known is None:
                raise RejectedError(f"Step {number} uses clause {hint}, which is not there.")
            left = {literal for literal in known if literal not in false}
            if not left:
                break
            if len(left) != 1:
                raise RejectedError(f"Step {number}: more than one literal of clause {hint} may be true.")
            false[-left.pop()] = True
        else:
            raise RejectedError(f"Step {number}: its hints end without a contradiction.")
        added[number] = clause
    return added


def check(clauses: Mapping[int, Clause], steps: Iterable[Step]) -> None:
    """Returns if the steps show that nothing satisfies the clauses (by number), else raises RejectedError."""
    if () not in derive(clauses, steps).values():
        raise RejectedError("The empty clause is never reached.")
