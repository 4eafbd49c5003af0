# SPDX-License-Identifier: GPL-2.0-only
"""The smallest mutant of a procedure that refutes a theorem.

The mistakes are those of ``counterexamples.mutation``, the smallest kind of change first.  The inputs on which
the premises are known to hold say at once of many that they break the theorem; of those that are smaller,
the solver is asked, up to a limit that is told.

Trusted: the interpreter, which confirms the refutation; the solver, that no smaller one breaks the theorem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from counterexamples.mutation import generate_mutants
from counterexamples.mutation.mutant import Mutant
from model.program.interpreter import Inputs
from proofs.claims.obligations import build_obligations
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.prove import decide_separately
from proofs.verdicts.simulation import Screen, refutes
from proofs.verdicts.verdict import ClaimVerdict

#: Mistakes that the solver is asked about: at once, and at most.
AT_ONCE, MOST = 16, 96

#: The smallest change first.
_SMALLEST: Mapping[str, int] = {
    "weaken a comparison": 0,
    "change a constant": 1,
    "drop a conjunct": 2,
    "negate a guard": 3,
    "add a conjunct": 4,
    "delete a statement": 5,
    "swap neighbours": 6,
    "move a check across the retry": 7,
}


@dataclass(frozen=True)
class BreakingMutant:
    """``by`` is the smallest mistake that breaks the theorem, None if none is known; ``count`` are all that
    there are, ``held`` those before it that do not break it, and ``unknown`` those of which that is not known."""

    by: Mutant | None
    count: int
    held: int
    unknown: int

    def render_text(self) -> str:
        """What would make the theorem fail, as sentences."""
        left = f" Of {self.unknown} smaller or other changes that is not known." if self.unknown else ""
        if self.by is None:
            return f"None of {self.held} small changes makes it fail.{left}"
        span = self.by.span
        place = f"{span.file}:{span.line}, {span.function}()" if span.function else f"line {span.line}"
        # A local of the function is told as in its C, without whose it is.
        says = self.by.says.removesuffix(".").replace(f"{span.function}.", "") if span.function else ""
        smaller = "1 smaller change does" if self.held == 1 else f"{self.held} smaller changes do"
        return (
            f"It would fail if, in {place}, {says or self.by.says.removesuffix('.')} "
            f"({self.by.operator}; {smaller} not break it).{left}"
        )


def is_breakable(judged: ClaimVerdict) -> bool:
    """Whether there is one procedure to make a mistake in, and a proof to be broken."""
    return judged.verdict is Verdict.PROVED and len(judged.claim.procedures) == 1


def find_breaking_mutant(pool: Pool, judged: ClaimVerdict) -> BreakingMutant:
    """The smallest mistake that breaks what was proved (``can_be_asked``)."""
    (procedure,) = judged.claim.procedures.values()
    ordered = sorted(generate_mutants(procedure), key=_size)
    first = _first_on_inputs(judged, ordered)
    known = len(ordered) if first is None else first
    asked, refuted, held = min(known, MOST), None, 0
    for start in range(0, asked, AT_ONCE):
        told = _verdicts(pool, judged, ordered[start : min(start + AT_ONCE, asked)])
        refuted = next((start + i for i, v in enumerate(told) if v is Verdict.REFUTED), None)
        before = told[: None if refuted is None else refuted - start]
        held += sum(v in (Verdict.PROVED, Verdict.VACUOUS) for v in before)
        if refuted is not None:
            break
    found = first if refuted is None else refuted
    smaller = len(ordered) if found is None else found
    return BreakingMutant(None if found is None else ordered[found], len(ordered), held, smaller - held)


def _size(mutant: Mutant) -> tuple[int, int, int, str]:
    """The kind of change, how much is told of it, and where it is."""
    return _SMALLEST[mutant.operator], len(mutant.says), mutant.span.line, str(mutant)


def _first_on_inputs(judged: ClaimVerdict, ordered: Sequence[Mutant]) -> int | None:
    """The first mistake that breaks the theorem on an input that is known to reach its premises."""
    inputs = list(_reached(judged))
    if not inputs:
        return None
    claim = judged.claim
    screen = Screen.of(claim.procedures[""], inputs)
    for i, mutant in enumerate(ordered):
        changed = replace(claim, procedures={"": mutant.procedure})
        for refuted, at in screen.killers(mutant.procedure, [claim]):
            if refuted is not None and refutes(changed, inputs[at]):
                return i
    return None


def _reached(judged: ClaimVerdict) -> Iterator[Inputs]:
    """Inputs on which the premises hold."""
    if judged.answer is None:
        return
    models = [judged.answer.reached, *([judged.answer.example.model] if judged.answer.example else [])]
    yield from (judged.obligation.concrete(model) for model in models if model)


def _verdicts(pool: Pool, judged: ClaimVerdict, some: Sequence[Mutant]) -> list[Verdict]:
    """The verdicts about these; what comes to the very question that was proved is not asked again."""
    claim = judged.claim
    asked = [
        replace(
            claim, theorem=f"{claim.theorem}.{i}", procedures={"": each.procedure}, expected=None, regions=()
        )
        for i, each in enumerate(some)
    ]
    proved = build_obligations([replace(claim, expected=None)])[0].formula
    made = {each.claim: each for each in build_obligations(asked)}
    new = [each for each in asked if made[each.name].formula != proved]
    found = decide_separately(pool, new, [made[each.name] for each in new]) if new else {}
    return [found.get(each.name, Verdict.PROVED) for each in asked]
