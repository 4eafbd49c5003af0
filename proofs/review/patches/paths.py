# SPDX-License-Identifier: GPL-2.0-only
"""Names of files in a diff, and the files inside a tree that they mean.

The first part of a name (``a/``, ``linux.orig/``) is dropped, once, as git am and patch -p1 do.
What is left must be the one spelling of a name inside the tree.
"""

from __future__ import annotations

import re

from proofs.review.patches import limits
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import excerpt

GIT_PREFIXES = frozenset((b"a", b"b", b"c", b"i", b"o", b"w", b"1", b"2"))
"""What git puts before a name, with and without diff.mnemonicPrefix."""

ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"')
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_STAMP = re.compile(
    rb"(?:1970-01-01|1969-12-31) \d\d:\d\d:\d\d(?:\.0+)? ?[-+]\d{4}|Thu Jan +1 \d\d:\d\d:\d\d 1970"
)


def check_name(name: bytes) -> str:
    """A name relative to the top of a tree.  Raises PatchError for what is none."""
    if len(name) > limits.NAME:
        raise PatchError(f"a file name has {len(name)} bytes, more than the {limits.NAME} that are read")
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PatchError(f"the file name {excerpt(name)!r} is not UTF-8") from error
    parts = text.split("/")
    inside = text.isprintable() and "\\" not in text and not {"", ".", ".."} & set(parts)
    if not inside or ".git" in (part.lower() for part in parts):
        raise PatchError(f"{excerpt(name)!r} is not the name of a file inside the tree")
    return text


def strip_prefix(name: bytes, *, git: bool) -> str:
    """The file that ``a/name`` means.  Raises PatchError where there is no such first part."""
    prefix, slash, rest = name.partition(b"/")
    if not slash or prefix in (b"", b".", b"..") or (git and prefix not in GIT_PREFIXES):
        hint = "make the diff with the prefixes a/ and b/, as git does unless diff.noprefix is set"
        raise PatchError(f"the file name {excerpt(name)!r} has no first part such as a/ to drop; {hint}")
    return check_name(rest)


def unquote(field: bytes) -> bytes:
    """A name as git writes it: as it is, or in double quotes with escapes as in C."""
    if not field.startswith(b'"'):
        return field
    quoted = _QUOTED.fullmatch(field)
    if quoted is None:
        raise PatchError(f"the quoted file name {excerpt(field)} has no end")
    return _ESCAPE.sub(_character, quoted.group(1))


def _character(escape: re.Match[bytes]) -> bytes:
    text = escape.group(1)
    code = int(text, 8) if len(text) == 3 else ESCAPES.get(text, -1)
    if not 0 <= code <= 255:
        raise PatchError(f"a file name has the escape {excerpt(escape.group())}, which git does not write")
    return bytes((code,))


def parse_header_name(line: bytes, *, git: bool) -> tuple[str | None, bool]:
    """The file of a ``---`` or ``+++`` line, None for /dev/null; and whether its date is the epoch.

    diff -N writes the epoch (in UTC, or nearly) for a file that is not there.
    """
    field = line[4:].rstrip(b"\r\n")
    name, _, stamp = field.partition(b"\t")
    if field.startswith(b'"'):
        quoted = _QUOTED.match(field)
        end = quoted.end() if quoted else len(field)
        name, stamp = unquote(field[:end]), field[end:]
    if name == b"/dev/null":
        return None, True
    return strip_prefix(name, git=git), bool(_STAMP.fullmatch(stamp.strip()))


def parse_git_name(line: bytes) -> str | None:
    """The file of a ``diff --git`` line if both its names are the same but for their prefixes."""
    rest = line[len(b"diff --git ") :].rstrip(b"\r\n")
    quoted = _QUOTED.match(rest)
    if quoted or rest.endswith(b'"'):
        names = [unquote(text) for text in _split_quoted(rest, quoted)]
    else:
        middle = len(rest) // 2
        names = [rest[:middle], rest[middle + 1 :]] if rest[middle : middle + 1] == b" " else []
    if len(names) != 2 or names[0].partition(b"/")[2] != names[1].partition(b"/")[2]:
        return None
    return strip_prefix(names[0], git=True) if strip_prefix(names[1], git=True) else None


def _split_quoted(rest: bytes, first: re.Match[bytes] | None) -> list[bytes]:
    if first:
        return [first.group(), rest[first.end() + 1 :]]
    before, _, quoted = rest[:-1].partition(b' "')
    return [before, b'"' + quoted + b'"']
