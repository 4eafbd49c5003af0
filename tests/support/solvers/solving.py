# SPDX-License-Identifier: GPL-2.0-only
"""The solver, asked about one term."""

from __future__ import annotations

from model.logic import Term, free_names, smt_text
from proofs.solvers.smt import z3


def satisfiable(term: Term) -> bool:
    """Whether some values of its names make the term true."""
    engine, writer = z3.start(), smt_text.Writer()
    writer.declare(free_names(term))
    writer.share([term])
    engine("".join(writer.lines) + f"(assert {writer.known[term.key]})")
    answer = engine("(check-sat)").strip()
    assert answer in ("sat", "unsat")
    return answer == "sat"
