# SPDX-License-Identifier: GPL-2.0-only
"""Inputs that a solver makes: one for each branch that random inputs did not take, and one on which two
procedures differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from model.logic import (
    BOOL,
    FALSE,
    TRUE,
    Term,
    const,
    free_names,
    is_false,
    name,
    negate,
    rebuild,
    same,
    smt_text,
    value_of,
)
from model.program import symbolic
from model.program.interpreter import Inputs
from model.program.procedure import If, Place, Procedure, Set, Statement
from model.program.rewrite import Descend, rewrite
from proofs.solvers.engine import EngineError
from proofs.solvers.smt import z3
from proofs.solvers.smt.session import Session


@dataclass
class _WithoutApplications:
    """Terms with a symbol in the place of each application of a pure function, which ``calls`` lists."""

    calls: dict[str, tuple[str, tuple[Term, ...]]] = field(default_factory=dict)
    _known: dict[bytes, Term] = field(default_factory=dict)

    def of(self, term: Term) -> Term:
        if term.key not in self._known:
            args = tuple(self.of(a) for a in term.args)
            made = rebuild(term, args) if args else term
            if term.op == "apply":
                text = f"apply {made.key.hex()}"
                self.calls[text] = (str(term.data), args)
                made = name(text, term.sort)
            self._known[term.key] = made
        return self._known[term.key]


def solve_inputs(conditions: Sequence[Term], pointers: Collection[str] = ()) -> Iterator[Inputs | None]:
    """For each condition inputs under which it holds, or None where there are none, or none were found.

    Inputs where no pointer is NULL are preferred.  Equal arguments of a pure function may be given
    unequal values, in which case the last counts.
    """
    free = _WithoutApplications()
    terms = [free.of(c) for c in conditions]
    names = free_names(*terms)
    kept = [negate(same(name(p, names[p]), const(0, names[p]))) for p in pointers if p in names]
    writer = smt_text.Writer()
    writer.declare(names)
    writer.share([*terms, *kept])
    dialogue = Session(z3.start(), "".join(writer.lines))
    wanted, alive = (dialogue.define([writer.write(t) for t in each]) for each in (terms, kept))
    for literal, term in zip(wanted, terms, strict=True):
        if is_false(term):
            yield None
            continue
        try:
            holds = any(dialogue.check([literal, *more]).value == "sat" for more in (alive, []))
            values = dialogue.model(names) if holds else {}
        except EngineError:
            holds = False
        yield _inputs(dict(zip(names, values.values(), strict=True)), free) if holds else None


def _inputs(values: dict[str, int], free: _WithoutApplications) -> Inputs:
    """A model as inputs: pure functions at the arguments that the model gives."""

    def at(term: Term) -> int:
        return value_of(term, lambda leaf: values.get(str(leaf.data), 0), lambda _, __: 0)

    functions = {
        (function, tuple(at(a) for a in args)): values[text]
        for text, (function, args) in free.calls.items()
        if text in values
    }
    return Inputs({n: v for n, v in values.items() if n not in free.calls}, functions)


def branch_inputs(
    procedure: Procedure, branches: Sequence[int], pointers: Collection[str] = ()
) -> list[Inputs]:
    """Inputs that take these branches, numbered as in the printed procedure."""
    marked = _with_branch_marks(procedure)
    places = symbolic.run(marked).places
    conditions = [places[_mark(b)] for b in branches]
    return [found for found in solve_inputs(conditions, pointers) if found is not None]


def _mark(branch: int) -> str:
    return f"branch {branch} was taken"


def _with_branch_marks(procedure: Procedure) -> Procedure:
    """The procedure with a note in each branch of each ``if``."""
    count = 0

    def visit(statement: Statement, descend: Descend) -> tuple[Statement, ...]:
        nonlocal count
        if not isinstance(statement, If):
            return (descend(statement),)
        number, count = 2 * count, count + 1
        inner = descend(statement)
        assert isinstance(inner, If)
        then = (Set(_mark(number + 1), TRUE), *inner.then)
        return (replace(inner, then=then, orelse=(Set(_mark(number), TRUE), *inner.orelse)),)

    # The note is put down first, so that places exist when the procedure is made.
    made, ifs = rewrite(procedure.body, visit), count
    marks = {_mark(b): Place(BOOL, FALSE) for b in range(2 * ifs)}
    return replace(procedure, body=made, places={**procedure.places, **marks})
