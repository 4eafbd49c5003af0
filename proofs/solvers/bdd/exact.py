# SPDX-License-Identifier: GPL-2.0-only
"""On which inputs does a condition hold, exactly?  Diagrams of conditions of whole fault paths.

As ``cases``, with nothing left open: words are taken apart where they are chosen, so that a size is one
of a few constants by the time it is compared, and what is left is compared bit by bit.

Trusted: this file, ``cases``, ``blast`` and ``bdd``, for the numbers that are counted with it.
"""

from __future__ import annotations

from model.logic import BOOL, Term
from proofs.solvers.bdd.abstraction import Conditions


class Exact(Conditions):
    """Edges that are true of just the inputs on which the condition holds.  Raises TooLarge."""

    def _open(self, term: Term) -> int:
        if term.op == "name":
            return self.bdd.variable(str(term.data), 0, BOOL)
        return self._exact(term)

    def _apart(self, op: str, x: Term, y: Term, flat: Term) -> int:
        return self._exact(flat)
