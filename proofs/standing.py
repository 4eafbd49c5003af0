# SPDX-License-Identifier: GPL-2.0-only
"""Does a hand-written shape stand for a kernel?  Both run on the kernel's inputs and are compared.

The shape's inputs are words, so the kernel's own definition of each word takes its place; every
observable of the two must then be the same on every input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from model.logic import WORD64, Term, conj, const, name, same, substitute
from model.memory import (
    is_error_noslot_pfn,
    looked_up,
    lookup_gfn,
    map_addr,
    map_phys,
    map_size,
    mapped,
    marked_dirty,
    page_released,
    page_released_again,
    prot,
    relaxed,
    relaxed_addr,
    relaxed_prot,
    ret,
    sanitised,
    sanitised_pfn,
    sanitised_size,
)
from model.procedure import Block, Call, If, Leave, Procedure, Set, Statement
from model.words import READ, VARYING
from proofs.claim import about

SHAPE, KERNEL = "shape", ""

#: What is compared: (what, under which event it means something).
OBSERVABLES: tuple[tuple[Term, Term | None], ...] = (
    (ret, None),
    (looked_up, None),
    (lookup_gfn, looked_up),
    (mapped, None),
    (map_addr, mapped),
    (map_size, mapped),
    (map_phys, mapped),
    (prot, mapped),
    (relaxed, None),
    (relaxed_addr, relaxed),
    (relaxed_prot, relaxed),
    (sanitised, None),
    (sanitised_pfn, sanitised),
    (sanitised_size, sanitised),
    (marked_dirty, None),
    (page_released, None),
    (page_released_again, None),
)


def behaves_alike() -> Term:
    """Every observable of the kernel is that of its shape."""
    return conj(*(_alike(what, when) for what, when in OBSERVABLES))


def _alike(what: Term, when: Term | None) -> Term:
    equal = same(what, about(SHAPE, what))
    return equal if when is None else when >> equal


def over(shape: Procedure, kernel: Procedure) -> Procedure:
    """The shape on the kernel's inputs, with the kernel's constants."""
    words: dict[str, Term] = {}
    for text, (sort, _) in {**READ, **VARYING}.items():
        words[text] = kernel.words.get(text, name(text, sort))

    def leaf(term: Term) -> Term:
        return words.get(str(term.data), term) if term.op == "name" else term

    body = tuple(_rebuilt(s, lambda t: substitute(t, leaf)) for s in shape.body)
    return replace(shape, body=body, inputs=kernel.inputs, constants={**shape.constants, **kernel.constants})


def _rebuilt(statement: Statement, change) -> Statement:  # type: ignore[no-untyped-def]
    match statement:
        case Set(value=value):
            return replace(statement, value=change(value))
        case If(condition, then, orelse):
            return replace(
                statement,
                condition=change(condition),
                then=tuple(_rebuilt(s, change) for s in then),
                orelse=tuple(_rebuilt(s, change) for s in orelse),
            )
        case Block(body=body):
            return replace(statement, body=tuple(_rebuilt(s, change) for s in body))
        case Leave(value=Term() as value):
            return replace(statement, value=change(value))
        case Call(arguments=arguments):
            return replace(statement, arguments=tuple((a, change(t)) for a, t in arguments))
        case _:
            return statement


def subjects(shape: Procedure, kernel: Procedure) -> Mapping[str, Procedure]:
    return {KERNEL: kernel, SHAPE: over(shape, kernel)}


__all__ = ["KERNEL", "SHAPE", "WORD64", "behaves_alike", "const", "is_error_noslot_pfn", "over", "subjects"]
