# SPDX-License-Identifier: GPL-2.0-only
"""Two runs on the same inputs: whether their answers, their events in order and the memory they leave are equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from model.logic import Term, conj, name, place, same
from model.program.procedure import ANSWER, TRACE, TRACE_SORT, Origin, Procedure
from proofs.theorems.theorem import qualify

OTHER = "other"

#: What the word of an object in memory begins with.
_MEMORY = "memory "


def with_outcomes(one: Procedure, two: Procedure) -> tuple[Procedure, Procedure]:
    """Both procedures with symbols for their events and for each object in memory that one of them touches."""
    memory = {**_memory(two), **_memory(one)}
    return _with_symbols(one, memory), _with_symbols(two, memory)


def _memory(procedure: Procedure) -> dict[str, Term]:
    """The objects that outlive the run, which begin as an input of the caller's, and what they hold at first."""
    firsts = {path: held.initial for path, held in procedure.places.items()}
    return {
        path: first for path, first in firsts.items() if first is not None and _is_given(procedure, first)
    }


def _is_given(procedure: Procedure, first: Term) -> bool:
    return first.op == "name" and procedure.inputs[str(first.data)].origin is Origin.GIVEN


def _with_symbols(procedure: Procedure, memory: Mapping[str, Term]) -> Procedure:
    last = {
        f"{_MEMORY}{path}": place(path, procedure.places[path].sort) if path in procedure.places else first
        for path, first in memory.items()
    }
    return replace(procedure, symbols={**procedure.symbols, TRACE: place(TRACE, TRACE_SORT), **last})


def are_equal(one: Procedure, two: Procedure) -> Term:
    """Both give the same answer, do the same in the same order, and leave the same in memory."""
    first, second = with_outcomes(one, two)
    outcomes = {
        word: term for word, term in first.symbols.items() if _is_outcome(word) and word in second.symbols
    }
    words = [name(word, term.sort) for word, term in outcomes.items()]
    return conj(*(same(word, qualify(OTHER, word)) for word in words))


def _is_outcome(word: str) -> bool:
    return word in (TRACE, ANSWER) or word.startswith(_MEMORY)
