# SPDX-License-Identifier: GPL-2.0-only
"""One step of macro expansion on C tokens: arguments in, ``#`` and ``##`` done.

The front-end expands one macro at a time and looks at what comes out, so that a name with a
contract (``kvm_has_mte``) is met before it dissolves.  Arguments are therefore put in unexpanded,
but for a lone name of an object-like macro, which C expands before it is pasted further down.

Source: ISO C11 6.10.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|##|\.\.\.|\s+|.',
    re.DOTALL,
)


class MacroError(ValueError):
    """A macro was used with arguments that do not fit it."""


def tokens(text: str) -> list[str]:
    """The preprocessing tokens of a text; white space is kept as one token."""
    return _TOKEN.findall(text)


def substitute_macro(
    name: str,
    parameters: tuple[str, ...] | None,
    body: str,
    arguments: list[str] | None,
    is_object_macro: Callable[[str], str | None],
) -> str:
    """The body with the arguments in place.

    ``parameters`` is None for an object-like macro; the last may be ``...`` or ``name...``.
    ``is_object_macro`` gives the body of an object-like macro of that name.
    Raises MacroError where the numbers of arguments differ.
    """
    if parameters is None:
        return _paste(tokens(body))
    bound = _bind(name, parameters, arguments or [])
    words = _without_comma(tokens(body), bound)
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
            out.append(_scanned(bound[word], is_object_macro))
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


def _scanned(argument: str, is_object_macro: Callable[[str], str | None]) -> str:
    """An argument that is one name of an object-like macro whose body is one token, expanded."""
    word = argument.strip()
    for _ in range(8):
        body = is_object_macro(word) if re.fullmatch(r"[A-Za-z_]\w*", word) else None
        if body is None or len(tokens(body.strip())) != 1:
            return word if word != argument.strip() else argument
        word = body.strip()
    return argument


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
