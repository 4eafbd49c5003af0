# SPDX-License-Identifier: GPL-2.0-only
"""One step of macro expansion on C tokens: arguments in, ``#`` and ``##`` done.

The front-end expands one macro at a time and looks at what comes out, so that a name with a
contract (``kvm_has_mte``) is met before it dissolves.  Arguments are therefore put in unexpanded,
but for two kinds that would make a difference further down: a lone name of an object-like macro,
which C expands before it is pasted, and what expands to a list with commas, which C splits again.

Source: ISO C11 6.10.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|##|\.\.\.|\s+|.',
    re.DOTALL,
)


_NAME = re.compile(r"[A-Za-z_]\w*")

_MAX_DEPTH, _MAX_LENGTH = 8, 2_000

#: The parameters of a macro, as ``substitute_macro`` takes them, and its body.
MacroText = tuple[tuple[str, ...] | None, str]


class MacroError(ValueError):
    """A macro was used with arguments that do not fit it."""


def tokenise(text: str) -> list[str]:
    """The preprocessing tokens of a text; a run of white space is one token."""
    return _TOKEN.findall(text)


def substitute_macro(
    name: str,
    parameters: tuple[str, ...] | None,
    body: str,
    arguments: list[str] | None,
    is_object_macro: Callable[[str], str | None],
    macro_of: Callable[[str], MacroText | None] = lambda _: None,
) -> str:
    """The body with the arguments in place.

    ``parameters`` is None for an object-like macro; the last may be ``...`` or ``name...``.
    ``is_object_macro`` gives the body of an object-like macro of that name, ``macro_of`` the parameters
    and the body of any macro that may dissolve in an argument.
    Raises MacroError where the numbers of arguments differ.
    """
    if parameters is None:
        return _paste(tokenise(body))
    bound = _bind(name, parameters, arguments or [])
    words = _without_comma(tokenise(body), bound)
    out: list[str] = []
    for i, word in enumerate(words):
        if word not in bound:
            out.append(word)
        elif _neighbour(words, i, -1) == "#":
            while out and out[-1].isspace():
                out.pop()
            out[-1] = '"' + bound[word].strip().replace("\\", "\\\\").replace('"', '\\"') + '"'
        elif "##" in (_neighbour(words, i, -1), _neighbour(words, i, 1)):
            out.append(bound[word].strip())
        else:
            out.append(_expand_lists(_expand_lone_name(bound[word], is_object_macro), macro_of))
    return _paste(out)


def _bind(name: str, parameters: tuple[str, ...], arguments: list[str]) -> dict[str, str]:
    if parameters and parameters[-1].endswith("..."):
        fixed = parameters[:-1]
        rest = ", ".join(arguments[len(fixed) :])
        bound = dict(zip(fixed, arguments, strict=False))
        bound[parameters[-1].removesuffix("...") or "__VA_ARGS__"] = rest
        return bound
    if len(parameters) == 1 and not arguments:
        arguments = [""]
    if len(parameters) != len(arguments):
        raise MacroError(f"macro {name} takes {len(parameters)} arguments, and {len(arguments)} were given")
    return dict(zip(parameters, arguments, strict=True))


def _without_comma(words: list[str], bound: dict[str, str]) -> list[str]:
    """GCC's ``, ## args``: the comma goes if there are no arguments, and else nothing is pasted."""
    out: list[str] = []
    for i, word in enumerate(words):
        before = [w for w in out if not w.isspace()][-2:]
        if word in bound and before == [",", "##"] and _neighbour(words, i, 1) != "##":
            while out.pop() != "##":
                pass
            while not bound[word].strip() and out.pop() != ",":
                pass
        out.append(word)
    return out


def _neighbour(words: list[str], index: int, step: int) -> str:
    index += step
    while 0 <= index < len(words) and words[index].isspace():
        index += step
    return words[index] if 0 <= index < len(words) else ""


def _expand_lone_name(argument: str, is_object_macro: Callable[[str], str | None]) -> str:
    """An argument that is one name of an object-like macro whose body is one token, expanded."""
    word = argument.strip()
    for _ in range(8):
        body = is_object_macro(word) if _NAME.fullmatch(word) else None
        if body is None or len(tokenise(body.strip())) != 1:
            return word if word != argument.strip() else argument
        word = body.strip()
    return argument


def _expand_lists(argument: str, macro_of: Callable[[str], MacroText | None]) -> str:
    """An argument that expands to more commas than it has, expanded; another as it is."""
    if len(argument) > _MAX_LENGTH:
        return argument
    found = expand_macros(argument, macro_of)
    return found if len(split_at_commas(found)) > len(split_at_commas(argument)) else argument


def expand_macros(
    text: str,
    macro_of: Callable[[str], MacroText | None],
    hidden: frozenset[str] = frozenset(),
    depth: int = 0,
) -> str:
    """A text with its macros expanded, but those that are ``hidden``: being expanded already.

    Macros more than ``_MAX_DEPTH`` deep, or whose arguments are long, stay as they are.
    """
    words, out, at = tokenise(text), [], 0
    while at < len(words):
        word, after = words[at], at + 1
        may = word not in hidden and depth < _MAX_DEPTH and _NAME.fullmatch(word)
        meant = macro_of(word) if may else None
        given: list[str] | None = None
        if meant is not None and meant[0] is not None:
            after, written = _arguments_at(words, after)
            given = (
                None if written is None else [expand_macros(a, macro_of, hidden, depth + 1) for a in written]
            )
            after = at + 1 if given is None else after
            meant = None if given is None or sum(map(len, given)) > _MAX_LENGTH else meant
        if meant is not None:
            body = substitute_macro(word, meant[0], meant[1], given, lambda _: None)
            out.append(expand_macros(body, macro_of, hidden | {word}, depth + 1))
        else:
            out += words[at:after]
        at = after
    return "".join(out)


def _arguments_at(words: list[str], at: int) -> tuple[int, list[str] | None]:
    """What follows the parentheses that open next, and the arguments in them; None where none open."""
    while at < len(words) and words[at].isspace():
        at += 1
    depth, begin = 0, at + 1
    while at < len(words):
        depth += (words[at] == "(") - (words[at] == ")")
        at += 1
        if depth == 0:
            break
    if at <= begin or words[begin - 1] != "(" or depth:
        return at, None
    return at, [part.strip() for part in split_at_commas("".join(words[begin : at - 1]))]


def split_at_commas(text: str) -> list[str]:
    """The parts of a text between its commas that stand in no parentheses."""
    parts, depth = [""], 0
    for word in tokenise(text):
        depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
        if word == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += word
    return parts


def _paste(words: list[str]) -> str:
    out: list[str] = []
    glue = False
    for word in words:
        if word == "##":
            while out and out[-1].isspace():
                out.pop()
            glue = True
        elif glue and word.isspace():
            continue
        elif glue and out:
            out[-1] += word
            glue = False
        else:
            out.append(word)
            glue = False
    return "".join(out)
