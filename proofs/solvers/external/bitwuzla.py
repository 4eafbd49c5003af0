# SPDX-License-Identifier: GPL-2.0-only
"""bitwuzla as an engine of the portfolio; only this file knows its Python package, which is an extra.

Trusted: bitwuzla, for what is said to be confirmed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.logic import smt_text
from proofs.solvers.engine import EngineError
from proofs.solvers.external.exported import load_package
from proofs.solvers.query import SatStatus


def version() -> str:
    """Its version; raises MissingError."""
    return str(load_package("bitwuzla").version())


class Bitwuzla:
    """A fresh solver; ``limit`` is the number of seconds each question may take."""

    def __init__(self, limit: float):
        self.package = load_package("bitwuzla")
        options = self.package.Options()
        options.set("produce-models", True)
        options.set("time-limit-per", int(limit * 1000))
        self.parser = self.package.Parser(self.package.TermManager(), options)

    def tell(self, text: str) -> None:
        try:
            self.parser.parse(text, True, False)
        except self.package.BitwuzlaException as error:
            raise EngineError(str(error)) from None

    def check(self) -> SatStatus:
        result = self.parser.bitwuzla().check_sat()
        known = {self.package.Result.SAT: SatStatus.SAT, self.package.Result.UNSAT: SatStatus.UNSAT}
        return known.get(result, SatStatus.UNKNOWN)

    def values(self, names: Sequence[str]) -> dict[str, int]:
        solver = self.parser.bitwuzla()
        declared = {term.symbol(): term for term in self.parser.get_declared_funs()}
        return {n: _number(solver.get_value(declared[smt_text.symbol(n)])) for n in names}


def _number(value: Any) -> int:
    return int(value.value(10)) if value.sort().is_bv() else int(value.value())
