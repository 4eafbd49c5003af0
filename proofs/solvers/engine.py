# SPDX-License-Identifier: GPL-2.0-only
"""The protocol of an SMT engine, which is spoken to in SMT-LIB 2, and the versions of installed packages.

Trusted: nothing; versions are only printed.
"""

from __future__ import annotations

from collections.abc import Callable

#: Runs commands and returns what they print, and keeps what it was told from one call to the next.
#: Raises EngineError where the solver complains.
SmtEngine = Callable[[str], str]


class EngineError(RuntimeError):
    """The solver did not understand a command."""


def installed_version(package: str) -> str:
    """The version of a distribution package; "" if it was installed in another way, as by a distribution
    of Linux, or not at all."""
    from importlib import metadata  # slow to import, and rarely needed

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
