# SPDX-License-Identifier: GPL-2.0-only
"""The engines of the portfolio, by name.

    bdd       decision diagrams (``proofs.solvers.bdd.engine``): shows that nothing refutes a claim, or leaves it open
    bitwuzla  an SMT solver, on the exported text
    cvc5      another

Trusted: nothing; what they say is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from proofs.claims.claim import Claim
from proofs.solvers.bdd import engine
from proofs.solvers.engine import installed_version
from proofs.solvers.external import bitwuzla, cvc5, exported
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, SatStatus

#: Why the decision diagrams do not answer.
LEFT_OPEN = "The decision diagram leaves it open."

Decide = Callable[[Claim, Obligation], Answer]


@dataclass(frozen=True)
class Engine:
    """``begin(seconds)`` makes what decides claims, one after the other, about the same subject, each
    question within that time where the engine has a clock.  ``version`` is "" for those of this tool.
    One that finds no models is not asked about refutations, which the interpreter has confirmed."""

    name: str
    version: str
    begin: Callable[[float], Decide]
    finds_models: bool = True

    @property
    def told(self) -> str:
        """The name with the version."""
        return f"{self.name} {self.version}".strip()


def z3_version() -> str:
    """The version of the solver that decides."""
    return installed_version("z3-solver").removesuffix(".0")


def select_engines(names: Sequence[str]) -> tuple[Engine, ...]:
    """The engines of these names but z3; raises MissingError where one is not installed."""
    return tuple(_MAKERS[name]() for name in names if name != "z3")


def explain_missing(names: Sequence[str]) -> str:
    """Why the engines of these names cannot be asked, as a sentence; "" if they can."""
    try:
        select_engines(names)
    except exported.MissingError as error:
        return str(error)
    return ""


def _bitwuzla() -> Engine:
    return Engine("bitwuzla", bitwuzla.version(), lambda limit: _on_text(partial(bitwuzla.Bitwuzla, limit)))


def _cvc5() -> Engine:
    return Engine("cvc5", cvc5.version(), lambda limit: _on_text(partial(cvc5.Cvc5, limit)))


def _on_text(start: Callable[[], exported.TextSolver]) -> Decide:
    return lambda _, obligation: exported.decide(obligation, start)


def _bdd() -> Engine:
    return Engine("bdd", "", lambda _: _Diagram().decide, finds_models=False)


_MAKERS: dict[str, Callable[[], Engine]] = {
    "bdd": _bdd,
    "bitwuzla": _bitwuzla,
    "cvc5": _cvc5,
}
NAMES = ("z3", *_MAKERS)


class _Diagram:
    """One diagram for several claims."""

    def __init__(self) -> None:
        self.shared = engine.SharedDiagram()

    def decide(self, _: Claim, obligation: Obligation) -> Answer:
        """UNSAT of the denied conclusion, where the diagram shows it.  A model is not sought: the
        interpreter confirms those of the other engines."""
        about = (~obligation.then, *obligation.given)
        others = (*obligation.background, *(fact.holds for fact in obligation.facts))
        if self.shared.is_impossible(about, others):
            return Answer(obligation.claim, SatStatus.UNKNOWN, SatStatus.UNSAT)
        return Answer(obligation.claim, SatStatus.UNKNOWN, SatStatus.UNKNOWN, reason=LEFT_OPEN)
