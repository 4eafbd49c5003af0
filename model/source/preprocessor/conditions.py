# SPDX-License-Identifier: GPL-2.0-only
"""The ``#if`` conditions in force at each line of a C file, and their values.

``Conditionals`` follows the directives of one file and says at each point which conditions hold
there: a *stack*, one C expression for each open ``#if``, the earlier branches of it negated.
``evaluate`` gives such an expression a value, or None where the value is not known; what a name
means is asked of the caller.

Source: ISO C17 6.10.1; include/linux/kconfig.h for ``IS_ENABLED`` and its kin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from model.source.preprocessor.annotations import code_of
from model.source.preprocessor.condition_syntax import Node, parse_condition
from model.source.preprocessor.profile import Profile, ProfileError

__all__ = ["Conditionals", "ConditionNames", "Profile", "ProfileError", "Stack", "evaluate"]

Stack = tuple[str, ...]

MAX_DEPTH = 50
"""Open ``#if`` beyond which conditions are not followed; kernel headers have up to 7."""

MAX_BRANCHES = 100
"""Branches of an ``#if`` beyond which conditions are not followed."""

MAX_BITS = 128
"""Bits of a number beyond which it is not followed; a compiler's have 64."""

UNKNOWN = "(not followed)"
"""The condition in place of those; it is no expression, so that whether it holds is unknown."""

_SIMPLE = re.compile(r"(!?) ?defined ?\(? ?(\w+) ?\)?")


def normalise_condition(condition: str) -> str:
    """A condition with one space for each run of spaces, comments and continued lines."""
    code = condition
    if "/" in code:
        code = code_of(code.encode("latin-1", "replace")).decode("latin-1")
    return " ".join(code.replace("\\\n", " ").replace("\\\r\n", " ").split())


def negate_condition(condition: str) -> str:
    """The condition that holds where this one does not, in the shortest of its spellings."""
    simple = _SIMPLE.fullmatch(condition)
    if simple:
        return f"{'' if simple.group(1) else '!'}defined({simple.group(2)})"
    return f"!({condition})"


@dataclass(slots=True)
class _Level:
    """One open ``#if``: what would have taken an earlier branch, and what takes this one."""

    earlier: list[str] = field(default_factory=list)
    now: str = "1"

    def text(self) -> str:
        if len(self.earlier) > MAX_BRANCHES:
            return UNKNOWN
        refused = [negate_condition(condition) for condition in self.earlier]
        conditions = refused if self.now == "1" and refused else [*refused, self.now]
        if len(conditions) == 1:
            return conditions[0]
        return " && ".join(f"({condition})" for condition in conditions)


class Conditionals:
    """The conditions in force while the directives of one file go by.

    Unbalanced ``#else`` and ``#endif`` are ignored, for they are a compiler's to complain about.
    """

    def __init__(self) -> None:
        self._levels: list[_Level] = []

    def follow(self, word: str, rest: str) -> bool:
        """Take in one directive; whether it changed the conditions."""
        rest = normalise_condition(rest)
        match word:
            case "if" | "ifdef" | "ifndef":
                self._levels.append(_Level([], _parse_directive(word, rest)))
            case "elif" | "elifdef" | "elifndef" | "else" if self._levels:
                level = self._levels[-1]
                level.earlier.append(level.now)
                level.now = "1" if word == "else" else _parse_directive(word[2:], rest)
            case "endif" if self._levels:
                self._levels.pop()
            case _:
                return False
        return True

    def stack(self) -> Stack:
        """The condition of each open ``#if``, the outermost first."""
        near = tuple(level.text() for level in self._levels[:MAX_DEPTH])
        return near if len(self._levels) <= MAX_DEPTH else (*near, UNKNOWN)


def _parse_directive(word: str, rest: str) -> str:
    if word == "if":
        simple = _SIMPLE.fullmatch(rest)
        return f"{simple.group(1)}defined({simple.group(2)})" if simple else rest
    name = re.match(r"\w*", rest)
    defined = f"defined({name.group() if name else ''})"
    return "!" + defined if word in ("ifndef", "ndef") else defined


