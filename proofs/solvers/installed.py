# SPDX-License-Identifier: GPL-2.0-only
"""Which version of a package is installed?

Trusted: nothing; versions are only told.
"""

from __future__ import annotations


def version(package: str) -> str:
    """The version of a distribution package; "" if it was installed in another way, as by a distribution
    of Linux, or not at all."""
    from importlib import metadata  # slow to import, and rarely needed

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
