# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a procedure: the same decision without a test, with another one in its place, or with a
note of where a test struck.  And of a single statement: the same with other terms.

Each edit says which guard it means and must find it exactly once, so that an edit never silently
does nothing.  A guard is found where it is the condition itself, or, if it is so nowhere, where it
is part of a conjunction; ``answering`` asks for the one whose branch returns that number at once.
Nothing here is trusted: what an edit made is a procedure like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.logic import (
    BOOL,
    FALSE,
    TRUE,
    Term,
    conj,
    const,
    free_names,
    is_same,
    place,
    rebuild,
    show,
    subterms,
)
from model.program.procedure import (
    If,
    Input,
    Leave,
    Place,
    Procedure,
    ProcedureError,
    Set,
    Statement,
    own_terms,
    walk,
)
from model.program.rewrite import Descend, map_terms, rewrite
from model.vocabulary.symbols import READ, VARYING, WORLD


def remove_test(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure without the ``if`` of that guard: its else branch stands in its place.

    Raises ProcedureError unless exactly one condition is meant.
    """
    return _edit(procedure, guard, answering, lambda statement: statement.orelse)


def drop_guard(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure without the guard, a part of a conjunction; errors as of ``remove_test``."""
    return _edit(procedure, guard, answering, lambda statement: (_with(statement, guard, TRUE),))


def negate_guard(procedure: Procedure, guard: Term, answering: int | None = None) -> Procedure:
    """The procedure with the opposite of the guard in its place; errors as of ``remove_test``."""
    return _edit(procedure, guard, answering, lambda statement: (_with(statement, guard, ~guard),))


def replace_term(procedure: Procedure, meant: Term, other: Term) -> Procedure:
    """The procedure with ``other`` where it looks at ``meant``; what ``other`` names is read as well.

    The outcome words stay as they are.  Raises ProcedureError unless exactly one statement has the
    term, or if it may not be read there.
    """
    found = [s for s in walk(procedure.body) if any(_has(term, meant) for term in own_terms(s))]
    if len(found) != 1:
        raise ProcedureError(
            f"{procedure.name}: `{show(meant)}` was looked for in exactly one statement, and "
            f"{len(found)} have it; name a term that stands in one place."
        )
    if other.sort != meant.sort:
        raise ProcedureError(
            f"{procedure.name}: `{show(meant)}` is a {meant.sort} and `{show(other)}` a {other.sort}; "
            "put a term of the same sort in its place."
        )
    words = {**READ, **VARYING, **WORLD}
    new = free_names(other).keys() - procedure.inputs.keys() - procedure.constants.keys()
    if unknown := sorted(new - words.keys()):
        raise ProcedureError(f"{procedure.name}: {unknown[0]} is no word that could be read here.")
    inputs = {**procedure.inputs, **{w: Input(words[w][0], note=words[w][1]) for w in sorted(new)}}
    body = map_terms(procedure.body, lambda term: _replaced(term, meant, other))
    return replace(procedure, body=body, inputs=inputs)


def mark_branch(procedure: Procedure, guard: Term, word: str, answering: int | None = None) -> Procedure:
    """The procedure with a word that is true of the runs that took the branch of that guard;
    errors as of ``remove_test``."""
    noted = replace(
        procedure,
        places={**procedure.places, word: Place(BOOL, FALSE)},
        symbols={**procedure.symbols, word: place(word, BOOL)},
    )

    def edit(statement: If) -> tuple[Statement, ...]:
        return (replace(statement, then=(Set(word, TRUE, statement.span), *statement.then)),)

    return _edit(noted, guard, answering, edit)


def _conjuncts(term: Term, meant: Term) -> bool:
    """Whether the term is a conjunction that has every part of the other one."""
    keys = {part.key for part in _parts(meant)}
    return term.op == "and" and keys <= {part.key for part in term.args}


def _has(term: Term, meant: Term) -> bool:
    return any(t.key == meant.key or _conjuncts(t, meant) for t in subterms(term))


def _replaced(term: Term, meant: Term, other: Term) -> Term:
    """The term with ``other`` for ``meant``, also where that is a part of a conjunction."""
    if term.key == meant.key:
        return other
    if _conjuncts(term, meant):
        keys = {part.key for part in _parts(meant)}
        rest = (_replaced(part, meant, other) for part in term.args if part.key not in keys)
        return conj(*rest, other)
    if not term.args:
        return term
    return rebuild(term, tuple(_replaced(part, meant, other) for part in term.args))


def _parts(condition: Term) -> tuple[Term, ...]:
    return condition.args if condition.op == "and" else (condition,)


def _with(statement: If, guard: Term, other: Term) -> If:
    keys = {part.key for part in _parts(guard)}
    rest = (part for part in _parts(statement.condition) if part.key not in keys)
    return replace(statement, condition=conj(*rest, other))


def _meant(procedure: Procedure, guard: Term, answering: int | None) -> If:
    """The one statement that has the guard."""
    tests = [s for s in walk(procedure.body) if isinstance(s, If) and _answers(s, answering)]
    whole = [s for s in tests if is_same(s.condition, guard)]
    keys = {part.key for part in _parts(guard)}
    found = whole or [s for s in tests if keys <= {part.key for part in _parts(s.condition)}]
    if len(found) != 1:
        raise ProcedureError(
            f"{procedure.name}: the guard `{show(guard)}` was looked for in exactly one condition, "
            f"and {len(found)} have it; name a guard that stands in one place."
        )
    return found[0]


def _answers(statement: If, value: int | None) -> bool:
    first = statement.then[0] if statement.then else None
    if value is None:
        return True
    told = first.value if isinstance(first, Leave) else None
    return told is not None and is_same(told, const(value, told.sort))


def _edit(
    procedure: Procedure, guard: Term, answering: int | None, edit: Callable[[If], tuple[Statement, ...]]
) -> Procedure:
    meant = _meant(procedure, guard, answering)

    def visit(statement: Statement, descend: Descend) -> tuple[Statement, ...]:
        return edit(meant) if statement is meant else (descend(statement),)

    return replace(procedure, body=rewrite(procedure.body, visit))
