# SPDX-License-Identifier: GPL-2.0-only
"""Limits on what is given as a patch, and the errors of patches.

Beyond a limit a patch is refused by one sentence before it costs time.
The limits are far above any series that is reviewed, and low enough for a few seconds and a gigabyte.
"""

from __future__ import annotations

BYTES = 16 * 1024 * 1024
"""Bytes of all that is given: a file, a mailbox, or all files of a directory together."""

LINES = 500_000
"""Lines of the same, and of one mail after its encoding is undone."""

MAILS = 2_000
"""Mails of one mailbox, files of one directory, commits of one range."""

FILES = 10_000
"""Files that all diffs together change, each counted in each."""

HUNKS = 20_000
"""Hunks in all diffs together."""

NAME = 1_000
"""Bytes of the name of a file."""

HEADERS = 256 * 1024
"""Bytes of all header lines of one mail."""

FIELD = 2_000
"""Bytes of one header field that is shown: the subject, the author, the date."""

PARTS = 32
"""Parts of a MIME mail, nested ones included; thus also how deep they are nested."""

COMPARED = 20_000_000
"""Lines that are compared to find the places of all hunks."""

WRITTEN = 512 * 1024 * 1024
"""Bytes of all files that patches make, in all their versions."""

GIT_SECONDS = 60
"""Seconds that one git command may take."""


class PatchError(ValueError):
    """A patch cannot be read or does not apply; the text is a whole sentence for the user."""


class NoPatchError(PatchError):
    """Nothing that was given is a patch."""
