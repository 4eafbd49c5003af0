# SPDX-License-Identifier: GPL-2.0-only
"""Self-composition: no output depends on an uninitialised local.

A function runs twice on the same inputs, and its locals begin with values that need not be the same: all that
it does must be.
"""

from __future__ import annotations

from dataclasses import replace

from model.logic import BOOL, FALSE, conj, disj, name, place, same
from model.program.procedure import Procedure, effects
from model.program.renaming import rename_locals
from model.source.kernel import Kernel
from model.source.targets.target import LocalValue
from proofs.claims.claim import Claim, NamedTheorem, make_claim
from proofs.theorems.theorem import Theorem, qualify

THEOREM = "no_local_matters_before_it_is_set"
_AGAIN = "again"
_CRASH = "BUG"
_crashed = name("(the host stopped)", BOOL)


def _with_crash(procedure: Procedure) -> Procedure:
    """The procedure with a word for having stopped the host, or having gone back by a goto, which is
    where such a path ends: ``model.source.lowering.statements.statements``."""
    ends = [sink for sink in effects(procedure.body) if sink == _CRASH or sink.startswith("goto ")]
    stopped = disj(*(place(f"{sink}.called", BOOL) for sink in ends)) if ends else FALSE
    return replace(procedure, symbols={**procedure.symbols, str(_crashed.data): stopped})


def make_uninitialised_claim(subject: str, kernel: Kernel) -> Claim:
    """The claim that no output of a function depends on an uninitialised local.  A symbol that is a local has
    a meaning only where the local was set, and where the host stopped nothing is returned."""
    procedure, means = _with_crash(kernel.procedure), kernel.target.bindings
    terms = kernel.procedure.symbols.items()
    words = [name(word, t.sort) for word, t in terms if not isinstance(means.get(word), LocalValue)]
    theorem = Theorem(
        "Nothing that the function does depends on what a local held before it was set.",
        (~_crashed,),
        conj(*(same(word, qualify(_AGAIN, word)) for word in words)),
        ("C11 6.2.4: such a value is indeterminate",),
    )
    procedures = {"": procedure, _AGAIN: rename_locals(procedure)}
    return make_claim(NamedTheorem(THEOREM, "resources", theorem), subject, kernel.pages, procedures)
