# SPDX-License-Identifier: GPL-2.0-only
"""Havoc: what a call of which nothing is known may have changed, memory and every local it can reach.

Which memory the procedure reads is known only at its end, so such a call first leaves an empty block
behind, which ``filled`` then gives its assignments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from model.logic import name
from model.program.procedure import Block, If, Input, Origin, Set, Span, Statement
from model.source.lowering.state.objects import Objects, parents
from model.source.types.values import UNKNOWN, Location


def havoc(objects: Objects, call: str, handed: Iterable[Location], span: Span) -> None:
    """From here on, memory and what the call was handed are havoc."""
    reached = _reachable_locals(objects, [t.path for t in handed if not t.behind])
    objects.escaped |= dict.fromkeys(reached)
    for path in objects.flow.pointers:
        if objects.begin(path) is None or not reached.isdisjoint(parents(path)):
            objects.flow.pointers[path] = (UNKNOWN,)
    label = objects.unique(f"{call} wrote")
    objects.havocked[label] = frozenset(reached)
    objects.emit(Block(label, (), span))


def _reachable_locals(objects: Objects, handed: list[str]) -> frozenset[str]:
    """The locals that these addresses, those in memory, and pointers in such locals lead to."""
    waiting = [_local(objects, path) for path in [*handed, *objects.escaped]]
    found: set[str] = set()
    while waiting:
        local = waiting.pop()
        if local and local not in found:
            found.add(local)
            inside = [p for p in objects.flow.pointers if local in parents(p)]
            leads = [t.path for p in inside for t in objects.flow.pointers[p] if not t.behind]
            waiting += [_local(objects, path) for path in leads]
    return frozenset(found)


def _local(objects: Objects, path: str) -> str:
    """The outermost local that an object lies in; "" for memory."""
    return next((p for p in reversed(list(parents(path))) if p in objects.locals), "")


def fill_havoc(objects: Objects, body: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements, with what each unknown call wrote."""
    return tuple(_fill(objects, body))


def _fill(objects: Objects, body: Iterable[Statement]) -> Iterator[Statement]:
    for statement in body:
        if isinstance(statement, If):
            then, orelse = fill_havoc(objects, statement.then), fill_havoc(objects, statement.orelse)
            yield replace(statement, then=then, orelse=orelse)
        elif isinstance(statement, Block) and statement.label in objects.havocked:
            yield replace(statement, body=tuple(_assignments(objects, statement)))
        elif isinstance(statement, Block):
            yield replace(statement, body=fill_havoc(objects, statement.body))
        else:
            yield statement


def _assignments(objects: Objects, block: Block) -> Iterator[Set]:
    reached = objects.havocked[block.label]
    for path, place in list(objects.places.items()):
        if objects.begin(path) is None or not reached.isdisjoint(parents(path)):
            text = f"{path} after {block.label.removesuffix(' wrote')}"
            objects.inputs[text] = Input(place.sort, Origin.HAVOC, "what an unknown call left there")
            yield Set(path, name(text, place.sort), block.span)
