# SPDX-License-Identifier: GPL-2.0-only
"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def check_writable(path: Path, directory: bool) -> str:
    """Why the file (or a directory of files) cannot be written there, as a sentence; "" if it can."""
    parent = path if directory and path.is_dir() else path.parent
    if directory and path.exists() and not path.is_dir():
        return f"{path} is a file, and a directory is to be written."
    if not directory and path.is_dir():
        return f"{path} is a directory, and a file is to be written."
    if not parent.is_dir():
        return f"{parent} is not a directory, so {path.name} cannot be written into it."
    if not os.access(parent, os.W_OK | os.X_OK):
        return f"{parent} is not writable."
    return ""


def write_all(texts: Mapping[Path, str]) -> None:
    """Write the files: all are first written beside their places, then each is moved there.

    Raises OSError, and then leaves no temporary file behind.
    """
    ready: dict[Path, str] = {}
    try:
        for path, text in texts.items():
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
            ready[path] = temporary
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            os.chmod(temporary, 0o666 & ~_umask())
        for path in list(ready):
            os.replace(ready[path], path)
            del ready[path]
    finally:
        for temporary in ready.values():
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
