# SPDX-License-Identifier: GPL-2.0-only
"""The check of one claim by Coq: its text is written and compiled, and the outcome is recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from model.logic import Term, conj, negate, show, value_of
from proofs.claims.claim import Claim
from proofs.evidence.coq.certificate import RefutedError
from proofs.evidence.coq.compile import compile_text
from proofs.evidence.coq.lines import TermLine
from proofs.evidence.coq.statement import NOWHERE, narrow_to_core, state_claim, write_proof
from proofs.evidence.coq.values import NotCovered
from proofs.solvers.obligation import Obligation
from proofs.theorems.expectation import Verdict

#: Texts longer than this are not given to coqc, which takes about four seconds for a million characters.
LONGEST = 4_000_000


class CoqOutcome(Enum):
    """What became of a claim."""

    CHECKED = "CHECKED"
    NOT_COVERED = "NOT COVERED"
    FAILED = "FAILED"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True)
class CoqResult:
    """``why`` says why it is not CHECKED; ``text`` is the file, empty where none could be made."""

    claim: str
    outcome: CoqOutcome
    why: str = ""
    text: str = ""


def is_theorem(claim: Claim) -> bool:
    """Whether the claim is not one that is expected to be refuted, which has no proof."""
    return claim.expected is None or claim.expected.verdict is not Verdict.REFUTED


def file_name(claim: str) -> str:
    """The name of a claim as that of a file, which has to be an identifier for Coq."""
    plain = re.sub(r"\W", "_", claim, flags=re.ASCII)
    return f"{plain if plain[0].isalpha() else f'x_{plain}'}.v"


def write_claim(claim: Claim, obligation: Obligation, lines: Mapping[bytes, TermLine] = NOWHERE) -> CoqResult:
    """The claim with its text, which is yet to be run; ``lines`` are those that its terms come from."""
    try:
        whole = state_claim(claim, obligation)
        text = write_proof(state_claim(claim, narrow_to_core(whole, obligation), lines))
    except NotCovered as error:
        return CoqResult(claim.name, CoqOutcome.NOT_COVERED, str(error))
    except RefutedError as error:
        if is_refuted(obligation, whole.witness(error.values)):
            why = "its conclusion can be false where its hypotheses are true"
            return CoqResult(claim.name, CoqOutcome.FAILED, why)
        why = f"it rests on the value of {' and '.join(whole.opaque)}, of which Check.v knows nothing"
        return CoqResult(claim.name, CoqOutcome.NOT_COVERED, why)
    if len(text) > LONGEST:
        kilobytes = f"{len(text) // 1000} kB, of at most {LONGEST // 1000}"
        return CoqResult(claim.name, CoqOutcome.NOT_COVERED, f"its certificate is too long ({kilobytes})")
    return CoqResult(claim.name, CoqOutcome.NOT_RUN, "there is no coqc", text)


def is_refuted(obligation: Obligation, inputs: Mapping[str, int]) -> bool:
    """Whether the conclusion is false on these inputs, and the hypotheses are true."""

    def leaf(term: Term) -> int:
        return inputs[str(term.data)]

    def call(term: Term, _: list[int]) -> int:
        raise AssertionError(show(term))

    facts = (fact.holds for fact in obligation.facts)
    hypotheses = conj(*obligation.background, *facts, *obligation.given)
    return bool(value_of(conj(hypotheses, negate(obligation.then)), leaf, call))


def compile_claim(each: CoqResult, compiler: str, directory: Path, seconds: float) -> CoqResult:
    """What coqc says of the claim, if there is a text."""
    if each.outcome is not CoqOutcome.NOT_RUN:
        return each
    said = compile_text(compiler, directory, file_name(each.claim), each.text, seconds)
    if said.accepted:
        return CoqResult(each.claim, CoqOutcome.CHECKED, "", each.text)
    outcome = CoqOutcome.FAILED if said.in_time else CoqOutcome.NOT_COVERED
    return CoqResult(each.claim, outcome, said.why, each.text)
