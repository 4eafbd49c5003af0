# SPDX-License-Identifier: GPL-2.0-only
"""cvc5 as an engine of the portfolio; only this file knows its Python package, which is an extra.

Trusted: cvc5, for what is said to be confirmed by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.logic import smt_text
from proofs.solvers import smtlib
from proofs.solvers.engine import EngineError
from proofs.solvers.external.exported import load_package
from proofs.solvers.query import SatStatus


def version() -> str:
    """Its version; raises MissingError."""
    package = load_package("cvc5")
    told = package.Solver(package.TermManager()).getVersion()
    return (told.decode() if isinstance(told, bytes) else str(told)).removesuffix("-modified")


class Cvc5:
    """A fresh solver; ``limit`` is the number of seconds each question may take."""

    def __init__(self, limit: float):
        self.package = load_package("cvc5")
        terms = self.package.TermManager()
        self.solver = self.package.Solver(terms)
        options = {"produce-models": "true", "incremental": "true", "tlimit-per": str(int(limit * 1000))}
        for option, value in options.items():
            self.solver.setOption(option, value)
        self.symbols = self.package.SymbolManager(terms)

    def tell(self, text: str) -> None:
        self._run(text)

    def check(self) -> SatStatus:
        told = self._run("(check-sat)").strip()
        return SatStatus(told) if told in ("sat", "unsat") else SatStatus.UNKNOWN

    def values(self, names: Sequence[str]) -> dict[str, int]:
        wanted = " ".join(map(smt_text.symbol, names))
        try:
            return smtlib.read_values(self._run(f"(get-value ({wanted}))")) if names else {}
        except ValueError as error:
            raise EngineError(str(error)) from None

    def _run(self, commands: str) -> str:
        parser = self.package.InputParser(self.solver, self.symbols)
        parser.setStringInput(self.package.InputLanguage.SMT_LIB_2_6, commands, "claim")
        told = []
        try:
            while not (command := parser.nextCommand()).isNull():
                told.append(str(command.invoke(self.solver, self.symbols)))
        except RuntimeError as error:
            raise EngineError(str(error)) from None
        answer = "".join(told)
        if answer.startswith("(error"):
            raise EngineError(answer.strip())
        return answer
