# SPDX-License-Identifier: GPL-2.0-only
"""A small directory of evidence, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from proofs.claims.claim import Claim
from proofs.evidence import write
from proofs.evidence.checker import manifest
from proofs.evidence.checker.stored import FORMAT
from tests.support import toy
from tests.support.solvers.asking import ask


def toy_claims() -> list[Claim]:
    return toy.claims()


@cache
def toy_files() -> Mapping[str, str]:
    """The texts of the toy's evidence, by path."""
    return write.files(ask(toy_claims()), jobs=1)


def lay(directory: Path, texts: Mapping[str, str], rehash: bool = False) -> Path:
    """The files in a directory; ``rehash`` makes the manifest fit them."""
    rest = {path: text for path, text in texts.items() if path != manifest.MANIFEST}
    write.write(directory, {**texts, manifest.MANIFEST: manifest.write(rest)} if rehash else texts)
    return directory


def texts() -> dict[str, str]:
    """The four files of the toy, by name."""
    return {path.partition("/")[2]: text for path, text in toy_files().items() if "/" in path}


def place() -> str:
    return next(path for path in toy_files() if "/" in path).partition("/")[0]


#: Texts that are no file of evidence.
HOSTILE = [
    "",
    "[" * 100_000,
    f'{{"format": {FORMAT}}}',
    "[1" + "0" * 10_000 + "]",
    '{"format": true, "files": {}}',
    "c x\n1 0 2 0\n1 0",
    "\x00\x01",
    f'{{"format": {FORMAT}, "subject": "s", "facts": [], "claims": [], "terms": [["name", 99999999999, "a", []]]}}',
    f'{{"format": {FORMAT}, "subject": "s", "facts": [], "claims": [], "terms": [["not", 0, null, [0]]]}}',
    f'{{"format": {FORMAT}, "subject": "s", "facts": [], "claims": [], "terms": [[["a"], 0, null, [{{}}]]]}}',
    f'{{"format": {FORMAT}, "subject": "s", "facts": [], "claims": [], "terms": [["const", 0, 1e999, []]]}}',
]
