# SPDX-License-Identifier: GPL-2.0-only
"""Drafts of replies to the mails of a patch or a series (RFC 5322): quoted lines, then the report.

A draft has no sender and no recipients: who is in the thread is for the mail program to say.  It has no date
and no tags, and nothing sends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.charset import QP, Charset
from email.header import Header
from email.message import EmailMessage

from counterexamples.render.as_json import printable
from proofs.review.entries import is_reportable
from proofs.review.formats import text
from proofs.review.formats.quote import quote_hunk
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import Patch
from proofs.review.review import PatchReview, Review

#: References that are kept: the first, and the last of them (RFC 5322 lets a reply shorten them).
REFERENCES = 20
#: Characters of a line of the body beyond which RFC 5322 wants it encoded.
LINE = 998
#: Characters of a word of the subject beyond which it is encoded.
WORD = 60
#: What looks like an encoded word is no ID, since mail programs would decode it.
_ID = re.compile(r"(?!.*=\?)<[!-;=?-~]{1,120}@[!-;=?-~]{1,120}>")

#: Words at the start of a line that tools take for a tag; a patch may have them in its subject or its C.
_TAG = re.compile(r"^([ \t]*)([\w-]+-by|fixes|closes|link|cc):", re.MULTILINE | re.IGNORECASE)


def render_drafts(review: Review) -> dict[str, str]:
    """The drafts by file name: ``reply.eml`` to the cover letter, or to the first or only patch, and of a
    series ``reply-01.eml`` and so on to each patch that there is something to say of."""
    if not any(each.patch.files for each in review.patches):
        return {}
    if len(review.patches) == 1:
        return {"reply.eml": _render_reply(review, review.patches[0])}
    found = {"reply.eml": _render_draft(answered_mail(review), [], review)}
    for position, each in enumerate(review.patches, 1):
        if each.patch.files and is_reportable(each):
            found[f"reply-{position:02}.eml"] = _render_reply(review, each)
    return found


def answered_mail(review: Review) -> Patch:
    """The mail that ``reply.eml`` answers: of a series without a cover letter, the first patch."""
    return review.cover or review.patches[0].patch


def with_message_id(review: Review, stated: str) -> Review:
    """The review with the Message-ID of the mail that ``reply.eml`` answers.

    Raises PatchError if it is none, or if that mail states another one itself.
    """
    found, mail = parse_message_id(stated), answered_mail(review)
    if mail.message_id not in (None, found):
        raise PatchError(
            f"--message-id: the mail states {mail.message_id} itself; leave out --message-id {found}."
        )
    mail = replace(mail, message_id=found)
    if review.cover is not None:
        return replace(review, cover=mail)
    first, *rest = review.patches
    return replace(review, patches=(replace(first, patch=mail), *rest))


def parse_message_id(stated: str) -> str:
    """The Message-ID, in its brackets.  Raises PatchError if it is none."""
    found = stated.strip() if "<" in stated else f"<{stated.strip()}>"
    if not _ID.fullmatch(found):
        shown = printable(stated[:80])
        raise PatchError(f"--message-id: {shown!r} is no Message-ID; write <LEFT@RIGHT>, as in the mail.")
    return found


def describe_missing_thread(review: Review) -> str:
    """A sentence that says why ``reply.eml`` belongs to no thread; "" if it does, or there is none."""
    if not render_drafts(review) or _is_threaded(answered_mail(review)):
        return ""
    return (
        "The mail that is answered states no Message-ID, so reply.eml has no In-Reply-To; "
        "--message-id ID gives it."
    )


def _is_threaded(mail: Patch) -> bool:
    return mail.message_id is not None and _ID.fullmatch(mail.message_id) is not None


def _render_reply(review: Review, patch: PatchReview) -> str:
    one = replace(review, patches=(patch,), cover=None)
    return _render_draft(patch.patch, quote_hunk(patch), one)


def _render_draft(mail: Patch, lines: list[str], review: Review) -> str:
    head = [f"Subject: {_encode_header(_subject(mail))}"]
    if _is_threaded(mail):
        head += [f"In-Reply-To: {mail.message_id}", "References: " + "\n ".join(_references(mail))]
    quotation = [*_attribution(mail), *lines, ""] if lines else []
    report = text.render_report(replace(review, title="Re")).partition("\n\n")[2]  # the subject is its title
    body = "\n".join([*quotation, _TAG.sub(r"\1\2 :", report)])
    draft = EmailMessage()
    draft.set_content(body, charset="us-ascii" if body.isascii() else "utf-8", cte=_transfer(body))
    return "\n".join([*head, draft.as_bytes().decode("utf-8")])


def _transfer(body: str) -> str:
    if max(len(line.encode()) for line in body.split("\n")) > LINE:
        return "quoted-printable"
    return "7bit" if body.isascii() else "8bit"


def _encode_header(value: str) -> str:
    """A header's value, folded: as encoded words (RFC 2047) where it is not plain ASCII, where it has what
    looks like one, which a mail program would decode, and where a word is too long for a line."""
    plain = value.isascii() and "=?" not in value and max(map(len, value.split())) <= WORD
    charset = Charset("us-ascii" if plain else "utf-8")
    if not plain:
        charset.header_encoding = QP  # whatever a program made the default of the process
    return Header(value, charset, header_name="Subject").encode()


def _subject(mail: Patch) -> str:
    """As git writes the subjects of patches; what else stood in the brackets is not known."""
    words = [f"v{mail.reroll}"] if mail.reroll != 1 else []
    if mail.number is not None and mail.total is not None:
        words.append(f"{mail.number:0{len(str(mail.total))}}/{mail.total}")
    tag = f"[{' '.join(['PATCH', *words])}] " if words or mail.message_id else ""
    return f"Re: {tag}{printable(mail.subject) or 'a patch without a subject'}"


def _references(mail: Patch) -> Iterator[str]:
    """The thread so far, and then the mail itself."""
    before = mail.references or ((mail.in_reply_to,) if mail.in_reply_to else ())
    ids = [each for each in dict.fromkeys((*before, mail.message_id or "")) if _ID.fullmatch(each)]
    yield from ids if len(ids) <= REFERENCES else (ids[0], *ids[1 - REFERENCES :])


def _attribution(mail: Patch) -> list[str]:
    if mail.author is None:
        return []
    when = f"On {printable(mail.date)}, " if mail.date else ""
    return [f"{when}{printable(mail.author)} wrote:"]
