# SPDX-License-Identifier: GPL-2.0-only
"""Infection conditions: where and when a mutant differs from the original at once.

Where it never holds, the mutant does what the procedure does.  The procedure with a place for each such
condition is run once for all mutants.

Trusted: that a mutant does nothing else where its condition does not hold, for what is then called
equivalent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from counterexamples.mutation.mutant import Address, Body, Shape, list_at, replace_list, shape_of
from model.logic import BOOL, FALSE, TRUE, Term, disj, is_same, place, same, subterms
from model.program.procedure import Block, Call, If, Leave, Place, Procedure, Set, Statement, own_terms, walk
from model.program.rewrite import map_own_terms


@dataclass(frozen=True)
class Point:
    """``differs`` is asked before the statement ``position`` of the list ``at``."""

    at: Address
    position: int
    differs: Term


def infection(original: Procedure, mutant: Procedure) -> Point:
    """Where the two first differ, and when that can matter."""
    return _between(original.body, mutant.body, ())


def _between(old: Body, new: Body, at: Address) -> Point:
    i = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if not _alike(a, b)), None)
    if i is None:
        i = min(len(old), len(new))
        return Point(at, i, _deleted(old[i]) if len(old) == i + 1 and len(new) == i else TRUE)
    one, other = old[i], new[i]
    rest_alike = len(old) == len(new) and shape_of(old[i + 1 :]) == shape_of(new[i + 1 :])
    if rest_alike:
        return _inside(one, other, at, i)
    if _is_swapped(old, new, i):
        return Point(at, i, _swapped(old[i], old[i + 1]))
    orelse = one.orelse if isinstance(one, If) else ()
    if shape_of(new[i:]) == shape_of((*orelse, *old[i + 1 :])):
        return Point(at, i, _deleted(one))
    return Point(at, i, TRUE)


def _inside(one: Statement, other: Statement, at: Address, i: int) -> Point:
    """Two statements in the same place."""
    if isinstance(one, Block) and isinstance(other, Block) and one.label == other.label:
        return _between(one.body, other.body, (*at, (i, "body")))
    if isinstance(one, If) and isinstance(other, If):
        then, orelse = (
            shape_of(one.then) == shape_of(other.then),
            shape_of(one.orelse) == shape_of(other.orelse),
        )
        if is_same(one.condition, other.condition) and then != orelse:
            if then:
                return _between(one.orelse, other.orelse, (*at, (i, "orelse")))
            return _between(one.then, other.then, (*at, (i, "then")))
        if then and orelse:
            return Point(at, i, one.condition ^ other.condition)
        if orelse and is_same(other.condition, FALSE) and shape_of(other.then) == shape_of((one,)):
            return Point(at, i, one.condition)  # it is missing, and its sinks stay known
        return Point(at, i, TRUE)
    pairs = list(zip(own_terms(one), own_terms(other), strict=False))
    if type(one) is type(other) and _without_terms(one) == _without_terms(other):
        return Point(at, i, disj(*(~same(a, b) for a, b in pairs if a.sort == b.sort)))
    return Point(at, i, TRUE)


def _without_terms(statement: Statement) -> Shape:
    return shape_of((map_own_terms(statement, lambda term: FALSE),))


def _deleted(statement: Statement) -> Term:
    """When a statement does anything."""
    match statement:
        case Set(target, value):
            return ~same(place(target, value.sort), value)
        case If(condition):
            return condition
    return TRUE


def _swapped(one: Statement, two: Statement) -> Term:
    """When two neighbours both do something; where one reads what the other writes, always."""
    simple = all(isinstance(s, Set) or (isinstance(s, If) and not s.orelse) for s in (one, two))
    if not simple or _reads(one, two) or _reads(two, one):
        return TRUE
    return _deleted(one) & _deleted(two)


def _reads(one: Statement, two: Statement) -> bool:
    """Whether what decides that ``one`` does anything may depend on ``two``."""
    written = {s.target for s in _walk(two) if isinstance(s, Set)}
    written |= {s.result for s in _walk(two) if isinstance(s, Leave)}
    read = {str(t.data) for term in own_terms(one) for t in _places(term)}
    read |= {one.target} if isinstance(one, Set) else set()
    sinks = any(isinstance(s, Call) for s in _walk(two)) and any("." in text for text in read)
    return bool(written & read) or sinks


def _walk(statement: Statement) -> Iterator[Statement]:
    return walk((statement,))


def _places(term: Term) -> Iterator[Term]:
    return (t for t in subterms(term) if t.op == "place")


def _is_swapped(old: Body, new: Body, i: int) -> bool:
    return len(old) == len(new) > i + 1 and shape_of((old[i + 1], old[i], *old[i + 2 :])) == shape_of(new[i:])


def _alike(one: Statement, other: Statement) -> bool:
    return one is other or shape_of((one,)) == shape_of((other,))


def add_infection_probes(procedure: Procedure, points: Mapping[str, Point]) -> Procedure:
    """The procedure with a place of each name, which says at the end whether the condition held."""
    by_list: dict[Address, dict[int, list[Statement]]] = {}
    for text, point in points.items():
        found = by_list.setdefault(point.at, {}).setdefault(point.position, [])
        found.append(Set(text, point.differs))
    body = procedure.body
    for at in sorted(by_list, key=len, reverse=True):  # inner lists first: what is added moves the outer ones
        body = replace_list(body, at, _interleave(list_at(body, at), by_list[at]))
    places = {**procedure.places, **{text: Place(BOOL, FALSE) for text in points}}
    return replace(procedure, body=body, places=places)


def _interleave(body: Body, added: Mapping[int, Sequence[Statement]]) -> Body:
    """The statements, each behind those that are added at its position; some may be added at the end."""
    found: list[Statement] = []
    for i, statement in enumerate(body):
        found += (*added.get(i, ()), statement)
    return (*found, *added.get(len(body), ()))
