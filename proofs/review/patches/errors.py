# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a patch, a mail or a series?"""

from __future__ import annotations


class PatchError(ValueError):
    """A patch cannot be read or does not apply; the text is a whole sentence for the user."""


class NoPatchError(PatchError):
    """Nothing that was given is a patch."""
