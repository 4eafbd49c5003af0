# SPDX-License-Identifier: GPL-2.0-only
"""What does a mutant do on one input?  The interpreter says, and nothing else kills a mutant.

Trusted: the interpreter.
"""

from __future__ import annotations

from model.logic import subterms
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure, ProcedureError
from proofs.claims.claim import Claim, replay


def _with_constants(procedure: Procedure, inputs: Inputs) -> Inputs:
    return Inputs({**inputs.names, **procedure.constants}, inputs.functions)


def never_set(mutant: Procedure, original: Procedure, inputs: Inputs) -> str:
    """Which place a word is read from that only the original sets on these inputs, as a sentence."""
    one, other = (interpret(p, _with_constants(p, inputs)).places for p in (mutant, original))
    for word, term in mutant.symbols.items():
        for part in subterms(term):
            text = str(part.data)
            if part.op == "place" and text in original.places and text in other and text not in one:
                return f"{text} is not set, and {word} is read from it."
    return ""


def refutes(claim: Claim, inputs: Inputs) -> bool:
    """Whether, by the interpreter, facts and premises hold on this input and the conclusion does not."""
    try:
        runs = replay(claim, inputs)
    except ProcedureError:
        return False
    assumed = (*(fact.holds for fact in claim.facts), *claim.given)
    return all(runs.value(term) for term in assumed) and not runs.value(claim.then)