class ConditionNames(Protocol):
    """What the names in a condition mean."""

    def is_defined(self, name: str, denied: bool) -> bool | None:
        """Whether a macro is defined; ``denied`` where the condition holds if it is not."""

    def value(self, name: str) -> int | None:
        """The value of a name in an expression, 0 where it is undefined, None where unknown."""

    def call(self, text: str) -> int | None:
        """The value of a call such as ``__has_attribute(x)``, None where unknown."""


def evaluate(condition: str, names: ConditionNames) -> int | None:
    """The value of a condition, 0 where it does not hold, None where it is not known."""
    node = parse_condition(condition)
    return None if node is None else _evaluate_node(node, names, False)


def _quotient(left: int, right: int) -> int | None:
    if right == 0:
        return None
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


_ARITHMETIC: Mapping[str, Callable[[int, int], int | None]] = {
    "*": lambda a, b: a * b,
    "/": _quotient,
    "%": lambda a, b: None if b == 0 else a - b * (_quotient(a, b) or 0),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "<<": lambda a, b: a << b if 0 <= b < 64 else None,
    ">>": lambda a, b: a >> b if 0 <= b < 64 else None,
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
    "|": lambda a, b: a | b,
}


def _evaluate_node(node: Node, names: ConditionNames, denied: bool) -> int | None:
    """The value of an expression; ``denied`` under an odd number of negations."""
    match node:
        case ("number", int(number)):
            return number
        case ("name", str(name)):
            return names.value(name)
        case ("call", str(function), str(argument)):
            return _call(function, argument, names, denied)
        case ("!", operand):
            value = _evaluate_node(operand, names, not denied)
            return None if value is None else int(value == 0)
        case ("negative", operand):
            value = _evaluate_node(operand, names, denied)
            return None if value is None else -value
        case ("~", operand):
            value = _evaluate_node(operand, names, denied)
            return None if value is None else ~value
        case ("&&" | "||" as word, left, right):
            return _logical(word, left, right, names, denied)
        case ("?", test, left, right):
            return _choice(test, left, right, names, denied)
        case (str(word), left, right) if word in _ARITHMETIC:
            one, two = _evaluate_node(left, names, denied), _evaluate_node(right, names, denied)
            value = None if one is None or two is None else _ARITHMETIC[word](one, two)
            return None if value is None or value.bit_length() > MAX_BITS else value
        case _:
            return None


def _logical(word: str, left: Node, right: Node, names: ConditionNames, denied: bool) -> int | None:
    """``&&`` and ``||`` where an operand may be unknown: 0 && unknown is 0, 1 || unknown is 1."""
    settled = 0 if word == "&&" else 1
    one = _evaluate_node(left, names, denied)
    if one is not None and int(one != 0) == settled:
        return settled
    two = _evaluate_node(right, names, denied)
    if two is not None and int(two != 0) == settled:
        return settled
    return None if one is None or two is None else 1 - settled


def _choice(test: Node, left: Node, right: Node, names: ConditionNames, denied: bool) -> int | None:
    chosen = _evaluate_node(test, names, denied)
    if chosen is not None:
        return _evaluate_node(left if chosen else right, names, denied)
    one, two = _evaluate_node(left, names, denied), _evaluate_node(right, names, denied)
    return one if one == two else None


def _call(function: str, argument: str, names: ConditionNames, denied: bool) -> int | None:
    """``defined(X)`` and the configuration tests; any other call is for ``names`` to know."""
    if function not in _TESTS:
        return names.call(f"{function}({argument})")
    answers = []
    for suffix in _TESTS[function]:
        answers.append(names.is_defined(argument + suffix, denied))
        if answers[-1]:
            return 1
    return None if None in answers else 0


_TESTS = {
    "defined": ("",),
    "IS_BUILTIN": ("",),
    "IS_REACHABLE": ("",),
    "IS_MODULE": ("_MODULE",),
    "IS_ENABLED": ("", "_MODULE"),
}
"""What is defined where a test of a name holds, given that the file is not part of a module."""
