# SPDX-License-Identifier: GPL-2.0-only
"""The syntax of the expression after ``#if``.

``parse_condition`` turns it into nested tuples: ``("number", 3)``, ``("name", "PAGE_SHIFT")``,
``("call", "defined", "X")``, ``("&&", left, right)``, ``("?", test, left, right)``,
``("unknown",)`` for a call with anything but one name as its argument.

Numbers have no width: no condition that the headers state wraps around.
Source: ISO C17 6.10.1 and 6.5; suffixes of numbers as GCC takes them.
"""

from __future__ import annotations

import re
from typing import Any

Node = tuple[Any, ...]

MAX_DEPTH = 40
"""Parentheses, and operators in a row, beyond which an expression is not read; headers have 13."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)(?:[uUlL]{0,3})\b"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign><<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>!~&|^?:(),]))"
)
_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_BINDING = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs}


class _NoExpressionError(Exception):
    """The text is not an expression of the preprocessor."""


def parse_condition(text: str) -> Node | None:
    """The expression as nested tuples, or None where it is not one."""
    try:
        reader = _Reader(_tokens(text))
        node = reader.choice(0)
        return node if reader.peek() == "" else None
    except _NoExpressionError:
        return None


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise _NoExpressionError
        tokens.append(found.group("number") or found.group("name") or found.group("sign"))
        at = found.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens, no deeper than DEEPEST."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise _NoExpressionError

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _NoExpressionError
        test = self.binary(0, depth)
        if self.peek() != "?":
            return test
        self.take()
        left = self.choice(depth + 1)
        self.expect(":")
        return ("?", test, left, self.choice(depth + 1))

    def binary(self, level: int, depth: int) -> Node:
        """Operators that bind at least as tightly as ``level``, the left ones first."""
        left = self.unary(depth)
        operators = 0
        while _BINDING.get(self.peek(), -1) >= level:
            sign = self.take()
            left = (sign, left, self.binary(_BINDING[sign] + 1, depth + 1))
            operators += 1
            if operators > MAX_DEPTH:
                raise _NoExpressionError
        return left

    def unary(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _NoExpressionError
        token = self.take()
        if token in ("!", "~"):
            return (token, self.unary(depth + 1))
        if token == "-":
            return ("negative", self.unary(depth + 1))
        if token == "+":
            return self.unary(depth + 1)
        if token == "(":
            node = self.choice(depth + 1)
            self.expect(")")
            return node
        if token[:1].isdigit():
            return ("number", _number(token))
        if token[:1].isalpha() or token[:1] == "_":
            return self.name(token)
        raise _NoExpressionError

    def name(self, name: str) -> Node:
        if name == "defined" and re.match(r"[A-Za-z_]", self.peek()):
            return ("call", name, self.take())
        if self.peek() != "(" and name != "defined":
            return ("name", name)
        start = self._at + 1
        depth = 0
        while True:
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth == 0:
                break
            if token == "":
                raise _NoExpressionError
        arguments = self._tokens[start : self._at - 1]
        if len(arguments) == 1 and re.fullmatch(r"[A-Za-z_]\w*", arguments[0]):
            return ("call", name, arguments[0])
        return ("unknown",)


def _number(text: str) -> int:
    if re.fullmatch(r"0[0-7]*", text):
        return int(text, 8)
    try:
        return int(text, 0)
    except ValueError as error:
        raise _NoExpressionError from error
