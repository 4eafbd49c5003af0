# SPDX-License-Identifier: GPL-2.0-only
"""How are bytes of a patch shown to a person?  With nothing in them that moves a cursor or hides text."""

from __future__ import annotations

import re

KNOWN = re.compile(
    r"(us-)?ascii|utf-?8|iso-?8859-?\d{1,2}|latin-?\d|windows-125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030"
    r"|big5|euc-(jp|kr)|shift_jis|iso-2022-jp"
)
"""The charsets that are believed.  Others either decode slowly (idna) or are none (rot13)."""

SHOWN = 120
"""Characters of a line that a sentence quotes."""


def decoded(data: bytes, charset: str = "utf-8") -> str:
    """The text of bytes in the stated charset if that is true, else in UTF-8, else in Latin-1."""
    stated = charset.lower().strip()
    for name in (stated, "utf-8"):
        if KNOWN.fullmatch(name):
            try:
                return data.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return data.decode("latin-1")


def printable(text: str, keep: str = "") -> str:
    """The text with controls, marks of direction and the like written as escapes, but for ``keep``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def shown(line: bytes | str) -> str:
    """A line for a sentence: printable, without its end, and not too long."""
    text = printable((decoded(line) if isinstance(line, bytes) else line).rstrip("\r\n"), "\t")
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def lines_of(data: bytes) -> list[bytes]:
    """The lines with their ends.  Only a newline ends one: a carriage return is part of a line."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
