# SPDX-License-Identifier: GPL-2.0-only
"""The manifest of a directory of evidence: its files and their hashes.

``manifest.json`` has the format and, of each file, its SHA-256.  Hashes find damage; whoever changes a
file on purpose can write its hash too, and then what the file says is checked all the same.

Trusted: this file, for what ``--no-hashes`` leaves out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofs.evidence.checker.stored import FORMAT, DamagedError, fields, load_json
from proofs.evidence.checker.verify import NAMES

MANIFEST = "manifest.json"

#: A subject's directory; and bytes of the largest file that is read.
_SUBJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
LARGEST = 256 << 20


@dataclass(frozen=True)
class Manifest:
    """The files by path ("SUBJECT/NAME") with their hashes, and the subjects' directories."""

    files: Mapping[str, str]
    subjects: tuple[str, ...]


def digest(text: str) -> str:
    """The SHA-256 of a file of that text."""
    return hashlib.sha256(text.encode()).hexdigest()


def write(texts: Mapping[str, str]) -> str:
    """The text of the manifest of these files, by path."""
    files = {path: digest(text) for path, text in sorted(texts.items())}
    return json.dumps({"format": FORMAT, "files": files}, indent=1) + "\n"


def read(text: str) -> Manifest:
    """The inverse of ``write``.  Raises DamagedError."""
    data = load_json(text)
    fields(data, ("format", "files"), "The file")
    files = data["files"]
    if data["format"] != FORMAT or isinstance(data["format"], bool) or not isinstance(files, dict):
        raise DamagedError(f"It is not a manifest of format {FORMAT}.")
    for path, value in files.items():
        subject, _, name = path.partition("/")
        if not _SUBJECT.fullmatch(subject) or name not in NAMES:
            raise DamagedError(f"{path[:100]!r} is not the path of a file of evidence.")
        if not isinstance(value, str) or not _DIGEST.fullmatch(value):
            raise DamagedError(f"The hash of {path} is not a SHA-256.")
    subjects = tuple(dict.fromkeys(path.partition("/")[0] for path in files))
    missing = [f"{s}/{name}" for s in subjects for name in NAMES if f"{s}/{name}" not in files]
    if missing or not files:
        raise DamagedError(f"It does not name {missing[0] if missing else 'any file'}.")
    return Manifest(files, subjects)


def load(directory: Path) -> Manifest:
    """The manifest of a directory.  Raises DamagedError and OSError."""
    return read(text_of(directory / MANIFEST))


def text_of(path: Path) -> str:
    """The text of a regular file.  Raises DamagedError and OSError."""
    if path.is_symlink() or not path.is_file():
        raise DamagedError(f"{path.name} is missing, or is not a regular file.")
    if path.stat().st_size > LARGEST:
        raise DamagedError(f"{path.name} has more than {LARGEST} bytes.")
    try:
        return path.read_bytes().decode()  # newlines as they are
    except UnicodeDecodeError as error:
        raise DamagedError(f"{path.name} is not UTF-8: {error.reason} at byte {error.start}.") from None


def strangers(directory: Path, manifest: Manifest) -> Iterator[str]:
    """What is in the directory beside what the manifest names."""
    known = {MANIFEST, *manifest.files, *manifest.subjects}
    for place in (directory, *(directory / subject for subject in manifest.subjects)):
        if place.is_dir() and not place.is_symlink():
            yield from (p for p in _entries(directory, place) if p not in known)


def _entries(directory: Path, place: Path) -> Iterable[str]:
    return sorted(os.path.relpath(entry.path, directory) for entry in os.scandir(place))
