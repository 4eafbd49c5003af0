# SPDX-License-Identifier: GPL-2.0-only
"""Does a hand-written shape stand for a kernel?  Both run on the kernel's inputs and are compared.

The shape's inputs are words, so the kernel's own definition of each word takes its place; every
observable of the two must then be the same on every input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from model.logic import Term, conj, name, substitute
from model.program.procedure import Procedure
from model.program.rewrite import map_terms
from model.vocabulary.symbols import READ, VARYING
from proofs.theorems.observable import EVERYTHING

SHAPE, KERNEL = "shape", ""


def behaves_alike() -> Term:
    """Every observable of the kernel is that of its shape."""
    return conj(*(observable.alike(SHAPE) for observable in EVERYTHING))


def over(shape: Procedure, kernel: Procedure) -> Procedure:
    """The shape on the kernel's inputs, with the kernel's constants."""
    words: dict[str, Term] = {}
    for text, (sort, _) in {**READ, **VARYING}.items():
        words[text] = kernel.symbols.get(text, name(text, sort))

    def leaf(term: Term) -> Term:
        return words.get(str(term.data), term) if term.op == "name" else term

    body = map_terms(shape.body, lambda t: substitute(t, leaf))
    return replace(shape, body=body, inputs=kernel.inputs, constants={**shape.constants, **kernel.constants})


def subjects(shape: Procedure, kernel: Procedure) -> Mapping[str, Procedure]:
    return {KERNEL: kernel, SHAPE: over(shape, kernel)}
