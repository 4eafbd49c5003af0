# SPDX-License-Identifier: GPL-2.0-only
"""Other SMT solvers, which read the text that ``--smt2`` writes of a claim.

A solver is told the text of one claim as it is exported, up to the denied conclusion (can the premises
hold?) and then to its end.  ``bitwuzla`` and ``cvc5`` make such solvers; they are found when they are
asked for, and their packages are extras of this one.

Trusted: the solver, for UNSAT; models are replayed like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol

from model.logic import disj
from proofs.solvers import smtlib
from proofs.solvers.engine import EngineError
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, SatStatus


class TextSolver(Protocol):
    """A solver that keeps what it was told.  Raises EngineError where it complains."""

    def tell(self, text: str) -> None:
        """Declarations, definitions and assertions."""

    def check(self) -> SatStatus:
        """Whether all assertions can hold."""

    def values(self, names: Sequence[str]) -> dict[str, int]:
        """The values of inputs in the model that was just found."""


class MissingError(Exception):
    """An engine is not installed; the text is a whole sentence."""


def load_package(module: str) -> Any:
    """The Python module of an engine; raises MissingError."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingError(
            f"The engine {module} is not installed ({error}); install it with "
            f"`pip install 'stage2-proofs[{module}]'`, or leave it out of --engines."
        ) from None


def decide(obligation: Obligation, start: Callable[[], TextSolver]) -> Answer:
    """The answer about one obligation, by fresh solvers."""
    try:
        answer = _check_both(obligation, start())
        if answer.denied is not SatStatus.SAT or obligation.witness is None:
            return answer
        # Whatever refutes the claim without the witness also refutes "the conclusion or the witness".
        wider = replace(obligation, then=disj(obligation.then, obligation.witness))
        stray = _check_both(wider, start())
        return replace(answer, stray=stray.denied, strayed=stray.refuted, reason=stray.reason)
    except EngineError as error:
        return Answer(
            obligation.claim, SatStatus.UNKNOWN, SatStatus.UNKNOWN, reason=f"The solver complains: {error}"
        )


def _check_both(obligation: Obligation, solver: TextSolver) -> Answer:
    premises, _, denied = smtlib.render_claim(obligation).partition(smtlib.DENIED)
    names = tuple(obligation.inputs)
    solver.tell(premises)
    found = solver.check()
    answer = Answer(obligation.claim, found, reason=_reason(found))
    if found is not SatStatus.SAT:
        return answer
    answer = replace(answer, reached=solver.values(names))
    solver.tell(denied.removesuffix(smtlib.CHECK))
    found = solver.check()
    answer = replace(answer, denied=found, reason=_reason(found))
    return replace(answer, refuted=solver.values(names)) if found is SatStatus.SAT else answer


def _reason(found: SatStatus) -> str:
    return "The solver gave up within its time." if found is SatStatus.UNKNOWN else ""
