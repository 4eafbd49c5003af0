# SPDX-License-Identifier: GPL-2.0-only
"""The point of the C that lowering has come to: the text at hand, the names in scope, the function body.

Every collaborator of the lowering holds the same context.  None of them guesses: a form that it does
not know raises Unsupported with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from model.program.procedure import Span
from model.source.contracts.contract import Contract
from model.source.errors import Unsupported
from model.source.lowering.state.objects import Objects, Slot
from model.source.types.ctypes import VOID, CType
from model.source.types.parse_types import Types
from model.source.types.syntax import Node, Text
from model.source.types.values import Value

Scopes = list[dict[str, Slot]]

#: How many expressions and statements are read at most; a real fault path has some 3,000.
_MOST_NODES = 40_000


@dataclass
class Frame:
    """The function body at hand.

    ``path`` is the prefix of its locals' paths and ``result`` the type that it returns.  ``jumps`` are
    the blocks that ``break`` and ``continue`` leave, by keyword, innermost last; ``gotos`` the gotos
    whose label was not met yet, with the complaint to raise if it never is; ``open_labels`` the labels
    that a goto behind them goes back to.
    """

    path: str = ""
    result: CType = VOID
    jumps: tuple[tuple[str, str], ...] = ()
    gotos: list[tuple[str, Unsupported]] = field(default_factory=list)
    open_labels: frozenset[str] = frozenset()


class Context:
    """The state that the collaborators share.

    ``text`` is the piece of C at hand, ``scopes`` the names in scope, innermost last, ``given`` the
    parameters of the target as it was called, ``constants`` the names that were found to stand for a
    constant, ``contracts`` what is believed of calls that are not read, by name, and ``frame`` the
    function body at hand.
    """

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        self.types = types
        self.view = types.view
        self.objects = objects
        self.contracts = contracts
        self.text = Text(b"", "", 0)
        self.scopes: Scopes = [{}]
        self.given: dict[str, Slot] = {}
        self.constants: dict[str, Value] = {}
        self.frame = Frame()
        self.locals_met = 0
        self.latest: Unsupported | None = None  # the complaint if nesting exceeds the stack from here on
        self._nodes = 0

    # The text at hand -----------------------------------------------------------------------------
    @contextmanager
    def at(self, text: Text) -> Iterator[None]:
        """Nodes met inside belong to that text."""
        before, self.text = self.text, text
        try:
            yield
        finally:
            self.text = before

    def span(self, node: Node) -> Span:
        """Where a node of the text stands."""
        return self.text.span(node)

    def child(self, node: Node, name: str) -> Node:
        """The part of a node of the text that has this name in the grammar; Unsupported if it has none."""
        return self.text.child(node, name)

    def unsupported(self, node: Node, construct: str) -> Unsupported:
        """The complaint that a node of the text has no lowering."""
        return self.text.unsupported(node, construct)

    def beside(self, node: Node) -> Text:
        """An empty text that is not in the tree, for a type that is read on behalf of the node."""
        return self.text.expansion(node, "", "a type")

    def count(self, node: Node) -> None:
        """One more expression or statement is read: refuses what macros or calls make too large."""
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise self.unsupported(node, f"more than {_MOST_NODES:,} expressions and statements")

    # The names in scope -----------------------------------------------------------------------------
    @contextmanager
    def within(self, scopes: Scopes) -> Iterator[None]:
        """Only the names of these scopes are known inside."""
        before, self.scopes = self.scopes, scopes
        try:
            yield
        finally:
            self.scopes = before

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
        with self.within([{}]), self.at(text), self.objects.probe():
            yield

    def slot(self, name: str) -> Slot | None:
        """The local or parameter of that name."""
        found = next((scope[name] for scope in reversed(self.scopes) if name in scope), None)
        self.locals_met += found is not None
        return found

    # Function bodies ------------------------------------------------------------------------------
    @contextmanager
    def body(self, frame: Frame) -> Iterator[None]:
        """What is met inside belongs to that function body, where none of the names so far is in scope."""
        before, self.frame = self.frame, frame
        try:
            with self.within([{}]):
                yield
        finally:
            self.frame = before
