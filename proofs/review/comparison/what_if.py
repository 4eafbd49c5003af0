# SPDX-License-Identifier: GPL-2.0-only
"""An edit given on the command line in the place of a patch: ``OLD => NEW``.

The old text must stand exactly once in the files of the functions that are read; how it is spaced does
not matter, but within words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from model.source.trees.tree import Tree, overlay
from proofs.review.comparison.revisions import Revision
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import Patch

ARROW = "=>"


def apply_edit(tree: Tree, files: Iterable[str], edit: str) -> Revision:
    """The tree with the edit.  Raises PatchError where it is not one, or does not fit exactly once."""
    old, arrow, new = edit.partition(ARROW)
    words = re.findall(r"\w+|[^\w\s]", old)
    if not arrow or not words:
        raise PatchError(f"--what-if: {edit!r} is no edit; write OLD => NEW, both as in the C.")
    pattern = re.compile(r"\s*".join(map(re.escape, words)))
    found: list[tuple[str, str, re.Match[str]]] = []
    for file, data in tree.read_all(dict.fromkeys(files)).items():
        text = data.decode("latin-1")
        found += [(file, text, match) for match in pattern.finditer(text) if _is_whole(text, match)]
    if len(found) != 1:
        places = "; ".join(f"{file}:{text.count(chr(10), 0, m.start()) + 1}" for file, text, m in found[:8])
        there = f" ({places})" if places else ""
        raise PatchError(
            f"--what-if: `{old.strip()}` stands {len(found)} times in what is read{there}, and once is meant; "
            "name more of what is around it."
        )
    file, text, match = found[0]
    after = text[: match.start()] + new.strip() + text[match.end() :]
    subject = f"What if `{old.strip()}` were `{new.strip()}`"
    return Revision(
        Patch(where="--what-if", subject=subject), overlay(tree, {file: after.encode("latin-1")}), (file,)
    )


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Whether the match neither begins nor ends within a word."""
    start, end = match.span()
    inside = (text[start - 1 : start + 1], text[end - 1 : end + 1])
    return not any(re.fullmatch(r"\w\w", each) for each in inside)
