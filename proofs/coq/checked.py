# SPDX-License-Identifier: GPL-2.0-only
"""Does Coq accept a claim?  Its text is made, compiled, and what came out is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from proofs.claim import Claim, Verdict
from proofs.coq.compile import compiled
from proofs.coq.refute import SatisfiableError
from proofs.coq.statement import proved, stated
from proofs.coq.values import NotCovered
from proofs.obligation import Obligation

#: Texts longer than this are not given to coqc, which takes much more than ten seconds for them.
LONGEST = 400_000


class Outcome(Enum):
    """What became of a claim."""

    CHECKED = "CHECKED"
    NOT_COVERED = "NOT COVERED"
    FAILED = "FAILED"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True)
class Checked:
    """``why`` says why it is not CHECKED; ``text`` is the file, empty where none could be made."""

    claim: str
    outcome: Outcome
    why: str = ""
    text: str = ""


def is_theorem(claim: Claim) -> bool:
    """Whether the claim is not one that is expected to be refuted, which has no proof."""
    return claim.expected is None or claim.expected.verdict is not Verdict.REFUTED


def file_name(claim: str) -> str:
    """The name of a claim as that of a file, which has to be an identifier for Coq."""
    plain = re.sub(r"\W", "_", claim, flags=re.ASCII)
    return f"{plain if plain[0].isalpha() else f'x_{plain}'}.v"


def written(claim: Claim, obligation: Obligation) -> Checked:
    """The claim with its text, which is yet to be run."""
    opaque: tuple[str, ...] = ()
    try:
        statement = stated(claim, obligation)
        opaque = statement.opaque
        text = proved(statement)
    except NotCovered as error:
        return Checked(claim.name, Outcome.NOT_COVERED, str(error))
    except SatisfiableError:
        if opaque:
            why = f"it rests on the value of {' and '.join(opaque)}, of which Check.v knows nothing"
            return Checked(claim.name, Outcome.NOT_COVERED, why)
        return Checked(
            claim.name, Outcome.FAILED, "its conclusion can be false where its hypotheses are true"
        )
    if len(text) > LONGEST:
        kilobytes = f"{len(text) // 1000} kB, of at most {LONGEST // 1000}"
        return Checked(claim.name, Outcome.NOT_COVERED, f"its certificate is too long ({kilobytes})")
    return Checked(claim.name, Outcome.NOT_RUN, "there is no coqc", text)


def run(each: Checked, compiler: str, directory: Path, seconds: float) -> Checked:
    """What coqc says of the claim, if there is a text."""
    if each.outcome is not Outcome.NOT_RUN:
        return each
    said = compiled(compiler, directory, file_name(each.claim), each.text, seconds)
    if said.accepted:
        return Checked(each.claim, Outcome.CHECKED, "", each.text)
    outcome = Outcome.FAILED if said.in_time else Outcome.NOT_COVERED
    return Checked(each.claim, outcome, said.why, each.text)
