# SPDX-License-Identifier: GPL-2.0-only
"""One side of a comparison: a kernel before or after a patch, lowered, and the lines that the patch changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from model.program.procedure import Span
from model.source.index.index import Index
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree, TreeError
from proofs.claims.kernel.claims import KernelClaims, make_kernel_claims
from proofs.claims.kernel.reading import Targets, read_all, release_of


@dataclass(frozen=True)
class Side:
    """A tree and its index, the targets lowered for each page size, and the claims about them."""

    tree: Tree
    index: Index
    targets: tuple[tuple[str, Targets], ...]
    read: KernelClaims

    @property
    def name(self) -> str:
        """The release, as claims name it."""
        return release_of(self.tree.version)


def read_side(
    tree: Tree, configurations: Sequence[tuple[str, Profile]], index: Index, kept: Path | None = None
) -> Side:
    """Read every target of the tree under each configuration; ``kept`` as in ``reading.read_all``.

    Raises TreeError for a tree that states no version, TableError as ``claims_about``.
    """
    targets = tuple(
        (size, read_all(tree, index, size, profile, cache=kept)) for size, profile in configurations
    )
    return Side(tree, index, targets, make_kernel_claims(tree.version, targets))


@dataclass(frozen=True)
class ChangedLines:
    """The lines that differ, by file: of the one tree those that are gone, of the other those that are new."""

    before: Mapping[str, frozenset[int]]
    after: Mapping[str, frozenset[int]]

    def is_old(self, span: Span) -> bool:
        """Whether the line stands in the tree before, and not after."""
        return span.line in self.before.get(span.file, ())

    def is_new(self, span: Span) -> bool:
        """Whether the line stands in the tree after, and not before."""
        return span.line in self.after.get(span.file, ())


def find_changed_lines(one: Tree, other: Tree, files: Sequence[str]) -> ChangedLines:
    """The lines of these files in which two trees differ."""
    before: dict[str, frozenset[int]] = {}
    after: dict[str, frozenset[int]] = {}
    for file in files:
        before[file], after[file] = _diff_lines(_read_lines(one, file), _read_lines(other, file))
    return ChangedLines(before, after)


def _read_lines(tree: Tree, file: str) -> list[bytes]:
    try:
        return tree.read(file).splitlines()
    except TreeError:
        return []


def _diff_lines(one: list[bytes], other: list[bytes]) -> tuple[frozenset[int], frozenset[int]]:
    """The numbers of the lines (from 1) that are not matched in the other text."""
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest = min(len(one), len(other)) - start
    pairs = zip(reversed(one), reversed(other), strict=False)
    end = next((i for i, (a, b) in enumerate(pairs) if a != b or i >= rest), rest)
    middle = one[start : len(one) - end], other[start : len(other) - end]
    gone: set[int] = set()
    new: set[int] = set()
    for tag, i, j, k, m in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag != "equal":
            gone |= {start + n + 1 for n in range(i, j)}
            new |= {start + n + 1 for n in range(k, m)}
    return frozenset(gone), frozenset(new)
