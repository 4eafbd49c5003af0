# SPDX-License-Identifier: GPL-2.0-only
"""z3 as an engine: SMT-LIB commands in, its answers out.  Only this file imports z3.

Text is the whole interface, so another solver can take z3's place, and nothing is lost between our
terms and z3's (its Python terms are also several times slower to build than its parser is).

Trusted: z3, for whatever is PROVED.
"""

from __future__ import annotations

import z3  # type: ignore[import-untyped, unused-ignore]

from proofs.solvers.engine import EngineError, SmtEngine

# Many small questions under assumptions: z3's SAT solver for bit-vectors, without the rewriting of
# clauses between questions, which costs more than all the questions.
_SETTINGS = """
(set-option :produce-unsat-assumptions true)
(set-option :sat.simplify.delay 1000000)
(set-logic QF_BV)
"""


def start() -> SmtEngine:
    """A fresh solver, which keeps what it is told from one call to the next."""
    context = z3.Context()

    def run(commands: str) -> str:
        try:
            answer: str = z3.Z3_eval_smtlib2_string(context.ref(), commands)
        except z3.Z3Exception as error:
            text = error.args[0] if error.args else error
            raise EngineError(text.decode() if isinstance(text, bytes) else str(text)) from None
        return answer

    run(_SETTINGS)
    return run
