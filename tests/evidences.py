# SPDX-License-Identifier: GPL-2.0-only
"""A small directory of evidence, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import toy
from asking import ask

from proofs.claim import Claim
from proofs.evidence import manifest, write


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
