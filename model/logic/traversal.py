# SPDX-License-Identifier: GPL-2.0-only
"""Traversal of terms: evaluation, substitution, subterms and free names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model.logic.meaning import evaluate
from model.logic.sorts import Sort, Value
from model.logic.term import Term, bitvec_op, choose, conj, disj, make, negate, number, same


def value_of(term: Term, leaf: Callable[[Term], Value], call: Callable[[Term, list[int]], Value]) -> Value:
    """The value of a term: ``leaf`` gives those of names and places, ``call`` those of applications.

    Conjunctions, disjunctions and choices are read as C reads them: from the left, and no
    further than needed, so that what is not read need not have a value.
    """
    known: dict[bytes, int] = {}

    def go(t: Term) -> int:
        if t.op == "const":
            return number(t)
        found = known.get(t.key)
        if found is None:
            found = known[t.key] = step(t)
        return found

    def step(t: Term) -> int:
        if t.op in ("name", "place"):
            return leaf(t)
        if t.op == "and":
            return int(all(go(a) for a in t.args))
        if t.op == "or":
            return int(any(go(a) for a in t.args))
        if t.op == "ite":
            return go(t.args[1]) if go(t.args[0]) else go(t.args[2])
        values = [go(a) for a in t.args]
        if t.op == "apply":
            return call(t, values)
        return evaluate(t.op, t.sort, t.data, tuple(a.sort for a in t.args), values)

    return go(term)


def rebuild(term: Term, args: tuple[Term, ...]) -> Term:
    """The same operator on other arguments, simplified as its constructor does."""
    match term.op:
        case "not":
            return negate(args[0])
        case "and":
            return conj(*args)
        case "or":
            return disj(*args)
        case "ite":
            return choose(*args)
        case "eq":
            return same(*args)
        case "apply":
            return Term("apply", term.sort, args, term.data)
        case "extract" | "zext" | "sext" | "bvnot" | "ult" | "ule" | "slt" | "sle":
            assert not isinstance(term.data, str)
            return make(term.op, term.sort, args, term.data)
        case _:
            return bitvec_op(term.op, *args)


def substitute(term: Term, leaf: Callable[[Term], Term], memo: dict[bytes, Term] | None = None) -> Term:
    """The term with each name and place replaced; ``memo`` may be shared between calls that
    have the same ``leaf``."""
    known: dict[bytes, Term] = {} if memo is None else memo

    def go(t: Term) -> Term:
        if t.op == "const":
            return t
        found = known.get(t.key)
        if found is None:
            if t.op in ("name", "place"):
                found = leaf(t)
            elif t.args:
                args = tuple([go(a) for a in t.args])
                same_args = all(x is y for x, y in zip(args, t.args, strict=True))
                found = t if same_args else rebuild(t, args)
            else:
                found = t
            known[t.key] = found
        return found

    return go(term)


def subterms(*roots: Term) -> Iterator[Term]:
    """Every distinct node below the roots, arguments first."""
    seen: set[bytes] = set()
    stack: list[tuple[Term, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        term, done = stack.pop()
        if done:
            yield term
        elif term.key not in seen:
            seen.add(term.key)
            stack.append((term, True))
            stack.extend((a, False) for a in reversed(term.args) if a.key not in seen)


def free_names(*roots: Term) -> dict[str, Sort]:
    """The free symbols of the terms, in the order in which they are met."""
    return {str(t.data): t.sort for t in subterms(*roots) if t.op == "name"}


def has_more_leaves(term: Term, most: int) -> bool:
    """Whether the term written out, with what it shares repeated, has more than so many leaves."""
    stack, count = [term], 0
    while stack and count <= most:
        top = stack.pop()
        count += not top.args
        stack.extend(top.args)
    return count > most
