# SPDX-License-Identifier: GPL-2.0-only
"""A session with an engine about one batch of definitions, with queries under assumptions.

Everything is asked under assumptions: an expression gets a literal of its own once, and a question
names literals.  So the engine turns the definitions into clauses once, keeps what it learns, and
can say which assumptions it used.  All literals should be defined before the first question: z3
starts its work again after each later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model.logic import smt_text
from proofs.solvers import smtlib
from proofs.solvers.engine import SmtEngine
from proofs.solvers.query import SatStatus


class Session:
    """``text`` are definitions, and ``always`` expressions that hold in every question."""

    def __init__(self, engine: SmtEngine, text: str, always: Iterable[str] = ()):
        self.engine = engine
        self.engine(text + "".join(f"(assert {expression})" for expression in always))
        self.literals: dict[str, str] = {}

    def define(self, expressions: Iterable[str]) -> list[str]:
        """The literals of expressions: each is true if and only if its expression is."""
        wanted = list(expressions)
        commands = []
        for expression in wanted:
            if expression not in self.literals:
                text = self.literals[expression] = f"literal{len(self.literals)}"
                commands.append(f"(declare-const {text} Bool)(assert (= {text} {expression}))")
        self.engine("".join(commands))
        return [self.literals[expression] for expression in wanted]

    def check(self, literals: Sequence[str]) -> SatStatus:
        """Whether the literals can hold together."""
        if not literals:
            return SatStatus(self.engine("(check-sat)").strip())
        return SatStatus(self.engine(f"(check-sat-assuming ({' '.join(literals)}))").strip())

    def values(self, names: Sequence[str]) -> dict[str, int]:
        """The values of declared names in the model that was just found."""
        return smtlib.read_values(self.engine(f"(get-value ({' '.join(names)}))")) if names else {}

    def model(self, inputs: Iterable[str]) -> dict[str, int]:
        """The values of inputs in the model that was just found."""
        return self.values([smt_text.symbol(text) for text in inputs])

    def unsat_assumptions(self) -> list[str]:
        """The literals that the last ``unsat`` needed."""
        return smtlib.read_literals(self.engine("(get-unsat-assumptions)"))

    def reason(self) -> str:
        """Why the last answer was ``unknown``."""
        return self.engine("(get-info :reason-unknown)").strip()
