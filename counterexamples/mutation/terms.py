# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes in a condition or a value: a guard is negated, a part of it is missing or too many, a constant
is another one, a comparison is too weak."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from counterexamples.mutation.mutant import Mutant, lists, render_term, replace_in
from model.logic import (
    BOOL,
    FALSE,
    TRUE,
    Term,
    compare,
    conj,
    const,
    disj,
    is_same,
    name,
    number,
    rebuild,
    subterms,
)
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Statement

#: What may stand in a term's place.
Variants = Callable[[Term], Iterator[Term]]
#: Words of this width or more are flags, sizes and addresses.
_WIDE = 32


def negate_a_guard(procedure: Procedure) -> Iterator[Mutant]:
    """With the opposite of a condition."""
    return _of_conditions(procedure, "negate a guard", lambda c: iter((~c,)))


def drop_a_conjunct(procedure: Procedure) -> Iterator[Mutant]:
    """Without one part of a conjunction, or of a disjunction."""

    def variants(term: Term) -> Iterator[Term]:
        if term.op in ("and", "or"):
            join = conj if term.op == "and" else disj
            for i in range(len(term.args)):
                yield join(*term.args[:i], *term.args[i + 1 :])

    return _of_terms(procedure, "drop a conjunct", variants)


def add_a_conjunct(procedure: Procedure) -> Iterator[Mutant]:
    """With another guard of the procedure as one more part of a condition."""
    guards = list(_guards(procedure))

    def variants(condition: Term) -> Iterator[Term]:
        others = [g for g in guards if not is_same(g, condition)]
        if others:
            after = [g for g in others if g.key > condition.key] or others
            extra = min(after, key=lambda g: g.key)
            yield conj(condition, extra)

    return _of_conditions(procedure, "add a conjunct", variants)


def change_a_constant(procedure: Procedure) -> Iterator[Mutant]:
    """With another number, another constant of the same kind, or the other truth value."""
    names = procedure.constants

    def variants(term: Term) -> Iterator[Term]:
        if is_same(term, TRUE) or is_same(term, FALSE):
            yield ~term
        elif term.op == "const":
            yield from _other_numbers(term)
        elif term.op == "name" and str(term.data) in names:
            yield from _other_names(term, names)

    return _of_terms(procedure, "change a constant", variants)


def weaken_a_comparison(procedure: Procedure) -> Iterator[Mutant]:
    """With ``<=`` for ``<`` and for ``==``, and ``<`` for ``<=``."""
    other = {"ult": "ule", "ule": "ult", "slt": "sle", "sle": "slt"}

    def variants(term: Term) -> Iterator[Term]:
        if term.op in other:
            yield compare(other[term.op], *term.args)
        elif term.op == "eq" and term.args[0].sort is not BOOL:
            yield compare("ule", *term.args)
            yield compare("ule", *reversed(term.args))

    return _of_terms(procedure, "weaken a comparison", variants)


def _other_numbers(term: Term) -> Iterator[Term]:
    value = number(term)
    is_a_flag = value > 1 and value & (value - 1) == 0 and term.sort.width >= _WIDE
    yield const(value << 1 if is_a_flag else value + 1, term.sort)


def _other_names(term: Term, names: Mapping[str, int]) -> Iterator[Term]:
    """The next constant of the same kind, by what their names begin or end with; or else another number."""
    text = str(term.data)
    kind = [n for n in names if n != text and _alike(n, text) and names[n] != names[text]]
    if kind:
        after = [n for n in kind if names[n] > names[text]]
        yield name(min(after or kind, key=lambda n: (names[n], n)), term.sort)
    else:
        yield const(names[text] + 1, term.sort)


def _alike(one: str, two: str) -> bool:
    return (
        one.rsplit("_", 1)[-1] == two.rsplit("_", 1)[-1] == "SIZE"
        or one.split("_")[:-1] == two.split("_")[:-1]
    )


def _guards(procedure: Procedure) -> Iterator[Term]:
    """The conditions that look at inputs alone, so that they may stand anywhere."""
    for _, body in lists(procedure.body):
        for s in body:
            if isinstance(s, If) and not any(t.op == "place" for t in subterms(s.condition)):
                yield s.condition


def _of_conditions(procedure: Procedure, operator: str, variants: Variants) -> Iterator[Mutant]:
    """A mutant for each variant of the whole condition of each ``if``."""
    for at, body in lists(procedure.body):
        for i, statement in enumerate(body):
            if not isinstance(statement, If):
                continue
            for new in variants(statement.condition):
                if is_same(new, statement.condition):
                    continue
                changed = replace(statement, condition=new)
                edited = replace_in(procedure, at, (*body[:i], changed, *body[i + 1 :]))
                says = f"`{render_term(statement.condition)}` became `{render_term(new)}`."
                yield Mutant(edited, operator, statement.span, says)


def _of_terms(procedure: Procedure, operator: str, variants: Variants) -> Iterator[Mutant]:
    """A mutant for each variant of each part of each term of each statement."""
    for at, body in lists(procedure.body):
        for i, statement in enumerate(body):
            for changed, says in _variants_of(statement, variants):
                edited = replace_in(procedure, at, (*body[:i], changed, *body[i + 1 :]))
                yield Mutant(edited, operator, statement.span, says)


def _variants_of(statement: Statement, variants: Variants) -> Iterator[tuple[Statement, str]]:
    for term, put in _terms(statement):
        for part in subterms(term):
            for new in variants(part):
                changed = _replaced(term, part, new)
                if not is_same(changed, term):
                    yield (
                        put(changed),
                        f"`{render_term(part)}` became `{render_term(new)}` in `{statement.span.text}`.",
                    )


def _terms(statement: Statement) -> Iterator[tuple[Term, Callable[[Term], Statement]]]:
    """The terms of the statement itself, each with what puts another one in its place."""
    match statement:
        case Set(value=value):
            yield value, lambda new: replace(statement, value=new)
        case If(condition):
            yield condition, lambda new: replace(statement, condition=new)
        case Leave(value=Term() as value):
            yield value, lambda new: replace(statement, value=new)
        case Call(_, arguments):
            for k, (argument, value) in enumerate(arguments):
                yield value, _argument(statement, k, argument)
        case Block() | Leave():
            pass


def _argument(call: Call, k: int, argument: str) -> Callable[[Term], Statement]:
    arguments = call.arguments
    return lambda new: replace(call, arguments=(*arguments[:k], (argument, new), *arguments[k + 1 :]))


def _replaced(term: Term, old: Term, new: Term) -> Term:
    """The term with ``new`` wherever ``old`` stands in it."""
    known: dict[bytes, Term] = {old.key: new}

    def go(t: Term) -> Term:
        if t.key not in known:
            known[t.key] = rebuild(t, tuple([go(a) for a in t.args])) if t.args else t
        return known[t.key]

    return go(term)
