# SPDX-License-Identifier: GPL-2.0-only
"""The operations that cross between the collaborators of the lowering.

C is recursive: an operand may be a call, a call the body of a function, and an expression a block of
statements.  Each collaborator reads one part of C, is given the ones it rests on, and reaches the rest
through this protocol, which ``front_end.FrontEnd`` implements and a test replaces by a stub.
"""

from __future__ import annotations

from typing import Protocol

from model.source.types.syntax import Node
from model.source.types.values import Value


class Lowering(Protocol):
    """Lowers a node of the text at hand, whichever part of C it is."""

    def rvalue(self, node: Node) -> Value:
        """The value of an expression; side effects are emitted in order."""

    def call(self, node: Node) -> Value:
        """The value of a call."""

    def inline(self, node: Node, name: str, arguments: list[Value]) -> Value:
        """The result of a function of the tree, whose body is lowered where the node stands."""

    def statement(self, node: Node) -> None:
        """One statement."""

    def sequence(self, nodes: list[Node]) -> None:
        """Statements in order, with the labels among them."""

    def statement_expression(self, node: Node) -> Value:
        """The value of ``({ ...; value; })``."""
