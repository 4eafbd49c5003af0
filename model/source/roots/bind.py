# SPDX-License-Identifier: GPL-2.0-only
"""The words of a root as terms over the inputs and the last places of its procedure.

An expression that the tree does not know in any of its spellings leaves the word unbound: theorems
that need it are then not asked of that tree, and the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.logic import BOOL, FALSE, Sort, Term, Word, const, place, resize, substitute
from model.source.ctypes import Int
from model.source.errors import Unsupported
from model.source.objects import Slot
from model.source.roots.root import After, Argument, Before, Binding, Happened, Locked, Returned, Root
from model.source.statements import Statements
from model.source.text import Text
from model.source.values import Value, as_bool, as_word

Scope = Mapping[str, Slot]


def before(front: Statements, root: Root, scope: Scope) -> dict[str, Term]:
    """The words that are read when the function is called; nothing was lowered yet."""
    found = {}
    for word, meaning in root.means.items():
        if isinstance(meaning, Before):
            term = _first(front, root, meaning.c, scope, root.words[word][0])
            if term is not None:
                found[word] = substitute(term, lambda leaf: _initial(front, leaf))
    return found


def after(
    front: Statements,
    root: Root,
    scope: Scope,
    called: Mapping[str, Mapping[str, object]],
    result: Term | None,
) -> dict[str, Term]:
    """The words that are read when the function has returned."""
    found: dict[str, Term] = {}
    for word, meaning in root.means.items():
        sort = root.words[word][0]
        term = (
            _first(front, root, meaning.c, scope, sort)
            if isinstance(meaning, After)
            else _of(front, meaning, called, result)
        )
        if term is not None:
            found[word] = fitted(term, sort)
    return found


def _of(
    front: Statements, meaning: Binding, called: Mapping[str, Mapping[str, object]], result: Term | None
) -> Term | None:
    match meaning:
        case Happened(sink):
            return place(f"{sink}.called", BOOL) if sink in called else FALSE
        case Argument(sink, name):
            sort = called.get(sink, {}).get(name)
            return place(f"{sink}.{name}", sort) if isinstance(sort, Sort) else const(0, Word(64))
        case Locked(lock, what):
            path = f"({lock}) {what}"
            return place(path, BOOL) if path in front.objects.places else FALSE
        case Returned():
            return result
        case Term():
            return meaning
    return None


def fitted(term: Term, sort: Sort) -> Term:
    """The term as a word of that sort: a truth value of a number, more or fewer of its bits."""
    if term.sort == sort:
        return term
    if sort == BOOL:
        return term != const(0, term.sort)
    if term.sort == BOOL:
        raise TypeError(f"{term} is a truth value where a word of {sort.width} bits is wanted")
    return resize(term, sort.width)


def _initial(front: Statements, leaf: Term) -> Term:
    """What a place holds at first."""
    if leaf.op != "place":
        return leaf
    initial = front.objects.places[str(leaf.data)].initial
    return leaf if initial is None else initial


def _first(front: Statements, root: Root, spellings: Sequence[str], scope: Scope, sort: Sort) -> Term | None:
    """The first spelling that means something in the tree; it must do nothing but read."""
    for c in spellings:
        try:
            with front.objects.nested() as body:
                value = _value(front, Text(c.encode(), root.file, 1, fixed=c), scope)
        except Unsupported:
            continue
        if not body:
            return as_bool(value) if sort == BOOL else _word(value, sort)
    return None


def _value(front: Statements, text: Text, scope: Scope) -> Value:
    scopes, front.scopes = front.scopes, [dict(scope)]
    try:
        with front.at(text):
            return front.scalar(front.types.parser.fragment(text))
    finally:
        front.scopes = scopes


def _word(value: Value, sort: Sort) -> Term:
    """A number as a word of that sort, its sign extended if its type has one."""
    signed = isinstance(value.type, Int) and value.type.signed
    return resize(as_word(value), sort.width, signed=signed)
