# SPDX-License-Identifier: GPL-2.0-only
"""Binds the symbols of a target to terms over the inputs and the last places of its procedure.

An expression that the tree does not know in any of its spellings leaves the symbol unbound: theorems
that need it are then not checked on that tree, and the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from model import logic
from model.logic import BOOL, FALSE, BitVec, Sort, Term, bit, const, place, resize
from model.program import symbolic
from model.program.procedure import Procedure, Statement
from model.source.errors import Unsupported
from model.source.index.lookup import can_call
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import Slot
from model.source.targets.target import (
    Binding,
    Conjunction,
    EffectArgument,
    EntryValue,
    ExitValue,
    InputSymbol,
    LocalValue,
    LockState,
    Occurrence,
    ResourceCount,
    ReturnMember,
    ReturnValue,
    Target,
)
from model.source.types.ctypes import Int
from model.source.types.syntax import Text
from model.source.types.values import Value, as_bitvec, as_bool

Scope = Mapping[str, Slot]
#: What is called in an expression of the tables.
_CALLED = re.compile(r"\b([a-z_]\w*)\(")


def bind_at_entry(front: FrontEnd, target: Target, scope: Scope) -> dict[str, Term]:
    """The symbols that are bound when the function is called; nothing was lowered yet."""
    found = {}
    for symbol, meaning in target.bindings.items():
        if isinstance(meaning, EntryValue):
            read = _evaluate_first(front, target, meaning.c, scope, target.symbols[symbol][0])
            if read is not None:
                found[symbol] = _at_entry(front, *read)
    return found


def _at_entry(front: FrontEnd, term: Term, steps: Sequence[Statement]) -> Term:
    """The term after those steps, over what is there when the function is called."""
    objects = front.objects
    return symbolic.run(Procedure("", tuple(steps), objects.places, objects.inputs)).bind(term)


def bind_at_exit(
    front: FrontEnd,
    target: Target,
    scope: Scope,
    function: str,
    called: Mapping[str, Mapping[str, object]],
    result: Term | None,
) -> dict[str, Term]:
    """The symbols that are bound when the function has returned."""
    found: dict[str, Term] = {}
    for symbol, meaning in target.bindings.items():
        sort = target.symbols[symbol][0]
        if isinstance(meaning, ExitValue):
            read = _evaluate_first(front, target, meaning.c, scope, sort)
            for statement in () if read is None else read[1]:
                front.objects.emit(statement)
            term = None if read is None else read[0]
        else:
            term = _bind(front, meaning, sort, function, called, result)
        if term is not None:
            found[symbol] = fit(term, sort)
    return found


def _bind(
    front: FrontEnd,
    meaning: Binding,
    sort: Sort,
    function: str,
    called: Mapping[str, Mapping[str, object]],
    result: Term | None,
) -> Term | None:
    match meaning:
        case Occurrence(effect, seen):
            return place(f"{effect}.{'seen' if seen else 'called'}", BOOL) if effect in called else FALSE
        case EffectArgument(effect, name):
            known_sort = called.get(effect, {}).get(name)
            return (
                place(f"{effect}.{name}", known_sort)
                if isinstance(known_sort, Sort)
                else const(0, BitVec(64))
            )
        case LockState(lock, what):
            path = f"({lock}) {what}"
            return place(path, BOOL) if path in front.objects.places else FALSE
        case ResourceCount(resource):
            count = _find_place(front, f"({resource})")
            return const(0, sort) if count is None else count
        case ReturnValue():
            return result
        case ReturnMember(name):
            return _find_place(front, f"{function}.return.{name}")
        case LocalValue(paths):
            return next(
                (h for h in (_find_place(front, f"{function}.{p}") for p in paths) if h is not None), None
            )
        case Conjunction(first, second):
            one, two = (_bind(front, each, sort, function, called, result) for each in (first, second))
            return None if one is None or two is None else fit(one, BOOL) & fit(two, BOOL)
        case InputSymbol(name):
            known = front.objects.inputs.get(name)
            return logic.name(name, sort if known is None else known.sort)
    return None


def _find_place(front: FrontEnd, path: str) -> Term | None:
    """The place of that path, if the function has it."""
    known = front.objects.places.get(path)
    return None if known is None else place(path, known.sort)


def fit(term: Term, sort: Sort) -> Term:
    """The term as one of that sort, as C converts it: ``!= 0``, 0 or 1, more or fewer bits."""
    if term.sort == sort:
        return term
    if sort == BOOL:
        return term != const(0, term.sort)
    return bit(term, sort.width) if term.sort == BOOL else resize(term, sort.width)


def _evaluate_first(
    front: FrontEnd, target: Target, spellings: Sequence[str], scope: Scope, sort: Sort
) -> tuple[Term, list[Statement]] | None:
    """The first spelling that means something in the tree, and the steps that evaluate it.

    What it reads is not what the function does: the ledger does not list it.
    """
    for c in spellings:
        if not all(can_call(front.view, function) for function in _CALLED.findall(c)):
            continue
        ledger, relied = dict(front.objects.ledger), dict(front.types.relied)
        try:
            with front.objects.collect() as steps:
                value = front.operands.evaluate(Text(c.encode(), target.file, 1, fixed=c), [dict(scope)])
        except Unsupported:
            continue
        finally:
            front.objects.ledger, front.types.relied = ledger, relied
        return (as_bool(value) if sort == BOOL else _as_bitvec(value, sort)), steps
    return None


def _as_bitvec(value: Value, sort: Sort) -> Term:
    """A number as a bit-vector of that sort, its sign extended if its type has one."""
    signed = isinstance(value.type, Int) and value.type.signed
    return resize(as_bitvec(value), sort.width, signed=signed)
