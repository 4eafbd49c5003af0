# SPDX-License-Identifier: GPL-2.0-only
"""Does a certificate show that no assignment satisfies some clauses?

A clause is a tuple of literals: a variable's number, negative for "not".  A certificate is a list of
steps (number, clause, hints).  Each step adds a clause under a new number, and its hints are numbers
of clauses that are there.  Suppose that an assignment satisfied all of these and no literal of the new
clause.  Its literals are false then, and each hint in turn has at most one literal that is not known
to be false; that one is true.  A hint that has none left is the contradiction: so the new clause holds
wherever the others do.  If the empty clause can be added, nothing satisfies the clauses.

Trusted: this file, for whatever a certificate proves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Clause = tuple[int, ...]
Step = tuple[int, Clause, tuple[int, ...]]


class RejectedError(ValueError):
    """What is wrong, as a sentence."""


def check(clauses: Mapping[int, Clause], steps: Iterable[Step]) -> None:
    """Returns if the steps show that nothing satisfies the clauses (by number), else raises RejectedError."""
    added: dict[int, Clause] = {}
    for number, clause, hints in steps:
        if number in clauses or number in added:
            raise RejectedError(f"Step {number} uses a number that is taken.")
        false = dict.fromkeys(clause, True)
        for hint in hints:
            known = added.get(hint) or clauses.get(hint)
            if known is None:
                raise RejectedError(f"Step {number} uses clause {hint}, which is not there.")
            left = [literal for literal in known if literal not in false]
            if not left:
                break
            if len(set(left)) > 1:
                raise RejectedError(
                    f"Step {number}: clause {hint} has more than one literal that may be true."
                )
            false[-left[0]] = True
        else:
            raise RejectedError(f"Step {number}: its hints end without a contradiction.")
        if not clause:
            return
        added[number] = clause
    raise RejectedError("The empty clause is never reached.")
