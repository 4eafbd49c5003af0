# SPDX-License-Identifier: GPL-2.0-only
"""One mail: its header fields, its text, and the patches attached to it.

The text stays bytes, as the mail program that sent it had them: what a charset claims decides only how
a message is shown, never what a diff says.

Trusted: the standard library's ``email``, for which parts a mail has.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from counterexamples.render.as_json import printable
from proofs.review.patches import limits
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import decode, split_lines

PATCH_TYPES = frozenset(("text/x-patch", "text/x-diff", "text/x-csrc", "application/x-patch"))
ENCODINGS = frozenset(("", "7bit", "8bit", "binary", "base64", "quoted-printable"))
_BLANK = re.compile(rb"^\r?\n", re.MULTILINE)
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]*\n)(?:[ \t][^\n]*\n)*+)", re.MULTILINE)
_ABOUT_PART = re.compile(
    rb"^content-(type|disposition|transfer-encoding)[ \t]*:[^\n]*+(?:\n[ \t][^\n]*+)*+",
    re.MULTILINE | re.IGNORECASE,
)
_FOLD = re.compile(rb"[ \t]*\r?\n[ \t]+")
_ID = re.compile(r"<[!-;=?-~]{1,250}>")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail.  ``text`` is its body; ``attached`` are the contents of attached patches."""

    subject: str
    author: str | None
    date: str | None
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    charset: str
    text: bytes
    attached: tuple[bytes, ...]


