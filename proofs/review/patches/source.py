# SPDX-License-Identifier: GPL-2.0-only
"""The mails and bare diffs that a file, a mailbox, a maildir or a directory holds.

Mails of an mbox are told apart as git mailsplit does: by a line that begins with "From " and ends
with a date, if a header follows.  Nothing is moved, marked as read, or followed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proofs.review.patches import limits
from proofs.review.patches.limits import PatchError

SUFFIXES = (".patch", ".diff", ".eml", ".mbox", ".mbx")
"""Files of a directory that are taken for patches."""

_FROM = re.compile(
    rb"^From [^\n]{1,300}?[0-9]{2}:[0-9]{2}:[0-9]{2}[^\n]{0,12} [0-9]{4}[^\n]{0,30}\n(?=[!-9;-~]+:)",
    re.MULTILINE,
)
_COMMIT = re.compile(rb"From ([0-9a-f]{40}|[0-9a-f]{64}) Mon Sep 17 00:00:00 2001")
_FIELD = re.compile(rb"[!-9;-~]{1,76}:[^\n]*\n")
_OF_MAIL = re.compile(rb"^(?:From|Subject|Date|Message-ID):", re.MULTILINE | re.IGNORECASE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"\x28\xb5\x2f\xfd")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class PatchText:
    """A mail, or text with a bare diff; ``where`` names it in messages, ``commit`` is git's of a mail."""

    where: str
    data: bytes
    mail: bool
    commit: str | None = None


def read_patch_texts(path: Path) -> list[PatchText]:
    """What a file or directory holds, in its order: of the mailbox, or of the names of files.

    Raises PatchError where there is nothing to read, or too much.
    """
    try:
        if not path.is_dir():
            return split_patch_texts(_content(path, limits.BYTES), str(path))
        files = _files(path)
        if not files:
            raise PatchError(
                f"{path}: holds no patch; give a patch, a mailbox, or a directory of *.patch files."
            )
        found: list[PatchText] = []
        left, lines = limits.BYTES, 0
        for file in files:
            data = _content(file, left)
            left, lines = left - len(data), lines + data.count(b"\n")
            if lines > limits.LINES:
                raise _too_long(str(path), limits.LINES, "lines")
            found.extend(split_patch_texts(data, str(file)))
        return _few(found, str(path))
    except OSError as error:
        raise PatchError(f"{path}: could not be read: {error.strerror}.") from error


def split_patch_texts(data: bytes, where: str) -> list[PatchText]:
    """What bytes hold: the mails of an mbox, one mail, or a bare diff."""
    if len(data) > limits.BYTES:
        raise _too_long(where, limits.BYTES, "bytes")
    if max(data.count(b"\n"), data.count(b"\r")) > limits.LINES:  # to email, either ends a line
        raise _too_long(where, limits.LINES, "lines")
    if data.startswith(COMPRESSED):
        raise PatchError(f"{where}: is compressed; unpack it first.")
    if data.startswith(UTF_16):
        raise PatchError(f"{where}: is UTF-16; write the patch as git does, in UTF-8.")
    data = data.removeprefix(UTF_8_MARK)
    unix = data.replace(b"\r\n", b"\n") if data.count(b"\r\n") == data.count(b"\n") else data
    starts = list(_FROM.finditer(unix))
    if starts and starts[0].start() == 0:
        return _few(list(_mails(unix, starts, where)), where)
    return [PatchText(where, data, _is_mail(data))]


def _mails(data: bytes, starts: list[re.Match[bytes]], where: str) -> Iterator[PatchText]:
    ends = [start.start() for start in starts[1:]] + [len(data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        line, mail = start.group(), data[start.end() : end]
        commit = _COMMIT.match(line)
        if not commit and not line.startswith(b"From git@z "):  # git and b4 am escape nothing
            mail = _ESCAPED.sub(rb"\1", mail)
        name = f"{where}, mail {number}" if len(starts) > 1 else where
        yield PatchText(name, mail, True, commit.group(1).decode() if commit else None)


def _is_mail(data: bytes) -> bool:
    head = data[: limits.HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    return bool(_FIELD.match(head) and _OF_MAIL.search(head)) and not head.startswith((b"Index:", b"---"))


def _few(items: list[PatchText], where: str) -> list[PatchText]:
    if len(items) > limits.MAILS:
        raise PatchError(f"{where}: holds {len(items)} mails, more than the {limits.MAILS} that are read.")
    return items


def _files(top: Path) -> list[Path]:
    """The mails of a maildir, or the patches of any other directory, by name."""
    maildir = [top / name for name in ("cur", "new") if (top / name).is_dir()]
    if len(maildir) == 2:
        found = [file for folder in maildir for file in folder.iterdir() if not file.name.startswith(".")]
    else:
        found = [file for file in top.iterdir() if file.suffix in SUFFIXES]
    if len(found) > limits.MAILS:
        raise PatchError(f"{top}: holds {len(found)} files, more than the {limits.MAILS} that are read.")
    return sorted(found, key=lambda file: (file.name, file))


def _content(path: Path, most: int) -> bytes:
    """The bytes of a regular file; opening anything else does not wait for it."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise PatchError(f"{path}: is no file; give a patch, a mailbox, or a directory of *.patch files.")
        data = file.read(most + 1)
    if len(data) > most:
        raise _too_long(str(path), limits.BYTES, "bytes")
    return data


def _too_long(where: str, most: int, what: str) -> PatchError:
    return PatchError(f"{where}: has more than the {most} {what} that are read; give fewer patches at once.")
