# SPDX-License-Identifier: GPL-2.0-only
"""C text and its syntax trees: where a node was written, and how a piece of C is parsed.

Parsing is tree-sitter's, on raw text with annotations blanked; a parse error is fatal only where
it is reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import tree_sitter
import tree_sitter_c

from model.procedure import Span
from model.source.errors import Unsupported

Node = tree_sitter.Node


@dataclass(frozen=True)
class Text:
    """A piece of C: its bytes, the file and line where it begins, and how it was reached.

    ``fixed`` is set for text that a macro made: every node of it then stands at ``line``, where
    the outermost macro was written, and spans quote ``fixed``, the text there.
    """

    data: bytes
    file: str
    line: int
    function: str = ""
    via: tuple[str, ...] = ()
    fixed: str = ""

    def line_of(self, node: Node) -> int:
        return self.line if self.fixed else self.line + node.start_point[0]

    def span(self, node: Node, quote: str | None = None) -> Span:
        quoted = self.fixed or quote or one_line(node)
        return Span(self.file, self.line_of(node), quoted, self.function, self.via)

    def unsupported(self, node: Node, what: str) -> Unsupported:
        return Unsupported(self.file, self.line_of(node), f"{what} (`{one_line(node, 60)}`)")

    def expansion(self, node: Node, data: str, macro: str) -> Text:
        """What a macro at ``node`` expanded to."""
        fixed = self.fixed or one_line(node)
        return Text(data.encode(), self.file, self.line_of(node), self.function, (*self.via, macro), fixed)


def one_line(node: Node, limit: int = 100) -> str:
    """The node's text without line breaks and comments, cut at ``limit`` characters."""
    raw = (node.text or b"").decode(errors="replace")
    flat = " ".join(re.sub(r"/\*.*?\*/|//[^\n]*", " ", raw, flags=re.DOTALL).split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def text_of(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


class Parser:
    """tree-sitter's C parser, with the two ways in which the front-end asks it."""

    @cached_property
    def _parser(self) -> tree_sitter.Parser:
        return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))

    def function(self, text: Text) -> Node:
        """The function definition that the text is.

        Raises Unsupported at the first parse error inside it.
        """
        root = self._parser.parse(text.data).root_node
        for child in root.children:
            if child.type == "function_definition":
                self.check(text, child)
                return child
        raise text.unsupported(root, "no function definition could be parsed")

    def declaration(self, text: Text) -> Node:
        """The first top-level declaration (struct, typedef, enum, prototype) of the text."""
        root = self._parser.parse(text.data).root_node
        for child in root.children:
            if child.is_named and child.type != "comment":
                return child
        raise text.unsupported(root, "no declaration could be parsed")

    def fragment(self, text: Text) -> Node:
        """What a macro expanded to: an expression if it can be read as one, else a statement."""
        for before, after in ((b"void f(void) { return ", b"; }"), (b"void f(void) { ", b"; }")):
            root = self._parser.parse(before + text.data + after).root_node
            if not root.has_error:
                statement = _first_statement(root)
                if statement is not None:
                    return statement
        raise Unsupported(text.file, text.line, f"a macro's text could not be parsed: {text.data.decode()[:80]}")

    def check(self, text: Text, node: Node) -> None:
        """Raise Unsupported where the node holds a parse error."""
        if node.has_error:
            broken = _first_error(node)
            raise text.unsupported(broken, "the parser could not read this")


def _first_statement(root: Node) -> Node | None:
    body = root.children[0].child_by_field_name("body") if root.children else None
    named = [c for c in body.children if c.is_named and c.type != "comment"] if body is not None else []
    if not named:
        return None
    first = named[0]
    if first.type == "return_statement":
        return first.named_children[0] if first.named_children else None
    return body if len(named) > 1 else first


def _first_error(node: Node) -> Node:
    if node.type == "ERROR" or node.is_missing:
        return node
    for child in node.children:
        if child.has_error or child.is_missing:
            return _first_error(child)
    return node
