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

from model.program.procedure import Span
from model.source.errors import Unsupported
from model.source.preprocessor.annotations import COMMENT, NESTED_PARENTHESES, spaces

Node = tree_sitter.Node

#: C23's and GCC's ``auto x = ...``, which the parser does not know, is shown to it as a type's name.
AUTOMATIC = ("Auto", "__auto_type")
_AUTO = re.compile(rb"\bauto(?=\s+[A-Za-z_]\w*\s*=)")
#: ``typeof(...)``, of which the parser knows little, is shown to it as the name of a type.
_TYPEOF = re.compile(rb"\b(?:__)?typeof(?:_unqual)?(?:__)?\s*(" + NESTED_PARENTHESES + rb")")
#: GCC's ``case 1 ... 5:``, which the parser does not know, is shown to it with this between.
RANGE = "?:+"
_LABEL = rb"(?:[^:;?{}\"'/]|/(?![*/])|" + COMMENT + rb")"
_RANGE = re.compile(rb"(\bcase\b" + _LABEL + rb"*?)\.\.\.(?=" + _LABEL + rb"*:)")
_STAND_IN = re.compile(r"\b_T[0-9]{5}\b")


@dataclass(frozen=True)
class Text:
    """A piece of C: its bytes, the file and line where it begins, and how it was reached.

    ``fixed`` is set for text that a macro made: every node of it then stands at ``line``, where
    the outermost macro was written, and spans quote ``fixed``, the text there.  ``binding`` says how
    tightly the text around a macro binds (see ``precedence``).
    """

    data: bytes
    file: str
    line: int
    function: str = ""
    via: tuple[str, ...] = ()
    fixed: str = ""
    binding: int = 0

    def line_of(self, node: Node) -> int:
        """The line where a node begins, from 1."""
        return self.line if self.fixed else self.line + node.start_point[0]

    def quote(self, node: Node, limit: int = 100) -> str:
        """A node as it is written, without line breaks and comments, cut at ``limit`` characters."""
        if self.fixed:
            return one_line(_STAND_IN.sub("typeof(...)", text_of(node)), limit)
        return one_line(self.data[node.start_byte : node.end_byte].decode(errors="replace"), limit)

    def span(self, node: Node, quote: str | None = None) -> Span:
        """Where a node stands, quoting it or what is given."""
        quoted = self.fixed or quote or self.quote(node)
        return Span(self.file, self.line_of(node), quoted, self.function, self.via)

    def unsupported(self, node: Node, what: str) -> Unsupported:
        """The complaint that a node has no lowering."""
        return Unsupported(self.file, self.line_of(node), f"{what} (`{self.quote(node, 60)}`)")

    def expansion(self, node: Node, data: str, macro: str, binding: int = 0) -> Text:
        """What a macro at ``node`` expanded to."""
        fixed = self.fixed or self.quote(node)
        line = self.line_of(node)
        return Text(data.encode(), self.file, line, self.function, (*self.via, macro), fixed, binding)

    def child(self, node: Node, name: str) -> Node:
        """The part of a node that has this name in the grammar.

        Raises Unsupported if it has none.
        """
        found = node.child_by_field_name(name)
        if found is None:
            raise self.unsupported(node, f"a {node.type} without its {name}")
        return found

    def inner(self, node: Node) -> Node:
        """The one expression inside parentheses."""
        inner = children(node)
        if len(inner) != 1:
            raise self.unsupported(node, "parentheses around no single expression")
        return inner[0]


def children(node: Node) -> list[Node]:
    """The named parts of a node, without comments."""
    return [c for c in node.named_children if c.type != "comment"]


def one_line(written: str, limit: int = 100) -> str:
    """A text without line breaks and comments, cut at ``limit`` characters."""
    flat = " ".join(re.sub(r"/\*.*?\*/|//[^\n]*", " ", written[: 20 * limit], flags=re.DOTALL).split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def text_of(node: Node) -> str:
    """A node as it is written."""
    return (node.text or b"").decode(errors="replace")


class Parser:
    """tree-sitter's C parser for functions, declarations and fragments.

    ``typeofs`` is what stands in the parentheses of each ``typeof``, by the name that the parser saw.
    """

    def __init__(self) -> None:
        self.typeofs: dict[str, str] = {}

    @cached_property
    def _parser(self) -> tree_sitter.Parser:
        return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))

    def _parse(self, data: bytes) -> Node:
        known = _RANGE.sub(rb"\1" + RANGE.encode(), _AUTO.sub(b"Auto", data))
        return self._parser.parse(_TYPEOF.sub(self._stand_in, known)).root_node

    def _stand_in(self, found: re.Match[bytes]) -> bytes:
        """A name of a type for one ``typeof(...)``, of equal length with the same line ends."""
        name = f"_T{len(self.typeofs):05}"
        self.typeofs[name] = found.group(1)[1:-1].decode(errors="replace")
        return name.encode() + spaces(found.group()[len(name) :])

    def function(self, text: Text) -> Node:
        """The function definition that the text is.

        Raises Unsupported at the first parse error inside it.
        """
        root = self._parse(text.data)
        parts = children(root)
        if root.has_error:
            broken = _first_error(root)
            raise text.unsupported(broken, "the parser could not read this")
        if len(parts) != 1 or parts[0].type != "function_definition":
            raise text.unsupported(root, "the parser took this for no single function")
        return parts[0]

    def declaration(self, text: Text) -> Node:
        """The first top-level declaration (struct, typedef, enum, prototype) of the text."""
        root = self._parse(text.data)
        parts = children(root)
        if not parts:
            raise text.unsupported(root, "no declaration could be parsed")
        return parts[0]

    def fragment(self, text: Text) -> Node:
        """What a macro expanded to: an expression if it can be read as one, else a statement.

        Raises Unsupported for what is neither, or is more than one statement.
        """
        why = "could not be parsed"
        for before, after in ((b"void f(void) { return ", b"\n; }"), (b"void f(void) { ", b"\n; }")):
            root = self._parse(before + text.data + after)
            why = why if root.has_error else "is no single expression or statement"
            parts = [] if root.has_error else children(root)
            if len(parts) == 1 and parts[0].type == "function_definition":
                body = parts[0].child_by_field_name("body")
                only = [c for c in children(body) if text_of(c) != ";"] if body is not None else []
                if len(only) == 1 and (only[0].type != "return_statement" or len(children(only[0])) == 1):
                    return children(only[0])[0] if only[0].type == "return_statement" else only[0]
        told = " ".join(text.data.decode(errors="replace").split())[:80]
        raise Unsupported(text.file, text.line, f"a macro's text {why}: {told}")


def _first_error(node: Node) -> Node:
    """The innermost first node with a parse error."""
    while node.type != "ERROR" and not node.is_missing:
        inner = next((c for c in node.children if c.has_error or c.is_missing), None)
        if inner is None:
            return node
        node = inner
    return node
