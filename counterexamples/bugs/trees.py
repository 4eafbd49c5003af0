# SPDX-License-Identifier: GPL-2.0-only
"""The newest kernel tree at hand in which a bug in C can be made again.

Trusted: nothing; whether the edit finds its place is seen when it is made.
"""

from __future__ import annotations

from pathlib import Path

from counterexamples.bugs.bug import OnC
from model.cache import default_directory
from model.source.index.index import Index
from model.source.trees.tree import Tree

NO_TREE = "a kernel tree is needed; give --linux, or fetch some by `python -m proofs.fetch`."


class Trees:
    """The kernel trees at hand: the one that was given, or those that were fetched.

    Raises TreeError for a path that is given and is no kernel tree.
    """

    def __init__(self, given: Path | None, kernels: Path):
        self.given = None if given is None else Tree.open(given)
        self.kernels = kernels
        self.indexes: dict[str, Index] = {}

    def index(self, release: str, tree: Tree) -> Index:
        """The index of that release's tree, made once."""
        if release not in self.indexes:
            self.indexes[release] = Index.build(tree, default_directory())
        return self.indexes[release]

    def of(self, where: OnC) -> tuple[str, Tree] | str:
        """The newest release in which the mistake can be made, and its tree; or why there is none."""
        if self.given is not None:
            version = self.given.version
            release = f"{version.major}.{version.minor}"
            if release in where.releases:
                return release, self.given
            return f"some of the bugs in C cannot be made in {release}."
        for release in reversed(where.releases):
            if (self.kernels / release).is_dir():
                return release, Tree.open(self.kernels / release)
        return NO_TREE
