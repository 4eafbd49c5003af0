# SPDX-License-Identifier: GPL-2.0-only
"""The files of a review by their names, written all or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from model.source.trees.tree import Tree
from proofs.cli.files import write_all
from proofs.review.formats import checks, evidence, junit, reply, results, sarif, text
from proofs.review.page import document
from proofs.review.patches.apply import is_read
from proofs.review.review import Review

#: The names of drafts of replies.
_DRAFT = re.compile(r"reply(-[0-9]{2,})?\.eml")
#: The names of files of evidence.
_EVIDENCE = re.compile(rf"{evidence.FOLDER}/([0-9]{{2,}}/)?[^/]+\.(before|after|lines)(\.table)?\.(smt2|txt)")
#: The formats that go to standard output besides the report itself.
FORMS: Mapping[str, Callable[[Review], str]] = {"json": results.render_results, "b4": checks.render_b4}


def render_files(review: Review) -> dict[str, str]:
    """The text of each file by its name."""
    return {
        "report.txt": text.render_report(review),
        **reply.render_drafts(review),
        "b4.json": checks.render_b4(review),
        "patchwork.json": checks.render_patchwork(review),
        "results.json": results.render_results(review),
        "results.sarif": sarif.render_sarif(review),
        "junit.xml": junit.render_junit(review),
        "report.html": document.render_page(review),
        **evidence.render_evidence(review),
    }


def write_files(out: Path, review: Review) -> None:
    """Write all files into a directory, which is made if it is not there, and remove the drafts and the
    evidence that an earlier review left there and this one has not.  Raises OSError."""
    written = render_files(review)
    for folder in sorted({(out / name).parent for name in written}):
        folder.mkdir(parents=True, exist_ok=True)
    write_all({out / name: content for name, content in written.items()})
    for path in sorted([*out.glob("reply*.eml"), *(out / evidence.FOLDER).rglob("*.*")]):
        name = path.relative_to(out).as_posix()
        if name not in written and (_DRAFT.fullmatch(name) or _EVIDENCE.fullmatch(name)):
            path.unlink()


def render_format(review: Review, form: str) -> str:
    """The review in one of the ``FORMS``."""
    return FORMS[form](review)


def find_differing_files(one: Tree, other: Tree) -> Iterator[str]:
    """The files that are read of trees and are not the same in both."""
    names = {name for tree in (one, other) for top in _TOPS for name in tree.files(top) if is_read(name)}
    first, second = (tree.read_all(names) for tree in (one, other))
    yield from (name for name in sorted(names) if first.get(name) != second.get(name))


_TOPS = ("arch/arm64", "include", "virt", "mm", "drivers/char")
