# SPDX-License-Identifier: GPL-2.0-only
"""A verdict with its witnesses as data: what every printer and writer consumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from counterexamples.witness import Witness, build_witness
from model.logic import Term, conj, free_names
from model.program.interpreter import Run
from model.program.procedure import Procedure, ProcedureError
from proofs.claims.claim import Claim, replay
from proofs.solvers.query import MinimalModel
from proofs.verdicts.verdict import ClaimVerdict


@dataclass(frozen=True)
class Finding:
    """``example`` shows that the premises can hold, ``counterexample`` that the theorem does not;
    each is None where there is none or none was looked for.  ``breaking`` says what would make a theorem
    that is proved fail, ``kinds`` how many kinds of counterexamples there are, ``counterpart`` what the shape
    that stands for a kernel does on its counterexample, and ``harms`` what went wrong for somebody where the
    theorem failed before; each is empty if that was not asked.
    ``regions`` are those of the claim as formulas, by what they say."""

    verdict: ClaimVerdict
    example: Witness | None
    counterexample: Witness | None
    breaking: str = ""
    kinds: str = ""
    counterpart: str = ""
    harms: tuple[str, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)


def build_finding(judged: ClaimVerdict) -> Finding:
    """The witnesses of a verdict that was examined closely."""
    answer = judged.answer
    if answer is None:
        return Finding(judged, None, None)
    claim = judged.claim
    premises = conj(*claim.given)
    example = _witness(judged, answer.example, premises)
    return Finding(judged, example, _witness(judged, answer.counterexample, premises & ~claim.then))


def _witness(judged: ClaimVerdict, shown: MinimalModel | None, outcome: Term) -> Witness | None:
    if shown is None:
        return None
    obligation = judged.obligation

    def rerun(model: Mapping[str, int]) -> Mapping[str, Run]:
        return replay(judged.claim, obligation.concrete(model)).runs

    def still_so(subject: str, procedure: Procedure) -> bool:
        claim = replace(judged.claim, procedures={**judged.claim.procedures, subject: procedure})
        try:
            return bool(replay(claim, obligation.concrete(shown.model)).value(outcome))
        except ProcedureError:
            return False  # there a local is read before it is set

    widths = {name: sort.width for name, sort in obligation.inputs.items()}
    words = symbol_names(judged.claim)
    return build_witness(shown.model, shown.cube, widths, judged.claim.procedures, rerun, words, still_so)


def symbol_names(claim: Claim) -> set[str]:
    """The words that a claim speaks of, of whichever subject."""
    return {text.rpartition(":")[2] for text in free_names(*claim.given, claim.then)}
