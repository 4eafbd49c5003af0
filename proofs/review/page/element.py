# SPDX-License-Identifier: GPL-2.0-only
"""A tree of elements and its HTML, in which no text can become markup.

Every text and every attribute is escaped, and what cannot be seen (control characters, marks that turn the
direction of writing) is written as an escape.  Only ``Raw`` is written as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote


@dataclass(frozen=True)
class Raw:
    """Text that is written as it is: of this package's own files alone."""

    text: str


@dataclass(frozen=True)
class Element:
    """A tag with its attributes and what is in it."""

    tag: str
    attributes: Mapping[str, str]
    children: tuple[Node, ...]


Node = Element | Raw | str

#: What a caller may give as a child: None and sequences are looked through.
Child = Node | None | Iterable["Child"]

#: Elements that have no end tag, where they are empty.
_VOID = frozenset(("input", "line", "meta", "rect"))
#: A newline follows these, so that the file can be read and compared line by line.
_BLOCKS = frozenset(
    ("article", "dd", "details", "div", "g", "h1", "h2", "h3", "head", "header", "li", "meta", "nav", "ol",
     "p", "pre", "script", "section", "style", "summary", "svg", "table", "title", "tr", "ul")
)  # fmt: skip


def element(tag: str, *children: Child, **attributes: str | bool | None) -> Element:
    """An element; ``class_`` stands for class and ``data_x`` for data-x, None and False for no attribute,
    and True for one without a value."""
    named = {
        name.rstrip("_").replace("_", "-"): "" if value is True else str(value)
        for name, value in attributes.items()
        if value is not None and value is not False
    }
    return Element(tag, named, tuple(_flat(children)))


def _flat(children: Iterable[Child]) -> Iterable[Node]:
    for child in children:
        if isinstance(child, (str, Element, Raw)):
            yield child
        elif child is not None:
            yield from _flat(child)


def visible(text: str) -> str:
    """The text with everything that cannot be seen as an escape; newlines and tabs stay."""
    return "".join(c if c in "\n\t" or c.isprintable() else _escape(c) for c in text)


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def render_html(node: Node) -> str:
    """The HTML of a node."""
    parts: list[str] = []
    _write(node, parts)
    return "".join(parts)


def _write(node: Node, parts: list[str]) -> None:
    if isinstance(node, Raw):
        parts.append(node.text)
    elif isinstance(node, str):
        parts.append(escape(visible(node), quote=False))
    else:
        attributes = "".join(f' {name}="{escape(visible(value))}"' for name, value in node.attributes.items())
        parts.append(f"<{node.tag}{attributes}")
        if node.tag in _VOID and not node.children:
            parts.append("/>")
        else:
            parts.append(">")
            for child in node.children:
                _write(child, parts)
            parts.append(f"</{node.tag}>")
        if node.tag in _BLOCKS:
            parts.append("\n")


def anchor(*names: str) -> str:
    """The id of a part of the page, the same as in a link to it: names with ``/`` between them."""
    return "/".join(quote(name, safe="/@:._-~()", errors="replace") for name in names)
