# SPDX-License-Identifier: GPL-2.0-only
"""What every layer of the front-end shares: the text at hand, the names in scope, what was made.

The layers above (``lvalues`` to ``statements``) each read one more part of C.  None of them guesses:
a form that it does not know raises Unsupported with file and line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from model.logic import Term, subterms
from model.program.procedure import Span
from model.source.lowering.state.objects import Objects, Slot
from model.source.types.ctypes import CType
from model.source.types.parse_types import Types
from model.source.types.syntax import Node, Text
from model.source.types.values import Value, as_bool, decayed, is_scalar

#: How many expressions and statements are read at most; a real fault path has some 3,000.
_MOST = 40_000


class Context(ABC):
    """``text`` is the piece of C at hand, ``scopes`` the names in scope, innermost last, and ``given``
    the parameters of the target as it was called."""

    def __init__(self, types: Types, objects: Objects):
        self.types = types
        self.view = types.view
        self.objects = objects
        self.text = Text(b"", "", 0)
        self.scopes: list[dict[str, Slot]] = [{}]
        self.given: dict[str, Slot] = {}
        self.locals_met = 0
        self._read = 0

    @abstractmethod
    def rvalue(self, node: Node) -> Value:
        """The value of an expression; side effects are emitted in order."""

    # Where we are -------------------------------------------------------------------------------
    @contextmanager
    def at(self, text: Text) -> Iterator[None]:
        """Nodes met inside belong to that text."""
        before, self.text = self.text, text
        try:
            yield
        finally:
            self.text = before

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Names declared inside end with it."""
        before = self.scopes
        self.scopes = [*before, {}]
        try:
            yield
        finally:
            self.scopes = before

    @contextmanager
    def outside(self, text: Text) -> Iterator[None]:
        """What is met inside belongs to that text of the file itself, where no local is in scope; it
        leaves no trace."""
        before = self.scopes
        self.scopes = [{}]
        try:
            with self.at(text), self.objects.probe():
                yield
        finally:
            self.scopes = before

    def slot(self, name: str) -> Slot | None:
        """The local or parameter of that name."""
        found = next((scope[name] for scope in reversed(self.scopes) if name in scope), None)
        self.locals_met += found is not None
        return found

    def span(self, node: Node) -> Span:
        return self.text.span(node)

    def count(self, node: Node) -> None:
        """One more expression or statement is read: refuses what macros or calls make too large."""
        self._read += 1
        if self._read > _MOST:
            raise self.text.unsupported(node, f"more than {_MOST:,} expressions and statements")

    # Values -------------------------------------------------------------------------------------
    def scalar(self, node: Node) -> Value:
        """The value of an expression that must be a number or a pointer; arrays decay."""
        value = decayed(self.rvalue(node))
        if not is_scalar(value.type):
            raise self.text.unsupported(node, f"a {value.type} where a number or a pointer is needed")
        return value

    def condition(self, node: Node) -> Term:
        """What a condition makes of an expression."""
        return as_bool(self.scalar(node))

    def temporary(self, base: str) -> str:
        """The path of a new object that the C does not name."""
        path = self.objects.unique(f"({base})")
        self.objects.declare(path)
        return path

    def kept(self, value: Value, node: Node) -> Value:
        """The scalar as it is now, whatever is stored to its object afterwards."""
        if not is_scalar(value.type) or not reads_a_place(value):
            return value
        path = self.temporary("before")
        self.objects.store(path, value.type, value, self.span(node))
        return self.objects.load(path, value.type)

    def type_of(self, node: Node) -> CType:
        """The type of an expression, which is not evaluated."""
        with self.objects.probe():
            return self.rvalue(node).type


def reads_a_place(value: Value) -> bool:
    """Whether statements in between could change the value."""
    return any(t.op == "place" for t in subterms(value.term))