def read_mail(data: bytes) -> Mail:
    """The mail in these bytes.

    Raises PatchError (without saying where the mail is from) for a header beyond the limits, MIME that is
    nested too deeply or damaged, and encodings that mail does not have.
    """
    blank = _BLANK.search(data, 0, limits.HEADERS)
    if blank is None and len(data) >= limits.HEADERS:
        raise PatchError(f"the header has more than the {limits.HEADERS} bytes that are read")
    fields = _fields(data[: blank.start()] if blank else data)
    _check_parts(data)
    try:
        message = message_from_bytes(data)
        charset = message.get_content_charset() or "utf-8"
        text, attached = _bodies(message)
    except (LookupError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise PatchError("the MIME of the mail is damaged") from error
    ids = {
        name: _ID.findall(decode(fields.get(name, b"")))
        for name in ("message-id", "in-reply-to", "references")
    }
    return Mail(
        header_text(fields.get("subject", b"")),
        author_of(fields["from"]) if "from" in fields else None,
        header_text(fields["date"]) if "date" in fields else None,
        next(iter(ids["message-id"]), None),
        next(iter(ids["in-reply-to"]), None),
        tuple(ids["references"]),
        charset,
        text,
        attached,
    )


def _fields(head: bytes) -> dict[str, bytes]:
    """The first of each header field, by its name in lower case."""
    found: dict[str, bytes] = {}
    for field in _FIELD.finditer(head if head.endswith(b"\n") else head + b"\n"):
        found.setdefault(field.group(1).decode().lower(), field.group(2))
    return found


def _check_parts(data: bytes) -> None:
    """The MIME is small enough for ``email``, to which a carriage return ends a line, too."""
    parts = 0
    for about in _ABOUT_PART.finditer(data.replace(b"\r", b"\n")):
        parts += about.group(1).lower() == b"type"
        if parts > limits.PARTS:
            raise PatchError(f"the mail has more than the {limits.PARTS} parts that are read")
        _check_field(about.group())


def _check_field(field: bytes) -> None:
    if len(field) > limits.FIELD:
        raise PatchError(f"a header field has {len(field)} bytes, more than the {limits.FIELD} that are read")


def header_text(field: bytes) -> str:
    """A header field as one line of text; RFC 2047 is decoded, controls are shown as escapes.

    Raises PatchError for a field that is longer than the limit.
    """
    _check_field(field)
    line = _FOLD.sub(b" ", field).strip()
    if b"=?" not in line:
        return " ".join(printable(decode(line), "\t").split())
    try:
        chunks = decode_header(decode(line))
    except (HeaderParseError, ValueError):
        return printable(decode(line))
    words = [text if isinstance(text, str) else _word(text, charset) for text, charset in chunks]
    return " ".join(printable("".join(words), "\t").split())


def _word(text: bytes, charset: str | None) -> str:
    """Of chunks that are not encoded, ``decode_header`` makes bytes by raw-unicode-escape."""
    return decode(text, charset) if charset else text.decode("raw-unicode-escape", "replace")


def author_of(field: bytes) -> str | None:
    """The name of an author, or the address of one without; None where there is neither."""
    _check_field(field)
    line = _FOLD.sub(b" ", field).strip()
    name, bracket, _ = line.rpartition(b"<")
    shown = header_text(name if bracket else line).strip(' "') or header_text(line).strip(" <>")
    return shown or None


def _bodies(message: Message) -> tuple[bytes, tuple[bytes, ...]]:
    texts: list[bytes] = []
    attached: list[bytes] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        name = str(part.get_filename() or "")
        if kind in PATCH_TYPES or name.endswith((".patch", ".diff")):
            attached.append(_decoded_body(part))
        elif kind == "text/plain" and part.get_content_disposition() != "attachment":
            texts.append(_unflow(part, _decoded_body(part)))
        elif part.get_content_maintype() == "multipart":
            raise PatchError("the MIME of the mail is damaged: a part that should have parts has none")
    if len(attached) == 1 and not message.is_multipart():
        return attached[0], ()
    return b"\n".join(texts), tuple(attached)


def _decoded_body(part: Message) -> bytes:
    encoding = str(part.get("Content-Transfer-Encoding", "")).partition(";")[0].strip().lower()
    if encoding not in ENCODINGS:
        raise PatchError(f"the mail is encoded as {printable(encoding[:40])!r}, which is not read")
    if encoding == "base64":
        try:
            body = base64.b64decode(
                "".join(str(part.get_payload()).split()).encode("ascii", "replace"), validate=True
            )
        except ValueError as error:
            raise PatchError("the base64 of the mail is damaged; take it from the archive again") from error
    else:
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
    if body.count(b"\n") > limits.LINES:
        raise PatchError(f"the mail has more than the {limits.LINES} lines that are read")
    return body.replace(b"\r\n", b"\n") if body.count(b"\r\n") == body.count(b"\n") else body


def _unflow(part: Message, body: bytes) -> bytes:
    """The lines of format=flowed (RFC 3676) as they were before a mail program broke and stuffed them."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return body
    cut = 2 if str(part.get_param("delsp", "")).lower() == "yes" else 1
    parts: list[bytes] = []
    for line in split_lines(body):
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        signature = line == b"-- "
        line = line.removeprefix(b" ")
        if line.endswith(b" ") and not signature:
            parts.append(line[: 1 - cut] if cut > 1 else line)
        else:
            parts.append(line + b"\n")
    return b"".join(parts)


_LEADING = re.compile(r"\s*(?:(re|fwd?|aw)\s*:|\[([^\]]*)\])\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\b([0-9]{1,4})/([0-9]{1,4})\b")
_REROLL = re.compile(r"(?:\b|PATCH)v([0-9]{1,3})(?![\w.])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailSubject:
    """The subject of a patch mail: its text, and what stands before it ([PATCH v9 3/12], Re:)."""

    text: str
    reply: bool
    patch: bool
    number: int | None
    total: int | None
    reroll: int


def read_subject(whole: str) -> MailSubject:
    """The subject without all that is in brackets, or a Re:, before it; a number beyond the total is none."""
    words, reply, at = [], False, 0
    while found := _LEADING.match(whole, at):
        reply = reply or found.group(1) is not None
        words.append(found.group(2) or "")
        at = found.end()
    prefix = " ".join(words)
    number, reroll = _NUMBER.search(prefix), _REROLL.search(prefix)
    counted = number is not None and 0 <= int(number.group(1)) <= int(number.group(2))
    return MailSubject(
        whole[at:].strip(),
        reply,
        "PATCH" in prefix.upper() or counted,
        int(number.group(1)) if number and counted else None,
        int(number.group(2)) if number and counted else None,
        int(reroll.group(1)) if reroll else 1,
    )
