# SPDX-License-Identifier: GPL-2.0-only
"""The files of a review, by their names: all are written, or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from model.source.tree import Tree
from proofs.files import write_all
from proofs.patches.apply import is_read
from proofs.review import text
from proofs.review.review import Review


def files(review: Review) -> dict[str, str]:
    """The text of each file by its name."""
    return {"report.txt": text.report(review)}


def write(out: Path, review: Review) -> None:
    """Write all files into a directory, which is made if it is not there.  Raises OSError."""
    out.mkdir(exist_ok=True)
    write_all({out / name: content for name, content in files(review).items()})


def printed(review: Review, form: str) -> str:
    """The review as ``json`` or for ``b4``."""
    raise NotImplementedError


def differing(one: Tree, other: Tree) -> Iterator[str]:
    """The files that are read of trees and are not the same in both."""
    names = {name for tree in (one, other) for top in _TOPS for name in tree.files(top) if is_read(name)}
    for name in sorted(names):
        first, second = (tree.read_all([name]).get(name) for tree in (one, other))
        if first != second:
            yield name


_TOPS = ("arch/arm64", "include", "virt", "mm", "drivers/char")
