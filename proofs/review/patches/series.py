# SPDX-License-Identifier: GPL-2.0-only
"""The series in a set of mails: its patches in their order, and its cover letter.

Patches are put in the order of their numbers, whatever the order of the mails.  Of several rerolls in
one mailbox the highest complete one is taken; ``notes`` names whatever is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from counterexamples.render.as_json import printable
from proofs.review.patches import limits
from proofs.review.patches.limits import NoPatchError, PatchError
from proofs.review.patches.mail import Mail, MailSubject, author_of, header_text, read_mail, read_subject
from proofs.review.patches.patch import FileChange, Patch, Series, decode, excerpt
from proofs.review.patches.source import PatchText, read_patch_texts, split_patch_texts
from proofs.review.patches.unified import read_diff

__all__ = ["Patch", "Series", "read_series", "parse_series"]

_BREAK = re.compile(rb"^(?:diff -|Index: |--- [^\s]|---[ \t\r]*$)", re.MULTILINE)
_IN_BODY = re.compile(rb"\s*+((?:(?:From|Subject|Date):[ \t][^\n]*\n(?:[ \t]+[^\n]*\n)*)+)[ \t\r]*\n")
_IN_BODY_FIELD = re.compile(rb"^(From|Subject|Date):[ \t]([^\n]*\n(?:[ \t]+[^\n]*\n)*)", re.MULTILINE)
_LOG = re.compile(rb"^commit [0-9a-f]{40}\b", re.MULTILINE)


def read_series(path: str | Path) -> Series:
    """The patches of a patch file, a mail, an mbox, a maildir, or a directory of *.patch files.

    Raises PatchError where there is none, one is missing or damaged, or it is not said which is meant.
    """
    return _collect_series(read_patch_texts(Path(path)), str(path))


def parse_series(data: bytes, where: str = "standard input") -> Series:
    """The same for bytes, such as those of standard input."""
    return _collect_series(split_patch_texts(data, where), where)


def _split_message(text: bytes) -> tuple[bytes, bytes]:
    """The message, and from its end the notes and the diff; as git mailinfo tells them apart."""
    found = _BREAK.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, b"")


@dataclass
class _Sorter:
    """Mails as they are met: patches, cover letters, and what is neither."""

    patches: list[Patch] = field(default_factory=list)
    covers: list[Patch] = field(default_factory=list)
    replies: list[Patch] = field(default_factory=list)
    passed_over: int = 0
    files: int = 0
    hunks: int = 0

    def item(self, item: PatchText, *, attached: bool = False) -> None:
        try:
            if item.mail:
                self._mail(item, attached=attached)
            elif len(_LOG.findall(item.data)) > 1:
                raise PatchError("is the output of git log; give that of git format-patch")
            else:
                self._bare(item)
        except PatchError as error:
            said = str(error).rstrip(".")
            raise PatchError(
                said + "." if said.startswith(item.where) else f"{item.where}: {said}."
            ) from error

    def _diff(self, text: bytes) -> tuple[FileChange, ...]:
        files = read_diff(text)
        self.files += len(files)
        self.hunks += sum(len(change.hunks) for change in files)
        if self.files > limits.FILES or self.hunks > limits.HUNKS:
            raise PatchError(
                f"the diffs to here change more than {limits.FILES} files or have more than {limits.HUNKS} hunks"
            )
        return files

    def _bare(self, item: PatchText) -> None:
        message, rest = _split_message(item.data)
        text = rest.replace(b"\r\n", b"\n") if rest.count(b"\r\n") == rest.count(b"\n") else rest
        files = self._diff(text)
        if files:
            shown_message = printable(decode(message), "\n\t").strip()
            self.patches.append(Patch(item.where, "", message=shown_message, files=files))
        else:
            self.passed_over += 1

    def _mail(self, item: PatchText, *, attached: bool) -> None:
        mail = read_mail(item.data)
        patch, rest, subject = _describe_mail(mail, item)
        if subject.number == 0 and not subject.reply:
            self.covers.append(patch)
            return
        try:
            files = self._diff(rest)
        except PatchError:
            if not subject.reply:
                raise
            files = ()  # it quotes a piece of a diff
        if files:
            (self.replies if subject.reply else self.patches).append(replace(patch, files=files))
        elif not subject.reply and mail.attached and not attached:
            self._add_attachments(mail, patch)
        else:
            self.passed_over += 1

    def _add_attachments(self, mail: Mail, patch: Patch) -> None:
        inner = _Sorter(files=self.files, hunks=self.hunks)
        for number, data in enumerate(mail.attached, 1):
            where = f"{patch.where}, attachment {number}"
            for item in split_patch_texts(data, where):
                inner.item(item, attached=True)
        for found in inner.patches:
            if found.subject:
                self.patches.append(replace(found, message_id=found.message_id or patch.message_id))
            else:
                self.patches.append(replace(patch, where=found.where, files=found.files))
        self.covers.extend(inner.covers)
        self.files, self.hunks = inner.files, inner.hunks
        self.passed_over += not inner.patches


def _describe_mail(mail: Mail, item: PatchText) -> tuple[Patch, bytes, MailSubject]:
    """The patch of a mail without its diff, the text that has the diff, and the subject."""
    text, said = mail.text, {}
    if own := _IN_BODY.match(text):
        said = dict(_IN_BODY_FIELD.findall(own.group(1)))
        text = text[own.end() :]
    message, rest = _split_message(text)
    subject = read_subject(mail.subject)
    title = read_subject(header_text(said[b"Subject"])).text if b"Subject" in said else subject.text
    patch = Patch(
        item.where,
        title,
        subject.number,
        subject.total,
        subject.reroll,
        author_of(said[b"From"]) if b"From" in said else mail.author,
        header_text(said[b"Date"]) if b"Date" in said else mail.date,
        mail.message_id,
        mail.in_reply_to,
        mail.references,
        item.commit,
        printable(decode(message, mail.charset), "\n\t").strip(),
    )
    return patch, rest, subject


def _collect_series(items: Iterable[PatchText], where: str) -> Series:
    sorter = _Sorter()
    for item in items:
        sorter.item(item)
    if not sorter.patches and len(sorter.replies) == 1:
        sorter.patches, sorter.replies = sorter.replies, []
    if not sorter.patches:
        raise NoPatchError(f"{where}: holds no patch; give one, or mails that have some.")
    notes = [describe_omission(patch, "is a reply") for patch in sorter.replies]
    patches = choose_patches(sorter.patches, where, notes)
    covers = [
        c for c in sorter.covers if c.reroll == patches[0].reroll and c.total in (patches[0].total, None)
    ]
    return Series(where, tuple(patches), covers[0] if covers else None, tuple(notes), sorter.passed_over)


def describe_omission(patch: Patch, why: str) -> str:
    """The sentence about a patch that is left out."""
    return f"{patch.where}: {excerpt(patch.subject)!r} {why} and was not taken."


def choose_patches(patches: Sequence[Patch], where: str, notes: list[str]) -> list[Patch]:
    """The patches of the highest complete reroll in their order; what is left out is noted."""
    numbered = [patch for patch in patches if patch.number is not None]
    if not numbered:
        best = max(patch.reroll for patch in patches)
        taken = [patch for patch in patches if patch.reroll == best]
        notes.extend(
            describe_omission(patch, f"is not of v{best}") for patch in patches if patch.reroll != best
        )
        return _drop_repeats(taken, notes)
    if len(patches) == 1 and (patches[0].total or 0) > 1:
        one = patches[0]
        notes.append(
            f"Patch {one.number} of {one.total} was given alone; the tree is taken to be as before that patch."
        )
        return [one]
    notes.extend(describe_omission(p, "has no number in the series") for p in patches if p.number is None)
    sets: dict[tuple[int, int], list[Patch]] = {}
    for patch in numbered:
        sets.setdefault((patch.reroll, patch.total or 0), []).append(patch)
    missing = {key: _describe_missing(found, key[1]) for key, found in sets.items()}
    complete = sorted(key for key in sets if not missing[key])
    if not complete:
        key = max(sets)
        raise PatchError(f"{where}: of v{key[0]} of the series, {missing[key]}; give the whole series.")
    reroll, total = complete[-1]
    if len(complete) > 1 and complete[-2][0] == reroll:
        raise PatchError(
            f"{where}: holds two series, of {complete[-2][1]} and of {total} patches; give one of them."
        )
    for key in sorted(sets):
        if key != (reroll, total):
            why = f", of which {missing[key]}" if missing[key] else ""
            notes.append(
                f"{where}: v{reroll} of the series is taken, and not v{key[0]} of {key[1]} patches{why}."
            )
    return _one_per_number(sets[reroll, total], where, notes)


def _describe_missing(patches: Sequence[Patch], total: int) -> str:
    """Which numbers are missing, in words; nothing where none is."""
    there = {patch.number for patch in patches}
    lacking = [str(number) for number in range(1, total + 1) if number not in there]
    if not lacking:
        return ""
    listed = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
    return f"patch {listed} of {total} {'is' if len(lacking) == 1 else 'are'} missing"


def _one_per_number(patches: Sequence[Patch], where: str, notes: list[str]) -> list[Patch]:
    """One patch for each number.  Raises PatchError where two differ."""
    by_number: dict[int, Patch] = {}
    for patch in patches:
        first = by_number.setdefault(patch.number or 0, patch)
        if first.files != patch.files:
            number = f"{patch.number}/{patch.total}"
            raise PatchError(
                f"{where}: holds two patches {number} of v{patch.reroll} that differ; give one of them."
            )
        if first is not patch:
            notes.append(describe_omission(patch, "was sent before"))
    return [by_number[number] for number in sorted(by_number)]


def _drop_repeats(patches: Sequence[Patch], notes: list[str]) -> list[Patch]:
    """Patches without numbers in the order of their mails, without those that were sent again."""
    kept: list[Patch] = []
    for patch in patches:
        if any(patch.subject and (p.subject, p.files) == (patch.subject, patch.files) for p in kept):
            notes.append(describe_omission(patch, "was sent before"))
        else:
            kept.append(patch)
    return kept
