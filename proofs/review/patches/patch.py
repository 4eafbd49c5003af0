# SPDX-License-Identifier: GPL-2.0-only
"""What is a patch, and what is a series of them?

Trusted: nothing; these are data that ``proofs.review.patches.series`` read.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofs.review.patches.diff import FileChange


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, or with no ``files`` a cover letter.

    ``number`` of ``total`` is None where the subject has none; ``reroll`` is 9 for v9, and 1 where it says
    none.  What the mail or the file does not state is None.  ``where`` names it in messages.
    """

    where: str
    subject: str
    number: int | None = None
    total: int | None = None
    reroll: int = 1
    author: str | None = None
    date: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    commit: str | None = None
    message: str = ""
    files: tuple[FileChange, ...] = ()

    @property
    def touches(self) -> tuple[str, ...]:
        """The files that are not the same after it, sorted."""
        return tuple(sorted({name for change in self.files for name in change.touches}))


@dataclass(frozen=True, slots=True)
class Series:
    """Patches in the order in which they apply; ``notes`` are sentences that the caller is to show.

    ``passed_over`` counts the mails without a diff: replies and the like.
    """

    where: str
    patches: tuple[Patch, ...]
    cover: Patch | None = None
    notes: tuple[str, ...] = ()
    passed_over: int = 0
