# SPDX-License-Identifier: GPL-2.0-only
"""The same procedure with other names for its locals: what a local held before it was set is then
another unknown, so that whatever depends on it differs."""

from __future__ import annotations

from dataclasses import replace

from model.logic import Term, place, substitute
from model.program.procedure import Leave, Procedure, Set, Statement
from model.program.rewrite import Descend, map_own_terms, rewrite

_MARK = " of another run"


def rename_locals(procedure: Procedure) -> Procedure:
    """The procedure with every local that holds nothing at first under another name."""
    unset = {path for path, known in procedure.places.items() if known.initial is None}

    def renamed(path: str) -> str:
        return path + _MARK if path in unset else path

    def change(term: Term) -> Term:
        return substitute(term, lambda t: place(renamed(str(t.data)), t.sort) if t.op == "place" else t)

    def visit(statement: Statement, descend: Descend) -> tuple[Statement, ...]:
        new = descend(map_own_terms(statement, change))
        if isinstance(new, Set):
            new = replace(new, target=renamed(new.target))
        elif isinstance(new, Leave):
            new = replace(new, result=renamed(new.result))
        return (new,)

    return replace(
        procedure,
        body=rewrite(procedure.body, visit),
        places={renamed(path): known for path, known in procedure.places.items()},
        symbols={word: change(term) for word, term in procedure.symbols.items()},
    )
