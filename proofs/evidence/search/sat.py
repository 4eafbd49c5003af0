# SPDX-License-Identifier: GPL-2.0-only
"""The SAT solver that certificates come from: CaDiCaL of python-sat, which records why it refuses.

A literal is a variable (1, 2, ...) or its negative.  What is learnt follows from the clauses alone, for
literals are only assumed: so it serves later questions as well.  What is said is a function of the
clauses, the questions in their order, and python-sat's version.

Trusted: nothing; what it says is checked, by ``proofs.evidence.checker.lrat`` or by Coq.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from tempfile import TemporaryFile

from proofs.evidence.checker.lrat import Clause
from proofs.evidence.search.trace import Trace, read
from proofs.solvers.engine import installed_version

PACKAGE = "python-sat"

#: Conflicts after which a question is left open.
CONFLICTS = 20_000

#: What is written; and of what CaDiCaL can do between searches, what finds gates that are the same.
#: The rest pays for one long question and not for many short ones, and "factor" names new
#: variables, of which no certificate may speak.
_OPTIONS = {"lidrup": 1, "binary": 0} | dict.fromkeys(
    (
        "chrono", "condition", "elim", "factor", "lucky", "otfs", "rephase", "shrink", "stabilize", "subsume",
        "sweep", "ternary", "vivify", "walk",
    ),
    0,
)  # fmt: skip


class GaveUpError(Exception):
    """There were more conflicts than one question may have, or there is no solver; a whole sentence."""


def explain_missing() -> str:
    """What is to be installed before evidence can be written, as a sentence; "" if nothing is."""
    if find_spec("pysat") is not None:
        return ""
    return f"Evidence is made with a SAT solver that is not installed; pip install '{PACKAGE}' brings it."


def solver_version() -> tuple[str, str]:
    """The SAT solver's name and version."""
    return f"CaDiCaL ({PACKAGE})", installed_version(PACKAGE)


class SatSolver:
    """Clauses in the solver; ``refusals`` is how often it has said that there is no model.

    Raises GaveUpError if there is no solver.
    """

    def __init__(self, clauses: Iterable[Clause], conflicts: int = CONFLICTS):
        if explain_missing():
            raise GaveUpError(explain_missing())
        import pysolvers  # type: ignore[import-untyped, import-not-found, unused-ignore]
        from pysat.solvers import Cadical300  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self.conflicts = conflicts
        self.refusals = 0
        self.solver = Cadical300()
        self.solver.configure(_OPTIONS)
        # As ``with_proof=True`` does it, but after the options: they say what is written.
        self.solver.prfile = TemporaryFile()  # noqa: SIM115  # the solver closes it
        self.solver.prfp = pysolvers.cadical300_tracepr(self.solver.cadical, self.solver.prfile)
        self.flush = pysolvers.flushpr
        self.add(clauses)

    def add(self, clauses: Iterable[Clause]) -> None:
        """More clauses."""
        self.solver.append_formula(clauses, no_return=True)

    def model(self, literals: Sequence[int] = ()) -> Sequence[int] | None:
        """A true literal of each variable, in their order, where these literals are true; None if there is
        no such model.  Raises GaveUpError."""
        self.solver.conf_budget(self.conflicts)
        found = self.solver.solve_limited(assumptions=literals)
        if found is None:
            raise GaveUpError(f"The SAT solver gave up after {self.conflicts} conflicts.")
        if found:
            model: Sequence[int] = self.solver.get_model()
            return model
        self.refusals += 1
        return None

    def core(self) -> frozenset[int]:
        """Those of the literals that were asked about last and cannot be true together."""
        return frozenset(self.solver.get_core() or ())

    def trace(self, wanted: Sequence[int], numbers: Sequence[int], last: int) -> Trace:
        """What the refusals of these positions rest on, as ``trace.read`` tells it."""
        self.flush(self.solver.prfp)
        self.solver.prfile.seek(0)
        return read(self.solver.prfile, wanted, numbers, last)
